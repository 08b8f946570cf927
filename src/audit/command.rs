//! What the audit slice does on the command line.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;

use super::receipts::ReceiptFile;
use super::verify::{Mark, verify};
use crate::config::Config;
use crate::keys::is_public_key;
use crate::say::say;

/// How to look.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// The end of the chain as an earlier look printed it, and as you kept it outside of this machine
    #[arg(long, value_name = "POSITION:HASH")]
    pub head: Option<Mark>,
}

/// Looks at the whole chain and prints what was found: success when it is whole, status 1 when it is not.
pub fn verify_log(options: VerifyOptions, config: &Config) -> anyhow::Result<ExitCode> {
    let db = config.open_database()?;
    let verdict = db.read_now(|conn| Ok(verify(conn, &config.keys, options.head)?))?;
    say!("{} events are whole, up to {}", verdict.whole, verdict.end);
    if verdict.waiting > 0 {
        say!("Waiting to be linked by a worker: {}", verdict.waiting);
    }
    match verdict.first_break {
        None => {
            say!("The audit log is whole.");
            say!(
                "Keep {} elsewhere, and give it with --head next time.",
                verdict.end
            );
            Ok(ExitCode::SUCCESS)
        }
        Some(found) => {
            say!("THE AUDIT LOG IS BROKEN: {found}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// `candor receipt verify FILE`: prints what a receipt says and succeeds, if the key (base64) has signed it.
pub fn verify_receipt(file: &Path, public_key: &str) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let receipt: ReceiptFile = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a receipt", file.display()))?;
    ensure!(
        is_public_key(public_key),
        "--key is no public key; give the 32 bytes in base64 as they stand at /.well-known/candor-receipts.json"
    );
    if !receipt.is_signed_by(public_key) {
        bail!("not valid: the receipt was changed, or another key has signed it");
    }
    let content = receipt.content().context("the signed text is no receipt")?;
    say!("valid");
    say!("{}", serde_json::to_string_pretty(&content)?);
    Ok(())
}
