//! "Did you mean …?"

/// The candidate nearest to `wanted`, if one is near enough to be a slip of the hand.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match wanted.chars().count() {
        0..=3 => 1,
        4..=5 => 2,
        n => n / 3,
    };
    candidates
        .into_iter()
        // The length alone rules most out, without comparing letters.
        .filter(|c| c.len().abs_diff(wanted.len()) <= limit)
        .map(|c| {
            (
                strsim::osa_distance(&wanted.to_lowercase(), &c.to_lowercase()),
                c,
            )
        })
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, c)| (distance, c))
        .map(|(_, c)| c)
}

/// `did you mean …?`, or what there is to choose from when the choice is small.
pub fn help<'a>(
    wanted: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(near) = nearest(wanted, candidates.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let mut all: Vec<&str> = candidates.into_iter().take(16).collect();
    all.sort_unstable();
    match all.len() {
        0 => Some(format!("no {what} is declared")),
        16.. => None,
        _ => Some(format!("there is {}", listed(&all))),
    }
}

/// A word with its article.
pub fn a(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {word}")
}

/// `` `a`, `b` and `c` ``
pub fn listed(items: &[&str]) -> String {
    joined(items, "and")
}

/// `` `a`, `b` or `c` ``
pub fn either(items: &[&str]) -> String {
    joined(items, "or")
}

fn joined(items: &[&str], word: &str) -> String {
    let quoted: Vec<String> = items.iter().map(|i| format!("`{i}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_different_word_is_not() {
        assert_eq!(nearest("nighly", ["nightly", "weekly"]), Some("nightly"));
        assert_eq!(nearest("nightyl", ["nightly", "weekly"]), Some("nightly"));
        assert_eq!(nearest("release", ["nightly", "weekly"]), None);
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
