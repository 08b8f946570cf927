//! Who sent a request without an account, as far as staff know: they stand for somebody, or propose to deny for it.

use actix_web::HttpResponse;

use super::sent::Sent;
use super::unverified::UNVERIFIED;
use crate::accounts::guard::CaseWorker;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{is_email, is_held_phone, normal_email, normal_phone};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::law::Cause;
use crate::my_data::kinds_found_by;
use crate::requests::decisions::Because;
use crate::requests::life::{By, advance, changed};
use crate::requests::model::{Outcome, Request, State};
use crate::requests::senders::Handle;
use crate::requests::{decisions, denial, senders};

/// By what data can be found: values and words for a list.
pub(super) fn held_by(app: &App) -> Vec<(&'static str, &'static str)> {
    let kinds = kinds_found_by(app).into_iter();
    kinds.map(|it| (it.as_str(), it.in_words())).collect()
}

/// Stands for the sender, with a reason; or proposes to deny; or has them told the kinds of data alone.
pub async fn decide(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    if sent.fields.field("identity") == "less" {
        let less = sent.act(&worker, senders::answer_less).await;
        let done = less.map(|()| "The review begins. What is answered are the kinds of data.");
        return sent.end(&worker, done).await;
    }
    if sent.fields.field("identity") == "unverified" {
        let reason = if sent.fields.0.contains_key("unverified_reason") {
            sent.text("unverified_reason")
        } else {
            UNVERIFIED.to_owned()
        };
        if !decisions::is_reason(&reason) || reason.chars().count() > 2000 {
            let sentence = "Write why, in a sentence of at most 2,000 characters.";
            return sent
                .refuse(&worker, [("unverified_reason", sentence)])
                .await;
        }
        let deny = move |conn: &mut _, request: &_, by: &By<'_>| deny(conn, request, &reason, by);
        let denied = sent.act(&worker, deny).await;
        let done = denied.map(|()| "The denial is proposed. A supervisor has to approve it.");
        return sent.end(&worker, done).await;
    }
    let why = sent.text("vouched");
    if why.is_empty() || why.chars().count() > 2000 {
        let sentence = "Write how you know who it is, in at most 2,000 characters.";
        return sent.refuse(&worker, [("vouched", sentence)]).await;
    }
    let handle = match handle(&sent) {
        Ok(handle) => handle,
        Err(fault) => return sent.refuse(&worker, [fault]).await,
    };
    let vouched = senders::vouch(&sent.app, &worker, sent.seen(), (why, handle)).await;
    let done = vouched.map(|()| "The review begins.");
    sent.end(&worker, done).await
}

/// Under what we hold the data of somebody who gave no address, if staff know it.
fn handle(sent: &Sent) -> Result<Option<Handle>, (&'static str, &'static str)> {
    let (kind, typed) = (sent.text("held_by"), sent.text("held_as"));
    let kind = kind.parse().ok();
    let value = match kind.filter(|it| kinds_found_by(&sent.app).contains(it)) {
        None if typed.is_empty() => return Ok(None),
        None => return Err(("held_by", "Choose what it is.")),
        Some(IdentityKind::Email) => (IdentityKind::Email, normal_email(&typed)),
        Some(IdentityKind::Phone) => (IdentityKind::Phone, normal_phone(&typed)),
        Some(IdentityKind::External) => (IdentityKind::External, typed),
    };
    let is_good = match value.0 {
        IdentityKind::Email => is_email(&value.1),
        IdentityKind::Phone => is_held_phone(&value.1),
        IdentityKind::External => (1..=200).contains(&value.1.chars().count()),
    };
    if is_good {
        Ok(Some(value))
    } else {
        Err(("held_as", "Type it whole, as our systems have it."))
    }
}

fn deny(conn: &mut AnyConnection, request: &Request, reason: &str, by: &By<'_>) -> AppResult<()> {
    if request.state != State::Verifying {
        return Err(changed());
    }
    let reviewed = advance(conn, request, State::InReview, by)?;
    let ground = denial::ground_for(&by.app.laws, &reviewed, Cause::Unverified);
    let because = Because {
        ground: ground.as_ref().map_or("", |it| &it.code),
        facts: reason,
    };
    decisions::decide(conn, &reviewed, (Outcome::Denied, because), by).map(drop)
}
