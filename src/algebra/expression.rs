//! pytest's own notation, as its option `-m` takes it.
//!
//! ```text
//! expression: and_part ("or" and_part)*
//! and_part:   not_part ("and" not_part)*
//! not_part:   "not" not_part | "(" expression ")" | name arguments?
//! name:       one or more of letters, digits, _ : + - . [ ] \ /
//! arguments:  "(" key "=" value ("," key "=" value)* ")"
//! value:      "text" | 'text' | whole number | True | False | None
//! ```
//!
//! Between them stand blanks and tabs. `True`, `False` and `None` are names like others outside of
//! arguments. Arguments are known to pytest 8.3 and newer.

use std::fmt::{self, Write as _};
use std::ops::Range;

use super::arguments::{Argument, ArgumentValue};

/// How deep parentheses and `not` may nest.
pub const MAX_DEPTH: usize = 128;

/// A marker expression of pytest.
///
/// Two are equal if they say the same in the same way, wherever they stand.
#[derive(Debug, Clone)]
pub struct Expression {
    /// What it says.
    pub form: Form,
    /// Where it stands in the text it was read from, in bytes; empty where it was not read. The
    /// parentheses around it are no part of it.
    pub span: Range<usize>,
}

/// The forms of an [`Expression`]. What [`Expression::parse`] makes has no `And` directly inside an
/// `And`, no `Or` directly inside an `Or`, and at least two parts in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// The test carries this marker, with these arguments if there are any.
    Marker {
        /// Its name.
        name: String,
        /// Its arguments, as they are written.
        arguments: Vec<Argument>,
    },
    /// The test does not …
    Not(Box<Expression>),
    /// All of these.
    And(Vec<Expression>),
    /// Any of these.
    Or(Vec<Expression>),
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Eq for Expression {}

/// Why a text is no marker expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Where, in bytes.
    pub span: Range<usize>,
    /// What was expected, and what stands there.
    pub message: String,
    /// What to do, where that is known.
    pub help: Option<&'static str>,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

impl Expression {
    /// Reads what pytest's `-m` reads.
    ///
    /// # Errors
    ///
    /// Everything that pytest refuses is refused, and besides: a text without a word (pytest takes
    /// no text as every test, and blanks as none), whole numbers beyond 128 bits, and nesting beyond
    /// [`MAX_DEPTH`].
    ///
    /// ```
    /// use dtpc::algebra::Expression;
    ///
    /// let expression = Expression::parse("((vllm) or sglang) and not gpu_0")?;
    /// assert_eq!(expression.to_string(), "(vllm or sglang) and not gpu_0");
    ///
    /// let error = Expression::parse("vllm && gpu_0").unwrap_err();
    /// assert_eq!(error.span, 5..6);
    /// assert_eq!(error.help, Some("write `and`"));
    /// # Ok::<(), dtpc::algebra::ParseError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut parser = Parser {
            text,
            next: (Token::End, 0..0),
            taken: 0,
            depth: 0,
        };
        parser.advance()?;
        if parser.next.0 == Token::End {
            return Err(ParseError {
                span: 0..text.len(),
                message: "expected a marker expression, found nothing".to_owned(),
                help: Some("leave `-m` away to select every test"),
            });
        }
        let expression = parser.or_parts()?;
        if parser.next.0 == Token::End {
            Ok(expression)
        } else {
            Err(parser.unexpected("`and`, `or` or the end"))
        }
    }

    /// A marker.
    pub fn marker(name: impl Into<String>, arguments: Vec<Argument>) -> Self {
        let name = name.into();
        Self::of(Form::Marker { name, arguments })
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::of(Form::Not(Box::new(self)))
    }

    /// All of these, of which there is one at least.
    #[must_use]
    pub fn and(parts: Vec<Self>) -> Self {
        Self::joined(parts, true)
    }

    /// Any of these, of which there is one at least.
    #[must_use]
    pub fn or(parts: Vec<Self>) -> Self {
        Self::joined(parts, false)
    }

    fn of(form: Form) -> Self {
        Self { form, span: 0..0 }
    }

    fn joined(parts: Vec<Self>, all: bool) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part.form {
                Form::And(inner) if all => flat.extend(inner),
                Form::Or(inner) if !all => flat.extend(inner),
                form => flat.push(Self {
                    form,
                    span: part.span,
                }),
            }
        }
        if flat.len() == 1 {
            return flat.swap_remove(0);
        }
        Self::of(if all { Form::And(flat) } else { Form::Or(flat) })
    }

    fn write(&self, place: Place, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.form {
            Form::Marker { name, arguments } => {
                f.write_str(name)?;
                for (index, argument) in arguments.iter().enumerate() {
                    f.write_str(if index == 0 { "(" } else { ", " })?;
                    write!(f, "{argument}")?;
                }
                f.write_str(if arguments.is_empty() { "" } else { ")" })
            }
            Form::Not(inner) => {
                f.write_str("not ")?;
                inner.write(Place::Not, f)
            }
            Form::And(parts) => write_parts(parts, " and ", Place::And, place, f),
            Form::Or(parts) => write_parts(parts, " or ", Place::Or, place, f),
        }
    }
}

/// What an expression stands in, from what binds least.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Place {
    Or,
    And,
    Not,
}

fn write_parts(
    parts: &[Expression],
    word: &str,
    own: Place,
    place: Place,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let bare = place <= own || parts.len() == 1;
    if !bare {
        f.write_char('(')?;
    }
    let inside = if parts.len() == 1 { place } else { own };
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        part.write(inside, f)?;
    }
    if bare { Ok(()) } else { f.write_char(')') }
}

impl fmt::Display for Expression {
    /// With as few parentheses as can be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(Place::Or, f)
    }
}

/// Whether a text can stand in an argument: pytest knows no escapes, so a text must have no
/// backslash, and not both quotes.
pub fn can_be_written(text: &str) -> bool {
    !text.contains('\\') && (!text.contains('"') || !text.contains('\''))
}

/// Whether pytest takes this as the name of an argument: an identifier of Python and no word of its
/// own.
pub(crate) fn is_argument_name(name: &str) -> bool {
    const RESERVED: &str = " False None True and as assert async await break class continue def del \
        elif else except finally for from global if import in is lambda nonlocal not or pass raise \
        return try while with yield __debug__ ";
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_')
        && !RESERVED.contains(&format!(" {name} "))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Equal,
    Comma,
    Text,
    And,
    Or,
    Not,
    Name,
    End,
}

struct Parser<'t> {
    text: &'t str,
    /// The token that was read and not taken.
    next: (Token, Range<usize>),
    /// The end of the last token that was taken.
    taken: usize,
    depth: usize,
}

impl Parser<'_> {
    /// Reads the token behind the present one.
    fn advance(&mut self) -> Result<(), ParseError> {
        let rest = &self.text[self.next.1.end..];
        let start = self.text.len() - rest.trim_start_matches([' ', '\t']).len();
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            self.next = (Token::End, start..start);
            return Ok(());
        };
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '=' => (Token::Equal, 1),
            ',' => (Token::Comma, 1),
            '"' | '\'' => (Token::Text, quoted(rest, first, start)?),
            _ => {
                let length = rest
                    .find(|c: char| !(c.is_alphanumeric() || "_:+-.[]\\/".contains(c)))
                    .unwrap_or(rest.len());
                let token = match &rest[..length] {
                    "" => return Err(stray(first, start)),
                    "and" => Token::And,
                    "or" => Token::Or,
                    "not" => Token::Not,
                    _ => Token::Name,
                };
                (token, length)
            }
        };
        self.next = (token, start..start + length);
        Ok(())
    }

    /// Takes the next token if it is this one.
    fn take(&mut self, token: Token) -> Result<Option<Range<usize>>, ParseError> {
        if self.next.0 != token {
            return Ok(None);
        }
        let span = self.next.1.clone();
        self.taken = span.end;
        self.advance()?;
        Ok(Some(span))
    }

    fn expect(&mut self, token: Token, words: &str) -> Result<Range<usize>, ParseError> {
        match self.take(token)? {
            Some(span) => Ok(span),
            None => Err(self.unexpected(words)),
        }
    }

    fn unexpected(&self, expected: &str) -> ParseError {
        let (token, span) = self.next.clone();
        let written = &self.text[span.clone()];
        let found = match token {
            Token::End => "the end".to_owned(),
            _ => format!("`{written}`"),
        };
        let help = match written.to_ascii_lowercase().as_str() {
            "and" | "or" | "not" if token == Token::Name => {
                Some("`and`, `or` and `not` are written in small letters")
            }
            _ if token == Token::Name && expected.starts_with("`and`") => {
                Some("join names with `and` or `or`")
            }
            _ => None,
        };
        ParseError {
            span,
            message: format!("expected {expected}, found {found}"),
            help,
        }
    }

    fn or_parts(&mut self) -> Result<Expression, ParseError> {
        let start = self.next.1.start;
        let mut parts = vec![self.and_parts()?];
        while self.take(Token::Or)?.is_some() {
            parts.push(self.and_parts()?);
        }
        Ok(self.joined(parts, false, start))
    }

    fn and_parts(&mut self) -> Result<Expression, ParseError> {
        let start = self.next.1.start;
        let mut parts = vec![self.not_part()?];
        while self.take(Token::And)?.is_some() {
            parts.push(self.not_part()?);
        }
        Ok(self.joined(parts, true, start))
    }

    /// Several parts as one, from `start` to what was taken last; one part is itself.
    fn joined(&self, parts: Vec<Expression>, all: bool, start: usize) -> Expression {
        let several = parts.len() > 1;
        let mut expression = Expression::joined(parts, all);
        if several {
            expression.span = start..self.taken;
        }
        expression
    }

    fn not_part(&mut self) -> Result<Expression, ParseError> {
        if self.depth == MAX_DEPTH {
            return Err(ParseError {
                span: self.next.1.clone(),
                message: format!("parentheses and `not` nest more than {MAX_DEPTH} deep here"),
                help: Some("no expression that people read nests so deep"),
            });
        }
        self.depth += 1;
        let part = self.part();
        self.depth -= 1;
        part
    }

    fn part(&mut self) -> Result<Expression, ParseError> {
        if let Some(word) = self.take(Token::Not)? {
            let inner = self.not_part()?;
            let span = word.start..self.taken;
            let form = Form::Not(Box::new(inner));
            return Ok(Expression { form, span });
        }
        if self.take(Token::Open)?.is_some() {
            let inner = self.or_parts()?;
            self.expect(Token::Close, "`)`")?;
            return Ok(inner);
        }
        let mut span = self.expect(Token::Name, "a marker, `not` or `(`")?;
        let name = self.text[span.clone()].to_owned();
        let mut arguments = Vec::new();
        if self.take(Token::Open)?.is_some() {
            loop {
                let argument = self.argument(&arguments)?;
                arguments.push(argument);
                if self.take(Token::Comma)?.is_none() {
                    break;
                }
            }
            span.end = self.expect(Token::Close, "`,` or `)`")?.end;
        }
        let form = Form::Marker { name, arguments };
        Ok(Expression { form, span })
    }

    fn argument(&mut self, earlier: &[Argument]) -> Result<Argument, ParseError> {
        let span = self.expect(Token::Name, "the name of an argument")?;
        let name = &self.text[span.clone()];
        let wrong = |message: String, help| {
            Err(ParseError {
                span: span.clone(),
                message,
                help: Some(help),
            })
        };
        if !is_argument_name(name) {
            return wrong(
                format!("expected the name of an argument, found `{name}`"),
                "arguments are given by name, as in `device(serial=1)`; a name is one that Python takes",
            );
        }
        if earlier.iter().any(|argument| &*argument.name == name) {
            return wrong(
                format!("the argument `{name}` is given twice"),
                "ask for one value: a marker has one",
            );
        }
        let name = name.into();
        self.expect(Token::Equal, "`=`")?;
        let value = self.value()?;
        Ok(Argument { name, value })
    }

    fn value(&mut self) -> Result<ArgumentValue, ParseError> {
        if let Some(span) = self.take(Token::Text)? {
            let text = &self.text[span.start + 1..span.end - 1];
            return Ok(ArgumentValue::Text(text.into()));
        }
        let words = "a text in quotes, a whole number, `True`, `False` or `None`";
        let written = &self.text[self.next.1.clone()];
        let digits = written.strip_prefix('-').unwrap_or(written);
        let value = match written {
            "True" => ArgumentValue::True,
            "False" => ArgumentValue::False,
            "None" => ArgumentValue::None,
            _ if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                match written.parse() {
                    Ok(number) => ArgumentValue::Integer(number),
                    Err(_) => return Err(self.unexpected("a number of up to 38 digits")),
                }
            }
            _ => return Err(self.unexpected(words)),
        };
        self.expect(Token::Name, words)?;
        Ok(value)
    }
}

/// The length of a text with its quotes.
fn quoted(rest: &str, quote: char, start: usize) -> Result<usize, ParseError> {
    let Some(end) = rest[1..].find(quote) else {
        return Err(ParseError {
            span: start..start + rest.len(),
            message: "the text is not closed".to_owned(),
            help: Some("end it with the quote that it begins with"),
        });
    };
    match rest[..end + 2].find('\\') {
        None => Ok(end + 2),
        Some(at) => Err(ParseError {
            span: start + at..start + at + 1,
            message: "a backslash in a text".to_owned(),
            help: Some("pytest knows no escapes here: use the other quote"),
        }),
    }
}

/// A character that begins nothing.
fn stray(character: char, start: usize) -> ParseError {
    let help = match character {
        '&' => Some("write `and`"),
        '|' => Some("write `or`"),
        '!' | '~' => Some("write `not`"),
        '\n' | '\r' => Some("write it on one line"),
        _ => None,
    };
    ParseError {
        span: start..start + character.len_utf8(),
        message: format!("unexpected character {character:?}"),
        help,
    }
}
