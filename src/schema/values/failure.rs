//! What a failure in a stage does.

use super::{Addressees, Ref, Text};
use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::schema::kinds::Secret;
use crate::schema::reader::{Arguments, FieldType, Reader};
use crate::syntax::ast::Value;

/// What a failure in a stage does.
#[derive(Debug, Clone)]
pub enum OnFailure {
    /// `block`: it blocks what the stage gates.
    Block,
    /// `notify(authors_in_range, channel: secret.webhook)`: people are told, and nothing is blocked.
    Notify(Notice),
    /// `revert(channel: secret.webhook)`: the change that brought it is asked to be reverted.
    Revert(Notice),
    /// `stop_the_line(channel: secret.webhook)`: work on the release stops until it is mended.
    StopTheLine(Notice),
}

/// Who is told of a failure, and where.
#[derive(Debug, Clone, Default)]
pub struct Notice {
    /// Who is named.
    pub whom: Addressees,
    /// The secret with the address of the webhook that the message is posted to. Without one, the
    /// policy is stated in the document alone.
    pub channel: Option<Ref<Secret>>,
    /// Authors who are not named: names or addresses, as git has them.
    pub ignore: Vec<Text>,
}

const WORDS: [&str; 4] = ["block", "notify", "revert", "stop_the_line"];

impl OnFailure {
    /// The word it is written with.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Block => WORDS[0],
            Self::Notify(_) => WORDS[1],
            Self::Revert(_) => WORDS[2],
            Self::StopTheLine(_) => WORDS[3],
        }
    }

    /// Who is told, if somebody is.
    pub const fn notice(&self) -> Option<&Notice> {
        match self {
            Self::Block => None,
            Self::Notify(notice) | Self::Revert(notice) | Self::StopTheLine(notice) => Some(notice),
        }
    }

    /// As it is written for people.
    pub fn title(&self) -> String {
        match self {
            Self::Block => "blocks the change".to_owned(),
            Self::Notify(notice) => format!("messages {}", notice.whom.title()),
            Self::Revert(_) => "asks for a revert".to_owned(),
            Self::StopTheLine(_) => "stops the line".to_owned(),
        }
    }
}

impl FieldType for OnFailure {
    const MAY_BE_OPEN: bool = true;

    fn shape() -> String {
        "`block`, `notify`, `revert` or `stop_the_line`; the last three with \
         `(authors_in_range, channel: secret.webhook, ignore: [\"bot\"])`"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let Some((callee, given)) = reader.called(value) else {
            return reader.wrong(value, &Self::shape());
        };
        let word = reader.text(callee).to_owned();
        if !WORDS.contains(&word.as_str()) {
            let help = suggest::help(&word, "word", WORDS);
            let message = format!("`{word}` is nothing that a failure does");
            return reader
                .report(Diagnostic::new(codes::WRONG_TYPE, callee, message).maybe_help(help));
        }
        if word == WORDS[0] {
            return match given {
                [] => Some(Self::Block),
                _ => reader.wrong(value, &Self::shape()),
            };
        }
        let mut arguments = Arguments::new(reader, given, &["whom", "channel", "ignore"]);
        let notice = Notice {
            whom: arguments.take("whom").unwrap_or_default(),
            channel: arguments.take("channel"),
            ignore: arguments.take("ignore").unwrap_or_default(),
        };
        if !arguments.whole() {
            return None;
        }
        Some(match word.as_str() {
            "notify" => Self::Notify(notice),
            "revert" => Self::Revert(notice),
            _ => Self::StopTheLine(notice),
        })
    }
}
