//! When a service is ready, and what a failure does.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Form, Names};
use crate::schema::values::{Addressees, Key, OnFailure, Ready};

/// How one knows that a service is ready.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Ready", deny_unknown_fields)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum ReadyForm {
    /// Its port takes a connection.
    Tcp,
    /// A request is answered with success.
    Http {
        /// The path that is asked for.
        path: String,
    },
    /// A command succeeds.
    Command {
        /// Its words.
        words: Vec<String>,
    },
}

impl Form for Ready {
    type Json = ReadyForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        match self {
            Self::Tcp => ReadyForm::Tcp,
            Self::Http(path) => ReadyForm::Http {
                path: path.to_string(),
            },
            Self::Command(command) => ReadyForm::Command {
                words: command.words.clone(),
            },
        }
    }
}

/// What a failure in a stage does.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OnFailure", deny_unknown_fields)]
pub struct OnFailureForm {
    /// Block: it blocks what the stage gates. Notify: people are told. Revert: the change that brought
    /// it is asked to be reverted. Stop the line: work on the release stops until it is mended.
    #[schemars(extend("enum" = ["block", "notify", "revert", "stop_the_line"]))]
    does: &'static str,
    /// Who is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Addressees")]
    whom: Option<Addressees>,
    /// The name of the `secret` with the address that the message is posted to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    channel: Option<String>,
    /// Authors who are not named: names or addresses, as git has them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ignore: Vec<String>,
}

impl Form for OnFailure {
    type Json = OnFailureForm;

    fn json(&self, names: &Names<'_>) -> Self::Json {
        let notice = self.notice();
        OnFailureForm {
            does: self.word(),
            whom: notice.map(|notice| notice.whom),
            channel: notice
                .and_then(|notice| notice.channel)
                .map(|secret| names.of(secret.id).to_owned()),
            ignore: notice.map_or_else(Vec::new, |notice| {
                notice.ignore.iter().map(ToString::to_string).collect()
            }),
        }
    }
}

/// The name of a secret or a variable at its host.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Key", example = KeyForm("OPS_WEBHOOK".to_owned()))]
pub struct KeyForm(#[schemars(regex(pattern = "^[A-Za-z_][A-Za-z0-9_]*$"))] String);

impl Form for Key {
    type Json = KeyForm;

    fn json(&self, _: &Names<'_>) -> Self::Json {
        KeyForm(self.to_string())
    }
}
