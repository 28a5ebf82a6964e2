//! Which branches there can be: of some patterns, which combinations one name can match.
//!
//! Each pattern is a deterministic automaton; all of them are walked side by side, over every name at
//! once. What is found is exact, as far as git's rules for names are told here.

use std::collections::VecDeque;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use rustc_hash::FxHashSet;

/// How large one automaton may become, in bytes.
const LARGEST: usize = 1 << 20;

/// How many states of all automata together are looked at before nothing is said.
const MOST_STATES: usize = 10_000;

/// What git lets a branch be called, but for the end `.lock` and `@{`: parts between slashes, which have
/// no spaces and none of its signs, and around dots something else.
const NAME: &str = {
    // A part is of letters with single dots between them; another part may follow its last dot.
    r"(?:[^\x00-\x20\x7f~^:?*\[\\/.](?:\.?[^\x00-\x20\x7f~^:?*\[\\/.])*\.?/)*[^\x00-\x20\x7f~^:?*\[\\/.](?:\.?[^\x00-\x20\x7f~^:?*\[\\/.])*"
};

/// What one name matches: a bit for each pattern.
pub type Matches = u64;

/// The combinations of some patterns, given as regular expressions, that the names of branches can match;
/// nothing where that is too much, or where a pattern cannot be read.
pub fn combinations(patterns: &[String]) -> Option<FxHashSet<Matches>> {
    if patterns.len() >= Matches::BITS as usize {
        return None;
    }
    let mut automata = vec![automaton(NAME)?];
    for pattern in patterns {
        automata.push(automaton(pattern)?);
    }
    let start = start::Config::new().anchored(Anchored::Yes);
    let mut first: Vec<StateID> = Vec::with_capacity(automata.len());
    for automaton in &automata {
        first.push(automaton.start_state(&start).ok()?);
    }
    let bytes = bytes_that_differ(&automata);
    let mut of_branches = FxHashSet::default();
    let mut seen: FxHashSet<Vec<StateID>> = FxHashSet::default();
    let mut waiting = VecDeque::from([first.clone()]);
    seen.insert(first);
    while let Some(states) = waiting.pop_front() {
        let found = matches(&automata, &states);
        // The first automaton says whether it is a name at all.
        if found & 1 == 1 {
            of_branches.insert(found >> 1);
        }
        for byte in &bytes {
            let next: Vec<StateID> = automata
                .iter()
                .zip(&states)
                .map(|(automaton, state)| automaton.next_state(*state, *byte))
                .collect();
            if automata[0].is_dead_state(next[0]) || seen.contains(&next) {
                continue;
            }
            if seen.len() >= MOST_STATES {
                return None;
            }
            seen.insert(next.clone());
            waiting.push_back(next);
        }
    }
    Some(of_branches)
}

type Dense = dense::DFA<Vec<u32>>;

fn automaton(pattern: &str) -> Option<Dense> {
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .match_kind(MatchKind::All)
        .accelerate(false)
        .dfa_size_limit(Some(LARGEST))
        .determinize_size_limit(Some(LARGEST));
    dense::Builder::new()
        .configure(config)
        .build(&format!("(?s)^(?:{pattern})$"))
        .ok()
}

/// Which automata take what was read up to these states.
fn matches(automata: &[Dense], states: &[StateID]) -> Matches {
    automata
        .iter()
        .zip(states)
        .enumerate()
        .map(|(number, (automaton, state))| {
            let end = automaton.next_eoi_state(*state);
            Matches::from(automaton.is_match_state(end)) << number
        })
        .sum()
}

/// One of each set of bytes that no automaton tells apart.
fn bytes_that_differ(automata: &[Dense]) -> Vec<u8> {
    let mut seen: FxHashSet<Vec<u8>> = FxHashSet::default();
    (0..=u8::MAX)
        .filter(|byte| {
            let classes = automata.iter().map(|a| a.byte_classes().get(*byte));
            seen.insert(classes.collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(patterns: &[&str]) -> Vec<Matches> {
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        let found = combinations(&patterns).unwrap();
        let mut all: Vec<Matches> = found.into_iter().collect();
        all.sort_unstable();
        all
    }

    #[test]
    fn names_are_told_apart_by_what_they_match() {
        assert_eq!(of(&["main", "dev"]), [0b00, 0b01, 0b10]);
        assert_eq!(of(&["release/1", "release/[^/]*"]), [0b00, 0b10, 0b11]);
        assert_eq!(of(&[".*"]), [1]);
        assert_eq!(of(&["[^/]*", ".*/.*"]), [0b01, 0b10]);
        assert_eq!(of(&["a..b"]), [0, 1]);
    }

    #[test]
    fn what_git_refuses_is_no_name() {
        for refused in [
            "a b", r"a\.\.b", "/a", "a/", "a//b", r"\.a", r"a\.", "a~", "",
        ] {
            assert_eq!(of(&[refused]), [0], "{refused}");
        }
        for name in ["a", "a/b", r"v1\.2", "ü", r"a\./b", "a@b", "-a"] {
            assert_eq!(of(&[name]), [0, 1], "{name}");
        }
        assert!(combinations(&["[".to_owned()]).is_none());
    }
}
