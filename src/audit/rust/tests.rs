//! The tests in the files of a target.

use std::borrow::Cow;
use std::str::FromStr as _;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use rustc_hash::FxHashSet;
use syn::parse::Parser as _;
use syn::{Attribute, Meta};

use super::super::facts::{CaseId, Target};
use super::super::python::{folder, join};
use crate::init::Tree;
use crate::source::Span;

/// How deep modules may lie in each other.
const DEPTH: usize = 32;

/// A file of a target, and what is known of it before it is read.
#[derive(Debug)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The package it belongs to, by number.
    pub package: usize,
    /// The target.
    pub target: Target,
    /// The module that it is.
    module: Vec<String>,
    /// The features that the `mod` lines before it ask for.
    features: Vec<String>,
}

/// What a file holds. Its places begin at 0, so that files can be read on several threads.
#[derive(Debug, Default)]
pub struct Read {
    /// Its tests.
    pub tests: Vec<Found>,
    /// What is not known, and where.
    pub unknown: Vec<(Span, String)>,
}

/// A test that was found in a file.
#[derive(Debug)]
pub struct Found {
    /// Its name, with those of the modules it is in.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Whether it runs only when asked for.
    pub ignored: bool,
    /// Whether it is one, or several that only a build tells.
    pub case: CaseId,
    /// The features it is there with.
    pub features: Vec<String>,
}

/// A `mod name;` and what stands before it.
struct Declared {
    name: String,
    path: Option<String>,
    features: Vec<String>,
}

/// Finds the files of one target that speak of tests.
pub struct Finder<'f> {
    /// The repository.
    pub tree: &'f dyn Tree,
    /// The package, by number.
    pub package: usize,
    /// The target.
    pub target: Target,
    /// Where the files go.
    pub files: &'f mut Vec<File>,
    /// The files that were looked at.
    pub seen: FxHashSet<String>,
}

impl Finder<'_> {
    /// Looks at a file, which is the module of this path, and at the modules that it declares.
    pub fn file(&mut self, path: &str, module: &[String], features: &[String], depth: usize) {
        if depth == DEPTH || !self.seen.insert(path.to_owned()) {
            return;
        }
        let Some(text) = self.tree.text(path) else {
            return;
        };
        let declared = declared(&text);
        if speaks_of_tests(&text) {
            self.files.push(File {
                path: path.to_owned(),
                text,
                package: self.package,
                target: self.target.clone(),
                module: module.to_vec(),
                features: features.to_vec(),
            });
        }
        let place = folder(path);
        let name = path.rsplit('/').next().unwrap_or_default();
        // `a.rs` keeps its modules in `a/`, `mod.rs` and the roots of targets beside themselves.
        let inner = if name == "mod.rs" || depth == 0 {
            place.to_owned()
        } else {
            join(place, name.trim_end_matches(".rs"))
        };
        for child in declared {
            let candidates = match &child.path {
                Some(own) => vec![join(place, own)],
                None => vec![
                    join(&inner, &format!("{}.rs", child.name)),
                    join(&inner, &format!("{}/mod.rs", child.name)),
                ],
            };
            let Some(found) = candidates.into_iter().find(|path| self.tree.has(path)) else {
                continue;
            };
            let below = [module, std::slice::from_ref(&child.name)].concat();
            let features = [features, child.features.as_slice()].concat();
            self.file(&found, &below, &features, depth + 1);
        }
    }
}

/// Reads a file. What stands in functions is cut into tokens and looked at no further: it is most of
/// a file, and nothing in it is a test.
pub fn read(file: &File) -> Read {
    let mut reader = Reader {
        place: Place {
            path: &file.path,
            starts: line_starts(&file.text),
            text: &file.text,
            module: file.module.clone(),
            features: file.features.clone(),
        },
        read: Read::default(),
    };
    let mut text = Cow::Borrowed(file.text.trim_start_matches('\u{feff}'));
    if text.starts_with("#!/") {
        // The line for the shell is none of Rust's.
        text.to_mut().replace_range(..2, "//");
    }
    match TokenStream::from_str(&text) {
        Ok(tokens) => reader.items(tokens),
        Err(error) => {
            let words = format!("{} does not follow the grammar of Rust: {error}", file.path);
            reader.read.unknown.push((Span::new(0, 0), words));
        }
    }
    // What the lexer keeps of a text is of no use behind it. No token is left that would ask for it.
    proc_macro2::extra::invalidate_current_thread_spans();
    reader.read
}

/// Reads the items of a file.
struct Reader<'p> {
    place: Place<'p>,
    read: Read,
}

impl Reader<'_> {
    /// The items of a file or a module: attributes, words, and what ends them, a `;` or a body.
    fn items(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut attributes: Vec<TokenTree> = Vec::new();
        // Whether nothing but a path has been read of the present item, as in `name::name! {…}`.
        let mut is_path = true;
        while let Some(token) = tokens.next() {
            match &token {
                TokenTree::Punct(sign) if sign.as_char() == '#' => {
                    if let Some(TokenTree::Punct(not)) = tokens.peek()
                        && not.as_char() == '!'
                    {
                        let not = tokens.next();
                        if let Some(group) = tokens.next()
                            && !is_documentation(&group)
                        {
                            let own = [Some(token), not, Some(group)].into_iter().flatten();
                            let own = Attribute::parse_inner.parse2(own.collect());
                            let more = self.conditions(&own.unwrap_or_default());
                            self.place.features.extend(more);
                        }
                    } else if let Some(group) = tokens.next()
                        && !is_documentation(&group)
                    {
                        attributes.extend([token, group]);
                    }
                }
                TokenTree::Punct(sign) if sign.as_char() == ';' => {
                    attributes.clear();
                    is_path = true;
                }
                TokenTree::Punct(sign) if sign.as_char() == '!' && is_path => {
                    if let Some(TokenTree::Group(group)) = tokens.next() {
                        self.tokens(group.stream());
                    }
                    attributes.clear();
                }
                TokenTree::Punct(sign) => is_path &= sign.as_char() == ':',
                TokenTree::Ident(word) if word == "fn" => {
                    if let Some(TokenTree::Ident(name)) = tokens.peek()
                        && !attributes.is_empty()
                    {
                        let own = std::mem::take(&mut attributes).into_iter().collect();
                        let own = Attribute::parse_outer.parse2(own).unwrap_or_default();
                        self.function(&own, name);
                    }
                    is_path = false;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    let name = tokens.next();
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
                        (name, tokens.peek())
                    {
                        let own = std::mem::take(&mut attributes).into_iter().collect();
                        let own = Attribute::parse_outer.parse2(own).unwrap_or_default();
                        self.module(&own, name.to_string(), body.stream());
                    }
                }
                TokenTree::Ident(word) if word == "macro_rules" => is_path = false,
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    attributes.clear();
                    is_path = true;
                }
                TokenTree::Ident(_) | TokenTree::Group(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn module(&mut self, attributes: &[Attribute], name: String, items: TokenStream) {
        let known = self.place.features.len();
        let more = self.conditions(attributes);
        self.place.features.extend(more);
        self.place.module.push(name);
        self.items(items);
        self.place.module.pop();
        self.place.features.truncate(known);
    }

    /// Tests that stand in a macro, as in `proptest! { #[test] fn name(…) {…} }`.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut is_test = false;
        let mut is_ignored = false;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(sign) if sign.as_char() == '#' => {
                    if let Some(TokenTree::Group(group)) = tokens.peek() {
                        let text = group.stream().to_string();
                        is_test |= text == "test" || text.ends_with(":: test");
                        is_ignored |= text.starts_with("ignore");
                    }
                }
                TokenTree::Ident(word) if word == "fn" => {
                    if let Some(TokenTree::Ident(name)) = tokens.next()
                        && is_test
                    {
                        self.add(&name, is_ignored, CaseId::None, &[]);
                    }
                    is_test = false;
                    is_ignored = false;
                }
                _ => {}
            }
        }
    }

    fn function(&mut self, attributes: &[Attribute], name: &Ident) {
        let last = |attribute: &Attribute| {
            let segment = attribute.path().segments.last();
            segment.map(|s| s.ident.to_string()).unwrap_or_default()
        };
        let names: Vec<String> = attributes.iter().map(last).collect();
        let has = |name: &str| names.iter().any(|n| n == name);
        // Macros that make several tests of one function: their names only a build tells.
        let makes_several =
            has("rstest") || has("test_case") || has("parameterized") || has("apply");
        if !has("test") && !makes_several && !has("wasm_bindgen_test") && !has("sqlx_test") {
            return;
        }
        let several = has("test_case") || has("case") || has("parameterized") || has("apply");
        let case = if several {
            CaseId::Unknown
        } else {
            CaseId::None
        };
        let features = self.conditions(attributes);
        self.add(name, has("ignore"), case, &features);
    }

    fn add(&mut self, name: &Ident, ignored: bool, case: CaseId, features: &[String]) {
        let full = [self.place.module.as_slice(), &[name.to_string()]].concat();
        self.read.tests.push(Found {
            name: full.join("::"),
            span: self.place.span(name.span()),
            ignored,
            case,
            features: [self.place.features.as_slice(), features].concat(),
        });
    }

    /// The features that attributes ask for. What else they ask for only a build tells.
    fn conditions(&mut self, attributes: &[Attribute]) -> Vec<String> {
        let mut features = Vec::new();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("cfg")) {
            let Meta::List(list) = &attribute.meta else {
                continue;
            };
            if !required(list.tokens.clone(), &mut features) {
                let word = attribute.path().segments.first();
                let span = word.map_or(Span::new(0, 0), |w| self.place.span(w.ident.span()));
                let path = self.place.path;
                let words = format!("whether tests of {path} are there depends on this");
                self.read.unknown.push((span, words));
            }
        }
        features
    }
}

/// Whether an attribute is a comment.
fn is_documentation(group: &TokenTree) -> bool {
    let TokenTree::Group(group) = group else {
        return false;
    };
    let first = group.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(word)) if word == "doc")
}

/// Where a file is being read.
struct Place<'p> {
    path: &'p str,
    text: &'p str,
    /// Where its lines begin, in bytes.
    starts: Vec<usize>,
    module: Vec<String>,
    features: Vec<String>,
}

impl Place<'_> {
    fn span(&self, span: proc_macro2::Span) -> Span {
        let at = |place: proc_macro2::LineColumn| {
            let start = self
                .starts
                .get(place.line.saturating_sub(1))
                .copied()
                .unwrap_or_default();
            // Columns are counted in characters.
            let line = self.text.get(start..).unwrap_or_default();
            let below = line
                .char_indices()
                .nth(place.column)
                .map_or(line.len(), |(at, _)| at);
            u32::try_from(start + below).unwrap_or_default()
        };
        Span::new(at(span.start()), at(span.end()))
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).collect()
}

/// The features in a `cfg`; whether these, and tests, are all that it asks for.
fn required(tokens: TokenStream, features: &mut Vec<String>) -> bool {
    let text = tokens.to_string();
    let text = text.trim();
    if text == "test" {
        return true;
    }
    if let Some(feature) = text
        .strip_prefix("feature")
        .and_then(|rest| rest.trim().strip_prefix('='))
        .map(str::trim)
        .and_then(|rest| rest.strip_prefix('"')?.strip_suffix('"'))
    {
        features.push(feature.to_owned());
        return true;
    }
    let mut tokens = tokens.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Group(group))) if word == "all" => {
            let mut whole = true;
            let mut part = TokenStream::new();
            for token in group.stream() {
                match &token {
                    TokenTree::Punct(sign) if sign.as_char() == ',' => {
                        whole &= required(std::mem::take(&mut part), features);
                    }
                    _ => part.extend([token]),
                }
            }
            whole && (part.is_empty() || required(part, features))
        }
        _ => false,
    }
}

/// Whether a file may hold tests: those that do not need not be parsed.
fn speaks_of_tests(text: &str) -> bool {
    [
        "test]",
        "test(",
        "rstest",
        "test_case",
        "parameterized",
        "apply(",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// The modules that a file declares and keeps elsewhere.
fn declared(text: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    let mut path = None;
    let mut features = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if let Some(attribute) = line.strip_prefix("#[") {
            if let Some(own) = attribute.strip_prefix("path") {
                path = own.split('"').nth(1).map(str::to_owned);
            }
            if let Some(condition) = attribute.strip_prefix("cfg(")
                && let Some(feature) = condition.strip_prefix("feature")
            {
                features.extend(feature.split('"').nth(1).map(str::to_owned));
            }
            if attribute.ends_with(']') {
                continue;
            }
        }
        let line = line.rsplit("] ").next().unwrap_or(line);
        let words = line.split("mod ").nth(1).filter(|_| {
            line.starts_with("mod ") || line.starts_with("pub mod ") || line.starts_with("pub(")
        });
        if let Some(name) =
            words.and_then(|rest| rest.split(';').next().filter(|_| rest.contains(';')))
        {
            let name = name.trim().trim_start_matches("r#");
            if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                found.push(Declared {
                    name: name.to_owned(),
                    path: path.take(),
                    features: std::mem::take(&mut features),
                });
            }
        }
        if !line.is_empty() && !line.starts_with("//") {
            path = None;
            features.clear();
        }
    }
    found
}
