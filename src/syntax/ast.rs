//! What was written, before names and types mean anything.
//!
//! Nothing here holds text: every leaf is a [`Span`], read from the
//! [`SourceMap`](crate::source::SourceMap) when it is needed.

use crate::source::{FileId, Span};

/// One parsed file.
#[derive(Debug, Default)]
pub struct File {
    /// The `//!` lines at its head, without the slashes.
    pub docs: Vec<Span>,
    /// Its imports, in order.
    pub imports: Vec<Import>,
    /// Its declarations, in order, as far as they could be read.
    pub declarations: Vec<Declaration>,
    /// The texts that could not be read; why was reported.
    pub unread: Vec<Span>,
}

/// `import "markers.dtp"`
#[derive(Debug, PartialEq)]
pub struct Import {
    /// The string with its quotes.
    pub path: Span,
    /// The file it led to, once it was loaded.
    pub target: Option<FileId>,
}

/// `kind name { items }`, with the `///` lines before it.
#[derive(Debug, PartialEq)]
pub struct Declaration {
    /// From the kind to the closing brace.
    pub span: Span,
    /// The word that says what is declared.
    pub kind: Span,
    /// Its name, where the kind has one.
    pub name: Option<Span>,
    /// The jobs in parentheses after `at`.
    pub pattern: Vec<Argument>,
    /// The `///` lines, without the slashes.
    pub docs: Vec<Span>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The declarations inside it.
    pub nested: Vec<Declaration>,
    /// Whether something in it could not be read, and is left out.
    pub damaged: bool,
}

impl Declaration {
    /// What an error about the declaration as a whole points at: its name, or else its kind.
    pub fn head(&self) -> Span {
        self.name.unwrap_or(self.kind)
    }
}

/// `name: value`
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name: an identifier, or (in records) a string with its quotes.
    pub name: Span,
    /// The value.
    pub value: Value,
}

/// A value, parsed without types.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// From its first to its last character.
    pub span: Span,
    /// What it is.
    pub kind: ValueKind,
}

/// The forms a value can have.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// `"text"`, the span with its quotes.
    Text,
    /// `2027-01-01`
    Date,
    /// `30min`, `5%`, `8`
    Number {
        /// The digits, with sign and fraction.
        number: Span,
        /// What follows them.
        unit: Option<Span>,
    },
    /// `pre_merge`, `secret.token`, `serve/disagg`
    Name,
    /// `[a, + b, - c]`
    List(Vec<Element>),
    /// `{ amd64: hosted }`
    Record(Vec<Field>),
    /// `schedule("0 8 * * *", timezone: "UTC")`
    Call {
        /// What is called.
        callee: Span,
        /// What stands between the parentheses.
        arguments: Vec<Argument>,
    },
    /// `a and b and c`
    And(Vec<Value>),
    /// `a or b or c`
    Or(Vec<Value>),
    /// `not a`
    Not(Box<Value>),
    /// `1s per suite`, `p99 < 200ms`
    Binary {
        /// The operator.
        operator: Operator,
        /// Left and right.
        operands: Box<(Value, Value)>,
    },
}

/// One element of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// `+` or `-`, where the list edits an inherited one.
    pub sign: Option<Sign>,
    /// The element.
    pub value: Value,
}

/// How an element edits an inherited list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `+ a`: add it at the end.
    Add,
    /// `- a`: take it away.
    Remove,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Its name, where it is given by name.
    pub name: Option<Span>,
    /// Its value.
    pub value: Value,
}

/// Operators that join two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `1s per suite`
    Per,
    /// `90% of [ … ]`
    Of,
    /// `e2e at pre_merge`
    At,
    /// `5% since release(previous)`
    Since,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Operator {
    /// As it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Per => "per",
            Self::Of => "of",
            Self::At => "at",
            Self::Since => "since",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }
}

impl Value {
    /// What kind of thing it is, in the words of an error message.
    pub const fn describe(&self) -> &'static str {
        match &self.kind {
            ValueKind::Text => "a string",
            ValueKind::Date => "a date",
            ValueKind::Number { unit: None, .. } => "a number",
            ValueKind::Number { .. } => "a quantity",
            ValueKind::Name => "a name",
            ValueKind::List(_) => "a list",
            ValueKind::Record(_) => "a record",
            ValueKind::Call { .. } => "a call",
            ValueKind::And(_) | ValueKind::Or(_) | ValueKind::Not(_) => "an expression",
            ValueKind::Binary { .. } => "a comparison",
        }
    }
}
