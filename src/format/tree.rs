//! What the formatter works on: the words of a file in their brackets, and every comment.
//!
//! The syntax tree has no comments and no parentheses; this one has both, and knows nothing about
//! kinds and fields. So a new kind needs no change here, and a new form of value hardly ever.

use unicode_width::UnicodeWidthStr;

/// A bracket with what stands in it. A file is one whose brackets cannot be seen.
#[derive(Debug)]
pub struct Group<'t> {
    /// Which bracket it is.
    pub role: Role,
    /// A comment on the line of the opening bracket.
    pub open_comment: Option<&'t str>,
    /// What the commas and line ends in it separate.
    pub items: Vec<Item<'t>>,
    /// Comments behind the last item.
    pub tail: Vec<Line<'t>>,
    /// Whether its first item was written on a line below the opening bracket.
    pub spread: bool,
    /// How wide it is on one line, in columns; nothing if it cannot stand on one.
    pub flat: Option<usize>,
}

/// What a bracket holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The items of a file.
    File,
    /// `{ }` behind the head of a declaration.
    Body,
    /// `{ }` as a value.
    Record,
    /// `[ ]`
    List,
    /// `( )` directly behind a name.
    Call,
    /// `( )` with arguments that stand apart, as in `at (stage: nightly)`.
    Arguments,
    /// `( )` around one value.
    Parentheses,
}

/// One field, declaration, import, element or argument.
#[derive(Debug)]
pub struct Item<'t> {
    /// The comments and the documentation above it.
    pub lead: Vec<Line<'t>>,
    /// Whether an empty line stood before it, or before its `lead` if it has one that is not
    /// documentation.
    pub blank_before: bool,
    /// Its words and brackets.
    pub parts: Vec<Part<'t>>,
    /// The comment behind it.
    pub trailing: Option<&'t str>,
    /// Where it begins in the text, its `lead` included.
    pub start: usize,
    /// Where it ends in the text, its `trailing` included.
    pub end: usize,
}

/// A comment with a line of its own.
#[derive(Debug)]
pub struct Line<'t> {
    /// From the slashes on, without white space at the end.
    pub text: &'t str,
    /// Whether an empty line stood before it.
    pub blank_before: bool,
    /// Where it begins in the text.
    pub start: usize,
}

/// One piece of an item.
#[derive(Debug)]
pub enum Part<'t> {
    /// A word, a string, a number with its unit, an operator.
    Word(&'t str),
    /// `and`
    And,
    /// `or`
    Or,
    /// The `:` behind a name.
    Colon,
    /// A comment between two parts.
    Comment {
        /// From the slashes on, without white space at the end.
        text: &'t str,
        /// Whether it stood on a line of its own.
        own_line: bool,
    },
    /// A bracket.
    Group(Group<'t>),
}

impl Role {
    /// The opening bracket.
    pub const fn open(self) -> &'static str {
        match self {
            Self::File => "",
            Self::Body | Self::Record => "{",
            Self::List => "[",
            Self::Call | Self::Arguments | Self::Parentheses => "(",
        }
    }

    /// The closing bracket.
    pub const fn close(self) -> &'static str {
        match self {
            Self::File => "",
            Self::Body | Self::Record => "}",
            Self::List => "]",
            Self::Call | Self::Arguments | Self::Parentheses => ")",
        }
    }

    /// Whether it is one of the braces, whose items were put on one line or on several by whoever
    /// wrote them.
    pub const fn is_brace(self) -> bool {
        matches!(self, Self::Body | Self::Record)
    }

    /// What ends an item that stands on a line of its own: line ends separate all items but those
    /// of calls.
    pub const fn line_end(self) -> &'static str {
        match self {
            Self::Call | Self::Arguments => ",",
            _ => "",
        }
    }
}

impl<'t> Group<'t> {
    /// An empty one.
    pub const fn new(role: Role) -> Self {
        Self {
            role,
            open_comment: None,
            items: Vec::new(),
            tail: Vec::new(),
            spread: false,
            flat: None,
        }
    }

    /// Whether nothing stands in it, no comment either.
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty() && self.tail.is_empty() && self.open_comment.is_none()
    }

    /// Finds out how wide it is on one line: called when all is in it.
    pub fn measure(&mut self) {
        self.flat = self.width();
    }

    fn width(&self) -> Option<usize> {
        if self.is_empty() {
            return Some(2);
        }
        let commented = self.open_comment.is_some() || !self.tail.is_empty();
        if commented || (self.spread && self.role.is_brace()) {
            return None;
        }
        let inner = if self.role.is_brace() { 2 } else { 0 };
        let mut width = 2 + inner + 2 * (self.items.len() - 1);
        for item in &self.items {
            if !item.lead.is_empty() || item.trailing.is_some() {
                return None;
            }
            width += flat_width(&item.parts)?;
        }
        Some(width)
    }

    /// Hands over all that is written in it, in order: words, brackets, comments and the borders of
    /// items. Two texts with the same words mean the same.
    pub fn words(&self, out: &mut Vec<&'t str>) {
        out.push(self.role.open());
        out.extend(self.open_comment);
        for item in &self.items {
            out.push("\n");
            out.extend(item.lead.iter().map(|line| line.text));
            for part in &item.parts {
                match part {
                    Part::Word(text) | Part::Comment { text, .. } => out.push(text),
                    Part::And => out.push("and"),
                    Part::Or => out.push("or"),
                    Part::Colon => out.push(":"),
                    Part::Group(group) => group.words(out),
                }
            }
            out.extend(item.trailing);
        }
        out.push("\n");
        out.extend(self.tail.iter().map(|line| line.text));
        out.push(self.role.close());
    }
}

impl<'t> Item<'t> {
    /// The name of a field or of an argument that is given by name.
    pub fn key(&self) -> Option<&'t str> {
        match self.parts.as_slice() {
            [Part::Word(key), Part::Colon, ..] => Some(key),
            _ => None,
        }
    }

    /// What stands before the body of a declaration, and the body.
    pub fn declaration(&self) -> Option<(&[Part<'t>], &Group<'t>)> {
        match self.parts.split_last() {
            Some((Part::Group(body), head)) if body.role == Role::Body => Some((head, body)),
            _ => None,
        }
    }
}

/// Whether a space stands between a part and the one before it.
pub const fn is_apart(part: &Part<'_>) -> bool {
    !matches!(
        part,
        Part::Colon
            | Part::Group(Group {
                role: Role::Call,
                ..
            })
    )
}

/// How wide a row of parts is on one line; nothing if it cannot stand on one.
pub fn flat_width(parts: &[Part<'_>]) -> Option<usize> {
    let mut width = 0;
    for (index, part) in parts.iter().enumerate() {
        width += usize::from(index > 0 && is_apart(part));
        width += match part {
            Part::Word(text) => text.width(),
            Part::And => 3,
            Part::Or => 2,
            Part::Colon => 1,
            Part::Comment { .. } => return None,
            Part::Group(group) => group.flat?,
        };
    }
    Some(width)
}
