//! How one knows that a service is ready.

use super::{Command, Text};
use crate::schema::reader::{FieldType, Reader};
use crate::syntax::ast::{Argument, Value};

/// What is tried again and again until it succeeds.
#[derive(Debug, Clone, Default)]
pub enum Ready {
    /// `tcp`: the port takes a connection.
    #[default]
    Tcp,
    /// `http("/health")`: a request for this path is answered with success.
    Http(Text),
    /// `command("pg_isready")`: it ends with success, inside the container of the service where it
    /// has one, else from the checkout.
    Command(Command),
}

impl FieldType for Ready {
    fn shape() -> String {
        "`tcp`, `http(\"/path\")` or `command(\"…\")`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, given)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        match (reader.text(callee), given) {
            ("tcp", []) => Some(Self::Tcp),
            ("http", [Argument { name: None, value }]) => {
                let path = Text::read(value, reader)?;
                let is_path =
                    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
                if is_path {
                    Some(Self::Http(path))
                } else {
                    reader.wrong(value, "a path such as \"/health\"")
                }
            }
            ("command", [Argument { name: None, value }]) => {
                Command::read(value, reader).map(Self::Command)
            }
            _ => reader.wrong(value, &Self::shape()),
        }
    }
}
