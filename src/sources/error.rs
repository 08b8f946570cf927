//! What can go wrong with a source. None of it carries a value, a statement or a credential.

use thiserror::Error;

/// A source did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("source `{key}`: {fault}")]
pub struct SourceError {
    /// Key of the source.
    pub key: String,
    /// What happened.
    pub fault: Fault,
}

/// Why a source did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// It cannot be reached or opened, or it broke off; worth another try later. The text is the driver's code.
    #[error("not available ({0})")]
    Unavailable(String),
    /// It took longer than allowed, or somebody else held a lock; worth another try later.
    #[error("took too long")]
    TimedOut,
    /// A table or column that the register names is not there.
    #[error("no {0} there")]
    Missing(String),
    /// What it holds is not written as it should be; a sentence with the place, and without values.
    #[error("{0}")]
    Malformed(String),
    /// It may not be written to.
    #[error("may not be written to")]
    ReadOnly,
    /// One of its own rules forbids the change: `not-null`, `unique`, `foreign-key`, `check`.
    #[error("its rule `{0}` forbids the change")]
    Refused(&'static str),
    /// A row was no longer as it was when the change was planned; nothing was changed.
    #[error("a row has changed since")]
    Changed,
    /// A row did not read back as written; everything was rolled back.
    #[error("a change did not read back as written")]
    NotReadBack,
    /// People change it by hand, and nobody has confirmed that it was done.
    #[error("people change it by hand, and nobody has confirmed that it was done")]
    NotConfirmed,
    /// Anything else; the text is the driver's code.
    #[error("failed ({0})")]
    Failed(String),
}

impl SourceError {
    /// An error of the source of this key.
    pub fn new(key: &str, fault: Fault) -> Self {
        Self {
            key: key.to_owned(),
            fault,
        }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub const fn is_temporary(&self) -> bool {
        matches!(self.fault, Fault::Unavailable(_) | Fault::TimedOut)
    }
}
