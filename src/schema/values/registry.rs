//! What a job may reach with a login: registries of images, and the scopes of the host's token.

use super::{Access, Formula, Piece, Scope};
use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::schema::reader::{FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

/// A string that may name variables of the repository, and nothing that only a job knows.
#[derive(Debug, Clone, Default)]
pub struct Address(pub Formula);

impl FieldType for Address {
    fn shape() -> String {
        "a string without spaces, where wanted with `{variable.NAME}`".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let formula = Formula::read(value, reader)?;
        let readable = !formula.pieces.is_empty()
            && formula.pieces.iter().all(|piece| match piece {
                Piece::Text(text) => text.bytes().all(|b| b.is_ascii_graphic()),
                Piece::Variable(_) => true,
                _ => false,
            });
        if readable {
            Some(Self(formula))
        } else {
            reader.wrong(value, &Self::shape())
        }
    }
}

/// What the token of a job may do: `{ packages: write, id_token: write }`.
#[derive(Debug, Clone, Default)]
pub struct Permissions {
    /// Each scope with how far it goes, in the order written.
    pub entries: Vec<(Scope, Access)>,
    /// Where they are written.
    pub span: Span,
}

impl Permissions {
    /// The first that lets the job change something, or log in elsewhere.
    pub fn writes(&self) -> Option<Scope> {
        let mut entries = self.entries.iter();
        entries.find_map(|(scope, access)| (*access == Access::Write).then_some(*scope))
    }

    /// Whether the commands of the job are handed the token: the login elsewhere is none with it.
    pub fn hand_the_token(&self) -> bool {
        self.entries
            .iter()
            .any(|(scope, _)| *scope != Scope::IdToken)
    }
}

impl FieldType for Permissions {
    fn shape() -> String {
        format!(
            "a record: for a scope `read` or `write`; a scope is one of {}",
            suggest::listed(Scope::WORDS)
        )
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let ValueKind::Record(fields) = &value.kind else {
            return reader.wrong(value, "a record such as { packages: write }");
        };
        let mut entries: Vec<(Scope, Access)> = Vec::new();
        for field in fields {
            let word = reader.text(field.name);
            let Some(scope) = Scope::from_word(word) else {
                let help = suggest::help(word, "scope", Scope::WORDS.iter().copied());
                let message = format!("`{word}` is no scope of a token");
                return reader.report(
                    Diagnostic::new(codes::UNKNOWN_FIELD, field.name, message).maybe_help(help),
                );
            };
            if entries.iter().any(|(known, _)| *known == scope) {
                let message = format!("`{}` is given twice", scope.word());
                return reader.report(Diagnostic::new(codes::DUPLICATE, field.name, message));
            }
            let access = Access::read(&field.value, reader)?;
            if scope == Scope::IdToken && access == Access::Read {
                return reader.wrong(&field.value, "`write`: there is nothing of it to be read");
            }
            entries.push((scope, access));
        }
        Some(Self {
            entries,
            span: value.span,
        })
    }
}
