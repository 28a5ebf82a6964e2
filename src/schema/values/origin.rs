//! Where files come from that no job of the run makes.

use super::text::Line;
use crate::schema::reader::{FieldType, Reader};
use crate::syntax::ast::{Value, ValueKind};

/// A release of the repository.
#[derive(Debug, Clone)]
pub enum Origin {
    /// `release(previous)`: the newest that there is when the job runs.
    PreviousRelease,
    /// `release("v1.4.2")`: the one of this tag.
    Release(Line),
}

impl Origin {
    /// The tag, where it is named.
    pub fn tag(&self) -> Option<&Line> {
        match self {
            Self::PreviousRelease => None,
            Self::Release(tag) => Some(tag),
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::PreviousRelease => f.write_str("the previous release"),
            Self::Release(tag) => write!(f, "the release {tag}"),
        }
    }
}

impl FieldType for Origin {
    fn shape() -> String {
        "`release(previous)` or `release(\"v1.4.2\")`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if let ValueKind::Call { callee, arguments } = &value.kind
            && let [argument] = arguments.as_slice()
            && argument.name.is_none()
            && reader.text(*callee) == "release"
        {
            return match reader.word(&argument.value) {
                Some("previous") => Some(Self::PreviousRelease),
                Some(_) => reader.wrong(&argument.value, "`previous`, or the tag as a string"),
                None => Line::read(&argument.value, reader).map(Self::Release),
            };
        }
        reader.wrong(value, &Self::shape())
    }
}
