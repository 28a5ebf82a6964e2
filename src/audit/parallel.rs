//! Work on many things at once, on as many threads as the machine has.

use std::num::NonZero;
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

/// How many threads may work besides the one that asks.
pub fn helpers() -> usize {
    std::thread::available_parallelism().map_or(0, |all| NonZero::get(all) - 1)
}

/// Works on all things at once; what was made of them, in their order.
pub fn each<T: Sync, R: Send>(items: &[T], work: fn(&T) -> R) -> Vec<R> {
    let queue = Queue::new(items, work);
    std::thread::scope(|scope| {
        for _ in 0..helpers() {
            scope.spawn(|| queue.help());
        }
        queue.help();
    });
    queue.finish()
}
