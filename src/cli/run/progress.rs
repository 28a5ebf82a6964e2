//! What a run shows while it goes on: bars on a terminal, lines elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::terminal;
use crate::run::summary::seconds;

/// How often a bar moves.
const TICK: Duration = Duration::from_millis(120);

/// What is shown of a run.
#[derive(Debug)]
pub struct Progress {
    bars: Option<(MultiProgress, ProgressBar)>,
    running: HashMap<usize, ProgressBar>,
    width: usize,
}

impl Progress {
    /// Of so many jobs, the longest of whose names has so many letters.
    pub fn new(jobs: usize, width: usize) -> Self {
        let bars = std::io::stderr().is_terminal().then(|| {
            let all = MultiProgress::new();
            let whole = ProgressBar::new(u64::try_from(jobs).unwrap_or(u64::MAX));
            whole.set_style(style("{bar:30} {pos} of {len}  {elapsed}"));
            let whole = all.add(whole);
            whole.enable_steady_tick(TICK);
            (all, whole)
        });
        Self {
            bars,
            running: HashMap::new(),
            width,
        }
    }

    /// A job begins.
    pub fn begin(&mut self, number: usize, id: &str, expected: Option<f64>) {
        let width = self.width;
        let Some((all, whole)) = &self.bars else {
            terminal::error(&format!("{id:width$}  begins"));
            return;
        };
        let bar = all.insert_before(whole, ProgressBar::new_spinner());
        bar.set_style(style("{spinner} {prefix}  {elapsed}{msg}"));
        bar.set_prefix(format!("{id:width$}"));
        if let Some(expected) = expected {
            bar.set_message(format!(" of {}", seconds(expected)));
        }
        bar.enable_steady_tick(TICK);
        self.running.insert(number, bar);
    }

    /// A job has ended, as these words say.
    pub fn end(&mut self, number: usize, id: &str, words: &str) {
        let line = format!("{id:width$}  {words}", width = self.width);
        let Some((all, whole)) = &self.bars else {
            terminal::error(&line);
            return;
        };
        if let Some(bar) = self.running.remove(&number) {
            bar.finish_and_clear();
            all.remove(&bar);
        }
        // Nobody is left to be told that telling failed.
        let _ = all.println(line);
        whole.inc(1);
    }

    /// Nothing more comes.
    pub fn finish(self) {
        if let Some((_, whole)) = self.bars {
            whole.finish_and_clear();
        }
    }
}

/// A style by its template, which is a constant; the usual one if it could not be read.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
