//! The `candor` command.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    candor::cli::run(candor::cli::Cli::parse())
}
