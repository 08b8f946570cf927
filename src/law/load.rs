//! Puts the rows together: the program's own, then those of the organisation's file.

use std::path::Path;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::ages::{self, AgeRow};
use super::denials::Denials;
use super::laws::{Laws, STRICTEST};
use super::model::{Law, Residence, SensitiveUses};
use super::read::{File, Table};
use super::rights::Right;
use super::{denial_rows, holidays, rows};
use crate::register::{Finding, Place};

/// What people file requests for; some law must give each of them to everybody.
pub(super) const NEEDED: &[Right] = &[
    Right::Access,
    Right::Correction,
    Right::Deletion,
    Right::Restriction,
];

/// The same with what some laws alone give: all that can be denied.
pub(super) const DENIABLE: &[Right] = &[
    Right::Access,
    Right::Correction,
    Right::Deletion,
    Right::Restriction,
    Right::Objection,
    Right::DecisionAccess,
    Right::MarketingList,
    Right::QuestionProfiling,
    Right::Complaint,
];

macro_rules! data {
    ($name:literal) => {
        (
            concat!("src/law/data/", $name),
            include_str!(concat!("data/", $name)),
        )
    };
}

const LAWS: &[(&str, &str)] = &[
    data!("california.toml"),
    data!("europe.toml"),
    data!("states.toml"),
    data!("own.toml"),
];

impl Laws {
    /// The rows that come with the program.
    pub fn built_in() -> Self {
        let mut faults = Vec::new();
        let laws = built_in(&mut faults);
        laws.filter(|_| faults.is_empty())
            .unwrap_or_else(|| panic!("a test reads the rows: {faults:?}"))
    }

    /// The rows of the program, and in place of some of them those of a file.
    ///
    /// # Errors
    /// All that is wrong with the file.
    pub fn with_file(path: &Path) -> Result<Self, Vec<Finding>> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let place = Place {
                file: name.as_str().into(),
                ..Place::default()
            };
            vec![Finding {
                place,
                wrong: format!("it cannot be read: {error}"),
                expected: "a file that this user may read".to_owned(),
            }]
        })?;
        Self::built_in().with_text(&name, &text)
    }

    /// The same, with the text of the file.
    pub fn with_text(mut self, name: &str, text: &str) -> Result<Self, Vec<Finding>> {
        let file = File::new(name, text);
        let ((laws, calendar, denials, ages), mut faults) = file.read(|table| {
            let laws = rows::laws(table, &self.all);
            let denials = denial_rows::denials(table, &self.denials);
            let calendar = table.table("calendar", holidays::calendar);
            if laws.iter().any(|law| law.key == STRICTEST) {
                let wrong = format!("{STRICTEST:?} is made of the other laws");
                table.fault("law", wrong, "another key");
            }
            (laws, calendar, denials, ages::ages(table))
        });
        self.calendar = calendar.unwrap_or(self.calendar);
        for law in laws {
            self.put(law, &mut faults);
        }
        let is_replaced = |it: &Denials| denials.iter().any(|set| set.laws == it.laws);
        self.denials.retain(|it| !is_replaced(it));
        self.denials.splice(0..0, denials);
        self.put_ages(ages, &mut faults);
        self.check_needed(name, &mut faults);
        if faults.is_empty() {
            Ok(self)
        } else {
            faults.sort();
            Err(faults)
        }
    }

    /// Puts a law in the place of the one of its key, or before the last.
    fn put(&mut self, law: Law, faults: &mut Vec<Finding>) {
        self.check_places(&law.residences, &law.place, faults);
        match self.all.iter_mut().find(|it| it.key == law.key) {
            Some(known) => *known = law,
            None => self.all.insert(self.all.len().saturating_sub(1), law),
        }
    }

    fn check_places(&self, codes: &[String], place: &Place, faults: &mut Vec<Finding>) {
        for code in codes.iter().filter(|code| self.residence(code).is_none()) {
            faults.push(Finding {
                place: place.clone(),
                wrong: format!("nobody can say that they live in {code:?}"),
                expected: "the code of a place, such as us-ca or de".to_owned(),
            });
        }
    }

    /// Puts rows in the place of those for the same places.
    fn put_ages(&mut self, rows: Vec<AgeRow>, faults: &mut Vec<Finding>) {
        let named = |code: &String| rows.iter().any(|row| row.residences.contains(code));
        for row in &mut self.ages {
            row.residences.retain(|code| !named(code));
        }
        self.ages.retain(|row| !row.residences.is_empty());
        for row in &rows {
            self.check_places(&row.residences, &row.place, faults);
        }
        self.ages.splice(0..0, rows);
    }

    /// Somebody whose law does not give a right falls back on what the organisation promises.
    fn check_needed(&self, file: &str, faults: &mut Vec<Finding>) {
        let always = |right: &Right| {
            let rows = self.all.iter().filter(|law| law.fallback);
            let mut rows = rows.flat_map(|law| &law.rows);
            rows.any(|row| {
                row.right == *right && row.effective_to.is_none() && row.answer.is_some()
            })
        };
        for right in NEEDED.iter().filter(|right| !always(right)) {
            faults.push(Finding {
                place: Place {
                    file: file.into(),
                    ..Place::default()
                },
                wrong: format!("no fallback law promises {right} without an end"),
                expected: "a row with `answer` in a law with `fallback = true`".to_owned(),
            });
        }
    }
}

fn built_in(faults: &mut Vec<Finding>) -> Option<Laws> {
    let (file, text) = data!("residences.toml");
    let (residences, found) = File::new(file, text).read(residences);
    faults.extend(found);
    let (file, text) = data!("holidays.toml");
    let (calendar, found) = File::new(file, text).read(holidays::calendar);
    faults.extend(found);
    let mut laws = Vec::new();
    for (file, text) in LAWS {
        let (read, found) = File::new(file, text).read(|table| rows::laws(table, &[]));
        faults.extend(found);
        laws.extend(read);
    }
    let (file, text) = data!("denials.toml");
    let (denials, found) = File::new(file, text).read(|table| denial_rows::denials(table, &[]));
    faults.extend(found);
    let (file, text) = data!("ages.toml");
    let (ages, found) = File::new(file, text).read(ages::ages);
    faults.extend(found);
    laws.push(strictest());
    Some(Laws {
        all: laws,
        residences: residences?,
        calendar: calendar?,
        denials,
        ages,
    })
}

fn residences(file: &Table<'_>) -> Option<Vec<Residence>> {
    file.list("residences", "a code, a name and a time zone", |item| {
        let parts = item.as_array()?;
        let text = |at: usize| parts.get(at)?.get_ref().as_str();
        Some(Residence {
            code: text(0)?.to_owned(),
            name: text(1)?.to_owned(),
            time_zone: text(2)?.parse::<Tz>().ok()?,
        })
    })
}

/// It has no rows: each date is the strictest of all other laws.
fn strictest() -> Law {
    Law {
        key: STRICTEST.to_owned(),
        name: "The strictest of the laws that may apply".to_owned(),
        residences: vec![String::new(), "other".to_owned()],
        fallback: true,
        employment: true,
        sensitive_uses: SensitiveUses::OptOut,
        tells_everybody: false,
        excluded: false,
        regulators: Vec::new(),
        cite: "The strictest rule of each law that may apply".to_owned(),
        effective_from: NaiveDate::MIN,
        effective_to: None,
        reviewed_on: NaiveDate::MAX,
        rows: Vec::new(),
        place: Place::default(),
    }
}
