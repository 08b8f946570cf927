//! What was corrected stays corrected (11 CCR 7023(c)).
//!
//! When a correction was written and read back, keyed hashes of the new and of the replaced value are kept, with those of
//! the record. Whoever reads a person's data ([`watch`]) and a nightly [`sweep`] compare. Where the replaced value is
//! held again, as after a partner's import, staff see it and have it written again with one click ([`repair`]).
//!
//! The corrected value itself stays where it is, sealed with the closed request, and is opened to compare and to write it
//! again. When the request is purged, the hashes go with it, and the value is no longer looked after.

pub mod model;
pub mod queries;
pub mod repair;
pub mod staff_pages;
pub mod sweep;
pub mod watch;
