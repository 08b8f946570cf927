//! The Data Rights Protocol 1.0: authorised agents exercise rights for people, program to program.
//!
//! An agent is pinned by an admin with its public key ([`staff_pages`]). It pairs, which gives it a token, and then
//! sends signed messages ([`signed`]). An opt-out takes effect at once and needs nobody's confirmation; to know and to
//! delete land in the normal queue ([`exercise`]), where the person confirms by mail. How a request stands is read
//! from the request itself ([`status`]), and told to the agent when it changes ([`callback`]).
//!
//! No message is taken twice, no agent finds another's request, and nothing is answered unless the organisation has
//! an id in the protocol's directory.

mod agents;
pub mod callback;
pub mod claims;
mod exercise;
mod guard;
pub mod model;
pub mod pages;
pub mod queries;
mod refusal;
mod signed;
pub mod staff_pages;
mod status;

pub use queries::purge;
pub use refusal::not_found;
