//! What a deletion had to leave is erased when the reason ends (Cal. Civ. Code 1798.105(d): what is not covered by an
//! exception is deleted).
//!
//! What led to these records may have been erased with the rest, so they are remembered by their ids. Every night those
//! are looked at whose day has come, and those under a hold; what need not stay any more is put before staff among
//! [`returned`](super::returned) data, and erased when two agree. While it stays, the person goes on seeing it.

pub mod changes;
pub mod erase;
pub mod look;
pub mod model;
pub mod queries;
