//! Names of other declarations.

use std::fmt;

use crate::diagnostics::{Diagnostic, Fix, codes, suggest};
use crate::name::Name;
use crate::schema::Id;
use crate::schema::kinds::{KINDS, Kind, KindId};
use crate::schema::reader::{FieldType, Reader};
use crate::source::Span;
use crate::syntax::ast::{Value, ValueKind};

/// A reference to a declaration of one kind.
pub struct Ref<T> {
    /// Which one.
    pub id: Id<T>,
    /// Where it is named.
    pub span: Span,
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ref<T> {}
impl<T> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl<T: Kind> FieldType for Ref<T> {
    fn shape() -> String {
        let word = T::ID.schema().name;
        format!(
            "the name of {}",
            suggest::a(word).replace(word, &format!("`{word}`"))
        )
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if !matches!(value.kind, ValueKind::Name) {
            return reader.wrong(value, &Self::shape());
        }
        let index = reader.lookup(T::ID, value.span)?;
        Some(Self {
            id: Id::new(index),
            span: value.span,
        })
    }
}

/// A reference to a declaration of any kind: `black`, or `hook.black` where the name alone could
/// mean several.
#[derive(Debug, Clone, Copy)]
pub struct AnyRef {
    /// Its kind.
    pub kind: KindId,
    /// Its number among those of its kind.
    pub index: u32,
    /// Where it is named.
    pub span: Span,
}

impl FieldType for AnyRef {
    fn shape() -> String {
        "the name of a declaration".to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let span = value.span;
        let Some(written) = reader.word(value) else {
            return reader.wrong(value, &Self::shape());
        };
        if let Some((word, _)) = written.split_once('.') {
            let Some(kind) = KindId::from_word(word) else {
                let message = format!("there is no kind `{word}`");
                let kinds = KINDS.iter().map(|kind| kind.name);
                let help =
                    suggest::nearest(word, kinds).map(|near| format!("did you mean `{near}`?"));
                return reader
                    .report(Diagnostic::new(codes::UNKNOWN_NAME, span, message).maybe_help(help));
            };
            let index = reader.lookup(kind, span)?;
            return Some(Self { kind, index, span });
        }
        let name = Name::new(written);
        let found = reader.scope.every_kind(name);
        match found.as_slice() {
            [(kind, declared)] => {
                reader.mark(*kind, declared.index);
                Some(Self {
                    kind: *kind,
                    index: declared.index,
                    span,
                })
            }
            [] => {
                let help = suggest::help(written, "name", reader.scope.all_names());
                let message = format!("nothing is called `{written}`");
                let fix = suggest::certain(written, reader.scope.all_names())
                    .map(|meant| Fix::replace(span, meant));
                reader.report(
                    Diagnostic::new(codes::UNKNOWN_NAME, span, message)
                        .maybe_help(help)
                        .maybe_fix(fix),
                )
            }
            several => {
                let words: Vec<String> = several
                    .iter()
                    .map(|(k, _)| format!("{}.{written}", k.schema().name))
                    .collect();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let message = format!("`{written}` could be several things");
                let mut diagnostic = Diagnostic::new(codes::AMBIGUOUS_NAME, span, message)
                    .help(format!("say which: {}", suggest::either(&words)));
                for (kind, declared) in several {
                    let kind = kind.schema().name;
                    if let Some(place) = declared.span {
                        let words = format!("{} of this name", suggest::a(kind));
                        diagnostic = diagnostic.label(place, words);
                    }
                    let meant = Fix::replace(span, format!("{kind}.{written}"));
                    diagnostic = diagnostic.fix(meant.to_be_judged());
                }
                reader.report(diagnostic)
            }
        }
    }
}
