//! Corrected values whose old value has come back, for staff. No value is shown here; the request's own page shows
//! what staff may see.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;

use super::model::CorrectedValue;
use super::queries;
use super::repair::ask;
use crate::accounts::guard::{CaseReader, CaseWorker, StaffMember, Supervisor};
use crate::accounts::model::Role;
use crate::app::App;
use crate::db::{AnyConnection, Count};
use crate::error::{AppError, AppResult};
use crate::register::Register;
use crate::requests::life::By;
use crate::web::paging::Before;
use crate::web::{Page, html, paging, see_other_saying};

const INDEX: &str = "/staff/corrections";
const ON_A_PAGE: usize = 50;

/// A value that came back.
struct Line {
    value: CorrectedValue,
    /// Whether its request is there still.
    is_kept: bool,
    /// What people call the datum.
    title: String,
}

#[derive(Template)]
#[template(path = "requests/corrected.html")]
struct CorrectedPage {
    page: Page,
    role: Role,
    count: Count,
    /// All were compared then or later; `None` where nothing was corrected.
    looked_at: Option<NaiveDateTime>,
    lines: Vec<Line>,
    newer: Option<&'static str>,
    older: Option<String>,
}

impl CorrectedPage {
    fn can_repair(&self) -> bool {
        self.role != Role::Auditor
    }

    fn can_let_go(&self) -> bool {
        self.role == Role::Supervisor
    }
}

/// What came back, newest correction first.
pub async fn index(
    reader: CaseReader,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let before = from.before;
    let found = app.db.read(move |conn| {
        let at_most = paging::one_more(ON_A_PAGE);
        let returned = queries::list_returned(conn, before, at_most)?;
        let looked_at = queries::all_looked_at_since(conn)?;
        Ok((returned, queries::count_returned(conn)?, looked_at))
    });
    let (mut returned, count, looked_at) = found.await?;
    let last = paging::cut(&mut returned, ON_A_PAGE);
    let older = last.map(|(value, _)| format!("{INDEX}?before={}", value.id));
    let line = |(value, is_kept): (CorrectedValue, bool)| Line {
        title: title(&app.register, &value),
        value,
        is_kept,
    };
    let shown = CorrectedPage {
        page,
        role: reader.role,
        count,
        looked_at,
        older,
        newer: before.map(|_| INDEX),
        lines: returned.into_iter().map(line).collect(),
    };
    html(StatusCode::OK, &shown)
}

fn title(register: &Register, value: &CorrectedValue) -> String {
    let described = register.describe(&value.dataset, &value.collection, &value.field);
    described.map_or_else(
        || format!("{}.{}", value.key(), value.field),
        |view| format!("{} – {}", view.collection.title, view.field.title),
    )
}

/// What staff do to a corrected value; `false` when somebody else was faster.
type Act = fn(&mut AnyConnection, i64, &By<'_>) -> AppResult<bool>;

/// Does it, and leads back to the list with a sentence.
async fn settle_with(
    act: Act,
    (app, session): (App, Session),
    (id, member): (i64, StaffMember),
    said: &str,
) -> AppResult<HttpResponse> {
    let own = app.clone();
    let done = app.db.write(move |conn| {
        queries::find(conn, id)?;
        let is_done = act(conn, id, &By::staff(&own, &member))?;
        is_done.then_some(()).ok_or_else(changed)
    });
    done.await?;
    app.wake.notify_one();
    see_other_saying(&session, said, INDEX)
}

/// Has the corrected value written again.
pub async fn repair(
    worker: CaseWorker,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "If the old value is still held, the corrected one is written again, and the person is told when it is done.";
    settle_with(
        ask,
        (app, session),
        (*id, StaffMember::clone(&worker)),
        said,
    )
    .await
}

/// Takes off the list what holds another value by now.
pub async fn settle(
    worker: CaseWorker,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "It is settled. If the old value comes back, it is listed again.";
    let act: Act = |conn, id, by| Ok(queries::settle(conn, id, by)?);
    settle_with(
        act,
        (app, session),
        (*id, StaffMember::clone(&worker)),
        said,
    )
    .await
}

/// Leaves what is held now, and no longer looks after it.
pub async fn let_go(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "What is held now is left as it is.";
    let act: Act = |conn, id, by| Ok(queries::let_go(conn, id, by)?);
    settle_with(
        act,
        (app, session),
        (*id, StaffMember::clone(&supervisor)),
        said,
    )
    .await
}

fn changed() -> AppError {
    AppError::conflict("Somebody else has settled this. Look at the list again.")
}
