//! Which law applies, and the dates that it sets.

mod calendar;
mod command;
mod coverage;
mod file;
mod grounds;
mod rows;

use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
