//! The machine behind a job.

use super::Cell;
use super::cells;
use crate::schema::kinds::{Environment, Runner};
use crate::schema::values::{Arch, AxisPoint, Local, Os, PlatformWord};
use crate::schema::{Id, Plan, Question};

/// The runner of a cell: that of a value of its axes, else that of its platform, else that of its
/// environment.
pub fn runner(plan: &Plan, cell: &Cell) -> Option<Id<Runner>> {
    runner_at(plan, cell.environment, cell.os, cell.arch, &cell.points)
}

/// The runner of a place.
pub fn runner_at(
    plan: &Plan,
    environment: Id<Environment>,
    os: Os,
    arch: Arch,
    points: &[AxisPoint],
) -> Option<Id<Runner>> {
    let of_value = points.iter().rev().find_map(|point| {
        let record = cells::value(plan, *point)?.record?;
        plan.value_records[record].runner
    });
    let environment = &plan.environments[environment];
    let of_platform = || {
        let entries = &environment.runners.as_ref()?.entries;
        let (_, runner) = entries.iter().find(|(word, _)| is_on(os, arch, *word))?;
        Some(*runner)
    };
    of_value
        .or_else(of_platform)
        .or(environment.runner)
        .map(|runner| runner.id)
}

/// Whether a word of a platform is true of it.
pub fn is_on(os: Os, arch: Arch, platform: PlatformWord) -> bool {
    match platform {
        PlatformWord::Linux => os == Os::Linux,
        PlatformWord::Windows => os == Os::Windows,
        PlatformWord::MacOs => os == Os::MacOs,
        PlatformWord::Amd64 => arch == Arch::Amd64,
        PlatformWord::Arm64 => arch == Arch::Arm64,
    }
}

/// The question that must be answered before a place has a machine: about its runner, or about
/// something of that runner.
pub fn open_question(
    plan: &Plan,
    environment: Id<Environment>,
    runner: Option<Id<Runner>>,
) -> Option<&Question> {
    if let Some(runner) = runner {
        return plan.runners[runner].head.open.first();
    }
    let head = &plan.environments[environment].head;
    head.open("runner").or_else(|| head.open("runners"))
}

/// How the labels begin that GitHub gives to machines of its own.
const LABELS_OF_THE_HOST: [&str; 3] = ["ubuntu-", "windows-", "macos-"];

/// Whether a runner is a machine of one's own, rather than of the host's: it says so, or it is named by
/// a group that is not said to be the host's.
pub fn is_self_hosted(plan: &Plan, runner: Option<Id<Runner>>) -> bool {
    runner.is_some_and(|runner| {
        let runner = &plan.runners[runner];
        let of_the_host = |label: &str| {
            let label = label.to_ascii_lowercase();
            LABELS_OF_THE_HOST.iter().any(|l| label.starts_with(l))
        };
        let own = |label: &str| label.eq_ignore_ascii_case("self-hosted");
        runner.labels.iter().any(|label| own(label))
            || runner.group.is_some()
                && !runner.hosted
                && !runner.labels.iter().any(|label| of_the_host(label))
    })
}

/// Why what runs in an environment cannot run on a developer's machine, as the plan says.
pub fn not_local(plan: &Plan, environment: Id<Environment>) -> Option<String> {
    let environment = &plan.environments[environment];
    match &environment.local {
        Some(Local::Host) => None,
        Some(Local::Unavailable(why)) => Some(why.to_string()),
        None => Some(environment.head.open("local").map_or_else(
            || {
                format!(
                    "`{}` does not say how it is had locally",
                    environment.head.name()
                )
            },
            |question| format!("open: {}", question.text),
        )),
    }
}
