//! `candor choices …`: for operators of a company that is bought, and of one that buys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use data_encoding::HEXLOWER;

use super::give::{self, AgreedKeys};
use super::{file, take};
use crate::accounts::model::IdentityKind;
use crate::app::App;
use crate::config::Settings;
use crate::say::say;

/// What to do where all others stand under this portal's keys.
const UNNAMED: &str = "It has no address and no number of these people, so that handing over again changes nothing. Ask for \
     its identity keys, and have your systems look for whomever they come to know in the file; or go on with its master \
     secret, and take the file over with --same-keys.";

/// What to do where none stands under this portal's keys.
const UNDER_OTHERS: &str = "Have it hand over under yours: --identity-keys with what `candor token identity-key` prints here. \
     If it has done so, it keeps no address and no number of these people: it has told what can be done.";

/// Hand opt-outs over to a company that takes over the business, or take them over
#[derive(Debug, Subcommand)]
pub enum ChoicesCommand {
    /// Write every opt-out that holds into one signed file
    HandOver {
        /// Who takes over, as the file is to say it
        #[arg(long, value_name = "NAME")]
        to: String,
        /// What `candor token identity-key` prints there: people are named by hashes under these keys; without it, by
        /// hashes under this portal's own
        #[arg(long, value_name = "FILE")]
        identity_keys: Option<PathBuf>,
        /// The file to make; it must not exist yet
        file: PathBuf,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        settings: Settings,
    },
    /// Tell whether such a file is whole, and who signed it
    VerifyHandOver {
        /// The file
        file: PathBuf,
        /// The public key of who made it, in base64; by default that of the settings' master secret
        #[arg(long)]
        key: Option<String>,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        settings: Settings,
    },
    /// Take the opt-outs of such a file in; no choice is ever weakened by it, and it may be repeated
    TakeOver {
        /// The file
        file: PathBuf,
        /// The public key of who made it, in base64, as that company told you
        #[arg(long)]
        key: String,
        /// Lines under the other portal's own identity keys are taken too: its master secret is this portal's own
        #[arg(long)]
        same_keys: bool,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        settings: Settings,
    },
}

impl ChoicesCommand {
    /// Runs it: 0 when all went well, 1 when lines of a file could not be taken, 2 when nothing was done.
    pub fn run(self) -> ExitCode {
        let done = match self {
            ChoicesCommand::HandOver {
                to,
                identity_keys,
                file,
                settings,
            } => hand_over(&settings, &to, identity_keys.as_deref(), &file),
            ChoicesCommand::VerifyHandOver {
                file,
                key,
                settings,
            } => verify(&settings, key, &file),
            ChoicesCommand::TakeOver {
                file,
                key,
                same_keys,
                settings,
            } => take_over(&settings, &key, same_keys, &file),
        };
        done.unwrap_or_else(|error| {
            eprintln!("candor: {error:#}");
            ExitCode::from(2)
        })
    }
}

fn hand_over(
    settings: &Settings,
    to: &str,
    keys: Option<&Path>,
    file: &Path,
) -> anyhow::Result<ExitCode> {
    if file.exists() {
        bail!("{} is there already", file.display());
    }
    let agreed = keys.map(read_keys).transpose()?;
    let app = App::open(settings.check()?)?;
    let given = give::give(&app, to, agreed.as_ref(), file)?;
    say!("{} opt-outs are in {}.", given.lines, file.display());
    if agreed.is_some() && !given.under_own_keys.is_empty() {
        say!("{}", cannot_be_named(&given.under_own_keys));
    }
    say!(
        "Receipt {}, public key {}",
        given.receipt,
        app.keys.public_key()
    );
    Ok(ExitCode::SUCCESS)
}

/// Of whom nothing is kept but a hash cannot be named under other keys.
fn cannot_be_named(under_own_keys: &BTreeMap<&'static str, u64>) -> String {
    let kinds = under_own_keys.iter();
    let kinds = kinds.map(|(kind, count)| match *kind {
        "email" => format!("{count} by e-mail address"),
        "phone" => format!("{count} by telephone number"),
        _ => format!("{count} by account number"),
    });
    let kinds: Vec<_> = kinds.collect();
    format!(
        "{} of them name people by this portal's own keys ({}): nothing but a hash is kept of these, so that they cannot be \
         handed over under others. A portal that goes on with this master secret takes them by `candor choices take-over \
         --same-keys`. For any other, hand over what `candor token identity-key` prints here, too: with that, its systems can \
         look for whomever they come to know in the file. Until then this portal alone can tell who they are.",
        under_own_keys.values().sum::<u64>(),
        kinds.join(", ")
    )
}

fn verify(settings: &Settings, key: Option<String>, path: &Path) -> anyhow::Result<ExitCode> {
    let key = match key {
        Some(key) => key,
        None => settings.check()?.keys.public_key(),
    };
    let checked = file::check(path, &key)?;
    say!(
        "The file is whole: {} opt-outs, handed over by {} to {} on {}.",
        checked.facts.lines,
        checked.head.issuer,
        checked.head.to,
        checked.head.made_at.date_naive()
    );
    Ok(ExitCode::SUCCESS)
}

fn take_over(
    settings: &Settings,
    key: &str,
    same_keys: bool,
    path: &Path,
) -> anyhow::Result<ExitCode> {
    let checked = file::check(path, key)?;
    let app = App::open(settings.check()?)?;
    let taken = take::take(&app, path, &checked, same_keys)?;
    say!(
        "{} opt-outs taken over, {} held already, {} left because the person has allowed it here since.",
        taken.opted_out,
        taken.known,
        taken.allowed_later
    );
    if taken.no_such_choice > 0 {
        say!(
            "{} are about activities that your register does not know.",
            taken.no_such_choice
        );
    }
    if taken.under_other_keys > 0 {
        say!(
            "{} name people by keys of the other portal, and could not be taken. {}",
            taken.under_other_keys,
            if taken.has_agreed {
                UNNAMED
            } else {
                UNDER_OTHERS
            }
        );
    }
    let is_all_taken = taken.no_such_choice + taken.under_other_keys == 0;
    Ok(ExitCode::from(u8::from(!is_all_taken)))
}

/// Lines of a kind of identity and its key in hex.
fn read_keys(path: &Path) -> anyhow::Result<AgreedKeys> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut keys = AgreedKeys::new();
    for line in text.lines().filter(|it| !it.trim().is_empty()) {
        let (kind, key) = line
            .trim()
            .split_once(' ')
            .context("a line is not a kind and a key")?;
        let kind: IdentityKind = kind
            .parse()
            .map_err(|_| anyhow::anyhow!("a kind of identity is not known"))?;
        let key = HEXLOWER.decode(key.trim().as_bytes());
        keys.insert(kind, key.context("a key is not in hexadecimal digits")?);
    }
    if !keys.contains_key(&IdentityKind::Email) {
        bail!("{} names no key for e-mail addresses", path.display());
    }
    Ok(keys)
}
