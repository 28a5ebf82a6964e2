//! The `dtpc` command. All it does is in [`dtpc::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    dtpc::cli::main()
}
