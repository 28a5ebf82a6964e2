//! Commands as lines: their words, and what in them only a shell would read.

use crate::diagnostics::{Diagnostic, codes};
use crate::schema::reader::Reader;
use crate::source::Span;

/// The words of a line, as a shell splits them, with nothing expanded; nothing if a quote is not closed.
/// A `#` is a letter as any other: in a plan a command has no comments, and what somebody writes there
/// is meant.
pub fn words_of(line: &str) -> Option<Vec<String>> {
    Split::of(line).map(|split| split.words)
}

/// Says of a command that stands at `span` what in it nobody reads as its writer may think.
pub fn warn(line: &str, span: Span, reader: &mut Reader<'_>) {
    let Some(found) = only_a_shell_reads(line) else {
        return;
    };
    let message =
        format!("no shell reads this command: `{found}` is given to the program as it stands");
    let help = if found.starts_with('$') {
        "write `sh -c '…'` around what a shell shall read; the variables of a job and its secrets are there"
    } else {
        "write several commands as a list, `sh -c '…'` where a shell is meant, or quotes around what is meant as it stands"
    };
    reader.report::<()>(Diagnostic::new(codes::SHELL_WORD, span, message).help(help));
}

/// What of a line a shell would read, and dtpc gives to the program as it stands: an operator such as
/// `&&` or `>`, a variable, a pattern of files. What is quoted as a shell would want it is meant as it
/// stands; and behind `sh -c`, what is in double quotes is read by that shell.
pub fn only_a_shell_reads(line: &str) -> Option<String> {
    let split = Split::of(line)?;
    let program = split.words.first()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let is_shell = SHELLS.contains(&program);
    let found = split.found.into_iter();
    let mut found = found.filter(|(_, quoted)| !(is_shell && *quoted));
    found.next().map(|(text, _)| text)
}

/// Programs that read their arguments as dtpc does not.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh", "env"];

/// What begins a word that joins commands or sends their output elsewhere, without the name of a file.
const OPERATORS: &[&str] = &[
    "&&", "||", "|", "|&", ";", ";;", "&", ">", ">>", "<", "<<", "<<<", "&>", "&>>", "1>", "1>>",
    "1>&", "2>", "2>>", "2>&",
];

#[derive(Default)]
struct Split {
    words: Vec<String>,
    /// What only a shell reads, each with whether it stands in double quotes.
    found: Vec<(String, bool)>,
}

impl Split {
    fn of(line: &str) -> Option<Self> {
        let mut split = Self::default();
        let mut word: Option<String> = None;
        // Where the word begins, and whether a pattern of files stands in it.
        let (mut start, mut pattern) = (0, false);
        let mut rest = line.char_indices();
        while let Some((at, c)) = rest.next() {
            if word.is_none() {
                (start, pattern) = (at, false);
            }
            match c {
                ' ' | '\t' | '\n' => {
                    split.note_pattern(pattern, &line[start..at]);
                    pattern = false;
                    split.words.extend(word.take());
                }
                '\'' => {
                    let word = word.get_or_insert_default();
                    loop {
                        match rest.next()?.1 {
                            '\'' => break,
                            c => word.push(c),
                        }
                    }
                }
                '"' => {
                    let word = word.get_or_insert_default();
                    loop {
                        match rest.next()? {
                            (_, '"') => break,
                            // Inside double quotes a backslash means itself before most letters.
                            (_, '\\') => match rest.next()?.1 {
                                '\n' => {}
                                c @ ('$' | '`' | '"' | '\\') => word.push(c),
                                c => word.extend(['\\', c]),
                            },
                            (at, c) => {
                                split.note_expansion(&line[at..], true);
                                word.push(c);
                            }
                        }
                    }
                }
                '\\' => match rest.next()?.1 {
                    '\n' => {}
                    c => word.get_or_insert_default().push(c),
                },
                c => {
                    split.note_expansion(&line[at..], false);
                    split.note_operator(&line[at..], at == start);
                    pattern |= matches!(c, '*' | '?');
                    word.get_or_insert_default().push(c);
                }
            }
        }
        split.note_pattern(pattern, &line[start..]);
        split.words.extend(word);
        Some(split)
    }

    /// A variable, or a command whose output would be put in.
    fn note_expansion(&mut self, rest: &str, quoted: bool) {
        if rest.starts_with('`') {
            self.found.push(("`".to_owned(), quoted));
        }
        let Some(behind) = rest.strip_prefix('$') else {
            return;
        };
        let name: String = behind.chars().take_while(|c| is_of_name(*c)).collect();
        if name.starts_with(|c: char| !c.is_ascii_digit()) {
            self.found.push((format!("${name}"), quoted));
        } else if behind.starts_with(['(', '{']) {
            self.found.push((rest[..2].to_owned(), quoted));
        }
    }

    /// What joins commands, or sends their output elsewhere. A word may hold such characters inside:
    /// only what begins one is as clear.
    fn note_operator(&mut self, rest: &str, begins: bool) {
        let end = rest.find([' ', '\t', '\n']).unwrap_or(rest.len());
        let word = &rest[..end];
        let operator = word.trim_end_matches(|c: char| is_of_name(c) || matches!(c, '/' | '.'));
        if begins && OPERATORS.contains(&operator) {
            self.found.push((word.to_owned(), false));
        } else if !begins && word == ";" {
            self.found.push((";".to_owned(), false));
        }
    }

    /// A pattern of files, as a word that is no option and no `name=value`.
    fn note_pattern(&mut self, pattern: bool, word: &str) {
        if pattern && !word.starts_with('-') && !word.contains('=') {
            self.found.push((word.to_owned(), false));
        }
    }
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_in_a_shell() {
        let words = |line| words_of(line).unwrap_or_default();
        assert_eq!(words("make  test\tall\n"), ["make", "test", "all"]);
        assert_eq!(
            words(r#"a 'b  c' "d \" \$ \x" e\ f '' g'h'"i""#),
            ["a", "b  c", r#"d " $ \x"#, "e f", "", "ghi"]
        );
        assert_eq!(words(""), [""; 0]);
        for open in ["'a", "\"a", "a\\", "\"a\\"] {
            assert_eq!(words_of(open), None, "{open}");
        }
    }

    #[test]
    fn no_word_of_a_command_is_taken_for_a_comment() {
        let words = words_of("make test # all of it").unwrap_or_default();
        assert_eq!(words, ["make", "test", "#", "all", "of", "it"]);
        assert_eq!(words_of("curl host/#a #b").unwrap_or_default().len(), 3);
    }

    /// Whatever else stands in a line: the words are those of the library that splits for a shell.
    #[test]
    fn words_are_those_of_a_shell_but_for_comments() {
        let pieces = ["a", " ", "'", "\"", "\\", "$", "b c", "\t", "é"];
        let mut state = 7_usize;
        for _ in 0..5_000 {
            let mut line = String::new();
            for _ in 0..8 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                line.push_str(pieces[(state >> 33) % pieces.len()]);
            }
            assert_eq!(words_of(&line), shlex::split(&line), "{line:?}");
        }
    }

    #[test]
    fn what_only_a_shell_reads_is_found() {
        for (line, found) in [
            ("a && b", "&&"),
            ("a | b", "|"),
            ("a > log.txt", ">"),
            ("a >log.txt", ">log.txt"),
            ("a 2>&1", "2>&1"),
            ("a; b", ";"),
            ("a &", "&"),
            ("docker login -p $TOKEN", "$TOKEN"),
            ("docker login -p \"$TOKEN\"", "$TOKEN"),
            ("echo ${HOME}", "${"),
            ("echo $(id)", "$("),
            ("echo `id`", "`"),
            ("rm -f *.db", "*.db"),
            ("rm -f logs/?", "logs/?"),
            ("sh -c 'a' > b", ">"),
        ] {
            assert_eq!(only_a_shell_reads(line).as_deref(), Some(found), "{line}");
        }
    }

    #[test]
    fn what_a_program_may_be_given_is_not() {
        for line in [
            "pytest -m 'a and b' tests",
            "pytest --ignore-glob=*.py",
            "pytest --deselect *",
            "awk '{print $1}' a",
            "awk {print$1} a",
            "jq '.a | .b'",
            "sh -c 'a && b > \"$HOME\"'",
            "sh -c \"a && echo $HOME\"",
            "/bin/bash -ec \"echo $(id)\"",
            "rm -f '*.db'",
            "rm -f \\*.db",
            "curl https://a.b/c?d=e&f=g",
            "a --over 2>=1.0",
            "git diff HEAD~1..HEAD",
            "make all",
            "cargo test -- --skip a",
            "printf a;b",
        ] {
            let found = only_a_shell_reads(line);
            let expected = (line == "pytest --deselect *").then(|| "*".to_owned());
            assert_eq!(found, expected, "{line}");
        }
    }
}
