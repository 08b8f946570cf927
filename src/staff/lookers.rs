//! Who else of the staff looks at a request just now, so that two do not work on the same.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};

use super::case::{Happening, actor_of};
use crate::accounts::guard::StaffMember;
use crate::audit::views;

/// Whoever opened the page no longer ago than this is taken to be looking at it.
const LOOKING: TimeDelta = TimeDelta::minutes(15);

/// The others who looked at it lately, by id, with when they did last.
pub(super) fn list(
    happened: &[Happening],
    member: &StaffMember,
    now: NaiveDateTime,
) -> Vec<(i64, NaiveDateTime)> {
    let own = actor_of(member);
    let lately = happened
        .iter()
        .filter(|it| it.action == views::ACTION && it.actor != own && now - it.at <= LOOKING);
    let mut newest: HashMap<i64, NaiveDateTime> = HashMap::new();
    for look in lately {
        let id = look
            .actor
            .strip_prefix("staff:")
            .and_then(|id| id.parse().ok());
        if let Some(id) = id {
            newest.entry(id).or_insert(look.at);
        }
    }
    let mut lookers: Vec<_> = newest.into_iter().collect();
    lookers.sort_unstable();
    lookers
}
