//! What is wrong with a plan, and how it is said.
//!
//! Each case is a pair in `tests/diagnostics/`: `name.dtp` with the mistake, and `name.out` with what
//! `dtpc check` prints. The meaning stands in the plan itself: `//~ CODE` at the end of a line says
//! that this code is found on this line, once for each time it stands there; `//~! CODE` says that it
//! is found without a place. `fixes.txt` has what would mend them. `DTPC_BLESS=1 cargo test` writes
//! the `.out` files and that one anew.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ::dtpc::compile::{self, Compilation, Entry, LoadError, Loader};
use ::dtpc::diagnostics::{Class, codes};
use ::dtpc::schema::values::Date;
use dtpc::{Dtpc, root};

/// The day on which the cases are judged.
const TODAY: &str = "2026-06-01";

struct Files(PathBuf);

impl Loader for Files {
    fn load(&mut self, path: &str) -> Result<String, LoadError> {
        fs::read_to_string(self.0.join(path)).map_err(|_| LoadError::Missing)
    }

    fn tree(&mut self, root: Option<&str>) -> Option<Vec<String>> {
        let files = fs::read_dir(self.0.join(root?)).ok()?;
        Some(
            files
                .map(|file| file.unwrap().file_name().to_str().unwrap().to_owned())
                .collect(),
        )
    }
}

fn folder() -> PathBuf {
    root().join("tests/diagnostics")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "dtp"))
        .collect();
    cases.sort();
    assert!(cases.len() > 50, "the cases are gone");
    cases
}

fn compile(case: &Path) -> Compilation {
    let file = case.file_name().unwrap().to_str().unwrap().to_owned();
    let entry = Entry {
        file,
        folders: vec!["tests".to_owned(), "diagnostics".to_owned()],
    };
    compile::compile(
        &entry,
        Some(Date(TODAY.parse().unwrap())),
        &mut Files(folder()),
    )
}

/// The codes a case expects, with their lines; line 0 where there is no place.
fn expected(text: &str) -> Vec<(usize, String)> {
    let mut expected = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((_, code)) = line.split_once("//~!") {
            expected.push((0, code.trim().to_owned()));
        } else if let Some((_, codes)) = line.split_once("//~") {
            expected.extend(
                codes
                    .split_whitespace()
                    .map(|code| (number, code.to_owned())),
            );
        }
    }
    expected
}

/// Whether a case expects nothing that keeps a plan from being used.
fn is_only_warned(text: &str) -> bool {
    expected(text)
        .iter()
        .all(|(_, code)| codes::Code::find(code).unwrap().class == Class::Warning)
}

fn found(compilation: &Compilation) -> Vec<(usize, String)> {
    let line = |d: &::dtpc::diagnostics::Diagnostic| {
        d.span.map_or(0, |span| compilation.sources.line_of(span))
    };
    compilation
        .diagnostics
        .iter()
        .map(|d| (line(d), d.code.code.to_owned()))
        .collect()
}

#[test]
fn each_mistake_is_found_where_it_is_and_nothing_else() {
    for case in cases() {
        let text = fs::read_to_string(&case).unwrap();
        let compilation = compile(&case);
        assert_eq!(
            found(&compilation),
            expected(&text),
            "in {}",
            case.display()
        );
        let holds = is_only_warned(&text);
        assert_eq!(compilation.plan.is_some(), holds, "{}", case.display());
    }
}

/// What would mend each mistake, whether a person has to look at it or not.
#[test]
fn each_fix_is_the_one_that_is_written_down() {
    let mut found = String::new();
    for case in cases() {
        let compilation = compile(&case);
        let name = case.file_name().unwrap().to_str().unwrap();
        for diagnostic in &compilation.diagnostics {
            for fix in &diagnostic.fixes {
                let line = compilation.sources.line_of(fix.span);
                let sure = if fix.safe { "" } else { " (to be judged)" };
                let (old, new) = (compilation.sources.text(fix.span), &fix.replacement);
                let title = &fix.title;
                writeln!(
                    found,
                    "{name}:{line}: {title}{sure}: {old:?} becomes {new:?}"
                )
                .unwrap();
            }
        }
    }
    let path = folder().join("fixes.txt");
    if std::env::var_os("DTPC_BLESS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(&path).unwrap_or_default());
}

#[test]
fn each_mistake_is_said_as_written_down() {
    let bless = std::env::var_os("DTPC_BLESS").is_some();
    for case in cases().iter().filter(|c| !c.ends_with("base.dtp")) {
        let name = case.file_name().unwrap().to_str().unwrap();
        let ended = Dtpc::new(&["check", "--today", TODAY, name])
            .from(folder())
            .run();
        let holds = is_only_warned(&fs::read_to_string(case).unwrap());
        assert_eq!(ended.code, Some(i32::from(!holds)), "{name}: {ended:?}");
        assert_eq!(ended.out.contains(" holds: "), holds, "{name}: {ended:?}");
        let written = case.with_extension("out");
        if bless {
            fs::write(&written, &ended.err).unwrap();
        }
        let wanted = fs::read_to_string(&written)
            .unwrap_or_else(|_| panic!("{} is missing", written.display()));
        assert_eq!(
            ended.err, wanted,
            "{name}: if this is better, run with DTPC_BLESS=1"
        );
    }
}

/// Plans that come close to a mistake and make none.
#[test]
fn plans_that_hold_hold() {
    let mut count = 0;
    for entry in fs::read_dir(root().join("tests/holds")).unwrap() {
        let name = entry.unwrap().file_name();
        let name = name.to_str().unwrap();
        count += 1;
        let ended = Dtpc::new(&["check", "--today", TODAY, name])
            .from(root().join("tests/holds"))
            .run();
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{name}");
        let out = tempfile::TempDir::new().unwrap();
        let generated = Dtpc::new(&["generate", name, "--out", out.path().to_str().unwrap()])
            .from(root().join("tests/holds"))
            .run();
        assert_eq!(generated.code, Some(0), "{name}: {}", generated.err);
    }
    assert!(count > 0, "the plans are gone");
}

/// The codes of plans: what an audit finds needs a repository, and has its cases in tests/audit.
fn of_plans() -> impl Iterator<Item = &'static codes::Code> {
    codes::ALL
        .iter()
        .filter(|code| !code.code.starts_with("DTP08"))
}

#[test]
fn every_code_has_a_case() {
    // A file that cannot be read is no plan with a mistake in it: see tests/bad_input.rs.
    let elsewhere = [codes::UNREADABLE.code];
    let shown: BTreeSet<String> = cases()
        .iter()
        .flat_map(|case| expected(&fs::read_to_string(case).unwrap()))
        .map(|(_, code)| code)
        .collect();
    for code in of_plans() {
        let known = shown.contains(code.code) || elsewhere.contains(&code.code);
        assert!(
            known,
            "{} ({}) has no case in tests/diagnostics",
            code.code, code.name
        );
    }
}

#[test]
fn every_code_has_a_plan_that_comes_close_and_holds() {
    const MARK: &str = "//~ holds against ";
    let mut close = BTreeSet::new();
    for entry in fs::read_dir(root().join("tests/holds")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        if let Some(codes) = text.lines().next().unwrap().strip_prefix(MARK) {
            close.extend(codes.split(' ').map(str::to_owned));
        }
        let name = path.to_str().unwrap();
        let formatted = Dtpc::new(&["fmt", "--check", name]).run();
        assert_eq!(formatted.code, Some(0), "{name}: {}", formatted.err);
    }
    for code in of_plans() {
        assert!(
            close.remove(code.code),
            "{} ({}) has no plan in tests/holds that comes close to it",
            code.code,
            code.name
        );
    }
    assert_eq!(close, BTreeSet::new(), "there are no such codes");
}

#[test]
fn codes_and_names_are_given_once_and_in_order() {
    for pair in codes::ALL.windows(2) {
        assert!(
            pair[0].code < pair[1].code,
            "{} before {}",
            pair[0].code,
            pair[1].code
        );
    }
    let names: BTreeSet<&str> = codes::ALL.iter().map(|c| c.name).collect();
    assert_eq!(names.len(), codes::ALL.len());
}

/// The first case that shows a code and nothing else, without its marks.
fn example(code: &str) -> Option<String> {
    cases().into_iter().find_map(|case| {
        let text = fs::read_to_string(case).unwrap();
        let codes = expected(&text);
        let fits = !codes.is_empty() && codes.iter().all(|(_, found)| found == code);
        fits.then(|| {
            let lines = text
                .lines()
                .map(|line| line.split("//~").next().unwrap().trim_end());
            lines.collect::<Vec<_>>().join("\n") + "\n"
        })
    })
}

/// The page of a code.
fn page(code: &codes::Code) -> String {
    let mut page = format!(
        "# {}: {}\n\n{}\n\n{}\n",
        code.code,
        code.name.replace('-', " "),
        code.summary,
        code.class.rule()
    );
    if let Some(example) = example(code.code) {
        let folder = tempfile::TempDir::new().unwrap();
        fs::copy(
            self::folder().join("base.dtp"),
            folder.path().join("base.dtp"),
        )
        .unwrap();
        fs::write(folder.path().join("example.dtp"), &example).unwrap();
        let check = ["check", "--today", TODAY, "example.dtp"];
        let said = Dtpc::new(&check).from(folder.path()).run().err;
        let base = if example.contains("\"base.dtp\"") {
            "\n`base.dtp` is [a plan that holds](../../tests/diagnostics/base.dtp).\n"
        } else {
            ""
        };
        let fence = match code.class {
            Class::Warning => "dtp-warned",
            Class::Structural | Class::Promise => "dtp-wrong",
        };
        let _ = write!(
            page,
            "\n## Example\n\n```{fence}\n{example}```\n{base}\n```text\n{}\n```\n",
            said.trim_end()
        );
    }
    let _ = write!(page, "\n## What to do\n\n{}\n", code.fix);
    page
}

#[test]
fn every_code_has_a_page_and_it_is_fresh() {
    let folder = root().join("docs/diagnostics");
    for code in of_plans() {
        let path = folder.join(format!("{}.md", code.code));
        let page = page(code);
        if std::env::var_os("DTPC_BLESS").is_some() {
            fs::write(&path, &page).unwrap();
            continue;
        }
        assert!(
            fs::read_to_string(&path).unwrap() == page,
            "{} is stale",
            path.display()
        );
        let explained = Dtpc::new(&["explain", &code.code.to_lowercase()]).run();
        assert_eq!((explained.code, explained.out), (Some(0), page));
    }
    let pages = fs::read_dir(folder).unwrap().count();
    assert_eq!(pages, codes::ALL.len(), "a page belongs to no code");
    let list = Dtpc::new(&["explain", "--list"]).run().out;
    assert_eq!(list.lines().count(), codes::ALL.len());
    assert_eq!(Dtpc::new(&["explain", "DTP9999"]).run().code, Some(2));
}
