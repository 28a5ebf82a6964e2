//! The JSON Schema of the document, made from the table of the language and the forms of its types.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::document::{Document, OpenQuestion};
use crate::name::one_line;
use crate::schema::form::{Form, Origin};
use crate::schema::kinds::KINDS;
use crate::schema::values::JobPattern;
use crate::schema::{EXTENDS, FieldSchema, KindId, KindSchema, TITLE};

/// The JSON Schema, of draft 2020-12, of what `--target json` writes.
pub fn schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<Document<'_>>();
    // What the banner puts before the rest.
    for (name, description) in [
        (
            "generated",
            "From which plan dtpc wrote this, and how it is written anew.",
        ),
        (
            "digest",
            "By this dtpc notices whether the rest was changed by hand.",
        ),
    ] {
        let text = json!({ "type": "string", "description": description });
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.insert(name.to_owned(), text);
        }
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.push(name.into());
        }
    }
    on_one_line(&mut schema);
    schema
}

/// Takes the line breaks of the source out of what things mean, here and in all that is inside.
fn on_one_line(schema: &mut Schema) {
    schemars::transform::transform_subschemas(&mut on_one_line, schema);
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = one_line(text);
    }
}

/// A list of declarations for each kind.
pub(super) fn declarations(generator: &mut SchemaGenerator) -> Schema {
    let mut lists = Map::new();
    for kind in KINDS {
        let declaration = declaration(kind, generator);
        generator
            .definitions_mut()
            .insert(kind.name.to_owned(), declaration.into());
        let items = json!({ "$ref": format!("#/$defs/{}", kind.name) });
        lists.insert(
            kind.name.to_owned(),
            json!({ "type": "array", "minItems": 1, "items": items }),
        );
    }
    json_schema!({
        "description": "Every declaration, in a list for each kind that the plan has some of.",
        "type": "object",
        "properties": lists,
        "required": ["plan"],
        "additionalProperties": false,
    })
}

/// A declaration of one kind.
fn declaration(kind: &KindSchema, generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    let mut required = vec!["fields", "origins"];
    let mut add = |name: &str, description: &str, schema: Schema| {
        properties.insert(name.to_owned(), described(schema, description).into());
    };
    let text = generator.subschema_for::<String>();
    if kind.is_named() {
        let full = "Its name; of what is nested, behind that of what is around it and a slash.";
        add("name", full, text.clone());
        add("title", TITLE.doc, text.clone());
        required.extend(["name", "title"]);
    } else {
        let jobs = generator.subschema_for::<<JobPattern as Form>::Json>();
        add("jobs", "The jobs it is about.", jobs);
        required.push("jobs");
    }
    add(
        "description",
        "What is said of it in front of it, with `///`.",
        text.clone(),
    );
    if kind.inside.is_some() || kind.id == KindId::Feature {
        let outer = kind.inside.map_or(kind.name, |outer| outer.schema().name);
        let words = format!("The name of the `{outer}` that it stands in.");
        add("inside", &words, text.clone());
        required.extend(kind.inside.is_some().then_some("inside"));
    }
    if kind.may_extend() {
        let words = "The declaration of its kind whose fields hold where it gives none. They are among \
                     its own here.";
        add(EXTENDS.name, words, text);
    }
    let origin = generator.subschema_for::<Origin>();
    let words = "Where it is written. A tool that needs no declaration has none.";
    add("origin", words, origin.clone());
    let questions = generator.subschema_for::<Vec<OpenQuestion<'_>>>();
    add("open", "The fields that wait for an answer.", questions);
    add(
        "fields",
        "Its fields: those that are given, and those with a default.",
        fields(kind, generator),
    );
    let names: Vec<&str> = kind.all_fields().map(|field| field.name).collect();
    let origins = json_schema!({
        "type": "object",
        "propertyNames": { "enum": names },
        "additionalProperties": origin,
    });
    let words = "Where the fields are written that are given: here, or in what it extends.";
    add("origins", words, origins);
    json_schema!({
        "title": kind.name,
        "description": one_line(kind.doc),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// The fields of a kind.
fn fields(kind: &KindSchema, generator: &mut SchemaGenerator) -> Schema {
    let fields = kind.fields.iter();
    let properties: Map<String, Value> = fields
        .map(|field| (field.name.to_owned(), self::field(field, generator).into()))
        .collect();
    let defaults = kind.fields.iter().filter(|field| field.default.is_some());
    let required: Vec<&str> = defaults.map(|field| field.name).collect();
    json_schema!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// A field: its type, what it means, and how it is written in a plan.
fn field(field: &FieldSchema, generator: &mut SchemaGenerator) -> Schema {
    let mut schema = described((field.json)(generator), field.doc);
    schema.insert("title".to_owned(), field.name.into());
    // Annotations of our own: validators pass over them, editors may show them.
    schema.insert("x-takes".to_owned(), (field.shape)().into());
    schema.insert("x-example".to_owned(), field.example.into());
    if let Some(default) = field.json_default {
        schema.insert("default".to_owned(), default());
    }
    schema
}

/// A schema with another description.
fn described(mut schema: Schema, description: &str) -> Schema {
    schema.insert("description".to_owned(), one_line(description).into());
    schema
}
