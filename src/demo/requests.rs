//! Requests that wait in the queue of a new demonstration: the desk then has something to do from the start.
//!
//! They are filed for people whom the demonstration does not list, so that those it lists have asked for
//! nothing yet.

use anyhow::Context;
use chrono::TimeDelta;
use rusqlite::Connection;

use super::folder::Folder;
use super::source::SAMPLES;
use crate::accounts::queries;
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::identities_of;
use crate::requests::dates::LegalDates;
use crate::requests::filing::{self, NewItem, NewRequest};
use crate::requests::life::{By, Who};
use crate::requests::model::Kind;
use crate::sources::Scope;

/// What was asked for, and how many days ago: too lately for any reminder to be due.
const FILED: [(Kind, i64); 3] = [(Kind::Access, 17), (Kind::Deletion, 12), (Kind::Access, 1)];

/// Files them all. The letters that confirm them go out when the demonstration starts.
pub fn file_some(app: &App, folder: &Folder) -> anyhow::Result<()> {
    let people = somebody(folder)?;
    for ((email, residence), (kind, days)) in people.into_iter().zip(FILED) {
        file(app, &email, &residence, kind, days)?;
    }
    Ok(())
}

/// Mail address and residence of some who are not listed.
fn somebody(folder: &Folder) -> anyhow::Result<Vec<(String, String)>> {
    let source = Connection::open(folder.source())?;
    let mut found = source.prepare(
        "SELECT email, CASE country WHEN 'DE' THEN 'de' ELSE 'us-' || lower(state) END FROM accounts
         WHERE id > ?1 AND (country = 'DE' OR state = 'CA') ORDER BY id LIMIT ?2",
    )?;
    let (listed, wanted) = (i64::try_from(SAMPLES.len())?, i64::try_from(FILED.len())?);
    let people = found.query_map((listed, wanted), |row| Ok((row.get(0)?, row.get(1)?)))?;
    people
        .collect::<Result<_, _>>()
        .context("ProJobSector's accounts cannot be read")
}

fn file(app: &App, email: &str, residence: &str, kind: Kind, days: i64) -> AppResult<()> {
    let now = app.clock.now() - TimeDelta::days(days);
    let (parts, email, residence) = (app.clone(), email.to_owned(), residence.to_owned());
    app.db.write_now(move |conn| {
        let person = queries::create_person(conn, &parts.keys, &email, &residence, now)?;
        let mut new = NewRequest::of(kind);
        if kind == Kind::Deletion {
            let identities = identities_of(conn, person.id)?;
            let law = LegalDates::of(&parts.laws, &residence, kind, now).law;
            let what = (&Scope::All, law.as_str());
            let plan = parts
                .sources
                .plan_erasure(&identities, what, &[], now.date())?;
            new.items = plan.items.iter().map(NewItem::planned).collect();
            new.plan = Some(plan);
        }
        let by = By {
            app: &parts,
            who: Who::System,
            now,
        };
        filing::file(conn, person.id, &new, &by).map(drop)
    })
}
