//! Telling people of a new version: one mail to each, in the background.
//!
//! A job walks the people in the order of their ids, some at a time. One transaction writes the mails, the
//! notices, how far the walk has come and the job that goes on from there. The position is the guard: a job
//! that runs a second time, or beside another, finds it moved and does nothing. So no moment to be killed at
//! loses or doubles a mail.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::count;
use diesel::prelude::*;
use serde_json::json;

use super::model::PolicyVersion;
use super::queries;
use crate::accounts::model::IdentityKind;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::config::Site;
use crate::db::AnyConnection;
use crate::db::schema::{identities, policy_announcements, policy_notices};
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::mail::{Mailer, messages::message};

/// So many people are told in one transaction.
pub const BATCH: i64 = 200;

/// How far the telling of a version has come.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = policy_announcements)]
pub struct Announcement {
    /// Of what.
    pub version_id: i64,
    /// People up to this id have been told.
    pub after_person_id: i64,
    /// How many have been told.
    pub told: i64,
    /// When the last one was.
    pub finished_at: Option<NaiveDateTime>,
}

/// The mail that tells of a new version.
#[derive(Debug)]
pub struct PolicyChange {
    /// The new version.
    pub version: PolicyVersion,
    /// The version that it replaces.
    pub before: Option<PolicyVersion>,
    /// The day on which the mail is written.
    pub today: NaiveDate,
}

message!(
    PolicyChange,
    "policy_change",
    "mail/policy_change/subject.txt",
    "mail/policy_change/body.txt",
    "mail/policy_change/body.html"
);

impl PolicyChange {
    /// Whether it holds already when it is told.
    pub fn is_in_force(&self) -> bool {
        self.version.effective_on <= self.today
    }

    /// Where it can be read.
    pub fn read_url(&self, site: &Site) -> String {
        site.url(&self.version.path())
    }

    /// Where it is compared with the version that it replaces.
    pub fn compare_url(&self, site: &Site) -> Option<String> {
        let before = self.before.as_ref()?;
        Some(site.url(&before.compare_path(&self.version)))
    }
}

/// Begins to tell people of a version; call it in the transaction that publishes it.
pub fn begin(
    conn: &mut AnyConnection,
    version: &PolicyVersion,
    now: NaiveDateTime,
) -> AppResult<()> {
    diesel::insert_into(policy_announcements::table)
        .values((
            policy_announcements::version_id.eq(version.id),
            policy_announcements::after_person_id.eq(0),
            policy_announcements::told.eq(0),
        ))
        .execute(conn)?;
    enqueue(conn, version.id, 0, now)
}

/// The job: tells the next people of a version.
pub fn go_on(app: &App, version_id: i64, after_person_id: i64) -> AppResult<()> {
    let (mailer, now) = (app.mailer.clone(), app.clock.now());
    app.db
        .write_now(move |conn| tell_next(conn, &mailer, version_id, after_person_id, now))?;
    app.wake.notify_one();
    Ok(())
}

/// How far the telling of each version has come; those that were taken over have none.
pub fn list(conn: &mut AnyConnection) -> QueryResult<Vec<Announcement>> {
    Announcement::query().load(conn)
}

/// How many people a new version would be told to.
pub fn count_people(conn: &mut AnyConnection) -> QueryResult<i64> {
    identities::table
        .filter(identities::kind.eq(IdentityKind::Email.as_str()))
        .filter(identities::closed_at.is_null())
        .select(count(identities::person_id).aggregate_distinct())
        .first(conn)
}

fn tell_next(
    conn: &mut AnyConnection,
    mailer: &Mailer,
    version_id: i64,
    after: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let (mut people, is_last) = next_addresses(conn, after)?;
    let position = people.last().map_or(after, |(person, _)| *person);
    // Somebody with several addresses is told at the last, as of everything.
    people.reverse();
    people.dedup_by_key(|(person, _)| *person);
    let told = i64::try_from(people.len()).unwrap_or_default();
    if !advance(
        conn,
        version_id,
        (after, position),
        told,
        is_last.then_some(now),
    )? {
        return Ok(());
    }
    let message = message_about(conn, version_id, now)?;
    for (person, address) in people {
        diesel::insert_into(policy_notices::table)
            .values((
                policy_notices::version_id.eq(version_id),
                policy_notices::person_id.eq(person),
                policy_notices::told_at.eq(now),
            ))
            .execute(conn)?;
        mailer.enqueue(conn, &address, &message, now)?;
    }
    if is_last {
        finish(conn, &message.version, now)
    } else {
        enqueue(conn, version_id, position, now)
    }
}

/// The addresses of the next people, and whether these are the last. Whoever has some of theirs beyond the edge of the
/// batch is left to the next, which has them all.
fn next_addresses(conn: &mut AnyConnection, after: i64) -> QueryResult<(Vec<(i64, String)>, bool)> {
    let mut found = addresses(conn, after)?;
    if found.len() <= usize::try_from(BATCH).unwrap_or(usize::MAX) {
        return Ok((found, true));
    }
    let (first, beyond) = (found.first().map(|it| it.0), found.last().map(|it| it.0));
    if first == beyond {
        return Ok((found, false));
    }
    found.retain(|(person, _)| Some(*person) != beyond);
    Ok((found, false))
}

/// Of the next people with an e-mail address every one, in the order in which they got it, and one more than a batch has.
fn addresses(conn: &mut AnyConnection, after: i64) -> QueryResult<Vec<(i64, String)>> {
    identities::table
        .filter(identities::kind.eq(IdentityKind::Email.as_str()))
        .filter(identities::closed_at.is_null())
        .filter(identities::person_id.gt(after))
        .order((identities::person_id, identities::id))
        .limit(BATCH + 1)
        .select((identities::person_id, identities::value))
        .load(conn)
}

/// Moves the position on, with those who are told between; `false` when it was moved before.
fn advance(
    conn: &mut AnyConnection,
    version_id: i64,
    (from, to): (i64, i64),
    told: i64,
    finished_at: Option<NaiveDateTime>,
) -> QueryResult<bool> {
    let still_there = policy_announcements::table
        .filter(policy_announcements::version_id.eq(version_id))
        .filter(policy_announcements::after_person_id.eq(from))
        .filter(policy_announcements::finished_at.is_null());
    let moved = diesel::update(still_there)
        .set((
            policy_announcements::after_person_id.eq(to),
            policy_announcements::told.eq(policy_announcements::told + told),
            policy_announcements::finished_at.eq(finished_at),
        ))
        .execute(conn)?;
    Ok(moved == 1)
}

fn message_about(
    conn: &mut AnyConnection,
    version_id: i64,
    now: NaiveDateTime,
) -> AppResult<PolicyChange> {
    let history = queries::history(conn)?;
    let mut versions = history.versions().iter();
    let version = versions
        .find(|it| it.id == version_id)
        .ok_or(AppError::NotFound)?;
    Ok(PolicyChange {
        before: history.before(version).cloned(),
        version: version.clone(),
        today: now.date(),
    })
}

fn enqueue(
    conn: &mut AnyConnection,
    version_id: i64,
    after_person_id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let job = Job::NotifyPolicyChange {
        version_id,
        after_person_id,
    };
    jobs::enqueue(conn, &job, now)
}

fn finish(conn: &mut AnyConnection, version: &PolicyVersion, now: NaiveDateTime) -> AppResult<()> {
    let told = policy_announcements::table.find(version.id);
    let told: i64 = told.select(policy_announcements::told).first(conn)?;
    let event = Event {
        actor: Actor::System,
        action: "policy.announced",
        person: None,
        object: &version.version,
        detail: json!({ "told": told }),
    };
    Ok(audit::record(conn, &event, now)?)
}
