//! The `candor` command.

use std::process::ExitCode;

/// Pages are made of many small texts: a tenth of their time goes with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    candor::cli::run()
}
