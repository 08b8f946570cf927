//! `candor demo`: the portal at work in front of an invented company, with nothing to set up.
//!
//! A folder ([`folder`]) holds the portal's own database and, apart from it, ProJobSector's ([`source`]).
//! It is filled once ([`making`]), and later starts keep it. The pages here show who can sign in ([`cast`])
//! and the mails that have been sent ([`mailbox`]); they exist in no other command.

pub mod cast;
pub mod folder;
pub mod mailbox;
pub mod making;
pub mod pages;
pub mod policy;
pub mod requests;
pub mod sites;
pub mod source;
pub mod staff;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::app::App;
use crate::config::{Config, read_secret};
use crate::jobs::worker;
use crate::keys::Keys;
use crate::law::Laws;
use crate::mail::transport::Transport;
use crate::server::{self, Size};
use folder::Folder;

const SEED: u64 = 1;

/// How to show it.
#[derive(Debug, Args)]
pub struct Options {
    /// The folder for the two databases; it is made if it is missing
    #[arg(long, default_value = "candor-demo", value_name = "FOLDER")]
    pub dir: PathBuf,

    /// The port on 127.0.0.1; 0 for any that is free
    #[arg(long, default_value_t = 8080, value_name = "PORT")]
    pub port: u16,

    /// What chance starts from: the same number makes the same people; 1 by default
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// How many people the company's database is about; the listed ones are always among them
    #[arg(long, default_value_t = 300, value_name = "NUMBER")]
    pub people: usize,

    /// Remove what an earlier demonstration made in the folder, and make it anew
    #[arg(long)]
    pub reset: bool,
}

/// Fills the folder if need be, prints who can sign in, and serves until Ctrl-C or SIGTERM.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).with_context(|| {
        format!(
            "cannot listen on port {}; choose another with --port",
            options.port
        )
    })?;
    let folder = Folder::open(&options.dir)?;
    let bind = listener.local_addr()?;
    prepare(&folder, options, bind)?;
    let app = open(&folder, bind)?;
    let notice = cast::notice(&app, folder.path())?;
    // A script may read the address and close the pipe: the demonstration goes on.
    let _ = writeln!(std::io::stdout(), "{notice}");
    actix_web::rt::System::new().block_on(async {
        let portal = server::run(app.clone(), listener, Size::of_this_machine())?;
        worker::beside(app, Transport::memory(), portal).await?;
        Ok(())
    })
}

/// Makes the demonstration in its folder, unless it is there and whole.
pub fn prepare(folder: &Folder, options: &Options, bind: SocketAddr) -> anyhow::Result<()> {
    if options.reset {
        folder.clear()?;
    }
    match (folder.seed()?, options.seed) {
        (Some(there), Some(wanted)) if there != wanted => anyhow::bail!(
            "{} was made with seed {there}; --reset makes it anew",
            folder.path().display()
        ),
        (Some(_), _) => Ok(()),
        (None, wanted) => making::fill(folder, wanted.unwrap_or(SEED), options.people, bind),
    }
}

/// The portal on what the folder holds.
pub fn open(folder: &Folder, bind: SocketAddr) -> anyhow::Result<App> {
    let source = (
        "projobsector".to_owned(),
        format!("sqlite://{}", folder.source().display()),
    );
    let config = Config {
        database_url: format!("sqlite://{}", folder.portal().display()),
        database_connections: 4,
        bind,
        base_url: format!("http://{bind}").parse()?,
        keys: Keys::from_text(&read_secret(&folder.secret())?)?,
        register: folder.register(),
        sources: vec![source],
        trusted_proxies: Vec::new(),
        outbound_networks: Vec::new(),
        drp_business_id: Some("projobsector".to_owned()),
        monitor: Some(format!("http://{bind}").parse()?),
        metrics_bind: None,
        metrics_token: None,
        mail: None,
        laws: Laws::built_in(),
        demo: true,
    };
    config.migrate()?;
    App::open(config)
}
