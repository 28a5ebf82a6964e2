//! The regular expressions of pre-commit as globs, where a glob says exactly the same.

use globset::GlobBuilder;

/// How many globs one expression may become.
const MOST: usize = 24;

/// The globs that match what a regular expression finds in a path; nothing where no glob says that.
pub fn globs(pattern: &str) -> Option<Vec<String>> {
    let mut pattern: String = pattern.trim().to_owned();
    if let Some(verbose) = pattern.strip_prefix("(?x)") {
        // Blanks and comments say nothing in it.
        pattern = verbose
            .lines()
            .map(|line| line.split('#').next().unwrap_or(line))
            .flat_map(str::split_whitespace)
            .collect();
    }
    let alternatives = expand(&pattern)?;
    let globs: Option<Vec<String>> = alternatives.iter().map(|one| glob(one)).collect();
    let mut globs = globs?;
    globs.dedup();
    (!globs.is_empty() && globs.len() <= MOST).then_some(globs)
}

/// The globs of an expression that match a file of the repository: one that matches none would be a
/// mistake in a plan. Nothing where no glob says what the expression says, or none matches.
pub fn of_files(pattern: &str, files: &[String]) -> Option<Vec<String>> {
    let mut globs = globs(pattern)?;
    globs.retain(|glob| {
        let glob = GlobBuilder::new(glob).literal_separator(true).build();
        glob.is_ok_and(|glob| {
            let glob = glob.compile_matcher();
            files.iter().any(|file| glob.is_match(file))
        })
    });
    (!globs.is_empty()).then_some(globs)
}

/// An expression without groups and without `|`, as several.
fn expand(pattern: &str) -> Option<Vec<String>> {
    let mut done: Vec<String> = Vec::new();
    let mut open: Vec<String> = split(pattern)?;
    while let Some(next) = open.pop() {
        if open.len() + done.len() > MOST {
            return None;
        }
        let Some((start, inside, end)) = group(&next)? else {
            done.push(next);
            continue;
        };
        let behind = &next[end..];
        let (behind, optional) = match behind.strip_prefix('?') {
            Some(behind) => (behind, true),
            None => (behind, false),
        };
        if behind.starts_with(['*', '+', '{']) {
            return None;
        }
        let before = &next[..start];
        // `^a|^b` in a group at the start is as good as outside of it.
        let mut inner = split(inside)?;
        if optional {
            inner.push(String::new());
        }
        for one in inner {
            open.push(format!("{before}{one}{behind}"));
        }
    }
    done.sort();
    Some(done)
}

/// The parts of an expression between the `|` that are in no group.
fn split(pattern: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            '|' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            // A class may hold any of these signs.
            '[' => return None,
            _ => {}
        }
        let last = parts.last_mut()?;
        last.push(c);
        if c == '\\' {
            last.push(rest.next()?);
        }
    }
    (depth == 0).then_some(parts)
}

/// The first group, if there is one: where it begins, what is inside, and where it ends. Nothing where
/// it cannot be read.
#[expect(
    clippy::option_option,
    reason = "no group is something else than a group that cannot be read"
)]
fn group(pattern: &str) -> Option<Option<(usize, &str, usize)>> {
    let mut start = None;
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in pattern.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => {
                depth += 1;
                start = start.or(Some(at));
            }
            ')' => {
                depth = depth.checked_sub(1)?;
                if let (0, Some(start)) = (depth, start) {
                    let inside = &pattern[start + 1..at];
                    let inside = inside.strip_prefix("?:").unwrap_or(inside);
                    // Looking ahead and the like.
                    return (!inside.starts_with('?')).then_some(Some((start, inside, at + 1)));
                }
            }
            _ => {}
        }
    }
    (depth == 0).then_some(None)
}

/// One expression without groups as a glob.
fn glob(pattern: &str) -> Option<String> {
    let (pattern, from_start) = match pattern.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let ends = pattern.ends_with('$') && !pattern.ends_with("\\$");
    let pattern = pattern
        .strip_suffix('$')
        .filter(|_| ends)
        .unwrap_or(pattern);
    let mut glob = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '.' if rest.peek() == Some(&'*') => {
                rest.next();
                // `.*` goes past slashes, and `*` does not.
                if !(glob.is_empty() || glob.ends_with('/')) {
                    return None;
                }
                match rest.peek() {
                    None => glob.push_str("**"),
                    // `.*/x` needs a slash where `**/x` does not.
                    Some('/') if glob.is_empty() && from_start => {
                        rest.next();
                        glob.push_str("*/**/");
                    }
                    Some('/') => return None,
                    Some(_) => glob.push_str("**/*"),
                }
            }
            '\\' => {
                let sign = rest.next()?;
                if sign.is_ascii_alphanumeric() {
                    return None;
                }
                plain(sign, &mut glob)?;
            }
            '.' | '*' | '+' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                return None;
            }
            sign => {
                if matches!(rest.peek(), Some('*' | '+' | '?' | '{')) {
                    return None;
                }
                plain(sign, &mut glob)?;
            }
        }
    }
    if !from_start && !glob.starts_with("**") {
        // Found anywhere: at the start of a name it is `**/x`, within one `**/*x`; with a slash in
        // front it is a folder of any depth.
        glob = match glob.strip_prefix('/') {
            Some(inside) => format!("*/**/{inside}"),
            None => format!("**/*{glob}"),
        };
    }
    if !ends && !glob.ends_with("**") {
        if glob.ends_with('/') {
            glob.push_str("**");
        } else {
            // What begins so is a file or a folder: one glob cannot say both.
            return None;
        }
    }
    Some(glob)
}

/// A sign that stands for itself in a glob too.
fn plain(sign: char, glob: &mut String) -> Option<()> {
    let means_something = "*?[]{}!\\,".contains(sign);
    (!means_something).then(|| glob.push(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pattern: &str) -> Option<String> {
        globs(pattern).map(|globs| globs.join(" "))
    }

    #[test]
    fn what_a_glob_can_say_is_said() {
        for (pattern, wanted) in [
            ("^docs/", "docs/**"),
            ("\\.py$", "**/*.py"),
            ("^a/b\\.txt$", "a/b.txt"),
            ("^(a|b/c)/", "a/** b/c/**"),
            ("^lib/.*\\.rs$", "lib/**/*.rs"),
            (".*\\.patch$", "**/*.patch"),
            ("^x_pb2(_grpc)?\\.py$", "x_pb2.py x_pb2_grpc.py"),
            ("(?x)^(\n  a/ |  # the first\n  b/\n)", "a/** b/**"),
            ("^.*/templates/.*\\.yaml$", "*/**/templates/**/*.yaml"),
            ("/made/", "*/**/made/**"),
        ] {
            assert_eq!(said(pattern).as_deref(), Some(wanted), "{pattern}");
        }
    }

    #[test]
    fn what_no_glob_says_is_not_guessed() {
        for pattern in [
            "^docs",
            "a.*b$",
            "[ab]\\.py$",
            "(?!x)y$",
            "a+",
            "^\\d/",
            "(a",
            "a.c$",
            "",
            "x*$",
        ] {
            assert_eq!(said(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn globs_match_what_the_expressions_find() {
        let paths = [
            "a",
            "a.py",
            "docs/a.py",
            "docs/x/b.rs",
            "lib/a.rs",
            "lib/x/y.rs",
            "x/templates/a.yaml",
            "templates/a.yaml",
            "x/y/templates/z/b.yaml",
            "a.patch",
            "x/a.patch",
            "made/x",
            "x/made/y",
            "x_pb2.py",
            "x_pb2_grpc.py",
            "src/x_pb2.py",
        ];
        for pattern in [
            "^docs/",
            "\\.py$",
            "^lib/.*\\.rs$",
            ".*\\.patch$",
            "^.*/templates/.*\\.yaml$",
            "/made/",
            "^x_pb2(_grpc)?\\.py$",
            "x_pb2\\.py$",
        ] {
            let found = regex::Regex::new(pattern).unwrap();
            let mut set = globset::GlobSetBuilder::new();
            for glob in globs(pattern).unwrap() {
                let glob = GlobBuilder::new(&glob).literal_separator(true).build();
                set.add(glob.unwrap());
            }
            let set = set.build().unwrap();
            for path in paths {
                assert_eq!(
                    set.is_match(path),
                    found.is_match(path),
                    "{pattern} on {path}"
                );
            }
        }
    }
}
