//! What was corrected stays corrected (11 CCR 7023(c)).
//!
//! When a correction was written and read back, keyed hashes of the new and of the replaced value are kept, with those of
//! the record. Whoever reads a person's data ([`watch`]) and a nightly [`sweep`] compare. Where the replaced value is
//! held again, as after a partner's import, staff see it and have it written again with one click ([`repair`]); after a source was restored, that is done for them ([`restored`]).
//! An import may have deleted the record and inserted it anew: then the value is looked for in the others ([`beside`]).
//!
//! The corrected value itself is kept beside them, sealed, and is opened to compare and to write it again. No term ends
//! that: partners import for longer than requests are kept. What is kept goes when the data go: with an erasure, when
//! the datum is corrected anew, and once its request is purged as soon as the record is gone.

pub mod beside;
pub mod model;
mod moved;
pub mod queries;
pub mod repair;
pub mod restored;
pub mod staff_pages;
pub mod sweep;
pub mod watch;
