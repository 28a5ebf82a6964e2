//! Patterns of branches and tags, as the hosts of stages read them.
//!
//! GitHub's are in <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet>.

use crate::schema::values::{Host, Text};
use crate::source::Span;

const NAMES: &str = "names have no spaces and none of `~ ^ : \\ { }`, and begin and end with no slash; `*` stays between slashes, `**` crosses them";
const COUNTS: &str =
    "`?` and `+` say how often the character before them stands there; any one character is `[…]`";

/// What is wrong with a list of patterns: where, what, and what to do.
pub(super) fn problems(patterns: &[Text], host: Host) -> Vec<(Span, &'static str, &'static str)> {
    let mut problems: Vec<_> = patterns
        .iter()
        .filter_map(|pattern| {
            let (problem, help) = problem(pattern, host)?;
            Some((pattern.span, problem, help))
        })
        .collect();
    // What is taken out must have been let in.
    if problems.is_empty()
        && let Some(first) = patterns.first()
        && first.starts_with('!')
    {
        problems.push((
            first.span,
            "nothing is let in before this takes something out",
            "begin with what starts the stage: `[\"**\", \"!main\"]`",
        ));
    }
    problems
}

/// What is wrong with one pattern, and what to do.
fn problem(pattern: &str, host: Host) -> Option<(&'static str, &'static str)> {
    let pattern = pattern.strip_prefix('!').unwrap_or(pattern);
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "~^:\\{}".contains(c);
    let is_none = pattern.is_empty()
        || pattern.contains(forbidden)
        || pattern.starts_with('/')
        || pattern.ends_with(['/', '.'])
        || pattern.contains("//")
        || pattern.contains("..");
    if is_none {
        return Some(("no branch or tag can have such a name", NAMES));
    }
    // Whether `?` and `+` have something that they may be about.
    let mut counts = false;
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '[' => {
                let Some((class, behind)) = rest.as_str().split_once(']') else {
                    return Some((
                        "this bracket is not closed",
                        "a choice of characters is `[0-9]`; no name has a bracket in it",
                    ));
                };
                if let Some(problem) = class_problem(class) {
                    return Some((problem, "a choice of characters is `[0-9a-z]`"));
                }
                rest = behind.chars();
                counts = true;
            }
            ']' => {
                return Some((
                    "this bracket was not opened",
                    "a choice of characters is `[0-9]`; no name has a bracket in it",
                ));
            }
            // GitLab is told of it as it stands.
            '?' | '+' if !counts && host == Host::GitHub => {
                return Some(("nothing stands before this that it could be about", COUNTS));
            }
            '?' | '+' | '*' => counts = false,
            _ => counts = true,
        }
    }
    None
}

/// What is wrong with what stands in brackets.
fn class_problem(class: &str) -> Option<&'static str> {
    if class.is_empty() {
        return Some("nothing stands in these brackets");
    }
    let characters: Vec<char> = class.chars().collect();
    let backwards = |three: &[char]| three[1] == '-' && three[0] > three[2];
    if characters.contains(&'[') {
        return Some("a bracket stands in a bracket");
    }
    characters
        .windows(3)
        .any(backwards)
        .then_some("a range goes from the lower character to the higher one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_the_reference_are_taken() {
        for pattern in [
            "feature/*",
            "feature/**",
            "main",
            "*",
            "**",
            "*feature",
            "v2*",
            "v[12].[0-9]+.[0-9]+",
            "v2?",
            "!v1",
            "pull-request/[0-9]+",
        ] {
            assert_eq!(problem(pattern, Host::GitHub), None, "{pattern}");
        }
    }

    #[test]
    fn what_a_host_refuses_is_refused() {
        for pattern in [
            "[a", "a]", "[]", "[z-a]", "[[a]", "+a", "?", "*?", "a b", "", "/a", "a/", "a//b",
            "a..b", "a:b", "!",
        ] {
            assert!(problem(pattern, Host::GitHub).is_some(), "{pattern}");
        }
        assert_eq!(problem("+a", Host::GitLab), None);
    }
}
