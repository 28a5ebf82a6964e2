//! Names and numbers that are none.

use super::{Inside, Kind, Mistake, Token, error};
use crate::diagnostics::{Diagnostic, Fix};

impl Mistake<'_, '_> {
    /// Something in the place of the name or the brace of a declaration.
    pub(super) fn head(&self, found: &Token) -> Option<Diagnostic> {
        let braced = self
            .outline
            .tokens
            .get(self.index + 1)
            .is_some_and(|next| next.kind == Kind::Mark('{'));
        let nested = self.inside == Inside::Body
            && braced
            && self.outline.item_of(self.index) == self.index.checked_sub(1);
        if self.inside != Inside::Head && !nested {
            return None;
        }
        let kind = self.back(1).map(|t| self.slice(t)).unwrap_or_default();
        match found.kind {
            Kind::Text => {
                let inner = self.slice(found).trim_matches('"');
                let fix = is_name(inner).then(|| Fix::replace(self.place(found), inner));
                let diagnostic = error(self.place(found), "a name stands without quotes");
                Some(if fix.is_none() {
                    diagnostic.help("names have letters, digits and `_`; a `title` can be any text")
                } else {
                    diagnostic.maybe_fix(fix)
                })
            }
            Kind::Number => Some(
                error(
                    self.place(found),
                    format!("expected a name, found `{}`", self.slice(found)),
                )
                .help("a name begins with a letter or `_`"),
            ),
            Kind::Word if self.slice(found).contains('-') => self.joined_name(found),
            // The first word is the kind, the second the name.
            Kind::Word if self.back(2).is_some() && !nested => {
                let joined = format!("{kind}_{}", self.slice(found));
                let both = self.back(1)?.start;
                let message = format!("expected `{{`, found `{}`", self.slice(found));
                Some(
                    error(self.place(found), message)
                        .help("a name is one word; its parts are joined by `_`")
                        .fix(Fix::replace(self.span(both, found.end), joined).to_be_judged()),
                )
            }
            _ => None,
        }
    }

    /// `pre-merge`
    pub(super) fn joined_name(&self, found: &Token) -> Option<Diagnostic> {
        let word = self.slice(found);
        if found.kind != Kind::Word || !word.contains('-') {
            return None;
        }
        let place = self.place(found);
        if word.contains(['/', '.']) {
            return Some(
                error(place, "text stands in double quotes")
                    .fix(Fix::replace(place, format!("\"{word}\""))),
            );
        }
        Some(
            error(place, "names have no `-`")
                .help("in names, words are joined by `_`")
                .fix(Fix::replace(place, word.replace('-', "_"))),
        )
    }

    /// Digits that are no number of the language: the place is inside them.
    pub(super) fn number(&self, found: &Token) -> Option<Diagnostic> {
        if self.at <= found.start || self.inside == Inside::Head {
            return None;
        }
        let written = self.slice(found);
        let place = self.place(found);
        let parts: Vec<&str> = written.split(['.', '-', '/']).collect();
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if let [first, middle, last] = parts.as_slice()
            && parts.iter().all(|part| digits(part))
            && (first.len() == 4 || last.len() == 4)
        {
            let day = |year: &str, month: &str, day: &str| format!("{year}-{month:0>2}-{day:0>2}");
            // With slashes, some mean the month first and some the day.
            let meant = if first.len() == 4 {
                Some(day(first, middle, last))
            } else {
                (!written.contains('/')).then(|| day(last, middle, first))
            };
            let fix = meant.map(|meant| Fix::replace(place, meant));
            return Some(
                error(place, format!("`{written}` is no date"))
                    .help("a date is year-month-day: `2027-01-31`")
                    .maybe_fix(fix),
            );
        }
        let alternates = |c: char| c.is_ascii_alphabetic();
        let units = written
            .split(alternates)
            .filter(|part| !part.is_empty())
            .count();
        if units > 1 && written.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Some(
                error(
                    place,
                    format!("`{written}` is more than one number with its unit"),
                )
                .help("a duration has one unit: an hour and a half is `90min`"),
            );
        }
        Some(
            error(place, format!("`{written}` is no number"))
                .help("text, such as a version, stands in double quotes")
                .fix(Fix::replace(place, format!("\"{written}\""))),
        )
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
