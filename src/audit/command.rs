//! What the audit slice does on the command line.

use std::path::Path;

use anyhow::{Context, bail};

use super::receipts::ReceiptFile;

/// `candor receipt verify FILE`: prints what a receipt says and succeeds, if the key (base64) has signed it.
pub fn verify_receipt(file: &Path, public_key: &str) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let receipt: ReceiptFile = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a receipt", file.display()))?;
    if !receipt.is_signed_by(public_key) {
        bail!("not valid: the receipt was changed, or another key has signed it");
    }
    let content = receipt.content().context("the signed text is no receipt")?;
    println!("valid");
    println!("{}", serde_json::to_string_pretty(&content)?);
    Ok(())
}
