//! Tries every mutant that cargo-mutants lists, with one build for all of them: see
//! `docs/decisions/0023-mutants-in-one-build.md`.
//!
//! `mutation LIST FOLDER OUTPUT MINUTES TEST…`: `LIST` is what `cargo mutants --list --json` says of the
//! repository in `FOLDER`, whose files are changed; they are tried for so
//! many minutes; each `TEST` is a word for `cargo test`. In
//! `OUTPUT` stands which mutants were caught and which were missed.

mod cargo;
mod mutants;
mod trial;
mod weave;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use mutants::{Mutant, Mutants};
use weave::Woven;

/// What the library of the changed repository is given: whether a mutant is on, and, while it is
/// measured which mutants the tests come to, a record of that.
const SWITCH: &str = r#"
/// Whether a mutant is on.
pub(crate) fn mutant(number: u32) -> bool {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicBool, Ordering};
    static ON: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    static SEEN: [AtomicBool; 65_536] = [const { AtomicBool::new(false) }; 65_536];
    let on = *ON.get_or_init(|| {
        std::env::var("DTPC_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
    });
    if on == u32::MAX && !SEEN[number as usize].swap(true, Ordering::Relaxed) {
        let path = std::env::var_os("DTPC_MUTANTS_SEEN").expect("a file");
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        writeln!(file.expect("a file"), "{number}").expect("a line");
    }
    on == number
}
"#;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let mut path = || arguments.next().map(PathBuf::from);
    let (Some(list), Some(folder), Some(output)) = (path(), path(), path()) else {
        eprintln!("usage: mutation LIST FOLDER OUTPUT MINUTES TEST…");
        return ExitCode::from(2);
    };
    // Or those that were missed last time.
    let again = std::env::var_os("MUTATION_AGAIN").is_some();
    let Some(minutes) = arguments.next().and_then(|text| text.parse::<u64>().ok()) else {
        eprintln!("how many minutes?");
        return ExitCode::from(2);
    };
    let time = Duration::from_secs(60 * minutes);
    let tests: Vec<String> = arguments.collect();
    match run(&list, &folder, &output, again, time, &tests) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("mutation: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(
    list: &Path,
    folder: &Path,
    output: &Path,
    again: bool,
    time: Duration,
    tests: &[String],
) -> Result<(), String> {
    let again: Option<BTreeSet<String>> = if again {
        let missed = output.join("missed.txt");
        let text =
            fs::read_to_string(&missed).map_err(|why| format!("{}: {why}", missed.display()))?;
        Some(text.lines().map(str::to_owned).collect())
    } else {
        None
    };
    // Programs are called in this folder and told of files below it.
    let folder = &fs::canonicalize(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let mutants = mutants::read(list)?;
    let originals = originals(folder, &mutants)?;
    let library = folder.join("src/lib.rs");
    let text = fs::read_to_string(&library).map_err(|why| why.to_string())?;
    fs::write(&library, text + SWITCH).map_err(|why| why.to_string())?;

    let (unviable, left) = weave_all(folder, &mutants, &originals)?;
    // What only together with others does not build may well build alone.
    let unviable: BTreeSet<u32> = unviable.difference(&left).copied().collect();
    let tried: Vec<u32> = mutants
        .keys()
        .copied()
        .filter(|number| !unviable.contains(number) && !left.contains(number))
        .collect();
    let programs = cargo::tests(folder, tests)?;
    let tried = match &again {
        Some(names) => tried
            .into_iter()
            .filter(|number| names.contains(&mutants[number].name))
            .collect(),
        None => tried,
    };
    let outcome = trial::all(folder, &programs, &mutants, tried, time)?;

    let lines = |numbers: &BTreeSet<u32>| -> String {
        numbers
            .iter()
            .map(|number| mutants[number].name.clone() + "\n")
            .collect()
    };
    fs::create_dir_all(output).map_err(|why| why.to_string())?;
    for (name, numbers) in [
        ("caught.txt", &outcome.caught),
        ("missed.txt", &outcome.missed),
        ("unviable.txt", &unviable),
        ("left.txt", &left),
    ] {
        fs::write(output.join(name), lines(numbers)).map_err(|why| why.to_string())?;
    }
    let (caught, missed) = (outcome.caught.len(), outcome.missed.len());
    #[expect(clippy::cast_precision_loss, reason = "a share in per cent")]
    let share = |of: usize| caught as f64 * 100.0 / of as f64;
    println!(
        "{} mutants: {} do not build, {} cannot be tried this way, {} remain",
        mutants.len(),
        unviable.len(),
        left.len(),
        mutants.len() - unviable.len() - left.len(),
    );
    println!(
        "{} of them tried: {caught} caught, {missed} missed: {:.1}%",
        caught + missed,
        share(caught + missed),
    );
    Ok(())
}

/// The files that mutants are in.
fn originals(folder: &Path, mutants: &Mutants) -> Result<BTreeMap<String, String>, String> {
    let files: BTreeSet<&String> = mutants.values().map(|mutant| &mutant.file).collect();
    files
        .into_iter()
        .map(|file| {
            let text =
                fs::read_to_string(folder.join(file)).map_err(|why| format!("{file}: {why}"))?;
            Ok((file.clone(), text))
        })
        .collect()
}

/// Puts the mutants in, without those that do not build: they, and those that only another way of
/// trying would show.
fn weave_all(
    folder: &Path,
    mutants: &Mutants,
    originals: &BTreeMap<String, String>,
) -> Result<(BTreeSet<u32>, BTreeSet<u32>), String> {
    let mut unviable = BTreeSet::new();
    let mut left = BTreeSet::new();
    loop {
        let mut woven: BTreeMap<&str, Woven> = BTreeMap::new();
        for (file, text) in originals {
            let of_file: BTreeMap<u32, &Mutant> = mutants
                .iter()
                .filter(|(number, mutant)| {
                    mutant.file == *file && !unviable.contains(*number) && !left.contains(*number)
                })
                .map(|(number, mutant)| (*number, mutant))
                .collect();
            let one = weave::weave(text, &of_file).map_err(|why| format!("{file}: {why}"))?;
            left.extend(&one.left);
            fs::write(folder.join(file), &one.text).map_err(|why| why.to_string())?;
            woven.insert(file, one);
        }
        let complaints = cargo::complaints(folder)?;
        if complaints.is_empty() {
            return Ok((unviable, left));
        }
        let before = unviable.len() + left.len();
        for complaint in &complaints {
            let Some(file) = woven.get(complaint.file.as_str()) else {
                continue;
            };
            let (numbers, is_its_own) = blamed(file, complaint.start, complaint.end);
            if is_its_own {
                unviable.extend(numbers);
            } else {
                left.extend(numbers);
            }
        }
        eprintln!("{} do not build, {} are left", unviable.len(), left.len());
        if unviable.len() + left.len() == before {
            let all: String = complaints.iter().map(|one| one.text.as_str()).collect();
            return Err(format!("what is wrong is no mutant:\n{all}"));
        }
    }
}

/// The mutants that an error at a place is due to, and whether it is about their own text.
fn blamed(file: &Woven, start: usize, end: usize) -> (Vec<u32>, bool) {
    let around = |from: usize, to: usize| from <= start && end <= to;
    let mut innermost: Option<&(usize, usize, Vec<u32>)> = None;
    for region in &file.regions {
        if around(region.0, region.1)
            && innermost.is_none_or(|best| region.1 - region.0 < best.1 - best.0)
        {
            innermost = Some(region);
        }
    }
    if let Some((from, to, mutants)) = innermost {
        // Of several mutants of one place, the one whose text it is.
        let text = &file.text[*from..(*to).min(file.text.len())];
        let switch = |number: u32| text.find(&format!("crate::mutant({number})"));
        let nearest = mutants
            .iter()
            .filter_map(|number| Some((switch(*number)? + from, *number)))
            .filter(|(at, _)| *at <= start)
            .max();
        return match nearest {
            Some((_, number)) => (vec![number], true),
            None => (mutants.clone(), true),
        };
    }
    let function = file
        .functions
        .iter()
        .filter(|(from, to, _)| around(*from, *to))
        .min_by_key(|(from, to, _)| to - from);
    (
        function
            .map(|(_, _, leaves)| leaves.clone())
            .unwrap_or_default(),
        false,
    )
}
