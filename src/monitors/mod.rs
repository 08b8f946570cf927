//! The portal looks at its own public pages every hour, as a visitor does: by HTTP, at the address that people use.
//!
//! It opts a browser of its own out and sends the signal ([`walk`]). It signs these visits, so that what it chose counts
//! as nobody's choice and figures leave it out ([`mark`]). What it finds is kept with its history, and admins get a mail
//! when something fails and when it is well again ([`watch`]).

pub mod mark;
mod messages;
pub mod model;
mod queries;
pub mod staff_pages;
mod visit;
mod walk;
pub mod watch;

pub use queries::purge;
