//! Where the time of a run goes: what `--timings` prints.

use std::fmt::{Display, Formatter, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many of several parts are printed, the slowest first.
const SHOWN: usize = 5;

/// How far the numbers stand from the beginning of their line, in columns.
const NUMBERS: usize = 34;

/// Measures the stages of the pipeline, and parts of them, where somebody asked for that. Threads
/// may share one.
#[derive(Debug)]
pub struct Timings(Option<Measured>);

#[derive(Debug)]
struct Measured {
    began: Instant,
    stages: Mutex<Vec<Entry>>,
}

/// What one thing took, all times that it was done together.
#[derive(Debug)]
struct Entry {
    name: String,
    time: Duration,
    parts: Vec<Entry>,
}

impl Timings {
    /// Measures from now on.
    pub fn start() -> Self {
        Self(Some(Measured {
            began: Instant::now(),
            stages: Mutex::default(),
        }))
    }

    /// Measures nothing, and costs nothing.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Does some work and measures it. `path` names the stage, then the part of it: what takes part
    /// in a part stands behind it.
    pub fn of<T>(&self, path: &[&str], work: impl FnOnce() -> T) -> T {
        let Some(measured) = &self.0 else {
            return work();
        };
        let began = Instant::now();
        let done = work();
        let took = began.elapsed();
        let stages = measured.stages.lock();
        add(
            &mut stages.unwrap_or_else(PoisonError::into_inner),
            path,
            took,
        );
        done
    }
}

fn add(entries: &mut Vec<Entry>, path: &[&str], took: Duration) {
    let Some((name, inside)) = path.split_first() else {
        return;
    };
    let known = entries.iter().position(|entry| entry.name == *name);
    let place = known.unwrap_or_else(|| {
        entries.push(Entry {
            name: (*name).to_owned(),
            time: Duration::ZERO,
            parts: Vec::new(),
        });
        entries.len() - 1
    });
    if inside.is_empty() {
        entries[place].time += took;
    } else {
        add(&mut entries[place].parts, inside, took);
    }
}

/// A table for people: a line for each stage in the order in which they began to be done, below it
/// its parts, and the whole at the end. Empty where nothing was measured.
impl Display for Timings {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Some(measured) = &self.0 else {
            return Ok(());
        };
        let whole = measured.began.elapsed();
        let stages = measured
            .stages
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut table = Table {
            text: String::new(),
            whole,
        };
        let _ = writeln!(
            table.text,
            "{:<NUMBERS$}{:>10}{:>8}",
            "where the time went", "ms", "%"
        );
        let mut known = Duration::ZERO;
        for stage in stages.iter() {
            known += stage.time;
            table.entry(stage, 1);
        }
        table.line("everything else", whole.saturating_sub(known), 1);
        table.line("in all", whole, 0);
        f.write_str(table.text.trim_end())
    }
}

struct Table {
    text: String,
    whole: Duration,
}

impl Table {
    fn line(&mut self, name: &str, time: Duration, depth: usize) {
        let share = 100.0 * time.as_secs_f64() / self.whole.as_secs_f64().max(f64::MIN_POSITIVE);
        let name = format!("{:indent$}{name}", "", indent = 2 * depth);
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.text,
            "{name:<NUMBERS$}{:>10.1}{share:>8.1}",
            1000.0 * time.as_secs_f64(),
        );
    }

    fn entry(&mut self, entry: &Entry, depth: usize) {
        self.line(&entry.name, entry.time, depth);
        // Groups stay in their order; of what is in one the slowest are worth a look.
        let mut parts: Vec<&Entry> = entry.parts.iter().collect();
        let grouped = parts.iter().any(|part| !part.parts.is_empty());
        if !grouped && parts.len() > SHOWN {
            parts.sort_by_key(|part| std::cmp::Reverse(part.time));
            parts.truncate(SHOWN);
        }
        for part in parts {
            self.entry(part, depth + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the lines of a table, without the numbers behind them.
    fn names(timings: &Timings) -> Vec<String> {
        let table = timings.to_string();
        let name = |line: &str| line[..NUMBERS].trim_end().to_owned();
        table.lines().map(name).collect()
    }

    #[test]
    fn what_is_done_twice_is_one_line_and_parts_stand_below() {
        let timings = Timings::start();
        assert_eq!(timings.of(&["read"], || 1), 1);
        timings.of(&["check"], || ());
        timings.of(&["check", "group 1"], || ());
        timings.of(&["check", "group 1", "cycles"], || ());
        timings.of(&["read"], || ());
        assert_eq!(
            names(&timings),
            [
                "where the time went",
                "  read",
                "  check",
                "    group 1",
                "      cycles",
                "  everything else",
                "in all"
            ]
        );
    }

    #[test]
    fn of_many_parts_the_slowest_are_shown() {
        let timings = Timings::start();
        for number in 0..9 {
            let nap = Duration::from_millis(if number == 7 { 20 } else { 0 });
            let part = format!("part {number}");
            timings.of(&["check", &part], || std::thread::sleep(nap));
        }
        let names = names(&timings);
        assert_eq!(names.len(), 1 + 1 + SHOWN + 2);
        assert_eq!(names[2], "    part 7");
    }

    #[test]
    fn nothing_is_measured_where_nobody_asked() {
        let timings = Timings::off();
        timings.of(&["read"], || ());
        assert_eq!(timings.to_string(), "");
    }
}
