//! The gate: one job with a fixed name that judges the others.

use indexmap::IndexMap;

use super::literal::literal;
use super::workflow::{Input, JobEntry, Step};
use super::{DIALECT, commented, pins};
use crate::jobs::Jobs;
use crate::schema::Id;
use crate::schema::kinds::Gate;
use crate::targets::ci::gate;

/// The job of a gate, and its id.
pub fn entry(jobs: &Jobs<'_>, id: Id<Gate>) -> (String, JobEntry) {
    let declared = &jobs.plan.gates[id];
    let judged = gate::judged(jobs, id, |_| true);
    let mut variables: IndexMap<String, String> = IndexMap::new();
    variables.insert("NEEDS".to_owned(), "${{ toJSON(needs) }}".to_owned());
    variables.extend(judged.variables);
    let name = commented(
        literal(&declared.status),
        jobs,
        declared.head.span,
        "gate",
        declared.head.name(),
    );
    let entry = JobEntry {
        needs: Some(judged.needs),
        // Without this a gate behind a failed job would be skipped, and a skipped check passes.
        condition: Some("${{ always() }}".to_owned()),
        ..JobEntry::new(
            name,
            gate::TIMEOUT,
            vec![
                Step {
                    name: "Check out the gate".to_owned(),
                    uses: Some(pins::CHECKOUT.uses(jobs.plan)),
                    with: IndexMap::from([
                        ("persist-credentials", Input::Flag(false)),
                        ("sparse-checkout", Input::Text(DIALECT.folder.to_owned())),
                    ]),
                    ..Step::default()
                },
                Step {
                    name: "Judge the results".to_owned(),
                    env: variables,
                    run: Some(format!("python3 {}", gate::path(&DIALECT))),
                    ..Step::default()
                },
            ],
        )
    };
    (gate::key(declared.head.name()), entry)
}
