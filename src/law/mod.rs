//! Which law applies to a person, and the dates that it sets. Rows of data, not code: `laws.toml`.

mod business_days;
mod model;

pub use business_days::{CivilCode9, weekdays_after};
pub use model::{Appeal, Law, Laws, Regulator, Residence, Term};
