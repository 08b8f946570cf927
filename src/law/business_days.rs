//! California's business days, in two readings: no rule says which holds.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, de::Error};

/// So many days from Monday to Friday after a date, holidays or not: no reading without Saturdays is earlier.
pub fn weekdays_after(date: NaiveDate, days: u32) -> NaiveDate {
    count(date, days, |day| {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
    })
}

fn count(date: NaiveDate, days: u32, counts: impl Fn(NaiveDate) -> bool) -> NaiveDate {
    let later = date.iter_days().skip(1).filter(|day| counts(*day));
    later.take(days as usize).last().unwrap_or(date)
}

/// Civil Code 9: every day but Sundays and the holidays of Gov. Code 6700, so that Saturday counts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CivilCode9 {
    fixed: Vec<MonthDay>,
    fixed_not_moved: Vec<MonthDay>,
    saturday_to_friday: Vec<MonthDay>,
    weekdays: Vec<NthWeekday>,
    listed: Vec<NaiveDate>,
}

impl CivilCode9 {
    /// So many business days after a date; the day of receipt does not count, the last one does.
    pub fn after(&self, date: NaiveDate, days: u32) -> NaiveDate {
        count(date, days, |day| {
            day.weekday() != Weekday::Sun && !self.is_holiday(day)
        })
    }

    /// A holiday of Gov. Code 6700, moved as 6701 says.
    pub fn is_holiday(&self, day: NaiveDate) -> bool {
        let is_fixed = |days: &[MonthDay], day: NaiveDate| days.contains(&MonthDay::of(day));
        let neighbour = |day: Option<NaiveDate>| day.unwrap_or(NaiveDate::MAX);
        let from_sunday =
            day.weekday() == Weekday::Mon && is_fixed(&self.fixed, neighbour(day.pred_opt()));
        let from_saturday = day.weekday() == Weekday::Fri
            && is_fixed(&self.saturday_to_friday, neighbour(day.succ_opt()));
        is_fixed(&self.fixed, day)
            || is_fixed(&self.fixed_not_moved, day)
            || from_sunday
            || from_saturday
            || self.weekdays.iter().any(|rule| rule.is_on(day))
            || self.listed.contains(&day)
    }
}

/// A day of every year, written `12-25`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MonthDay {
    month: u32,
    day: u32,
}

impl MonthDay {
    fn of(day: NaiveDate) -> Self {
        Self {
            month: day.month(),
            day: day.day(),
        }
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || D::Error::custom(format_args!("`{text}` is not a month and a day"));
        let (month, day) = text.split_once('-').ok_or_else(wrong)?;
        Ok(Self {
            month: month.parse().map_err(|_| wrong())?,
            day: day.parse().map_err(|_| wrong())?,
        })
    }
}

/// Such as the third Monday of January; -1 for the last.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct NthWeekday {
    month: u32,
    #[serde(deserialize_with = "weekday")]
    weekday: Weekday,
    nth: i8,
}

impl NthWeekday {
    fn is_on(self, day: NaiveDate) -> bool {
        let nth = i8::try_from(day.day0() / 7 + 1).unwrap_or_default();
        let is_last = day
            .checked_add_days(Days::new(7))
            .is_none_or(|next| next.month() != day.month());
        day.month() == self.month
            && day.weekday() == self.weekday
            && (nth == self.nth || (self.nth == -1 && is_last))
    }
}

fn weekday<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weekday, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| D::Error::custom(format_args!("`{text}` is not a weekday")))
}
