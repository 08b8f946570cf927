//! The export package: a sealed copy of everything, with an end date.
//!
//! ```text
//! building ──► ready ──► expired
//! ```
//! Asking for it writes a row and a job. The job reads the sources once, writes a ZIP as it reads, seals it in
//! chunks into the portal's database, and mails the person. Memory does not grow with the number of records.
//! A job that is killed starts over: chunks without a `ready` package are nothing.

pub mod asking;
mod beside;
pub mod build;
pub mod chunks;
mod files;
pub mod model;
pub mod pages;
pub mod queries;
mod ready;
mod report;
mod tables;

/// How long a package can be downloaded.
pub const LASTS: chrono::TimeDelta = chrono::TimeDelta::days(7);
