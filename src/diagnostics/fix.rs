//! Changes of the text that mend a finding, and how they are made.

use std::collections::BTreeMap;

use super::Diagnostic;
use crate::source::{FileId, SourceMap, Span};

/// One change of the text that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order without a full stop: "write `unit`".
    pub title: String,
    /// What is replaced; empty where something is put in between.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
    /// Whether it may be made without a person looking at it: it says what the author plainly meant.
    pub safe: bool,
}

impl Fix {
    /// Replaces `span` by `replacement`; safe.
    pub fn replace(span: Span, replacement: impl Into<String>) -> Self {
        let replacement = replacement.into();
        Self {
            title: format!("write `{replacement}`"),
            span,
            replacement,
            safe: true,
        }
    }

    /// Takes `span` out; safe.
    pub fn remove(span: Span, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            span,
            replacement: String::new(),
            safe: true,
        }
    }

    /// Says in other words what it does.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Leaves it to a person to decide.
    #[must_use]
    pub fn to_be_judged(mut self) -> Self {
        self.safe = false;
        self
    }
}

/// The texts after one round of fixes.
#[derive(Debug)]
pub struct Fixed<'d> {
    /// The changed texts.
    pub texts: Vec<(FileId, String)>,
    /// What was mended, in the order of the source.
    pub mended: Vec<(&'d Diagnostic, &'d Fix)>,
}

/// Makes the safe fixes in the files that `may_change` allows. Of fixes that overlap or touch, the
/// first one in the text is made; the others are for a next round, which sees what this one did.
pub fn apply<'d>(
    sources: &SourceMap,
    diagnostics: &'d [Diagnostic],
    may_change: impl Fn(FileId) -> bool,
) -> Fixed<'d> {
    let mut wanted: Vec<(&Diagnostic, &Fix)> = diagnostics
        .iter()
        .filter_map(|d| Some((d, d.fixes.iter().find(|fix| fix.safe)?)))
        .collect();
    wanted.sort_by_key(|(_, fix)| fix.span);
    let mut by_file: BTreeMap<FileId, Vec<(&Diagnostic, &Fix)>> = BTreeMap::new();
    let mut end = None;
    for (diagnostic, fix) in wanted {
        let Some(file) = sources.id_of(fix.span).filter(|file| may_change(*file)) else {
            continue;
        };
        if end.is_some_and(|end| fix.span.start <= end) {
            continue;
        }
        end = Some(fix.span.end);
        by_file.entry(file).or_default().push((diagnostic, fix));
    }
    let texts = by_file
        .iter()
        .map(|(id, fixes)| {
            let file = sources.file(*id);
            (*id, edited(file.text(), file.base(), fixes))
        })
        .collect();
    let mended = by_file.into_values().flatten().collect();
    Fixed { texts, mended }
}

fn edited(text: &str, base: u32, fixes: &[(&Diagnostic, &Fix)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (_, fix) in fixes {
        let start = (fix.span.start - base) as usize;
        out.push_str(&text[at..start]);
        out.push_str(&fix.replacement);
        at = start + fix.span.len() as usize;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;

    #[test]
    fn fixes_that_touch_are_made_one_after_the_other() {
        let mut sources = SourceMap::new();
        let _first = sources.add("a".to_owned(), "0123456789".to_owned());
        let second = sources.add("b".to_owned(), "abcdef".to_owned()).unwrap();
        let base = sources.file(second).base();
        let fix = |from: u32, to: u32, text: &str| {
            let span = Span::new(from, to);
            Diagnostic::new(codes::SYNTAX, span, "m").fix(Fix::replace(span, text))
        };
        let mut judged = fix(8, 9, "?");
        judged.fixes[0].safe = false;
        let diagnostics = [
            fix(4, 6, "late"),
            fix(0, 2, "A"),
            fix(1, 3, "overlaps"),
            fix(2, 3, "touches"),
            judged,
            fix(base + 1, base + 1, "-"),
        ];
        let fixed = apply(&sources, &diagnostics, |_| true);
        let texts: Vec<&str> = fixed.texts.iter().map(|(_, t)| t.as_str()).collect();
        assert_eq!(texts, ["A23late6789", "a-bcdef"]);
        assert_eq!(fixed.mended.len(), 3);
        let only = apply(&sources, &diagnostics, |file| file == second);
        assert_eq!(only.texts, [(second, "a-bcdef".to_owned())]);
    }
}
