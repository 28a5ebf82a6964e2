//! The real binary, through one builder: nothing of the environment reaches it, and what it prints
//! and how it ends are asked for together.

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    dead_code,
    reason = "tests start processes, and each test uses a part of this"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// A call of `dtpc` that is being put together.
pub struct Dtpc {
    arguments: Vec<String>,
    folder: PathBuf,
    input: Vec<u8>,
}

/// How a call ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; nothing if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Dtpc {
    /// A call with these arguments, from the root of this repository.
    pub fn new<A: AsRef<str>>(arguments: &[A]) -> Self {
        Self {
            arguments: arguments.iter().map(|a| a.as_ref().to_owned()).collect(),
            folder: root().to_path_buf(),
            input: Vec::new(),
        }
    }

    /// Gives it this on standard input, which is empty otherwise.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Calls it from this folder.
    pub fn from(mut self, folder: impl AsRef<Path>) -> Self {
        folder.as_ref().clone_into(&mut self.folder);
        self
    }

    /// Makes the call.
    pub fn run(self) -> Ended {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dtpc"))
            .args(&self.arguments)
            .current_dir(&self.folder)
            .env_clear()
            // What switches a mutant on (docs/mutation.md).
            .envs(
                std::env::vars_os()
                    .filter(|(name, _)| name.to_string_lossy().starts_with("DTPC_MUTANT")),
            )
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("dtpc can be started");
        let mut stdin = child.stdin.take().expect("it was asked for");
        // Aside, so that neither side waits for the other. A call that does not read is no mistake.
        let input = self.input;
        let writer = thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().expect("dtpc can be waited for");
        writer.join().unwrap();
        Ended {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The text of one of the files that `dtpc generate --target` makes of a plan.
pub fn generated(plan: &str, target: &str, file: &str) -> String {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("plan.dtp"), plan).unwrap();
    let words = ["generate", "plan.dtp", "--target", target, "--out", "."];
    let ended = Dtpc::new(&words).from(folder.path()).run();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    std::fs::read_to_string(folder.path().join(file)).unwrap()
}

/// The root of this repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
