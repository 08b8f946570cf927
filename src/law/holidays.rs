//! Reads California's holidays, and finds the days on which they fall.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use toml::de::DeValue;

use super::calendar::Calendar;
use super::read::Table;

/// One holiday, in whichever way its days are found.
struct Holiday {
    days: Vec<NaiveDate>,
    lists: Vec<String>,
}

/// The calendar of a file.
pub(super) fn calendar(file: &Table<'_>) -> Option<Calendar> {
    let from = file.needed("from", file.date("from"), None);
    let to = file.needed("to", file.date("to"), None);
    let years = from?.year()..=to?.year();
    if from? > to? {
        file.fault("to", "it ends before it begins", "`to` after `from`");
    }
    let holidays = file.tables("holiday", |table| holiday(table, years.clone()));
    let on_list = |name: &str| -> BTreeSet<NaiveDate> {
        let listed = holidays
            .iter()
            .filter(|it| it.lists.iter().any(|it| it == name));
        listed.flat_map(|it| it.days.iter().copied()).collect()
    };
    for list in ["6700", "19853"] {
        let listed = on_list(list);
        let has_any = |year: &i32| listed.iter().any(|day| day.year() == *year);
        for year in years.clone().filter(|year| !has_any(year)) {
            let wrong = format!("no day of {year} is on the list {list}");
            file.fault(
                "holiday",
                wrong,
                "the holidays of each year from `from` to `to`",
            );
        }
    }
    Some(Calendar {
        from: from?,
        to: to?,
        gov6700: on_list("6700"),
        gov19853: on_list("19853"),
    })
}

fn holiday(table: &Table<'_>, years: std::ops::RangeInclusive<i32>) -> Option<Holiday> {
    table.needed("name", table.text("name"), None)?;
    table.text("source");
    let expected = "\"6700\" or \"19853\"";
    let lists = table.list("lists", expected, |item| {
        let name = item.as_str()?;
        matches!(name, "6700" | "19853").then(|| name.to_owned())
    });
    let lists = table.needed("lists", lists, None);
    let expected = "a day of every year such as \"12-25\"";
    let day = table.parsed("day", expected, month_and_day);
    let expected = "such as \"third Monday of January\"";
    let weekday = table.parsed("weekday", expected, nth_weekday);
    let later = Days::new(u64::from(table.number("days_later").unwrap_or_default()));
    let moves = table.list("moves", "\"from Sunday\" or \"from Saturday\"", moves);
    let dates = table.dates("dates");
    if [day.is_some(), weekday.is_some(), dates.is_some()]
        .iter()
        .filter(|given| **given)
        .count()
        != 1
    {
        let wrong = "it is not clear on which days it falls";
        table.fault("name", wrong, "one of `day`, `weekday` and `dates`");
    }
    let moves = moves.unwrap_or_default();
    let of_year = |year| {
        let fixed = day.and_then(|(month, day)| NaiveDate::from_ymd_opt(year, month, day));
        let nth = weekday.and_then(|rule| rule.in_year(year));
        fixed.or(nth).map(|day| day + later)
    };
    let mut days: Vec<_> = years.filter_map(of_year).collect();
    days.extend(dates.unwrap_or_default());
    let moved = |day: &NaiveDate| {
        let (_, to) = moves.iter().find(|(from, _)| day.weekday() == *from)?;
        match to {
            Weekday::Mon => day.succ_opt(),
            _ => day.pred_opt(),
        }
    };
    let moved: Vec<_> = days.iter().filter_map(moved).collect();
    days.extend(moved);
    Some(Holiday {
        days,
        lists: lists?,
    })
}

/// From which weekday to which a holiday moves (Gov. Code 6701).
fn moves(item: &DeValue<'_>) -> Option<(Weekday, Weekday)> {
    match item.as_str()? {
        "from Sunday" => Some((Weekday::Sun, Weekday::Mon)),
        "from Saturday" => Some((Weekday::Sat, Weekday::Fri)),
        _ => None,
    }
}

fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    NaiveDate::from_ymd_opt(2028, month, day).map(|_| (month, day))
}

/// Such as the third Monday of January.
#[derive(Clone, Copy)]
struct NthWeekday {
    /// From 1; 0 for the last.
    nth: u8,
    weekday: Weekday,
    month: u32,
}

fn nth_weekday(text: &str) -> Option<NthWeekday> {
    let mut words = text.split(' ');
    let nth = ["last", "first", "second", "third", "fourth", "fifth"];
    let word = words.next()?;
    let nth = nth.iter().position(|it| *it == word)?;
    let weekday = words.next()?.parse().ok()?;
    let month: chrono::Month = (words.next()? == "of")
        .then(|| words.next())??
        .parse()
        .ok()?;
    Some(NthWeekday {
        nth: u8::try_from(nth).ok()?,
        weekday,
        month: month.number_from_month(),
    })
}

impl NthWeekday {
    fn in_year(self, year: i32) -> Option<NaiveDate> {
        let nth = |nth| NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, nth);
        match self.nth {
            0 => nth(5).or_else(|| nth(4)),
            count => nth(count),
        }
    }
}
