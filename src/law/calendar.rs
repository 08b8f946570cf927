//! California's business days. No rule says which days they are, so each way to read them is counted.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;
use thiserror::Error;

/// The days of some years on which California rests.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    /// Gov. Code 6700, moved as 6701 says.
    pub(super) gov6700: BTreeSet<NaiveDate>,
    /// Gov. Code 19853: state offices are closed.
    pub(super) gov19853: BTreeSet<NaiveDate>,
}

/// A way to read "business day".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Monday to Friday, holidays or not.
    NoHoliday,
    /// Civil Code 7 and 9: all but Sundays and the holidays of Gov. Code 6700; Saturday counts.
    CivilCode9,
    /// Monday to Friday without the days on which state offices are closed.
    Observed,
    /// Monday to Friday without the holidays of Gov. Code 6700.
    GovernmentCode6700,
}

/// The last day of one count by each reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each is told by Reading")]
pub struct Readings {
    pub no_holiday: NaiveDate,
    pub civil_code_9: NaiveDate,
    pub observed: NaiveDate,
    pub government_code_6700: NaiveDate,
}

/// A count would need holidays of years that the data do not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "Business days are counted from {from} to {to} only, the years whose holidays are known; \
     {date} and {days} business days more reach beyond them."
)]
pub struct OutsideCalendar {
    from: NaiveDate,
    to: NaiveDate,
    date: NaiveDate,
    days: u32,
}

impl Readings {
    /// The earliest but for that of Gov. Code 6700, which is never earlier than the one without holidays.
    pub fn earliest(&self) -> NaiveDate {
        self.no_holiday.min(self.civil_code_9).min(self.observed)
    }
}

impl Calendar {
    /// So many business days after a date: the date itself does not count, the last day does.
    pub fn after(
        &self,
        date: NaiveDate,
        days: u32,
        reading: Reading,
    ) -> Result<NaiveDate, OutsideCalendar> {
        let later = date.iter_days().skip(1).take_while(|day| *day <= self.to);
        let mut counted = later.filter(|day| self.is_business_day(*day, reading));
        let last = match days {
            0 => Some(date),
            _ => counted.nth(days as usize - 1),
        };
        last.filter(|_| date >= self.from).ok_or(OutsideCalendar {
            from: self.from,
            to: self.to,
            date,
            days,
        })
    }

    /// The same by every reading.
    pub fn readings(&self, date: NaiveDate, days: u32) -> Result<Readings, OutsideCalendar> {
        Ok(Readings {
            no_holiday: self.after(date, days, Reading::NoHoliday)?,
            civil_code_9: self.after(date, days, Reading::CivilCode9)?,
            observed: self.after(date, days, Reading::Observed)?,
            government_code_6700: self.after(date, days, Reading::GovernmentCode6700)?,
        })
    }

    /// Whether a day counts.
    pub fn is_business_day(&self, day: NaiveDate, reading: Reading) -> bool {
        let is_weekday = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        match reading {
            Reading::NoHoliday => is_weekday,
            Reading::CivilCode9 => day.weekday() != Weekday::Sun && !self.gov6700.contains(&day),
            Reading::Observed => is_weekday && !self.gov19853.contains(&day),
            Reading::GovernmentCode6700 => is_weekday && !self.gov6700.contains(&day),
        }
    }

    /// The first and the last day whose holidays are known.
    pub fn range(&self) -> (NaiveDate, NaiveDate) {
        (self.from, self.to)
    }
}
