//! The person's pages: the list, the request with its conversation, and (in the files beside) the forms to file.

pub mod access;
mod after;
pub mod collected;
pub mod correction;
pub mod deletion;
pub mod evidence;
pub mod given;
pub mod objection;
mod plan_view;
mod proposal;
pub mod restriction;
mod showing;
mod shown;
pub mod statement;
mod writing;

pub use after::filed;
pub use showing::show;
pub use writing::{appeal, write};

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Deserializer};

use super::collected as collected_list;
use super::life::By;
use super::model::{Line, Request};
use super::{appeals, dates, decisions, queries, reference};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::law::Laws;
use crate::web::{Page, html, paging, see_other_saying};
use given::Asking;
use showing::show_with;

/// So many requests stand on one page.
const ON_A_PAGE: usize = 20;

/// Where a list goes on: the reference of the last request that was shown.
#[derive(Debug, Deserialize)]
pub struct After {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/index.html")]
struct IndexPage {
    page: Page,
    requests: Vec<Line>,
    /// What the law where the person lives gives beyond what every page offers.
    given: Vec<&'static Asking>,
    newer: Option<String>,
    older: Option<String>,
    /// So many corrections are written and not sent.
    collected: i64,
}

/// The person's requests, newest first.
pub async fn index(
    person: Person,
    app: App,
    page: Page,
    after: web::Query<After>,
) -> AppResult<HttpResponse> {
    let after = after.into_inner().after;
    let newer = after.is_some().then(|| "/requests".to_owned());
    let now = app.clock.now();
    let (mut requests, residence, collected) = app
        .db
        .look_up(move |conn| {
            let before = after
                .map(|it| queries::find_id_for_person(conn, person.id, &it))
                .transpose()?;
            let listed =
                queries::list_for_person(conn, person.id, before, paging::one_more(ON_A_PAGE))?;
            let (residence, collected) = collected_list::residence_and_count(conn, person.id, now)?;
            Ok((listed, residence, collected))
        })
        .await?;
    let last = paging::cut(&mut requests, ON_A_PAGE);
    let older = last.map(|last| format!("/requests?after={}", last.reference));
    html(
        StatusCode::OK,
        &IndexPage {
            page,
            requests,
            given: given::list(&app, &residence),
            newer,
            older,
            collected,
        },
    )
}

/// Blanks alone are nothing.
fn trimmed<'de, D: Deserializer<'de>>(typed: D) -> Result<String, D::Error> {
    String::deserialize(typed).map(|text| text.trim().to_owned())
}

fn address(reference: &str) -> String {
    format!("/requests/{reference}")
}

/// The person takes a request back.
pub async fn withdraw(
    person: Person,
    app: App,
    session: Session,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    let (parts, reference) = (app.clone(), reference::normal(&path));
    let request = app.db.write(move |conn| {
        let request = queries::find_for_person(conn, person.id, &reference)?;
        let by = By::person(&parts, &person);
        decisions::withdraw(conn, &request, &by)
    });
    let request = request.await?;
    app.wake.notify_one();
    see_other_saying(
        &session,
        "You have withdrawn this request.",
        &address(&request.reference),
    )
}

fn filed_address(reference: &str) -> String {
    format!("/requests/{reference}/filed")
}

/// The name of the law that sets a request's date, if one does.
fn law_of(laws: &Laws, request: &Request) -> Option<String> {
    let name = dates::law_in_words(laws, request);
    (!appeals::is_voluntary(laws, request)).then_some(name)
}
