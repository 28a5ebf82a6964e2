//! The host's own machines are of the platform of the jobs that ask for them.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::jobs::machines;
use crate::schema::Id;
use crate::schema::kinds::{Environment, Runner};
use crate::schema::values::{Arch, Host, Os};

pub(super) struct Platforms;

impl Check for Platforms {
    fn codes(&self) -> &'static [Code] {
        &[codes::OTHER_MACHINE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let mut said: FxHashSet<(Id<Environment>, Id<Runner>)> = FxHashSet::default();
        for cell in context.cells {
            if plan.stages[cell.stage].host != Some(Host::GitHub) {
                continue;
            }
            let Some(id) = machines::runner(plan, cell) else {
                continue;
            };
            let runner = &plan.runners[id];
            // Machines of one's own, and the larger ones of the host, are labelled at will.
            if machines::is_self_hosted(plan, Some(id)) || runner.group.is_some() {
                continue;
            }
            let other = runner.labels.iter().find_map(|label| {
                let (os, arch) = of_label(label)?;
                let same = os == cell.os && arch.is_none_or(|arch| arch == cell.arch);
                (!same).then_some((label, os, arch))
            });
            let Some((label, os, arch)) = other else {
                continue;
            };
            if !said.insert((cell.environment, id)) {
                continue;
            }
            let environment = &plan.environments[cell.environment];
            let has = match arch {
                Some(arch) if os == cell.os => arch.word(),
                _ => os.word(),
            };
            let wanted = if os == cell.os {
                cell.arch.word()
            } else {
                cell.os.word()
            };
            let message = format!(
                "machines with the label `{label}` are {has}, and jobs in `{}` ask for {wanted}",
                environment.head.name()
            );
            context.report(
                Diagnostic::new(codes::OTHER_MACHINE, label.0.span, message)
                    .label(environment.head.head, "the environment is declared here")
                    .help(format!(
                        "name a label of machines that are {wanted}; or say what the environment has: `os: {}`, `arch: {}`",
                        os.word(),
                        arch.map_or("…", Arch::word)
                    )),
            );
        }
    }
}

/// What a label of GitHub's own machines says about them; nothing of a label that it does not have:
/// <https://docs.github.com/en/actions/reference/runners/github-hosted-runners>.
fn of_label(label: &str) -> Option<(Os, Option<Arch>)> {
    let label = label.to_ascii_lowercase();
    let (system, rest) = label.split_once('-')?;
    let (version, size) = match rest.split_once('-') {
        Some((version, size)) => (version, Some(size)),
        None => (rest, None),
    };
    let is_version =
        version == "latest" || version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if version.is_empty() || !is_version {
        return None;
    }
    match (system, size) {
        ("ubuntu" | "windows", None) => {
            let os = if system == "ubuntu" {
                Os::Linux
            } else {
                Os::Windows
            };
            Some((os, Some(Arch::Amd64)))
        }
        ("ubuntu", Some("arm")) => Some((Os::Linux, Some(Arch::Arm64))),
        ("windows", Some("arm")) => Some((Os::Windows, Some(Arch::Arm64))),
        ("macos", Some("intel" | "large")) => Some((Os::MacOs, Some(Arch::Amd64))),
        ("macos", Some("xlarge")) => Some((Os::MacOs, Some(Arch::Arm64))),
        // The processor of those changed with the version.
        ("macos", None) => Some((Os::MacOs, None)),
        _ => None,
    }
}
