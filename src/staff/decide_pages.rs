//! Deciding on a request, and what follows from it. Each action leads back to its page.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::act::on_request;
use super::judging::judge;
use super::sent::{Fields, Sent};
use crate::accounts::guard::{CaseWorker, Supervisor};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::law::Ground;
use crate::requests::model::{Item, Request, State};
use crate::requests::review::{self, Remade};
use crate::requests::{carry_out, decisions, denial, queries};
use crate::web::Page;

/// What staff learn whose judgement was about a plan that does something else by now.
const DRIFTED: &str = "The data or the holds have changed since this was planned. It was planned again: decide on it as it is now.";

/// Decides every item, and with them the request; or proposes it, where a second staff member must agree.
pub async fn decide(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let (request, items, grounds) = find(&app, &sent).await?;
    let judged = match judge(&sent.fields, &items, &grounds) {
        Ok(judged) => judged,
        Err(faults) => return sent.refuse(&app, &worker, page, faults).await,
    };
    let plan = match review::plan_for_appeal(&app, &request).await? {
        Some(anew) => Some(anew),
        None => match review::plan_without_refused(&app, &request, &items, &judged.items).await? {
            Remade::Not => None,
            Remade::Without(plan) => Some(plan),
            Remade::Drifted(plan) => {
                let shown = on_request(&app, &worker, sent.seen(), move |conn, request, by| {
                    review::begin_anew(conn, request, &plan, by)
                });
                let drifted = shown.await.and(Err(AppError::conflict(DRIFTED)));
                return sent.end(drifted, &app, &worker, page, &session).await;
            }
        },
    };
    let decide = on_request(&app, &worker, sent.seen(), move |conn, request, by| {
        review::decide(conn, request, &judged, plan.as_ref(), by)
    });
    let done = decide.await.map(|decided| match decided.state {
        State::InReview => "Your proposal is on record. Another supervisor has to approve it.",
        _ => "The decision is on record, and the person has been told.",
    });
    sent.end(done, &app, &worker, page, &session).await
}

/// Shows what the person would read if this became the decision.
pub async fn preview(
    worker: CaseWorker,
    app: App,
    page: Page,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let (_, items, grounds) = find(&app, &sent).await?;
    match judge(&sent.fields, &items, &grounds) {
        Ok(judged) => sent.show(&app, &worker, page, judged).await,
        Err(faults) => sent.refuse(&app, &worker, page, faults).await,
    }
}

/// The request with its items, and the grounds on which it may be denied.
async fn find(app: &App, sent: &Sent) -> AppResult<(Request, Vec<Item>, Vec<Ground>)> {
    let (own, reference) = (app.clone(), sent.reference.clone());
    let read = app.db.read(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        let items = queries::list_items(conn, request.id)?;
        let kind = denial::kind_denied(conn, &request)?;
        let grounds = denial::grounds(&own.laws, &request, kind);
        Ok((request, items, grounds))
    });
    read.await
}

/// A second staff member makes a proposal the decision, and it is carried out.
pub async fn approve(
    supervisor: Supervisor,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let (request, ..) = find(&app, &sent).await?;
    let anew = review::plan_for_appeal(&app, &request).await?;
    let approved = on_request(&app, &supervisor, sent.seen(), move |conn, request, by| {
        let decided = decisions::approve(conn, request, by)?;
        carry_out::begin(conn, &decided, anew.as_ref(), by)
    });
    let done = approved
        .await
        .map(|()| "Approved. What is to be done is done now, and the person is told.");
    sent.end(done, &app, &supervisor, page, &session).await
}

/// A supervisor does not agree: it is reviewed again.
pub async fn send_back(
    supervisor: Supervisor,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let sent_back = on_request(&app, &supervisor, sent.seen(), |conn, request, by| {
        decisions::send_back(conn, request, by).map(drop)
    });
    let done = sent_back
        .await
        .map(|()| "The proposal was sent back for review.");
    sent.end(done, &app, &supervisor, page, &session).await
}

/// Tries again to carry out what failed.
pub async fn retry(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let tried = on_request(&app, &worker, sent.seen(), |conn, request, by| {
        carry_out::begin(conn, request, None, by)
    })
    .await;
    let done = tried.map(|()| "It is being tried again now.");
    sent.end(done, &app, &worker, page, &session).await
}

/// Plans a deletion anew that can no longer be carried out as it was agreed, and reviews it again.
pub async fn plan_again(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let reference = sent.reference.clone();
    let request = app
        .db
        .read(move |conn| Ok(queries::find_by_reference(conn, &reference)?))
        .await?;
    let planned = review::plan_again(&app, &request).await;
    let reviewed = match planned {
        Err(error) => Err(error),
        Ok(plan) => {
            on_request(&app, &worker, sent.seen(), move |conn, request, by| {
                review::review_again(conn, request, &plan, by)
            })
            .await
        }
    };
    let done =
        reviewed.map(|()| "It was planned again with the data as they are now. Decide on it anew.");
    sent.end(done, &app, &worker, page, &session).await
}
