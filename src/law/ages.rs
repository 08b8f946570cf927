//! From which age on people consent by themselves; before it a parent or guardian does (GDPR Art. 8(1), and in the United
//! States Cal. Civ. Code 1798.120(c)).

use chrono::{Months, NaiveDate};

use super::laws::Laws;
use super::read::Table;
use crate::register::Place;

/// How old people are from whom on no age is known: choices ask for no more.
const GROWN: u32 = 16;

/// Lower than this no law may set it.
const YOUNGEST: u32 = 13;

/// One row: the age in these places, in one stretch of time.
#[derive(Debug, Clone)]
pub struct AgeRow {
    /// Codes of the places.
    pub residences: Vec<String>,
    /// From this birthday on people consent by themselves.
    pub years: u32,
    /// Where it stands.
    pub cite: String,
    /// The day from which it is in force.
    pub effective_from: NaiveDate,
    /// Its last day, where one is known.
    pub effective_to: Option<NaiveDate>,
    /// The day on which somebody last compared it with its source.
    pub reviewed_on: NaiveDate,
    /// Where it is written down.
    pub place: Place,
}

/// Who turns on what somebody under 16 is protected from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// They do.
    Person,
    /// A parent or guardian of theirs does.
    Parent,
    /// One of the two: it depends on where they live, and they have not said that.
    Unsaid,
}

/// The ages that hold for somebody. They differ only for who has not said where they live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentAges {
    /// Before this birthday a parent decides under any law that may apply.
    pub parent_below: u32,
    /// From this one on the person does.
    pub own_from: u32,
}

impl AgeRow {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, on: NaiveDate) -> bool {
        self.effective_from <= on && self.effective_to.is_none_or(|to| on <= to)
    }

    /// Whether both are for one place on one day.
    pub(super) fn overlaps(&self, other: &AgeRow) -> bool {
        let ends = |row: &AgeRow| row.effective_to.unwrap_or(NaiveDate::MAX);
        let shares_a_place = self
            .residences
            .iter()
            .any(|it| other.residences.contains(it));
        shares_a_place && self.effective_from <= ends(other) && other.effective_from <= ends(self)
    }
}

impl ConsentAges {
    /// Who decides on a day for somebody who has, if they are or were known to be under 16, that 16th birthday.
    pub fn decides(self, sixteen_on: Option<NaiveDate>, on: NaiveDate) -> Decides {
        let Some(sixteen_on) = sixteen_on else {
            return Decides::Person;
        };
        let is_to_come = |years: u32| {
            let months = Months::new(GROWN.saturating_sub(years) * 12);
            sixteen_on
                .checked_sub_months(months)
                .is_some_and(|day| day > on)
        };
        if is_to_come(self.parent_below) {
            Decides::Parent
        } else if is_to_come(self.own_from) {
            Decides::Unsaid
        } else {
            Decides::Person
        }
    }

    /// Whether it is known from which age on they decide.
    pub const fn is_known(self) -> bool {
        self.parent_below == self.own_from
    }

    /// What somebody under 16 is told of it.
    pub fn in_words(self) -> String {
        let years = self.parent_below;
        let before = format!("Before you are {years} only a parent or guardian can turn it on.");
        match self.is_known() {
            true if years == GROWN => before,
            true => format!("{before} From then on you can."),
            false => format!(
                "{before} From which age on you can do it yourself depends on where you live, which you have not told us."
            ),
        }
    }
}

impl Laws {
    /// From which age on somebody who lives there consents by themselves.
    pub fn consent_ages(&self, residence: &str, on: NaiveDate) -> ConsentAges {
        let in_force = self.ages.iter().filter(|row| row.is_in_force(on));
        let there = in_force.filter(|row| {
            residence.is_empty() || row.residences.iter().any(|code| code == residence)
        });
        let (mut parent_below, mut own_from) = (GROWN, YOUNGEST);
        for row in there {
            parent_below = parent_below.min(row.years);
            own_from = own_from.max(row.years);
        }
        if parent_below > own_from {
            // No row is in force: as the regulation has it.
            own_from = GROWN;
        }
        ConsentAges {
            parent_below,
            own_from,
        }
    }
}

/// All rows of a file.
pub(super) fn ages(file: &Table<'_>) -> Vec<AgeRow> {
    file.tables("age", |row| {
        let residences = row.needed("residences", row.texts("residences"), None);
        let years = row.needed("years", row.number("years"), None);
        if years.is_some_and(|it| !(YOUNGEST..=GROWN).contains(&it)) {
            row.fault(
                "years",
                "it is no age that the law allows",
                "13, 14, 15 or 16",
            );
        }
        let cite = row.needed("cite", row.text("cite"), None);
        let from = row.needed("effective_from", row.date("effective_from"), None);
        let reviewed_on = row.needed("reviewed_on", row.date("reviewed_on"), None);
        Some(AgeRow {
            effective_to: row.date("effective_to"),
            residences: residences?,
            years: years?,
            cite: cite?,
            effective_from: from?,
            reviewed_on: reviewed_on?,
            place: row.place(),
        })
    })
}
