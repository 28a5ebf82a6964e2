//! The grammar of nextest's filtersets, as far as a plan can be judged without the crates it is about.
//!
//! Expressions of predicates with `and`, `or`, `not`, their signs `&`, `|`, `+`, `-`, `!`, and
//! parentheses: <https://nexte.st/docs/filtersets/reference/>.

use crate::diagnostics::suggest;

/// The predicates. Each has parentheses, empty ones for `all`, `none` and `default`.
const PREDICATES: &[&str] = &[
    "test",
    "package",
    "deps",
    "rdeps",
    "binary",
    "binary_id",
    "kind",
    "platform",
    "group",
    "default",
    "all",
    "none",
];

/// How deep parentheses may nest.
const MOST_DEPTH: usize = 64;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

/// Looks at a filterset.
///
/// # Errors
/// Where it cannot be read, in bytes from its start, and why.
pub fn check(text: &str) -> Result<(), (usize, String)> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    reader.any()?;
    reader.space();
    if reader.at < text.len() {
        return reader.wrong("an operator, such as `and`");
    }
    Ok(())
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn wrong<T>(&self, expected: &str) -> Result<T, (usize, String)> {
        let found = self.rest().split_whitespace().next().unwrap_or("the end");
        Err((self.at, format!("expected {expected}, found `{found}`")))
    }

    /// Takes one of some operators, words only where they end.
    fn operator(&mut self, words: &[&str]) -> bool {
        self.space();
        for word in words {
            if let Some(behind) = self.rest().strip_prefix(word) {
                let is_word = word.ends_with(|c: char| c.is_ascii_alphabetic());
                let ends = !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
                if !is_word || ends {
                    self.at += word.len();
                    return true;
                }
            }
        }
        false
    }

    fn any(&mut self) -> Result<(), (usize, String)> {
        self.all()?;
        while self.operator(&["or", "|", "+"]) {
            self.all()?;
        }
        Ok(())
    }

    fn all(&mut self) -> Result<(), (usize, String)> {
        self.one()?;
        while self.operator(&["and", "&", "-"]) {
            self.one()?;
        }
        Ok(())
    }

    fn one(&mut self) -> Result<(), (usize, String)> {
        while self.operator(&["not", "!"]) {}
        self.space();
        if self.rest().starts_with('(') {
            if self.depth >= MOST_DEPTH {
                return Err((self.at, "its parentheses nest too deep".to_owned()));
            }
            self.depth += 1;
            self.at += 1;
            self.any()?;
            self.space();
            self.depth -= 1;
            if !self.rest().starts_with(')') {
                return self.wrong("`)`");
            }
            self.at += 1;
            return Ok(());
        }
        let length = self
            .rest()
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(self.rest().len());
        let word = &self.rest()[..length];
        if word.is_empty() {
            return self.wrong("a predicate, such as `test(name)`");
        }
        if !PREDICATES.contains(&word) {
            return Err((self.at, format!("there is no predicate `{word}`")));
        }
        let word = word.to_owned();
        self.at += length;
        let open = self.at + 1;
        self.argument()?;
        let argument = &self.text[open..self.at - 1];
        wrong_argument(&word, argument.trim()).map_or(Ok(()), |problem| Err((open, problem)))
    }

    /// The parentheses of a predicate: up to the one that closes them, past regular expressions and
    /// escapes.
    fn argument(&mut self) -> Result<(), (usize, String)> {
        if !self.rest().starts_with('(') {
            return self.wrong("`(`");
        }
        let open = self.at;
        self.at += 1;
        let regex = self.rest().trim_start().starts_with('/');
        let mut escaped = false;
        let mut slashes = 0;
        for (offset, c) in self.rest().char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '/' if regex => slashes += 1,
                ')' if !regex || slashes >= 2 => {
                    self.at += offset + 1;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err((open, "this parenthesis is not closed".to_owned()))
    }
}

/// The kinds of binaries that cargo builds tests into.
const KINDS: &[&str] = &["lib", "test", "bench", "bin", "example", "proc-macro"];

/// What is wrong with what stands in the parentheses of a predicate.
fn wrong_argument(predicate: &str, argument: &str) -> Option<String> {
    if let Some(regex) = argument
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'))
    {
        return regex::Regex::new(regex)
            .is_err()
            .then(|| format!("the regular expression `{regex}` cannot be read"));
    }
    match predicate {
        "platform" if !["host", "target"].contains(&argument) => Some(format!(
            "a platform is `host` or `target`, found `{argument}`"
        )),
        "kind" if !argument.starts_with(['~', '#']) => {
            let name = argument.strip_prefix('=').unwrap_or(argument);
            (!KINDS.contains(&name)).then(|| {
                format!(
                    "there is no kind `{name}`: cargo has {}",
                    suggest::listed(KINDS)
                )
            })
        }
        "all" | "none" | "default" => (!argument.is_empty())
            .then(|| format!("`{predicate}()` takes nothing, found `{argument}`")),
        _ => argument
            .is_empty()
            .then(|| format!("`{predicate}(…)` says nothing")),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn filtersets_of_the_reference_are_read() {
        for text in [
            "test(foo)",
            "package(a) and test(=x::y) or not kind(lib)",
            "!(test(/^a(b)$/) | rdeps(my-crate)) - binary_id(crate::bin)",
            "all() & default()",
            "test(~slow) + platform(host)",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at() {
        for (text, at) in [
            ("tset(foo)", 0),
            ("test(foo", 4),
            ("test(a) kind(b)", 8),
            ("(test(a)", 8),
            ("", 0),
            ("test(a) and", 11),
            ("kind(foo)", 5),
            ("test(/(/)", 5),
            ("platform(linux)", 9),
            ("all(x)", 4),
            ("test()", 5),
        ] {
            assert_eq!(check(text).map_err(|(at, _)| at), Err(at), "{text}");
        }
    }
}
