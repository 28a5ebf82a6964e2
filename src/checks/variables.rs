//! What a job is handed in variables has one variable each.

use rustc_hash::FxHashSet;

use super::{Check, Context};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::name::Name;
use crate::schema::kinds::{Axis, Secret};
use crate::schema::values::{Bind, Host, Ref};
use crate::schema::{Id, Plan};
use crate::source::Span;
use crate::targets::ci::secret_key;

pub(super) struct Variables;

impl Check for Variables {
    fn codes(&self) -> &'static [Code] {
        &[codes::VARIABLE_TWICE]
    }

    fn check(&self, context: &mut Context<'_>) {
        let plan = context.plan;
        let mut found: Vec<Twice> = Vec::new();
        let mut of_the_host: Vec<Handed> = Vec::new();
        let on_github = plan
            .stages
            .iter()
            .any(|(_, stage)| stage.host == Some(Host::GitHub));
        let is_the_hosts = |handed: &&Handed| {
            let name = handed.name.as_str();
            on_github
                && ["GITHUB_", "RUNNER_"]
                    .iter()
                    .any(|prefix| name.starts_with(prefix))
        };
        for (id, suite) in plan.suites.iter() {
            let mut handed = of_axes_and_secrets(plan, &suite.across, &suite.uses);
            let own = suite.variables.entries.iter();
            handed.extend(own.map(|(name, text)| Handed {
                name: *name,
                what: "a variable of the suite".to_owned(),
                span: text.span,
                kind: Kind::Written,
            }));
            for at in &plan.ats_of[id.index()] {
                let entries = plan.ats[*at].variables.entries.iter();
                handed.extend(entries.map(|(name, text)| Handed {
                    name: *name,
                    what: "a variable of an `at` block".to_owned(),
                    span: text.span,
                    kind: Kind::Written,
                }));
            }
            found.extend(twice(&handed));
            of_the_host.extend(handed.iter().filter(is_the_hosts).cloned());
        }
        for (_, build) in plan.builds.iter() {
            let handed = of_axes_and_secrets(plan, &build.across, &build.uses);
            found.extend(twice(&handed));
            of_the_host.extend(handed.iter().filter(is_the_hosts).cloned());
        }
        // What several suites share is one mistake.
        let mut said: FxHashSet<(Span, Span)> = FxHashSet::default();
        for Handed {
            name, what, span, ..
        } in of_the_host
        {
            if said.insert((span, span)) {
                let message = format!("`{name}` is {what}, and GitHub sets it in every job");
                context.report(
                    Diagnostic::new(codes::VARIABLE_TWICE, span, message).help(
                        "give it a name that begins neither with `GITHUB_` nor with `RUNNER_`",
                    ),
                );
            }
        }
        for Twice { first, second } in found {
            if !said.insert((first.span, second.span)) {
                continue;
            }
            let message = format!(
                "`{}` is {}, and {}: only one of them would reach the job",
                second.name, first.what, second.what
            );
            context.report(
                Diagnostic::new(codes::VARIABLE_TWICE, second.span, message)
                    .label(first.span, "the other one")
                    .help("give one of the two another name"),
            );
        }
    }
}

/// What is handed over in a variable.
#[derive(Clone)]
struct Handed {
    name: Name,
    /// What it is, in words.
    what: String,
    span: Span,
    kind: Kind,
}

/// Where it comes from: what is of one sort may stand in place of each other on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The value of an axis.
    Bound(Id<Axis>),
    /// A secret.
    Secret(Id<Secret>),
    /// Written in the value of an axis.
    OfValue(Id<Axis>),
    /// Written in the suite, or in an `at` block of it.
    Written,
}

impl Kind {
    /// Whether both may have one name: what says more about a job stands in place of what says less.
    fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Self::Written, Self::OfValue(_) | Self::Written)
            | (Self::OfValue(_), Self::Written) => true,
            (one, other) => one == other,
        }
    }
}

/// Two things that are handed over in one variable.
struct Twice {
    first: Handed,
    second: Handed,
}

fn of_axes_and_secrets(plan: &Plan, across: &[Ref<Axis>], uses: &[Ref<Secret>]) -> Vec<Handed> {
    let mut handed = Vec::new();
    for axis in across {
        let declared = &plan.axes[axis.id];
        if let Some(Bind::Env(name)) = &declared.bind {
            handed.push(Handed {
                name: *name,
                what: format!("the value of the axis `{}`", declared.head.name()),
                span: axis.span,
                kind: Kind::Bound(axis.id),
            });
        }
        for value in &plan.axis_values[axis.id.index()] {
            let Some(record) = value.record else { continue };
            let entries = plan.value_records[record].variables.entries.iter();
            handed.extend(entries.map(|(name, text)| Handed {
                name: *name,
                what: format!("a variable of the value `{}`", value.name),
                span: text.span,
                kind: Kind::OfValue(axis.id),
            }));
        }
    }
    for secret in uses {
        handed.push(Handed {
            name: Name::new(&secret_key(plan, secret.id)),
            what: format!("the secret `{}`", plan.secrets[secret.id].head.name()),
            span: secret.span,
            kind: Kind::Secret(secret.id),
        });
    }
    handed
}

fn twice(handed: &[Handed]) -> Vec<Twice> {
    let mut found = Vec::new();
    for (number, second) in handed.iter().enumerate() {
        let mut earlier = handed[..number].iter();
        let first =
            earlier.find(|first| first.name == second.name && !first.kind.agrees(second.kind));
        if let Some(first) = first {
            found.push(Twice {
                first: first.clone(),
                second: second.clone(),
            });
        }
    }
    found
}
