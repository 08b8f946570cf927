//! Who sent a request without an account, as far as staff know: they stand for somebody, or propose to deny for it.

use actix_web::HttpResponse;

use super::sent::Sent;
use crate::accounts::guard::CaseWorker;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::law::Cause;
use crate::requests::decisions::Because;
use crate::requests::life::{By, advance, changed};
use crate::requests::model::{Outcome, Request, State};
use crate::requests::{decisions, denial, senders};

/// What a denial for this says to the person; the mail has the rest that the law asks for.
const UNVERIFIED: &str =
    "We could not make sure that the request comes from the person whose data it is about.";

/// Stands for the sender, with a reason; or proposes to deny.
pub async fn decide(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    if sent.fields.field("identity") == "unverified" {
        let denied = sent.act(&worker, deny).await;
        let done = denied.map(|()| "The denial is proposed. A supervisor has to approve it.");
        return sent.end(&worker, done).await;
    }
    let why = sent.text("vouched");
    if why.is_empty() || why.chars().count() > 2000 {
        let sentence = "Write how you know who it is, in at most 2,000 characters.";
        return sent.refuse(&worker, [("vouched", sentence)]).await;
    }
    let vouched = senders::vouch(&sent.app, &worker, sent.seen(), why).await;
    let done = vouched.map(|()| "The review begins.");
    sent.end(&worker, done).await
}

fn deny(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    if request.state != State::Verifying {
        return Err(changed());
    }
    let reviewed = advance(conn, request, State::InReview, by)?;
    let ground = denial::ground_for(&by.app.laws, &reviewed, Cause::Unverified);
    let because = Because {
        ground: ground.as_ref().map_or("", |it| &it.code),
        facts: UNVERIFIED,
    };
    decisions::decide(conn, &reviewed, (Outcome::Denied, because), by).map(drop)
}
