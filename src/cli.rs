//! The commands. Each does little here: it reads its settings and calls its slice.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::accounts::command::AddMember;
use crate::api::command::TokenCommand;
use crate::app::App;
use crate::audit::command::VerifyOptions;
use crate::choices::hand_over::command::ChoicesCommand;
use crate::clock::Clock;
use crate::config::{self, Config, Faults, Settings, variables};
use crate::disclosures::command::DisclosuresCommand;
use crate::jobs::worker;
use crate::keys::Keys;
use crate::law::command::LawCommand;
use crate::mail::args::{MailArgs, MailSettings};
use crate::policy::check_command::CheckPolicy;
use crate::policy::command::PublishFile;
use crate::requests::by_mail::command::{Intake, Status};
use crate::say::{self, say};
use crate::server::{self, Size};
use crate::sources::command::SourcesCommand;
use crate::{audit, db, demo, logs, mail, register};

/// A privacy portal that a company runs in front of its own databases.
#[derive(Debug, Parser)]
// Longer texts are written for lines of that length.
#[command(name = "candor", version, max_term_width = 120)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the portal's pages
    Serve {
        /// Also do the work of `candor worker`, in the same process
        #[arg(long, env = "CANDOR_WITH_WORKER")]
        with_worker: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Send the mails and carry out the jobs that pages left; any number may run
    Worker(Settings),
    /// Show the portal at work, with an invented company's data and nothing to set up
    Demo(demo::Options),
    /// Bring the portal's database up to date
    Migrate(Settings),
    /// Copy the portal's database into a file while it runs
    Backup {
        /// The file to make; it must not exist yet
        file: PathBuf,
        #[command(flatten)]
        settings: Settings,
    },
    /// Show what settings are in force, with secrets masked, and all that is wrong with them
    Config(Settings),
    /// Make a new master secret
    Secret,
    /// Look after the register: what the organisation declares
    #[command(subcommand)]
    Register(RegisterCommand),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// See whether mail goes out
    #[command(subcommand)]
    Mail(MailCommand),
    /// Take in one mail to the contact address from standard input, as a mail server hands it over
    Intake(Intake),
    /// Check receipts
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Look after the privacy policy
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Look after staff
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Look after the tokens of systems that ask for choices
    #[command(subcommand)]
    Token(TokenCommand),
    /// Hand opt-outs over to a company that takes over the business, or take them over
    #[command(subcommand)]
    Choices(ChoicesCommand),
    /// Look after the ledger of what was disclosed to whom
    #[command(subcommand)]
    Disclosures(DisclosuresCommand),
    /// Look after the rows of law
    #[command(subcommand)]
    Law(LawCommand),
    /// Look into the company's databases, as manifests describe them
    #[command(subcommand)]
    Sources(SourcesCommand),
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Add a staff member; an admin can add the others on the pages
    Add {
        #[command(flatten)]
        member: AddMember,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Read the whole log again: status 0 when it is whole, 1 when it is not
    Verify {
        #[command(flatten)]
        options: VerifyOptions,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Subcommand)]
enum MailCommand {
    /// Send a mail at once and tell how it went
    Test {
        /// The address to send it to
        address: String,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Publish a version and tell people of it by mail
    Publish {
        #[command(flatten)]
        version: PublishFile,
        #[command(flatten)]
        settings: Settings,
    },
    /// Hold a text against the register: status 0 when they say the same, 1 when they do not
    Check {
        #[command(flatten)]
        policy: CheckPolicy,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Subcommand)]
enum ReceiptCommand {
    /// Tell whether a receipt is valid, and what it says
    Verify {
        /// The receipt as it was downloaded
        file: PathBuf,
        /// The portal's public key in base64; by default the one of the settings' master secret
        #[arg(long)]
        key: Option<String>,
        #[command(flatten)]
        settings: Settings,
    },
}

#[derive(Debug, Subcommand)]
enum RegisterCommand {
    /// Name every fault in a folder of manifests, with file and line
    Check {
        /// The folder
        folder: PathBuf,
    },
}

/// Runs the command; failures go to standard error, with status 1.
pub fn run() -> ExitCode {
    let command = Cli::command();
    let unknown = variables::unknown(&command);
    let matches = variables::read(command).unwrap_or_else(|error| refuse(&error));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    logs::start();
    for name in unknown {
        tracing::warn!(name, "this variable is no setting");
    }
    let done = match cli.command {
        Command::Serve {
            with_worker,
            settings,
        } => serve(&settings, with_worker),
        Command::Worker(settings) => work(&settings),
        Command::Demo(options) => demo::run(&options),
        Command::Migrate(settings) => migrate(&settings),
        Command::Backup { file, settings } => backup(&settings, &file),
        Command::Config(settings) => show_config(&settings, &matches),
        Command::Secret => {
            say!("{}", Keys::generate_text());
            Ok(())
        }
        Command::Register(RegisterCommand::Check { folder }) => {
            return register::check_command(&folder);
        }
        Command::Audit(AuditCommand::Verify { options, settings }) => {
            return verify_audit(options, &settings);
        }
        Command::Mail(MailCommand::Test { address, settings }) => test_mail(&settings, &address),
        Command::Receipt(ReceiptCommand::Verify {
            file,
            key,
            settings,
        }) => verify_receipt(&file, key, &settings),
        Command::Policy(PolicyCommand::Publish { version, settings }) => {
            publish_policy(version, &settings)
        }
        Command::Policy(PolicyCommand::Check { policy, settings }) => {
            return policy.run(&settings);
        }
        Command::Staff(StaffCommand::Add { member, settings }) => add_staff(member, &settings),
        Command::Token(command) => command.run(),
        Command::Choices(command) => return command.run(),
        Command::Disclosures(command) => return command.run(),
        Command::Law(command) => return command.run(),
        Command::Intake(intake) => return intake.run(),
        Command::Sources(command) => return command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("candor: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says what is wrong with the command line. A mail server must not take that for the fault of a mail.
fn refuse(error: &clap::Error) -> ! {
    let is_intake = std::env::args_os().nth(1).is_some_and(|it| it == "intake");
    if is_intake && error.use_stderr() {
        eprintln!("{error}");
        std::process::exit(Status::TryAgain as i32);
    }
    error.exit()
}

/// The settings; where one is wrong, the register is looked at as well, so that all faults are told at once.
fn checked(settings: &Settings) -> Result<Config, Faults> {
    settings.check().or_else(|_| settings.check_whole())
}

fn serve(settings: &Settings, with_worker: bool) -> anyhow::Result<()> {
    let mut config = checked(settings)?;
    let mail = if with_worker {
        Some(needed_mail(&mut config)?)
    } else {
        None
    };
    let listener = listen("--bind (CANDOR_BIND)", config.bind)?;
    let metrics = config
        .metrics_bind
        .map(|address| listen("--metrics-bind (CANDOR_METRICS_BIND)", address))
        .transpose()?;
    let app = App::open(config)?;
    let transport = mail.map(|mail| mail.transport(&app.site)).transpose()?;
    actix_web::rt::System::new().block_on(async {
        let size = Size::of_this_machine();
        let portal = server::run(app.clone(), listener, size)?;
        let metrics = metrics
            .map(|socket| server::run_metrics(app.clone(), socket))
            .transpose()?;
        let served = async {
            match metrics {
                Some(metrics) => server::with_metrics(portal, metrics).await,
                None => portal.await,
            }
        };
        match transport {
            Some(transport) => worker::beside(app, transport, served).await,
            None => served.await,
        }?;
        Ok(())
    })
}

fn listen(setting: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; end what listens there, or give another address with {setting}")
    })
}

fn work(settings: &Settings) -> anyhow::Result<()> {
    let mut config = checked(settings)?;
    let mail = needed_mail(&mut config)?;
    let app = App::open(config)?;
    let transport = mail.transport(&app.site)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async { worker::run(app, transport, worker::told_to_stop()).await });
    // A job that did not end in time is repeated by the next worker.
    runtime.shutdown_background();
    Ok(())
}

fn verify_audit(options: VerifyOptions, settings: &Settings) -> ExitCode {
    let looked = settings
        .check()
        .map_err(Into::into)
        .and_then(|config| audit::command::verify_log(options, &config));
    looked.unwrap_or_else(|error| {
        eprintln!("candor: {error:#}");
        // Neither whole nor broken: it could not be read.
        ExitCode::from(2)
    })
}

fn test_mail(settings: &Settings, address: &str) -> anyhow::Result<()> {
    let mut config = settings.check()?;
    let mail = needed_mail(&mut config)?;
    let app = App::open(config)?;
    let transport = mail.transport(&app.site)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(mail::command::test(&app, &transport, address))?;
    say!("The mail was accepted.");
    Ok(())
}

/// The way out for mail, which this command cannot do without.
fn needed_mail(config: &mut Config) -> Result<MailSettings, Faults> {
    config.mail.take().ok_or_else(MailArgs::missing)
}

fn migrate(settings: &Settings) -> anyhow::Result<()> {
    for name in settings.check()?.migrate()? {
        say!("ran {name}");
    }
    say!("The database is up to date.");
    Ok(())
}

fn backup(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let config = settings.check()?;
    db::backup(&config.open_as_it_is()?, &config.database_url, file)?;
    say!("The backup is in {}.", file.display());
    Ok(())
}

fn publish_policy(version: PublishFile, settings: &Settings) -> anyhow::Result<()> {
    let config = settings.check()?;
    version.run(
        &config.open_database()?,
        &config.register,
        Clock::system().now(),
    )
}

fn verify_receipt(file: &Path, key: Option<String>, settings: &Settings) -> anyhow::Result<()> {
    let key = match key {
        Some(key) => key,
        None => settings.check()?.keys.public_key(),
    };
    audit::command::verify_receipt(file, &key)
}

fn add_staff(member: AddMember, settings: &Settings) -> anyhow::Result<()> {
    member.run(&App::open(settings.check()?)?)
}

fn show_config(settings: &Settings, matches: &clap::ArgMatches) -> anyhow::Result<()> {
    let cli = Cli::command();
    let (name, given) = matches.subcommand().expect("this is a subcommand");
    let command = cli.find_subcommand(name).expect("this is a subcommand");
    say::print(format_args!("{}", config::print(command, given)));
    settings.check_whole()?;
    say!("The settings can be used.");
    Ok(())
}
