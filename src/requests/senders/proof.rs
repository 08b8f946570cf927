//! One try to be recognised.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::json;

use super::look_up::{Found, look_up};
use super::model::{Degree, Sender, Wants};
use super::points::Points;
use super::queries;
use super::settle::{Known, settle};
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::request_senders;
use crate::error::{AppError, AppResult};
use crate::my_data;
use crate::requests::life::{By, changed, record};
use crate::requests::model::{Request, State};
use crate::requests::queries as requests;

/// So often somebody may try, for one request.
pub const TRIES: i32 = 5;

/// So many tries may come from one network, whatever they are for.
const TRIES_PER_CLIENT: Limit = Limit {
    purpose: "tries to be recognised",
    max: 30,
    max_in_demo: 10_000,
    window: TimeDelta::days(1),
};

/// What was typed. None of it is kept but the name under a declaration.
#[derive(Debug, Default, Clone)]
pub struct Typed {
    /// By the names of the points.
    pub points: BTreeMap<String, String>,
    /// The name under the declaration.
    pub name: String,
    /// Of a correction: what should be held.
    pub value: String,
}

/// How a try ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// It is known who asks.
    Known,
    /// Enough for the categories of data, and not for the data themselves: those are what is answered now.
    Categories,
    /// It was not enough; so many more tries are left.
    NotYet(i32),
    /// The proposed value cannot be held; a sentence that says why.
    Invalid(String),
}

/// Tries to recognise the sender of a request.
pub async fn attempt(app: &App, request_id: i64, typed: Typed, client: String) -> AppResult<Ended> {
    let own = app.clone();
    let counted = app.db.write(move |conn| {
        TRIES_PER_CLIENT.take(&own, conn, &client, own.clock.now())?;
        count(conn, request_id)
    });
    let (request, sender) = counted.await?;
    let points = match read(app, &request, &sender).await {
        Ok(points) => points,
        Err(error) => return Err(not_counted(app, sender, error).await?),
    };
    let matched = points.count(&app.keys, &typed.points);
    let needed = sender.needs(app, &request);
    let best = sender
        .points
        .max(i32::try_from(matched).unwrap_or_default());
    let is_last = sender.attempts >= TRIES;
    let enough_for_less = usize::try_from(best).unwrap_or_default() >= Degree::Reasonable.points();
    let mut known = Known {
        degree: needed,
        wants: sender.wants,
        points: best,
        declaration: (needed == Degree::High).then_some(typed.name),
        vouched: None,
    };
    if matched >= needed.points() {
        let found = match look_up(app, &request, &sender, Some(typed.value)).await {
            Ok(found) => found,
            Err(error) => return Err(not_counted(app, sender, error).await?),
        };
        return match found {
            Err(sentence) => {
                write(app, move |conn, _| {
                    give_back(conn, &sender)?;
                    Ok(Ended::Invalid(sentence))
                })
                .await
            }
            Ok(found) => {
                write(app, move |conn, by| {
                    settle(conn, &request, &known, &found, by)?;
                    Ok(Ended::Known)
                })
                .await
            }
        };
    }
    write(app, move |conn, by| {
        if is_last && sender.wants == Wants::Pieces && enough_for_less {
            (known.degree, known.wants) = (Degree::Reasonable, Wants::Categories);
            known.declaration = None;
            settle(conn, &request, &known, &Found::default(), by)?;
            return Ok(Ended::Categories);
        }
        let row = request_senders::table.filter(request_senders::id.eq(sender.id));
        diesel::update(row)
            .set(request_senders::points.eq(best))
            .execute(conn)?;
        let detail = json!({ "tries": sender.attempts });
        record(conn, &request, "request.not_recognised", detail, by)?;
        Ok(Ended::NotYet(TRIES - sender.attempts))
    })
    .await
}

/// Who asked for the data themselves is content with their categories.
pub async fn ask_for_less(app: &App, request_id: i64) -> AppResult<Ended> {
    write(app, move |conn, by| {
        let request = requests::find(conn, request_id)?;
        let sender = queries::find(conn, request_id)?.ok_or(AppError::NotFound)?;
        let open = request_senders::table
            .filter(request_senders::id.eq(sender.id))
            .filter(request_senders::degree.is_null())
            .filter(request_senders::mailbox_at.is_not_null())
            .filter(request_senders::wants.eq(Wants::Pieces.as_str()));
        let less = diesel::update(open)
            .set(request_senders::wants.eq(Wants::Categories.as_str()))
            .execute(conn)?;
        if less == 0 || request.state.is_closed() {
            return Err(changed());
        }
        record(conn, &request, "request.asked_for_less", json!({}), by)?;
        if !is_known_for_less(&sender) {
            return Ok(Ended::NotYet(TRIES - sender.attempts));
        }
        settle_for_less(conn, (&request, &sender), by)?;
        Ok(Ended::Categories)
    })
    .await
}

/// Staff answer with the categories of data whoever is known well enough for these, and not for the data that they asked
/// for (11 CCR 7024(a)).
pub fn answer_less(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let sender = queries::find(conn, request.id)?.ok_or(AppError::NotFound)?;
    let is_open = request.state == State::Verifying && sender.wants == Wants::Pieces;
    if !is_open || !is_known_for_less(&sender) {
        return Err(changed());
    }
    settle_for_less(conn, (request, &sender), by)
}

fn is_known_for_less(sender: &Sender) -> bool {
    usize::try_from(sender.points).unwrap_or_default() >= Degree::Reasonable.points()
}

fn settle_for_less(
    conn: &mut AnyConnection,
    (request, sender): (&Request, &Sender),
    by: &By<'_>,
) -> AppResult<()> {
    let known = Known {
        degree: Degree::Reasonable,
        wants: Wants::Categories,
        points: sender.points,
        declaration: None,
        vouched: None,
    };
    settle(conn, request, &known, &Found::default(), by)
}

/// What the sender of a request can be recognised by.
pub async fn read(app: &App, request: &Request, sender: &Sender) -> AppResult<Points> {
    let sender = sender.clone();
    my_data::read(app, request.person_id, move |app, person| {
        Points::read(app, person, sender.disputed())
    })
    .await
}

/// Counts a try before it is looked at, so that many at once are no more than many.
fn count(conn: &mut AnyConnection, request_id: i64) -> AppResult<(Request, Sender)> {
    let open = request_senders::table
        .filter(request_senders::request_id.eq(request_id))
        .filter(request_senders::degree.is_null())
        .filter(request_senders::mailbox_at.is_not_null())
        .filter(request_senders::attempts.lt(TRIES));
    let counted = diesel::update(open)
        .set(request_senders::attempts.eq(request_senders::attempts + 1))
        .execute(conn)?;
    let request = requests::find(conn, request_id)?;
    if counted == 0 || request.state.is_closed() {
        return Err(changed());
    }
    let sender = queries::find(conn, request_id)?.ok_or(AppError::NotFound)?;
    Ok((request, sender))
}

/// Who was recognised has used up no try, whatever is wrong with the value that they propose.
fn give_back(conn: &mut AnyConnection, sender: &Sender) -> QueryResult<()> {
    let row = request_senders::table.filter(request_senders::id.eq(sender.id));
    diesel::update(row.filter(request_senders::attempts.gt(0)))
        .set(request_senders::attempts.eq(request_senders::attempts - 1))
        .execute(conn)?;
    Ok(())
}

/// Gives a try back that failed for a reason of ours; gives the reason.
async fn not_counted(app: &App, sender: Sender, error: AppError) -> AppResult<AppError> {
    let given_back = app.db.write(move |conn| Ok(give_back(conn, &sender)?));
    given_back.await.map(|()| error)
}

async fn write(
    app: &App,
    work: impl FnOnce(&mut AnyConnection, &By<'_>) -> AppResult<Ended> + Send + 'static,
) -> AppResult<Ended> {
    let own = app.clone();
    let written = app.db.write(move |conn| work(conn, &By::visitor(&own)));
    let ended = written.await?;
    app.wake.notify_one();
    Ok(ended)
}
