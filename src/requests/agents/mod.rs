//! Requests that somebody makes for somebody else: an authorised agent, who holds a power of attorney, a child's parent.
//!
//! | who asks | what they send | the person |
//! |---|---|---|
//! | agent, to know, delete or correct | a signed permission | confirms that it is theirs, and shows who they are |
//! | who holds a power of attorney | the document | is told, and asked for nothing |
//! | parent or guardian of a child | a signed form | is told, and asked for nothing |
//! | anybody, to opt somebody out | nothing: that is the form that everybody has | is told, and asked for nothing |
//!
//! Whom it is about is told at once, and stops it in one step. Until it is known who they are it is a request without
//! an account like others ([`crate::requests::senders`]): nothing is granted on an agent's word. The document is sealed
//! and erased as evidence is. An agent learns that a request was received and how it ended, and nothing about data.

mod asking;
mod filing;
mod mails;
pub mod model;
pub mod pages;
pub mod queries;

pub use asking::{ask, ask_now, may_cause_mail};
pub use filing::{NewAgent, confirm, forget, hold_power, object, receive, tell_closed};
