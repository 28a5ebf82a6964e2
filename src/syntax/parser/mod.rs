//! From the text of one import or declaration to the syntax tree.
//!
//! A recursive descent over the bytes, which copies nothing and looks at each byte about once. It takes
//! exactly what `grammar/dtp.pest` takes, and gives it the same tree: the grammar is the definition, and the
//! tests beside this file hold the two together. Where a text does not parse, the grammar says how far it
//! was right (see `build`); here it is only known that it is not.
//!
//! The depth of the recursion is bounded by [`MAX_DEPTH`](super::MAX_DEPTH): deeper brackets never come here.

#[cfg(test)]
mod tests;
mod values;

use super::ast::{Argument, Declaration, Field, Import};
use crate::source::Span;

/// What a piece of a file says.
#[derive(Debug)]
pub enum Parsed {
    /// `import "markers.dtp"`
    Import(Import),
    /// `kind name { … }`
    Declaration(Declaration),
}

/// Parses a piece whose first byte has the position `base`; nothing where the grammar does not take it.
pub fn parse(text: &str, base: u32) -> Option<Parsed> {
    let mut parser = Parser {
        bytes: text.as_bytes(),
        base,
        at: 0,
    };
    parser.gap();
    let parsed = match parser.import() {
        Some(import) => Parsed::Import(import),
        None => Parsed::Declaration(parser.declaration()?),
    };
    parser.gap();
    (parser.at == parser.bytes.len()).then_some(parsed)
}

/// How many fields a declaration has, most often. Room for them is made at once.
const USUAL_FIELDS: usize = 8;

struct Parser<'t> {
    bytes: &'t [u8],
    base: u32,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes a mark, if it stands here.
    fn mark(&mut self, mark: u8) -> bool {
        let here = self.peek() == Some(mark);
        self.at += usize::from(here);
        here
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a source map holds less than 4 GiB"
    )]
    fn since(&self, start: usize) -> Span {
        Span::new(self.base + start as u32, self.base + self.at as u32)
    }

    /// White space that stays on its line.
    fn blank(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// White space and comments, over lines; whether a line ended.
    fn gap(&mut self) -> bool {
        let mut ended = false;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' => {
                    self.at += 1;
                    ended = true;
                }
                b'/' if self.bytes.get(self.at + 1) == Some(&b'/')
                    && self.bytes.get(self.at + 2) != Some(&b'/') =>
                {
                    self.rest_of_line();
                }
                _ => break,
            }
        }
        ended
    }

    fn rest_of_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
    }

    /// A name: letters, digits and `_`, of which the first is no digit.
    fn identifier(&mut self) -> Option<Span> {
        let start = self.at;
        if !matches!(self.peek()?, b'a'..=b'z' | b'A'..=b'Z' | b'_') {
            return None;
        }
        self.at += 1;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        Some(self.since(start))
    }

    /// The word that begins here, without passing it.
    fn word(&self) -> &[u8] {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|&&b| is_word(b)).count();
        &rest[..length]
    }

    /// The word that begins here, if it begins with one of these letters: most do not.
    fn word_of(&self, letters: &[u8]) -> &[u8] {
        match self.peek() {
            Some(first) if letters.contains(&first) => self.word(),
            _ => b"",
        }
    }

    fn import(&mut self) -> Option<Import> {
        let start = self.at;
        if self.word() == b"import" {
            self.at += b"import".len();
            let path = self.at;
            self.blank();
            if self.at > path
                && let Some(path) = self.string()
            {
                return Some(Import { path, target: None });
            }
            self.at = start;
        }
        None
    }

    /// The closing quote ends it; a backslash takes away what the next character means.
    fn string(&mut self) -> Option<Span> {
        let start = self.at;
        if !self.mark(b'"') {
            return None;
        }
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(self.since(start));
                }
                b'\n' => return None,
                b'\\' if self.bytes.get(self.at + 1).is_none_or(|&b| b == b'\n') => return None,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// `///` lines, then `kind name (jobs) { items }`.
    fn declaration(&mut self) -> Option<Declaration> {
        let mut docs = Vec::new();
        while self.bytes[self.at..].starts_with(b"///") {
            self.at += 3;
            let start = self.at;
            self.rest_of_line();
            docs.push(self.since(start));
            self.gap();
        }
        let start = self.at;
        let kind = self.identifier()?;
        self.blank();
        let name = self.identifier();
        self.blank();
        let pattern = if self.mark(b'(') {
            self.arguments()?
        } else {
            Vec::new()
        };
        self.blank();
        let mut declaration = Declaration {
            span: kind,
            kind,
            name,
            pattern,
            docs,
            fields: Vec::with_capacity(USUAL_FIELDS),
            nested: Vec::new(),
            damaged: false,
        };
        self.mark(b'{').then_some(())?;
        let mut more = self.first(b'}')?;
        while more {
            match self.named() {
                Some(name) => {
                    let value = self.value()?;
                    declaration.fields.push(Field { name, value });
                }
                None => declaration.nested.push(self.declaration()?),
            }
            more = self.next(b'}')?;
        }
        declaration.span = self.since(start);
        Some(declaration)
    }

    /// Behind an opening bracket: whether anything stands before `closer`, which is passed otherwise.
    fn first(&mut self, closer: u8) -> Option<bool> {
        self.gap();
        // A comma alone is taken as one that stands behind the last item.
        if self.mark(b',') {
            self.gap();
            return self.mark(closer).then_some(false);
        }
        Some(!self.mark(closer))
    }

    /// Behind an item: whether another follows. Items are apart by a comma, or by the end of a line;
    /// `closer` is passed.
    fn next(&mut self, closer: u8) -> Option<bool> {
        self.blank();
        let apart = self.mark(b',');
        let ended = self.gap();
        if self.mark(closer) {
            return Some(false);
        }
        if apart {
            return Some(true);
        }
        if self.mark(b',') {
            // On a line of its own only the last comma stands.
            self.gap();
            return self.mark(closer).then_some(false);
        }
        ended.then_some(true)
    }

    /// `name:` and the gap behind it, or nothing.
    fn named(&mut self) -> Option<Span> {
        let start = self.at;
        if let Some(name) = self.identifier() {
            self.blank();
            if self.mark(b':') {
                self.gap();
                return Some(name);
            }
        }
        self.at = start;
        None
    }

    /// What stands between parentheses, of which the opening one was passed. Only commas are between them.
    fn arguments(&mut self) -> Option<Vec<Argument>> {
        let mut arguments = Vec::new();
        let mut more = self.first(b')')?;
        while more {
            let name = self.named();
            let value = self.value()?;
            arguments.push(Argument { name, value });
            self.gap();
            let comma = self.mark(b',');
            self.gap();
            more = !self.mark(b')');
            (comma || !more).then_some(())?;
        }
        Some(arguments)
    }
}

/// What names are made of.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
