//! Cuts a file at its top-level declarations.
//!
//! One pass over the bytes, without a grammar: it knows strings, comments and brackets only. What
//! it finds wrong (an unclosed string or bracket, nesting beyond [`MAX_DEPTH`]) it reports at the
//! place where the mistake is, which a grammar cannot, and it picks up again at the next
//! declaration, so that one mistake does not hide the others.

use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::{SourceFile, Span};

/// How deep brackets may nest. Deep enough for any plan, shallow enough for any stack.
pub const MAX_DEPTH: usize = 128;

/// What a file consists of.
const SHAPE: &str = "a file is a list of declarations: `kind name { field: value }`";

/// What [`split`] found in a file.
#[derive(Debug, Default)]
pub struct Pieces {
    /// The `//!` lines, without the slashes.
    pub docs: Vec<Span>,
    /// The text of each import and declaration, with the `///` lines before it.
    pub pieces: Vec<Span>,
}

/// Cuts `file` into pieces, reporting what cannot be cut.
pub fn split(file: &SourceFile, diagnostics: &mut Vec<Diagnostic>) -> Pieces {
    let mut splitter = Splitter {
        text: file.text(),
        bytes: file.text().as_bytes(),
        base: file.base(),
        at: 0,
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
    pieces: Pieces,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// How a piece ended.
enum End {
    /// Cleanly; the piece can be parsed.
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
                    let start = documented.take().unwrap_or(self.at);
                    if let End::Whole = self.piece() {
                        self.pieces.pieces.push(self.span(start, self.at));
                    }
                }
                _ => {
                    documented = None;
                    self.stray();
                }
            }
        }
        if let Some(start) = documented {
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
    }

    /// Something that begins no declaration: reported once, up to the end of its line.
    fn stray(&mut self) {
        let start = self.at;
        let shown = self.text[start..].chars().next().map_or(1, char::len_utf8);
        let (message, help) = match self.bytes[start] {
            b'}' | b']' | b')' => ("this closing bracket has no opening one", SHAPE),
            b'#' | b'/' => ("expected a declaration", "comments begin with `//`"),
            _ => ("expected a declaration", SHAPE),
        };
        self.diagnostics.push(
            Diagnostic::new(codes::SYNTAX, self.span(start, start + shown), message).help(help),
        );
        self.skip_line();
    }

    /// One import or declaration, from its first word on.
    fn piece(&mut self) -> End {
        let start = self.at;
        let word_end = start + word_length(&self.bytes[start..]);
        if &self.bytes[start..word_end] == b"import" {
            return self.import(word_end);
        }
        let mut open: Vec<usize> = Vec::new();
        let mut broken = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => broken |= !self.string(),
                b'/' if self.bytes[self.at..].starts_with(b"//") => self.skip_line(),
                b'{' | b'[' | b'(' => {
                    if open.len() == MAX_DEPTH {
                        self.too_deep();
                        // Not after the first of them: each would be passed 128 times.
                        self.resume_after(self.at);
                        return End::Broken;
                    }
                    open.push(self.at);
                    self.at += 1;
                }
                b'}' | b']' | b')' => {
                    let Some(opener) = open.pop() else {
                        self.stray();
                        return End::Broken;
                    };
                    if !matches!(
                        (self.bytes[opener], byte),
                        (b'{', b'}') | (b'[', b']') | (b'(', b')')
                    ) {
                        // An unclosed string swallows the brackets behind it.
                        if !broken {
                            self.unclosed(opener, Some(self.at));
                        }
                        self.resume_after(opener);
                        return End::Broken;
                    }
                    self.at += 1;
                    if open.is_empty() && byte == b'}' {
                        return if broken { End::Broken } else { End::Whole };
                    }
                }
                // The line ends before the brace was opened: the brace may stand on the next one.
                b'\n' if open.is_empty() => {
                    let Some(brace) = self.next_opening() else {
                        if !broken {
                            self.no_brace(start);
                        }
                        return End::Broken;
                    };
                    self.at = brace;
                }
                _ => self.at += 1,
            }
        }
        if let Some(&opener) = open.last() {
            if !broken {
                self.unclosed(opener, None);
            }
            self.resume_after(opener);
        } else if !broken {
            self.diagnostics.push(
                Diagnostic::new(
                    codes::SYNTAX,
                    self.span(start, word_end),
                    "this declaration has no body",
                )
                .help("a declaration is `kind name { field: value }`"),
            );
        }
        End::Broken
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

    fn no_brace(&mut self, start: usize) {
        let line = &self.text[start..self.at];
        let end = start + line.find("//").unwrap_or(line.len());
        let end = start + self.text[start..end].trim_end().len();
        self.diagnostics.push(
            Diagnostic::new(
                codes::SYNTAX,
                self.span(start, end),
                "expected `{` after this",
            )
            .help("a declaration is `kind name { field: value }`"),
        );
    }

    /// An import ends with its line.
    fn import(&mut self, word_end: usize) -> End {
        self.at = word_end;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => break,
                b'"' => {
                    return if self.string() {
                        End::Whole
                    } else {
                        End::Broken
                    };
                }
                _ => self.at += 1,
            }
        }
        End::Whole
    }

    /// Passes a string; an unclosed one is reported where it opens. True when it was closed.
    fn string(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return true;
                }
                b'\n' => break,
                b'\\' if self.bytes.get(self.at + 1).is_some_and(|&b| b != b'\n') => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
        let end = start + self.text[start..self.at].trim_end().len();
        self.diagnostics.push(
            Diagnostic::new(
                codes::UNCLOSED,
                self.span(start, end),
                "this string is not closed",
            )
            .help("end it with `\"` on the same line; write `\\\"` for a quote inside it"),
        );
        false
    }

    fn unclosed(&mut self, opener: usize, closer: Option<usize>) {
        let shown = self.bytes[opener] as char;
        let mut diagnostic = Diagnostic::new(
            codes::UNCLOSED,
            self.span(opener, opener + 1),
            format!("this `{shown}` is not closed"),
        );
        if let Some(closer) = closer {
            let found = self.bytes[closer] as char;
            diagnostic = diagnostic.label(
                self.span(closer, closer + 1),
                format!("`{found}` closes something else"),
            );
        }
        let wanted = match shown {
            '{' => '}',
            '[' => ']',
            _ => ')',
        };
        self.diagnostics
            .push(diagnostic.help(format!("add the missing `{wanted}`")));
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
            let word = &line[..word_length(line.as_bytes())];
            let rest = line[word.len()..].trim_start();
            let opens = rest.contains('{') && !rest.starts_with([':', '{', ',']);
            if line.starts_with("///") || (!word.is_empty() && (word == "import" || opens)) {
                self.at = at;
                return;
            }
        }
        self.at = self.bytes.len();
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a source map holds less than 4 GiB"
    )]
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start as u32, self.base + end as u32)
    }
}

fn word_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count()
}
