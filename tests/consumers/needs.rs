//! The fixtures of services: they say where a service is, skip where it is absent, and fail in CI.

use std::net::TcpListener;
use std::process::Command;

use crate::support::repository::Repository;
use crate::support::tools::{LIMIT, run};

const FILE: &str = "test_services.py";

fn pytest(repository: &Repository) -> Command {
    let mut pytest = repository.command("pytest");
    pytest.args(["-rA", FILE]);
    pytest
}

/// A port on which nothing listens.
fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener
        .local_addr()
        .expect("an address")
        .port()
        .to_string()
}

#[test]
fn a_service_that_answers_is_handed_to_the_tests() {
    let repository = Repository::marker_rules().generated();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener
        .local_addr()
        .expect("an address")
        .port()
        .to_string();
    for ci in ["", "true"] {
        let mut pytest = pytest(&repository);
        let done = run(pytest.env("STORE_PORT", &port).env("CI", ci), LIMIT);
        assert!(done.success() && done.stdout.contains("3 passed"), "{done}");
    }
    let mut elsewhere = pytest(&repository);
    elsewhere
        .env("STORE_PORT", &port)
        .env("STORE_HOST", "localhost");
    let done = run(elsewhere.args(["-k", "carries"]), LIMIT);
    assert!(done.success() && done.stdout.contains("1 passed"), "{done}");
}

#[test]
fn on_a_machine_of_ones_own_an_absent_service_skips_with_the_reason() {
    let repository = Repository::marker_rules().generated();
    let port = free_port();
    for ci in ["", "false", "0"] {
        let done = run(
            pytest(&repository).env("STORE_PORT", &port).env("CI", ci),
            LIMIT,
        );
        assert!(done.success(), "{done}");
        assert!(done.stdout.contains("1 passed, 2 skipped"), "{done}");
        let reason = format!("Store does not answer at 127.0.0.1:{port}: ");
        assert!(done.stdout.contains(&reason), "{done}");
        let rule = "[service store, plan.dtp:26]; start it with: python3 store.py";
        assert!(done.stdout.contains(rule), "{done}");
    }
}

#[test]
fn in_ci_an_absent_service_fails() {
    let repository = Repository::marker_rules().generated();
    let port = free_port();
    let done = run(
        pytest(&repository)
            .env("STORE_PORT", &port)
            .env("CI", "true"),
        LIMIT,
    );
    assert_eq!(done.code, Some(1), "{done}");
    assert!(done.stdout.contains("1 passed, 2 errors"), "{done}");
    assert!(done.stdout.contains("Store does not answer at"), "{done}");
    let done = run(
        pytest(&repository)
            .env("STORE_PORT", "tcp://1")
            .env("CI", "1"),
        LIMIT,
    );
    assert!(
        done.stdout
            .contains("there is no port for Store: STORE_PORT is tcp://1"),
        "{done}"
    );
}

/// Whoever gives a fixture of the same name has their own way to the service.
#[test]
fn a_fixture_of_peoples_own_is_used_in_its_place() {
    let repository = Repository::marker_rules().generated();
    repository.write(
        "own/test_own.py",
        "import pytest\n\n\n@pytest.fixture\ndef needs_store():\n    return 5\n\n\n@pytest.mark.e2e\n@pytest.mark.nightly\n@pytest.mark.needs_store\ndef test_own(request):\n    assert request.getfixturevalue(\"needs_store\") == 5\n",
    );
    let mut pytest = repository.command("pytest");
    let done = run(
        pytest
            .env("STORE_PORT", free_port())
            .env("CI", "1")
            .arg("own"),
        LIMIT,
    );
    assert!(done.success() && done.stdout.contains("1 passed"), "{done}");
}

#[test]
fn people_find_the_fixture_and_the_marker() {
    let repository = Repository::marker_rules().generated();
    let done = repository.call("pytest", &["--fixtures", "-q", FILE]);
    assert!(
        done.stdout.contains("needs_store [session scope]"),
        "{done}"
    );
    assert!(done.stdout.contains("Store, at 127.0.0.1:7171"), "{done}");
}
