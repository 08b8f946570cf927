//! The dates that follow from a row.

use chrono::NaiveDate;
use serde::Serialize;
use thiserror::Error;

use super::calendar::{Calendar, OutsideCalendar, Readings};
use super::laws::{Laws, STRICTEST};
use super::model::Row;
use super::rights::Right;
use super::term::{Term, Unit};

/// The dates of one request; each is none where the law sets no such date for the right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deadlines {
    /// The last day for confirming the receipt.
    pub acknowledge_by: Option<NaiveDate>,
    /// The last day for the answer.
    pub answer_by: Option<NaiveDate>,
    /// The last day for the answer after the one extension.
    pub extended_to: Option<NaiveDate>,
    /// The last day for the right to take effect everywhere.
    pub effective_by: Option<NaiveDate>,
    /// The business days that were counted for one of these, by each reading.
    pub readings: NoneOrReadings,
}

/// Business days by each reading, or four times none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct NoneOrReadings {
    pub no_holiday: Option<NaiveDate>,
    pub civil_code_9: Option<NaiveDate>,
    pub observed: Option<NaiveDate>,
    pub government_code_6700: Option<NaiveDate>,
}

/// Why there are no dates.
#[derive(Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the sentences tell them")]
pub enum Refusal {
    #[error("There is no law {key:?}. Known are {known}.")]
    UnknownLaw { key: String, known: String },
    #[error("{law} knows no right {right:?}. It knows {known}.")]
    UnknownRight {
        law: String,
        right: String,
        known: String,
    },
    #[error("{law} gives the right \"{right}\" {when}, so not on {received}.")]
    NotInForce {
        law: String,
        right: Right,
        when: String,
        received: NaiveDate,
    },
    #[error(transparent)]
    OutsideCalendar(#[from] OutsideCalendar),
}

impl Laws {
    /// The dates that a law sets for a request that was received on that local day.
    pub fn deadlines(
        &self,
        key: &str,
        right: &str,
        received: NaiveDate,
    ) -> Result<Deadlines, Refusal> {
        if key.split('+').any(|one| self.find(one).is_none()) {
            return Err(Refusal::UnknownLaw {
                key: key.to_owned(),
                known: list(self.all().iter().map(|law| law.key.as_str())),
            });
        }
        let laws = match key {
            STRICTEST => self.all().iter().collect(),
            _ => self.of_key(key),
        };
        let rows = || laws.iter().flat_map(|law| &law.rows);
        let is_given = |right: &Right| rows().any(|row| row.right == *right);
        let known: Vec<_> = Right::ALL.iter().copied().filter(is_given).collect();
        let found = right.parse().ok().filter(|right| known.contains(right));
        let right = found.ok_or_else(|| Refusal::UnknownRight {
            law: self.name(key),
            right: right.to_owned(),
            known: list(known.iter().map(|right| right.as_str())),
        })?;
        let row = self.row(key, right, received);
        let row = row.ok_or_else(|| Refusal::NotInForce {
            law: self.name(key),
            right,
            when: when(rows().filter(|row| row.right == right)),
            received,
        })?;
        Ok(row.deadlines(received, &self.calendar)?)
    }
}

impl Row {
    /// The dates for a request that was received on that local day.
    pub fn deadlines(
        &self,
        received: NaiveDate,
        calendar: &Calendar,
    ) -> Result<Deadlines, OutsideCalendar> {
        let date = |term: Option<Term>| {
            let date = term.map(|term| term.after(received, calendar));
            date.transpose()
        };
        let is_counted = |term: &Term| term.unit == Unit::BusinessDay;
        let terms = [self.acknowledge, self.effect, self.answer];
        let counted = terms.into_iter().flatten().find(is_counted);
        let readings = counted.map(|term| calendar.readings(received, term.count));
        Ok(Deadlines {
            acknowledge_by: date(self.acknowledge)?,
            answer_by: date(self.answer)?,
            extended_to: self.extended_to(received, calendar)?,
            effective_by: date(self.effect)?,
            readings: readings.transpose()?.map(Into::into).unwrap_or_default(),
        })
    }

    /// The last day for the answer after the one extension, which counts from the receipt like the answer.
    pub fn extended_to(
        &self,
        received: NaiveDate,
        calendar: &Calendar,
    ) -> Result<Option<NaiveDate>, OutsideCalendar> {
        extended(self.answer, self.extension, received, calendar)
    }

    /// The last day for the answer to an appeal after its one extension.
    pub fn appeal_extended_to(
        &self,
        appealed: NaiveDate,
        calendar: &Calendar,
    ) -> Result<Option<NaiveDate>, OutsideCalendar> {
        extended(self.appeal, self.appeal_extension, appealed, calendar)
    }
}

fn extended(
    answer: Option<Term>,
    extension: Option<Term>,
    received: NaiveDate,
    calendar: &Calendar,
) -> Result<Option<NaiveDate>, OutsideCalendar> {
    let Some((answer, extension)) = answer.zip(extension) else {
        return Ok(None);
    };
    let (first, second) = answer.and(extension);
    let first = first.after(received, calendar)?;
    let second = second.map(|term| term.after(first, calendar)).transpose()?;
    Ok(Some(second.unwrap_or(first)))
}

impl From<Readings> for NoneOrReadings {
    fn from(readings: Readings) -> Self {
        NoneOrReadings {
            no_holiday: Some(readings.no_holiday),
            civil_code_9: Some(readings.civil_code_9),
            observed: Some(readings.observed),
            government_code_6700: Some(readings.government_code_6700),
        }
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// "from 2027-01-01", "from 2020-01-01 to 2026-06-30 and from 2026-07-01".
fn when<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let stretches = rows.map(|row| match row.effective_to {
        Some(to) => format!("from {} to {to}", row.effective_from),
        None => format!("from {}", row.effective_from),
    });
    stretches.collect::<Vec<_>>().join(" and ")
}
