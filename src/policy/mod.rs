//! The privacy policy: every version of it, what differs between two, and telling people of a new one.
//!
//! A version is published once ([`publish()`]) and never changes: the database refuses it. So whatever is
//! worked out of its text can be kept in memory under the text's hash, in every process.

pub mod announce;
pub mod cache;
pub mod check_command;
pub mod command;
pub mod compare_pages;
pub mod comparison;
pub mod draft;
pub mod file;
pub mod for_you;
mod form;
mod html;
pub mod model;
pub mod own_pages;
pub mod pages;
pub mod promises;
pub mod publish;
pub mod queries;
pub mod review_pages;
pub mod reviews;
pub mod staff_pages;
pub mod text;
pub mod touched;

pub use draft::{Draft, Fault};
pub use model::PolicyVersion;
pub use publish::{publish, take_over};
