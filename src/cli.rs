//! The commands. Each does little here: it reads its settings and calls its slice.

use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::Settings;
use crate::server::{self, Size};
use crate::{db, logs};

/// A privacy portal that a company runs in front of its own databases.
#[derive(Debug, Parser)]
#[command(name = "candor", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the portal's pages
    Serve(Settings),
    /// Bring the portal's database up to date
    Migrate(Settings),
}

/// Runs the command; failures go to standard error, with status 1.
pub fn run(cli: Cli) -> ExitCode {
    logs::start();
    let done = match cli.command {
        Command::Serve(settings) => serve(&settings),
        Command::Migrate(settings) => migrate(&settings),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("candor: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(settings: &Settings) -> anyhow::Result<()> {
    let app = App::open(settings)?;
    let listener = TcpListener::bind(settings.bind)
        .with_context(|| format!("cannot listen on {}", settings.bind))?;
    actix_web::rt::System::new().block_on(async {
        server::run(app, listener, Size::of_this_machine())?.await?;
        Ok(())
    })
}

fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let db = settings.open_database()?;
    let run = db::migrate(&db)?;
    for name in &run {
        println!("ran {name}");
    }
    println!("The database is up to date.");
    Ok(())
}

impl App {
    /// Opens everything that the settings name.
    pub fn open(settings: &Settings) -> anyhow::Result<App> {
        let keys = Arc::new(settings.keys()?);
        let db = settings.open_database()?;
        let site = Arc::new(settings.site());
        Ok(App::assemble(db, crate::clock::Clock::system(), keys, site))
    }
}
