//! All laws, and which of them applies to a person.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::ages::AgeRow;
use super::calendar::Calendar;
use super::denials::Denials;
use super::model::{Law, Regulator, Residence, Row, SensitiveUses};
use super::rights::Right;
use super::term::Term;
use crate::register::NeverDisclose;

/// The key under which requests stand whose person has not said where they live, or lives where we know no law.
pub const STRICTEST: &str = "strictest";

/// All laws that the portal acts on, and the places where people may say that they live.
#[derive(Debug, Clone)]
pub struct Laws {
    pub(super) all: Vec<Law>,
    pub(super) residences: Vec<Residence>,
    pub(super) calendar: Calendar,
    pub(super) denials: Vec<Denials>,
    pub(super) ages: Vec<AgeRow>,
}

/// What applies to a person's request.
#[derive(Debug, Clone)]
pub struct Applying {
    /// Of the law; of several, all joined by `+`; or [`STRICTEST`].
    pub law: String,
    /// As people read it.
    pub name: String,
    /// Of several laws, the strictest of each field.
    pub row: Row,
}

impl Laws {
    /// What applies to a right of somebody who says that they live there. Nobody is ever asked for proof of it.
    pub fn applying(&self, residence: &str, right: Right, on: NaiveDate) -> Applying {
        let lives_there = |law: &&Law| law.residences.iter().any(|code| code == residence);
        let giving = |fallback: bool| -> Vec<&Law> {
            let laws = self.in_force(right, on).into_iter();
            laws.filter(|law| law.fallback == fallback && lives_there(law))
                .collect()
        };
        let mut laws = giving(false);
        if laws.is_empty() {
            laws = giving(true);
        }
        let keys: Vec<_> = laws.iter().map(|law| law.key.as_str()).collect();
        let key = if laws.is_empty() {
            STRICTEST.to_owned()
        } else {
            keys.join("+")
        };
        let row = self.row(&key, right, on);
        Applying {
            name: self.name(&key),
            row: row.expect("loading makes sure that some law gives each right that is asked for"),
            law: key,
        }
    }

    /// What of the values that are never shown is told to who lives there in a copy of their data, as no row of law about
    /// access forbids it.
    pub fn told_in_a_copy(&self, residence: &str, on: NaiveDate) -> Vec<NeverDisclose> {
        let forbidden = self
            .applying(residence, Right::Access, on)
            .row
            .never_disclosed;
        let all = NeverDisclose::ALL.iter().copied();
        all.filter(|it| !it.is_secret() && !forbidden.contains(it))
            .collect()
    }

    /// Whether some law gives a right to who lives there; to who does not say where, if it gives it to anybody.
    pub fn gives(&self, residence: &str, right: Right, on: NaiveDate) -> bool {
        let lives_there = |law: &Law| law.residences.iter().any(|code| code == residence);
        let mut laws = self.in_force(right, on).into_iter();
        laws.any(|law| residence.is_empty() || lives_there(law))
    }

    /// Whether a law takes the consent of who lives there to extra uses of their sensitive data on that day; of who does not
    /// say where, if it takes anybody's.
    pub fn sensitive_by_consent(&self, residence: &str, on: NaiveDate) -> bool {
        let lives_there = |law: &Law| law.residences.iter().any(|code| code == residence);
        let mut laws = self.all.iter().filter(|law| law.is_in_force(on));
        laws.any(|law| {
            let takes_consent = law.sensitive_uses == SensitiveUses::Consent;
            takes_consent && (residence.is_empty() || lives_there(law))
        })
    }

    /// Whether the law of this key, or one that is joined in it, has everybody told on that day who got data that are put
    /// right, erased or restricted; the strictest, if any law has.
    pub fn tells_everybody(&self, key: &str, on: NaiveDate) -> bool {
        let laws = match key {
            STRICTEST => self.all.iter().collect(),
            _ => self.of_key(key),
        };
        let mut laws = laws.into_iter().filter(|law| law.is_in_force(on));
        laws.any(|law| law.tells_everybody)
    }

    /// What the law of this key, or all that are joined in it, say of a right on a day.
    pub fn row(&self, key: &str, right: Right, on: NaiveDate) -> Option<Row> {
        let laws = self.of_key(key);
        let laws: Vec<_> = match key {
            STRICTEST => self.in_force(right, on),
            _ => laws,
        };
        let rows = laws.into_iter().filter_map(|law| law.row(right, on));
        let rows = rows.cloned();
        rows.reduce(|one, other| one.stricter(other, on, &self.calendar))
    }

    /// Whether the browser's signal exercises a right on a day, under any law. Who sends it is not known yet, nor where
    /// they live.
    pub fn honours_signal(&self, right: Right, on: NaiveDate) -> bool {
        let laws = self.in_force(right, on).into_iter();
        let mut rows = laws.filter_map(|law| law.row(right, on));
        rows.any(|row| row.signal)
    }

    /// Laws that give the right on a day and are not excluded.
    fn in_force(&self, right: Right, on: NaiveDate) -> Vec<&Law> {
        let laws = self.all.iter().filter(|law| !law.excluded);
        laws.filter(|law| law.row(right, on).is_some()).collect()
    }

    /// The law of this key, or all that are joined in it.
    pub(super) fn of_key(&self, key: &str) -> Vec<&Law> {
        let keys: Vec<_> = key.split('+').collect();
        let laws = self.all.iter();
        laws.filter(|law| keys.contains(&law.key.as_str()))
            .collect()
    }

    /// The law of this key; of several joined ones, the first.
    pub fn find(&self, key: &str) -> Option<&Law> {
        self.of_key(key).into_iter().next()
    }

    /// Where people under the law of this key, or of all that are joined in it, can complain.
    pub fn regulators(&self, key: &str) -> Vec<Regulator> {
        let laws = self.of_key(key).into_iter();
        laws.flat_map(|law| law.regulators.clone()).collect()
    }

    /// The name of the law of this key, or of all that are joined in it.
    pub fn name(&self, key: &str) -> String {
        let names: Vec<_> = self.of_key(key).iter().map(|law| &*law.name).collect();
        names.join(" and ")
    }

    /// Makes use of a law's exception for employees and applicants: it applies to nobody. False where it has none.
    pub fn exclude_employment(&mut self, key: &str) -> bool {
        let mut laws = self.all.iter_mut();
        let law = laws.find(|law| law.key == key && !law.employment);
        law.map(|law| law.excluded = true).is_some()
    }

    /// In the order of the files; [`STRICTEST`] is the last.
    pub fn all(&self) -> &[Law] {
        &self.all
    }

    /// The places to choose from.
    pub fn residences(&self) -> &[Residence] {
        &self.residences
    }

    /// Codes and names of all places, for a form.
    pub fn places(&self) -> Vec<(String, String)> {
        let places = self.residences.iter();
        places
            .map(|place| (place.code.clone(), place.name.clone()))
            .collect()
    }

    /// The place of this code.
    pub fn residence(&self, code: &str) -> Option<&Residence> {
        self.residences.iter().find(|it| it.code == code)
    }

    /// California's business days.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The day that it is where a person lives.
    pub fn day_in(&self, residence: &str, at: NaiveDateTime) -> NaiveDate {
        let zone = self.zone(residence);
        Utc.from_utc_datetime(&at).with_timezone(&zone).date_naive()
    }

    /// When a day is over where a person lives, in UTC: the first moment of the next one.
    pub fn end_of_day(&self, residence: &str, day: NaiveDate) -> NaiveDateTime {
        let zone = self.zone(residence);
        let midnight = (day + Days::new(1)).and_time(NaiveTime::MIN);
        // Where clocks are put forward at midnight, the day begins an hour later.
        let begins = [midnight, midnight + TimeDelta::hours(1)];
        let mut begins = begins
            .iter()
            .map(|it| zone.from_local_datetime(it).earliest());
        let begins = begins.find_map(|it| it);
        begins.map_or(midnight, |it| it.naive_utc())
    }

    /// The time zone of where somebody lives; of who does not say, the one by which their days are counted.
    pub fn zone(&self, residence: &str) -> Tz {
        let residence = self.residence(residence).or_else(|| self.residence(""));
        residence.map_or(Tz::America__Los_Angeles, |it| it.time_zone)
    }
}

impl Row {
    /// Field by field, what binds us more.
    fn stricter(self, other: Row, on: NaiveDate, calendar: &Calendar) -> Row {
        let sooner = |one: Option<Term>, other: Option<Term>| {
            let terms = one.into_iter().chain(other);
            terms.min_by_key(|term| term.after_or_sooner(on, calendar))
        };
        let both = |one: Option<Term>, other: Option<Term>| one.and(other);
        let (answers, appeals) = (
            both(self.answer, other.answer).is_some(),
            both(self.appeal, other.appeal).is_some(),
        );
        // Where both know a date, a law without an extension is the stricter one.
        let extension =
            |both: bool, one: Option<Term>, other: Option<Term>| match (both, one, other) {
                (true, None, _) | (true, _, None) => None,
                (_, one, other) => sooner(one, other),
            };
        let mut never_disclosed = self.never_disclosed;
        never_disclosed.extend(other.never_disclosed);
        never_disclosed.sort_unstable_by_key(|it| it.as_str());
        never_disclosed.dedup();
        Row {
            answer: sooner(self.answer, other.answer),
            extension: extension(answers, self.extension, other.extension),
            acknowledge: sooner(self.acknowledge, other.acknowledge),
            effect: sooner(self.effect, other.effect),
            may_pause: self.may_pause && other.may_pause,
            appeal: sooner(self.appeal, other.appeal),
            appeal_extension: extension(appeals, self.appeal_extension, other.appeal_extension),
            free: self.free.and_then(|free| Some(free.max(other.free?))),
            verification: self.verification.max(other.verification),
            never_disclosed,
            signal: self.signal || other.signal,
            cite: format!("{}; {}", self.cite, other.cite),
            effective_from: self.effective_from.max(other.effective_from),
            effective_to: self
                .effective_to
                .into_iter()
                .chain(other.effective_to)
                .min(),
            reviewed_on: self.reviewed_on.min(other.reviewed_on),
            ..self
        }
    }
}
