//! The script of the gate, by itself: what it says of each result that GitHub knows.

use serde_json::{Value, json};

use crate::support::repository::Repository;
use crate::support::tools::{Done, LIMIT, run};

fn judge(needs: &str, required: &str) -> Done {
    judge_with(needs, required, &[])
}

/// With further variables.
fn judge_with(needs: &str, required: &str, variables: &[(&str, &str)]) -> Done {
    let repository = Repository::sample().generated();
    let mut script = repository.command("python");
    script
        .arg(".github/dtpc/gate.py")
        .env("NEEDS", needs)
        .env("REQUIRED", required)
        .envs(variables.iter().copied());
    run(&mut script, LIMIT)
}

/// The result of the job that selects, with what it left out, and of two others.
fn selected(skipped: &Value, first: &str, second: &str) -> String {
    json!({
        "select": { "result": "success", "outputs": { "skipped": skipped.to_string() } },
        "first": { "result": first, "outputs": {} },
        "second": { "result": second, "outputs": {} },
    })
    .to_string()
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
fn a_job_that_was_left_out_for_a_reason_passes() {
    let removed = json!({ "second": "no changed file affects it" });
    let done = judge(
        &selected(&removed, "success", "skipped"),
        "select first second",
    );
    assert!(done.success() && !done.stdout.contains("::"), "{done}");
    let told = "removed    required  second: no changed file affects it\n";
    assert!(done.stdout.contains(told), "{done}");
    // All of them at once, too.
    let removed = json!({ "first": "a", "second": "b" });
    let done = judge(
        &selected(&removed, "skipped", "skipped"),
        "select first second",
    );
    assert!(done.success(), "{done}");
}

#[test]
fn a_job_that_was_skipped_without_a_reason_closes_it() {
    for removed in [json!({}), json!({ "first": "another one" }), Value::Null] {
        let done = judge(
            &selected(&removed, "success", "skipped"),
            "select first second",
        );
        assert_eq!(done.code, Some(1), "{removed}: {done}");
        assert!(done.stdout.contains("::error::second: skipped"), "{done}");
    }
}

#[test]
fn a_reason_excuses_nothing_but_to_be_left_out() {
    for result in ["failure", "cancelled", ""] {
        let removed = json!({ "second": "no changed file affects it" });
        let done = judge(
            &selected(&removed, "success", result),
            "select first second",
        );
        assert_eq!(done.code, Some(1), "{result}: {done}");
    }
}

#[test]
fn without_the_job_that_selects_it_is_closed() {
    for select in [
        json!({ "result": "failure", "outputs": {} }),
        json!({ "result": "cancelled", "outputs": { "skipped": "" } }),
        json!({ "result": "skipped", "outputs": {} }),
        Value::Null,
    ] {
        let mut needs = json!({ "first": { "result": "skipped", "outputs": {} } });
        if !select.is_null() {
            needs["select"] = select;
        }
        let done = judge(&needs.to_string(), "select first");
        assert_eq!(done.code, Some(1), "{done}");
        assert!(done.stdout.contains("::error::select: "), "{done}");
        assert!(done.stdout.contains("::error::first: skipped"), "{done}");
    }
}

/// The results of a job in three pieces: what each says of whether it ran a test.
fn pieces(ran: [Option<&str>; 3]) -> String {
    let piece = |ran: Option<&str>| {
        let outputs = ran.map_or_else(|| json!({}), |ran| json!({ "ran": ran }));
        json!({ "result": "success", "outputs": outputs })
    };
    json!({ "a-1": piece(ran[0]), "a-2": piece(ran[1]), "a-3": piece(ran[2]) }).to_string()
}

const SHARDS: (&str, &str) = ("SHARDS", r#"{"a": ["a-1", "a-2", "a-3"]}"#);

#[test]
fn of_the_shards_of_a_job_one_must_have_run_a_test() {
    let (yes, no) = (Some("true"), Some("false"));
    for (ran, opens) in [
        ([yes, yes, yes], true),
        ([no, yes, no], true),
        ([no, no, no], false),
        // What a shard did not say it did not do.
        ([no, None, no], false),
        ([None, None, None], false),
        ([Some(""), Some(""), Some("")], false),
    ] {
        let done = judge_with(&pieces(ran), "a-1 a-2 a-3", &[SHARDS]);
        assert_eq!(done.success(), opens, "{ran:?}: {done}");
        let told = done.stdout.contains("::error::a: no test ran\n");
        assert_eq!(told, !opens, "{ran:?}: {done}");
    }
    // Other jobs are not asked.
    let done = judge(&pieces([no, no, no]), "a-1 a-2 a-3");
    assert!(done.success(), "{done}");
}

/// Shards that ran tests, each with how many the job selects and how many of them it took.
fn shares(shares: [(&str, &str); 3]) -> String {
    let piece = |(selected, taken): (&str, &str)| {
        let outputs = json!({ "ran": "true", "selected": selected, "taken": taken });
        json!({ "result": "success", "outputs": outputs })
    };
    json!({ "a-1": piece(shares[0]), "a-2": piece(shares[1]), "a-3": piece(shares[2]) }).to_string()
}

#[test]
fn the_shards_of_a_job_must_have_taken_what_it_selects() {
    for (told, wrong) in [
        ([("5", "3"), ("5", "0"), ("5", "2")], None),
        // Without a record nothing is claimed.
        ([("", ""), ("5", "1"), ("5", "1")], None),
        (
            [("5", "3"), ("5", "0"), ("5", "1")],
            Some("its shards take 4 tests, and 5 are selected"),
        ),
        (
            [("5", "3"), ("5", "3"), ("5", "3")],
            Some("its shards take 9 tests, and 5 are selected"),
        ),
        (
            [("5", "3"), ("6", "0"), ("5", "2")],
            Some("its shards divide different tests: they select 5, 6"),
        ),
    ] {
        let done = judge_with(&shares(told), "a-1 a-2 a-3", &[SHARDS]);
        assert_eq!(done.success(), wrong.is_none(), "{told:?}: {done}");
        if let Some(wrong) = wrong {
            let error = format!("::error::a: {wrong}\n");
            assert!(done.stdout.contains(&error), "{told:?}: {done}");
        }
    }
}

/// A whole job that may be without a test is judged as its own piece, by each gate for itself.
#[test]
fn a_job_without_a_test_passes_only_where_it_is_allowed() {
    let needs = json!({ "a": { "result": "success", "outputs": { "ran": "false" } } }).to_string();
    let own = ("SHARDS", r#"{"a": ["a"]}"#);
    for (allowed, opens) in [
        ("no_test_ran:2099-12-31", true),
        ("no_test_ran:2020-01-01", false),
        ("", false),
    ] {
        let done = judge_with(&needs, "a", &[own, ("ALLOWED", allowed)]);
        assert_eq!(done.success(), opens, "{allowed}: {done}");
        let weight = if opens { "warning" } else { "error" };
        let told = format!("::{weight}::a: no test ran\n");
        assert!(done.stdout.contains(&told), "{allowed}: {done}");
    }
}

#[test]
fn of_shards_that_were_left_out_nothing_is_asked() {
    let reasons = json!({ "a-1": "r", "a-2": "r", "a-3": "r" });
    let skipped = json!({ "result": "skipped", "outputs": {} });
    let needs = json!({
        "select": { "result": "success", "outputs": { "skipped": reasons.to_string() } },
        "a-1": skipped, "a-2": skipped, "a-3": skipped,
    });
    let done = judge_with(&needs.to_string(), "select a-1 a-2 a-3", &[SHARDS]);
    assert!(done.success(), "{done}");
}

#[test]
fn a_result_that_is_allowed_passes_until_its_last_day() {
    let cancelled = needs("success", "cancelled");
    let judged =
        |allowed: &str, needs: &str| judge_with(needs, "first second", &[("ALLOWED", allowed)]);
    let today = {
        let repository = Repository::sample();
        let mut python = repository.command("python");
        python.args([
            "-c",
            "import datetime as d; print(d.datetime.now(d.timezone.utc).date())",
        ]);
        run(&mut python, LIMIT).stdout.trim().to_owned()
    };
    for until in ["2099-12-31", &today] {
        let done = judged(&format!("cancelled:{until}"), &cancelled);
        assert!(done.success(), "{until}: {done}");
        assert!(
            done.stdout.contains("::warning::second: cancelled"),
            "{done}"
        );
    }
    let done = judged("cancelled:2020-01-01", &cancelled);
    assert_eq!(done.code, Some(1), "{done}");
    assert!(
        done.stdout
            .contains("::warning::cancelled was allowed until 2020-01-01"),
        "{done}"
    );
    // No other result, and no other end.
    for result in ["failure", "skipped", ""] {
        let done = judged("cancelled:2099-12-31", &needs("success", result));
        assert_eq!(done.code, Some(1), "{result}: {done}");
    }
    // Without an end it would be for ever.
    assert_eq!(judged("cancelled:", &cancelled).code, Some(1));
    assert_eq!(judged("cancelled", &cancelled).code, Some(1));
}

#[test]
fn that_no_shard_ran_a_test_may_be_allowed() {
    let none = pieces([Some("false"); 3]);
    for (allowed, opens) in [
        ("no_test_ran:2099-12-31", true),
        ("no_test_ran:2020-01-01", false),
        ("cancelled:2099-12-31", false),
    ] {
        let done = judge_with(&none, "a-1 a-2 a-3", &[SHARDS, ("ALLOWED", allowed)]);
        assert_eq!(done.success(), opens, "{allowed}: {done}");
    }
}

/// What is built for a required job is required with it, and so is the selection.
#[test]
fn builds_and_the_selection_decide() {
    let repository = Repository::workshop().generated();
    let workflow = repository.yaml(".github/workflows/pre-merge.yml");
    let gate = &workflow["jobs"]["gate--merge"];
    let judge = &gate["steps"].as_array().expect("steps")[1]["env"];
    let required: Vec<&str> = judge["REQUIRED"]
        .as_str()
        .expect("a text")
        .lines()
        .collect();
    for job in ["select", "build--wheel", "bindings-cpu"] {
        assert!(required.contains(&job), "{job}: {required:?}");
    }
    for job in ["fresh-cpu", "by_hand-cpu"] {
        assert!(!required.contains(&job), "{job}: {required:?}");
    }
    let needs = gate["needs"].as_array().expect("needs");
    assert!(required.iter().all(|job| needs.contains(&json!(job))));
    assert_eq!(judge["ALLOWED"], "cancelled:2099-12-31");
    let shards: Value = serde_json::from_str(judge["SHARDS"].as_str().expect("a text")).unwrap();
    assert_eq!(
        shards,
        json!({
            "serve-cpu-sglang-cudanone": [
                "serve-cpu-sglang-cudanone-shard1",
                "serve-cpu-sglang-cudanone-shard2",
            ],
            "runtime-cpu": ["runtime-cpu-shard1", "runtime-cpu-shard2", "runtime-cpu-shard3"],
        })
    );
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
