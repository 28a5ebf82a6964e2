//! The guide runs: every plan in it is compiled, and everything it says a command prints is what the
//! command prints.
//!
//! A page is a story that happens in one repository: a copy of `docs/guide/shop`, or an empty folder
//! where the page says `<!-- an empty folder -->`. Its blocks happen in order:
//!
//! - A block of `dtp` continues the plan of the page: each declaration takes the place of the one of
//!   its kind and name, or is added. The plan must hold then.
//! - A block of `dtp-wrong` does the same for as long as no other plan follows. It must not hold.
//! - A block of `dtp-part` shows a part of a declaration that stands elsewhere on the page.
//! - Any block behind `<!-- file: PATH -->` is written to that file.
//! - The lines of a `console` block that begin with `$` are run by bash. They succeed, unless what
//!   they are about is wrong. What they print is the block behind it.
//!
//! `DTPC_BLESS=1 cargo test --test guide` writes what commands print anew.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests read and write files and start processes"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dtpc::root;
use tempfile::TempDir;

/// The plan that the pages continue.
const PLAN: &str = "plans/shop.dtp";

/// The day on which dates are judged in what the pages show, so that no page grows old by itself.
const SHELL: &str = r#"
dtpc() {
  if [ "$1" = check ]; then command dtpc check --today 2026-06-01 "${@:2}"; else command dtpc "$@"; fi
}
exec 2>&1
"#;

/// The pages, by name.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("docs/guide"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .chain([root().join("docs/semantics.md")])
        .collect();
    pages.sort();
    pages
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// A declaration of a plan.
struct Declaration {
    /// Whether an empty line is above it.
    is_apart: bool,
    /// It, with the comments above it.
    text: String,
}

impl Declaration {
    /// What it declares: its kind and its name.
    fn key(&self) -> String {
        let line = self.text.lines().find(|l| !l.starts_with("///")).unwrap();
        let words: Vec<&str> = line.split(' ').filter(|w| !w.is_empty()).collect();
        words[..words.len().min(2)].join(" ")
    }
}

/// The declarations of a plan in the one layout.
fn declarations(text: &str) -> Vec<Declaration> {
    let mut all = Vec::new();
    let mut current = String::new();
    let mut is_apart = true;
    for line in text.lines() {
        if line.is_empty() && current.is_empty() {
            is_apart = true;
            continue;
        }
        current.push_str(line);
        current.push('\n');
        let is_comment = line.starts_with("//");
        let is_inside = line.starts_with([' ', '}']);
        let is_whole = line.ends_with('}') || line.starts_with("import ");
        let is_last_of_file = line.starts_with("//!") && !text.contains(&format!("{line}\n//!"));
        if line == "}" || !is_comment && !is_inside && is_whole || is_last_of_file {
            all.push(Declaration {
                is_apart,
                text: std::mem::take(&mut current),
            });
            is_apart = false;
        }
    }
    assert!(current.trim().is_empty(), "not a declaration:\n{current}");
    all
}

/// A plan with some declarations in the place of those of the same names, or added.
fn continued(plan: &str, block: &str) -> String {
    let mut all = declarations(plan);
    for new in declarations(block) {
        match all.iter_mut().find(|old| old.key() == new.key()) {
            Some(old) => old.text = new.text,
            // What is imported is said first.
            None if new.text.starts_with("import ") => {
                let at = usize::from(all[0].text.starts_with("//!"));
                all.insert(at, new);
            }
            None => all.push(new),
        }
    }
    let mut text = String::new();
    for declaration in all {
        if declaration.is_apart && !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&declaration.text);
    }
    text
}

/// The repository that a page happens in.
struct Story {
    name: String,
    folder: TempDir,
    /// The plan as the blocks of `dtp` have left it.
    plan: String,
    /// Whether a plan that does not hold is in its place.
    is_wrong: bool,
}

impl Story {
    fn new(page: &Path, text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let here = folder.path().join("shop");
        fs::create_dir(&here).unwrap();
        if !text.contains("<!-- an empty folder -->") {
            copy(&root().join("docs/guide/shop"), &here);
        }
        Self {
            name: page.file_name().unwrap().to_str().unwrap().to_owned(),
            plan: fs::read_to_string(here.join(PLAN)).unwrap_or_default(),
            folder,
            is_wrong: false,
        }
    }

    fn here(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.here().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs a line of bash; gives what it printed, and whether it succeeded.
    fn shell(&self, line: &str) -> (String, bool) {
        let tool = Path::new(env!("CARGO_BIN_EXE_dtpc")).parent().unwrap();
        let done = Command::new("bash")
            .args(["-c", &format!("{SHELL}\n{line}")])
            .current_dir(self.here())
            .env_clear()
            .env("LANG", "C.UTF-8")
            .env("HOME", self.folder.path())
            .env("PATH", format!("{}:/usr/bin:/bin", tool.display()))
            .output()
            .unwrap();
        (
            String::from_utf8(done.stdout).unwrap(),
            done.status.success(),
        )
    }

    /// A plan is in the block.
    fn plan(&mut self, block: &str, holds: bool) {
        // As commands such as `init` and `fmt` may have left it.
        if !self.is_wrong {
            self.plan = fs::read_to_string(self.here().join(PLAN)).unwrap();
        }
        let plan = continued(&self.plan, block);
        self.write(PLAN, &plan);
        let (out, success) = self.shell("dtpc check --deny warnings");
        assert!(success == holds, "{}: {block}\n{out}", self.name);
        self.is_wrong = !holds;
        if holds {
            self.plan = plan;
        }
    }

    /// What the commands of a console block print.
    fn console(&self, block: &str) -> String {
        let mut printed = String::new();
        for line in block.lines() {
            let command = line.strip_prefix("$ ").unwrap_or_else(|| {
                panic!(
                    "{}: what is printed stands in a block of its own",
                    self.name
                )
            });
            let (out, success) = self.shell(command);
            assert!(
                success || self.is_wrong,
                "{}: `{command}` fails:\n{out}",
                self.name
            );
            printed.push_str(&out);
        }
        let folder = self.folder.path().display().to_string();
        printed.replace(&folder, "/home/you")
    }
}

/// A page with what its commands print, written anew; and how many plans and commands there were.
fn told(page: &Path, text: &str) -> (String, usize, usize) {
    let mut story = Story::new(page, text);
    let (mut plans, mut commands) = (0, 0);
    let mut fresh = String::new();
    let mut rest = text;
    let mut printed: Option<String> = None;
    while let Some((prose, block)) = rest.split_once("\n```") {
        let (language, block) = block.split_once('\n').unwrap();
        let (body, behind) = if let Some(behind) = block.strip_prefix("```\n") {
            ("", behind)
        } else {
            let (body, behind) = block.split_once("\n```\n").unwrap();
            (body, behind)
        };
        let mut is_output = false;
        if let Some(out) = printed.take() {
            is_output = prose.trim().is_empty() && matches!(language, "text" | "yaml");
            let language = if is_output { language } else { "text" };
            if !out.is_empty() {
                let _ = write!(fresh, "\n```{language}\n{}\n```\n", out.trim_end());
            }
        }
        rest = behind;
        if is_output {
            continue;
        }
        let line_end = if body.is_empty() { "" } else { "\n" };
        let _ = write!(fresh, "{prose}\n```{language}\n{body}{line_end}```\n");
        let body = format!("{body}\n");
        let comment = prose.trim_end().lines().last().unwrap_or_default();
        let file = comment
            .strip_prefix("<!-- file: ")
            .and_then(|path| path.strip_suffix(" -->"));
        match (file, language) {
            (Some(path), _) => {
                story.write(path, &body);
                if path == PLAN {
                    story.plan = body;
                    story.plan("", true);
                    plans += 1;
                }
            }
            (None, "dtp") => {
                story.plan(&body, true);
                plans += 1;
            }
            (None, "dtp-wrong") => {
                story.plan(&body, false);
                plans += 1;
            }
            (None, "dtp-part") => {
                let wanted: Vec<&str> = body.lines().map(str::trim).collect();
                let there: Vec<&str> = story.plan.lines().map(str::trim).collect();
                assert!(
                    there.windows(wanted.len()).any(|lines| lines == wanted),
                    "{}: not in its plan:\n{body}",
                    story.name
                );
            }
            (None, "console") => {
                commands += body.lines().count();
                printed = Some(story.console(body.trim_end()));
            }
            (None, "math" | "sh" | "mermaid") => {}
            (None, other) => panic!("{}: a block of `{other}` shows nothing", story.name),
        }
    }
    if let Some(out) = printed.filter(|out| !out.is_empty()) {
        let _ = write!(fresh, "\n```text\n{}\n```\n", out.trim_end());
    }
    fresh.push_str(rest);
    (fresh, plans, commands)
}

#[test]
fn every_plan_of_the_guide_is_compiled_and_every_output_is_written_by_the_tool() {
    let only = std::env::var("DTPC_PAGE").ok();
    let (mut plans, mut commands) = (0, 0);
    let mut stale = Vec::new();
    for page in pages() {
        let name = page.file_name().unwrap().to_str().unwrap();
        if only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let text = fs::read_to_string(&page).unwrap();
        let (fresh, more_plans, more_commands) = told(&page, &text);
        plans += more_plans;
        commands += more_commands;
        if fresh != text {
            stale.push(name.to_owned());
            if std::env::var_os("DTPC_BLESS").is_some() {
                fs::write(&page, &fresh).unwrap();
            }
        }
    }
    assert!(
        stale.is_empty() || std::env::var_os("DTPC_BLESS").is_some(),
        "{stale:?} are stale: run with DTPC_BLESS=1"
    );
    assert!(
        only.is_some() || plans >= 30 && commands >= 40,
        "the examples are gone: {plans} plans, {commands} commands"
    );
}

#[test]
fn every_page_of_the_guide_is_in_its_contents() {
    let contents = fs::read_to_string(root().join("docs/guide/README.md")).unwrap();
    for page in pages() {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(
            name == "README.md" || contents.contains(&format!("{name})")),
            "{name} is not linked"
        );
    }
}

#[test]
fn a_block_takes_the_place_of_what_has_its_name_and_adds_the_rest() {
    let plan =
        "//! File.\n\nplan p { root: \".\" }\n\n/// A.\nowner a {\n  x: 1\n}\n\nowner b {}\n";
    assert_eq!(
        declarations(plan).len(),
        4,
        "the comment of the file is one"
    );
    assert_eq!(
        continued(plan, "import \"c.dtp\"\nowner   a { y: 2 }\nowner c {}\n"),
        "//! File.\n\nimport \"c.dtp\"\n\nplan p { root: \".\" }\n\nowner   a { y: 2 }\n\nowner b {}\nowner c {}\n"
    );
}
