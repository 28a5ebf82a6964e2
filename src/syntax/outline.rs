//! The shape of a declaration that does not parse: its words and marks, and which brackets and items
//! they stand in. It takes any text, and is only made where something is wrong.

use super::characters::word_around;
use super::split::word_length;
use super::strings::{self, Reach};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name, with what is joined to it by `.`, `/` or `-`.
    Word,
    /// What begins with a digit.
    Number,
    /// A string.
    Text,
    /// Any other character.
    Mark(char),
    /// The end of a line.
    Line,
}

/// A word or mark, by its offsets.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// What something stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// In nothing: it is the head of the declaration.
    Head,
    /// In the braces of a declaration.
    Body,
    /// In braces that are a value.
    Record,
    /// In square brackets.
    List,
    /// In the parentheses of a call, or those behind `at`.
    Call,
    /// In parentheses that group.
    Group,
}

#[derive(Debug)]
struct Frame {
    inside: Inside,
    parent: usize,
    opener: usize,
    closer: usize,
    /// Where the items of a body begin.
    items: Vec<usize>,
    /// Whether the item at hand has had its colon.
    colon: bool,
}

/// The shape of a text.
#[derive(Debug)]
pub struct Outline<'t> {
    text: &'t str,
    /// Its words and marks, in order, without comments.
    pub tokens: Vec<Token>,
    /// The frame of each.
    of: Vec<usize>,
    frames: Vec<Frame>,
}

impl<'t> Outline<'t> {
    /// Looks at a text.
    pub fn of(text: &'t str) -> Self {
        let mut outline = Self {
            text,
            tokens: Vec::new(),
            of: Vec::new(),
            frames: vec![Frame {
                inside: Inside::Head,
                parent: 0,
                opener: 0,
                closer: text.len(),
                items: Vec::new(),
                colon: false,
            }],
        };
        let mut frame = 0;
        let mut at = 0;
        while let Some(token) = token(text, &mut at) {
            frame = outline.add(token, frame);
        }
        outline
    }

    /// Adds a token, which stands in `frame`; returns the frame of what follows.
    fn add(&mut self, token: Token, mut frame: usize) -> usize {
        let mut next = frame;
        match token.kind {
            Kind::Mark(opener @ ('{' | '[' | '(')) => {
                let inside = self.opened(opener, token.start, frame);
                self.frames.push(Frame {
                    inside,
                    parent: frame,
                    opener: token.start,
                    closer: self.text.len(),
                    items: Vec::new(),
                    colon: false,
                });
                next = self.frames.len() - 1;
            }
            Kind::Mark(closer @ ('}' | ']' | ')')) => {
                if let Some(closed) = self.closed_by(closer, frame) {
                    self.frames[closed].closer = token.start;
                    frame = closed;
                    next = self.frames[closed].parent;
                }
            }
            Kind::Mark(':') => self.frames[frame].colon = true,
            Kind::Word if self.frames[frame].inside == Inside::Body && self.begins_item(&token) => {
                self.frames[frame].items.push(token.start);
                self.frames[frame].colon = false;
            }
            _ => {}
        }
        self.tokens.push(token);
        self.of.push(frame);
        next
    }

    fn opened(&self, opener: char, at: usize, frame: usize) -> Inside {
        let around = &self.frames[frame];
        let in_head = match around.inside {
            Inside::Head => true,
            Inside::Body => !around.colon,
            _ => false,
        };
        let called = self
            .tokens
            .last()
            .is_some_and(|last| last.kind == Kind::Word && last.end == at);
        match opener {
            '[' => Inside::List,
            '{' if in_head => Inside::Body,
            '{' => Inside::Record,
            _ if in_head || called => Inside::Call,
            _ => Inside::Group,
        }
    }

    fn closed_by(&self, closer: char, frame: usize) -> Option<usize> {
        let mut at = frame;
        while at != 0 {
            let fits = match self.frames[at].inside {
                Inside::Head => false,
                Inside::Body | Inside::Record => closer == '}',
                Inside::List => closer == ']',
                Inside::Call | Inside::Group => closer == ')',
            };
            if fits {
                return Some(at);
            }
            // A brace closes what was left open in it; the others close only their own.
            if closer != '}' {
                return None;
            }
            at = self.frames[at].parent;
        }
        None
    }

    /// Whether a word that comes next begins an item of a body.
    fn begins_item(&self, word: &Token) -> bool {
        let operators = ["and", "or", "not", "per", "of", "at", "since"];
        let separated = self
            .tokens
            .last()
            .is_some_and(|last| matches!(last.kind, Kind::Line | Kind::Mark(',' | '{')));
        let before = self.tokens.iter().rev().find(|t| t.kind != Kind::Line);
        let goes_on = before.is_some_and(|before| match before.kind {
            Kind::Mark(mark) => !matches!(mark, '{' | '}' | ']' | ')' | ',' | '%'),
            Kind::Word => operators.contains(&self.slice(before)),
            _ => false,
        });
        let joins = operators[..3].contains(&self.slice(word));
        separated && !goes_on && !joins
    }

    /// The text of a token.
    pub fn slice(&self, token: &Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    /// The number of the first token that reaches beyond `at`.
    pub fn index_at(&self, at: usize) -> usize {
        self.tokens.partition_point(|token| token.end <= at)
    }

    /// What the token with this number stands in; a closing bracket stands in what it closes.
    pub fn inside(&self, index: usize) -> Inside {
        let frame = self.of.get(index).copied().unwrap_or_default();
        self.frames[frame].inside
    }

    /// Where the item of a body begins that the token with this number belongs to, by the number of its
    /// first token.
    pub fn item_of(&self, index: usize) -> Option<usize> {
        let frame = &self.frames[*self.of.get(index)?];
        let at = self.tokens[index].start;
        let start = frame.items.iter().rev().find(|start| **start <= at)?;
        Some(self.index_at(*start))
    }

    /// The item around a place, of the innermost body that has one there: from its first character to
    /// the beginning of the next.
    pub fn item_around(&self, at: usize) -> Option<(usize, usize)> {
        let frame = self
            .frames
            .iter()
            .filter(|f| f.inside == Inside::Body && f.opener < at && at <= f.closer)
            .max_by_key(|f| f.opener)?;
        let begin = frame.items.iter().rev().find(|start| **start <= at);
        let end = frame.items.iter().find(|start| **start > at);
        let begin = begin.map_or(frame.opener + 1, |start| *start);
        Some((begin, end.map_or(frame.closer, |end| *end)))
    }

    /// The word as a person sees it, up to what separates values, around a token.
    pub fn whole_word(&self, token: &Token) -> (usize, usize) {
        word_around(self.text, token.start)
    }
}

/// The next token of a text, from `at` on.
fn token(text: &str, at: &mut usize) -> Option<Token> {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(*at)? {
            b' ' | b'\t' | b'\r' => *at += 1,
            b'/' if bytes[*at..].starts_with(b"//") => {
                *at += text[*at..].find('\n').unwrap_or(text.len() - *at);
            }
            _ => break,
        }
    }
    let start = *at;
    let character = text[start..].chars().next()?;
    let (kind, end) = match character {
        '\n' => (Kind::Line, start + 1),
        '"' => {
            let (Reach::Closed(end) | Reach::Open(end)) = strings::reach(text, start);
            (Kind::Text, end.max(start + 1))
        }
        c if c.is_ascii_digit() => (Kind::Number, joined(text, start, b"._%-/")),
        c if c.is_ascii_alphabetic() || c == '_' => (Kind::Word, joined(text, start, b"./-")),
        c => (Kind::Mark(c), start + c.len_utf8()),
    };
    *at = end;
    Some(Token { kind, start, end })
}

/// Where a word ends whose parts may be joined by `joints`.
fn joined(text: &str, start: usize, joints: &[u8]) -> usize {
    let bytes = text.as_bytes();
    let mut end = start + word_length(&bytes[start..]);
    while bytes.get(end).is_some_and(|byte| joints.contains(byte)) {
        let part = word_length(&bytes[end + 1..]);
        if part == 0 {
            // A percent sign ends a number.
            return if bytes[end] == b'%' && joints.contains(&b'%') {
                end + 1
            } else {
                end
            };
        }
        end += 1 + part;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str, at: &str) -> Option<String> {
        let at = text.find(at).unwrap();
        let (start, end) = Outline::of(text).item_around(at)?;
        Some(text[start..end].trim_end().to_owned())
    }

    #[test]
    fn an_item_reaches_to_the_next_one() {
        let text = "suite a {\n  x: 1, y: [b\n    c]\n  z:\n    - d\n    - e\n  s: a\n     or b\n  part p {\n    q: !\n  }\n  w v\n}";
        for (at, wanted) in [
            ("1", "x: 1,"),
            ("c]", "y: [b\n    c]"),
            ("- e", "z:\n    - d\n    - e"),
            ("or b", "s: a\n     or b"),
            ("!", "q: !"),
            ("p {", "part p {\n    q: !\n  }"),
            ("w v", "w v"),
        ] {
            assert_eq!(item(text, at).as_deref(), Some(wanted), "{at}");
        }
        assert_eq!(item(text, "suite"), None);
    }

    #[test]
    fn what_something_stands_in_is_known() {
        let text = "suite a {\n  at (stage: x) { b: c([d], { e: f }) }\n  g: (h or i)\n}";
        let outline = Outline::of(text);
        for (word, inside) in [
            ("suite", Inside::Head),
            ("stage", Inside::Call),
            ("b", Inside::Body),
            ("d", Inside::List),
            ("e", Inside::Record),
            ("h", Inside::Group),
        ] {
            let index = outline
                .tokens
                .iter()
                .position(|token| outline.slice(token) == word)
                .unwrap();
            assert_eq!(outline.inside(index), inside, "{word}");
        }
    }
}
