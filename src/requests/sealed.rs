//! What people and staff write, and values of people's data, as the database keeps them: encrypted, and tied to
//! their request so that a row cannot be moved to another one.

use crate::error::AppResult;
use crate::keys::Keys;

/// What a sealed text is.
#[derive(Debug, Clone, Copy)]
pub enum What {
    /// What the person wrote when filing.
    Note,
    /// The plan that the person confirmed.
    Plan,
    /// The value at the time of filing.
    OldValue,
    /// The proposed value.
    NewValue,
    /// The change that the proposal comes to.
    Change,
    /// Why the person proposes it.
    Reason,
    /// Why staff decided so.
    DecisionReason,
    /// What staff write for each other.
    StaffNote,
    /// A message.
    Message,
    /// A piece of evidence.
    Evidence,
    /// The address of somebody without an account.
    Address,
    /// How somebody without e-mail can be reached.
    Contact,
    /// The name under a declaration.
    Declaration,
    /// Why a staff member stands for somebody.
    Vouched,
}

fn context(reference: &str, what: What) -> String {
    format!("request {reference} {what:?}")
}

/// Seals bytes for the request of that reference.
pub fn seal(keys: &Keys, reference: &str, what: What, plain: impl AsRef<[u8]>) -> Vec<u8> {
    keys.seal(&context(reference, what), plain.as_ref())
}

/// Opens what [`seal`] made.
pub fn open(keys: &Keys, reference: &str, what: What, sealed: &[u8]) -> AppResult<Vec<u8>> {
    Ok(keys.open(&context(reference, what), sealed)?)
}

/// Opens a sealed text; an absent one is empty.
pub fn open_text(
    keys: &Keys,
    reference: &str,
    what: What,
    sealed: Option<&[u8]>,
) -> AppResult<String> {
    let Some(sealed) = sealed else {
        return Ok(String::new());
    };
    let plain = open(keys, reference, what, sealed)?;
    Ok(String::from_utf8(plain).map_err(anyhow::Error::from)?)
}
