//! What is wrong with a declaration that the grammar does not take, in words of the language.
//!
//! The grammar knows the first place where nothing fits any more. What was meant is seen from what
//! stands around it; so the words here come from the [`Outline`] alone, never from the grammar's rules.

mod lists;
mod names;

use super::characters::LEFT_OUT;
use super::outline::{Inside, Kind, Outline, Token};
use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::Span;

/// The words that join values, and so are no names.
const OPERATORS: &[&str] = &["and", "or", "not"];

/// What to say about a text that does not parse beyond `at`. `base` is the position of its first
/// character.
pub fn explain(text: &str, at: usize, base: u32) -> Diagnostic {
    let outline = Outline::of(text);
    let index = outline.index_at(at);
    let mistake = Mistake {
        text,
        base,
        at,
        index,
        inside: outline.inside(index),
        outline: &outline,
    };
    mistake.explain()
}

fn error(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(codes::SYNTAX, span, message)
}

/// Whether an item ends before this token, or where there is none.
fn ends_item(token: Option<&Token>) -> bool {
    token.is_none_or(|token| matches!(token.kind, Kind::Line | Kind::Mark(',' | '}' | ']' | ')')))
}

/// A place where nothing fits.
struct Mistake<'t, 'o> {
    text: &'t str,
    base: u32,
    outline: &'o Outline<'t>,
    /// Where it is.
    at: usize,
    /// The number of the token there.
    index: usize,
    inside: Inside,
}

impl<'t> Mistake<'t, '_> {
    fn explain(&self) -> Diagnostic {
        if let Some(diagnostic) = self.documentation(self.at) {
            return diagnostic;
        }
        let Some(found) = self.found() else {
            let end = self.span(self.text.len(), self.text.len());
            return error(end, "the text ends inside this declaration");
        };
        let special = match found.kind {
            Kind::Mark(':') => self.colon(&found),
            Kind::Mark('=') => Some(self.equals(&found)),
            Kind::Mark(',') => self.comma(&found),
            Kind::Mark('-') => self.dash(&found),
            Kind::Mark('(') => self.parenthesis(&found),
            Kind::Number => self.number(&found),
            _ => None,
        };
        special
            .or_else(|| self.head(&found))
            .or_else(|| self.no_value())
            .or_else(|| self.operator(&found))
            .or_else(|| self.loose_names())
            .or_else(|| self.no_colon(&found))
            .or_else(|| self.joined_name(&found))
            .or_else(|| self.no_separator(&found))
            .unwrap_or_else(|| self.in_general(&found))
    }

    fn found(&self) -> Option<Token> {
        self.outline.tokens.get(self.index).copied()
    }

    /// The token so many before the place.
    fn back(&self, count: usize) -> Option<&Token> {
        self.outline.tokens.get(self.index.checked_sub(count)?)
    }

    fn kind(&self, count: usize) -> Option<Kind> {
        self.back(count).map(|token| token.kind)
    }

    /// The last token before the place that is no end of a line, and whether one stands between.
    fn before(&self) -> Option<(usize, bool)> {
        let index = (0..self.index)
            .rev()
            .find(|&i| self.outline.tokens[i].kind != Kind::Line)?;
        Some((index, index + 1 != self.index))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| {
            self.base
                .saturating_add(u32::try_from(offset).unwrap_or(u32::MAX))
        };
        Span::new(at(start), at(end))
    }

    fn place(&self, token: &Token) -> Span {
        self.span(token.start, token.end)
    }

    fn slice(&self, token: &Token) -> &'t str {
        self.outline.slice(token)
    }

    /// What stands there, for a message.
    fn shown(&self, found: &Token) -> String {
        match found.kind {
            Kind::Line => "the end of the line".to_owned(),
            Kind::Text => "a string".to_owned(),
            _ => format!("`{}`", self.slice(found)),
        }
    }

    /// `///` where nothing can be documented.
    fn documentation(&self, at: usize) -> Option<Diagnostic> {
        let line = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        let skipped = &self.text[at..];
        let blank = skipped.len() - skipped.trim_start_matches([' ', '\t']).len();
        if skipped[blank..].starts_with("///") {
            let start = at + blank;
            let end = start + skipped[blank..].find('\n').unwrap_or(skipped.len() - blank);
            let end = start + self.text[start..end].trim_end().len();
            let slashes = self.span(start, start + 3);
            return Some(
                error(
                    self.span(start, end),
                    "`///` documents a declaration, and stands on a line above it",
                )
                .help("write `//` for a comment")
                .fix(Fix::replace(slashes, "//")),
            );
        }
        // `/// …` above a field: read as the documentation of a declaration that follows.
        let above = self.text[..line].trim_end();
        let start = above.rfind('\n').map_or(0, |i| i + 1);
        let doc = above[start..].trim_start();
        let is_field = self.found()?.kind == Kind::Mark(':');
        (doc.starts_with("///") && is_field).then(|| {
            let start = above.len() - doc.len();
            error(
                self.span(start, above.len()),
                "`///` documents a declaration, and a field follows",
            )
            .help("write `//` for a comment")
            .fix(Fix::replace(self.span(start, start + 3), "//"))
        })
    }

    fn colon(&self, found: &Token) -> Option<Diagnostic> {
        if self.inside == Inside::Head {
            let name = self.back(1).map(|t| self.slice(t)).unwrap_or_default();
            return Some(
                error(self.place(found), "expected `{`, found `:`")
                    .help(format!("nothing stands between `{name}` and its `{{`"))
                    .fix(Fix::remove(self.place(found), "take the `:` out")),
            );
        }
        if let Some(diagnostic) = self.no_value_before_field().or_else(|| self.dangling()) {
            return Some(diagnostic);
        }
        if self.inside == Inside::List {
            return Some(
                error(
                    self.place(found),
                    "a list has values, and no names for them",
                )
                .help("values with names stand in braces: `{ name: value }`"),
            );
        }
        // `image: nats:2.11`, `url: https://…`
        let item = self.outline.item_of(self.index)?;
        let key = &self.outline.tokens[item];
        let (start, end) = self.outline.whole_word(found);
        let valued = self.outline.tokens.get(item + 1)?.kind == Kind::Mark(':');
        (valued && key.end < start).then(|| {
            let word = self.text[start..end].trim_end_matches(':');
            let place = self.span(start, start + word.len());
            let diagnostic = error(place, "text stands in double quotes");
            let glued = end > found.end;
            diagnostic.maybe_fix(glued.then(|| Fix::replace(place, format!("\"{word}\""))))
        })
    }

    /// `type:` with the next field where its value should be; the place is the second colon.
    fn no_value_before_field(&self) -> Option<Diagnostic> {
        (self.kind(1) == Some(Kind::Word) && self.kind(2) == Some(Kind::Line)).then_some(())?;
        let colon = (0..self.index - 2)
            .rev()
            .find(|&i| self.outline.tokens[i].kind != Kind::Line)?;
        let key = self.outline.tokens.get(colon.checked_sub(1)?)?;
        let is_colon = self.outline.tokens[colon].kind == Kind::Mark(':');
        (is_colon && key.kind == Kind::Word).then(|| self.without_value(key, colon))
    }

    /// `select: a and` with the next field behind it; the place is the colon of that.
    fn dangling(&self) -> Option<Diagnostic> {
        (self.kind(1) == Some(Kind::Word) && self.kind(2) == Some(Kind::Line)).then_some(())?;
        let before = (0..self.index - 2)
            .rev()
            .map(|i| self.outline.tokens[i])
            .find(|token| token.kind != Kind::Line)?;
        let word = self.slice(&before);
        OPERATORS.contains(&word).then(|| {
            error(
                self.place(&before),
                format!("`{word}` has no value behind it"),
            )
        })
    }

    /// `type:` and nothing behind it.
    fn no_value(&self) -> Option<Diagnostic> {
        let (colon, _) = self.before()?;
        let key = self.outline.tokens.get(colon.checked_sub(1)?)?;
        let is_colon = self.outline.tokens[colon].kind == Kind::Mark(':');
        let ends = self
            .found()
            .is_some_and(|found| matches!(found.kind, Kind::Mark('}' | ')' | ',')));
        (is_colon && ends && key.kind == Kind::Word).then(|| self.without_value(key, colon))
    }

    fn without_value(&self, key: &Token, colon: usize) -> Diagnostic {
        let end = self.outline.tokens[colon].end;
        let name = self.slice(key);
        error(self.span(key.start, end), format!("`{name}` has no value"))
            .help(format!(
                "write it behind the colon; while nobody knows it, `{name}: open(\"…\")` with the question"
            ))
    }

    fn equals(&self, found: &Token) -> Diagnostic {
        let mark = self.text[found.start..]
            .chars()
            .take_while(|c| "=>".contains(*c))
            .count();
        let end = found.start + mark;
        let shown = &self.text[found.start..end];
        let from = self.text[..found.start].trim_end_matches([' ', '\t']).len();
        if self.inside == Inside::Head {
            let fix = Fix::remove(self.span(from, end), format!("take the `{shown}` out"));
            return error(
                self.span(found.start, end),
                format!("expected `{{`, found `{shown}`"),
            )
            .help("a declaration is `kind name { field: value }`")
            .fix(fix);
        }
        let keyed = self.kind(1) == Some(Kind::Word);
        let fix = keyed.then(|| Fix::replace(self.span(from, end), ":"));
        error(
            self.span(found.start, end),
            format!("expected `:`, found `{shown}`"),
        )
        .help("a field is `name: value`")
        .maybe_fix(fix)
    }

    fn parenthesis(&self, found: &Token) -> Option<Diagnostic> {
        let word = self.back(1).filter(|t| t.kind == Kind::Word)?;
        let name = self.slice(word);
        (self.inside != Inside::Head && !OPERATORS.contains(&name)).then(|| {
            let space = self.span(word.end, found.start);
            error(
                self.place(found),
                format!("the parentheses of `{name}` stand directly behind it"),
            )
            .fix(Fix::remove(space, format!("write `{name}(`")))
        })
    }

    /// A word that joins values, with nothing to join.
    fn operator(&self, found: &Token) -> Option<Diagnostic> {
        let (word, place) = match self.back(1) {
            _ if OPERATORS.contains(&self.slice(found)) => (self.slice(found), self.place(found)),
            Some(before) if OPERATORS.contains(&self.slice(before)) => {
                let message = format!("`{}` has no value behind it", self.slice(before));
                return Some(error(self.place(before), message));
            }
            _ => return None,
        };
        let next = self.outline.tokens.get(self.index + 1);
        let alone = ends_item(self.back(1)) && ends_item(next)
            || matches!(self.kind(1), Some(Kind::Mark('[' | ':')));
        Some(if alone || self.inside == Inside::Head {
            let message = format!("`{word}` joins values, and so is no name");
            error(place, message)
                .help("choose another name; `and`, `or`, `not`, `true` and `false` are reserved")
        } else if word == "not" {
            error(place, "expected an operator before `not`").help("write `and not` or `or not`")
        } else {
            let message = format!("`{word}` has no value before it");
            error(place, message)
        })
    }

    /// What fits, where nothing more is known.
    fn in_general(&self, found: &Token) -> Diagnostic {
        let value = matches!(
            self.before()
                .map(|(index, _)| self.outline.tokens[index].kind),
            Some(Kind::Mark(':' | '<' | '>' | '=' | '[' | '('))
        );
        let begins = ends_item(self.back(1)) || self.kind(1) == Some(Kind::Mark('{'));
        let expected = match (self.inside, value, begins) {
            (Inside::Head, ..) => "`{`",
            (Inside::Body | Inside::Record, false, true) => "a field",
            (_, true, _) | (Inside::List, _, true) => "a value",
            (Inside::Call, _, true) => "an argument",
            (Inside::Body | Inside::Record, ..) => "a new line or a comma",
            (Inside::List, ..) => "`,` or `]`",
            (Inside::Call, ..) => "`,` or `)`",
            (Inside::Group, ..) => "`)`",
        };
        if self.text[found.start..].starts_with("...") {
            let place = self.span(found.start, found.start + 3);
            return error(place, "something is left out here").help(LEFT_OUT);
        }
        let help = match found.kind {
            Kind::Mark('/') if !value => {
                Some("for each of something is written `per`: `1s per suite`")
            }
            Kind::Mark('+' | '-') if !value => Some("there is no arithmetic: write what comes out"),
            _ if expected == "a field" => Some("a field is `name: value`"),
            _ if expected == "`{`" => Some("a declaration is `kind name { field: value }`"),
            _ => None,
        };
        let message = format!("expected {expected}, found {}", self.shown(found));
        error(self.place(found), message).maybe_help(help.map(str::to_owned))
    }
}
