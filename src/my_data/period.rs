//! A period of days, as people choose it in a form: nothing is everything (11 CCR 7020).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ledger::in_words;
use crate::sources::Dates;

/// The first and the last day, as typed; both may be left out.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Period {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
}

impl Period {
    /// The days; or which of the two fields is wrong, and a sentence about it.
    pub fn dates(&self, today: NaiveDate) -> Result<Dates, (&'static str, &'static str)> {
        let sentence = "Write the day as year, month, day, such as 2026-01-31, or leave it out.";
        let from = day(&self.from).map_err(|()| ("from", sentence))?;
        let to = day(&self.to).map_err(|()| ("to", sentence))?;
        match (from, to) {
            (Some(from), Some(to)) if from > to => {
                Err(("to", "The last day is before the first day."))
            }
            (Some(from), _) if from > today => Err(("from", "The first day is in the future.")),
            (from, to) => Ok(Dates { from, to }),
        }
    }

    /// The same for a request, which is about a period only where it asks for data.
    pub fn dates_of(
        &self,
        asks_for_data: bool,
        today: NaiveDate,
    ) -> Result<Dates, (&'static str, &'static str)> {
        let dates = self.dates(today)?;
        if asks_for_data || dates.is_all() {
            Ok(dates)
        } else {
            let sentence = "Days can be chosen for a copy of data alone. Leave them out.";
            Err((if dates.from.is_some() { "from" } else { "to" }, sentence))
        }
    }
}

fn day(text: &str) -> Result<Option<NaiveDate>, ()> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(drop),
    }
}

/// As people read it.
pub fn said(dates: Dates) -> String {
    match (dates.from, dates.to) {
        (None, None) => "Everything".to_owned(),
        (Some(from), None) => format!("From {}", in_words(from)),
        (None, Some(to)) => format!("Until {}", in_words(to)),
        (Some(from), Some(to)) => format!("{} to {}", in_words(from), in_words(to)),
    }
}
