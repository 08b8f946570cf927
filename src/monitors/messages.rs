//! The mail to admins.

use crate::mail::messages::message;

/// Tells which checks of the public pages fail now, and which are well again.
#[derive(Debug)]
pub struct MonitorChanged {
    /// Titles, and what was found.
    pub failing: Vec<(&'static str, String)>,
    /// Titles.
    pub well_again: Vec<&'static str>,
}

message!(
    MonitorChanged,
    "monitor_changed",
    "mail/monitor_changed/subject.txt",
    "mail/monitor_changed/body.txt",
    "mail/monitor_changed/body.html"
);
