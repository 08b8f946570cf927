//! `candor intake`: one mail on standard input, and an exit status that a mail server understands.

use std::io::{self, Read};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::message::{self, LOOKED_AT, Own, Reading};
use super::take_in::take_in;
use crate::accounts::queries::normal_email;
use crate::app::App;
use crate::config::Settings;
use crate::error::AppError;
use crate::mail::args::MailSettings;
use crate::requests::life::By;

const HELP: &str = "\
Have your mail server hand over each mail to the contact address, beside the mailbox that staff read. In Postfix's
master.cf, with the script candor-as that knows the settings (the README says which):
  candor unix - n n - 2 pipe user=candor null_sender= argv=/usr/local/bin/candor-as intake --envelope-sender=${sender}

What a mail says of its sender is never believed: it is answered with a link to go on, and nothing else is done. An
opt-out of sale and sharing, of extra uses of sensitive data, of decisions by machines or of everything takes no proof:
where it is plain it holds at once, and who has the address is told.
Mails of programs and lists, bounces, and mails from the portal's own address are taken and left unanswered.

Exit status: 0 when the mail was taken, 65 when it cannot be read or names no one sender, 75 when it should be
delivered again later.";

/// A mail to take in
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Intake {
    /// The sender of the envelope, as the mail server was told; empty for a bounce
    #[arg(long, value_name = "ADDRESS")]
    envelope_sender: Option<String>,

    #[expect(
        missing_docs,
        reason = "clap would take it for the description of the command"
    )]
    #[command(flatten)]
    pub settings: Settings,
}

/// What the mail server is told, as the exit status of `sysexits.h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// The mail was taken; nothing more is to be done with it.
    Done = 0,
    /// It cannot be read, and will not be the next time (`EX_DATAERR`).
    Unreadable = 65,
    /// It should be delivered again later (`EX_TEMPFAIL`).
    TryAgain = 75,
}

impl Intake {
    /// Reads the mail and takes it in. What it prints may stand in a bounce, so it repeats nothing of the mail.
    pub fn run(&self) -> ExitCode {
        let status = self.take().unwrap_or_else(|error| {
            eprintln!("candor: {error:#}");
            Status::TryAgain
        });
        ExitCode::from(status as u8)
    }

    fn take(&self) -> anyhow::Result<Status> {
        let mail = read_all(io::stdin().lock()).context("the mail cannot be read")?;
        let config = self.settings.check()?;
        let sender = config.mail.as_ref();
        let sender = sender.and_then(MailSettings::sender_address);
        let app = App::open(config)?;
        let own = own(&app, sender);
        Ok(take(&app, &mail, self.envelope_sender.as_deref(), &own))
    }
}

/// What is ours: the contact address, and the one that mails go out from.
pub fn own(app: &App, sender: Option<String>) -> Own {
    let addresses = sender.into_iter().chain([app.site.contact.clone()]);
    Own {
        addresses: addresses.map(|it| normal_email(&it)).collect(),
        domain: app.site.mail_domain().to_owned(),
    }
}

/// The beginning of the mail. The rest is read too, so that the mail server does not find the pipe broken.
fn read_all(mut input: impl Read) -> io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    input
        .by_ref()
        .take(LOOKED_AT as u64)
        .read_to_end(&mut mail)?;
    io::copy(&mut input, &mut io::sink())?;
    Ok(mail)
}

/// Takes a mail in. It blocks.
pub fn take(app: &App, mail: &[u8], envelope_sender: Option<&str>, own: &Own) -> Status {
    let mail = match message::read(mail, envelope_sender, own) {
        Reading::Letter(mail) => mail,
        Reading::Automatic(why) => {
            tracing::info!(why, "a mail was left unanswered");
            return Status::Done;
        }
        Reading::Unreadable(why) => {
            tracing::info!(why, "a mail was refused");
            return Status::Unreadable;
        }
    };
    let by_app = app.clone();
    let taken = app
        .db
        .write_now(move |conn| take_in(conn, &mail, &By::visitor(&by_app)));
    match taken {
        Ok(taken) => {
            tracing::info!(?taken, "a mail was taken in");
            app.wake.notify_one();
            Status::Done
        }
        Err(error) => {
            let is_ours = !matches!(error, AppError::TooMany(_));
            tracing::warn!(is_ours, %error, "a mail is to come again later");
            Status::TryAgain
        }
    }
}
