//! Who people are: identities, sign-in, sessions and roles.
//!
//! A handler says whom it serves by the extractor that it takes ([`guard`]): a check that is a parameter's
//! type cannot be forgotten. Sessions live in the database ([`session_store`]), so that they can be listed
//! and ended.

mod device;
pub mod guard;
pub mod limits;
pub mod model;
pub mod queries;
pub mod session_store;
pub mod step_up;
