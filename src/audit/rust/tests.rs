//! The tests in the files of a target.

use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};
use rustc_hash::FxHashSet;
use syn::{Attribute, Item, Meta};

use super::super::facts::{Cargo, Case, CaseId, Facts, Runner, Target, Test};
use super::super::python::{folder, join};
use super::packages::Package;
use crate::init::Tree;
use crate::source::{SourceMap, Span};

/// How deep modules may lie in each other.
const DEPTH: usize = 32;

/// Finds the tests of one target.
pub struct Finder<'f> {
    /// The repository.
    pub tree: &'f dyn Tree,
    /// Where the texts go that were read.
    pub sources: &'f mut SourceMap,
    /// Where the tests go.
    pub facts: &'f mut Facts,
    /// The package.
    pub package: Rc<Package>,
    /// The target.
    pub target: Target,
    /// The files that were looked at.
    pub seen: FxHashSet<String>,
}

/// A `mod name;` and what stands before it.
struct Declared {
    name: String,
    path: Option<String>,
    features: Vec<String>,
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
            self.parse(path, &text, module, features);
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

    fn parse(&mut self, path: &str, text: &str, module: &[String], features: &[String]) {
        let Ok(id) = self.sources.add(path.to_owned(), text.to_owned()) else {
            return;
        };
        let base = self.sources.file(id).base();
        self.facts.files += 1;
        match syn::parse_file(text) {
            Ok(file) => {
                let mut place = Place {
                    path,
                    base,
                    starts: line_starts(text),
                    text,
                    module: module.to_vec(),
                    features: features.to_vec(),
                };
                place.features.extend(self.conditions(&file.attrs, &place));
                self.items(&file.items, &mut place);
            }
            Err(error) => {
                let words = format!("{path} does not follow the grammar of Rust: {error}");
                super::unknown(self.facts, Span::new(base, base), words);
            }
        }
    }

    fn items(&mut self, items: &[Item], place: &mut Place<'_>) {
        for item in items {
            match item {
                Item::Fn(function) => {
                    let name = &function.sig.ident;
                    self.function(&function.attrs, &name.to_string(), name.span(), place);
                }
                Item::Mod(inner) => {
                    let Some((_, items)) = &inner.content else {
                        continue;
                    };
                    let known = place.features.len();
                    let more = self.conditions(&inner.attrs, place);
                    place.features.extend(more);
                    place.module.push(inner.ident.to_string());
                    self.items(items, place);
                    place.module.pop();
                    place.features.truncate(known);
                }
                Item::Macro(call) => self.tokens(call.mac.tokens.clone(), place),
                _ => {}
            }
        }
    }

    /// Tests that stand in a macro, as in `proptest! { #[test] fn name(…) {…} }`.
    fn tokens(&mut self, tokens: TokenStream, place: &mut Place<'_>) {
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
                        self.add(
                            &name.to_string(),
                            name.span(),
                            is_ignored,
                            CaseId::None,
                            &[],
                            place,
                        );
                    }
                    is_test = false;
                    is_ignored = false;
                }
                _ => {}
            }
        }
    }

    fn function(
        &mut self,
        attributes: &[Attribute],
        name: &str,
        span: proc_macro2::Span,
        place: &Place<'_>,
    ) {
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
        let features = self.conditions(attributes, place);
        self.add(name, span, has("ignore"), case, &features, place);
    }

    fn add(
        &mut self,
        name: &str,
        span: proc_macro2::Span,
        ignored: bool,
        case: CaseId,
        features: &[String],
        place: &Place<'_>,
    ) {
        let name = [place.module.as_slice(), &[name.to_owned()]]
            .concat()
            .join("::");
        self.facts.tests.push(Test {
            runner: Runner::Cargo,
            id: format!("{}::{name}", place.path),
            file: place.path.to_owned(),
            span: place.span(span),
            is_whole: case == CaseId::None,
            cases: vec![Case {
                id: case,
                markers: Vec::new(),
            }],
            unknown: None,
            asks: Vec::new(),
            cargo: Some(Cargo {
                package: Rc::clone(&self.package),
                target: self.target.clone(),
                name,
                ignored,
                features: [place.features.as_slice(), features].concat(),
            }),
        });
    }

    /// The features that attributes ask for. What else they ask for only a build tells.
    fn conditions(&mut self, attributes: &[Attribute], place: &Place<'_>) -> Vec<String> {
        let mut features = Vec::new();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("cfg")) {
            let Meta::List(list) = &attribute.meta else {
                continue;
            };
            if !required(list.tokens.clone(), &mut features) {
                let word = attribute.path().segments.first();
                let span = word.map_or(Span::new(place.base, place.base), |w| {
                    place.span(w.ident.span())
                });
                let words = format!("whether tests of {} are there depends on this", place.path);
                super::unknown(self.facts, span, words);
            }
        }
        features
    }
}

/// Where a file is being read.
struct Place<'p> {
    path: &'p str,
    base: u32,
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
            self.base + u32::try_from(start + below).unwrap_or_default()
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
