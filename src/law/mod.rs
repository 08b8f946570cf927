//! Which law applies to a person, and the dates that it sets. Rows of data, not code: `data/*.toml`, which a file of
//! the organisation may replace row by row.
//!
//! A [`Law`] has a [`Row`] for each [`Right`] and time; [`Laws::applying`] finds the row for a person, the strictest
//! of each field where several laws may apply; [`Deadlines`] are the dates that follow from it. A [`Ground`] is
//! what a request may be denied for, and a [`Notice`] what the person must be told with a denial. [`ConsentAges`] say from
//! which age on people consent by themselves.

mod ages;
pub mod args;
mod calendar;
mod check;
mod check_ages;
mod check_own;
mod check_sets;
pub mod command;
mod deadlines;
mod denial_rows;
mod denials;
mod holidays;
mod laws;
mod load;
mod model;
mod read;
mod rights;
mod rows;
mod term;

pub use ages::{AgeRow, ConsentAges, Decides};
pub use calendar::{Calendar, OutsideCalendar, Reading, Readings};
pub use check::check;
pub use deadlines::{Deadlines, Refusal};
pub use denials::{Cause, Ground, Notice, When};
pub use laws::{Applying, Laws, STRICTEST};
pub use model::{Law, Regulator, Residence, Row, SensitiveUses, Verification};
pub use rights::Right;
pub use term::{Term, Unit};
