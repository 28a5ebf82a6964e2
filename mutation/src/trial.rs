//! Runs the tests with one mutant on after the other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::mutants::Mutants;

/// A test, how long it takes, and the mutants it comes to.
struct Test {
    name: String,
    program: PathBuf,
    takes: Duration,
    seen: BTreeSet<u32>,
}

/// The tests of a program.
fn tests_of(folder: &Path, program: &Path) -> Result<Vec<String>, String> {
    let done = Command::new(program)
        .args(["--list", "--format", "terse"])
        .current_dir(folder)
        .output()
        .map_err(|why| format!("{}: {why}", program.display()))?;
    Ok(String::from_utf8_lossy(&done.stdout)
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}

/// What came of trying mutants.
#[derive(Default)]
pub struct Tried {
    pub caught: BTreeSet<u32>,
    pub missed: BTreeSet<u32>,
}

/// Tries mutants until the time is over. Their order is by chance, always the same: what was tried by
/// then is a fair part of them.
pub fn all(
    folder: &Path,
    programs: &[PathBuf],
    mutants: &Mutants,
    mut order: Vec<u32>,
    time: Duration,
) -> Result<Tried, String> {
    let until = Instant::now() + time;
    order.sort_by_key(|number| number.wrapping_mul(2_654_435_769));
    let mut all = Vec::new();
    for program in programs {
        for name in tests_of(folder, program)? {
            let mut test = Test {
                name,
                program: program.clone(),
                takes: Duration::from_secs(600),
                seen: BTreeSet::new(),
            };
            let began = Instant::now();
            if !passes(folder, &test, 0, None)? {
                return Err(format!("{} fails without a mutant", test.name));
            }
            let takes = began.elapsed();
            let record = folder.join("target").join("mutants-seen");
            drop(fs::remove_file(&record));
            passes(folder, &test, u32::MAX, Some(&record))?;
            let seen = fs::read_to_string(&record).unwrap_or_default();
            test.seen = seen.lines().filter_map(|line| line.parse().ok()).collect();
            test.takes = takes;
            all.push(test);
        }
    }
    let reached: BTreeSet<u32> = all
        .iter()
        .flat_map(|test| test.seen.iter().copied())
        .collect();
    eprintln!("{} tests come to {} mutants", all.len(), reached.len());
    // What is quick comes first: most mutants are caught by it.
    all.sort_by_key(|test| test.takes);

    let many = order.len();
    let queue = Mutex::new(order.into_iter());
    let next = || {
        let mut queue = queue.lock().ok()?;
        queue.next().filter(|_| Instant::now() < until)
    };
    let tried: Mutex<Tried> = Mutex::default();
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let work = || -> Result<(), String> {
            while let Some(number) = next() {
                let mut is_caught = false;
                for test in all.iter().filter(|test| test.seen.contains(&number)) {
                    if !passes(folder, test, number, None)? {
                        is_caught = true;
                        break;
                    }
                }
                let mut tried = tried.lock().expect("a worker");
                if is_caught {
                    tried.caught.insert(number);
                } else {
                    tried.missed.insert(number);
                    eprintln!("missed: {}", mutants[&number].name);
                }
                let done = tried.caught.len() + tried.missed.len();
                if done.is_multiple_of(50) {
                    eprintln!("{done} of {many}: {} missed", tried.missed.len());
                }
            }
            Ok(())
        };
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        all.into_iter()
            .try_for_each(|one| one.join().expect("a worker"))
    })?;
    Ok(tried.into_inner().expect("no worker"))
}

/// Whether a test ends well, and in time, with a mutant on.
fn passes(folder: &Path, test: &Test, mutant: u32, record: Option<&Path>) -> Result<bool, String> {
    let mut command = Command::new(&test.program);
    command
        .args(["--exact", &test.name, "--quiet"])
        .current_dir(folder)
        .env("CARGO_MANIFEST_DIR", folder)
        .env("DTPC_MUTANT", mutant.to_string())
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(record) = record {
        command.env("DTPC_MUTANTS_SEEN", record);
    }
    let mut child = command
        .spawn()
        .map_err(|why| format!("{}: {why}", test.program.display()))?;
    let until = Instant::now() + test.takes * 6 + Duration::from_secs(10);
    loop {
        if let Some(status) = child.try_wait().map_err(|why| why.to_string())? {
            return Ok(status.success());
        }
        if Instant::now() > until {
            end(&mut child);
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn end(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}
