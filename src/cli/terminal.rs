//! What is printed, and how it may look.

use std::io::{IsTerminal as _, Write as _};

use crate::diagnostics::Diagnostic;
use crate::diagnostics::render::{self, Style};
use crate::source::SourceMap;

/// The width of reports that nobody looks at directly, in columns.
const WIDTH: usize = 100;

/// Prints diagnostics to standard error.
pub fn diagnostics(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    error(render::human(sources, diagnostics, style()).trim_end());
}

/// Prints a text to standard error.
pub fn error(text: &str) {
    // Nobody is left to be told that telling failed.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints a text to standard output. A reader that went away, as `head` does, is no error.
pub fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn style() -> Style {
    let terminal = std::io::stderr().is_terminal();
    let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .is_some_and(|v| v.to_ascii_uppercase().replace('-', "").contains("UTF8"));
    let width = terminal_size::terminal_size().filter(|_| terminal);
    Style {
        colour: terminal && !set("NO_COLOR"),
        unicode: utf8 || cfg!(windows),
        width: width.map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, WIDTH)),
    }
}
