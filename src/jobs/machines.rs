//! The machine behind an environment.

use crate::schema::kinds::Environment;
use crate::schema::{Id, Plan, Question};

/// The question that must be answered before an environment has a machine: about its runner, or
/// about something of that runner.
pub fn open_question(plan: &Plan, environment: Id<Environment>) -> Option<&Question> {
    let environment = &plan.environments[environment];
    let of_runner = || plan.runners[environment.runner?.id].head.open.first();
    environment.head.open("runner").or_else(of_runner)
}

/// Whether the jobs of an environment run on machines of one's own, rather than of the host's.
pub fn is_self_hosted(plan: &Plan, environment: Id<Environment>) -> bool {
    plan.environments[environment].runner.is_some_and(|runner| {
        let labels = &plan.runners[runner.id].labels;
        labels
            .iter()
            .any(|label| label.eq_ignore_ascii_case("self-hosted"))
    })
}
