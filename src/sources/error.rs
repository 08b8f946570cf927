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
    /// It cannot be reached or opened, or it broke off; worth another try later. The text is the driver's code, or says in
    /// some words what is wrong.
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
    /// It may not be read.
    #[error("may not be read: its account has no right to it")]
    Unreadable,
    /// One of its own rules forbids the change.
    #[error("{0} forbids the change")]
    Refused(Rule),
    /// A row was no longer as it was when the change was planned; nothing was changed.
    #[error("a row has changed since")]
    Changed,
    /// A row did not read back as written. What can be rolled back was: of a service, only that tells what it holds now.
    #[error("a change did not read back as written")]
    NotReadBack,
    /// People change it by hand, and nobody has confirmed that it was done.
    #[error("people change it by hand, and nobody has confirmed that it was done")]
    NotConfirmed,
    /// Anything else; the text is the driver's code.
    #[error("failed ({0})")]
    Failed(String),
}

/// A rule of a source, as far as it tells by which one it refuses a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Rule {
    /// A column may not be empty.
    #[error("its rule `not-null`")]
    NotNull,
    /// Another row has the same key.
    #[error("its rule `unique`")]
    Unique,
    /// A row would refer to one that is not there.
    #[error("its rule `foreign-key`")]
    ForeignKey,
    /// A condition on each row.
    #[error("its rule `check`")]
    Check,
    /// Whatever else it demands, as triggers do.
    #[error("a rule of its own")]
    Other,
    /// It cannot take back what is changed in that table.
    #[error("its rule `transactions`")]
    Transactions,
    /// What is deleted would stay as history.
    #[error("its rule `system versioning`")]
    Versioning,
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

impl Fault {
    /// The same where nothing is written: who has no right to it may not read.
    #[must_use]
    pub(super) fn of_reading(self) -> Self {
        if self == Self::ReadOnly {
            Self::Unreadable
        } else {
            self
        }
    }

    /// The same where a connection is opened: who has no right to it comes no further.
    #[must_use]
    pub(super) fn of_opening(self) -> Self {
        match self {
            Self::ReadOnly => Self::Unavailable(NO_RIGHT.to_owned()),
            // Whatever keeps a server from opening a connection, nothing was asked of it yet.
            Self::Failed(code) if code == "55000" => Self::Unavailable(CLOSED.to_owned()),
            Self::Failed(code) => Self::Unavailable(code),
            other => other,
        }
    }
}

/// What is wrong with an account or an address, in the words of `Fault::Unavailable`.
pub(super) const WRONG_PASSWORD: &str = "the user name or the password is wrong";
pub(super) const NOT_LET_IN: &str = "the server does not let this user in";
pub(super) const NO_DATABASE: &str = "the server has no such database";
pub(super) const CLOSED: &str = "the database takes no connections at present";
pub(super) const DISK_FULL: &str = "its disk is full";
pub(super) const NO_CONNECTION: &str = "the connection to it failed";
pub(super) const BROKEN_OFF: &str = "it broke the connection off";
pub(super) const NO_RIGHT: &str = "the user has no right to this database";
