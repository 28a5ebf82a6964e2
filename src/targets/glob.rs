//! Globs as regular expressions, for hosts that know no globs.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_names_keep_their_meaning() {
        assert_eq!(to_regex("**/*_pb2.py"), "(?:.*/)?[^/]*_pb2\\.py");
        assert_eq!(to_regex("docs/**"), "docs/.*");
        assert_eq!(to_regex("a/**/b?.{md,txt}"), "a/(?:.*/)?b[^/]\\.(?:md|txt)");
        assert_eq!(to_regex("[!a-c]x"), "[^a-c]x");
    }
}
