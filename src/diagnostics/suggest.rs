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

/// The candidate that `wanted` plainly is, for a fix that nobody looks at: near, nearer than all
/// others, and different by a slip of the hand that could not have been meant.
pub fn certain<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let near = nearest(wanted, candidates.clone())?;
    let distance = |c: &str| strsim::osa_distance(&wanted.to_lowercase(), &c.to_lowercase());
    let least = distance(near);
    let rival = candidates
        .into_iter()
        .any(|c| c != near && c.len().abs_diff(wanted.len()) <= least && distance(c) <= least);
    (!rival && least <= 2 && is_slip(wanted, near)).then_some(near)
}

/// Whether two words differ as one and the same word does that was mistyped. A short word, a first
/// letter or a digit that differs makes another word: `cpu` and `gpu`, `gpu_1` and `gpu_2`.
fn is_slip(written: &str, meant: &str) -> bool {
    let bare = |text: &str| text.replace(['_', '-'], "").to_lowercase();
    if bare(written) == bare(meant) {
        return true;
    }
    let parts = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        lower
            .split(['_', '-', '/', '.'])
            .map(str::to_owned)
            .collect()
    };
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let (written, meant) = (parts(written), parts(meant));
    written.len() == meant.len()
        && written.iter().zip(&meant).all(|(a, b)| {
            a == b
                || (a.chars().count().min(b.chars().count()) >= 4
                    && a.chars().next() == b.chars().next()
                    && digits(a) == digits(b))
        })
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

/// `2 stages`
pub fn counted(count: impl TryInto<u64>, word: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
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

    #[test]
    fn what_could_have_been_meant_is_not_certain() {
        let sure = |wanted, candidates: &[&'static str]| {
            certain(wanted, candidates.iter().copied()).is_some()
        };
        assert!(sure("integartion", &["integration", "unit"]));
        assert!(sure("premerge", &["pre_merge", "post_merge"]));
        assert!(sure("pre_mrege", &["pre_merge", "post_merge"]));
        assert!(sure("Nightly", &["nightly"]));
        for (written, others) in [
            ("cpu", &["gpu"][..]),
            ("gpu_2", &["gpu_1"]),
            ("serve_b", &["serve_a"]),
            ("h200", &["h100"]),
            ("fight", &["light"]),
            ("lints", &["lint", "lints2", "links"]),
            ("nihglyt", &["nightly_x"]),
        ] {
            assert!(!sure(written, others), "{written}");
        }
    }
}
