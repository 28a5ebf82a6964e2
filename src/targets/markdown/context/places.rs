//! Environments, runners and services.

use super::{or_open, texts, words};
use crate::jobs::{command, selection};
use crate::name::one_line;
use crate::schema::kinds::{Environment, Runner};
use crate::schema::values::{Local, Ready};
use crate::schema::{Decl, Plan};

pub fn environment(plan: &Plan, environment: &Decl<Environment>) -> Vec<String> {
    let head = &environment.head;
    let number = |field, n: Option<u32>| or_open(head, field, n.map(|n| n.to_string()));
    let visibility = environment.visibility.map(|v| v.value.title().to_owned());
    let mut runners: Vec<String> = Vec::new();
    for (platform, runner) in environment.runners.iter().flat_map(|r| &r.entries) {
        let title = &plan.runners[runner.id].head.title;
        runners.push(format!("{}: {title}", platform.title()));
    }
    runners.extend(environment.runner.map(|r| {
        let title = &plan.runners[r.id].head.title;
        let others = if runners.is_empty() { "" } else { "others: " };
        format!("{others}{title}")
    }));
    let runner = (!runners.is_empty()).then(|| runners.join("; "));
    let memory = environment.memory.map(|memory| memory.to_string());
    let memory = memory.or_else(|| super::open(head, "memory"));
    let system = match &memory {
        Some(memory) => format!("{}, {memory}", platforms(environment)),
        None => platforms(environment),
    };
    let takes = environment
        .takes
        .as_ref()
        .map(|t| selection::text(plan, &t.node));
    let local = environment.local.as_ref().map(|l| match l {
        Local::Host => "host".to_owned(),
        Local::Unavailable(why) => format!("no: {why}"),
    });
    vec![
        head.title.clone(),
        one_line(&head.doc),
        or_open(
            head,
            "takes",
            takes.or_else(|| head.open("takes").is_none().then(|| "all".to_owned())),
        ),
        system,
        number("nodes", environment.nodes.map(|n| n.0)),
        number("gpus", environment.gpus.map(|n| n.0)),
        or_open(head, "visibility", visibility),
        or_open(head, "cost", environment.cost.map(|c| c.to_string())),
        or_open(head, "runner", runner),
        or_open(head, "local", local),
    ]
}

/// What cleans up behind every job of an environment, where something does.
pub fn cleanups(plan: &Plan) -> Vec<(String, String)> {
    plan.environments
        .iter()
        .filter(|(_, environment)| !environment.cleanup.is_empty())
        .map(|(_, environment)| {
            let commands = words::commands(&environment.cleanup);
            (environment.head.title.clone(), commands)
        })
        .collect()
}

pub fn services(plan: &Plan) -> Vec<Vec<String>> {
    plan.services
        .iter()
        .map(|(_, service)| {
            let image = service.image.as_ref().map(|i| i.tag().to_owned());
            let start =
                image.or_else(|| service.command.as_ref().map(|c| command::shell(&c.words)));
            vec![
                service.head.title.clone(),
                selection::service_marker(service.head.name()).to_string(),
                or_open(&service.head, "image", start),
                service
                    .port
                    .map(|p| p.value.to_string())
                    .unwrap_or_default(),
                match &service.ready {
                    Ready::Tcp => "it takes a connection".to_owned(),
                    Ready::Http(path) => format!("it answers {path}"),
                    Ready::Command(command) => {
                        format!("{} succeeds", command::shell(&command.words))
                    }
                },
                service.ready_within.to_string(),
                one_line(&service.head.doc),
            ]
        })
        .collect()
}

pub fn runner(runner: &Decl<Runner>) -> Vec<String> {
    vec![
        runner.head.title.clone(),
        or_open(&runner.head, "labels", texts(&runner.labels)),
        or_open(
            &runner.head,
            "group",
            runner.group.as_ref().map(ToString::to_string),
        ),
        or_open(
            &runner.head,
            "max_parallel",
            runner.max_parallel.map(|n| n.value.to_string()),
        ),
        one_line(&runner.head.doc),
    ]
}

/// The operating systems and architectures of an environment.
fn platforms(environment: &Environment) -> String {
    let os: Vec<&str> = environment.os.iter().map(|os| os.title()).collect();
    let arch: Vec<&str> = environment.arch.iter().map(|arch| arch.title()).collect();
    format!("{} {}", os.join(", "), arch.join(", "))
}
