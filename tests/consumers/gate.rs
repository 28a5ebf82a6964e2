//! The script of the gate, by itself: what it says of each result that GitHub knows.

use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run};

fn judge(needs: &str, required: &str) -> Done {
    let repository = Repository::sample().generated();
    let mut script = repository.command("python");
    script
        .arg(".github/dtpc/gate.py")
        .env("NEEDS", needs)
        .env("REQUIRED", required);
    run(&mut script, LIMIT)
}

/// The results of two jobs, as `toJSON(needs)` writes them.
fn needs(first: &str, second: &str) -> String {
    format!(
        r#"{{"first": {{"result": "{first}", "outputs": {{}}}}, "second": {{"result": "{second}", "outputs": {{}}}}}}"#
    )
}

#[test]
fn success_of_all_opens_it() {
    let done = judge(&needs("success", "success"), "first second");
    assert!(done.success() && !done.stdout.contains("::"), "{done}");
}

#[test]
fn whatever_is_not_success_closes_it() {
    for result in ["failure", "cancelled", "skipped", "", "Success"] {
        let done = judge(&needs("success", result), "first second");
        assert_eq!(done.code, Some(1), "{result}: {done}");
        let told = format!("::error::second: {result}\n");
        assert!(done.stdout.contains(&told), "{result}: {done}");
    }
}

#[test]
fn a_required_job_that_is_missing_closes_it() {
    let done = judge(&needs("success", "success"), "first second third");
    assert_eq!(done.code, Some(1), "{done}");
    assert!(done.stdout.contains("::error::third: missing"), "{done}");
    assert_eq!(judge("{}", "first").code, Some(1));
}

#[test]
fn an_advisory_job_is_shown_and_does_not_decide() {
    for result in ["failure", "cancelled", "skipped"] {
        let done = judge(&needs("success", result), "first");
        assert!(done.success(), "{done}");
        let told = format!("::warning::second: {result}\n");
        assert!(done.stdout.contains(&told), "{done}");
    }
}

#[test]
fn a_gate_that_requires_nothing_is_closed() {
    for required in ["", "  "] {
        let done = judge(&needs("success", "success"), required);
        assert_eq!(done.code, Some(1), "{done}");
    }
}

#[test]
fn without_results_it_is_closed() {
    for broken in ["", "null", "[]", "{"] {
        let done = judge(broken, "first");
        assert_eq!(done.code, Some(1), "{broken:?}: {done}");
    }
}

#[test]
fn it_is_clean_python() {
    let repository = Repository::sample().generated();
    let check = repository.call("ruff", &["check", "--isolated", ".github/dtpc/gate.py"]);
    assert!(check.success(), "{check}");
    let format = repository.call(
        "ruff",
        &["format", "--isolated", "--check", ".github/dtpc/gate.py"],
    );
    assert!(format.success(), "{format}");
}
