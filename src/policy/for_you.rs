//! What a version changes for one person: which of their activities and of the data that are held about them. And
//! that they have seen it, which they may say and need not.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp};
use serde_json::json;

use super::cache;
use super::model::PolicyVersion;
use super::touched::Touched;
use crate::accounts::guard::Person;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::open_to_objection;
use crate::choices::settings::{self, is_off};
use crate::db::AnyConnection;
use crate::db::schema::policy_acknowledgements as seen;
use crate::error::AppResult;
use crate::my_data;
use crate::my_data::ledger;

/// What one person is told of a version.
#[derive(Debug, Default)]
pub struct ForYou {
    /// When they said that they have seen it; then nothing else is told.
    pub seen_on: Option<NaiveDate>,
    /// Title, and what it means for them, of each activity that the version changes.
    pub activities: Vec<(String, &'static str)>,
    /// Title and number of records of each category that it changes, where something of theirs is held.
    pub categories: Vec<(String, u64)>,
    /// A source did not answer, so that there may be more.
    pub is_incomplete: bool,
}

impl ForYou {
    /// Whether the version changes nothing of theirs.
    pub fn is_nothing(&self) -> bool {
        self.activities.is_empty() && self.categories.is_empty() && !self.is_incomplete
    }
}

/// Works it out; the sources are read when the version changes a category, and only until the person has seen it.
pub async fn find(app: &App, person_id: i64, version: &PolicyVersion) -> AppResult<ForYou> {
    let (own, version) = (app.clone(), version.clone());
    let found = app
        .db
        .read(move |conn| look_up(conn, &own, person_id, &version));
    let (mut mine, categories) = found.await?;
    if categories.is_empty() {
        return Ok(mine);
    }
    let held = my_data::read(app, person_id, |app, identities| {
        let summaries = app.sources.overview(identities);
        Ok(ledger::cards(&app.register, summaries))
    });
    let Ok(cards) = held.await else {
        mine.is_incomplete = true;
        return Ok(mine);
    };
    let touched = cards.iter().filter(|it| categories.contains(&it.key));
    for card in touched {
        mine.is_incomplete |= card.is_incomplete();
        if card.count() > 0 {
            mine.categories.push((card.title.clone(), card.count()));
        }
    }
    Ok(mine)
}

fn look_up(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    version: &PolicyVersion,
) -> AppResult<(ForYou, Vec<String>)> {
    let seen_at = seen_at(conn, person_id, version.id)?;
    let seen_on = match seen_at {
        Some(at) => Some(app.laws.day_in(&find_residence(conn, person_id)?, at)),
        None => None,
    };
    let history = super::queries::history(conn)?;
    let (None, Some(before)) = (seen_on, history.before(version)) else {
        let mine = ForYou {
            seen_on,
            ..ForYou::default()
        };
        return Ok((mine, Vec::new()));
    };
    let text = cache::text(conn, version)?;
    let compared = cache::compared(conn, before, version)?;
    let touched = Touched::of(&app.register, &text, &compared.comparison);
    let settings = settings::of_person(conn, app, person_id)?;
    let mut mine = ForYou::default();
    let activities = touched.activities.iter();
    for activity in activities.filter_map(|key| app.register.activity(key)) {
        let meaning = if is_off(&settings, activity) {
            "It is off for you, so this changes nothing for you."
        } else if activity.refusable || activity.sale_or_sharing || activity.uses_sensitive {
            "It is on for you. You can turn it off at any time."
        } else if open_to_objection(&app.register).any(|it| it.key == activity.key) {
            "It has no switch. You can object to it for reasons of your own situation."
        } else {
            "It is part of the service and cannot be turned off."
        };
        mine.activities.push((activity.title.clone(), meaning));
    }
    Ok((mine, touched.categories))
}

fn seen_at(
    conn: &mut AnyConnection,
    person_id: i64,
    version_id: i64,
) -> QueryResult<Option<NaiveDateTime>> {
    seen::table
        .find((version_id, person_id))
        .select(seen::at)
        .first(conn)
        .optional()
}

/// Notes that a person has seen a version, once; call it in a write transaction.
pub fn acknowledge(
    conn: &mut AnyConnection,
    person: &Person,
    version: &PolicyVersion,
    now: NaiveDateTime,
) -> AppResult<()> {
    let noted = diesel::sql_query(
        "INSERT INTO policy_acknowledgements (version_id, person_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind::<BigInt, _>(version.id)
    .bind::<BigInt, _>(person.id)
    .bind::<Timestamp, _>(now)
    .execute(conn)?;
    if noted == 0 {
        return Ok(());
    }
    let event = Event {
        actor: Actor::Person(&person.pseudonym),
        action: "policy.acknowledged",
        person: Some(&person.pseudonym),
        object: &version.version,
        detail: json!({}),
    };
    Ok(audit::record(conn, &event, now)?)
}
