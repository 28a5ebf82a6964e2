//! From one plan to another: random bytes seldom pass the parser, so half of the changes are made to
//! declarations, fields and values. The building blocks are the examples of the table of the
//! language and the declarations of two real plans, so that new kinds and fields are fuzzed without
//! a word here.

use std::ops::Range;
use std::sync::LazyLock;

use dtpc::schema::kinds::KINDS;
use dtpc::source::{FileId, SourceMap, Span};
use dtpc::syntax::{self, ast};
use fastrand::Rng;

/// Real plans, which hold as they are.
const PLANS: [&str; 2] = [
    include_str!("../../plans/dynamo.dtp"),
    include_str!("../../tests/sample/plans/sample.dtp"),
];

/// Values that programs which read a plan's outputs may take for something else, and values at the
/// edges of what types hold.
const VALUES: &[&str] = &[
    "0",
    "-1",
    "65536",
    "4294967296",
    "9223372036854775807min",
    "99999999999999999999999999h",
    "0.0000000000000000000001s",
    "101%",
    "0000-00-00",
    "9999-12-31",
    "\"\"",
    "\" \"",
    "\"..\"",
    "\"/\"",
    "\"a/../../b\"",
    "\"**\"",
    "\"{a,b}/[!c]*?\"",
    "\"${{ github.token }}\"",
    "\"'; echo $(id) `id` #\"",
    "\"a\\nb\\t\\\"\\\\\"",
    "\"null\"",
    "\"\u{1b}[2J\u{202e}\u{feff}é\"",
    "\"-->\"",
    "\"|\"",
    "\"0 8 29 2 *\"",
    "[]",
    "{}",
    "open(\"?\")",
    "all",
    "any",
    "not a",
    "a and not a",
];

/// The fields of the real plans and of the examples, as they are written: kind, name, text.
static FIELDS: LazyLock<Vec<(String, String, String)>> = LazyLock::new(|| {
    let mut fields = Vec::new();
    for kind in KINDS {
        for field in kind.all_fields() {
            fields.push((
                kind.name.to_owned(),
                field.name.to_owned(),
                field.example.to_owned(),
            ));
        }
    }
    for text in PLANS {
        let parsed = Parsed::new(text);
        for declaration in parsed.declarations() {
            for field in &declaration.fields {
                let written = &text[range(field.name).start..range(field.value.span).end];
                fields.push((
                    text[range(declaration.kind)].to_owned(),
                    text[range(field.name)].to_owned(),
                    written.to_owned(),
                ));
            }
        }
    }
    fields
});

/// The declarations of the real plans.
static DECLARATIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let written = |text: &str| -> Vec<String> {
        let parsed = Parsed::new(text);
        let top = parsed.file.declarations.iter();
        top.map(|d| text[range(d.span)].to_owned()).collect()
    };
    PLANS.into_iter().flat_map(written).collect()
});

/// A text and its tree.
struct Parsed {
    file: ast::File,
}

impl Parsed {
    fn new(text: &str) -> Self {
        let mut sources = SourceMap::new();
        let id = sources
            .add("plan.dtp".to_owned(), text.to_owned())
            .unwrap_or(FileId(0));
        Self {
            file: syntax::parse(sources.file(id), &mut Vec::new()),
        }
    }

    /// All declarations, also those in others.
    fn declarations(&self) -> Vec<&ast::Declaration> {
        let mut all: Vec<&ast::Declaration> = self.file.declarations.iter().collect();
        let mut at = 0;
        while let Some(declaration) = all.get(at).copied() {
            all.extend(&declaration.nested);
            at += 1;
        }
        all
    }
}

/// A span of the only file of its map.
fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Changes the first `size` bytes of `data`; returns how many there are then, at most `max_size`.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut rng = Rng::with_seed(u64::from(seed));
    if rng.bool()
        && let Ok(text) = std::str::from_utf8(&data[..size])
    {
        let mut text = text.to_owned();
        let mut changed = false;
        for _ in 0..rng.usize(1..4) {
            if let Some(next) = change(&text, &mut rng) {
                (text, changed) = (next, true);
            }
        }
        if changed && text.len() <= max_size.min(data.len()) {
            data[..text.len()].copy_from_slice(text.as_bytes());
            return text.len();
        }
    }
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
}

/// The text with one change; nothing where the one that was drawn cannot be made.
fn change(text: &str, rng: &mut Rng) -> Option<String> {
    let parsed = Parsed::new(text);
    let declarations = parsed.declarations();
    let declaration = rng.choice(&declarations).copied();
    let with = |place: Range<usize>, new: &str| {
        let mut text = text.to_owned();
        text.replace_range(place, new);
        text
    };
    match rng.u8(0..9) {
        // A declaration more, from a real plan.
        0 => Some(format!("{text}\n{}\n", rng.choice(&*DECLARATIONS)?)),
        // One less.
        1 => Some(with(range(declaration?.span), "")),
        // The same once more, under another name.
        2 => {
            let declaration = declaration?;
            let (all, name) = (range(declaration.span), range(declaration.name?));
            let before = &text[all.start..name.start];
            let behind = &text[name.end..all.end];
            let name = &text[name];
            Some(format!("{text}\n{before}{name}_{}{behind}\n", rng.u8(0..4)))
        }
        // A field less.
        3 => {
            let field = rng.choice(&declaration?.fields)?;
            Some(with(
                range(field.name).start..range(field.value.span).end,
                "",
            ))
        }
        // A field more, or with another value: one that its kind has.
        4 | 5 => {
            let declaration = declaration?;
            let kind = &text[range(declaration.kind)];
            let of_kind: Vec<_> = FIELDS.iter().filter(|(k, ..)| k == kind).collect();
            let (_, name, written) = rng.choice(of_kind)?;
            let mut fields = declaration.fields.iter();
            match fields.find(|f| text[range(f.name)] == **name) {
                Some(old) => {
                    let place = range(old.name).start..range(old.value.span).end;
                    Some(with(place, written))
                }
                None => {
                    let end = range(declaration.span).end - 1;
                    Some(with(end..end, &format!("\n{written}\n")))
                }
            }
        }
        // Another value, from somewhere else or from the edge.
        6 => {
            let field = rng.choice(&declaration?.fields)?;
            Some(with(range(field.value.span), rng.choice(VALUES)?))
        }
        // Two values change places.
        7 => {
            let one = rng.choice(&declaration?.fields)?;
            let second = rng.choice(&declarations)?;
            let other = rng.choice(&second.fields)?;
            Some(with(range(one.value.span), &text[range(other.value.span)]))
        }
        // A name that a value uses becomes one that is declared.
        _ => {
            let field = rng.choice(&declaration?.fields)?;
            let used = rng.choice(words(text, range(field.value.span)))?;
            let new = rng.choice(&declarations)?.name?;
            Some(with(used, &text[range(new)]))
        }
    }
}

/// The words in a stretch of a text, strings left out.
fn words(text: &str, place: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let (mut start, mut in_string) = (None, false);
    for at in place.clone() {
        let byte = text.as_bytes()[at];
        in_string ^= byte == b'"';
        let in_word = !in_string && (byte.is_ascii_alphanumeric() || byte == b'_');
        match start {
            None if in_word => start = Some(at),
            Some(first) if !in_word => {
                words.push(first..at);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|first| first..place.end));
    words
}
