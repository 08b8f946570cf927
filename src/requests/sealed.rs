//! What people and staff write, and values of people's data, as the database keeps them: encrypted, and tied to
//! their request so that a row cannot be moved to another one.

use crate::db::text_enum;
use crate::error::AppResult;
use crate::keys::Keys;

text_enum! {
    /// What a sealed text is. What was sealed under a name is opened under the same one only.
    pub enum What {
        /// What the person wrote when filing.
        Note = "note",
        /// What the person says is new since the same was denied.
        News = "news",
        /// The plan that the person confirmed.
        Plan = "plan",
        /// The value at the time of filing.
        OldValue = "old_value",
        /// The proposed value.
        NewValue = "new_value",
        /// The change that the proposal comes to.
        Change = "change",
        /// Who gave us the value in dispute.
        SourceName = "source_name",
        /// Why the person proposes it.
        Reason = "reason",
        /// Why staff decided so.
        DecisionReason = "decision_reason",
        /// Why staff need more time.
        ExtensionReason = "extension_reason",
        /// What staff write for each other.
        StaffNote = "staff_note",
        /// A message.
        Message = "message",
        /// A piece of evidence.
        Evidence = "evidence",
        /// The address of somebody without an account.
        Address = "address",
        /// How somebody without e-mail can be reached.
        Contact = "contact",
        /// The name of who asks for somebody else.
        AgentName = "agent_name",
        /// Their address.
        AgentAddress = "agent_address",
        /// What an agent of the protocol said of the person.
        AgentClaims = "agent_claims",
        /// Why something is to be looked at first, and what was made of it.
        Flag = "flag",
        /// The name under a declaration.
        Declaration = "declaration",
        /// Why a staff member stands for somebody.
        Vouched = "vouched",
        /// What was decided before an appeal opened a request again.
        EarlierAnswer = "earlier_answer",
        /// Which records a deletion had to leave.
        Remainder = "remainder",
        /// Which data are kept and not used.
        Restricted = "restricted",
    }
}

fn context(reference: &str, what: What) -> String {
    format!("request {reference} {what}")
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
