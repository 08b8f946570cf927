//! What a person is told of systems that people look up by hand: on pages, and in packages.

use chrono::NaiveDate;

use super::KEPT_FOR;
use super::check::collections;
use super::kept;
use super::model::{Outcome, State, Task, system_name};
use super::queries;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::CollectionKey;
use crate::web::words::day;

/// How one system stands for one person.
#[derive(Debug)]
pub struct Standing {
    /// What people call the system.
    pub system: String,
    /// Its collections.
    keys: Vec<CollectionKey>,
    last: Option<(Task, String)>,
    /// Of the last task, where the person is: the days on which it was opened and closed, and the last on which what was
    /// found is here.
    days: Option<[NaiveDate; 3]>,
    /// Whether anything is kept of what was found.
    is_kept: bool,
    today: NaiveDate,
}

/// How every such system stands, as a page shows it.
#[derive(Debug, Default)]
pub struct Standings(pub Vec<Standing>);

impl Standings {
    /// Whether there is a system in which nobody is at it.
    pub fn can_ask(&self) -> bool {
        self.0.iter().any(|it| !it.is_asked())
    }
}

/// How every such system stands.
pub fn of_person(app: &App, person_id: i64) -> AppResult<Standings> {
    app.db.read_now(|conn| of_person_in(conn, app, person_id))
}

/// The same in the midst of a transaction.
pub fn of_person_in(conn: &mut AnyConnection, app: &App, person_id: i64) -> AppResult<Standings> {
    let residence = find_residence(conn, person_id)?;
    let day = |at| app.laws.day_in(&residence, at);
    let today = day(app.clock.now());
    let mut all = Vec::new();
    for source in app.sources.by_hand() {
        let keys = collections(&app.register, source).into_iter();
        let last = queries::find_last_lookup(conn, person_id, source)?;
        let days = last.as_ref().map(|(task, _)| {
            let closed = task.closed_at.unwrap_or(task.created_at);
            [task.created_at, closed, closed + KEPT_FOR].map(day)
        });
        all.push(Standing {
            system: system_name(&app.register, source),
            keys: keys.map(|(key, _)| key).collect(),
            last,
            days,
            is_kept: kept::is_any(conn, person_id, source)?,
            today,
        });
    }
    Ok(Standings(all))
}

impl Standing {
    /// Whether a collection is in it.
    pub fn has(&self, key: &CollectionKey) -> bool {
        self.keys.contains(key)
    }

    /// Whether people are at it.
    pub fn is_asked(&self) -> bool {
        let last = self.last.as_ref();
        last.is_some_and(|(task, _)| task.state == State::Open)
    }

    /// How it stands, in sentences.
    pub fn says(&self) -> String {
        let (Some((task, reference)), Some(days)) = (&self.last, self.days) else {
            return "People look this up by hand. Nobody has been asked to do so for you, so nothing of it is here yet.".to_owned();
        };
        let asked = day(days[0]);
        let due = day(task.due_on);
        if task.closed_at.is_none() {
            let when = if self.today > task.due_on {
                format!("It should have been here by {due}: we are late")
            } else {
                format!("It will be here by {due}")
            };
            return format!(
                "People look this up by hand. They were asked on {asked}, with your request {reference}. {when}."
            );
        }
        let (done, kept) = (day(days[1]), days[2]);
        match task.outcome {
            Some(Outcome::Nothing) => {
                format!("People looked this up by hand on {done}, and found nothing about you.")
            }
            Some(Outcome::CouldNot) => format!(
                "People could not look this up on {done}. Our answer to your request {reference} says more."
            ),
            _ if !self.is_kept => format!(
                "People looked this up by hand on {done}. What they found then is no longer kept here."
            ),
            _ if kept < self.today => format!(
                "People looked this up by hand on {done}. What they found is here until your open requests are answered."
            ),
            _ => format!(
                "People looked this up by hand on {done}. What they found is here until {}.",
                day(kept)
            ),
        }
    }

    /// The same with the name of the system.
    pub fn in_words(&self) -> String {
        format!("{}: {}", self.system, self.says())
    }
}
