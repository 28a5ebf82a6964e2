//! The last step of a job: it cleans up, whatever became of those before it.

use super::super::workflow::Step;
use super::secrets;
use crate::jobs::command;
use crate::schema::kinds::Secret;
use crate::schema::{Id, Plan};

/// The step that cleans up, behind those that keep what the tests left. The host runs it after a
/// failure, after a cancellation and after the timeout of the job, for which it has five minutes more.
pub(super) fn after(
    plan: &Plan,
    commands: &[Vec<String>],
    used_secrets: &[Id<Secret>],
) -> Option<Step> {
    let lines: Vec<String> = commands.iter().map(|words| command::shell(words)).collect();
    let run = match lines.as_slice() {
        [] => return None,
        [line] => line.clone(),
        // What the first of them could not take away keeps no other from what it can.
        lines => {
            let each: Vec<String> = lines
                .iter()
                .map(|line| format!("{line} || failed=$?"))
                .collect();
            format!("failed=0\n{}\nexit \"$failed\"", each.join("\n"))
        }
    };
    Some(Step {
        name: "Clean up".to_owned(),
        condition: Some("${{ always() }}".to_owned()),
        env: secrets(plan, used_secrets),
        run: Some(run),
        ..Step::default()
    })
}
