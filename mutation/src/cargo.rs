//! What cargo says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A place that the compiler complains about.
pub struct Complaint {
    pub file: String,
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// What cargo says of a folder with the mutants in it, and whether it ended well.
fn cargo(folder: &Path, arguments: &[&str]) -> Result<(Vec<Value>, bool), String> {
    let done = Command::new("cargo")
        .args(arguments)
        .args(["--locked", "--message-format", "json", "--quiet"])
        // Half of the time would go into debug information, and unoptimised tests take longer than
        // the optimiser.
        .args(["--config", "profile.dev.debug=false"])
        .args(["--config", "profile.dev.opt-level=1"])
        // Code that a mutant does not reach is no reason to stop.
        .env("RUSTFLAGS", "--cap-lints=allow")
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(folder)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("cargo: {why}"))?;
    let messages = String::from_utf8_lossy(&done.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    Ok((messages, done.status.success()))
}

/// What the compiler has against the library.
pub fn complaints(folder: &Path) -> Result<Vec<Complaint>, String> {
    let mut all = Vec::new();
    let (messages, _) = cargo(folder, &["check", "--lib"])?;
    for message in messages {
        let message = &message["message"];
        if message["level"] != "error" {
            continue;
        }
        for span in message["spans"].as_array().into_iter().flatten() {
            let number = |name: &str| {
                usize::try_from(span[name].as_u64().unwrap_or(0)).expect("a place in a file")
            };
            all.push(Complaint {
                file: span["file_name"].as_str().unwrap_or_default().to_owned(),
                start: number("byte_start"),
                end: number("byte_end"),
                text: message["rendered"].as_str().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(all)
}

/// Builds tests; the programs.
pub fn tests(folder: &Path, which: &[String]) -> Result<Vec<PathBuf>, String> {
    let mut arguments = vec!["test", "--no-run"];
    arguments.extend(which.iter().map(String::as_str));
    let (messages, built) = cargo(folder, &arguments)?;
    if !built {
        return Err("the tests do not build".to_owned());
    }
    Ok(messages
        .iter()
        .filter(|message| {
            message["reason"] == "compiler-artifact" && message["profile"]["test"] == true
        })
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .collect())
}
