//! What a run came to, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::report::Counts;
use super::verdict::Verdict;

/// What a run came to.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// The stage.
    pub stage: String,
    /// Whether the whole stage was asked for.
    pub whole: bool,
    /// The jobs and builds, in the order of the plan.
    pub jobs: Vec<Row>,
    /// The gates, where the whole stage was asked for.
    pub gates: Vec<GateRow>,
    /// The folder with the logs and the results.
    pub results: String,
}

/// A job in a summary.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub job: String,
    /// What people call it.
    pub title: String,
    /// `success`, `failure`, `cancelled`, `skipped`; `left_out` where CI would not run it either;
    /// `not_held` where this machine cannot run it.
    pub result: &'static str,
    /// Why it is none of the first two, or how it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `blocking`, `advisory`, `manual` or `build`.
    pub outcome: &'static str,
    /// Its tests, where its tool tells of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Counts>,
    /// How long it took, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// How long it is expected to take, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_seconds: Option<f64>,
    /// After how long it is stopped, in seconds.
    pub timeout_seconds: u64,
    /// What it printed, as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The last lines of that, where it failed.
    #[serde(skip)]
    pub last_lines: Vec<String>,
}

/// A gate in a summary.
#[derive(Debug, Serialize)]
pub struct GateRow {
    /// Its name.
    pub gate: String,
    /// The name of its check.
    pub status: String,
    /// `open`, `closed`, or `undecided` where jobs that it requires did not run here.
    pub verdict: &'static str,
    /// What closes it, or which jobs it would have to know of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
}

impl GateRow {
    /// The row of a gate.
    pub fn of(gate: &str, status: &str, verdict: Verdict) -> Self {
        let (verdict, because) = match verdict {
            Verdict::Open => ("open", Vec::new()),
            Verdict::Closed(why) => ("closed", why),
            Verdict::Undecided(jobs) => ("undecided", jobs),
        };
        Self {
            gate: gate.to_owned(),
            status: status.to_owned(),
            verdict,
            because,
        }
    }
}

impl Summary {
    /// Whether something failed that decides: a gate is closed, or, where no gate was judged, a
    /// blocking job did not succeed.
    pub fn has_failed(&self) -> bool {
        if !self.gates.is_empty() {
            return self.gates.iter().any(|gate| gate.verdict == "closed");
        }
        self.jobs.iter().any(|row| {
            matches!(row.outcome, "blocking" | "build")
                && matches!(row.result, "failure" | "cancelled" | "skipped")
        })
    }

    /// Whether all that decides ran here.
    pub fn is_decided(&self) -> bool {
        if !self.gates.is_empty() {
            return self.gates.iter().all(|gate| gate.verdict != "undecided");
        }
        let mut blocking = self.jobs.iter().filter(|row| row.outcome == "blocking");
        blocking.all(|row| row.result != "not_held")
    }

    /// The table that a person reads, and what failed.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let ran: Vec<&Row> = self.jobs.iter().filter(|r| r.seconds.is_some()).collect();
        let heads = [
            "job", "result", "tests", "failed", "skipped", "time", "expected", "limit",
        ];
        let mut table: Vec<[String; 8]> = vec![heads.map(str::to_owned)];
        table.extend(ran.iter().map(|row| cells(row)));
        let widths: Vec<usize> = (0..heads.len())
            .map(|at| table.iter().map(|line| line[at].width()).max().unwrap_or(0))
            .collect();
        let ids = self.jobs.iter().map(|row| row.job.width());
        let width = ids.max().unwrap_or_default();
        if !ran.is_empty() {
            for line in &table {
                push_line(&mut out, line, &widths);
            }
        }
        // Writing to a String cannot fail.
        for row in self.jobs.iter().filter(|r| r.seconds.is_none()) {
            let reason = row.reason.as_deref().unwrap_or_default();
            let what = match row.result {
                "left_out" => "left out",
                "not_held" => "not here",
                "not_run" => "here",
                other => other,
            };
            let _ = writeln!(out, "{:width$}  {what}: {reason}", row.job);
        }
        let failed = ran.iter().filter(|row| row.result != "success");
        for row in failed {
            let reason = row.reason.as_deref().unwrap_or_default();
            let _ = writeln!(out, "\n{}: {}: {reason}", row.job, row.result);
            for line in &row.last_lines {
                let _ = writeln!(out, "  | {line}");
            }
            if let Some(log) = &row.log {
                let _ = writeln!(out, "  all of it: {log}");
            }
        }
        if ran.is_empty() && self.gates.is_empty() {
            return out;
        }
        out.push('\n');
        for gate in &self.gates {
            let _ = write!(
                out,
                "gate {} ({}): {}",
                gate.gate, gate.status, gate.verdict
            );
            let because = gate.because.join(", ");
            let _ = match (gate.verdict, gate.because.is_empty()) {
                (_, true) => writeln!(out),
                ("undecided", _) => writeln!(out, ", as these did not run here: {because}"),
                _ => writeln!(out, ", because of {because}"),
            };
        }
        let _ = writeln!(out, "results: {}", self.results);
        out
    }
}

/// The cells of a job that ran.
fn cells(row: &Row) -> [String; 8] {
    let number = |count: fn(&Counts) -> usize| {
        let counts = row.tests.as_ref();
        counts.map_or_else(String::new, |counts| count(counts).to_string())
    };
    let weight = match row.outcome {
        "advisory" | "manual" => format!("{} ({})", row.result, row.outcome),
        _ => row.result.to_owned(),
    };
    [
        row.job.clone(),
        weight,
        number(|c| c.tests),
        number(|c| c.failures),
        number(|c| c.skipped),
        row.seconds.map_or_else(String::new, seconds),
        row.expected_seconds.map_or_else(String::new, seconds),
        seconds(std::time::Duration::from_secs(row.timeout_seconds).as_secs_f64()),
    ]
}

/// A line of the table: words to the left, numbers to the right.
fn push_line(out: &mut String, line: &[String; 8], widths: &[usize]) {
    let mut text = String::new();
    for (at, cell) in line.iter().enumerate() {
        let blanks = " ".repeat(widths[at].saturating_sub(cell.width()));
        if at > 0 {
            text.push_str("  ");
        }
        if at < 2 {
            text.push_str(cell);
            text.push_str(&blanks);
        } else {
            text.push_str(&blanks);
            text.push_str(cell);
        }
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

/// A time as people say it.
pub fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{seconds:.1}s");
    }
    let (minutes, rest) = ((seconds / 60.0).floor(), seconds % 60.0);
    if minutes < 60.0 {
        return format!("{minutes:.0}min {rest:02.0}s");
    }
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    format!("{hours:.0}h {minutes:02.0}min")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(job: &str, result: &'static str, outcome: &'static str) -> Row {
        Row {
            job: job.to_owned(),
            title: job.to_owned(),
            result,
            reason: None,
            outcome,
            tests: None,
            seconds: matches!(result, "success" | "failure").then_some(1.25),
            expected_seconds: None,
            timeout_seconds: 5400,
            log: None,
            last_lines: Vec::new(),
        }
    }

    fn summary(jobs: Vec<Row>, gates: Vec<GateRow>) -> Summary {
        Summary {
            stage: "pre_merge".to_owned(),
            whole: true,
            jobs,
            gates,
            results: "results".to_owned(),
        }
    }

    #[test]
    fn without_a_gate_what_blocks_decides() {
        let advisory = summary(vec![row("a", "failure", "advisory")], Vec::new());
        assert!(!advisory.has_failed() && advisory.is_decided());
        let blocking = summary(vec![row("a", "failure", "blocking")], Vec::new());
        assert!(blocking.has_failed());
        let elsewhere = summary(vec![row("a", "not_held", "blocking")], Vec::new());
        assert!(!elsewhere.has_failed() && !elsewhere.is_decided());
    }

    #[test]
    fn where_there_is_a_gate_it_decides() {
        let open = GateRow::of("merge", "checks", Verdict::Open);
        let jobs = vec![row("a", "failure", "blocking")];
        assert!(!summary(jobs, vec![open]).has_failed());
    }

    #[test]
    fn times_are_told_as_people_say_them() {
        let told: Vec<String> = [0.04, 59.94, 61.0, 3599.0, 5400.0].map(seconds).into();
        assert_eq!(told, ["0.0s", "59.9s", "1min 01s", "59min 59s", "1h 30min"]);
    }
}
