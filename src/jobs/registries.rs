//! Which registries the images of a job come from, where the plan says how one logs in there.

use super::fill::Late;
use super::{Cell, Filled, container, services};
use crate::schema::kinds::{Registry, Secret, Service};
use crate::schema::values::{Address, Piece, Ref};
use crate::schema::{Id, Plan};

/// Where images live whose names begin with no host.
const USUAL: &str = "docker.io";

/// The registry of an image by its name: of several that it could be, the one that says most.
pub fn of_image(plan: &Plan, image: &str) -> Option<Id<Registry>> {
    let image = whole(image);
    let is_of = |host: &str| {
        let rest = image.strip_prefix(host);
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let hosts = plan.registries.iter().map(|(id, registry)| {
        let host = address(&registry.host).for_people(plan);
        (host.len(), id, host)
    });
    let mut found: Option<(usize, Id<Registry>)> = None;
    for (length, id, host) in hosts {
        if is_of(&host) && found.is_none_or(|(most, _)| length > most) {
            found = Some((length, id));
        }
    }
    found.map(|(_, id)| id)
}

/// The registries of a container and of services, each once.
pub fn of_images(
    plan: &Plan,
    container: Option<&Filled>,
    services: &[Id<Service>],
) -> Vec<Id<Registry>> {
    if plan.registries.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<Id<Registry>> = Vec::new();
    let container = container.map(|image| image.for_people(plan));
    let services = services
        .iter()
        .filter_map(|id| plan.services[*id].image.as_ref());
    let images = container
        .into_iter()
        .chain(services.map(|image| image.reference.to_string()));
    for registry in images.filter_map(|image| of_image(plan, &image)) {
        if !all.contains(&registry) {
            all.push(registry);
        }
    }
    all
}

/// Those of a cell's container and services.
pub fn of_cell(plan: &Plan, cell: &Cell) -> Vec<Id<Registry>> {
    if plan.registries.is_empty() {
        return Vec::new();
    }
    let container = container(plan, cell, None);
    of_images(
        plan,
        container.as_ref(),
        &services(&plan.suites[cell.suite]),
    )
}

/// The passwords of registries.
pub fn passwords(plan: &Plan, registries: &[Id<Registry>]) -> impl Iterator<Item = Ref<Secret>> {
    registries
        .iter()
        .filter_map(|id| plan.registries[*id].password)
}

/// An address as a text of which variables are known only in a run.
pub fn address(address: &Address) -> Filled {
    let pieces = address.0.pieces.iter().map(|piece| match piece {
        Piece::Variable(id) => Late::Variable(*id),
        Piece::Text(text) => Late::Text(text.clone()),
        // None of the others is read in an address.
        _ => Late::Text(String::new()),
    });
    Filled {
        pieces: pieces.collect(),
    }
}

/// The name of an image with its host.
fn whole(image: &str) -> String {
    let has_host = image.split_once('/').is_some_and(|(first, _)| {
        first == "localhost" || first.starts_with('{') || first.contains(['.', ':'])
    });
    if has_host {
        image.to_owned()
    } else {
        format!("{USUAL}/{image}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_a_host_is_of_the_usual_one() {
        assert_eq!(whole("nats:2.11"), "docker.io/nats:2.11");
        assert_eq!(whole("bitnami/redis:7"), "docker.io/bitnami/redis:7");
        assert_eq!(whole("ghcr.io/a/b"), "ghcr.io/a/b");
        assert_eq!(whole("localhost:5000/a"), "localhost:5000/a");
        assert_eq!(whole("{variable.registry}/a"), "{variable.registry}/a");
    }
}
