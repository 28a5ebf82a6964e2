//! Jobs in which no test ran: a shard may be one, if its neighbours are not; a whole job only where a
//! gate allows it.

use super::Dialect;
use crate::jobs::{Job, Jobs, command};
use crate::schema::values::{AllowedResult, ToolKind};
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output};

/// Whether a gate that requires a job lets it pass without a test. Then the job says whether it ran
/// one, and each gate judges that by its own allowances.
pub fn is_allowed(jobs: &Jobs<'_>, job: &Job) -> bool {
    let lets_pass = |gate: &crate::schema::kinds::Gate| {
        let mut allowed = gate.allows.iter();
        allowed.any(|allowance| matches!(allowance.result, AllowedResult::NoTestRan))
    };
    says_no_test(job)
        && jobs.gates_of(job.stage).any(|(id, gate)| {
            lets_pass(gate)
                && jobs
                    .judged_by(id)
                    .iter()
                    .any(|(judged, decides)| *decides && judged.id == job.id)
        })
}

/// Whether the command of a job says when it ran no test.
const fn says_no_test(job: &Job) -> bool {
    match job.tool {
        ToolKind::Pytest => true,
        // What measures coverage in their place does not.
        ToolKind::Nextest | ToolKind::CargoTest => job.coverage.is_none(),
        _ => false,
    }
}

/// What a job tells the gate about whether it ran a test, each a step's output of the same name.
pub fn outputs(jobs: &Jobs<'_>, job: &Job) -> &'static [&'static str] {
    match (job.shard, job.tool) {
        // What a shard was selected from is known of pytest alone, which keeps a record.
        (Some(_), ToolKind::Pytest) => &["ran", "selected", "taken"],
        (Some(_), ToolKind::Nextest) => &["ran"],
        _ if is_allowed(jobs, job) => &["ran"],
        _ => &[],
    }
}

/// The line behind the commands of a job that says whether it ran a test. It stands where the variable
/// `ran` is set.
pub fn told(jobs: &Jobs<'_>, job: &Job, results: &str, dialect: &Dialect) -> String {
    let allowed = is_allowed(jobs, job);
    if job.shard.is_some() && job.tool == ToolKind::Pytest {
        let mut words = dialect.call(jobs.plan, job.stage, SCRIPT);
        words.push(results.to_owned());
        words.extend(allowed.then(|| "--may-be-empty".to_owned()));
        return format!("{} \"$ran\"", command::shell(&words));
    }
    if job.shard.is_some() || allowed {
        return format!("echo \"ran=$ran\" >> \"{}\"", dialect.outputs);
    }
    format!(
        "if [[ $ran == false ]]; then\n  echo '{}no test ran'\n  exit 5\nfi",
        dialect.error
    )
}

/// The name of the script that reads the records of pytest.
const SCRIPT: &str = "collected.py";

/// That script, where a job of the host calls it.
pub fn script(jobs: &Jobs<'_>, dialect: &Dialect) -> Option<Output> {
    const SOURCE: &str = include_str!("../../../templates/ci/collected.py");
    let calls = |job: &Job| job.shard.is_some() && job.tool == ToolKind::Pytest;
    jobs.jobs
        .iter()
        .any(|job| calls(job) && dialect.runs(jobs, job))
        .then(|| Output {
            path: format!("{}/{SCRIPT}", dialect.folder),
            content: Content::Whole(banner::sign(
                jobs,
                Comment::Hash,
                &dialect.translated(SOURCE),
            )),
        })
}
