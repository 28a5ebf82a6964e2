//! Writes the plan that dtpc is measured with, for whoever wants to measure by hand:
//! `cargo run --example synthetic -- 10000 target/synthetic`, then
//! `dtpc check target/synthetic/synthetic.dtp`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "it writes files and prints"
)]

#[path = "../benches/synthetic/mod.rs"]
mod synthetic;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let suites = arguments.next().and_then(|suites| suites.parse().ok());
    let (Some(suites), Some(folder)) = (suites, arguments.next().map(PathBuf::from)) else {
        eprintln!("usage: synthetic SUITES FOLDER [SEED]");
        return ExitCode::from(2);
    };
    let seed = arguments.next().and_then(|seed| seed.parse().ok());
    for (path, text) in synthetic::texts(suites, seed.unwrap_or(synthetic::SEED)) {
        let place = folder.join(path);
        let written = std::fs::create_dir_all(place.parent().unwrap_or(&folder))
            .and_then(|()| std::fs::write(&place, text));
        if let Err(error) = written {
            eprintln!("{}: {error}", place.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
