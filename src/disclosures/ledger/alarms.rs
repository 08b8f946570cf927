//! Disclosures that came after the person had stopped that use, or had objected to it. They are counted by recipient and day, so that a file of
//! a million of them is one line for staff, and supervisors are told of each such line once.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};
use serde_json::json;

use super::model::{self, Alarm, Disclosure, NewDisclosure, Rules, is_in_their_hands};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::past::{self, Use};
use crate::db::AnyConnection;
use crate::db::schema::{disclosure_alarms as alarms, disclosures};
use crate::disclosures::messages::DisclosedAfterStop;
use crate::error::AppResult;
use crate::requests::reminders;

/// So many lines stand in a mail at most; what is left comes with the next.
const IN_A_MAIL: i64 = 50;

/// Notes which of these lines, which were recorded just now, came after the person had stopped that use or objected to it, or without the
/// consent that it takes where they live.
pub fn raise(
    conn: &mut AnyConnection,
    rules: Rules<'_>,
    recorded: &[&NewDisclosure],
    now: NaiveDateTime,
) -> QueryResult<()> {
    // In the order of recipients, so that two who record at once wait for each other in the same order.
    let mut of_recipients = BTreeMap::<&str, Vec<&str>>::new();
    for line in wrongful(conn, (rules, now.date()), recorded)? {
        let of_recipient = of_recipients.entry(&line.recipient).or_default();
        of_recipient.push(&line.key);
    }
    for (recipient, keys) in of_recipients {
        let count = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        let alarm = add(conn, recipient, count, now.date())?;
        diesel::update(disclosures::table.filter(disclosures::key.eq_any(keys)))
            .set(disclosures::alarm_id.eq(alarm))
            .execute(conn)?;
    }
    Ok(())
}

fn wrongful<'a>(
    conn: &mut AnyConnection,
    (rules, today): (Rules<'_>, NaiveDate),
    recorded: &[&'a NewDisclosure],
) -> QueryResult<Vec<&'a NewDisclosure>> {
    let (mut lines, mut uses) = (Vec::new(), Vec::new());
    for line in recorded {
        let of_line = model::uses(rules.register, line.activity.as_deref(), &line.recipient);
        let Ok(basis) = line.legal_basis.parse() else {
            continue;
        };
        if !of_line.is_empty() && of_line.iter().all(|it| is_in_their_hands(it, basis)) {
            lines.push((*line, basis, of_line.len()));
            uses.extend(of_line.into_iter().map(|activity| Use {
                subject: &line.subject,
                activity,
                at: line.at,
            }));
        }
    }
    if uses.is_empty() {
        return Ok(Vec::new());
    }
    let stood = past::stood(conn, (rules.laws, today), &uses)?;
    let mut each = uses.iter().zip(stood);
    let mut wrongful = Vec::new();
    for (line, basis, count) in lines {
        let mut of_line = each.by_ref().take(count);
        // Of several uses it is enough that one may go on.
        let may_go_on = of_line.any(|(it, stood)| !model::is_wrongful(it.activity, basis, stood));
        of_line.for_each(drop);
        if !may_go_on {
            wrongful.push(line);
        }
    }
    Ok(wrongful)
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Counts so many more for a recipient today; gives the id of the alarm.
fn add(
    conn: &mut AnyConnection,
    recipient: &str,
    count: i64,
    today: NaiveDate,
) -> QueryResult<i64> {
    let added: Id = diesel::sql_query(
        "INSERT INTO disclosure_alarms (recipient, recorded_on, lines) VALUES ($1, $2, $3) \
         ON CONFLICT (recipient, recorded_on) \
         DO UPDATE SET lines = disclosure_alarms.lines + excluded.lines RETURNING id",
    )
    .bind::<Text, _>(recipient)
    .bind::<Date, _>(today)
    .bind::<BigInt, _>(count)
    .get_result(conn)?;
    Ok(added.id)
}

/// Tells supervisors of every alarm that they were not told of.
pub fn tell(conn: &mut AnyConnection, app: &App, now: NaiveDateTime) -> AppResult<()> {
    let untold: Vec<Alarm> = Alarm::query()
        .filter(alarms::told_at.is_null())
        .order(alarms::id)
        .limit(IN_A_MAIL)
        .load(conn)?;
    if untold.is_empty() {
        return Ok(());
    }
    let ids = untold.iter().map(|it| it.id);
    diesel::update(alarms::table.filter(alarms::id.eq_any(ids)))
        .set(alarms::told_at.eq(now))
        .execute(conn)?;
    let event = Event {
        actor: Actor::System,
        action: "disclosures.escalated",
        person: None,
        object: "disclosures",
        detail: json!({ "alarms": untold.len() }),
    };
    audit::record(conn, &event, now)?;
    let named = untold.into_iter().map(|alarm| Alarm {
        recipient: app.register.recipient_name(&alarm.recipient).to_owned(),
        ..alarm
    });
    let mail = DisclosedAfterStop {
        alarms: named.collect(),
    };
    let working = reminders::list_working(conn)?;
    for supervisor in reminders::addresses(&working, &[], true) {
        app.mailer.enqueue(conn, supervisor, &mail, now)?;
    }
    Ok(())
}

/// An alarm by id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<Alarm> {
    Alarm::query().filter(alarms::id.eq(id)).first(conn)
}

/// Alarms, newest first: so many, older than that one.
pub fn list(conn: &mut AnyConnection, before: Option<i64>, limit: i64) -> QueryResult<Vec<Alarm>> {
    Alarm::query()
        .filter(alarms::id.lt(before.unwrap_or(i64::MAX)))
        .order(alarms::id.desc())
        .limit(limit)
        .load(conn)
}

/// The disclosures of an alarm with the names by which the company's systems know them, newest first: so many, older than
/// that one.
pub fn list_lines(
    conn: &mut AnyConnection,
    alarm: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(Disclosure, String)>> {
    disclosures::table
        .filter(disclosures::alarm_id.eq(alarm))
        .filter(disclosures::id.lt(before.unwrap_or(i64::MAX)))
        .order(disclosures::id.desc())
        .limit(limit)
        .select((Disclosure::as_select(), disclosures::key))
        .load(conn)
}
