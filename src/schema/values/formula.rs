//! Strings with places that are filled in for each job: `"{variable.registry}/app:{commit}-{cuda}"`.

use crate::diagnostics::{Diagnostic, codes, suggest};
use crate::name::Name;
use crate::schema::kinds::{Axis, Variable};
use crate::schema::reader::{FieldType, Reader};
use crate::schema::values::Text;
use crate::schema::values::shell::{self, words_of};
use crate::schema::{Id, KindId};
use crate::source::Span;
use crate::syntax::ast::Value;

/// A string with places to fill in.
#[derive(Debug, Clone, Default)]
pub struct Formula {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
    /// Where it is written.
    pub span: Span,
}

/// A piece of a [`Formula`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is; `{{` and `}}` stand for one brace.
    Text(String),
    /// `{commit}`: the commit that is tested, in full.
    Commit,
    /// `{arch}`: the architecture of the job.
    Arch,
    /// `{os}`: its operating system.
    Os,
    /// `{shard}`: the number of the job's shard, from 1.
    Shard,
    /// `{framework}`: the value of an axis.
    Axis(Id<Axis>),
    /// `{variable.registry}`: a variable of the repository.
    Variable(Id<Variable>),
}

const PLACES: [&str; 4] = ["commit", "arch", "os", "shard"];

impl Formula {
    /// Whether the value of an axis is filled in somewhere.
    pub fn names_axis(&self, axis: Id<Axis>) -> bool {
        self.pieces.contains(&Piece::Axis(axis))
    }
}

impl Formula {
    /// Whether what is filled in can be the name of an image, as far as that is known before.
    pub fn names_an_image(&self) -> bool {
        let mut whole = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                _ => whole.push(HOLDER),
            }
        }
        let (name, digest) = match whole.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (whole.as_str(), None),
        };
        let is_digest = |digest: &str| {
            let digits = digest.strip_prefix("sha256:").unwrap_or_default();
            let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            digest.contains(HOLDER) || digits.len() == 64 && digits.bytes().all(is_digit)
        };
        is_image_name(&name.replace(HOLDER, "x")) && digest.is_none_or(is_digest)
    }
}

/// Whether a text can be the name of an image, with its tag and without its digest: below a registry,
/// parts of small letters, digits, `.`, `_` and `-`.
pub fn is_image_name(name: &str) -> bool {
    let (path, tag) = match name.rfind(':') {
        Some(at) if !name[at..].contains('/') => (&name[..at], Some(&name[at + 1..])),
        _ => (name, None),
    };
    let (registry, path) = match path.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, path),
    };
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let is_small = |byte: u8| is_word(byte) && !byte.is_ascii_uppercase();
    let is_part = |part: &str| {
        part.bytes().all(is_small) && part.starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    path.split('/').all(is_part)
        && tag.is_none_or(|tag| !tag.is_empty() && tag.bytes().all(is_word))
        && registry.is_none_or(|registry| registry.bytes().all(|b| is_word(b) || b == b':'))
}

impl FieldType for Formula {
    fn shape() -> String {
        "a string with places to fill in: `{commit}`, `{arch}`, `{os}`, `{shard}`, `{AXIS}`, \
         `{variable.NAME}`"
            .to_owned()
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = Text::read(value, reader)?;
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                plain.push('{');
                rest = after;
                continue;
            }
            if let Some(after) = from.strip_prefix("}}") {
                plain.push('}');
                rest = after;
                continue;
            }
            let Some((place, after)) = from.strip_prefix('{').and_then(|f| f.split_once('}'))
            else {
                return reader.report(
                    Diagnostic::new(
                        codes::WRONG_TYPE,
                        text.span,
                        "a brace in this string has no partner",
                    )
                    .help("a brace that is meant as such is written twice: `{{`"),
                );
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(piece(place, &text, reader)?);
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Some(Self {
            pieces,
            span: text.span,
        })
    }
}

fn piece(place: &str, text: &Text, reader: &mut Reader<'_>) -> Option<Piece> {
    match place {
        "commit" => return Some(Piece::Commit),
        "arch" => return Some(Piece::Arch),
        "os" => return Some(Piece::Os),
        "shard" => return Some(Piece::Shard),
        _ => {}
    }
    // The place in the source, where no escape stands before it.
    let quoted = reader.text(text.span);
    let span = quoted
        .find(&format!("{{{place}}}"))
        .and_then(|at| {
            u32::try_from(at + 1)
                .ok()
                .zip(u32::try_from(place.len()).ok())
        })
        .map_or(text.span, |(at, length)| {
            Span::new(text.span.start + at, text.span.start + at + length)
        });
    if let Some(name) = place.strip_prefix("variable.") {
        if let Some(found) = reader.scope.find(KindId::Variable, Name::new(name)) {
            let index = found.index;
            reader.mark(KindId::Variable, index);
            return Some(Piece::Variable(Id::new(index)));
        }
        let help = suggest::help(name, "variable", reader.scope.names(KindId::Variable));
        let message = format!("there is no variable `{name}`");
        return reader.report(Diagnostic::new(codes::UNKNOWN_NAME, span, message).maybe_help(help));
    }
    let name = place.strip_prefix("axis.").unwrap_or(place);
    if let Some(found) = reader.scope.find(KindId::Axis, Name::new(name)) {
        let index = found.index;
        return Some(Piece::Axis(Id::new(index)));
    }
    let known = PLACES.into_iter().chain(reader.scope.names(KindId::Axis));
    let help = suggest::help(name, "place", known);
    let message = format!("nothing is filled in for `{{{place}}}`");
    reader.report(Diagnostic::new(codes::UNKNOWN_NAME, span, message).maybe_help(help))
}

/// A command with places to fill in: its words are split as a shell would, with nothing expanded,
/// and what is filled in never divides a word.
#[derive(Debug, Clone, Default)]
pub struct CommandFormula {
    /// The words.
    pub words: Vec<Formula>,
    /// Where it is written.
    pub span: Span,
}

/// Stands for a place while the words are split. It cannot be written in a plan.
const HOLDER: char = '\u{fdd0}';

impl FieldType for CommandFormula {
    fn shape() -> String {
        format!("a command as {}", Formula::shape())
    }

    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let whole = Formula::read(value, reader)?;
        let mut line = String::new();
        let mut places = Vec::new();
        for piece in whole.pieces {
            match piece {
                Piece::Text(text) => line.extend(text.chars().filter(|c| *c != HOLDER)),
                place => {
                    line.push(HOLDER);
                    places.push(place);
                }
            }
        }
        let Some(words) = words_of(&line).filter(|words| !words.is_empty()) else {
            return reader.report(
                Diagnostic::new(
                    codes::WRONG_TYPE,
                    value.span,
                    "this is not the line of a command",
                )
                .help("the words are split as in a shell: every quote has its partner"),
            );
        };
        shell::warn(&line.replace(HOLDER, "{…}"), value.span, reader);
        let mut places = places.into_iter();
        let words = words
            .iter()
            .map(|word| {
                let mut pieces = Vec::new();
                for (number, text) in word.split(HOLDER).enumerate() {
                    if number > 0 {
                        pieces.extend(places.next());
                    }
                    if !text.is_empty() {
                        pieces.push(Piece::Text(text.to_owned()));
                    }
                }
                Formula {
                    pieces,
                    span: value.span,
                }
            })
            .collect();
        Some(Self {
            words,
            span: value.span,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images_are_known() {
        for name in [
            "nats",
            "nats:2.11",
            "bitnami/redis_7.a-b",
            "ghcr.io/a/b:Tag_1",
            "localhost/a",
            "UPPER.example.com/a",
            "registry:5000/a/b:1",
        ] {
            assert!(is_image_name(name), "{name}");
        }
        for name in [
            "",
            "A",
            "a/B",
            "Localhost/a",
            "a:",
            "a:b c",
            "a b",
            "-a",
            "a//b",
            "a/_b",
            "a/",
            "gh cr.io/a",
            "ghcr.io/-a",
            "ghcr.io/",
            "/a",
        ] {
            assert!(!is_image_name(name), "{name}");
        }
    }

    #[test]
    fn a_digest_is_whole_or_filled_in() {
        let named = |text: &str, behind: Option<Piece>| {
            let pieces = [Piece::Text(text.to_owned())].into_iter().chain(behind);
            let pieces = pieces.collect();
            let span = Span::default();
            Formula { pieces, span }.names_an_image()
        };
        let digits = "0123456789abcdef".repeat(4);
        assert!(named(&format!("app@sha256:{digits}"), None));
        assert!(named("app@sha256:", Some(Piece::Commit)));
        assert!(named("app:", Some(Piece::Commit)));
        for text in [
            format!("app@sha256:{}", &digits[1..]),
            format!("app@sha256:{digits}0"),
            format!("app@sha256:g{}", &digits[1..]),
            format!("app@{digits}"),
            format!("App@sha256:{digits}"),
        ] {
            assert!(!named(&text, None), "{text}");
        }
    }
}
