//! Work on many things that other threads begin with while this one does something else: what
//! [`crate::parallel`] does, where nobody waits for the end of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Things to work on, each of which some thread takes.
pub struct Queue<'q, T, R> {
    items: &'q [T],
    work: fn(&T) -> R,
    next: AtomicUsize,
    done: Mutex<Vec<(usize, R)>>,
}

impl<'q, T: Sync, R: Send> Queue<'q, T, R> {
    /// A queue nobody works on yet.
    pub fn new(items: &'q [T], work: fn(&T) -> R) -> Self {
        Self {
            items,
            work,
            next: AtomicUsize::new(0),
            done: Mutex::default(),
        }
    }

    /// Works until nothing is left to take.
    pub fn help(&self) {
        let mut own = Vec::new();
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = self.items.get(at) else {
                break;
            };
            own.push((at, (self.work)(item)));
        }
        let mut done = self.done.lock().unwrap_or_else(|e| e.into_inner());
        done.append(&mut own);
    }

    /// What was made of the things, in their order. All that helped must be done.
    pub fn finish(self) -> Vec<R> {
        let done = self.done.into_inner();
        let mut done = done.unwrap_or_else(|e| e.into_inner());
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, made)| made).collect()
    }
}
