//! Mail: written into the outbox in the transaction of its cause, delivered by a worker.
//!
//! A message is a struct with three templates: `templates/mail/<name>/{subject.txt,body.txt,body.html}`.
//! It is rendered when it is enqueued, so that it says what was true then.

pub mod args;
pub mod claims;
pub mod command;
mod compose;
pub mod delivery;
mod dkim;
pub mod mask;
pub mod messages;
pub mod outbox;
pub mod queries;
pub mod smtp;
pub mod staff_pages;
pub mod transport;

pub use messages::{Message, Rendered};
pub use outbox::{Mailer, Prepared};
