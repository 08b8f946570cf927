//! Reading the policy and its versions.

use std::sync::Arc;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::cache;
use super::for_you::{self, ForYou};
use super::model::{History, PolicyVersion};
use super::queries;
use super::text::Text;
use crate::accounts::guard::Account;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::web::{Page, html, paging, words};

/// So many versions stand on a page of their list.
const PER_PAGE: usize = 20;

#[derive(Template)]
#[template(path = "policy/show.html")]
struct ShowPage {
    page: Page,
    reading: Reading,
    /// For a person who is signed in, unless the version was replaced.
    mine: Option<ForYou>,
}

impl ShowPage {
    async fn of(
        app: &App,
        session: &Session,
        page: Page,
        reading: Reading,
    ) -> AppResult<HttpResponse> {
        let person = Account::of(session)?.and_then(|it| it.person_id());
        let mine = match (person, &reading.standing) {
            (None, _) | (_, Standing::Replaced(_)) => None,
            (Some(person), _) => Some(for_you::find(app, person, &reading.version).await?),
        };
        let shown = ShowPage {
            page,
            reading,
            mine,
        };
        html(StatusCode::OK, &shown)
    }
}

/// What a reader of a version is shown.
struct Reading {
    version: PolicyVersion,
    text: Arc<Text>,
    standing: Standing,
    before: Option<PolicyVersion>,
    upcoming: Option<PolicyVersion>,
}

impl Reading {
    fn is_waiting(&self) -> bool {
        matches!(self.standing, Standing::Waiting)
    }
}

/// Where a version stands on a day.
enum Standing {
    /// It holds.
    InForce,
    /// It does not hold yet.
    Waiting,
    /// It held until that one took over.
    Replaced(PolicyVersion),
}

#[derive(Template)]
#[template(path = "policy/none.html")]
struct NonePage {
    page: Page,
    upcoming: Option<PolicyVersion>,
}

/// The version that holds today.
pub async fn current(app: App, session: Session, page: Page) -> AppResult<HttpResponse> {
    let today = app.clock.today();
    let found = app.db.read(move |conn| {
        let history = queries::history(conn)?;
        match history.current(today).cloned() {
            Some(version) => Ok(Ok(read(conn, &history, version, today)?)),
            None => Ok(Err(history.upcoming(today).cloned())),
        }
    });
    match found.await? {
        Ok(reading) => ShowPage::of(&app, &session, page, reading).await,
        Err(upcoming) => html(StatusCode::OK, &NonePage { page, upcoming }),
    }
}

/// One version, whenever it holds.
pub async fn show(
    app: App,
    session: Session,
    page: Page,
    version: web::Path<String>,
) -> AppResult<HttpResponse> {
    let today = app.clock.today();
    let reading = app.db.read(move |conn| {
        let history = queries::history(conn)?;
        let version = history.find(&version).cloned().ok_or(AppError::NotFound)?;
        read(conn, &history, version, today)
    });
    ShowPage::of(&app, &session, page, reading.await?).await
}

fn read(
    conn: &mut AnyConnection,
    history: &History,
    version: PolicyVersion,
    today: NaiveDate,
) -> AppResult<Reading> {
    let after = history
        .after(&version)
        .filter(|after| after.effective_on <= today);
    let standing = match after {
        Some(after) => Standing::Replaced(after.clone()),
        None if version.effective_on <= today => Standing::InForce,
        None => Standing::Waiting,
    };
    Ok(Reading {
        text: cache::text(conn, &version)?,
        standing,
        before: history.before(&version).cloned(),
        upcoming: history
            .upcoming(today)
            .filter(|it| **it != version)
            .cloned(),
        version,
    })
}

#[derive(Template)]
#[template(path = "policy/versions.html")]
struct VersionsPage {
    page: Page,
    today: NaiveDate,
    history: History,
    shown: Vec<PolicyVersion>,
    newer: Option<String>,
    older: Option<String>,
}

/// The place in the list of versions.
#[derive(Debug, Deserialize)]
pub struct Place {
    /// Versions that began before this day are shown.
    before: Option<NaiveDate>,
}

/// All versions, newest first.
pub async fn versions(app: App, page: Page, place: web::Query<Place>) -> AppResult<HttpResponse> {
    let history = app.db.read(|conn| Ok(queries::history(conn)?)).await?;
    let reached = |version: &&PolicyVersion| match place.before {
        Some(before) => version.effective_on < before,
        None => true,
    };
    let mut shown: Vec<_> = history.versions().iter().filter(reached).cloned().collect();
    let last = paging::cut(&mut shown, PER_PAGE);
    let older = last.map(|last| format!("/policy/versions?before={}", last.effective_on));
    let versions = VersionsPage {
        page,
        today: app.clock.today(),
        newer: place.before.map(|_| "/policy/versions".to_owned()),
        older,
        history,
        shown,
    };
    html(StatusCode::OK, &versions)
}
