//! Writes values as YAML, straight into the text: what a value is made of is never kept.

use std::fmt::{Display, Write as _};

use serde::ser::{self, Serialize};

use super::scalar::{self, Role};

/// The names by which the wrappers of `serde_yaml` make themselves known.
const COMMENTED: &str = "__yaml_commented";
const FLOW: &str = "__yaml_flow_seq";

/// How much further in stands what something holds.
const STEP: usize = 2;

/// What cannot be written.
#[derive(Debug)]
pub struct Error(String);

impl Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The text of a value.
pub fn write<T: Serialize>(value: &T) -> Result<String, Error> {
    let mut out = String::new();
    value.serialize(Node::at(&mut out, Place::Top))?;
    Ok(out)
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of the text.
    Top,
    /// Behind the colon of a key that stands this far in.
    Value(usize),
    /// Behind a dash that stands this far in.
    Item(usize),
    /// In square brackets on one line.
    Flow,
    /// Before a colon.
    Key,
    /// Outside of the document: a comment, as it is.
    Comment,
}

impl Place {
    /// Whether a line ends behind what stands here.
    const fn ends_line(self) -> bool {
        matches!(self, Self::Top | Self::Value(_) | Self::Item(_))
    }
}

/// Writes one value.
struct Node<'o> {
    out: &'o mut String,
    place: Place,
    /// Whether, as a list, it stands in square brackets on one line.
    flow: bool,
    /// What is said about it, behind it.
    comment: Option<String>,
}

impl<'o> Node<'o> {
    const fn at(out: &'o mut String, place: Place) -> Self {
        Self {
            out,
            place,
            flow: false,
            comment: None,
        }
    }

    /// What stands between the colon and a value on its line.
    fn space(&mut self) {
        if let Place::Value(_) = self.place {
            self.out.push(' ');
        }
    }

    fn comment(&mut self) {
        if let Some(comment) = self.comment.take() {
            self.out.push_str(" # ");
            self.out.push_str(&comment);
        }
    }

    fn end_of_line(mut self) {
        if self.place.ends_line() {
            self.comment();
            self.out.push('\n');
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "what every caller returns")]
    fn shown(mut self, value: impl Display) -> Result<(), Error> {
        self.space();
        // Writing to a String cannot fail.
        let _ = write!(self.out, "{value}");
        self.end_of_line();
        Ok(())
    }

    /// How far in stands what it holds.
    const fn inner(&self) -> usize {
        match self.place {
            Place::Value(column) | Place::Item(column) => column + STEP,
            Place::Top | Place::Flow | Place::Key | Place::Comment => 0,
        }
    }

    /// A text of several lines.
    fn block(mut self, text: &str) {
        self.space();
        let column = self.inner().max(STEP);
        let content = text.trim_end_matches('\n');
        let line_ends = text.len() - content.len();
        self.out.push('|');
        let mut lines = content.split('\n');
        if lines
            .clone()
            .find(|line| !line.is_empty())
            .is_some_and(|line| line.starts_with(' '))
        {
            // How far in the block is cannot be seen from its first line.
            let _ = write!(self.out, "{STEP}");
        }
        match line_ends {
            0 => self.out.push('-'),
            1 if !content.is_empty() => {}
            _ => self.out.push('+'),
        }
        self.comment();
        self.out.push('\n');
        let mut kept = line_ends.saturating_sub(1);
        if content.is_empty() {
            lines.next();
            kept = line_ends;
        }
        for line in lines {
            if !line.is_empty() {
                indent(self.out, column);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n('\n', kept));
    }

    fn collection(self, empty: &'static str) -> Result<Collection<'o>, Error> {
        let flow = self.flow || self.place == Place::Flow;
        if flow && empty == NO_KEYS || matches!(self.place, Place::Key | Place::Comment) {
            return Err(ser::Error::custom(
                "this holds more than can be written here",
            ));
        }
        let mut collection = Collection {
            column: self.inner(),
            flow,
            empty,
            is_empty: true,
            node: self,
        };
        if flow {
            collection.node.space();
            collection.node.out.push('[');
        }
        Ok(collection)
    }
}

fn indent(out: &mut String, mut columns: usize) {
    const SPACES: &str = "                                ";
    while columns > 0 {
        let part = columns.min(SPACES.len());
        out.push_str(&SPACES[..part]);
        columns -= part;
    }
}

/// How what holds nothing is written.
const NO_ITEMS: &str = "[]";
const NO_KEYS: &str = "{}";

/// Writes a list or a mapping.
struct Collection<'o> {
    node: Node<'o>,
    /// How far in its dashes or keys stand.
    column: usize,
    flow: bool,
    empty: &'static str,
    is_empty: bool,
}

impl Collection<'_> {
    /// Begins the line of an item or a key: the first one behind a dash stands on the line of that.
    fn line(&mut self) {
        let first = std::mem::replace(&mut self.is_empty, false);
        match self.node.place {
            Place::Value(_) if first => self.node.out.push('\n'),
            Place::Item(_) if first => return,
            _ => {}
        }
        indent(self.node.out, self.column);
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if self.flow {
            if !std::mem::replace(&mut self.is_empty, false) {
                self.node.out.push_str(", ");
            }
            return value.serialize(Node::at(self.node.out, Place::Flow));
        }
        self.line();
        self.node.out.push_str("- ");
        value.serialize(Node::at(self.node.out, Place::Item(self.column)))
    }

    fn key(&mut self, key: &str) {
        self.line();
        scalar::write(key, Role::Key, self.node.out);
        self.node.out.push(':');
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Node::at(self.node.out, Place::Value(self.column)))
    }

    fn end(mut self) {
        if self.flow {
            self.node.out.push(']');
            self.node.comment = None;
            self.node.end_of_line();
        } else if self.is_empty {
            self.node.space();
            self.node.out.push_str(self.empty);
            self.node.out.push('\n');
        }
    }
}

impl<'o> ser::Serializer for Node<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Collection<'o>;
    type SerializeTuple = Collection<'o>;
    type SerializeTupleStruct = Tuple<'o>;
    type SerializeTupleVariant = ser::Impossible<(), Error>;
    type SerializeMap = Collection<'o>;
    type SerializeStruct = Collection<'o>;
    type SerializeStructVariant = ser::Impossible<(), Error>;

    fn serialize_str(mut self, text: &str) -> Result<(), Error> {
        match self.place {
            Place::Comment => self.out.push_str(text),
            Place::Key => scalar::write(text, Role::Key, self.out),
            Place::Flow => scalar::write(text, Role::InFlow, self.out),
            _ if scalar::is_block(text) => self.block(text),
            _ => {
                self.space();
                scalar::write(text, Role::Value, self.out);
                self.end_of_line();
            }
        }
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.shown(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        if !value.is_finite() {
            return Err(ser::Error::custom("no target writes a number without end"));
        }
        // With a point, so that it comes back as what it was.
        self.shown(format_args!("{value:?}"))
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(ser::Error::custom("bytes are no text"))
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.shown("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.shown("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.shown("null")
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.flow |= name == FLOW;
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut collection = self.collection(NO_KEYS)?;
        collection.key(name);
        collection.value(value)?;
        collection.end();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Collection<'o>, Error> {
        self.collection(NO_ITEMS)
    }

    fn serialize_tuple(self, _: usize) -> Result<Collection<'o>, Error> {
        self.collection(NO_ITEMS)
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Tuple<'o>, Error> {
        Ok(if name == COMMENTED {
            Tuple::Uncommented(self)
        } else {
            Tuple::List(self.collection(NO_ITEMS)?)
        })
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(ser::Error::custom(format!(
            "no target writes `{name}` as a list"
        )))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Collection<'o>, Error> {
        self.collection(NO_KEYS)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Collection<'o>, Error> {
        self.collection(NO_KEYS)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(ser::Error::custom(format!(
            "no target writes `{name}` as a mapping"
        )))
    }
}

impl ser::SerializeSeq for Collection<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        Collection::end(self);
        Ok(())
    }
}

impl ser::SerializeTuple for Collection<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.item(value)
    }

    fn end(self) -> Result<(), Error> {
        Collection::end(self);
        Ok(())
    }
}

/// A list, or a value behind what is said about it.
enum Tuple<'o> {
    List(Collection<'o>),
    /// Before its comment was read.
    Uncommented(Node<'o>),
    Commented(Node<'o>),
    Written,
}

impl ser::SerializeTupleStruct for Tuple<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        *self = match std::mem::replace(self, Self::Written) {
            Self::List(mut collection) => {
                collection.item(value)?;
                Self::List(collection)
            }
            Self::Uncommented(mut node) => {
                let mut comment = String::new();
                value.serialize(Node::at(&mut comment, Place::Comment))?;
                // A comment ends with its line, whatever is in it.
                let comment = comment.replace(scalar::cannot_be_in_comment, " ");
                node.comment = (!comment.is_empty()).then_some(comment);
                Self::Commented(node)
            }
            Self::Commented(node) => {
                value.serialize(node)?;
                Self::Written
            }
            Self::Written => Self::Written,
        };
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        if let Self::List(collection) = self {
            collection.end();
        }
        Ok(())
    }
}

impl ser::SerializeMap for Collection<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.line();
        key.serialize(Node::at(self.node.out, Place::Key))?;
        self.node.out.push(':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        Collection::end(self);
        Ok(())
    }
}

impl ser::SerializeStruct for Collection<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.key(key);
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        Collection::end(self);
        Ok(())
    }
}
