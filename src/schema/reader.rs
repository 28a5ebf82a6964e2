//! From values without types to the types of the table.

use rustc_hash::{FxHashMap, FxHashSet};

use super::form::Form;
use super::values::{MarkerId, Text};
use super::{FieldSchema, Head, KindId, Question};
use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::resolve::{Declared, Scope};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Argument, Element, Field, Sign, Value, ValueKind};

/// Whether a word says that somebody does not know yet.
fn is_unknown(word: &str) -> bool {
    let words = [
        "tba",
        "tbd",
        "todo",
        "fixme",
        "unknown",
        "undecided",
        "unclear",
        "pending",
        "later",
        "open",
    ];
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What other languages write where there is nothing.
const NOTHING: &[&str] = &["null", "none", "None", "nil", "undefined"];

/// A type that a field can have: how it is read, and the form in which it is handed on.
pub trait FieldType: Sized + Form {
    /// Whether the field may be left `open("…")`; it is then read as absent.
    const MAY_BE_OPEN: bool = false;

    /// The values it takes, in words for the reference: "a duration".
    fn shape() -> String;

    /// Reads a value; what does not fit is reported, and nothing returned.
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self>;
}

/// What reading needs to know, and where it reports.
pub struct Reader<'a> {
    /// The texts.
    pub sources: &'a SourceMap,
    /// The names.
    pub scope: &'a Scope,
    /// What did not fit.
    pub diagnostics: &'a mut Vec<Diagnostic>,
    /// What was named so far.
    pub used: Used,
}

/// What the fields of a plan name.
#[derive(Debug, Default)]
pub struct Used {
    /// How often each declaration is named, by kind and number.
    pub declarations: FxHashMap<(KindId, u32), u32>,
    /// Markers in expressions.
    pub markers: FxHashSet<MarkerId>,
}

impl Reader<'_> {
    /// Reports that a value is not what its place takes.
    pub fn wrong<T>(&mut self, value: &Value, expected: &str) -> Option<T> {
        let found = match &value.kind {
            ValueKind::Name | ValueKind::Number { .. } => {
                format!("`{}`", self.sources.text(value.span))
            }
            _ => value.describe().to_owned(),
        };
        let fix = self.rewritten(value, expected);
        let help = match value.kind {
            ValueKind::Text if fix.is_some() => Some("take the quotes off"),
            ValueKind::Name | ValueKind::Number { .. } | ValueKind::Date if fix.is_some() => {
                Some("put it in double quotes")
            }
            ValueKind::Call { .. } if fix.is_some() => Some("take the parentheses off"),
            ValueKind::List(ref elements) if !elements.is_empty() && !expected.contains("list") => {
                Some("this takes one value, without brackets")
            }
            ValueKind::And(_) if expected.starts_with("the name") => {
                Some("several names stand in a list, separated by commas")
            }
            ValueKind::Name if NOTHING.contains(&self.sources.text(value.span)) => {
                Some("a field that says nothing is left out")
            }
            ValueKind::Name if is_unknown(self.sources.text(value.span)) => {
                Some("while it is not known, write `open(\"…\")` with the question")
            }
            _ => None,
        };
        let message = format!("expected {expected}, found {found}");
        self.diagnostics.push(
            Diagnostic::new(codes::WRONG_TYPE, value.span, message)
                .maybe_help(help.map(str::to_owned))
                .maybe_fix(fix),
        );
        None
    }

    /// The value with quotes or without them, or without empty parentheses, where that is what is
    /// expected.
    fn rewritten(&self, value: &Value, expected: &str) -> Option<Fix> {
        let text = self.sources.text(value.span);
        match &value.kind {
            ValueKind::Text if !expected.contains("string") && !expected.contains('"') => {
                let bare = text.trim_matches('"');
                let is_expression = expected.starts_with("a marker expression");
                let plain = |c: char| {
                    c.is_ascii_alphanumeric() || "_/.%-".contains(c) || (is_expression && c == ' ')
                };
                let whole = !bare.is_empty() && bare.chars().all(plain);
                whole.then(|| Fix::replace(value.span, bare))
            }
            ValueKind::Name | ValueKind::Number { .. } | ValueKind::Date
                if expected == "a string" =>
            {
                Some(Fix::replace(value.span, format!("\"{text}\"")))
            }
            ValueKind::Call { callee, arguments } if arguments.is_empty() => {
                let bare = self.sources.text(*callee);
                let takes_arguments = expected.contains(&format!("`{bare}("));
                (!takes_arguments).then(|| Fix::replace(value.span, bare))
            }
            ValueKind::List(elements) if elements.len() == 1 && !expected.contains("list") => {
                let only = self.sources.text(elements[0].value.span);
                Some(Fix::replace(value.span, only))
            }
            _ => None,
        }
    }

    /// Reports something else about a place.
    pub fn report<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }

    /// Notes that a declaration is named.
    pub fn mark(&mut self, kind: KindId, index: u32) {
        *self.used.declarations.entry((kind, index)).or_default() += 1;
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    /// The name that a value is, if it is one.
    pub fn word(&self, value: &Value) -> Option<&str> {
        matches!(value.kind, ValueKind::Name).then(|| self.sources.text(value.span))
    }

    /// The name and arguments of a value that may be a name or a call.
    pub fn called<'v>(&self, value: &'v Value) -> Option<(Span, &'v [Argument])> {
        match &value.kind {
            ValueKind::Name => Some((value.span, &[])),
            ValueKind::Call { callee, arguments } => Some((*callee, arguments)),
            _ => None,
        }
    }

    /// The declaration of one kind that a name stands for; an unknown name is reported.
    pub fn lookup(&mut self, kind: KindId, span: Span) -> Option<u32> {
        let written = self.sources.text(span);
        let name = match written.split_once('.') {
            None => written,
            Some((word, name)) if word == kind.schema().name => name,
            Some((word, _)) if KindId::from_word(word).is_none() => {
                let slashed = written.replace('.', "/");
                let nested = self.scope.find(kind, Name::new(&slashed)).is_some();
                let mut diagnostic = self.unknown(kind, written, span);
                if nested {
                    diagnostic.fixes = vec![Fix::replace(span, slashed.clone())];
                }
                let help = format!("what is nested is named with a slash: `{slashed}`");
                return self.report(diagnostic.help(help));
            }
            Some((word, _)) => {
                let wanted = kind.schema().name;
                return self.report(Diagnostic::new(
                    codes::WRONG_TYPE,
                    span,
                    format!(
                        "expected {}, found {}",
                        suggest::a(wanted),
                        suggest::a(word)
                    ),
                ));
            }
        };
        if let Some(found) = self.scope.find(kind, Name::new(name)) {
            let index = found.index;
            self.mark(kind, index);
            return Some(index);
        }
        let diagnostic = self.unknown(kind, name, span);
        self.report(diagnostic)
    }

    fn unknown(&self, kind: KindId, name: &str, span: Span) -> Diagnostic {
        let word = kind.schema().name;
        let diagnostic = Diagnostic::new(
            codes::UNKNOWN_NAME,
            span,
            format!("there is no {word} `{name}`"),
        );
        let candidates = self.scope.names(kind);
        if let Some(near) = suggest::nearest(name, candidates.clone()) {
            let written = self.sources.text(span);
            let prefix = written.strip_suffix(name).unwrap_or_default();
            let fix = suggest::certain(name, candidates)
                .map(|meant| Fix::replace(span, format!("{prefix}{meant}")));
            let diagnostic = diagnostic
                .help(format!("did you mean `{near}`?"))
                .maybe_fix(fix);
            return match self.scope.find(kind, Name::new(near)) {
                Some(Declared {
                    span: Some(place), ..
                }) => diagnostic.label(*place, format!("`{near}` is declared here")),
                _ => diagnostic,
            };
        }
        if let Some((
            other,
            Declared {
                span: Some(place), ..
            },
        )) = self.scope.other_kind(kind, Name::new(name))
        {
            let other = other.schema().name;
            return diagnostic
                .label(*place, format!("this `{name}` is {}", suggest::a(other)))
                .help(format!(
                    "name {}, or declare it: `{word} {name} {{ … }}`",
                    suggest::a(word)
                ));
        }
        let help = suggest::help(name, word, candidates);
        diagnostic.maybe_help(help)
    }
}

/// The fields of one declaration while it is read.
pub struct Fields<'r, 'a> {
    reader: &'r mut Reader<'a>,
    /// Each with its name, which every field of the kind is compared with.
    given: Vec<(&'a str, &'r Field)>,
    open: Vec<Question>,
    places: Vec<(&'static str, Span)>,
}

impl<'r, 'a> Fields<'r, 'a> {
    /// Reads `fields`, whose names were checked before.
    pub fn new(reader: &'r mut Reader<'a>, fields: &'r [Field]) -> Self {
        let sources = reader.sources;
        Self {
            reader,
            given: fields.iter().map(|f| (sources.text(f.name), f)).collect(),
            open: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The value of a field, or of its absence.
    pub fn take<T: FieldType>(&mut self, name: &'static str, absent: fn() -> T) -> T {
        let Some((_, field)) = self.given.iter().find(|(given, _)| *given == name) else {
            return absent();
        };
        self.places.push((name, field.name));
        if is_open(&field.value, self.reader) {
            if T::MAY_BE_OPEN {
                self.open
                    .extend(question(&field.value, self.reader).map(|q| Question {
                        field: name,
                        text: q.to_string(),
                        span: field.value.span,
                    }));
            } else {
                self.reader.diagnostics.push(
                    Diagnostic::new(
                        codes::WRONG_TYPE,
                        field.value.span,
                        format!("`{name}` cannot be left open"),
                    )
                    .help(format!("it takes {}", T::shape())),
                );
            }
            return absent();
        }
        T::read(&field.value, self.reader).unwrap_or_else(absent)
    }

    /// Puts what reading found into the head.
    pub fn finish(&mut self, mut head: Head) -> Head {
        head.open.append(&mut self.open);
        head.places = std::mem::take(&mut self.places);
        head
    }
}

/// Whether a value is `open(…)`.
fn is_open(value: &Value, reader: &Reader<'_>) -> bool {
    matches!(&value.kind, ValueKind::Call { callee, .. } if reader.text(*callee) == "open")
}

/// The question of `open("…")`; where it is missing, that is reported.
fn question(value: &Value, reader: &mut Reader<'_>) -> Option<Text> {
    match &value.kind {
        ValueKind::Call { arguments, .. } if arguments.len() == 1 => {
            Text::read(&arguments[0].value, reader)
        }
        _ => reader.report(
            Diagnostic::new(codes::WRONG_TYPE, value.span, "`open` takes the question")
                .help("write what is not known yet: `open(\"who owns this?\")`"),
        ),
    }
}

/// The arguments of a call, by position or by name.
pub struct Arguments<'r, 'a> {
    /// Where values are read and reported.
    pub reader: &'r mut Reader<'a>,
    given: Vec<(&'static str, &'r Value)>,
    failed: bool,
}

impl<'r, 'a> Arguments<'r, 'a> {
    /// Matches arguments to parameters: those without a name in the order of `parameters`.
    pub fn new(
        reader: &'r mut Reader<'a>,
        arguments: &'r [Argument],
        parameters: &'static [&'static str],
    ) -> Self {
        let mut given: Vec<(&'static str, &'r Value)> = Vec::new();
        let mut failed = false;
        for (position, argument) in arguments.iter().enumerate() {
            let (span, parameter) = match argument.name {
                Some(name) => {
                    let written = reader.text(name);
                    (name, parameters.iter().find(|p| **p == written))
                }
                None => (argument.value.span, parameters.get(position)),
            };
            match parameter {
                Some(parameter) if given.iter().any(|(known, _)| known == parameter) => {
                    failed = true;
                    reader.diagnostics.push(Diagnostic::new(
                        codes::DUPLICATE,
                        span,
                        format!("`{parameter}` is given twice"),
                    ));
                }
                Some(parameter) => given.push((*parameter, &argument.value)),
                None => {
                    failed = true;
                    let message = match argument.name {
                        Some(name) => format!("there is no argument `{}`", reader.text(name)),
                        None => "this is one argument too many".to_owned(),
                    };
                    let help = match parameters {
                        [] => Some("it takes no arguments".to_owned()),
                        _ if argument.name.is_none() => {
                            Some(format!("it takes {}", suggest::listed(parameters)))
                        }
                        _ => {
                            suggest::help(reader.text(span), "argument", parameters.iter().copied())
                        }
                    };
                    let fix = argument
                        .name
                        .and_then(|name| {
                            suggest::certain(reader.text(name), parameters.iter().copied())
                        })
                        .map(|meant| Fix::replace(span, meant))
                        .or_else(|| superfluous(arguments, position));
                    reader.diagnostics.push(
                        Diagnostic::new(codes::UNKNOWN_FIELD, span, message)
                            .maybe_help(help)
                            .maybe_fix(fix),
                    );
                }
            }
        }
        Self {
            reader,
            given,
            failed,
        }
    }

    /// The value given for a parameter, without a type.
    pub fn value(&self, parameter: &str) -> Option<&'r Value> {
        self.given
            .iter()
            .find(|(known, _)| *known == parameter)
            .map(|(_, value)| *value)
    }

    /// The value of a parameter: absent where it was not given or did not fit.
    pub fn take<T: FieldType>(&mut self, parameter: &str) -> Option<T> {
        let value = self.value(parameter)?;
        let read = T::read(value, self.reader);
        self.failed |= read.is_none();
        read
    }

    /// Whether all that was given was read.
    pub fn whole(&self) -> bool {
        !self.failed
    }
}

/// Takes an unnamed argument out, with the comma before it. It may have been meant for something.
fn superfluous(arguments: &[Argument], position: usize) -> Option<Fix> {
    let argument = &arguments[position];
    let before = &arguments[position.checked_sub(1)?];
    let span = Span::new(before.value.span.end, argument.value.span.end);
    let fix = Fix::remove(span, "take this argument out").to_be_judged();
    argument.name.is_none().then_some(fix)
}

impl<T: FieldType> FieldType for Option<T> {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        T::shape()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        T::read(value, reader).map(Some)
    }
}

/// A list; a single item may stand without its brackets.
impl<T: FieldType> FieldType for Vec<T> {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        format!("a list, each {}", T::shape())
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::List(elements) = &value.kind else {
            return T::read(value, reader).map(|one| vec![one]);
        };
        let mut items = Vec::with_capacity(elements.len());
        let mut whole = true;
        for element in elements {
            if element.sign.is_some() {
                whole = false;
                reader.diagnostics.push(
                    Diagnostic::new(
                        codes::WRONG_TYPE,
                        element.value.span,
                        "a signed item edits an inherited list, and there is none here",
                    )
                    .help("leave the sign away")
                    .maybe_fix(unsigned(element, reader.sources)),
                );
            }
            match T::read(&element.value, reader) {
                Some(item) => items.push(item),
                None => whole = false,
            }
        }
        whole.then_some(items)
    }
}

/// A `+` taken from before an item. A `-` stays for a person to look at: the item was not wanted.
fn unsigned(element: &Element, sources: &SourceMap) -> Option<Fix> {
    let file = sources.file_of(element.value.span);
    let start = (element.value.span.start - file.base()) as usize;
    let (before, _) = file.text()[..start].rsplit_once('+')?;
    let sign = file.base() + u32::try_from(before.len()).ok()?;
    let span = Span::new(sign, element.value.span.start);
    (element.sign == Some(Sign::Add)).then(|| Fix::remove(span, "take the `+` out"))
}

/// The field of a kind with this name.
pub fn field(kind: KindId, name: &str) -> Option<&'static FieldSchema> {
    kind.schema().all_fields().find(|f| f.name == name)
}
