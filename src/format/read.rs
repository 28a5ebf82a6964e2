//! From a text to the [`tree`](super::tree).
//!
//! The grammar says where words are and which bracket is which. It says nothing about what stands
//! between them; that is read here: white space, comments, and the marks that separate.

use pest::Parser as _;
use pest::iterators::Pair;

use super::tree::{Group, Item, Line, Part, Role};
use crate::source::{SourceFile, Span};
use crate::syntax::grammar::{Grammar, Rule};
use crate::syntax::split::{self, Piece};

/// Reads a file; nothing if there is a syntax error in it.
pub fn read(file: &SourceFile) -> Option<Group<'_>> {
    let mut diagnostics = Vec::new();
    let pieces = split::split(file, &mut diagnostics).readable;
    if !diagnostics.is_empty() {
        return None;
    }
    let text = file.text();
    let mut reader = Reader {
        text,
        at: text.len() - text.trim_start_matches('\u{feff}').len(),
        offset: 0,
        // As if a line had just ended: a comment in the first line has a line of its own.
        line_ends: 1,
        pending: Vec::new(),
    };
    let mut group = Some(Group::new(Role::File));
    for Piece { span, .. } in pieces {
        let Span { start, end } = span;
        let (start, end) = (start - file.base(), end - file.base());
        let (start, end) = (start as usize, end as usize);
        reader.gap(start, &mut group, &mut Vec::new(), Role::File);
        reader.offset = start;
        let parsed = Grammar::parse(Rule::piece, &text[start..end]).ok()?;
        for pair in parsed.flat_map(Pair::into_inner) {
            if pair.as_rule() != Rule::EOI {
                let item = reader.item(pair);
                group.as_mut()?.items.push(item);
            }
        }
    }
    reader.gap(text.len(), &mut group, &mut Vec::new(), Role::File);
    let mut group = group?;
    group.tail = reader.pending;
    Some(group)
}

struct Reader<'t> {
    text: &'t str,
    /// What has been read.
    at: usize,
    /// Where the piece that is being read begins in the text.
    offset: usize,
    /// How many lines have ended since the last word, mark or comment.
    line_ends: usize,
    /// Comments that will belong to what follows.
    pending: Vec<Line<'t>>,
}

impl<'t> Reader<'t> {
    /// One item, from its first word to its last.
    fn item(&mut self, pair: Pair<'t, Rule>) -> Item<'t> {
        let start = self.offset + pair.as_span().start();
        let lead = std::mem::take(&mut self.pending);
        let mut item = Item {
            start: lead.first().map_or(start, |line| line.start),
            lead,
            blank_before: self.line_ends > 1,
            parts: Vec::new(),
            trailing: None,
            end: self.offset + pair.as_span().end(),
        };
        self.pair(pair, &mut item.parts);
        // Documentation, and what stands between its lines, is no part of the row of words.
        let words = |part: &Part<'_>| !matches!(part, Part::Comment { .. });
        let documented = item.parts.iter().position(words).unwrap_or_default();
        for part in item.parts.drain(..documented) {
            if let Part::Comment { text, .. } = part {
                item.lead.push(Line {
                    text,
                    blank_before: std::mem::take(&mut item.blank_before),
                    start,
                });
            }
        }
        item
    }

    /// All that belongs to a rule of the grammar.
    fn pair(&mut self, pair: Pair<'t, Rule>, parts: &mut Vec<Part<'t>>) {
        let rule = pair.as_rule();
        let span = pair.as_span();
        let (start, end) = (self.offset + span.start(), self.offset + span.end());
        self.at = start;
        let mut inner = pair.into_inner().peekable();
        // The space in `4 USD/h` belongs to the quantity.
        if rule == Rule::quantity || inner.peek().is_none() && !is_bracket(rule) {
            self.word(start, end, rule, parts);
            return;
        }
        let bracket = role(rule);
        let mut group = None;
        for child in inner {
            self.gap(
                self.offset + child.as_span().start(),
                &mut group,
                parts,
                bracket,
            );
            match &mut group {
                None => self.pair(child, parts),
                Some(group) => {
                    if group.items.is_empty() && self.pending.is_empty() {
                        group.spread = self.line_ends > 0;
                    }
                    group.items.push(self.item(child));
                }
            }
        }
        self.gap(end, &mut group, parts, bracket);
    }

    fn word(&mut self, start: usize, end: usize, rule: Rule, parts: &mut Vec<Part<'t>>) {
        let text = &self.text[start..end];
        parts.push(match rule {
            Rule::and => Part::And,
            Rule::or => Part::Or,
            Rule::doc => Part::Comment {
                text: trimmed(text),
                own_line: true,
            },
            _ => Part::Word(text),
        });
        self.at = end;
        self.line_ends = 0;
    }

    /// What stands up to `end` that the grammar has no rule for.
    fn gap(
        &mut self,
        end: usize,
        group: &mut Option<Group<'t>>,
        parts: &mut Vec<Part<'t>>,
        role: Role,
    ) {
        while self.at < end {
            let rest = &self.text[self.at..end];
            let length = match rest.as_bytes()[0] {
                b' ' | b'\t' => 1,
                b'\r' if rest.starts_with("\r\n") => 1,
                b'\n' | b'\r' => {
                    self.line_ends += 1;
                    1
                }
                b'/' if rest.starts_with("//") => self.comment(end, group, parts),
                b'(' | b'[' | b'{' if group.is_none() => {
                    *group = Some(Group::new(role));
                    self.mark()
                }
                b')' | b']' | b'}' => {
                    if let Some(mut closed) = group.take() {
                        closed.tail = std::mem::take(&mut self.pending);
                        closed.measure();
                        parts.push(Part::Group(closed));
                    }
                    self.mark()
                }
                b',' => self.mark(),
                b':' => {
                    parts.push(Part::Colon);
                    self.mark()
                }
                _ => {
                    let stop = |c: char| c.is_whitespace() || "()[]{},:\"/".contains(c);
                    let length = rest.find(stop).unwrap_or(rest.len()).max(1);
                    parts.push(Part::Word(&rest[..length]));
                    self.line_ends = 0;
                    length
                }
            };
            self.at += length;
        }
    }

    /// A mark of one byte.
    const fn mark(&mut self) -> usize {
        self.line_ends = 0;
        1
    }

    /// Gives the comment that begins here to what it belongs to: on the same line, to what stands
    /// before it, else to what follows.
    fn comment(
        &mut self,
        end: usize,
        group: &mut Option<Group<'t>>,
        parts: &mut Vec<Part<'t>>,
    ) -> usize {
        let rest = &self.text[self.at..end];
        let length = rest.find('\n').unwrap_or(rest.len());
        let text = trimmed(&rest[..length]);
        let line_ends = std::mem::take(&mut self.line_ends);
        let own_line = line_ends > 0;
        let Some(group) = group else {
            parts.push(Part::Comment { text, own_line });
            return length;
        };
        if !own_line && self.pending.is_empty() {
            match group.items.last_mut() {
                None if group.open_comment.is_none() => {
                    group.open_comment = Some(text);
                    return length;
                }
                Some(item) if item.trailing.is_none() => {
                    item.trailing = Some(text);
                    item.end = self.at + text.len();
                    return length;
                }
                _ => {}
            }
        }
        self.pending.push(Line {
            text,
            blank_before: line_ends > 1,
            start: self.at,
        });
        length
    }
}

/// Without the white space that may stand at the end of a line.
fn trimmed(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\r'])
}

/// Whether a rule has brackets, so that it is no word even where nothing stands in them.
const fn is_bracket(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::declaration | Rule::record | Rule::list | Rule::call | Rule::group | Rule::pattern
    )
}

/// What the brackets of a rule hold.
const fn role(rule: Rule) -> Role {
    match rule {
        Rule::declaration => Role::Body,
        Rule::record => Role::Record,
        Rule::list => Role::List,
        Rule::call => Role::Call,
        Rule::group => Role::Parentheses,
        _ => Role::Arguments,
    }
}
