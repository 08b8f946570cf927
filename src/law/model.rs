//! The rows, and the dates that follow from them.

use std::str::FromStr;

use chrono::{Days, Months, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, de::Error};

use super::business_days::{CivilCode9, weekdays_after};

/// All laws that the portal acts on, and the places where people may say that they live.
#[derive(Debug)]
pub struct Laws {
    rows: Vec<Law>,
    residences: Vec<Residence>,
    california: CivilCode9,
}

/// A place where people may say that they live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Residence {
    /// `us-ca`, `de`, `other`; empty for people who rather do not say.
    pub code: String,
    /// As people read it.
    pub name: String,
}

/// One law.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Such as `us-ca` or `eu-gdpr`; requests are kept under it.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// Codes of the places where it applies.
    pub residences: Vec<String>,
    /// For the answer.
    pub answer: Term,
    /// For the answer after the one extension; counted from the receipt too.
    pub extended: Term,
    /// Business days for confirming the receipt.
    pub acknowledge: Option<u32>,
    /// Business days within which an opt-out has reached everybody.
    pub effect: u32,
    /// For the answer to an appeal; `None` where the law knows none.
    pub appeal: Option<Appeal>,
    /// Whether it binds us to the browser's signal.
    pub signal: bool,
    /// In which the day of receipt is told.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
    /// Where people can complain.
    pub regulator: Option<Regulator>,
    /// Where the rule stands.
    pub cite: String,
    /// The day from which it is in force.
    #[serde(deserialize_with = "day")]
    pub effective_from: NaiveDate,
    /// The day on which somebody last compared the row with the law.
    #[serde(deserialize_with = "day")]
    pub reviewed_on: NaiveDate,
    #[serde(skip)]
    california: CivilCode9,
}

/// A number of days or months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Term {
    /// Calendar days.
    Days(u32),
    /// Calendar months; where the month is shorter, its last day counts.
    Months(u32),
}

/// How soon an appeal is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appeal {
    /// Calendar days after the appeal.
    pub days: u32,
    /// Days by which the answer may be put off, once.
    #[serde(default)]
    pub extension: u32,
}

/// Where people can complain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regulator {
    /// As people read it.
    pub name: String,
    /// Its page.
    pub link: String,
}

#[derive(Deserialize)]
struct LawFile {
    law: Vec<Law>,
    california: CivilCode9,
}

#[derive(Deserialize)]
struct ResidenceFile {
    residences: Vec<(String, String)>,
}

impl Laws {
    /// The rows that come with the program.
    pub fn built_in() -> Self {
        let file: LawFile = toml::from_str(include_str!("laws.toml")).expect("a test reads it");
        let residences: ResidenceFile =
            toml::from_str(include_str!("residences.toml")).expect("a test reads it");
        let mut rows = file.law;
        for law in &mut rows {
            law.california = file.california.clone();
        }
        let residence = |(code, name)| Residence { code, name };
        Self {
            rows,
            residences: residences.residences.into_iter().map(residence).collect(),
            california: file.california,
        }
    }

    /// The law for people who live there; the strictest for those who did not say, or live where we know no law.
    pub fn for_residence(&self, code: &str) -> &Law {
        let applies = |code: &str| {
            self.rows
                .iter()
                .find(|law| law.residences.iter().any(|it| it == code))
        };
        applies(code)
            .or_else(|| applies(""))
            .expect("a test finds the row for people who did not say")
    }

    /// The law of this key.
    pub fn find(&self, key: &str) -> Option<&Law> {
        self.rows.iter().find(|law| law.key == key)
    }

    /// In the order of the file.
    pub fn all(&self) -> &[Law] {
        &self.rows
    }

    /// The places to choose from.
    pub fn residences(&self) -> &[Residence] {
        &self.residences
    }

    /// The place of this code.
    pub fn residence(&self, code: &str) -> Option<&Residence> {
        self.residences
            .iter()
            .find(|residence| residence.code == code)
    }

    /// California's reading of a business day by Civil Code 9, in which Saturday is one.
    pub fn civil_code_9(&self) -> &CivilCode9 {
        &self.california
    }
}

impl Law {
    /// The day in the law's own time zone, from which its terms count.
    pub fn received_on(&self, at: NaiveDateTime) -> NaiveDate {
        Utc.from_utc_datetime(&at)
            .with_timezone(&self.time_zone)
            .date_naive()
    }

    /// The last day for the answer.
    pub fn answer_by(&self, received: NaiveDate) -> NaiveDate {
        self.answer.after(received)
    }

    /// The last day for the answer after the one extension.
    pub fn extended_to(&self, received: NaiveDate) -> NaiveDate {
        self.extended.after(received)
    }

    /// The last day for confirming the receipt; where the law asks for none, that of the answer.
    pub fn acknowledge_by(&self, received: NaiveDate) -> NaiveDate {
        self.acknowledge.map_or_else(
            || self.answer_by(received),
            |days| self.business_days_after(received, days),
        )
    }

    /// The last day on which an opt-out must have reached everybody. Ours works at once; this is for recipients.
    pub fn in_effect_by(&self, received: NaiveDate) -> NaiveDate {
        self.business_days_after(received, self.effect)
    }

    /// The last day for the answer to an appeal; `None` where the law knows no appeal.
    pub fn appeal_answer_by(&self, appealed: NaiveDate) -> Option<NaiveDate> {
        self.appeal
            .map(|appeal| appealed + Days::new(u64::from(appeal.days)))
    }

    /// The earlier of two readings of "business day", since no rule says which holds.
    fn business_days_after(&self, date: NaiveDate, days: u32) -> NaiveDate {
        weekdays_after(date, days).min(self.california.after(date, days))
    }
}

impl Term {
    /// The last day of the term. It does not move to the next working day: an early answer is never wrong.
    pub fn after(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Days(days) => date + Days::new(u64::from(days)),
            Self::Months(months) => date + Months::new(months),
        }
    }

    /// "45 days", "1 month".
    pub fn in_words(self) -> String {
        let (count, unit) = match self {
            Self::Days(days) => (days, "day"),
            Self::Months(months) => (months, "month"),
        };
        format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let day = toml::value::Datetime::deserialize(deserializer)?;
    NaiveDate::from_str(&day.to_string()).map_err(D::Error::custom)
}
