//! The module that pytest loads: the marker rules of the plan, enforced where tests are collected,
//! a fixture for each service, and a record of what was collected.

use std::collections::HashSet;

use minijinja::context;

use super::literal::Literal;
use crate::algebra::{ArgumentValue, Formula};
use crate::jobs::{Jobs, command, selection};
use crate::schema::Plan;
use crate::schema::kinds::{MarkerGroup, Service};
use crate::schema::values::{Arity, MarkerNode};
use crate::schema::{Decl, Id};
use crate::targets::banner::{self, Comment};
use crate::targets::{Content, Output, RenderError, templates};

/// The folder it lies in, below the root: its own, for pytest puts it into Python's search path.
pub const FOLDER: &str = ".dtpc";

/// What pytest is told to load.
pub const MODULE: &str = "dtpc_pytest";

/// The module.
///
/// # Errors
/// When the template and what it is given do not fit.
pub fn output(jobs: &Jobs<'_>) -> Result<Output, RenderError> {
    const SOURCE: &str = include_str!("../../../templates/pytest/dtpc_pytest.py");
    let values = context! { plan => rules(jobs).assigned("PLAN") };
    let name = format!("{MODULE}.py");
    let text = templates::render(&templates::environment(), &name, SOURCE, values)?;
    Ok(Output {
        path: format!("{FOLDER}/{name}"),
        content: Content::Whole(banner::sign(jobs, Comment::Hash, &text)),
    })
}

/// What the module knows of the plan.
fn rules(jobs: &Jobs<'_>) -> Literal {
    let plan = jobs.plan;
    let origin = banner::origin(jobs);
    let others = jobs.sources.files().map(|(_, file)| file.name());
    let files = std::iter::once(origin).chain(others.filter(|name| *name != origin));
    let groups = in_order(plan);
    let markers = plan.markers.iter().map(|(_, name, info)| {
        let declared = info.declared.map(|id| &plan.marker_declarations[id]);
        let takes = match declared {
            Some(marker) if marker.head.open("argument").is_some() => "anything",
            Some(marker) => marker.argument.map_or("nothing", |a| a.word()),
            None => "nothing",
        };
        (name.to_string(), Literal::text(takes))
    });
    Literal::Dictionary(vec![
        entry("files", Literal::texts(files)),
        entry(
            "groups",
            Literal::List(groups.iter().map(|id| group(plan, *id)).collect()),
        ),
        entry("markers", Literal::Dictionary(markers.collect())),
        entry(
            "services",
            Literal::List(plan.services.iter().map(|(_, s)| service(s)).collect()),
        ),
    ])
}

fn entry(key: &str, value: Literal) -> (String, Literal) {
    (key.to_owned(), value)
}

/// The groups whose markers are known, each behind those that its `when` looks at: what it asks for
/// may be a default.
fn in_order(plan: &Plan) -> Vec<Id<MarkerGroup>> {
    let mut left: Vec<Id<MarkerGroup>> = plan
        .marker_groups
        .iter()
        .filter(|(_, group)| group.head.open("markers").is_none())
        .map(|(id, _)| id)
        .collect();
    let mut order = Vec::with_capacity(left.len());
    let looks_at = |id: Id<MarkerGroup>| -> HashSet<Id<MarkerGroup>> {
        let when = plan.marker_groups[id].when.as_ref();
        when.map(|when| Formula::from(&when.node))
            .iter()
            .flat_map(Formula::atoms)
            .filter_map(|atom| plan.markers.info(atom.marker()?)?.group)
            .collect()
    };
    // A checked plan has no circle, so each round finds one.
    while let Some(next) = left
        .iter()
        .position(|id| looks_at(*id).iter().all(|other| !left.contains(other)))
    {
        order.push(left.remove(next));
    }
    order.extend(left);
    order
}

fn group(plan: &Plan, id: Id<MarkerGroup>) -> Literal {
    let group = &plan.marker_groups[id];
    let markers = group
        .markers
        .markers
        .iter()
        .map(|m| plan.markers.name(m.id));
    let default = group.default.map(|d| plan.markers.name(d.id).as_str());
    let arity = if group.head.open("arity").is_some() {
        Arity::Any
    } else {
        group.arity
    };
    let when = group.when.as_ref().map(|when| &when.node);
    let condition = when.map_or_else(String::new, |node| selection::text_as_written(plan, node));
    Literal::Dictionary(vec![
        entry("group", Literal::text(group.head.name())),
        entry("arity", Literal::text(arity.word())),
        entry("markers", Literal::texts(markers.map(|m| m.as_str()))),
        entry("default", Literal::or_none(default.map(Literal::text))),
        entry(
            "when",
            Literal::or_none(when.map(|node| expression(plan, node))),
        ),
        entry("condition", Literal::text(condition)),
        entry("open", Literal::Truth(group.head.open("when").is_some())),
    ])
}

/// An expression as the module evaluates it: a marker is a string, one with arguments a dictionary,
/// and the rest is a list that begins with its operator.
fn expression(plan: &Plan, node: &MarkerNode) -> Literal {
    let joined = |operator: &str, parts: &[MarkerNode]| {
        let parts = parts.iter().map(|part| expression(plan, part));
        Literal::List(
            std::iter::once(Literal::text(operator))
                .chain(parts)
                .collect(),
        )
    };
    match node {
        MarkerNode::All => joined("and", &[]),
        MarkerNode::Marker(marker) => Literal::text(plan.markers.name(*marker).as_str()),
        MarkerNode::WithArguments(marker, arguments) => {
            let name = Literal::text(plan.markers.name(*marker).as_str());
            if arguments.is_empty() {
                return name;
            }
            let arguments = arguments.iter().map(|argument| {
                let value = match &argument.value {
                    ArgumentValue::Integer(number) => Literal::Number(*number),
                    ArgumentValue::Text(text) => Literal::text(text.as_ref()),
                    ArgumentValue::True => Literal::Truth(true),
                    ArgumentValue::False => Literal::Truth(false),
                    ArgumentValue::None => Literal::None,
                };
                (argument.name.to_string(), value)
            });
            Literal::Dictionary(vec![
                entry("marker", name),
                entry("arguments", Literal::Dictionary(arguments.collect())),
            ])
        }
        MarkerNode::Not(inner) => joined("not", std::slice::from_ref(inner.as_ref())),
        MarkerNode::And(parts) => joined("and", parts),
        MarkerNode::Or(parts) => joined("or", parts),
    }
}

fn service(service: &Decl<Service>) -> Literal {
    let port = service
        .port
        .map(|port| Literal::Number(port.value.0.into()));
    Literal::Dictionary(vec![
        entry("service", Literal::text(service.head.name())),
        entry("title", Literal::text(service.head.title.as_str())),
        entry("port", Literal::or_none(port)),
        entry("start", Literal::text(start(service))),
    ])
}

/// How a service is started by hand.
fn start(service: &Decl<Service>) -> String {
    if let Some(start) = &service.command {
        return command::shell(&start.words);
    }
    let Some(image) = &service.image else {
        return String::new();
    };
    let mut words: Vec<String> = ["docker", "run", "--rm"].map(str::to_owned).into();
    if let Some(port) = service.port {
        words.extend(["--publish".to_owned(), format!("{0}:{0}", port.value)]);
    }
    for (name, value) in &service.variables.entries {
        words.extend(["--env".to_owned(), format!("{name}={value}")]);
    }
    words.push(image.reference.to_string());
    command::shell(&words)
}
