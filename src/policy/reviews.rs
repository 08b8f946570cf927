//! The yearly review: the policy is looked over at least every twelve months (Cal. Civ. Code 1798.130(a)(5)).
//! A new version counts as one, and so does an admin's word that nothing has to change.

use chrono::{Days, Months, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{Date, Text};
use serde_json::json;

use crate::accounts::queries::list_admin_addresses;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::schema::{policy_reviews, policy_versions};
use crate::db::{AdvisoryLock, AnyConnection, text_enum};
use crate::error::AppResult;
use crate::mail::Mailer;
use crate::mail::messages::message;
use crate::requests::repeats::AT_ONCE;

/// So many days before its date a review is asked for.
const ASKED_BEFORE: u64 = 30;

text_enum! {
    /// When admins are reminded.
    pub enum Reminder {
        /// Some weeks before the date.
        Near = "near",
        /// On the date.
        Due = "due",
    }
}

/// How the yearly review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// When the policy was last published or looked over.
    pub last_on: NaiveDate,
    /// The last day for the next time.
    pub due_on: NaiveDate,
}

impl Standing {
    /// Which reminder is the newest that has come, if any.
    pub fn reminder(&self, today: NaiveDate) -> Option<Reminder> {
        if today >= self.due_on {
            Some(Reminder::Due)
        } else if today + Days::new(ASKED_BEFORE) >= self.due_on {
            Some(Reminder::Near)
        } else {
            None
        }
    }
}

/// Asks the admins to look the policy over.
#[derive(Debug)]
pub struct PolicyReview {
    standing: Standing,
    reminder: Reminder,
}

message!(
    PolicyReview,
    "policy_review",
    "mail/policy_review/subject.txt",
    "mail/policy_review/body.txt",
    "mail/policy_review/body.html"
);

impl PolicyReview {
    fn is_due(&self) -> bool {
        self.reminder == Reminder::Due
    }
}

/// How the yearly review stands; `None` while nothing is published.
pub fn standing(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<Option<Standing>> {
    let published: Option<NaiveDateTime> = policy_versions::table
        .filter(policy_versions::published_at.le(now))
        .select(diesel::dsl::max(policy_versions::published_at))
        .first(conn)?;
    let reviewed: Option<NaiveDateTime> = policy_reviews::table
        .select(diesel::dsl::max(policy_reviews::at))
        .first(conn)?;
    let last = published.map(|at| reviewed.map_or(at, |it| it.max(at)));
    Ok(last.map(|at| Standing {
        last_on: at.date(),
        due_on: at.date() + Months::new(12),
    }))
}

/// Notes that an admin has looked the policy over and that nothing has to change; call it in a write transaction. A second
/// click notes nothing.
pub fn record(conn: &mut AnyConnection, staff_id: i64, now: NaiveDateTime) -> AppResult<()> {
    AdvisoryLock::Desk.take(conn)?;
    let twin = policy_reviews::table
        .filter(policy_reviews::staff_id.eq(staff_id))
        .filter(policy_reviews::at.gt(now - AT_ONCE))
        .select(policy_reviews::at);
    if twin.first::<NaiveDateTime>(conn).optional()?.is_some() {
        return Ok(());
    }
    diesel::insert_into(policy_reviews::table)
        .values((
            policy_reviews::staff_id.eq(staff_id),
            policy_reviews::at.eq(now),
        ))
        .execute(conn)?;
    let event = Event {
        actor: Actor::Staff(staff_id),
        action: "policy.reviewed",
        person: None,
        object: "policy",
        detail: json!({ "changed": false }),
    };
    Ok(audit::record(conn, &event, now)?)
}

/// The job: reminds every admin, once before the date and once on it.
pub fn remind(app: &App) -> AppResult<()> {
    let (mailer, now) = (app.mailer.clone(), app.clock.now());
    app.db
        .write_now(move |conn| remind_at(conn, &mailer, now))?;
    app.wake.notify_one();
    Ok(())
}

fn remind_at(conn: &mut AnyConnection, mailer: &Mailer, now: NaiveDateTime) -> AppResult<()> {
    let Some(standing) = standing(conn, now)? else {
        return Ok(());
    };
    let Some(reminder) = standing.reminder(now.date()) else {
        return Ok(());
    };
    if !is_first(conn, standing.due_on, reminder)? {
        return Ok(());
    }
    let admins = list_admin_addresses(conn)?;
    let mail = PolicyReview { standing, reminder };
    for address in &admins {
        mailer.enqueue(conn, address, &mail, now)?;
    }
    let event = Event {
        actor: Actor::System,
        action: "policy.review_asked",
        person: None,
        object: "policy",
        detail: json!({ "due_on": standing.due_on, "reminder": reminder, "admins": admins.len() }),
    };
    Ok(audit::record(conn, &event, now)?)
}

/// Puts a reminder on record; `false` when it is there already.
fn is_first(conn: &mut AnyConnection, due_on: NaiveDate, reminder: Reminder) -> QueryResult<bool> {
    let written = diesel::sql_query(
        "INSERT INTO policy_review_reminders (due_on, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind::<Date, _>(due_on)
    .bind::<Text, _>(reminder.as_str())
    .execute(conn)?;
    Ok(written == 1)
}
