//! In which order the entries of a run begin: each behind what it needs, as many at once as are
//! allowed, and none beside another that needs the same thing to itself.

use std::collections::HashSet;

use super::{Fate, Lock, Run};

/// How an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All its commands succeeded.
    Success,
    /// One of them failed.
    Failure,
    /// It ran longer than it may, or somebody stopped the run: GitHub calls both so.
    Cancelled,
    /// Something that it needs did not succeed, or it was left out.
    Skipped,
}

impl Ended {
    /// GitHub's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }
}

/// What has begun and ended of a run.
#[derive(Debug)]
pub struct Order {
    needs: Vec<Vec<usize>>,
    locks: Vec<Vec<Lock>>,
    /// Not yet begun, in order.
    waiting: Vec<usize>,
    /// Running now.
    running: HashSet<usize>,
    ended: Vec<Option<Ended>>,
    at_once: usize,
}

impl Order {
    /// The order of a run in which `at_once` entries may run beside each other.
    pub fn of(run: &Run<'_>, at_once: usize) -> Self {
        let runs = |number: &usize| run.entries[*number].fate == Fate::Runs;
        Self {
            needs: run.entries.iter().map(|e| e.needs.clone()).collect(),
            locks: run.entries.iter().map(|e| e.locks.clone()).collect(),
            waiting: (0..run.entries.len()).filter(runs).collect(),
            running: HashSet::new(),
            ended: run
                .entries
                .iter()
                .map(|entry| (entry.fate != Fate::Runs).then_some(Ended::Skipped))
                .collect(),
            at_once: at_once.max(1),
        }
    }

    /// The entries that may begin now; they count as running from here on.
    pub fn begin(&mut self) -> Vec<usize> {
        let mut begun = Vec::new();
        let mut place = 0;
        while place < self.waiting.len() {
            let number = self.waiting[place];
            if self.is_ready(number) {
                self.waiting.remove(place);
                self.running.insert(number);
                begun.push(number);
            } else {
                place += 1;
            }
        }
        begun
    }

    fn is_ready(&self, number: usize) -> bool {
        let needs_ended = self.needs[number]
            .iter()
            .all(|need| self.ended[*need].is_some());
        if !needs_ended || self.running.len() >= self.at_once {
            return false;
        }
        let alone = |number: usize| self.locks[number].contains(&Lock::Tree);
        if alone(number) && !self.running.is_empty() {
            return false;
        }
        self.running.iter().all(|other| {
            let shares = self.locks[*other]
                .iter()
                .any(|lock| self.locks[number].contains(lock));
            !alone(*other) && !shares
        })
    }

    /// Notes how an entry ended. Returns those that are skipped for it, each with the need that did
    /// not succeed.
    pub fn end(&mut self, number: usize, ended: Ended) -> Vec<(usize, usize)> {
        self.running.remove(&number);
        self.ended[number] = Some(ended);
        let mut skipped = Vec::new();
        if ended == Ended::Success {
            return skipped;
        }
        let mut failed = vec![number];
        while let Some(need) = failed.pop() {
            let (out, waiting): (Vec<usize>, Vec<usize>) = self
                .waiting
                .iter()
                .partition(|user| self.needs[**user].contains(&need));
            self.waiting = waiting;
            for user in out {
                self.ended[user] = Some(Ended::Skipped);
                skipped.push((user, need));
                failed.push(user);
            }
        }
        skipped
    }

    /// Lets nothing begin any more: what waits is skipped.
    pub fn stop(&mut self) -> Vec<usize> {
        for number in &self.waiting {
            self.ended[*number] = Some(Ended::Cancelled);
        }
        std::mem::take(&mut self.waiting)
    }

    /// Whether nothing waits and nothing runs.
    pub fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(needs: &[&[usize]], locks: &[&[Lock]], at_once: usize) -> Order {
        Order {
            needs: needs.iter().map(|n| n.to_vec()).collect(),
            locks: locks.iter().map(|l| l.to_vec()).collect(),
            waiting: (0..needs.len()).collect(),
            running: HashSet::new(),
            ended: vec![None; needs.len()],
            at_once,
        }
    }

    #[test]
    fn what_is_needed_ends_first() {
        let mut order = order(&[&[], &[0], &[]], &[&[], &[], &[]], 4);
        assert_eq!(order.begin(), [0, 2]);
        assert_eq!(order.end(2, Ended::Failure), []);
        assert_eq!(order.begin(), [0; 0]);
        assert_eq!(order.end(0, Ended::Success), []);
        assert_eq!(order.begin(), [1]);
        assert_eq!(order.end(1, Ended::Success), []);
        assert!(order.is_over());
    }

    #[test]
    fn what_needs_a_failure_is_skipped_with_all_behind_it() {
        let mut order = order(&[&[], &[0], &[1], &[]], &[&[], &[], &[], &[]], 1);
        assert_eq!(order.begin(), [0]);
        assert_eq!(order.end(0, Ended::Failure), [(1, 0), (2, 1)]);
        assert_eq!(order.begin(), [3]);
        assert_eq!(order.end(3, Ended::Success), []);
        assert!(order.is_over());
    }

    #[test]
    fn what_changes_the_tree_runs_alone() {
        let mut order = order(&[&[], &[], &[]], &[&[], &[Lock::Tree], &[]], 4);
        assert_eq!(order.begin(), [0, 2]);
        order.end(0, Ended::Success);
        assert_eq!(order.begin(), [0; 0]);
        order.end(2, Ended::Success);
        assert_eq!(order.begin(), [1]);
    }

    #[test]
    fn one_thing_serves_one_at_a_time() {
        let (one, both) = ([Lock::Gpus], [Lock::Coverage, Lock::Gpus]);
        let mut order = order(&[&[], &[], &[]], &[&one, &both, &[]], 4);
        assert_eq!(order.begin(), [0, 2]);
        order.end(0, Ended::Failure);
        assert_eq!(order.begin(), [1]);
    }
}
