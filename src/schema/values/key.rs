//! What a host calls a secret or a variable.

use super::Text;
use crate::schema::reader::{FieldType, Reader};
use crate::syntax::ast::Value;

/// The name of a secret or a variable at its host, which is the name of a variable in a shell too:
/// letters, digits and `_`, no digit first.
#[derive(Debug, Clone, Default)]
pub struct Key(pub Text);

impl std::ops::Deref for Key {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl FieldType for Key {
    fn shape() -> String {
        "a string of letters, digits and `_`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        const EXPECTED: &str =
            "a string of letters, digits and `_` that does not begin with a digit";
        let text = Text::read(value, reader)?;
        let is_key = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !text.is_empty()
            && !text.starts_with(|c: char| c.is_ascii_digit());
        if is_key {
            Some(Self(text))
        } else {
            reader.wrong(value, EXPECTED)
        }
    }
}
