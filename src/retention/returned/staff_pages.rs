//! Erased data that came back, for staff. It is shown by collection and number; whose it is, nobody can tell from
//! here. What a deletion had to leave is named by that request.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;

use super::model::{InCollection, Returned, State};
use super::{changes, queries};
use crate::accounts::guard::{CaseReader, CaseWorker, Supervisor};
use crate::accounts::model::Role;
use crate::app::App;
use crate::db::{AnyConnection, Count};
use crate::error::AppResult;
use crate::register::{CollectionKey, Register};
use crate::web::paging::Before;
use crate::web::{Page, html, paging, see_other_saying, words};

const INDEX: &str = "/staff/returned";
const ON_A_PAGE: usize = 50;
const SETTLED_SHOWN: i64 = 20;

/// An erasure that came undone.
struct Line {
    returned: Returned,
    /// What people call each collection, and how much of it is there.
    places: Vec<(String, InCollection)>,
    is_own_proposal: bool,
    /// The reference of the deletion that had to leave it.
    reference: Option<String>,
}

#[derive(Template)]
#[template(path = "retention/returned.html")]
struct ReturnedPage {
    page: Page,
    role: Role,
    count: Count,
    lines: Vec<Line>,
    settled: Vec<Returned>,
    newer: Option<&'static str>,
    older: Option<String>,
}

impl ReturnedPage {
    fn can_propose(&self, line: &Line) -> bool {
        line.returned.state == State::Found && self.role != Role::Auditor
    }

    fn can_leave(&self, line: &Line) -> bool {
        line.returned.state == State::Found
            && line.returned.came_back()
            && self.role == Role::Supervisor
    }

    fn can_doubt(&self, settled: &Returned) -> bool {
        settled.state == State::Left && self.role == Role::Supervisor
    }

    fn can_hold(&self) -> bool {
        self.role == Role::Supervisor
    }

    fn can_approve(&self, line: &Line) -> bool {
        line.returned.state == State::Proposed && self.role == Role::Supervisor
    }
}

/// What came back and is not settled, newest first, and what was settled lately.
pub async fn index(
    reader: CaseReader,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let before = from.before;
    let found = app.db.read(move |conn| {
        let open = queries::list_open(conn, before, paging::one_more(ON_A_PAGE))?;
        let settled = queries::list_settled(conn, SETTLED_SHOWN)?;
        let ids: Vec<_> = open.iter().filter_map(|it| it.request_id).collect();
        let names = queries::list_references(conn, &ids)?;
        Ok(((open, names), settled, queries::count_open(conn)?))
    });
    let ((mut open, names), settled, count) = found.await?;
    let last = paging::cut(&mut open, ON_A_PAGE);
    let older = last.map(|it| format!("{INDEX}?before={}", it.id));
    let line = |returned: Returned| Line {
        places: places(&app.register, &returned),
        is_own_proposal: returned.proposed_by == Some(reader.id),
        reference: returned.request_id.and_then(|id| names.get(&id).cloned()),
        returned,
    };
    let shown = ReturnedPage {
        page,
        role: reader.role,
        count,
        older,
        newer: before.map(|_| INDEX),
        lines: open.into_iter().map(line).collect(),
        settled,
    };
    html(StatusCode::OK, &shown)
}

fn places(register: &Register, returned: &Returned) -> Vec<(String, InCollection)> {
    let named = returned.places().into_iter().map(|it| {
        let key = CollectionKey::new(&it.dataset, &it.collection);
        (register.collection_title(&key), it)
    });
    named.collect()
}

impl InCollection {
    /// How many records, of which days, and what is not known of them.
    fn in_words(&self) -> String {
        let mut said = words::number(self.records);
        match self.days {
            Some((first, last)) if first == last => {
                said = format!("{said}, of {}", words::day(first));
            }
            Some((first, last)) => {
                said = format!("{said}, of {} to {}", words::day(first), words::day(last));
            }
            None => {}
        }
        match self.in_doubt {
            0 => said,
            all if all >= self.records => format!("{said} (not certain)"),
            some => format!("{said} ({some} not certain)"),
        }
    }
}

impl Line {
    fn is_in_doubt(&self) -> bool {
        self.places.iter().any(|(_, it)| it.in_doubt > 0)
    }
}

/// One of the [`changes`] that staff make: of what, by whom, when.
type Change = fn(&mut AnyConnection, i64, i64, NaiveDateTime) -> AppResult<()>;

/// Makes a change, and leads back to the list with a sentence.
async fn make(
    change: Change,
    (app, session): (App, Session),
    (id, by): (i64, i64),
    said: &str,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    app.db.write(move |conn| change(conn, id, by, now)).await?;
    app.wake.notify_one();
    see_other_saying(&session, said, INDEX)
}

/// Proposes to erase it again.
pub async fn propose(
    worker: CaseWorker,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "Your proposal is on record. Another supervisor has to approve it.";
    make(changes::propose, (app, session), (*id, worker.id), said).await
}

/// Approves it, and has it carried out.
pub async fn approve(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "Approved. It is being erased again now.";
    make(changes::approve, (app, session), (*id, supervisor.id), said).await
}

/// Does not agree with the proposal.
pub async fn send_back(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "The proposal was sent back.";
    make(
        changes::send_back,
        (app, session),
        (*id, supervisor.id),
        said,
    )
    .await
}

/// Notes that the person came back on purpose.
pub async fn leave(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "These data stay, and are not listed any more.";
    make(changes::leave, (app, session), (*id, supervisor.id), said).await
}

/// Lists again what was left.
pub async fn look_again(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let said = "It is listed again, to be settled anew.";
    make(
        changes::look_again,
        (app, session),
        (*id, supervisor.id),
        said,
    )
    .await
}
