//! The manual desk: people look things up, and change them, in systems that nobody can connect to.
//!
//! ```text
//! a request is filed ─► task: look it up ─► what was found ─► shown, packaged, planned with, like any other record
//! a decision is carried out ─► task: change it there ─► confirmed ─► applied to what was found ─► read back, receipt
//! ```
//! For the rest of the portal such a system is a source (`sources/manual.rs`, [`desk`]): its records are those that
//! were found and are still kept, [`kept`]. [`opening`] writes tasks in the transaction of their cause, [`answering`] ends them once,
//! and [`waiting`] holds up what is carried out until they are done. What was found is sealed, serves the requests that it
//! was looked up for, and goes [`KEPT_FOR`] after it was found, or when it is erased.

pub mod answering;
mod check;
pub mod desk;
pub mod kept;
mod messages;
pub mod model;
pub mod opening;
pub mod pages;
pub mod queries;
pub mod reminders;
pub mod staff_pages;
pub mod standing;
pub mod task_form;
pub mod task_pages;
mod task_view;
pub mod unsearched;
pub mod upload;
pub mod values;
pub mod waiting;

use chrono::TimeDelta;

/// So long what was found is kept at least: as long as most laws give for an answer, with its extension. It is kept
/// longer only while a request of the person is open.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(90);
