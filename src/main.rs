//! The `dtpc` command. All it does is in [`dtpc::cli`].

use std::process::ExitCode;

/// A fifth of the time went into the allocator of the system: docs/decisions/0021-parser-and-allocator.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dtpc::cli::main()
}
