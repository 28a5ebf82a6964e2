//! Cuts a file at its top-level declarations.
//!
//! One pass over the bytes, without a grammar: it knows strings, comments and brackets only. What
//! it finds wrong (an unclosed string or bracket, a character that no plan has, nesting beyond
//! [`MAX_DEPTH`]) it reports at the place where the mistake is, which a grammar cannot, and it picks up
//! again at the next declaration, so that one mistake does not hide the others.

use super::brackets::{self, Brackets, Closing};
use super::characters::foreign;
use super::outside;
use super::strings::{self, Reach};
use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::{SourceFile, Span};

/// How deep brackets may nest. Deep enough for any plan, shallow enough for any stack.
pub const MAX_DEPTH: usize = 128;

/// What [`split`] found in a file.
#[derive(Debug, Default)]
pub struct Pieces {
    /// The `//!` lines, without the slashes.
    pub docs: Vec<Span>,
    /// The imports and declarations that can be read, at least in part.
    pub readable: Vec<Piece>,
    /// The texts that cannot be read.
    pub unread: Vec<Span>,
}

/// One import or declaration.
#[derive(Debug)]
pub struct Piece {
    /// Its text, with the `///` lines before it.
    pub span: Span,
    /// The places in it where a mistake was reported; without any, nothing is known to be wrong.
    pub spoilt: Vec<Span>,
}

/// Cuts `file` into pieces, reporting what cannot be cut.
pub fn split(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Pieces {
    if let Some(conflict) = outside::conflict(file.text()) {
        // Both versions are there: most of what is wrong with the whole is wrong for this reason.
        let spans = spans(file.base());
        diagnostics.push(outside::unfinished_merge(file.text(), conflict, &spans));
        return Pieces {
            unread: vec![spans(0, file.text().len())],
            ..Pieces::default()
        };
    }
    let mut splitter = Splitter {
        text: file.text(),
        bytes: file.text().as_bytes(),
        base: file.base(),
        at: 0,
        ended: None,
        outside: false,
        spoilt: Vec::new(),
        pieces: Pieces::default(),
        diagnostics,
    };
    splitter.run();
    splitter.pieces
}

struct Splitter<'a> {
    text: &'a str,
    bytes: &'a [u8],
    base: u32,
    at: usize,
    /// The declaration before this place, and the bracket that closed it.
    ended: Option<(usize, usize)>,
    /// Whether it was said that what stands here is in no declaration.
    outside: bool,
    /// What was reported inside the piece at hand.
    spoilt: Vec<Span>,
    pieces: Pieces,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// How a piece ended.
enum End {
    /// With its closing bracket, or with the line of an import.
    Whole,
    /// With a mistake that was reported; the piece is dropped.
    Broken,
}

impl Splitter<'_> {
    fn run(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        let mut documented = None;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' if self.bytes[self.at..].starts_with(b"//") => {
                    let start = self.at;
                    self.skip_line();
                    match self.bytes.get(start + 2) {
                        Some(b'!') => self.pieces.docs.push(self.span(start + 3, self.at)),
                        Some(b'/') => documented = documented.or(Some(start)),
                        _ => {}
                    }
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    let (start, word) = (documented.take().unwrap_or(self.at), self.at);
                    let end = self.piece();
                    let span = self.span(start, self.at);
                    let spoilt = std::mem::take(&mut self.spoilt);
                    if let End::Whole = end {
                        self.ended = Some((word, self.at - 1));
                        self.outside = false;
                        self.pieces.readable.push(Piece { span, spoilt });
                    } else {
                        self.ended = None;
                        self.pieces.unread.push(span);
                    }
                }
                _ => {
                    documented = None;
                    self.stray();
                }
            }
        }
        if let Some(start) = documented {
            self.documents_nothing(start);
        }
    }

    fn documents_nothing(&mut self, start: usize) {
        let end = start
            + self.text[start..]
                .find('\n')
                .unwrap_or(self.text.len() - start);
        self.diagnostics.push(
            Diagnostic::new(
                codes::SYNTAX,
                self.span(start, end),
                "this `///` documents nothing",
            )
            .help("put a declaration below it, or write `//` for a comment")
            .fix(Fix::replace(self.span(start, start + 3), "//")),
        );
    }

    /// Something that begins no declaration: reported once, up to the end of its line.
    fn stray(&mut self) {
        if matches!(self.bytes[self.at], b'}' | b']' | b')') {
            if !self.outside {
                let ended = self.ended.map(|(_, closer)| (closer, closer + 1));
                let diagnostic = brackets::stray(self.text, self.at, ended, self.spans());
                self.diagnostics.push(diagnostic);
            }
            self.at += 1;
            return;
        }
        if self.foreign() {
            self.spoilt.clear();
            return;
        }
        let start = self.at;
        self.skip_line();
        self.pieces.unread.push(self.span(start, self.at));
        if !std::mem::replace(&mut self.outside, true) {
            let diagnostic = outside::no_declaration(self.text, start, self.spans());
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports and passes a character that no plan has here, if there is one.
    fn foreign(&mut self) -> bool {
        let Some(found) = foreign(self.text, self.at) else {
            return false;
        };
        self.spoilt.push(self.span(found.start, found.end));
        self.at = found.end;
        let diagnostic = found.diagnostic(self.spans());
        self.diagnostics.push(diagnostic);
        true
    }

    /// One import or declaration, from its first word on.
    fn piece(&mut self) -> End {
        let start = self.at;
        let word_end = start + word_length(&self.bytes[start..]);
        if &self.bytes[start..word_end] == b"import" {
            return self.import(word_end);
        }
        let mut brackets = Brackets::default();
        loop {
            if !brackets.open.is_empty() {
                self.skip_plain();
            }
            let Some(&byte) = self.bytes.get(self.at) else {
                break;
            };
            match byte {
                b'"' => self.string(&brackets.kinds),
                b'/' if self.bytes[self.at..].starts_with(b"//") => self.skip_line(),
                b'{' | b'[' | b'(' => {
                    if brackets.open.len() == MAX_DEPTH {
                        self.too_deep();
                        // Not after the first of them: each would be passed 128 times.
                        self.resume_after(self.at);
                        return End::Broken;
                    }
                    brackets.push(self.text, self.at);
                    self.at += 1;
                }
                b'}' | b']' | b')' => {
                    self.closing(&mut brackets);
                    self.at += 1;
                    if brackets.open.is_empty() && byte == b'}' {
                        return End::Whole;
                    }
                }
                // The line ends before the brace was opened: the brace may stand on the next one.
                b'\n' if brackets.open.is_empty() => {
                    let Some(brace) = self.next_opening() else {
                        self.no_body(start);
                        return End::Broken;
                    };
                    self.at = brace;
                }
                _ if is_plain(byte) => self.at += 1,
                _ => {
                    if !self.foreign() {
                        self.at += 1;
                    }
                }
            }
        }
        if let Some(&outer) = brackets.open.last() {
            self.never_closed(&brackets, outer);
        } else {
            self.no_body(start);
        }
        End::Broken
    }

    /// The text ends, and the bracket at `outer` is open.
    fn never_closed(&mut self, brackets: &Brackets, outer: usize) {
        // A string that was not closed may have swallowed what closes it.
        let told = !self.spoilt.is_empty();
        if let Some((opener, closer)) = brackets.strange_inside(outer) {
            if !told {
                let head = brackets::head(self.text, outer);
                let words = format!("this one ends `{head}`");
                let instead = (closer, closer + 1, words.as_str());
                let diagnostic = brackets::unclosed(self.text, opener, Some(instead), self.spans());
                self.diagnostics.push(diagnostic);
            }
            self.at = closer + 1;
            return;
        }
        self.resume_after(outer);
        if !told {
            let word = self.at + word_length(&self.bytes[self.at..]);
            let instead = (self.at < word).then_some((self.at, word, "it is open here still"));
            let diagnostic = brackets::unclosed(self.text, outer, instead, self.spans());
            self.diagnostics.push(diagnostic);
        }
    }

    /// A closing bracket inside a piece.
    fn closing(&mut self, brackets: &mut Brackets) {
        let (place, told) = (self.span(self.at, self.at + 1), !self.spoilt.is_empty());
        match brackets.close(self.text, self.at) {
            Closing::Pair => {}
            Closing::Outer(inside) => {
                // One is said; the others are open for the same reason.
                if let (Some(&opener), false) = (inside.last(), told) {
                    let words = format!("`{}` closes something else", self.bytes[self.at] as char);
                    let instead = (self.at, self.at + 1, words.as_str());
                    let diagnostic =
                        brackets::unclosed(self.text, opener, Some(instead), self.spans());
                    self.diagnostics.push(diagnostic);
                }
                for opener in inside {
                    self.spoilt.push(self.span(opener, self.at));
                }
            }
            Closing::Mistaken(opener) => {
                if !told {
                    let diagnostic = brackets::mistaken(self.text, opener, self.at, self.spans());
                    self.diagnostics.push(diagnostic);
                }
                self.spoilt.push(self.span(opener, self.at + 1));
            }
            Closing::Stray => {
                let list = brackets::list_without_opening(self.text, self.at);
                if !told {
                    let diagnostic = match list {
                        Some(start) => brackets::not_opened(start, self.at, self.spans()),
                        None => brackets::stray(self.text, self.at, None, self.spans()),
                    };
                    self.diagnostics.push(diagnostic);
                }
                let from = list.map_or(place, |start| self.span(start, self.at));
                self.spoilt.push(from.to(place));
            }
        }
    }

    /// Where the next thing that is neither white space nor a comment stands, if it opens a body.
    fn next_opening(&self) -> Option<usize> {
        let mut rest = self.text[self.at..].trim_start();
        while rest.starts_with("//") {
            rest = rest[rest.find('\n').unwrap_or(rest.len())..].trim_start();
        }
        let opens = rest.starts_with(['{', '(']);
        opens.then_some(self.text.len() - rest.len())
    }

    /// A line that begins like a declaration, and no `{` follows. What is indented below belongs to it.
    fn no_body(&mut self, start: usize) {
        let spoilt = !self.spoilt.is_empty();
        let end = self.at;
        self.resume_after(start);
        let field = outside::is_field(&self.text[start..end]);
        if spoilt || self.outside && field {
            return;
        }
        self.outside |= field;
        let diagnostic = outside::no_body(self.text, (start, end), self.ended, self.spans());
        self.diagnostics.push(diagnostic);
    }

    /// An import ends with its line.
    fn import(&mut self, word_end: usize) -> End {
        self.at = word_end;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => break,
                b'"' => {
                    self.string(&[]);
                    return End::Whole;
                }
                _ => {
                    if !self.foreign() {
                        self.at += 1;
                    }
                }
            }
        }
        if self.spoilt.is_empty() {
            let diagnostic = outside::no_path(self.text, word_end, self.at, self.spans());
            self.diagnostics.push(diagnostic);
        }
        End::Broken
    }

    /// Passes a string; an unclosed one is reported, and passed up to where it was meant to end.
    fn string(&mut self, open: &[u8]) {
        let start = self.at;
        match strings::reach(self.text, start) {
            Reach::Closed(end) => self.at = end,
            Reach::Open(line_end) => {
                let found = strings::unclosed(self.text, start, line_end, open, self.spans());
                self.at = found.end;
                self.diagnostics.push(found.diagnostic);
                self.spoilt.push(self.span(start, self.at));
            }
        }
    }

    fn too_deep(&mut self) {
        self.diagnostics.push(
            Diagnostic::new(
                codes::TOO_DEEP,
                self.span(self.at, self.at + 1),
                format!("brackets nest more than {MAX_DEPTH} deep here"),
            )
            .help("no plan needs this: is it the right file?"),
        );
    }

    /// Goes on at the first line after `offset` that begins, at the margin, like a declaration.
    fn resume_after(&mut self, offset: usize) {
        let mut at = offset;
        while let Some(newline) = self.text[at..].find('\n') {
            at += newline + 1;
            let line = &self.text[at..];
            let line = &line[..line.find('\n').unwrap_or(line.len())];
            if outside::begins_declaration(line) {
                self.at = at;
                return;
            }
        }
        self.at = self.bytes.len();
    }

    /// Passes what means nothing here: nearly every byte.
    fn skip_plain(&mut self) {
        let rest = &self.bytes[self.at..];
        let plain = rest.iter().position(|byte| !PLAIN[usize::from(*byte)]);
        self.at += plain.unwrap_or(rest.len());
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
    }

    /// Makes spans of offsets.
    fn spans(&self) -> impl Fn(usize, usize) -> Span + use<> {
        spans(self.base)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.spans()(start, end)
    }
}

/// What is no bracket, no quote, no slash, and in every plan.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ' | b'\n' | b':' | b',' | b'.' | b'-')
}

/// [`is_plain`] of each byte.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte: u8 = 0;
    loop {
        plain[byte as usize] = is_plain(byte);
        if byte == u8::MAX {
            break plain;
        }
        byte += 1;
    }
};

/// Makes spans of the offsets in a file.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a source map holds less than 4 GiB"
)]
fn spans(base: u32) -> impl Fn(usize, usize) -> Span + use<> {
    move |start, end| Span::new(base + start as u32, base + end as u32)
}

/// The length of the name that a text begins with.
pub fn word_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count()
}
