//! How notices to recipients stand: who has not answered, who refused, who could not be reached.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::QueryResult;
use serde::Deserialize;
use serde_json::json;

use super::answer_pages::settle;
use super::model::NoticeState;
use super::queries::{self, Move, Told};
use crate::accounts::guard::{CaseReader, CaseWorker};
use crate::accounts::homes::Homes;
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::{AnyConnection, Count};
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::web::{Page, html, paging, see_other_saying, words};

const INDEX: &str = "/staff/notices";
const ON_A_PAGE: usize = 50;

/// Which notices.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "disclosures/notices.html")]
struct NoticesPage {
    page: Page,
    state: String,
    /// Key, words, and how many stand so, of those that staff are to follow up.
    states: Vec<(&'static str, &'static str, Option<Count>)>,
    notices: Vec<Told>,
    today: NaiveDate,
    can_change: bool,
    newest: Option<String>,
    older: Option<String>,
}

/// The view of those that have not answered in time.
const SILENT: &str = "silent";

/// The notices of a view.
pub async fn index(
    reader: CaseReader,
    app: App,
    page: Page,
    asked: web::Query<Asked>,
) -> AppResult<HttpResponse> {
    let state: Option<NoticeState> = asked.state.parse().ok();
    let (before, today) = (asked.before, app.clock.today());
    let at_most = paging::one_more(ON_A_PAGE);
    let found = app.db.read(move |conn| {
        let found = match state {
            Some(state) => queries::list_in_state(conn, state, before, at_most)?,
            None => queries::list_silent(conn, today, at_most)?,
        };
        let homes = Homes::of(conn, found.iter().map(|(it, _)| it.person_id))?;
        Ok((found, homes, states(conn, today)?))
    });
    let (mut notices, homes, states) = found.await?;
    let last = paging::cut(&mut notices, ON_A_PAGE);
    let view = state.map_or(SILENT, NoticeState::as_str);
    // Of the silent ones the oldest are worked on; then the next come up.
    let older = last.filter(|_| state.is_some());
    let shown = NoticesPage {
        page,
        older: older.map(|(it, _)| format!("{INDEX}?state={view}&before={}", it.id)),
        newest: before.map(|_| format!("{INDEX}?state={view}")),
        state: view.to_owned(),
        states,
        notices: queries::named(&app.register, notices, |it| {
            homes.day(&app.laws, it.person_id, it.created_at)
        }),
        today,
        can_change: reader.role != Role::Auditor,
    };
    html(StatusCode::OK, &shown)
}

/// The views of the page.
fn states(
    conn: &mut AnyConnection,
    today: NaiveDate,
) -> QueryResult<Vec<(&'static str, &'static str, Option<Count>)>> {
    let silent = queries::count_silent(conn, today)?;
    let mut states = vec![(SILENT, "No answer in time", Some(silent))];
    for state in NoticeState::ALL {
        let count = match state {
            NoticeState::Refused | NoticeState::Failed => {
                Some(queries::count_in_state(conn, *state)?)
            }
            _ => None,
        };
        states.push((state.as_str(), state.title(), count));
    }
    Ok(states)
}

/// Has a call tried again that was given up or refused.
pub async fn retry(
    worker: CaseWorker,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (id, now) = (id.into_inner(), app.clock.now());
    let written = app.db.write(move |conn| {
        let (notice, _) = queries::find(conn, id)?;
        if !notice.can_be_called_again() || !queries::restart(conn, &notice)? {
            return Err(AppError::conflict(
                "This notice was neither given up nor refused.",
            ));
        }
        jobs::enqueue(conn, &Job::CallRecipient { notice_id: id }, now)?;
        let event = Event {
            actor: Actor::Staff(worker.id),
            action: "notice.retried",
            person: None,
            object: &format!("notice:{id}"),
            detail: json!({ "recipient": notice.recipient }),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    written.await?;
    app.wake.notify_one();
    let text = "The recipient is called again.";
    see_other_saying(&session, text, INDEX)
}

/// Notes that a recipient has told staff that it is done.
pub async fn confirm(
    worker: CaseWorker,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (id, now) = (id.into_inner(), app.clock.now());
    let written = app.db.write(move |conn| {
        let (notice, _) = queries::find(conn, id)?;
        let to = Move::to(NoticeState::Acknowledged);
        settle(conn, &notice, &to, Actor::Staff(worker.id), now)
    });
    written.await?;
    see_other_saying(&session, "It is noted as done.", INDEX)
}
