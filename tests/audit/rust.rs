//! What is read of tests in Rust.

use ::dtpc::audit::command_line::Cargo;
use ::dtpc::audit::rust::takes;

use super::harness::Repository;

const FILES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"crates/far\"]\n",
    ),
    (
        "crates/a/Cargo.toml",
        "[package]\nname = \"a\"\n[features]\ndefault = [\"std\"]\nstd = []\nextra = [\"deep\"]\ndeep = []\n",
    ),
    (
        "crates/a/src/lib.rs",
        "mod inner;\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn plain() {}\n    #[tokio::test]\n    async fn later() {}\n    #[test]\n    #[ignore]\n    fn slow() {}\n    #[cfg(all(test, feature = \"deep\"))]\n    mod deep {\n        #[test]\n        fn with_feature() {}\n    }\n    fn helper() {}\n}\n",
    ),
    ("crates/a/src/inner.rs", "pub mod more;\n"),
    (
        "crates/a/src/inner/more.rs",
        "#[cfg(test)]\nmod tests {\n    use rstest::rstest;\n    #[rstest]\n    #[case(1)]\n    fn each(#[case] n: u8) {}\n    proptest! {\n        #[test]\n        fn any_number(n in 0..9) {}\n    }\n}\n",
    ),
    ("crates/a/tests/api.rs", "#[test]\nfn from_outside() {}\n"),
    ("crates/b/Cargo.toml", "[package]\nname = \"b\"\n"),
    (
        "crates/b/src/main.rs",
        "fn main() {}\n#[test]\nfn in_main() {}\n",
    ),
    ("crates/far/Cargo.toml", "[package]\nname = \"far\"\n"),
    ("crates/far/src/lib.rs", "#[test]\nfn alone() {}\n"),
];

/// The names of the tests that a command runs.
fn ran(command: &str) -> Vec<String> {
    let mut repository = Repository::default();
    for (path, text) in FILES {
        repository.write(path, *text);
    }
    let mut sources = ::dtpc::source::SourceMap::new();
    let facts = ::dtpc::audit::look(&repository, &mut sources, &[]);
    assert_eq!(facts.tests.len(), 9, "{:#?}", facts.tests);
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let call = Cargo::read(&words).unwrap();
    let mut names: Vec<String> = facts
        .tests
        .iter()
        .filter_map(|test| test.cargo.as_ref())
        .filter(|cargo| takes(&call, cargo))
        .map(|cargo| cargo.name.clone())
        .collect();
    names.sort();
    names
}

#[test]
fn commands_of_cargo_run_what_cargo_would_run() {
    let usual = [
        "from_outside",
        "in_main",
        "inner::more::tests::any_number",
        "inner::more::tests::each",
        "tests::later",
        "tests::plain",
    ];
    assert_eq!(ran("cargo test"), usual);
    assert_eq!(ran("cargo nextest run --workspace"), usual);
    assert_eq!(ran("cargo test -p b"), ["in_main"]);
    assert_eq!(ran("cargo test --lib"), usual[2..]);
    assert_eq!(ran("cargo test --test api"), ["from_outside"]);
    assert_eq!(ran("cargo test -- --ignored"), ["tests::slow"]);
    assert_eq!(ran("cargo test tests::pl"), ["tests::plain"]);
    assert_eq!(ran("cargo test -- --exact --skip tests::plain"), usual[..5]);
    assert_eq!(
        ran("cargo test --manifest-path crates/far/Cargo.toml"),
        ["alone"]
    );
    assert_eq!(ran("cargo test --manifest-path=./Cargo.toml"), usual);
    assert!(ran("cargo test --features extra").contains(&"tests::deep::with_feature".to_owned()));
    assert!(ran("cargo test --all-features -- --include-ignored").len() == 8);
}

#[test]
fn a_command_that_only_builds_runs_no_test() {
    assert_eq!(Cargo::read(&["test", "--locked", "--no-run"]), None);
    assert_eq!(Cargo::read(&["nextest", "run", "--no-run"]), None);
    // What stands behind `--` is for the program with the tests.
    assert!(Cargo::read(&["test", "--", "--no-run"]).is_some());
}
