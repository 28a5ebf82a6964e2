//! What stands in a file and in no declaration, and what was meant by it.

use super::brackets::{begins_line, indent};
use super::split::word_length;
use crate::diagnostics::{Diagnostic, Fix, codes};
use crate::source::Span;

/// What a file consists of.
const SHAPE: &str = "a file is a list of declarations: `kind name { field: value }`";

/// Whether a line, from its first character on, begins like a declaration.
pub fn begins_declaration(line: &str) -> bool {
    let word = &line[..word_length(line.as_bytes())];
    let rest = line[word.len()..].trim();
    let named = word_length(rest.as_bytes()) == rest.len() && !rest.is_empty();
    let opens = rest.contains('{') && !rest.starts_with([':', '{', ',']);
    line.starts_with("///") || (!word.is_empty() && (word == "import" || opens || named))
}

/// A merge that was left unfinished: from its first mark to its last, if there is one.
pub fn conflict(text: &str) -> Option<(usize, usize)> {
    const MARKS: [&str; 2] = ["<<<<<<< ", ">>>>>>> "];
    let line_with = |mark: &str, from: usize| {
        let at = text[from..].match_indices(mark).map(|(i, _)| from + i);
        at.into_iter().find(|at| begins_line(text, *at))
    };
    let start = line_with(MARKS[0], 0)?;
    let end = line_with(MARKS[1], start)?;
    let line = text[end..]
        .find(['\n', '\r'])
        .map_or(text.len(), |i| end + i);
    Some((start, line))
}

/// Says that a merge was left unfinished.
pub fn unfinished_merge(
    text: &str,
    (start, end): (usize, usize),
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let first = text[start..].find(['\n', '\r']).map_or(end, |i| start + i);
    let last = text[..end].rfind('\n').map_or(start, |i| i + 1);
    Diagnostic::new(
        codes::SYNTAX,
        span(start, first),
        "two versions of this plan were merged, and nobody chose between them",
    )
    .label(span(last, end), "up to here")
    .help("keep one of the two, or something of both, and take the marks out")
}

/// Whether a line is `word: …`.
pub fn is_field(line: &str) -> bool {
    let rest = line[word_length(line.as_bytes())..].trim_start();
    rest.starts_with(':')
}

/// Something that begins no declaration.
pub fn no_declaration(text: &str, at: usize, span: impl Fn(usize, usize) -> Span) -> Diagnostic {
    let rest = &text[at..];
    let shown = rest.chars().next().map_or(1, char::len_utf8);
    let message = format!("expected a declaration, found `{}`", &rest[..shown]);
    let help = if rest.starts_with('/') {
        "a comment begins with `//`"
    } else if rest.starts_with("- ") {
        "a plan is no YAML: it is a list of declarations, `kind name { field: value }`"
    } else {
        SHAPE
    };
    Diagnostic::new(codes::SYNTAX, span(at, at + shown), message).help(help)
}

/// A line, given from its first word to its end, that begins like a declaration and has no `{`.
/// `ended` is the declaration before it, with the bracket that closed it.
pub fn no_body(
    text: &str,
    (start, end): (usize, usize),
    ended: Option<(usize, usize)>,
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let line = &text[start..end];
    let line = line[..line.find("//").unwrap_or(line.len())].trim_end();
    let place = span(start, start + line.len());
    let first = &line[..word_length(line.as_bytes())];
    let rest = line[first.len()..].trim_start();
    if is_field(line) {
        return field_outside(text, (start, place), first, ended, span);
    }
    if rest.starts_with('"') {
        let word = span(start, start + first.len());
        let diagnostic =
            Diagnostic::new(codes::SYNTAX, place, "expected a declaration or an import")
                .help("another file is brought in with `import \"markers.dtp\"`");
        let is_path = rest.ends_with(".dtp\"");
        return diagnostic.maybe_fix(is_path.then(|| Fix::replace(word, "import")));
    }
    if let Some(name) = rest.strip_suffix(':') {
        let colon = start + line.len() - 1;
        return Diagnostic::new(
            codes::SYNTAX,
            span(colon, colon + 1),
            "expected `{`, found `:`",
        )
        .help(format!(
            "what belongs to `{first} {}` stands between `{{` and `}}`",
            name.trim()
        ));
    }
    if line.split_whitespace().count() > 3 && !line.contains('(') {
        return Diagnostic::new(codes::SYNTAX, place, "expected a declaration, found text").help(
            "a comment begins with `//`, the documentation of what stands below it with `///`",
        );
    }
    // A message is one line.
    let message = if line.len() > 40 || line.contains('\n') {
        "expected `{` after this".to_owned()
    } else {
        format!("`{line}` has no body: expected `{{` after it")
    };
    Diagnostic::new(codes::SYNTAX, place, message)
        .help("a declaration is `kind name { field: value }`")
}

/// `word: value` outside of every declaration.
fn field_outside(
    text: &str,
    (start, place): (usize, Span),
    name: &str,
    ended: Option<(usize, usize)>,
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    // The declaration before it ended earlier than its writer thinks.
    if let Some((first, closer)) = ended
        && !begins_line(text, closer) | (indent(text, closer) > indent(text, first))
        && text[first..closer].contains('\n')
        && indent(text, start) > indent(text, first)
    {
        let message = format!("this `}}` ends the declaration, and `{name}` is left outside");
        return Diagnostic::new(codes::SYNTAX, span(closer, closer + 1), message)
            .label(place, "this stands in no declaration")
            .help("take the `}` out, or move it behind the last field")
            .fix(Fix::remove(span(closer, closer + 1), "take the `}` out").to_be_judged());
    }
    let message = format!("`{name}:` stands in no declaration");
    Diagnostic::new(codes::SYNTAX, place, message).help(SHAPE)
}

/// An import without a path in quotes; `from` is behind the word, `end` the end of the line.
pub fn no_path(
    text: &str,
    from: usize,
    end: usize,
    span: impl Fn(usize, usize) -> Span,
) -> Diagnostic {
    let line = &text[from..end];
    let line = line[..line.find("//").unwrap_or(line.len())].trim_end();
    let path = line.trim_start();
    let start = from + line.len() - path.len();
    if path.is_empty() {
        return Diagnostic::new(
            codes::SYNTAX,
            span(from - "import".len(), from),
            "this import names no file",
        )
        .help("write `import \"markers.dtp\"`");
    }
    let place = span(start, start + path.len());
    let diagnostic = Diagnostic::new(
        codes::SYNTAX,
        place,
        "the path of an import stands in double quotes",
    );
    let plain = !path.contains(char::is_whitespace);
    diagnostic.maybe_fix(plain.then(|| Fix::replace(place, format!("\"{path}\""))))
}
