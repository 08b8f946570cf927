//! The mail about an age that was put right.

use crate::mail::messages::message;

/// Tells what is on record now, and that nothing was turned on by it.
#[derive(Debug)]
pub struct AgePutRight {
    /// Whether it follows from a date of birth that was corrected, as somebody asked.
    pub is_by_correction: bool,
    /// The 16th birthday in words, of somebody who is under 16.
    pub sixteen_on: Option<String>,
    /// Until which age a parent or guardian decides.
    pub who_decides: String,
}

message!(
    AgePutRight,
    "age_put_right",
    "mail/age_put_right/subject.txt",
    "mail/age_put_right/body.txt",
    "mail/age_put_right/body.html"
);
