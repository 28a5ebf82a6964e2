//! From pieces to the syntax tree. Of a piece with mistakes, what has none.

use pest::Parser;
use pest::error::InputLocation;

use super::ast::{Declaration, Import};
use super::grammar::{Grammar, Rule};
use super::mistakes::explain;
use super::outline::Outline;
use super::parser::{self, Parsed};
use super::split::Piece;
use crate::diagnostics::Diagnostic;
use crate::source::{SourceFile, Span};

/// How many mistakes are looked for in one declaration.
const MOST_MISTAKES: usize = 16;

/// How many bytes are parsed once more to find them: a declaration of many megabytes is not parsed
/// sixteen times.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What a run of pieces became.
#[derive(Debug, Default)]
pub struct Built {
    /// Imports in order.
    pub imports: Vec<Import>,
    /// Declarations in order.
    pub declarations: Vec<Declaration>,
    /// The texts that were not read.
    pub unread: Vec<Span>,
    /// What did not parse.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses pieces of a file, one after the other.
pub fn pieces(file: &SourceFile, pieces: &[Piece]) -> Built {
    let mut built = Built::default();
    for Piece { span, spoilt } in pieces {
        let start = (span.start - file.base()) as usize;
        let text = &file.text()[start..start + span.len() as usize];
        let mut builder = Builder {
            base: span.start,
            damage: Vec::new(),
        };
        if spoilt.is_empty() && builder.parse(text, &mut built).is_ok() {
            continue;
        }
        builder.salvage(text, spoilt, &mut built);
        let damage = builder.damage.iter();
        built
            .unread
            .extend(damage.map(|&(start, end)| builder.at(start, end)));
    }
    built
}

struct Builder {
    base: u32,
    /// The parts of the text that are not read, since there is a mistake in them.
    damage: Vec<(usize, usize)>,
}

impl Builder {
    /// Parses a text and keeps what it says; fails with the place where nothing fits any more.
    fn parse(&self, text: &str, built: &mut Built) -> Result<(), usize> {
        match parser::parse(text, self.base) {
            Some(Parsed::Import(import)) => built.imports.push(import),
            Some(Parsed::Declaration(mut declaration)) => {
                if !self.damage.is_empty() {
                    self.mark_damaged(&mut declaration);
                }
                built.declarations.push(declaration);
            }
            None => return Err(furthest(text)),
        }
        Ok(())
    }

    fn mark_damaged(&self, declaration: &mut Declaration) {
        let span = declaration.span;
        declaration.damaged = self.damage.iter().any(|&(start, end)| {
            let damage = self.at(start, end);
            span.start <= damage.start && damage.end <= span.end
        });
        for nested in &mut declaration.nested {
            self.mark_damaged(nested);
        }
    }

    /// Reads what can be read of a text with mistakes: the items in which they are, are left out. Those
    /// at `spoilt` were reported; each that comes to light is.
    fn salvage(&mut self, text: &str, spoilt: &[Span], built: &mut Built) {
        let mut left = text.to_owned();
        for span in spoilt {
            // Words without quotes may begin before the declaration that they run into.
            let mut at = span.start.saturating_sub(self.base);
            let end = span.end.saturating_sub(self.base);
            // A text of several lines has quotes and brackets that are none; of two brackets that do not
            // belong together, and of a quote that opens what nothing closes, the same is so.
            let inside = at as usize..end as usize;
            if let Some(words) = left.get(inside.clone()) {
                let length = words.len();
                if words.contains('\n') {
                    left.replace_range(inside, &" ".repeat(length));
                } else if words.starts_with('"')
                    || words.starts_with(['[', '{', '(']) && words.ends_with([']', '}', ')'])
                {
                    left.replace_range(inside, &format!("{:length$}", "x"));
                }
            }
            // A mistake may reach over what looks like several items.
            loop {
                if !self.leave_out(&mut left, at as usize) {
                    self.damage = vec![(0, text.len())];
                    return;
                }
                let behind = self.damage.last().map_or(end, |(_, to)| to_u32(*to));
                if behind >= end || behind <= at {
                    break;
                }
                at = behind;
            }
        }
        let tries = (MOST_BYTES / text.len().max(1)).clamp(1, MOST_MISTAKES);
        for _ in 0..tries {
            let Err(at) = self.parse(&left, built) else {
                return;
            };
            // What is left out cannot be wrong; if it is, something else is.
            let new = !self
                .damage
                .iter()
                .any(|&(from, to)| (from..to).contains(&at));
            if new || self.damage.is_empty() {
                built.diagnostics.push(explain(&left, at, self.base));
            }
            if !new || !self.leave_out(&mut left, at) {
                break;
            }
        }
        self.damage = vec![(0, text.len())];
    }

    /// Puts spaces in the place of the item around `at`; false where it is in none.
    fn leave_out(&mut self, text: &mut String, at: usize) -> bool {
        if self
            .damage
            .iter()
            .any(|&(from, to)| (from..to).contains(&at))
        {
            return true;
        }
        let Some((mut start, end)) = Outline::of(text).item_around(at) else {
            return false;
        };
        // What is written about the item goes with it.
        while let Some(above) = text[..start]
            .trim_end_matches([' ', '\t'])
            .strip_suffix('\n')
            && let line = above.rfind('\n').map_or(0, |i| i + 1)
            && above[line..].trim_start().starts_with("///")
        {
            start = line;
        }
        let blank: String = text[start..end]
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
            .collect();
        text.replace_range(start..end, &blank);
        self.damage.push((start, end));
        true
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a source map holds less than 4 GiB"
    )]
    fn at(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }
}

/// How far a text that does not parse is right. Only the grammar knows that; it is several times slower
/// than the parser, and asked once for each mistake.
fn furthest(text: &str) -> usize {
    match Grammar::parse(Rule::piece, text) {
        Err(error) => {
            let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
            at.min(text.len())
        }
        // The parser and the grammar take the same texts; should they ever not, the mistake is somewhere.
        Ok(_) => text.len(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a source map holds less than 4 GiB"
)]
fn to_u32(offset: usize) -> u32 {
    offset as u32
}
