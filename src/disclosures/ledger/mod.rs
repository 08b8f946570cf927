//! The ledger of single disclosures: who was given whose data, which, when and why.
//!
//! The company's own systems tell of each, in a file ([`import`]) or by the API. Both go through one description of a
//! line ([`line`](mod@line)). A line has a key, so that what comes again is taken once. Whose data it was is the keyed hash of an
//! identity: a person sees what was recorded under any of theirs, also from before they came here ([`pages`]). What came
//! after they had stopped that use raises an alarm ([`alarms`]), and staff see it ([`staff_pages`]).

pub mod alarms;
pub mod import;
pub mod line;
mod lines;
pub mod model;
pub mod pages;
pub mod queries;
pub mod staff_pages;
