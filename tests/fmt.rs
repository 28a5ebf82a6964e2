//! `dtpc fmt`: which files, what is written, and how it ends. What the layout is: tests/format.rs.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read and write files"
)]

#[path = "support/dtpc.rs"]
mod dtpc;

use std::fs;
use std::path::PathBuf;

use dtpc::{Dtpc, Ended};
use tempfile::TempDir;

const BAD: &str = "owner   team {contact:\"x\"}\n";
const GOOD: &str = "owner team { contact: \"x\" }\n";
const BROKEN: &str = "owner team {\nowner other { contact   : }\n";

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (path, text) in files {
            let path = folder.path(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn fmt(&self, arguments: &[&str]) -> Ended {
        self.fed("", arguments)
    }

    fn fed(&self, input: &str, arguments: &[&str]) -> Ended {
        let arguments = [&["fmt"], arguments].concat();
        Dtpc::new(&arguments).from(self.0.path()).input(input).run()
    }
}

#[test]
fn without_a_path_the_plan_and_all_that_it_imports_is_formatted() {
    let plan = "import \"parts/owners.dtp\"\nplan p {title:\"P\"}\n";
    let owners = "import \"../more.dtp\"\nimport \"gone.dtp\"\nowner   a {}\n";
    let folder = Folder::new(&[
        ("plans/p.dtp", plan),
        ("plans/parts/owners.dtp", owners),
        ("plans/more.dtp", BAD),
        ("plans/other.dtp", BAD),
    ]);
    let ended = folder.fmt(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(
        ended.out.replace('\\', "/"),
        "formatted plans/p.dtp\nformatted plans/parts/owners.dtp\nformatted plans/more.dtp\n"
    );
    assert!(
        ended.err.contains("parts/gone.dtp does not exist"),
        "{}",
        ended.err
    );
    assert!(
        folder
            .read("plans/p.dtp")
            .ends_with("plan p { title: \"P\" }\n")
    );
    assert!(
        folder
            .read("plans/parts/owners.dtp")
            .ends_with("owner a {}\n")
    );
    assert_eq!(folder.read("plans/more.dtp"), GOOD);
    assert_eq!(folder.read("plans/other.dtp"), BAD, "nothing imports it");
}

#[test]
fn a_folder_stands_for_every_plan_below_it() {
    let folder = Folder::new(&[
        ("a.dtp", BAD),
        ("in/b.dtp", BAD),
        ("in/deeper/c.dtp", GOOD),
        ("in/d.txt", BAD),
        ("in/.hidden/e.dtp", BAD),
    ]);
    let ended = folder.fmt(&["in", "in/b.dtp", "./in/b.dtp"]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "formatted in/b.dtp\n")
    );
    assert_eq!(folder.read("a.dtp"), BAD);
    assert_eq!(folder.read("in/b.dtp"), GOOD);
    assert_eq!(folder.read("in/d.txt"), BAD);
    assert_eq!(folder.read("in/.hidden/e.dtp"), BAD);
    let ended = folder.fmt(&["."]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "formatted ./a.dtp\n")
    );
    let ended = folder.fmt(&["."]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "3 files: nothing to change\n")
    );
}

#[cfg(unix)]
#[test]
fn what_is_formatted_is_not_touched_and_what_is_not_keeps_its_rights_and_links() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    let folder = Folder::new(&[("good.dtp", GOOD), ("bad.dtp", BAD)]);
    let node = |path| fs::metadata(folder.path(path)).unwrap().ino();
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(folder.path("bad.dtp"), mode).unwrap();
    symlink("bad.dtp", folder.path("link.dtp")).unwrap();
    let (good, bad) = (node("good.dtp"), node("bad.dtp"));
    let ended = folder.fmt(&["good.dtp", "link.dtp"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(node("good.dtp"), good);
    assert_ne!(node("bad.dtp"), bad, "it is replaced in one step");
    assert_eq!(folder.read("bad.dtp"), GOOD);
    let link = fs::symlink_metadata(folder.path("link.dtp")).unwrap();
    assert!(link.file_type().is_symlink());
    let mode = fs::metadata(folder.path("bad.dtp")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(
        fs::read_dir(folder.0.path()).unwrap().count(),
        3,
        "nothing is left behind"
    );
}

#[test]
fn check_shows_what_would_change_and_writes_nothing() {
    let folder = Folder::new(&[("a.dtp", BAD), ("b.dtp", GOOD), ("c.dtp", BAD)]);
    let ended = folder.fmt(&["--check", "."]);
    assert_eq!(ended.code, Some(1));
    let diff = |name| format!("--- a/./{name}\n+++ b/./{name}\n@@ -1 +1 @@\n-{BAD}+{GOOD}");
    assert_eq!(ended.out, diff("a.dtp") + &diff("c.dtp"));
    assert!(
        ended.err.contains("2 of 3 files not formatted"),
        "{}",
        ended.err
    );
    assert_eq!(folder.read("a.dtp"), BAD);
    let ended = folder.fmt(&["--check", "b.dtp"]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "1 file: formatted\n")
    );
}

#[test]
fn a_file_with_a_syntax_error_is_left_alone_and_the_others_are_formatted() {
    let folder = Folder::new(&[("a.dtp", BROKEN), ("b.dtp", BAD)]);
    for arguments in [&["--check", "a.dtp", "b.dtp"][..], &["a.dtp", "b.dtp"]] {
        let ended = folder.fmt(arguments);
        assert_eq!(ended.code, Some(1));
        assert!(
            ended.err.contains("this `{` is not closed"),
            "{}",
            ended.err
        );
        assert!(
            ended.err.contains("`contact` has no value"),
            "{}",
            ended.err
        );
        assert!(ended.err.contains("a.dtp:1:12"), "{}", ended.err);
        assert!(
            ended.err.contains("1 of 2 files was left as found"),
            "{}",
            ended.err
        );
    }
    assert_eq!(folder.read("a.dtp"), BROKEN);
    assert_eq!(folder.read("b.dtp"), GOOD);
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_it() {
    let folder = Folder::new(&[("b.dtp", BAD)]);
    fs::write(folder.path("bytes.dtp"), b"owner a {}\n\xff").unwrap();
    fs::create_dir(folder.path("empty")).unwrap();
    let ended = folder.fmt(&["gone.dtp", "bytes.dtp", "empty", "b.dtp"]);
    assert_eq!(ended.code, Some(3));
    assert_eq!(ended.out, "formatted b.dtp\n");
    for said in [
        "gone.dtp does not exist",
        "bytes.dtp is not UTF-8 text",
        "there is no .dtp file below empty",
        "2 of 3 files were left as found",
    ] {
        assert!(ended.err.contains(said), "{}", ended.err);
    }
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new(&[]);
    for text in [BAD, GOOD] {
        let ended = folder.fed(text, &["-"]);
        assert_eq!(
            (ended.code, ended.out.as_str(), ended.err.as_str()),
            (Some(0), GOOD, "")
        );
    }
    let ended = folder.fed(BROKEN, &["-", "--stdin-filename", "plans/mine.dtp"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(ended.err.contains("plans/mine.dtp:1:12"), "{}", ended.err);
    let ended = folder.fed(BAD, &["-", "--check", "--stdin-filename", "mine.dtp"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.out.starts_with("--- a/mine.dtp\n+++ b/mine.dtp\n"),
        "{}",
        ended.out
    );
    let ended = folder.fed(GOOD, &["-", "--check"]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "1 file: formatted\n")
    );
    let two = format!("{BAD}{BAD}");
    let ended = folder.fed(&two, &["-", "--range", "2:2"]);
    assert_eq!((ended.code, ended.out), (Some(0), format!("{BAD}{GOOD}")));
}

#[test]
fn a_range_of_lines_of_one_file_is_formatted() {
    let folder = Folder::new(&[("a.dtp", &BAD.repeat(4)), ("in/b.dtp", BAD)]);
    let ended = folder.fmt(&["--range", "2:3", "a.dtp"]);
    assert_eq!(
        (ended.code, ended.out.as_str()),
        (Some(0), "formatted a.dtp\n")
    );
    assert_eq!(folder.read("a.dtp"), [BAD, GOOD, GOOD, BAD].concat());
}

#[test]
fn what_does_not_go_together_is_said() {
    let folder = Folder::new(&[("a.dtp", BAD), ("b.dtp", BAD)]);
    for (arguments, said) in [
        (&["--range", "3:2", "a.dtp"][..], "lines are first:last"),
        (&["--range", "0:2", "a.dtp"], "lines are first:last"),
        (&["--range", "2", "a.dtp"], "lines are first:last"),
        (&["--range", "1:2"], "<PATH>"),
        (
            &["--range", "1:2", "a.dtp", "b.dtp"],
            "`--range` takes one file",
        ),
        (&["--range", "1:2", "."], "`--range` takes one file"),
        (&["-", "a.dtp"], "standard input is formatted by itself"),
        (
            &["--stdin-filename", "x.dtp", "a.dtp"],
            "names what is read with `-`",
        ),
    ] {
        let ended = folder.fmt(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert!(ended.err.contains(said), "{}", ended.err);
    }
    assert_eq!(folder.read("a.dtp"), BAD);
}
