//! What separates and holds together: commas, colons, brackets of lists.

use super::{Inside, Kind, Mistake, Token, ends_item, error};
use crate::diagnostics::{Diagnostic, Fix};
use crate::schema::values::MarkerExpr;
use crate::schema::{self, FieldSchema, FieldType};

impl Mistake<'_, '_> {
    pub(super) fn comma(&self, found: &Token) -> Option<Diagnostic> {
        let (before, _) = self.before()?;
        let before = self.outline.tokens[before];
        matches!(before.kind, Kind::Mark(',' | '{' | '[' | '(')).then(|| {
            error(self.place(found), "this comma separates nothing")
                .fix(Fix::remove(self.place(found), "take the `,` out"))
        })
    }

    /// `- item`, as YAML writes lists.
    pub(super) fn dash(&self, found: &Token) -> Option<Diagnostic> {
        if !matches!(self.inside, Inside::Body | Inside::Record) {
            return None;
        }
        let (before, on_new_line) = self.before()?;
        let colon = self.outline.tokens[before];
        if !on_new_line {
            return None;
        }
        let help = "a list stands in brackets: `[one, another]`";
        if colon.kind != Kind::Mark(':') {
            let message = "expected a field, found `-`";
            return Some(error(self.place(found), message).help(help));
        }
        let mut items = Vec::new();
        let mut end = found.end;
        for line in self.text[found.start..].lines() {
            let line_start = line.as_ptr() as usize - self.text.as_ptr() as usize;
            let words = line.trim();
            if words.is_empty() {
                continue;
            }
            let Some(item) = words.strip_prefix('-') else {
                break;
            };
            items.push(item.trim());
            end = line_start + line.trim_end().len();
        }
        let simple = items
            .iter()
            .all(|item| !item.is_empty() && !item.contains([':', '#']) && !item.contains("//"));
        let list = format!("[{}]", items.join(", "));
        let span = self.span(colon.end, end);
        let place = self.span(found.start, end);
        let fix = Fix::replace(span, format!(" {list}")).titled(format!("write `{list}`"));
        Some(
            error(place, "a list stands in brackets")
                .help("`-` before each item is YAML; write `[one, another]`")
                .maybe_fix(simple.then_some(fix)),
        )
    }

    /// `stages: pre_merge, nightly`: several values without the brackets of a list.
    pub(super) fn loose_names(&self) -> Option<Diagnostic> {
        if self.inside != Inside::Body {
            return None;
        }
        let tokens = &self.outline.tokens;
        let line = (0..self.index)
            .rev()
            .find(|&i| matches!(tokens[i].kind, Kind::Line | Kind::Mark('{')))
            .map_or(0, |i| i + 1);
        let colon = (line..self.index)
            .rev()
            .find(|&i| tokens[i].kind == Kind::Mark(':'))?;
        let rest = tokens.get(colon + 1..)?;
        let ends = rest
            .iter()
            .position(|t| matches!(t.kind, Kind::Line | Kind::Mark('}')))
            .unwrap_or(rest.len());
        let mut values = &rest[..ends];
        while let Some((last, others)) = values.split_last()
            && last.kind == Kind::Mark(',')
        {
            values = others;
        }
        let fits = values.iter().enumerate().all(|(i, token)| {
            if i % 2 == 1 {
                token.kind == Kind::Mark(',')
            } else {
                matches!(token.kind, Kind::Word | Kind::Number | Kind::Text)
            }
        });
        if !fits || values.len() < 3 || values.len() % 2 == 0 {
            return None;
        }
        let (first, last) = (values.first()?, values.last()?);
        let place = self.span(first.start, last.end);
        let bracketed = format!("[{}]", &self.text[first.start..last.end]);
        let key = self.slice(tokens.get(colon.checked_sub(1)?)?);
        let mut fields = schema::fields_named(key).peekable();
        if let Some(first) = fields.peek()
            && let shape = (first.shape)()
            && !fields.any(FieldSchema::takes_list)
        {
            let help = if shape == <MarkerExpr as FieldType>::shape() {
                "it is a marker expression: write `and` or `or` between the markers".to_owned()
            } else {
                format!("it is {shape}")
            };
            return Some(error(place, format!("`{key}` takes one value")).help(help));
        }
        Some(
            error(
                place,
                format!("several values of `{key}` stand in brackets"),
            )
            .fix(Fix::replace(place, bracketed)),
        )
    }

    /// `type unit`: a field whose colon was left out, or a word alone.
    pub(super) fn no_colon(&self, found: &Token) -> Option<Diagnostic> {
        if self.inside != Inside::Body {
            return None;
        }
        // At the end of a line the place belongs to the item before it.
        let within = if ends_item(Some(found)) {
            self.index.checked_sub(1)?
        } else {
            self.index
        };
        let item = self.outline.item_of(within)?;
        let key = self.outline.tokens[item];
        let name = self.slice(&key);
        let value = self.outline.tokens.get(item + 1)?;
        if ends_item(Some(value)) {
            return Some(
                error(
                    self.place(&key),
                    format!("`{name}` stands alone, without a value"),
                )
                .help("a field is `name: value`"),
            );
        }
        if matches!(value.kind, Kind::Mark(mark) if mark != '[') || item + 1 > self.index {
            return None;
        }
        let certain = value.kind != Kind::Word;
        let colon =
            Fix::replace(self.span(key.end, key.end), ":").titled(format!("write `{name}:`"));
        let diagnostic = error(
            self.place(value),
            format!(
                "expected `:` between `{name}` and {}",
                match value.kind {
                    Kind::Word => format!("`{}`", self.slice(value)),
                    _ => "its value".to_owned(),
                }
            ),
        );
        Some(if certain {
            diagnostic.fix(colon)
        } else {
            diagnostic
                .help("a field is `name: value`; a declaration has `{ … }` behind its name")
                .fix(colon.to_be_judged())
        })
    }

    /// Two values beside each other.
    pub(super) fn no_separator(&self, found: &Token) -> Option<Diagnostic> {
        let (index, on_new_line) = self.before()?;
        let before = self.outline.tokens[index];
        let complete = matches!(before.kind, Kind::Word | Kind::Number | Kind::Text)
            || matches!(before.kind, Kind::Mark(']' | ')' | '}'));
        let follows = matches!(found.kind, Kind::Word | Kind::Number | Kind::Text)
            || matches!(found.kind, Kind::Mark('[' | '{'));
        if !complete || !follows || self.at > found.start {
            return None;
        }
        // `schedule "0 8 * * *"`
        if before.kind == Kind::Word && found.kind == Kind::Text && !on_new_line {
            let call = format!("{}({})", self.slice(&before), self.slice(found));
            let place = self.span(before.start, found.end);
            let message = format!("expected a comma or `(` before {}", self.shown(found));
            return Some(
                error(self.place(found), message)
                    .help("what a word takes stands in parentheses: `open(\"who?\")`")
                    .fix(Fix::replace(place, call).to_be_judged()),
            );
        }
        let comma = Fix::replace(self.span(before.end, before.end), ",");
        let shown = self.shown(found);
        match self.inside {
            Inside::List if !on_new_line => Some(
                error(
                    self.place(found),
                    format!("expected a comma before {shown}"),
                )
                .help("the items of a list are separated by commas or new lines")
                .fix(comma),
            ),
            Inside::Call => Some(
                error(
                    self.place(found),
                    format!("expected a comma before {shown}"),
                )
                .help("in parentheses, what stands beside each other is separated by commas")
                .fix(comma),
            ),
            Inside::Body | Inside::Record if !on_new_line => {
                let next = self.outline.tokens.get(self.index + 1);
                if next.is_some_and(|next| next.kind == Kind::Mark(':')) {
                    let message = format!("expected a new line or a comma before {shown}");
                    return Some(error(self.place(found), message).fix(comma));
                }
                Some(self.words_without_quotes(found))
            }
            _ => None,
        }
    }

    /// `title: All the tests`
    fn words_without_quotes(&self, found: &Token) -> Diagnostic {
        let message = format!(
            "expected a new line or a comma, found {}",
            self.shown(found)
        );
        let diagnostic = error(self.place(found), message);
        let line_end = self.text[found.end..]
            .find(['\n', '\r', '}'])
            .map_or(self.text.len(), |i| found.end + i);
        let line_start = self.text[..found.start].rfind('\n').map_or(0, |i| i + 1);
        let value = self.text[line_start..found.start]
            .rfind(':')
            .map(|colon| line_start + colon + 1);
        let words = value.map(|start| (start, self.text[start..line_end].trim()));
        match words {
            Some((start, words)) if !words.contains(['"', '\\', '{', '[', '(']) => {
                let words = words.split("//").next().unwrap_or(words).trim_end();
                let from = start + self.text[start..].len() - self.text[start..].trim_start().len();
                let fix = Fix::replace(self.span(from, from + words.len()), format!("\"{words}\""));
                diagnostic
                    .help("text stands in double quotes; markers are joined by `and` or `or`")
                    .fix(fix.to_be_judged())
            }
            _ => diagnostic.help("several values stand in brackets: `[one, another]`"),
        }
    }
}
