//! Requests of people who do not sign in: to know, to delete, to correct.
//!
//! A request is on record from the moment it is sent, and its dates count from then. The answer on the screen is the
//! same for every address; a link goes there by mail. Who follows it has shown that the mailbox is theirs, which is
//! one data point if we hold that address. For the rest they name values that we hold ([`points`]): two points for a
//! reasonable degree of certainty, three and a declaration for a reasonably high one. Who asks for specific pieces
//! and does not come so far gets the categories. Nothing that they type to be recognised is kept.

pub mod account_pages;
mod ages;
mod alike;
mod filing;
mod forgetting;
mod look_up;
mod mails;
pub mod model;
pub mod pages;
mod points;
mod proof;
pub mod proof_pages;
pub mod queries;
mod settle;

pub use filing::{
    Letter, address, addresses, confirmed, contact, link_to_follow, mail_link, may_be_mailed,
    put_on_record, receive, receive_from_agent, tell_closed, tell_unverified,
};
pub use forgetting::{forget, forget_later, told};
pub use proof::answer_less;
pub use settle::{Handle, may_be_granted, vouch};
