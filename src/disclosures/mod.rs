//! Who receives data, and telling them of opt-outs, corrections, deletions and restrictions.
//!
//! What recipients are to be told of is a cause, written in the transaction that brings it about ([`causes`]). A job
//! spreads it: one notice for each recipient whom it concerns ([`spread`]). How a recipient is told follows from its
//! contact in the register: a URL gets a signed call ([`webhook`]), an address a mail with a link to answer by
//! ([`answer_pages`]), `feed` means that it fetches its notices itself ([`feed`]), and without any of these staff tell it and write down what it said ([`staff_pages`]). Each notice is
//! sent until it is answered or given up; staff and the person see how it stands, and supervisors are told of silence and
//! refusals ([`escalation`]).
//!
//! What single acts of giving data there were is kept in a [`ledger`].

pub mod answer_pages;
pub mod causes;
pub mod command;
pub mod content;
pub mod data;
pub mod escalation;
pub mod feed;
pub mod ledger;
mod messages;
pub mod model;
pub mod pages;
pub mod queries;
pub mod receiving;
pub mod register_pages;
pub mod spread;
pub mod staff_pages;
pub mod statements;
pub mod untold;
pub mod webhook;
