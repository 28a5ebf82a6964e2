//! What a tool reported of its tests: read from JUnit where the tool writes it, else from what it
//! printed, and then written as JUnit.

use quick_xml::Reader;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use regex::Regex;
use serde::Serialize;

use crate::schema::values::ToolKind;

/// How many tests went how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub tests: usize,
    /// Those that failed, or broke before they could.
    pub failures: usize,
    /// Those that were left out by their own word.
    pub skipped: usize,
}

impl Counts {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            skipped: self.skipped + other.skipped,
        }
    }
}

/// One test and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The group it stands in: a test binary, a suite.
    pub class: String,
    /// Its name there.
    pub name: String,
    /// How it went.
    pub result: CaseResult,
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseResult {
    /// It passed.
    Passed,
    /// It failed: what is known of why.
    Failed(String),
    /// It was left out by its own word.
    Skipped,
}

/// Counts the tests of a JUnit file. A file that breaks off counts as far as it goes, as a tool that
/// was stopped leaves it.
pub fn count(xml: &str) -> Counts {
    let mut reader = Reader::from_str(xml);
    let mut counts = Counts::default();
    // A test may carry several failures, as of its set-up and its tear-down, and is one test.
    let mut counted = false;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"testcase" => {
                    counts.tests += 1;
                    counted = false;
                }
                b"failure" | b"error" if !counted => {
                    counts.failures += 1;
                    counted = true;
                }
                b"skipped" if !counted => {
                    counts.skipped += 1;
                    counted = true;
                }
                _ => {}
            },
            _ => {}
        }
    }
    counts
}

/// The tests that a tool without JUnit printed of.
pub fn cases(tool: ToolKind, log: &str) -> Vec<Case> {
    match tool {
        ToolKind::CargoTest => of_libtest(log),
        ToolKind::Nextest => of_nextest(log),
        _ => Vec::new(),
    }
}

/// Whether cargo ran a test: as the workflow asks, one at least that passed in one binary.
pub fn cargo_ran_a_test(log: &str) -> bool {
    log.lines().any(|line| {
        line.strip_prefix("test result: ok. ")
            .is_some_and(|rest| rest.starts_with(|c: char| ('1'..='9').contains(&c)))
    })
}

fn of_libtest(log: &str) -> Vec<Case> {
    // `     Running unittests src/lib.rs (target/debug/deps/…)`, `   Doc-tests sample`
    let running = Regex::new(r"^\s+(?:Running (.+?) \(.*\)|Doc-tests (\S+))\s*$");
    let test = Regex::new(r"^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b");
    let (Ok(running), Ok(test)) = (running, test) else {
        return Vec::new();
    };
    let mut class = String::new();
    let mut cases = Vec::new();
    for line in log.lines() {
        if let Some(found) = running.captures(line) {
            let name = found.get(1).or_else(|| found.get(2));
            name.map_or("", |name| name.as_str()).clone_into(&mut class);
        } else if let Some(found) = test.captures(line) {
            cases.push(Case {
                class: class.clone(),
                name: found[1].to_owned(),
                result: match &found[2] {
                    "ok" => CaseResult::Passed,
                    "ignored" => CaseResult::Skipped,
                    _ => CaseResult::Failed(String::new()),
                },
            });
        }
    }
    cases
}

fn of_nextest(log: &str) -> Vec<Case> {
    // `        PASS [   0.004s] (1/3) sample keys::tests::a_word_is_a_key`, of which the last line for a
    // test decides: those before it may be tries.
    let line = Regex::new(
        r"^\s+(?:TRY \d+ )?(PASS|FAIL|LEAK|LEAK-FAIL|FLAKY \d+/\d+|TIMEOUT|ABORT|SIG[A-Z]+) \[[^\]]*\] (?:\([^)]*\) )?(\S+) (.+)$",
    );
    let Ok(line) = line else { return Vec::new() };
    let mut cases: indexmap::IndexMap<(String, String), CaseResult> = indexmap::IndexMap::new();
    for found in log.lines().filter_map(|text| line.captures(text)) {
        let result = match &found[1] {
            "PASS" | "LEAK" => CaseResult::Passed,
            flaky if flaky.starts_with("FLAKY") => CaseResult::Passed,
            other => CaseResult::Failed(other.to_owned()),
        };
        cases.insert((found[2].to_owned(), found[3].trim().to_owned()), result);
    }
    cases
        .into_iter()
        .map(|((class, name), result)| Case {
            class,
            name,
            result,
        })
        .collect()
}

/// Tests as a JUnit file.
pub fn junit(suite: &str, cases: &[Case]) -> String {
    // Writing to memory cannot fail.
    written(suite, cases).unwrap_or_default()
}

fn written(suite: &str, cases: &[Case]) -> std::io::Result<String> {
    let count = |is: fn(&CaseResult) -> bool| {
        let those = cases.iter().filter(|case| is(&case.result));
        those.count().to_string()
    };
    let failures = count(|result| matches!(result, CaseResult::Failed(_)));
    let skipped = count(|result| matches!(result, CaseResult::Skipped));
    let tests = cases.len().to_string();
    let suite = clean(suite);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.write_event(Event::Start(BytesStart::new("testsuites")))?;
    let attributes = [
        ("name", suite.as_str()),
        ("tests", &tests),
        ("failures", &failures),
        ("errors", "0"),
        ("skipped", &skipped),
    ];
    writer.write_event(Event::Start(
        BytesStart::new("testsuite").with_attributes(attributes),
    ))?;
    for case in cases {
        let (class, name) = (clean(&case.class), clean(&case.name));
        let tag = BytesStart::new("testcase")
            .with_attributes([("classname", class.as_str()), ("name", &name)]);
        match &case.result {
            CaseResult::Passed => writer.write_event(Event::Empty(tag))?,
            CaseResult::Skipped => {
                writer.write_event(Event::Start(tag))?;
                writer.write_event(Event::Empty(BytesStart::new("skipped")))?;
                writer.write_event(Event::End(BytesEnd::new("testcase")))?;
            }
            CaseResult::Failed(why) => {
                writer.write_event(Event::Start(tag))?;
                writer.write_event(Event::Start(BytesStart::new("failure")))?;
                writer.write_event(Event::Text(BytesText::new(&clean(why))))?;
                writer.write_event(Event::End(BytesEnd::new("failure")))?;
                writer.write_event(Event::End(BytesEnd::new("testcase")))?;
            }
        }
    }
    writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
    let mut text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    text.push('\n');
    Ok(text)
}

/// A text with nothing in it that XML cannot hold, not even escaped.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBTEST: &str = "
     Running unittests src/lib.rs (target/debug/deps/sample-0a)

running 3 tests
test keys::a_word_is_a_key ... ok
test keys::nothing_is_none ... FAILED
test keys::slow ... ignored, takes hours

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out

   Doc-tests sample
test src/lib.rs - is_key (line 3) ... ok
test result: ok. 1 passed; 0 failed
";

    const NEXTEST: &str = "
    Starting 3 tests across 1 binary
        PASS [   0.004s] (1/3) sample keys::a_word_is_a_key
  TRY 1 FAIL [   0.004s] (2/3) sample keys::flaky
  TRY 2 PASS [   0.004s] (2/3) sample keys::flaky
     SIGABRT [   0.004s] (3/3) sample::bin/main aborts
     Summary [   0.010s] 3 tests run: 2 passed (1 flaky), 1 failed, 0 skipped
";

    #[test]
    fn what_libtest_printed_is_counted_as_it_was() {
        let cases = cases(ToolKind::CargoTest, LIBTEST);
        let names: Vec<(&str, &str)> = cases
            .iter()
            .map(|c| (c.class.as_str(), c.name.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("unittests src/lib.rs", "keys::a_word_is_a_key"),
                ("unittests src/lib.rs", "keys::nothing_is_none"),
                ("unittests src/lib.rs", "keys::slow"),
                ("sample", "src/lib.rs - is_key (line 3)"),
            ]
        );
        let counts = Counts {
            tests: 4,
            failures: 1,
            skipped: 1,
        };
        assert_eq!(count(&junit("Rust", &cases)), counts);
        assert!(cargo_ran_a_test(LIBTEST));
        assert!(!cargo_ran_a_test(
            "test result: ok. 0 passed; 0 failed; 2 ignored"
        ));
    }

    #[test]
    fn of_the_tries_of_nextest_the_last_decides() {
        let cases = cases(ToolKind::Nextest, NEXTEST);
        let counts = Counts {
            tests: 3,
            failures: 1,
            skipped: 0,
        };
        assert_eq!(count(&junit("Rust", &cases)), counts);
    }

    #[test]
    fn a_test_that_breaks_twice_is_one_and_a_torn_file_counts_as_far_as_it_goes() {
        let xml = "<testsuites><testsuite><testcase name='a'><error/><failure/></testcase>\
                   <testcase name='b'><skipped/></testcase><testcase name='c'/><testcase name='d'><fai";
        let counts = Counts {
            tests: 4,
            failures: 1,
            skipped: 1,
        };
        assert_eq!(count(xml), counts);
    }

    #[test]
    fn what_xml_cannot_hold_is_left_out() {
        let case = Case {
            class: "a<b>&\"c\"".to_owned(),
            name: "bell \u{7} and \u{1b}[31mred".to_owned(),
            result: CaseResult::Failed("]]> & <x>".to_owned()),
        };
        let xml = junit("\u{0}", &[case]);
        assert!(!xml.contains('\u{7}') && !xml.contains('\u{1b}'), "{xml}");
        assert_eq!(count(&xml).failures, 1, "{xml}");
    }
}
