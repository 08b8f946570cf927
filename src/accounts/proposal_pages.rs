//! Addresses that wait for a second supervisor before they are offered to an account.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;

use super::guard::{Overseer, Supervisor};
use super::model::{Identity, IdentityKind, Role};
use super::proposals::{self, Proposal};
use super::queries::list_identities;
use super::unopened;
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::error::AppResult;
use crate::web::paging::Before;
use crate::web::{Page, html, see_other_saying};

const INDEX: &str = "/staff/closed-addresses";
const ON_A_PAGE: usize = 50;
/// So many accounts that no address opens are listed.
const MOST_UNOPENED: i64 = 50;

#[derive(Template)]
#[template(path = "accounts/staff/proposed_addresses.html")]
struct IndexPage {
    page: Page,
    proposals: Vec<(Proposal, String)>,
    /// Whether whoever looks may close and approve.
    is_supervisor: bool,
    /// Since when no address opens an account, and whose it is.
    unopened: Vec<(NaiveDateTime, String)>,
    newer: Option<&'static str>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/staff/proposed_address.html")]
struct ProposalPage {
    page: Page,
    proposal: Proposal,
    author: String,
    pseudonym: String,
    /// What the account has been known by so far.
    addresses: Vec<Identity>,
    is_own: bool,
}

/// `GET /staff/closed-addresses`: not whose they are, and not which.
pub async fn index(
    overseer: Overseer,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let unopened = app
        .db
        .read(|conn| Ok(unopened::list_newest(conn, MOST_UNOPENED)?))
        .await?;
    let found = from
        .page(&app, (INDEX, ON_A_PAGE), proposals::list, |(it, _)| it.id)
        .await?;
    let shown = IndexPage {
        page,
        unopened,
        is_supervisor: overseer.role == Role::Supervisor,
        older: found.older,
        newer: found.newer,
        proposals: found.rows,
    };
    html(StatusCode::OK, &shown)
}

/// `GET /staff/closed-addresses/{id}`: the person learns that somebody looked.
pub async fn show(
    supervisor: Supervisor,
    app: App,
    page: Page,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let id = id.into_inner();
    let found = app.db.read(move |conn| {
        let (proposal, author, pseudonym) = proposals::find(conn, id)?;
        let known = list_identities(conn, proposal.person_id)?;
        Ok((proposal, author, pseudonym, known))
    });
    let (proposal, author, pseudonym, known) = found.await?;
    views::record(&app, &supervisor, Seen::Offer, pseudonym.clone(), "").await?;
    let addresses = known
        .into_iter()
        .filter(|it| it.kind == IdentityKind::Email);
    let addresses = addresses.collect();
    let shown = ProposalPage {
        page,
        is_own: proposal.proposed_by == supervisor.id,
        proposal,
        author,
        pseudonym,
        addresses,
    };
    html(StatusCode::OK, &shown)
}

/// `POST /staff/closed-addresses/{id}/approve`
pub async fn approve(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (own, id) = (app.clone(), id.into_inner());
    let approved = app
        .db
        .write(move |conn| proposals::approve(&own, conn, (id, &supervisor), own.clock.now()));
    approved.await?;
    app.wake.notify_one();
    let text = "The link is on its way. The address joins the account once it is followed.";
    see_other_saying(&session, text, INDEX)
}

/// `POST /staff/closed-addresses/{id}/refuse`
pub async fn refuse(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (now, id) = (app.clock.now(), id.into_inner());
    let refused = app
        .db
        .write(move |conn| proposals::refuse(conn, (id, &supervisor), now));
    refused.await?;
    see_other_saying(&session, "The address is not offered.", INDEX)
}
