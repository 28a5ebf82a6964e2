//! What the plan lets pass for now; changed files; what is kept at the host.

use super::{or_open, some, words};
use crate::jobs::registries;
use crate::name::one_line;
use crate::schema::kinds::Accept;
use crate::schema::values::Outcome;
use crate::schema::{Decl, Plan};

/// The rows of the quarantined tests.
pub fn quarantines(plan: &Plan) -> Vec<Vec<String>> {
    plan.quarantines
        .iter()
        .map(|(_, q)| {
            let head = &q.head;
            let owner = q.owner.map(|o| plan.owners[o.id].head.title.clone());
            vec![
                head.title.clone(),
                or_open(head, "test", q.test.as_ref().map(|t| t.text.to_string())),
                or_open(head, "because", q.because.as_ref().map(ToString::to_string)),
                or_open(head, "ticket", q.ticket.as_ref().map(ToString::to_string)),
                or_open(head, "owner", owner),
                or_open(head, "expires", q.expires.map(|d| d.value.to_string())),
            ]
        })
        .collect()
}

/// The rows of the promises that the plan does not keep for now.
pub fn accepts(plan: &Plan) -> Vec<Vec<String>> {
    plan.accepts
        .iter()
        .map(|(_, accept)| {
            let head = &accept.head;
            let promise = accept.promise.map(|p| p.value.title().to_owned());
            let owner = accept.owner.map(|o| plan.owners[o.id].head.title.clone());
            let because = accept.because.as_ref().map(ToString::to_string);
            vec![
                head.title.clone(),
                or_open(head, "promise", promise),
                some(about(plan, accept)),
                or_open(head, "because", because),
                or_open(head, "owner", owner),
                or_open(head, "expires", accept.expires.map(|d| d.value.to_string())),
            ]
        })
        .collect()
}

/// What an accepted promise is about.
fn about(plan: &Plan, accept: &Decl<Accept>) -> String {
    let mut about: Vec<String> = Vec::new();
    about.extend(accept.of.iter().map(|of| {
        let title = &plan.head(of.kind, of.index).title;
        format!("{} {title}", of.kind.schema().name.replace('_', " "))
    }));
    about.extend((!accept.between.is_empty()).then(|| words::all_jobs(plan, &accept.between)));
    let tests = accept.tests.as_ref();
    about.extend(tests.map(|t| crate::jobs::selection::text_as_written(plan, &t.node)));
    about.extend(
        accept
            .stage
            .map(|s| format!("at {}", plan.stages[s.id].head.title)),
    );
    about.join(", ")
}

/// The rows of the results that decide less than they would: of suites, of their jobs, and what gates
/// let pass.
pub fn weakenings(plan: &Plan) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut of = |what: String, outcome: &Option<Outcome>| {
        if let Some(outcome) = outcome
            && let Some(weakening) = outcome.weakening()
        {
            let [because, owner, expires] = words::weakening(plan, weakening);
            rows.push(vec![
                what,
                outcome.word().to_owned(),
                because,
                owner,
                expires,
            ]);
        }
    };
    for (id, suite) in plan.suites.iter() {
        of(suite.head.title.clone(), &suite.outcome);
        for at in &plan.ats_of[id.index()] {
            let at = &plan.ats[*at];
            let place = at.head.jobs.as_ref().map(|jobs| words::places(plan, jobs));
            let place = place.unwrap_or_default();
            of(format!("{} ({place})", suite.head.title), &at.outcome);
        }
    }
    for (id, axis) in plan.axes.iter() {
        for value in &plan.axis_values[id.index()] {
            if let Some(record) = value.record {
                let what = format!("{} {}", axis.head.title, value.name);
                of(what, &plan.value_records[record].outcome);
            }
        }
    }
    for (_, gate) in plan.gates.iter() {
        for allowance in &gate.allows {
            let counts = format!("lets {} pass", allowance.result.word().replace('_', " "));
            let [because, owner, expires] = words::weakening(plan, &allowance.weakening);
            let what = format!("gate {}", &*gate.status);
            rows.push(vec![what, counts, because, owner, expires]);
        }
    }
    rows
}

/// The rows of the declarations of files, with what a change of them affects.
pub fn files(plan: &Plan) -> Vec<Vec<String>> {
    plan.path_sets
        .iter()
        .map(|(_, paths)| {
            let patterns: Vec<String> = paths
                .patterns
                .iter()
                .map(|p| format!("{}{}", if p.negated { "!" } else { "" }, p.glob.as_str()))
                .collect();
            let affects = match &paths.affects {
                None => "nothing by itself".to_owned(),
                Some(jobs) if jobs.is_empty() => "nothing".to_owned(),
                Some(jobs) => words::all_jobs(plan, jobs),
            };
            vec![
                paths.head.title.clone(),
                patterns.join(" "),
                affects,
                one_line(&paths.head.doc),
            ]
        })
        .collect()
}

/// The rows of what is set at the host: secrets, variables and labels.
pub fn at_the_host(plan: &Plan) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = |what: &str, head: &crate::schema::Head, key: String| {
        rows.push(vec![
            what.to_owned(),
            head.title.clone(),
            key,
            one_line(&head.doc),
        ]);
    };
    let key = |given: Option<&str>, head: &crate::schema::Head| {
        given.map_or_else(|| head.name().to_uppercase(), str::to_owned)
    };
    for (_, secret) in plan.secrets.iter() {
        let key = key(secret.key.as_deref(), &secret.head);
        row("secret", &secret.head, key);
    }
    for (_, registry) in plan.registries.iter() {
        let host = registries::address(&registry.host).for_people(plan);
        let user = registry.user.as_ref().map(registries::address);
        let user = user.map_or_else(
            || "whoever started the run".to_owned(),
            |u| u.for_people(plan),
        );
        let password = registry.password.map_or("the token of the run", |secret| {
            plan.secrets[secret.id].head.title.as_str()
        });
        let login = format!("{host}, as {user} with {password}");
        row("login to a registry", &registry.head, login);
    }
    for (_, variable) in plan.variables.iter() {
        let key = key(variable.key.as_deref(), &variable.head);
        row("variable", &variable.head, key);
    }
    for (id, label) in plan.labels.iter() {
        row("label", &label.head, words::label_key(plan, id).to_owned());
    }
    rows
}

/// The rows of the approvals.
pub fn approvals(plan: &Plan) -> Vec<Vec<String>> {
    plan.approvals
        .iter()
        .map(|(_, approval)| {
            let by = approval.by.as_ref().map(ToString::to_string);
            let mut through = Vec::new();
            let branches = approval.branches.as_ref();
            through.extend(branches.map(|b| format!("branches {}", b.text.as_str())));
            let environment = approval.environment.as_ref();
            through.extend(environment.map(|e| format!("the host's environment {}", &**e)));
            vec![
                approval.head.title.clone(),
                or_open(&approval.head, "by", by),
                some(through.join(", ")),
                one_line(&approval.head.doc),
            ]
        })
        .collect()
}
