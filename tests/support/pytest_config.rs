//! The cases of `tests/pytest_config/`.

#![allow(
    dead_code,
    reason = "each test binary compiles this module and uses a part of it"
)]

use std::fs;
use std::path::PathBuf;

/// The files that the settings of pytest go to, each a folder of cases.
pub const KINDS: [&str; 3] = ["pyproject.toml", "pytest.ini", "pytest.toml"];

/// A plan whose settings go to such a file.
pub fn plan_for(file: &str) -> String {
    format!("tool pytest {{ config: \"{file}\" }}\n{PLAN}")
}

const PLAN: &str = r#"
plan p { root: ".." }
type unit { selects: unit }
type e2e { selects: e2e }
marker_group kind { arity: one, markers: [unit, e2e] }
/// Takes long.
marker slow {}
environment cpu { visibility: public, runner: hosted }
runner hosted { labels: ["ubuntu-24.04"] }
stage pre_merge { host: github, trigger: pull_request(branches: ["main"]), selects: all }
gate merge { status: "all checks", stage: pre_merge }
suite fast { type: [unit, e2e], tool: pytest, paths: ["tests/**"], select: not slow, stages: pre_merge, environments: cpu }
suite slow { type: [unit, e2e], tool: pytest, paths: ["tests/**"], select: slow, stages: pre_merge, environments: cpu }
"#;

/// One file before and after.
pub struct Case {
    pub name: String,
    pub before: String,
    pub after: Option<String>,
    pub refused: Option<String>,
    place: PathBuf,
}

impl Case {
    /// Writes what it becomes now.
    pub fn write(&self, outcome: &Result<String, String>) {
        let (kept, other) = (
            self.place.with_extension("after"),
            self.place.with_extension("refused"),
        );
        let (kept, other, text) = match outcome {
            Ok(text) => (kept, other, text),
            Err(text) => (other, kept, text),
        };
        fs::write(kept, text).unwrap();
        let _ = fs::remove_file(other);
    }
}

/// The cases of a file, in order.
pub fn cases(kind: &str) -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pytest_config")
        .join(kind);
    let mut places: Vec<PathBuf> = fs::read_dir(folder)
        .expect("cases")
        .map(|entry| entry.expect("a case").path())
        .filter(|path| path.extension().is_some_and(|e| e == "before"))
        .collect();
    places.sort();
    places
        .into_iter()
        .map(|place| Case {
            name: place
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
            before: fs::read_to_string(&place).expect("a text"),
            after: fs::read_to_string(place.with_extension("after")).ok(),
            refused: fs::read_to_string(place.with_extension("refused")).ok(),
            place,
        })
        .collect()
}
