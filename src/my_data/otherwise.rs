//! What is said where a datum has no correction.

use super::ledger::DatumLine;

/// Why a datum has no correction, and another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    /// The person is known by it.
    Handle,
    /// It is a file and no text, so that nothing can be typed in its place.
    Binary,
    /// The source works it out itself, as views do.
    WorkedOut,
}

impl DatumLine {
    /// Whether the person is known by it.
    pub fn is_handle(&self) -> bool {
        self.otherwise == Some(Otherwise::Handle)
    }

    /// Whether its source works it out itself.
    pub fn is_worked_out(&self) -> bool {
        self.otherwise == Some(Otherwise::WorkedOut)
    }

    /// Whether it is a file and no text.
    pub fn is_binary(&self) -> bool {
        self.otherwise == Some(Otherwise::Binary)
    }
}
