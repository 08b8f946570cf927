//! Which law applies, and the dates that it sets.

mod ages;
mod calendar;
mod command;
mod coverage;
mod duties;
mod file;
mod grounds;
mod obeyed;
mod rows;
mod table;

use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
