//! What waits for staff beside requests: data that came back, corrections that were undone, what has been kept long enough,
//! addresses and words of parents that two must agree on, and accounts that nobody can open. The queue names it, and supervisors are told by
//! mail: when something comes, and again each week while it waits.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use crate::accounts::{proposals, unopened};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::minors::approvals;
use crate::config::Site;
use crate::db::schema::told_waiting;
use crate::db::{AnyConnection, Count, text_enum};
use crate::error::AppResult;
use crate::mail::messages::message;
use crate::requests::corrected;
use crate::requests::reminders::{addresses, list_working};
use crate::retention::periods::model::RunState;
use crate::retention::{periods, returned};

/// What has waited for so long since it was told of is told of again.
const AGAIN_AFTER: TimeDelta = TimeDelta::days(7);

text_enum! {
    /// What can wait.
    pub enum What {
        /// Data of people who were erased, or what a deletion had to leave whose reason has ended.
        Returned = "returned",
        /// Corrected values that somebody has changed back.
        Corrections = "corrections",
        /// A plan of what has been kept long enough.
        Periods = "periods",
        /// Addresses that a second supervisor is to approve for an account.
        Addresses = "addresses",
        /// The words of parents that a second one is to approve.
        Parents = "parents",
        /// Accounts whose last address was taken away.
        Unopened = "unopened",
    }
}

/// So many of something wait.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// Of what.
    pub what: What,
    count: Count,
}

impl Waiting {
    /// "2 corrected values that were changed back"
    pub fn in_words(&self) -> String {
        let count = self.count;
        match self.what {
            What::Returned if count == Count(1) => {
                "data of 1 deletion that came back, or that have no reason to stay any more"
                    .to_owned()
            }
            What::Returned => format!(
                "data of {count} deletions that came back, or that have no reason to stay any more"
            ),
            What::Corrections if count == Count(1) => {
                "1 corrected value that was changed back".to_owned()
            }
            What::Corrections => format!("{count} corrected values that were changed back"),
            What::Addresses if count == Count(1) => {
                "1 address that was proposed for an account".to_owned()
            }
            What::Addresses => format!("{count} addresses that were proposed for accounts"),
            What::Parents if count == Count(1) => {
                "1 word of a parent that turns something on for a child".to_owned()
            }
            What::Parents => {
                format!("{count} words of parents that turn something on for a child")
            }
            What::Unopened if count == Count(1) => "1 account that no address opens".to_owned(),
            What::Unopened => format!("{count} accounts that no address opens"),
            What::Periods => "a plan to erase what has been kept long enough".to_owned(),
        }
    }

    /// Where it is settled.
    pub fn path(&self) -> &'static str {
        match self.what {
            What::Returned => "/staff/returned",
            What::Corrections => "/staff/corrections",
            What::Periods => "/staff/periods",
            What::Parents => "/staff/ages",
            What::Addresses | What::Unopened => "/staff/closed-addresses",
        }
    }
}

/// Everything of which something waits.
pub fn list(conn: &mut AnyConnection) -> QueryResult<Vec<Waiting>> {
    let planned = periods::queries::find_in(conn, RunState::Planned)?;
    let counts = [
        (What::Returned, returned::queries::count_open(conn)?),
        (What::Corrections, corrected::queries::count_returned(conn)?),
        (What::Periods, Count(i64::from(planned.is_some()))),
        (What::Addresses, proposals::count(conn)?),
        (What::Parents, approvals::count(conn)?),
        (What::Unopened, unopened::count(conn)?),
    ];
    let some = counts.into_iter().filter(|(_, count)| *count > Count(0));
    Ok(some.map(|(what, count)| Waiting { what, count }).collect())
}

/// Tells supervisors what waits.
#[derive(Debug)]
pub struct StaffWaiting {
    waiting: Vec<Waiting>,
}

impl StaffWaiting {
    fn link(waiting: &Waiting, site: &Site) -> String {
        site.url(waiting.path())
    }
}

message!(
    StaffWaiting,
    "staff_waiting",
    "mail/staff_waiting/subject.txt",
    "mail/staff_waiting/body.txt",
    "mail/staff_waiting/body.html"
);

/// The job: tells supervisors, if there is more than they know of, or it has waited for long.
pub fn remind(app: &App) -> AppResult<()> {
    let own = app.clone();
    app.db
        .write_now(move |conn| tell(conn, &own, own.clock.now()))?;
    app.wake.notify_one();
    Ok(())
}

fn tell(conn: &mut AnyConnection, app: &App, now: NaiveDateTime) -> AppResult<()> {
    let waiting = list(conn)?;
    let told: Vec<(String, i64, NaiveDateTime)> = told_waiting::table.load(conn)?;
    let told = told
        .into_iter()
        .map(|(what, count, at)| (what, (count, at)));
    let told: HashMap<_, _> = told.collect();
    let is_due = |it: &Waiting| match told.get(it.what.as_str()) {
        Some((count, at)) => it.count > Count(*count) || now - *at >= AGAIN_AFTER,
        None => true,
    };
    if waiting.iter().any(is_due) {
        remember(conn, &waiting, now)?;
        return send(conn, app, waiting, now);
    }
    forget_settled(conn, &waiting)
}

/// What was settled is news when it comes again.
fn forget_settled(conn: &mut AnyConnection, waiting: &[Waiting]) -> AppResult<()> {
    let still = waiting.iter().map(|it| it.what.as_str());
    let settled = told_waiting::what.ne_all(still);
    diesel::delete(told_waiting::table.filter(settled)).execute(conn)?;
    for it in waiting {
        let more = told_waiting::table
            .filter(told_waiting::what.eq(it.what.as_str()))
            .filter(told_waiting::waiting.gt(it.count.0));
        diesel::update(more)
            .set(told_waiting::waiting.eq(it.count.0))
            .execute(conn)?;
    }
    Ok(())
}

fn remember(conn: &mut AnyConnection, waiting: &[Waiting], now: NaiveDateTime) -> QueryResult<()> {
    diesel::delete(told_waiting::table).execute(conn)?;
    for it in waiting {
        diesel::insert_into(told_waiting::table)
            .values((
                told_waiting::what.eq(it.what.as_str()),
                told_waiting::waiting.eq(it.count.0),
                told_waiting::told_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

fn send(
    conn: &mut AnyConnection,
    app: &App,
    waiting: Vec<Waiting>,
    now: NaiveDateTime,
) -> AppResult<()> {
    let counts = waiting
        .iter()
        .map(|it| (it.what.as_str(), json!(it.count.0)));
    let event = Event {
        actor: Actor::System,
        action: "waiting.told",
        person: None,
        object: "staff",
        detail: counts
            .map(|(what, count)| (what.to_owned(), count))
            .collect(),
    };
    audit::record(conn, &event, now)?;
    let mail = StaffWaiting { waiting };
    for supervisor in addresses(&list_working(conn)?, &[], true) {
        app.mailer.enqueue(conn, supervisor, &mail, now)?;
    }
    Ok(())
}
