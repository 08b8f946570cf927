//! Periods of days.

use chrono::NaiveDate;

/// A period of days; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dates {
    /// The first day; `None` from the beginning.
    pub from: Option<NaiveDate>,
    /// The last day; `None` until now.
    pub to: Option<NaiveDate>,
}

impl Dates {
    /// Whether it leaves nothing out.
    pub const fn is_all(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    /// Whether a record of that day is in it; one without a day always is, since nobody can say.
    pub fn has(&self, day: Option<NaiveDate>) -> bool {
        let is_before = |day: NaiveDate| self.from.is_some_and(|from| day < from);
        let is_after = |day: NaiveDate| self.to.is_some_and(|to| day > to);
        day.is_none_or(|day| !is_before(day) && !is_after(day))
    }
}
