//! What staff do to a request without deciding on it. Each action leads back to its page.

use actix_web::HttpResponse;

use super::replies;
use super::sent::Sent;
use crate::accounts::guard::CaseWorker;
use crate::error::AppResult;
use crate::requests::handling::{ask, assign, extend_to_latest, extension_fault, post_message};
use crate::requests::{notices, restrictions, review};

/// Gives the request to a staff member, or to nobody.
pub async fn give(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let typed = sent.text("assignee");
    let assignee = match typed.as_str() {
        "" => None,
        "me" => Some(worker.id),
        id => Some(id.parse().unwrap_or_default()),
    };
    let given = sent.act(&worker, move |conn, request, by| {
        assign(conn, request, assignee, by).map(drop)
    });
    let done = given.await.map(|()| "The request was assigned.");
    sent.end(&worker, done).await
}

/// Writes to the person; with `ask`, the request waits for the answer while the clock runs.
pub async fn message(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let (body, is_question) = (sent.text("body"), sent.fields.field("ask") == "true");
    if body.is_empty() || body.chars().count() > 5000 {
        let fault = ("body", "Write a message of at most 5,000 characters.");
        return sent.refuse(&worker, [fault]).await;
    }
    if replies::has_blank(&body) {
        let fault = (
            "body",
            "Fill in what stands in brackets, and leave the brackets out.",
        );
        return sent.refuse(&worker, [fault]).await;
    }
    let written = sent.act(&worker, move |conn, request, by| {
        if is_question {
            let reviewed = review::begin(conn, request, by)?;
            ask(conn, &reviewed, &body, by)?;
        } else {
            post_message(conn, request, &body, by)?;
        }
        notices::reaches(conn, by.app, request)
    });
    let done = written.await.map(|is_reached| {
        if is_reached {
            "The message was written. The person gets a mail that says so."
        } else {
            "The message was written. No mail reaches them: write a letter, or call."
        }
    });
    sent.end(&worker, done).await
}

/// Takes more time, once, for a reason that the person is told.
pub async fn take_time(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let reason = sent.text("extension");
    if let Some(sentence) = extension_fault(&reason) {
        return sent.refuse(&worker, [("extension", sentence)]).await;
    }
    let moved = sent.act(&worker, move |conn, request, by| {
        extend_to_latest(conn, request, &reason, by)?;
        notices::reaches(conn, by.app, request)
    });
    let done = moved.await.map(|is_reached| {
        if is_reached {
            "The date was moved, and the person has been told."
        } else {
            "The date was moved. No mail reaches them: tell them yourself before the first date passes, or it does not count."
        }
    });
    sent.end(&worker, done).await
}

/// Tells the person that their data will be used again.
pub async fn end_restriction(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let why = sent.text("ends");
    if why.is_empty() || why.chars().count() > 4000 {
        let sentence = "Write why, for the person to read, in at most 4,000 characters.";
        return sent.refuse(&worker, [("ends", sentence)]).await;
    }
    let announced = sent.act(&worker, move |conn, request, by| {
        restrictions::announce_end(conn, request, &why, by).map(drop)
    });
    let done = announced
        .await
        .map(|()| "The person has been told. The recipients are told when the day has come.");
    sent.end(&worker, done).await
}

/// The end that was announced does not come.
pub async fn keep_restriction(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let kept = sent.act(&worker, restrictions::call_off_end);
    let done = kept
        .await
        .map(|()| "The restriction stays, and the person has been told.");
    sent.end(&worker, done).await
}
