//! Who a sample person is, before there is any data about them.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use super::chance::Chance;
use super::names::{FIRST, LAST};
use super::places::Place;
use super::trades::{TRADES, Trade};

/// How much somebody uses the platform, and so how much is known about them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Signed up and left.
    Hardly,
    /// Looks in now and then.
    Sometimes,
    /// Is looking for a job in earnest.
    Often,
}

/// One invented person.
pub struct Person {
    /// The id of their account: 1 for the first.
    pub id: i64,
    pub name: String,
    pub email: String,
    pub place: &'static Place,
    pub trade: &'static Trade,
    /// How far they have come, as a place in [`Trade::titles`].
    pub level: usize,
    pub usage: Use,
    pub born: NaiveDate,
    pub joined: NaiveDate,
    /// The last day on which anything may have happened.
    pub until: NaiveDate,
}

impl Person {
    /// Somebody by chance; the name and the rest may be set afterwards.
    pub fn someone(id: i64, today: NaiveDate, chance: &mut Chance) -> Person {
        let level = chance.count(0, 3);
        let until = today - Days::new(1);
        Person {
            id,
            name: format!("{} {}", chance.one_of(&FIRST), chance.one_of(&LAST)),
            email: String::new(),
            place: Place::for_someone(chance),
            trade: chance.one_of(TRADES),
            level,
            usage: *chance.one_of(&[Use::Hardly, Use::Sometimes, Use::Sometimes, Use::Often]),
            born: chance.day(
                today - Days::new(365 * 60),
                today - Days::new(365 * (20 + 5 * level as u64)),
            ),
            joined: chance.day(today - Days::new(970), today - Days::new(30)),
            until,
        }
    }

    pub fn title(&self) -> &'static str {
        self.trade.titles[self.level]
    }

    /// One of three numbers, by how much the platform is used.
    pub fn by_use<T>(&self, hardly: T, sometimes: T, often: T) -> T {
        match self.usage {
            Use::Hardly => hardly,
            Use::Sometimes => sometimes,
            Use::Often => often,
        }
    }
}

/// E-mail addresses at example.org, each given once.
#[derive(Default)]
pub struct Addresses(HashMap<String, u32>);

impl Addresses {
    /// `maya.okafor@example.org`, and `maya.okafor2@example.org` for the next of that name.
    pub fn give(&mut self, name: &str) -> String {
        let local = name.to_lowercase().replace(' ', ".");
        let given = self.0.entry(local.clone()).or_insert(0);
        *given += 1;
        if *given == 1 {
            format!("{local}@example.org")
        } else {
            format!("{local}{given}@example.org")
        }
    }
}
