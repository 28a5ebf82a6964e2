//! What globs match, said once, as regular expressions: for dtpc and for hosts that know no globs. A
//! library of globs would be a second opinion: of a letter outside ASCII, for one, where `?` matches
//! a character here and a byte there.

use regex::Regex;

/// A glob that was made ready to match paths.
#[derive(Debug, Clone)]
pub struct Matcher(Regex);

impl Matcher {
    /// A matcher of a glob that was looked at when it was read; nothing if it is none.
    pub fn new(glob: &str) -> Option<Self> {
        Regex::new(&format!("(?s)^(?:{})$", to_regex(glob)))
            .ok()
            .map(Self)
    }

    /// Whether a path, with `/` between its parts, is matched.
    pub fn is_match(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

/// A regular expression in the dialect of Python's `re` (and of most others) that matches the whole
/// of exactly those paths which `glob` matches; without anchors.
pub fn to_regex(glob: &str) -> String {
    let mut regex = String::new();
    let parts: Vec<&str> = glob.split('/').collect();
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        match (*part, last) {
            ("**", true) => regex.push_str(".*"),
            // Any number of folders, none among them.
            ("**", false) => regex.push_str("(?:.*/)?"),
            (part, last) => {
                self::part(part, &mut regex);
                if !last {
                    regex.push('/');
                }
            }
        }
    }
    regex
}

/// One part between slashes.
fn part(part: &str, regex: &mut String) {
    let mut rest = part.chars().peekable();
    let mut alternatives = 0_usize;
    while let Some(c) = rest.next() {
        match c {
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '{' => {
                alternatives += 1;
                regex.push_str("(?:");
            }
            '}' if alternatives > 0 => {
                alternatives -= 1;
                regex.push(')');
            }
            ',' if alternatives > 0 => regex.push('|'),
            '[' => {
                regex.push('[');
                if matches!(rest.peek(), Some('!' | '^')) {
                    regex.push('^');
                    rest.next();
                }
                // A `]` that comes first is a member of the class.
                let mut first = true;
                for c in rest.by_ref() {
                    match c {
                        ']' if !first => break,
                        ']' | '[' | '^' | '\\' | '&' | '~' | '|' => {
                            regex.push('\\');
                            regex.push(c);
                        }
                        c => regex.push(c),
                    }
                    first = false;
                }
                regex.push(']');
            }
            c if c.is_alphanumeric() || "_-/ ~@%=:;\"'`<>!,&".contains(c) => regex.push(c),
            c => {
                regex.push('\\');
                regex.push(c);
            }
        }
    }
}

/// A pattern of branches or tags, as GitHub reads it, as a regular expression that may stand between
/// slashes; without anchors. `*` stays between slashes
/// and `**` crosses them; `?` and `+` are about the character before them, and brackets about one of
/// several.
pub fn of_refs(pattern: &str) -> String {
    let mut regex = String::new();
    let mut rest = pattern.chars().peekable();
    // Whether `?` and `+` have something that they may be about.
    let mut counts = false;
    while let Some(c) = rest.next() {
        match c {
            '*' => {
                if rest.next_if_eq(&'*').is_some() {
                    regex.push_str(".*");
                } else {
                    regex.push_str("[^\\/]*");
                }
                counts = false;
                continue;
            }
            '?' | '+' if counts => {
                regex.push(c);
                counts = false;
                continue;
            }
            '[' if rest.clone().skip(1).any(|c| c == ']') => {
                regex.push('[');
                for inside in rest.by_ref() {
                    match inside {
                        '[' | '/' | '\\' => regex.extend(['\\', inside]),
                        _ => regex.push(inside),
                    }
                    if inside == ']' {
                        break;
                    }
                }
            }
            // Not with a backslash: some look for the names of variables behind it.
            '$' => regex.push_str("[$]"),
            c if c.is_ascii_punctuation() && !"-_\"'#%&,:;<=>@`!~".contains(c) => {
                regex.extend(['\\', c]);
            }
            c => regex.push(c),
        }
        counts = true;
    }
    regex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_mark_is_one_letter_of_any_language() {
        let matches = |glob: &str, path: &str| Matcher::new(glob).unwrap().is_match(path);
        assert!(matches("docs/?.md", "docs/ü.md") && matches("docs/[ä-ü].md", "docs/ö.md"));
        assert!(!matches("docs/?.md", "docs/ab.md") && !matches("docs/?.md", "docs//.md"));
        assert!(matches("a.b+(c)/**", "a.b+(c)/d\ne/f") && !matches("a.b/**", "axb/c"));
    }

    #[test]
    fn folders_and_names_keep_their_meaning() {
        assert_eq!(to_regex("**/*_pb2.py"), "(?:.*/)?[^/]*_pb2\\.py");
        assert_eq!(to_regex("docs/**"), "docs/.*");
        assert_eq!(to_regex("a/**/b?.{md,txt}"), "a/(?:.*/)?b[^/]\\.(?:md|txt)");
        assert_eq!(to_regex("[!a-c]x"), "[^a-c]x");
    }

    #[test]
    fn patterns_of_branches_become_regular_expressions() {
        for (pattern, expected) in [
            ("main", "main"),
            ("release/*", r"release\/[^\/]*"),
            ("release/**", r"release\/.*"),
            ("v1.2.*", r"v1\.2\.[^\/]*"),
            ("pull-request/[0-9]+", r"pull-request\/[0-9]+"),
            ("v2?", "v2?"),
            ("+a", r"\+a"),
            ("a*+", r"a[^\/]*\+"),
            ("a[b", r"a\[b"),
            ("a$b", "a[$]b"),
            ("a(b|c)", r"a\(b\|c\)"),
        ] {
            assert_eq!(of_refs(pattern), expected, "{pattern}");
        }
    }
}
