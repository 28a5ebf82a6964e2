//! What this machine can hold, and why not.

use crate::jobs::{BuildJob, Job, Late, command, machines};
use crate::schema::kinds::{Artifact, Environment, Service};
use crate::schema::values::{Arch, Glob, Os, Ready, ToolKind, Verdict};
use crate::schema::{Id, Plan};
use crate::targets::ci::{secret_key, variable_key};

/// What is asked of the machine.
pub trait Machine {
    /// Its operating system, if the language has a word for it.
    fn os(&self) -> Option<Os>;

    /// Its architecture, if the language has a word for it.
    fn arch(&self) -> Option<Arch>;

    /// Whether a program is found by this name.
    fn has_program(&self, name: &str) -> bool;

    /// Whether a variable is set.
    fn has_variable(&self, name: &str) -> bool;

    /// Whether something takes connections on a TCP port.
    fn listens(&self, port: u16) -> bool;

    /// A file that matches one of these and is not as it was committed.
    fn changed_file(&self, globs: &[Glob]) -> Option<String>;

    /// Whether tools are set up before the jobs that need them.
    fn sets_up(&self) -> bool;
}

/// Why a job cannot run here; nothing if it can.
pub fn job(plan: &Plan, job: &Job, machine: &dyn Machine) -> Option<String> {
    place(plan, job.environment, job.os, job.arch, machine)
        .or_else(|| {
            let question = job.waits_for.as_ref()?;
            Some(format!("open: {question}"))
        })
        .or_else(|| {
            let image = job.container.as_ref()?.for_people(plan);
            Some(format!("it runs inside an image: {image}"))
        })
        .or_else(|| missing_secret(plan, &job.secrets, machine))
        .or_else(|| released(plan, &job.fetches))
        .or_else(|| job.services.iter().find_map(|id| service(plan, *id, machine)))
        .or_else(|| missing_program(job, machine))
        .or_else(|| {
            let Some(Verdict::CleanTree(globs)) = &plan.suites[job.suite].verdict else {
                return None;
            };
            let file = machine.changed_file(globs)?;
            Some(format!(
                "{file} is not as it was committed, and the verdict of this job is whether it is: commit or stash it"
            ))
        })
}

/// Why something cannot be built here; nothing if it can.
pub fn build(plan: &Plan, build: &BuildJob, machine: &dyn Machine) -> Option<String> {
    let on = plan.builds[build.build].on?.id;
    let late = build
        .commands
        .iter()
        .flatten()
        .flat_map(|word| &word.pieces);
    let programs = build.commands.iter().filter_map(|words| words.first());
    place(plan, on, build.os, build.arch, machine)
        .or_else(|| {
            let question = build.waits_for.as_ref()?;
            Some(format!("open: {question}"))
        })
        .or_else(|| missing_secret(plan, &build.secrets, machine))
        .or_else(|| released(plan, &build.fetches))
        .or_else(|| {
            let mut keys = late.filter_map(|late| match late {
                Late::Variable(id) => Some(variable_key(plan, *id)),
                _ => None,
            });
            let key = keys.find(|key| !machine.has_variable(key))?;
            Some(format!("the variable {key} is not set"))
        })
        .or_else(|| {
            let mut words = programs.map(|word| word.for_people(plan));
            let word = words.find(|word| !machine.has_program(word))?;
            Some(format!("there is no program `{word}`"))
        })
}

/// What of a release a job needs, which the host fetches for it.
fn released(plan: &Plan, fetches: &[Id<Artifact>]) -> Option<String> {
    fetches.iter().find_map(|id| {
        let artifact = &plan.artifacts[*id];
        let origin = artifact.origin.as_ref()?;
        Some(format!(
            "it needs `{}` of {}",
            artifact.head.name(),
            origin.value
        ))
    })
}

/// Why a place is not this machine.
fn place(
    plan: &Plan,
    environment: Id<Environment>,
    os: Os,
    arch: Arch,
    machine: &dyn Machine,
) -> Option<String> {
    if let Some(why) = machines::not_local(plan, environment) {
        return Some(why);
    }
    if machine.os() != Some(os) || machine.arch() != Some(arch) {
        return Some(format!("it needs {} on {}", os.title(), arch.word()));
    }
    None
}

fn missing_secret(
    plan: &Plan,
    secrets: &[Id<crate::schema::kinds::Secret>],
    machine: &dyn Machine,
) -> Option<String> {
    let keys = secrets.iter().map(|id| secret_key(plan, *id));
    let key = keys.into_iter().find(|key| !machine.has_variable(key))?;
    Some(format!("the variable {key}, a secret in CI, is not set"))
}

/// Why a service cannot be had here. One that runs from an image has to be there already; one that
/// is started from the checkout must not be.
fn service(plan: &Plan, id: Id<Service>, machine: &dyn Machine) -> Option<String> {
    let service = &plan.services[id];
    let port = service.port?.value.0;
    let name = service.head.name();
    match (&service.command, &service.image) {
        (Some(command), _) => {
            if machine.listens(port) {
                return Some(format!(
                    "{name} is started on port {port}, where something listens already"
                ));
            }
            let program = command.words.first()?;
            let mut programs = vec![program];
            if let Ready::Command(tried) = &service.ready
                && !machine.sets_up()
            {
                programs.extend(tried.words.first());
            }
            let missing = programs
                .into_iter()
                .find(|name| !machine.has_program(name))?;
            Some(format!("there is no program `{missing}`"))
        }
        (None, Some(image)) if !machine.listens(port) => {
            let image = &image.reference;
            Some(format!(
                "{name} is an image, and nothing listens on port {port}: docker run --rm -p {port}:{port} {image}"
            ))
        }
        _ => None,
    }
}

/// The program that the commands of a job begin with, where it is not there; with what installs it.
fn missing_program(job: &Job, machine: &dyn Machine) -> Option<String> {
    if machine.sets_up() && !job.setup.is_empty() {
        return None;
    }
    let words = job.runs.first().map(|run| &run.words)?;
    let program = match job.tool {
        // What cargo is asked for is a program of its own.
        ToolKind::Nextest => "cargo-nextest",
        ToolKind::CargoTest if words.get(1).is_some_and(|w| w == "tarpaulin") => "cargo-tarpaulin",
        _ => words.first()?,
    };
    if machine.has_program(program) {
        return None;
    }
    let setup: Vec<String> = job.setup.iter().map(|w| command::shell(w)).collect();
    Some(if setup.is_empty() {
        format!("there is no program `{program}`")
    } else {
        format!(
            "there is no program `{program}`; --setup runs: {}",
            setup.join("; ")
        )
    })
}
