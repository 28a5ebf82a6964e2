//! What stands in the document: the plan's declarations, then its jobs.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::jobs::{BuildEntry, JobEntry};
use super::{FORMAT, schema};
use crate::jobs::Jobs;
use crate::schema::form::{Form, MarkerExpression, Names, Origin};
use crate::schema::kinds::{EachKind, Kind};
use crate::schema::{Decl, Plan, Question, Table};

/// A test plan as dtpc compiled it: every declaration with its values, resolved and with their units,
/// and every job that follows from them. Lists are in the order of the plan; what the plan does not say
/// is not there.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Plan", title = "A compiled test plan", deny_unknown_fields)]
pub struct Document<'a> {
    /// The number of this format. It stays the same while fields are only added.
    #[schemars(extend("const" = FORMAT))]
    format: u32,
    /// The name of the plan.
    name: &'static str,
    /// What people call it.
    title: String,
    /// What its file says about itself.
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    /// The names of its stages in the order of the life-cycle.
    stages: Vec<&'static str>,
    /// Every marker, however it was declared.
    markers: Vec<MarkerEntry<'a>>,
    /// Every axis, with its values as jobs have them.
    axes: Vec<AxisEntry<'a>>,
    /// Every declaration, by its kind.
    declarations: Declarations<'a>,
    /// What is made for the jobs, stage by stage, each behind what it needs.
    builds: Vec<BuildEntry<'a>>,
    /// Every job that runs tests, stage by stage.
    jobs: Vec<JobEntry<'a>>,
}

impl<'a> Document<'a> {
    /// Of the jobs of a plan.
    pub fn of(jobs: &'a Jobs<'_>, names: &'a Names<'a>) -> Self {
        let plan: &Plan = jobs.plan;
        let head = plan.plans.iter().next().map(|(_, declared)| &declared.head);
        Self {
            format: FORMAT,
            name: head.map_or("", |head| head.name()),
            title: head.map(|head| head.title.clone()).unwrap_or_default(),
            description: &plan.intro,
            stages: jobs.stages.iter().map(|stage| names.of(*stage)).collect(),
            markers: markers(plan, names),
            axes: axes(plan, names),
            declarations: Declarations(names),
            builds: super::jobs::builds(jobs, names),
            jobs: super::jobs::jobs(jobs, names),
        }
    }
}

/// A marker of tests.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Marker", deny_unknown_fields)]
struct MarkerEntry<'a> {
    /// Its name.
    name: &'static str,
    /// What is said of it where it is declared.
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    /// The name of the `marker_group` that lists it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    group: Option<&'static str>,
    /// The name of the `service` whose dependants carry it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    service: Option<&'static str>,
    /// Where it is named first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Origin")]
    origin: Option<Origin>,
}

fn markers<'a>(plan: &'a Plan, names: &Names<'_>) -> Vec<MarkerEntry<'a>> {
    let entry = |(_, name, info): (_, crate::name::Name, &crate::schema::values::MarkerInfo)| {
        let declared = info.declared.map(|id| &plan.marker_declarations[id].head);
        MarkerEntry {
            name: name.as_str(),
            description: declared.map_or("", |head| head.doc.as_str()),
            group: info.group.map(|group| names.of(group)),
            service: info.service.map(|service| names.of(service)),
            origin: names.place(info.span),
        }
    };
    plan.markers.iter().map(entry).collect()
}

/// An axis with its values.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Axis", deny_unknown_fields)]
struct AxisEntry<'a> {
    /// The name of the `axis`.
    axis: &'static str,
    /// Whether its values divide the tests between them; otherwise they run them again.
    divides: bool,
    /// Its values, in order.
    values: Vec<AxisValueEntry<'a>>,
}

/// A value of an axis.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AxisValue", deny_unknown_fields)]
struct AxisValueEntry<'a> {
    /// Its name.
    name: &'static str,
    /// What stands for it in commands, variables and formulas; empty for `none`.
    text: &'a str,
    /// The tests it takes, on an axis that divides them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "MarkerExpression")]
    takes: Option<MarkerExpression>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Origin")]
    origin: Option<Origin>,
}

fn axes<'a>(plan: &'a Plan, names: &Names<'_>) -> Vec<AxisEntry<'a>> {
    let entry = |(id, axis): (crate::schema::Id<crate::schema::kinds::Axis>, _)| {
        let axis: &Decl<crate::schema::kinds::Axis> = axis;
        let values = plan.axis_values[id.index()].iter();
        AxisEntry {
            axis: axis.head.name(),
            divides: axis.repeats.is_none(),
            values: values
                .map(|value| AxisValueEntry {
                    name: value.name.as_str(),
                    text: &value.text,
                    takes: value
                        .selects
                        .as_ref()
                        .map(|selection| MarkerExpression::of_selection(selection, names)),
                    origin: names.place(value.span),
                })
                .collect(),
        }
    };
    plan.axes.iter().map(entry).collect()
}

/// Every declaration, in a list for each kind that the plan has some of.
struct Declarations<'a>(&'a Names<'a>);

impl Serialize for Declarations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.0.plan.write(self, &mut map)?;
        map.end()
    }
}

impl JsonSchema for Declarations<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Declarations".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema::declarations(generator)
    }
}

impl EachKind for Declarations<'_> {
    fn of<'a, T: Kind>(&'a self, table: &'a Table<T>) -> Option<impl Serialize + 'a> {
        let declaration = |(_, declared): (_, &'a Decl<T>)| Declaration::of(declared, self.0);
        let list: Vec<Declaration<'_, T>> = table.iter().map(declaration).collect();
        (!list.is_empty()).then_some(list)
    }
}

/// A declaration. Its schema is made from the table, kind by kind: see [`schema`].
#[derive(Serialize)]
#[serde(bound = "")]
struct Declaration<'a, T: Kind> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extends: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs: Option<<crate::schema::values::JobPattern as Form>::Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    fields: Fields<'a, T>,
    origins: IndexMap<&'static str, Origin>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    open: Vec<OpenQuestion<'a>>,
}

impl<'a, T: Kind> Declaration<'a, T> {
    fn of(declared: &'a Decl<T>, names: &'a Names<'a>) -> Self {
        let head = &declared.head;
        let kind = T::ID.schema();
        // A feature stands in another one without having to.
        let outer = kind.inside.unwrap_or(T::ID);
        let inside = head
            .parent
            .map(|parent| names.plan.head(outer, parent).name());
        let origins = head.places.iter();
        Self {
            name: kind.is_named().then(|| head.name()),
            title: kind.is_named().then_some(&head.title),
            description: &head.doc,
            inside,
            extends: head.extends.map(|name| name.as_str()),
            jobs: head.jobs.as_ref().map(|jobs| jobs.json(names)),
            origin: names.place(head.span),
            fields: Fields(&declared.body, names),
            origins: origins
                .filter_map(|(field, span)| Some((*field, names.place(*span)?)))
                .collect(),
            open: head
                .open
                .iter()
                .map(|q| OpenQuestion::of(q, names))
                .collect(),
        }
    }
}

/// The fields of a declaration of which something is said, and those with a default.
struct Fields<'a, T>(&'a T, &'a Names<'a>);

impl<T: Kind> Serialize for Fields<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.0.write(self.1, &mut map)?;
        map.end()
    }
}

/// A field that waits for an answer.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct OpenQuestion<'a> {
    /// The name of the field.
    field: &'static str,
    /// The question.
    question: &'a str,
    /// Where it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Origin")]
    origin: Option<Origin>,
}

impl<'a> OpenQuestion<'a> {
    fn of(question: &'a Question, names: &Names<'_>) -> Self {
        Self {
            field: question.field,
            question: &question.text,
            origin: names.place(question.span),
        }
    }
}
