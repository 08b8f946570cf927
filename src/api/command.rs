//! `candor token …`: for operators, and for scripts that set a system up.

use anyhow::bail;
use chrono::TimeDelta;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;

use super::model::{NewToken, Scope};
use super::queries;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::identity_key;
use crate::audit::Actor;
use crate::clock::Clock;
use crate::config::Settings;
use crate::disclosures::model::Channel;
use crate::disclosures::webhook;
use crate::error::AppError;
use crate::register::Register;
use crate::say::say;

/// Looking after tokens.
#[expect(
    missing_docs,
    reason = "clap would take it for the description of the command"
)]
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token, and print its secret; it is shown this once
    Add {
        #[command(flatten)]
        token: AddToken,
        #[command(flatten)]
        settings: Settings,
    },
    /// Take a token back
    Revoke {
        /// As `candor token list` numbers them
        id: i64,
        #[command(flatten)]
        settings: Settings,
    },
    /// List the newest tokens, without their secrets
    List(Settings),
    /// Print the secret under which calls to a recipient are signed
    WebhookSecret {
        /// Its key in the register
        recipient: String,
        #[command(flatten)]
        settings: Settings,
    },
    /// Print the keys under which systems hash identities to ask about them
    #[command(after_help = HOW_TO_HASH)]
    IdentityKey(Settings),
}

/// A token to make.
#[derive(Debug, Args)]
pub struct AddToken {
    /// The system that will use it
    #[arg(long, value_name = "SYSTEM")]
    name: String,

    /// What it is good for; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", default_value = "choices:read", value_parser = scope())]
    scopes: Vec<Scope>,

    /// Key of the recipient whose notices it fetches and answers; the scope notices needs it
    #[arg(long, value_name = "RECIPIENT")]
    recipient: Option<String>,

    /// How many days it is good
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=3650))]
    days: i64,
}

const HOW_TO_HASH: &str = "\
The hash of an identity is HMAC-SHA256 in hex under the key of its kind. The key is printed in hex: decode its 64 digits to 32 bytes
first. Hash an e-mail address in lower case, with its domain in ASCII (xn--…), and a telephone number in E.164. To test with:
under the key 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f the address ada@example.org has the hash
c2ca8524eab3e540e13d4e2397be333a5ec2db8584379861a06b030d7ac7a5a6";

/// So many are listed.
const LISTED: i64 = 100;

impl TokenCommand {
    /// Runs it.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            TokenCommand::Add { token, settings } => token.run(&settings),
            TokenCommand::Revoke { id, settings } => {
                let db = settings.check()?.open_database()?;
                let now = Clock::system().now();
                let revoked =
                    db.write_now(move |conn| queries::revoke(conn, Actor::System, id, now));
                match revoked {
                    Err(AppError::NotFound) => bail!(
                        "there is no token {id} that is good; see `candor token list` for their numbers"
                    ),
                    revoked => revoked?,
                }
                say!("The token is taken back.");
                Ok(())
            }
            TokenCommand::List(settings) => list(&settings),
            TokenCommand::WebhookSecret {
                recipient,
                settings,
            } => {
                let config = settings.check()?;
                is_called(&Register::open(&config.register)?, &recipient)?;
                say!("{}", webhook::secret(&config.keys, &recipient));
                Ok(())
            }
            TokenCommand::IdentityKey(settings) => {
                let keys = settings.check()?.keys;
                for kind in IdentityKind::ALL {
                    say!("{kind} {}", HEXLOWER.encode(&identity_key(&keys, *kind)));
                }
                Ok(())
            }
        }
    }
}

fn scope() -> impl TypedValueParser<Value = Scope> {
    let known = Scope::ALL.iter().map(|it| it.as_str());
    PossibleValuesParser::new(known).try_map(|it| it.parse::<Scope>())
}

/// A mistyped name would have a secret, too, under which nothing is ever signed.
fn is_called(register: &Register, recipient: &str) -> anyhow::Result<()> {
    match register.recipient(recipient).map(Channel::of) {
        Some(Channel::Webhook) => Ok(()),
        Some(_) => bail!("{recipient} is not called: the register names no URL as its contact"),
        None => bail!("the register has no recipient {recipient}"),
    }
}

impl AddToken {
    fn run(self, settings: &Settings) -> anyhow::Result<()> {
        let name = self.name.trim();
        if name.is_empty() {
            bail!("--name is empty; say which system will use the token");
        }
        let config = settings.check()?;
        let db = config.open_database()?;
        let now = Clock::system().now();
        let new = NewToken {
            name: name.to_owned(),
            scopes: self.scopes,
            recipient: self.recipient,
            expires_at: now + TimeDelta::days(self.days),
        };
        if new.recipient.is_some() || new.scopes.contains(&Scope::Notices) {
            let loaded = Register::load(&config.register);
            let (register, _) = loaded.map_err(|_| {
                anyhow::anyhow!("the register cannot be used; see `candor register check`")
            })?;
            if let Some(sentence) = new.recipient_fault(&register) {
                bail!("--recipient: {sentence}");
            }
        }
        let keys = config.keys;
        let secret =
            db.write_now(move |conn| queries::make(conn, &keys, Actor::System, &new, now))?;
        say!("{secret}");
        Ok(())
    }
}

fn list(settings: &Settings) -> anyhow::Result<()> {
    let db = settings.check()?.open_database()?;
    let now = Clock::system().now();
    for token in db.read_now(|conn| Ok(queries::list(conn, None, LISTED)?))? {
        let state = if token.is_good(now) { "good" } else { "ended" };
        let until = token.expires_at.date();
        say!(
            "{} {state} until {until}: {} ({})",
            token.id,
            token.name,
            token.scopes
        );
    }
    Ok(())
}
