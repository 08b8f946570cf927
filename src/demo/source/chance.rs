//! Chance that repeats: the same seed makes the same people, whoever was made before them.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// The choices that one person's data is made from.
pub struct Chance(StdRng);

impl Chance {
    /// A stream of its own for the `index`th thing, so that a change to one leaves the others as they were.
    pub fn new(seed: u64, index: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&index.to_le_bytes());
        Chance(StdRng::from_seed(bytes))
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// A count from `low` to `high`, both included.
    pub fn count(&mut self, low: usize, high: usize) -> usize {
        self.0.random_range(low..=high)
    }

    /// From `low` to `high` days, both included.
    pub fn days(&mut self, low: u64, high: u64) -> Days {
        Days::new(self.0.random_range(low..=high))
    }

    /// True in `percent` of 100 cases.
    pub fn is(&mut self, percent: u8) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// `value` in `percent` of 100 cases.
    pub fn maybe<T>(&mut self, percent: u8, value: T) -> Option<T> {
        self.is(percent).then_some(value)
    }

    /// One of `things`, which must not be empty.
    pub fn one_of<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        things
            .choose(&mut self.0)
            .expect("lists of the sample data are not empty")
    }

    /// At most `amount` different ones of `things`.
    pub fn some_of<'t, T>(&mut self, things: &'t [T], amount: usize) -> Vec<&'t T> {
        things.choose_multiple(&mut self.0, amount).collect()
    }

    /// A day from `first` to `last`; `first` when `last` is before it.
    pub fn day(&mut self, first: NaiveDate, last: NaiveDate) -> NaiveDate {
        let days = (last - first).num_days().max(0);
        first + TimeDelta::days(self.between(0, days))
    }

    /// A time at which people are awake, on a day from `first` to `last`.
    pub fn moment(&mut self, first: NaiveDate, last: NaiveDate) -> NaiveDateTime {
        let second = self.between(6 * 3600, 23 * 3600);
        self.day(first, last).and_time(chrono::NaiveTime::MIN) + TimeDelta::seconds(second)
    }

    /// `amount` of such times, oldest first.
    pub fn moments(
        &mut self,
        amount: usize,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Vec<NaiveDateTime> {
        let mut moments: Vec<_> = (0..amount).map(|_| self.moment(first, last)).collect();
        moments.sort_unstable();
        moments
    }

    /// `length` letters and digits.
    pub fn letters(&mut self, length: usize) -> String {
        (&mut self.0)
            .sample_iter(rand::distr::Alphanumeric)
            .take(length)
            .map(char::from)
            .collect()
    }

    /// 20 bytes, the length of a one-time-password secret.
    pub fn secret(&mut self) -> [u8; 20] {
        self.0.random()
    }
}
