//! The feed of a recipient: what it has to do about whom, and what it answers.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::changes::From;
use super::guard::{self, RecipientToken};
use super::model::Scope;
use super::problem::Problem;
use crate::app::App;
use crate::disclosures::feed::{self, Answer, Page, Taken};
use crate::error::{AppError, AppResult};

/// So many answers are taken at once.
const MOST: usize = 1_000;

/// Tells the recipient whose token this is which opt-outs, corrections and deletions it has not answered yet. What is
/// read counts as told; what is not answered by its day is followed up.
#[utoipa::path(
    get,
    path = "/notices",
    tag = "notices",
    params(From),
    responses(
        (status = 200, body = Page),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn list(
    recipient: RecipientToken,
    app: App,
    request: HttpRequest,
    // A fault in it is told only to who has a token.
    from: Result<web::Query<From>, actix_web::Error>,
) -> AppResult<HttpResponse> {
    let (after, limit) = From::check(from)?;
    // Who asks for the head alone has read nothing.
    if *request.method() == Method::HEAD {
        return Ok(HttpResponse::Ok().finish());
    }
    let (own, now) = (app.clone(), app.clock.now());
    let limit = usize::try_from(limit).unwrap_or_default();
    let fetched = app.db.write(move |conn| {
        if !feed::has_reached(conn, after)? {
            let sentence = "There is no such place in the feed: the database was put back to an earlier state. Ask again without `after`; what you have answered does not come again.";
            return Err(AppError::conflict(sentence));
        }
        feed::fetch(conn, &own, &recipient.key, (after, limit), now)
    });
    let (fetched, more) = fetched.await?;
    let next = fetched.last().map_or(after, |(id, _)| *id);
    Ok(HttpResponse::Ok().json(Page {
        notices: fetched.into_iter().map(|(_, body)| body).collect(),
        next: next.to_string(),
        more,
    }))
}

/// Answers, at most 1,000.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Answers {
    answers: Vec<Answer>,
}

/// What became of the answers.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct AnswersTaken {
    /// So many are noted now.
    noted: usize,
    /// So many had been answered in the same way before.
    known: usize,
    refused: Vec<AnswerRefused>,
}

/// An answer that is not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerRefused {
    /// Its place in what was sent, from 0.
    index: usize,
    /// Why.
    reason: &'static str,
}

/// Notes what the recipient answers: that it is done, or that it refuses and why. Sending it again changes nothing.
#[utoipa::path(
    post,
    path = "/notices/answers",
    tag = "notices",
    request_body = Answers,
    responses(
        (status = 200, body = AnswersTaken),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn answer(
    recipient: RecipientToken,
    app: App,
    request: HttpRequest,
    // Read only after the token was looked at, so that a body tells nobody anything.
    body: web::Bytes,
) -> AppResult<HttpResponse> {
    let answers = body::read::<Answers>(&body)?.answers;
    body::at_most(&answers, MOST, &format!("Send at most {MOST} answers"))?;
    guard::count(&request, Scope::Notices, answers.len()).await?;
    let now = app.clock.now();
    let taken = app
        .db
        .write(move |conn| feed::answer(conn, &recipient.key, &answers, now));
    let mut counted = AnswersTaken::default();
    for (index, taken) in taken.await?.into_iter().enumerate() {
        match taken {
            Taken::Noted => counted.noted += 1,
            Taken::Known => counted.known += 1,
            Taken::Refused(reason) => counted.refused.push(AnswerRefused { index, reason }),
        }
    }
    Ok(HttpResponse::Ok().json(counted))
}
