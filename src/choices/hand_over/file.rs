//! The file: written and read line by line, whatever its length.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use chrono::{DateTime, NaiveDateTime, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::accounts::model::IdentityKind;
use crate::audit::receipts::{Content, ReceiptFile};
use crate::db::text_enum;
use crate::keys::is_public_key;

/// What the first line calls it.
pub const FORMAT: &str = "candor-hand-over";

/// The kind of the receipt in the last line.
pub const KIND: &str = "hand-over";

/// Longer lines are none of ours.
const LONGEST: u64 = 16 * 1024;

text_enum! {
    /// Under whose keys an identity is hashed.
    pub enum KeyOf {
        /// Those of the company that takes over, which it gave for this.
        Agreed = "agreed",
        /// Those of the company that hands over: it keeps no address of these people.
        Issuer = "issuer",
    }
}

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Head {
    /// [`FORMAT`].
    pub format: String,
    /// 1.
    pub version: u32,
    /// Who hands over.
    pub issuer: String,
    /// Who takes over.
    pub to: String,
    /// When it was begun.
    pub made_at: DateTime<Utc>,
}

/// One opt-out that holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OptOut {
    /// Of whom: the kind of an identity.
    #[serde(rename = "type")]
    pub kind: IdentityKind,
    /// HMAC-SHA256 of the identity in hex.
    pub hash: String,
    /// Under whose keys.
    pub key: KeyOf,
    /// `sale-or-sharing`, `limit-sensitive`, `automated-decisions` or the key of an activity.
    pub choice: String,
    /// Since when, in UTC.
    pub since: NaiveDateTime,
}

/// What the receipt in the last line says of the lines before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Who takes over.
    pub to: String,
    /// So many opt-outs.
    pub lines: u64,
    /// Of everything before the last line, in hex.
    pub sha256: String,
}

/// Counts and hashes what it writes.
pub struct Writer<W> {
    to: W,
    hash: Sha256,
    lines: u64,
}

impl<W: Write> Writer<W> {
    /// Begins with the head.
    pub fn begin(to: W, head: &Head) -> anyhow::Result<Self> {
        let (hash, lines) = (Sha256::new(), 0);
        let mut writer = Writer { to, hash, lines };
        writer.write(&json!(head))?;
        Ok(writer)
    }

    /// Adds an opt-out.
    pub fn add(&mut self, opt_out: &OptOut) -> anyhow::Result<()> {
        self.lines += 1;
        self.write(&json!(opt_out))
    }

    fn write(&mut self, line: &Value) -> anyhow::Result<()> {
        let line = format!("{line}\n");
        self.hash.update(line.as_bytes());
        Ok(self.to.write_all(line.as_bytes())?)
    }

    /// What is to be signed.
    pub fn facts(&self, to: &str) -> Facts {
        Facts {
            to: to.to_owned(),
            lines: self.lines,
            sha256: HEXLOWER.encode(&self.hash.clone().finalize()),
        }
    }

    /// Ends with the receipt.
    pub fn end(mut self, receipt: &ReceiptFile) -> anyhow::Result<W> {
        writeln!(self.to, "{}", json!(receipt))?;
        Ok(self.to)
    }
}

/// A file that was found whole and signed.
#[derive(Debug)]
pub struct Checked {
    /// Its first line.
    pub head: Head,
    /// Its receipt, as it was signed.
    pub receipt: Content,
    /// What that says.
    pub facts: Facts,
}

/// Reads the whole file, and says what is wrong with it: nothing of it may be used then. It must be signed with the
/// private half of that public key, and each line must be as described.
pub fn check(path: &Path, public_key: &str) -> anyhow::Result<Checked> {
    let mut reader = open(path)?;
    let (mut hash, mut lines) = (Sha256::new(), 0);
    let mut line = next(&mut reader)?.unwrap_or_default();
    let head: Head =
        serde_json::from_str(&line).context("the first line is not that of a hand-over")?;
    if head.format != FORMAT || head.version != 1 {
        bail!("this is no hand-over that this version of candor knows");
    }
    loop {
        let Some(following) = next(&mut reader)? else {
            break;
        };
        hash.update(line.as_bytes());
        if lines > 0 {
            serde_json::from_str::<OptOut>(&line)
                .with_context(|| format!("line {} is not an opt-out", lines + 1))?;
        }
        lines += 1;
        line = following;
    }
    let signed: ReceiptFile = serde_json::from_str(&line)
        .context("the last line is not a receipt: the file is not complete")?;
    if !is_public_key(public_key) {
        bail!("--key is no public key; give the 32 bytes in base64, as that company told you");
    }
    if !signed.is_signed_by(public_key) {
        bail!("the signature does not hold under that public key");
    }
    let receipt = signed.content().context("the receipt cannot be read")?;
    let facts: Facts = serde_json::from_value(receipt.facts.clone())
        .context("the receipt is none of a hand-over")?;
    let found = Facts {
        to: head.to.clone(),
        lines: u64::saturating_sub(lines, 1),
        sha256: HEXLOWER.encode(&hash.finalize()),
    };
    if receipt.kind != KIND || receipt.issuer != head.issuer || facts != found {
        bail!("the file was changed after it was signed");
    }
    Ok(Checked {
        head,
        receipt,
        facts,
    })
}

/// The opt-outs of a file that was checked.
pub fn opt_outs(path: &Path) -> anyhow::Result<impl Iterator<Item = anyhow::Result<OptOut>>> {
    let mut reader = open(path)?;
    next(&mut reader)?;
    let mut held = next(&mut reader)?;
    Ok(std::iter::from_fn(move || {
        // The last line is held back: it is the receipt.
        let line = held.take()?;
        match next(&mut reader) {
            Ok(None) => None,
            Ok(following) => {
                held = following;
                Some(serde_json::from_str(&line).map_err(Into::into))
            }
            Err(error) => Some(Err(error)),
        }
    }))
}

fn open(path: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(BufReader::new(file))
}

/// The next line with its end; none at the end of the file.
fn next(reader: &mut BufReader<File>) -> anyhow::Result<Option<String>> {
    let mut line = Vec::new();
    reader.take(LONGEST).read_until(b'\n', &mut line)?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(String::from_utf8(line)?)),
        Some(_) => bail!("the file is not complete, or is no hand-over"),
    }
}
