//! A number of days or months, as laws give it.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, Months, NaiveDate};

use super::calendar::{Calendar, OutsideCalendar};

/// A number of days or months; written "45 days", "1 month", "10 business days".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// What a term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Calendar days.
    Day,
    /// California's business days, in the earliest of their readings.
    BusinessDay,
    /// Calendar months; where a month is shorter, its last day counts.
    Month,
}

impl Term {
    /// The last day of the term; the day of receipt is day 0. It does not move to the next working day: an early
    /// answer is never wrong.
    pub fn after(self, date: NaiveDate, calendar: &Calendar) -> Result<NaiveDate, OutsideCalendar> {
        match self.unit {
            Unit::Day => Ok(date + Days::new(u64::from(self.count))),
            Unit::Month => Ok(date + Months::new(self.count)),
            Unit::BusinessDay => Ok(calendar.readings(date, self.count)?.earliest()),
        }
    }

    /// The same, but where holidays are not known every day counts as a business day: then no reading is earlier.
    pub fn after_or_sooner(self, date: NaiveDate, calendar: &Calendar) -> NaiveDate {
        self.after(date, calendar)
            .unwrap_or_else(|_| date + Days::new(u64::from(self.count)))
    }

    /// Both terms one after the other, as one where they count the same.
    pub(super) fn and(self, other: Term) -> (Term, Option<Term>) {
        if self.unit == other.unit {
            let count = self.count + other.count;
            (Term { count, ..self }, None)
        } else {
            (self, Some(other))
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Day => "day",
            Unit::BusinessDay => "business day",
            Unit::Month => "month",
        };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {unit}{plural}", self.count)
    }
}

impl FromStr for Term {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (count, unit) = text.split_once(' ').ok_or(())?;
        let unit = match unit {
            "day" | "days" => Unit::Day,
            "business day" | "business days" => Unit::BusinessDay,
            "month" | "months" => Unit::Month,
            _ => return Err(()),
        };
        // None at all and longer ones are slips of the pen, and dates would run out.
        let count = count
            .parse()
            .ok()
            .filter(|count| (1..=1000).contains(count));
        Ok(Term {
            count: count.ok_or(())?,
            unit,
        })
    }
}
