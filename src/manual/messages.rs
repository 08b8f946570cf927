//! The mails of the manual desk. They name systems and requests, nobody's data.

use chrono::NaiveDate;

use super::model::Purpose;
use crate::config::Site;
use crate::mail::messages::message;
use crate::web::words;

/// Tells staff that something is to be done by hand.
#[derive(Debug)]
pub struct ManualTaskOpened {
    /// Of the task.
    pub id: i64,
    /// Of its request.
    pub reference: String,
    /// What people call the system.
    pub system: String,
    /// What is to be done.
    pub purpose: Purpose,
    /// By when.
    pub due_on: NaiveDate,
}
message!(
    ManualTaskOpened,
    "manual_task_opened",
    "mail/manual_task_opened/subject.txt",
    "mail/manual_task_opened/body.txt",
    "mail/manual_task_opened/body.html"
);

/// Tells staff that something has not been done by hand in time.
#[derive(Debug)]
pub struct ManualTaskLate {
    /// The task that is late.
    pub task: ManualTaskOpened,
    /// When the answer to its request is due.
    pub answer_due_on: NaiveDate,
}
message!(
    ManualTaskLate,
    "manual_task_late",
    "mail/manual_task_late/subject.txt",
    "mail/manual_task_late/body.txt",
    "mail/manual_task_late/body.html"
);

impl ManualTaskOpened {
    fn due(&self) -> String {
        words::day(self.due_on)
    }

    fn asks(&self) -> &'static str {
        match self.purpose {
            Purpose::Find => "Look up what this system holds about somebody",
            Purpose::Correct => "Put values right in this system",
            Purpose::Erase => "Erase records in this system",
        }
    }

    fn link(&self, site: &Site) -> String {
        site.url(&format!("/staff/manual/{}", self.id))
    }
}

impl ManualTaskLate {
    fn answer_due(&self) -> String {
        words::day(self.answer_due_on)
    }
}
