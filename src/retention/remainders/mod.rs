//! What a deletion had to leave is erased when the reason ends (Cal. Civ. Code 1798.105(d): what is not covered by an
//! exception is deleted).
//!
//! What led to these records may have been erased with the rest, so they are remembered by their ids, each with why it
//! stays: for a rule, a hold or a refusal of staff, since its system does not let it be changed, or because nobody asked to
//! erase it. What the person is shown as kept comes from here alone, whatever became of the request, and a later plan of an
//! erasure knows these records. Every night those are looked at whose day has come, and those under a hold; what need not
//! stay any more is put before staff among [`returned`](super::returned) data, and erased when two agree. What staff refused
//! has no end. Now and then it is seen what is gone from its source.

pub mod changes;
pub mod erase;
pub mod look;
pub mod model;
pub mod queries;
