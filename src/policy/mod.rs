//! The privacy policy: every version of it, what differs between two, and telling people of a new one.
//!
//! A version is published once ([`publish()`]) and never changes: the database refuses it. So whatever is
//! worked out of its text can be kept in memory under the text's hash, in every process.

pub mod announce;
pub mod cache;
pub mod command;
pub mod compare_pages;
pub mod comparison;
pub mod draft;
pub mod file;
mod form;
mod html;
pub mod model;
pub mod pages;
pub mod publish;
pub mod queries;
pub mod staff_pages;
pub mod text;

pub use draft::{Draft, Fault};
pub use model::PolicyVersion;
pub use publish::{publish, take_over};
pub use queries::current;
