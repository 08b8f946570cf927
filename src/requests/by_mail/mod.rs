//! Requests that come as a mail to the contact address: `candor intake`, to which a mail server hands each one.
//!
//! Who a mail is from is only what it says. So nothing is done on its word but to write back, and to opt out who says so of
//! what they name, which takes no proof. Where it is clear what else is asked for, the request is put on record as
//! unconfirmed ([`crate::requests::senders`]) and the answer has the link to go on; otherwise the answer leads to the form,
//! which knows the address and the day of the mail. Mails of programs and lists, and our own, are never answered
//! ([`message`]), an address gets a few answers a day, and the same mail is taken in once.

pub mod command;
pub mod guess;
mod invitation;
mod mails;
pub mod message;
mod take_in;

pub use invitation::Invitation;
pub use take_in::{Taken, purge, take_in};
