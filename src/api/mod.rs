//! What programs of the organisation ask and tell: how choices stand, which have changed, what was disclosed to whom.
//!
//! They name people by a keyed hash of an identity ([`crate::accounts::queries::identity_hash`]), so that nothing
//! personal stands in a URL or a log. A request costs one read of the database: what is known of its token is kept in
//! memory for ten seconds ([`gate`]). The description of it all is made from the code ([`openapi`]).

pub mod answers;
mod body;
pub mod changes;
pub mod choices;
pub mod command;
pub mod disclosures;
pub mod gate;
pub mod guard;
pub mod model;
pub mod notices;
pub mod openapi;
pub mod problem;
pub mod queries;
pub mod staff_pages;

/// Where its routes stand in addresses.
pub const BASE: &str = "/api/v1";
