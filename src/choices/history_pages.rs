//! What a person has chosen, and when: as a page and as a file.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use diesel::QueryResult;
use serde::Serialize;

use super::model::{Choice, MadeBy, State};
use super::{queries, refusable};
use crate::accounts::guard::Person;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::Register;
use crate::web::paging::Before;
use crate::web::{Page, csv as cells, download, html, paging, words};

/// So many changes are on one page.
const PAGE: usize = 25;
/// So many are read at a time for a file.
const BATCH: i64 = 500;

#[derive(Template)]
#[template(path = "choices/history.html")]
struct HistoryPage {
    page: Page,
    changes: Vec<Entry>,
    newest: Option<String>,
    older: Option<String>,
}

/// One change, as people and files show it.
#[derive(Debug, Serialize)]
struct Entry {
    at: String,
    activity: String,
    title: String,
    state: State,
    made_by: MadeBy,
    /// Under which the choice was made, where there was one.
    policy_version: Option<String>,
    receipt: Option<String>,
    #[serde(skip)]
    at_in_words: String,
}

impl Entry {
    fn of(choice: Choice, register: &Register, zone: Tz) -> Entry {
        Entry {
            at: choice.at.and_utc().to_rfc3339(),
            title: refusable::title(register, &choice.activity).to_owned(),
            activity: choice.activity,
            state: choice.state,
            made_by: choice.made_by,
            policy_version: choice.policy_version,
            receipt: choice.receipt_id,
            at_in_words: words::moment(choice.at, zone),
        }
    }
}

/// The changes, newest first.
pub async fn index(
    person: Person,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let before = from.before;
    let at_most = paging::one_more(PAGE);
    let read = app.db.read(move |conn| {
        let changes = queries::list_history(conn, person.id, before, at_most)?;
        Ok((changes, find_residence(conn, person.id)?))
    });
    let (mut changes, residence) = read.await?;
    let page = page.of_residence(&app, &residence);
    let last = paging::cut(&mut changes, PAGE);
    let older = last.map(|it| format!("/choices/history?before={}", it.id));
    let newest = before.map(|_| "/choices/history".to_owned());
    let entries = changes.into_iter();
    let changes = entries
        .map(|it| Entry::of(it, &app.register, page.zone))
        .collect();
    html(
        StatusCode::OK,
        &HistoryPage {
            page,
            changes,
            newest,
            older,
        },
    )
}

/// All changes as a table for a spreadsheet.
pub async fn as_csv(person: Person, app: App) -> AppResult<HttpResponse> {
    let entries = everything(&person, &app).await?;
    let body = table(&entries).map_err(anyhow::Error::from)?;
    Ok(download("choices.csv", "text/csv; charset=utf-8", body))
}

fn table(entries: &[Entry]) -> csv::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "at",
        "activity",
        "title",
        "state",
        "made_by",
        "policy_version",
        "receipt",
    ])?;
    for entry in entries {
        let row = [
            entry.at.as_str(),
            &entry.activity,
            &entry.title,
            entry.state.as_str(),
            entry.made_by.as_str(),
            entry.policy_version.as_deref().unwrap_or_default(),
            entry.receipt.as_deref().unwrap_or_default(),
        ];
        table.write_record(row.map(|text| cells::cell(text).into_owned()))?;
    }
    table
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// All changes as JSON.
pub async fn as_json(person: Person, app: App) -> AppResult<HttpResponse> {
    let body = serde_json::to_vec_pretty(&everything(&person, &app).await?)?;
    Ok(download("choices.json", "application/json", body))
}

async fn everything(person: &Person, app: &App) -> AppResult<Vec<Entry>> {
    let person_id = person.id;
    let read = app.db.read(move |conn| Ok(read_all(conn, person_id)?));
    let changes = read.await?.into_iter();
    Ok(changes
        .map(|it| Entry::of(it, &app.register, Tz::UTC))
        .collect())
}

fn read_all(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Vec<Choice>> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let batch = queries::list_history(conn, person_id, before, BATCH)?;
        let Some(last) = batch.last() else {
            return Ok(all);
        };
        before = Some(last.id);
        all.extend(batch);
    }
}
