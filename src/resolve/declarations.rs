//! Declarations on their way to being read: flattened, each with its kind and full name.

use std::borrow::Cow;

use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::reader::{FieldType, Reader, field};
use crate::schema::values::{JobPattern, Line, Work};
use crate::schema::{EXTENDS, FieldSchema, Head, Id, KindId, Plan, TITLE, kinds::KINDS};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{self, Declaration, Field};

/// A declaration whose kind is known.
#[derive(Debug)]
pub struct Resolvable<'f> {
    /// Its kind.
    pub kind: KindId,
    /// Its full name.
    pub name: Name,
    /// As it was written.
    pub syntax: &'f Declaration,
    /// Its fields, with those of the declaration that it extends.
    pub fields: Cow<'f, [Field]>,
    /// Whether something of it, or of what it extends, could not be had, so that fields may be missing
    /// for that reason.
    pub incomplete: bool,
    /// The kind and full name of the declaration around it.
    pub parent: Option<(KindId, Name)>,
    /// The index of the declaration around it, once names are known.
    pub parent_index: Option<u32>,
}

impl Resolvable<'_> {
    /// Its head, with title and documentation.
    pub fn head(&self, reader: &mut Reader<'_>) -> Head {
        let title = self
            .syntax
            .fields
            .iter()
            .find(|f| {
                f.name.len() as usize == TITLE.name.len() && reader.text(f.name) == TITLE.name
            })
            .and_then(|f| Line::read(&f.value, reader))
            .map_or_else(|| self.name.words(), |title| title.to_string());
        Head {
            name: Some(self.name),
            title,
            doc: docs(reader.sources, &self.syntax.docs),
            span: self.syntax.span,
            head: self.syntax.head(),
            parent: self.parent_index,
            jobs: self.jobs(reader),
            extends: self.extends(reader.sources),
            open: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The declaration that it extends.
    fn extends(&self, sources: &SourceMap) -> Option<Name> {
        let given = self.syntax.fields.iter();
        let mut given = given.filter(|field| sources.text(field.name) == EXTENDS.name);
        given
            .next()
            .map(|field| Name::new(sources.text(field.value.span)))
    }
}

impl Resolvable<'_> {
    /// The jobs that `at (…)` is about: of the suite around it, where its parentheses say.
    fn jobs(&self, reader: &mut Reader<'_>) -> Option<JobPattern> {
        if self.kind != KindId::At {
            return None;
        }
        let mut pattern = JobPattern {
            of: self.parent_index.map(|suite| Work::Suite(Id::new(suite))),
            span: self.syntax.kind,
            ..JobPattern::default()
        };
        // What cannot be read was reported, and then nothing is derived from the plan.
        let _ = pattern.arguments(&self.syntax.pattern, reader);
        Some(pattern)
    }
}

/// Documentation lines as one text: one leading space is taken off each.
pub fn docs(sources: &SourceMap, lines: &[Span]) -> String {
    let mut text = String::new();
    for line in lines {
        let line = sources.text(*line).trim_end();
        text.push_str(line.strip_prefix(' ').unwrap_or(line));
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

/// The `//!` lines of the file that declares the plan.
pub fn intro(sources: &SourceMap, files: &[(FileId, ast::File)], plan: &Plan) -> String {
    let Some((_, declared)) = plan.plans.iter().next() else {
        return String::new();
    };
    let home = sources.file_of(declared.head.span).base();
    files
        .iter()
        .find(|(id, _)| sources.file(*id).base() == home)
        .map(|(_, file)| docs(sources, &file.docs))
        .unwrap_or_default()
}

/// The declarations of a plan, those that stand in others behind the ones around them.
#[derive(Debug, Default)]
pub struct Flat<'f> {
    /// Those that can be read.
    pub declarations: Vec<Resolvable<'f>>,
    /// The others; why they cannot be read was reported.
    pub dropped: Vec<Span>,
}

impl<'f> Flat<'f> {
    /// Adds a declaration, then those nested in it.
    pub fn add(
        &mut self,
        sources: &SourceMap,
        syntax: &'f Declaration,
        parent: Option<(KindId, Name)>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some((kind, own)) =
            self.kind_and_name(sources, syntax, parent.map(|(k, _)| k), diagnostics)
        else {
            self.dropped.push(syntax.span);
            return;
        };
        let full = match parent {
            None => Name::new(&own),
            Some((_, outer)) => Name::new(&format!("{outer}/{own}")),
        };
        self.declarations.push(Resolvable {
            kind,
            name: full,
            syntax,
            fields: Cow::Borrowed(&syntax.fields),
            incomplete: syntax.damaged,
            parent,
            parent_index: None,
        });
        for nested in &syntax.nested {
            self.add(sources, nested, Some((kind, full)), diagnostics);
        }
    }

    /// The kind and the own name of a declaration; nothing where it cannot be read.
    fn kind_and_name(
        &self,
        sources: &SourceMap,
        syntax: &Declaration,
        outer: Option<KindId>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(KindId, String)> {
        let word = sources.text(syntax.kind);
        let Some(kind) = KindId::from_word(word) else {
            diagnostics.push(unknown_kind(sources, syntax, outer));
            return None;
        };
        let own = match (syntax.name, kind.schema().is_named()) {
            (Some(name), true) => {
                let own = sources.text(name).to_owned();
                let taken = if kind == KindId::Marker {
                    NO_MARKERS
                } else {
                    RESERVED
                };
                if taken.contains(&own.as_str()) {
                    diagnostics.push(reserved(&own, &word.replace('_', " "), name));
                }
                own
            }
            (None, true) => {
                let message = format!("this {word} has no name");
                let help = format!("write `{word} name {{ … }}`");
                diagnostics
                    .push(Diagnostic::new(codes::MISSING_FIELD, syntax.kind, message).help(help));
                return None;
            }
            (Some(name), false) => {
                let message = format!("{} has no name", suggest::a(word));
                let help = format!("say for which jobs: `{word} (stage: …) {{ … }}`");
                diagnostics.push(Diagnostic::new(codes::MISPLACED, name, message).help(help));
                return None;
            }
            // Nobody can write this name: `#` begins no name.
            (None, false) => format!("{word}#{}", self.declarations.len()),
        };
        let may_stand = match (kind, outer) {
            (KindId::Feature, Some(outer)) => outer == KindId::Feature,
            _ => kind.schema().inside == outer,
        };
        if !may_stand {
            diagnostics.push(misplaced(kind, outer, syntax.kind));
            return None;
        }
        match (syntax.pattern.as_slice(), kind) {
            ([], KindId::At) => {
                let message = "this does not say for which jobs".to_owned();
                diagnostics.push(
                    Diagnostic::new(codes::MISSING_FIELD, syntax.kind, message)
                        .help("write `at (stage: nightly) { … }`, or give the fields to the suite"),
                );
                return None;
            }
            ([first, ..], kind) if kind != KindId::At => {
                let message = format!("{} takes no parentheses", suggest::a(word));
                diagnostics.push(
                    Diagnostic::new(codes::MISPLACED, first.value.span, message)
                        .help("take the parentheses out")
                        .maybe_fix(parentheses(sources, syntax)),
                );
            }
            _ => {}
        }
        Some((kind, own))
    }
}

/// Words that the language reads as something else wherever a name can stand.
const RESERVED: &[&str] = &["and", "or", "not", "true", "false"];

/// Words that a marker cannot be asked for by: each means something else in an expression.
const NO_MARKERS: &[&str] = &["and", "or", "not", "true", "false", "all", "rest"];

fn reserved(name: &str, word: &str, span: Span) -> Diagnostic {
    let means = match name {
        "all" => "means every test",
        "rest" => "means what no earlier part took",
        "true" | "false" => "is a value",
        _ => "joins values",
    };
    let message = format!("`{name}` {means}, and so names no {word}");
    Diagnostic::new(codes::RESERVED_NAME, span, message).help("choose another name")
}

/// Reports a marker that no expression could name.
pub fn reserved_marker(name: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    if NO_MARKERS.contains(&name) {
        diagnostics.push(reserved(name, "marker", span));
    }
}

/// Words that other tools have for a kind, with the kind that means the same here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("job", "suite"),
    ("test", "suite"),
    ("tests", "suite"),
    ("pipeline", "stage"),
    ("workflow", "stage"),
    ("step", "part"),
    ("matrix", "axis"),
    ("env", "environment"),
    ("var", "variable"),
    ("const", "constant"),
    ("let", "constant"),
    ("group", "marker_group"),
    ("markers", "marker_group"),
    ("image", "build"),
    ("team", "owner"),
];

/// The report of a declaration whose first word is no kind.
fn unknown_kind(sources: &SourceMap, syntax: &Declaration, outer: Option<KindId>) -> Diagnostic {
    let word = sources.text(syntax.kind);
    let kinds = || KINDS.iter().map(|k| k.name);
    let message = format!("there is no kind of declaration `{word}`");
    let diagnostic = Diagnostic::new(codes::UNKNOWN_KIND, syntax.kind, message);
    if let Some(name) = syntax.name
        && KindId::from_word(sources.text(name)).is_some()
    {
        let right = format!("{} {word}", sources.text(name));
        return diagnostic
            .help(format!("the kind comes first: `{right}`"))
            .fix(Fix::replace(syntax.kind.to(name), right));
    }
    if let Some(near) = suggest::nearest(word, kinds()) {
        let meant = suggest::certain(word, kinds());
        return diagnostic
            .help(format!("did you mean `{near}`?"))
            .maybe_fix(meant.map(|meant| Fix::replace(syntax.kind, meant)));
    }
    if syntax.name.is_none() && outer.is_none() {
        return diagnostic.help(format!(
            "a declaration is `kind name {{ … }}`: if `{word}` is the name, write its kind before it"
        ));
    }
    if let Some((_, kind)) = ELSEWHERE
        .iter()
        .find(|(elsewhere, _)| word.eq_ignore_ascii_case(elsewhere))
    {
        return diagnostic
            .help(format!(
                "what is called so elsewhere may be a `{kind}` here"
            ))
            .fix(Fix::replace(syntax.kind, *kind).to_be_judged());
    }
    let mut here: Vec<&str> = KINDS
        .iter()
        .filter(|kind| kind.id.schema().inside == outer)
        .map(|kind| kind.name)
        .collect();
    here.sort_unstable();
    match outer {
        Some(outer) if here.is_empty() => {
            let around = suggest::a(outer.schema().name);
            diagnostic.help(format!("no declaration stands inside {around}"))
        }
        _ => diagnostic.help(format!("there is {}", suggest::listed(&here))),
    }
}

/// The report of a declaration that stands where its kind may not.
fn misplaced(kind: KindId, outer: Option<KindId>, span: Span) -> Diagnostic {
    let word = suggest::a(kind.schema().name);
    let home = kind.schema().inside;
    let message = match (outer, home) {
        (Some(outer), _) => format!(
            "{word} cannot stand inside {}",
            suggest::a(outer.schema().name)
        ),
        (None, Some(home)) => format!("{word} stands inside {}", suggest::a(home.schema().name)),
        (None, None) => format!("{word} cannot stand here"),
    };
    let help = home.map_or_else(
        || "move it to the outermost level".to_owned(),
        |home| format!("move it into {}", suggest::a(home.schema().name)),
    );
    Diagnostic::new(codes::MISPLACED, span, message).help(help)
}

/// Takes out the parentheses behind the name of a declaration. What stands in them may have been
/// meant for something: a person decides.
fn parentheses(sources: &SourceMap, syntax: &Declaration) -> Option<Fix> {
    let last = syntax.pattern.last()?;
    let file = sources.file_of(syntax.span);
    let from = syntax.head().end;
    let behind = (last.value.span.end - file.base()) as usize;
    let closing = u32::try_from(file.text()[behind..].find(')')?).ok()?;
    let span = Span::new(from, last.value.span.end + closing + 1);
    Some(Fix::remove(span, "take the parentheses out").to_be_judged())
}

/// What is taken out of the text with a field: its line where it stands alone on it, else one of the
/// commas beside it. Nothing where a comment is on the line, which may belong to the field or not.
fn removal(sources: &SourceMap, field: Span) -> Option<Span> {
    let file = sources.file_of(field);
    let text = file.text();
    let (start, end) = (
        (field.start - file.base()) as usize,
        (field.end - file.base()) as usize,
    );
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let (before, after) = (&text[line_start..start], &text[end..line_end]);
    let blank = |text: &str| text.trim().is_empty();
    let comma = after.trim_start().strip_prefix(',');
    let (from, to) = if after.contains("//") {
        return None;
    } else if blank(before) && blank(comma.unwrap_or(after)) {
        (line_start, (line_end + 1).min(text.len()))
    } else if let Some(rest) = comma {
        (start, line_end - rest.trim_start().len())
    } else {
        let rest = before.trim_end().strip_suffix(',')?;
        (line_start + rest.len(), end)
    };
    let at = |offset: usize| {
        u32::try_from(offset)
            .map(|offset| file.base() + offset)
            .ok()
    };
    Some(Span::new(at(from)?, at(to)?))
}

/// Reports fields that the kind does not have, fields given twice and fields that are missing.
pub fn check_fields(
    sources: &SourceMap,
    declaration: &Resolvable<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let schema = declaration.kind.schema();
    // Inherited fields were looked at where they stand.
    let fields = &declaration.syntax.fields;
    let names: Vec<&str> = fields.iter().map(|f| sources.text(f.name)).collect();
    for (index, given) in fields.iter().enumerate() {
        let name = names[index];
        if field(declaration.kind, name).is_none() {
            let known = schema.all_fields().map(|f| f.name);
            let message = format!("{} has no field `{name}`", suggest::a(schema.name));
            // A field that is there already is not meant once more.
            let absent = known.clone().filter(|known| !names.contains(known));
            let fix = suggest::certain(name, known.clone())
                .filter(|meant| absent.clone().any(|absent| absent == *meant))
                .map(|meant| Fix::replace(given.name, meant));
            diagnostics.push(
                Diagnostic::new(codes::UNKNOWN_FIELD, given.name, message)
                    .maybe_help(match super::refused::why(declaration.kind, name) {
                        Some(why) => Some(why.to_owned()),
                        None => suggest::help(name, "field", known),
                    })
                    .maybe_fix(fix),
            );
        }
        let earlier = names[..index].iter().position(|earlier| *earlier == name);
        if let Some(earlier) = earlier.map(|earlier| &fields[earlier]) {
            let message = format!("`{name}` is given twice");
            let same = sources.text(earlier.value.span) == sources.text(given.value.span);
            let fix = removal(sources, given.name.to(given.value.span))
                .filter(|_| same)
                .map(|span| Fix::remove(span, format!("take the second `{name}` out")));
            let help = same.then(|| "both say the same: take one out".to_owned());
            diagnostics.push(
                Diagnostic::new(codes::DUPLICATE, given.name, message)
                    .label(earlier.name, "it was given here first")
                    .maybe_help(help)
                    .maybe_fix(fix),
            );
        }
    }
    let names: Vec<&str> = declaration
        .fields
        .iter()
        .map(|f| sources.text(f.name))
        .collect();
    // A field that was misspelt is there, and reported already.
    let is_misspelt = |wanted: &str| {
        let unknown = names
            .iter()
            .filter(|name| field(declaration.kind, name).is_none());
        let mut meant = unknown
            .filter_map(|name| suggest::nearest(name, schema.all_fields().map(|known| known.name)));
        meant.any(|meant| meant == wanted)
    };
    let missing: Vec<&FieldSchema> = schema
        .fields
        .iter()
        .filter(|f| f.required && !declaration.incomplete)
        .filter(|f| !names.contains(&f.name) && !is_misspelt(f.name))
        .collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<&str> = missing.iter().map(|f| f.name).collect();
    let message = format!(
        "`{}` has no {}, which {} must have",
        declaration.name,
        suggest::listed(&names),
        suggest::a(schema.name)
    );
    let examples: Vec<&str> = missing.iter().map(|f| f.example).collect();
    diagnostics.push(
        Diagnostic::new(codes::MISSING_FIELD, declaration.syntax.head(), message)
            .help(format!("for example {}", suggest::listed(&examples))),
    );
}
