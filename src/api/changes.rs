//! Which choices have changed, for caches: a feed that is read on from a cursor.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answers::IdentityRef;
use super::guard::ChoicesReader;
use super::problem::Problem;
use crate::app::App;
use crate::choices::feed;
use crate::choices::{MadeBy, State};
use crate::error::{AppError, AppResult};
use crate::web::words::number;

/// So many are given at once.
const MOST: i64 = 1_000;

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct From {
    /// `next` of the last answer; without it the feed begins with the first.
    #[param(value_type = String, required = false, pattern = "^[0-9]{1,18}$")]
    after: Option<String>,
    /// At most so many, up to 1,000; 100 by default.
    #[param(value_type = i64, required = false, minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

impl From {
    /// After which number, and how many.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] for what cannot be.
    pub(super) fn check(from: Result<web::Query<From>, actix_web::Error>) -> AppResult<(i64, i64)> {
        // A name that is mistyped would have the feed read from its start each time.
        let from = from.map_err(|_| {
            let sentence = format!(
                "Ask with `after`, the `next` of an earlier answer, and with `limit`, a number from 1 to {}: each once at most, and nothing else.",
                number(MOST)
            );
            AppError::BadRequest(sentence)
        })?;
        let after = from.after.as_deref().map_or(Some(0), cursor);
        let after = after
            .ok_or_else(|| AppError::BadRequest("This cursor is not one of ours.".to_owned()))?;
        let limit = from.limit.unwrap_or(100);
        if !(1..=MOST).contains(&limit) {
            let sentence = format!("Ask for 1 to {} at once.", number(MOST));
            return Err(AppError::BadRequest(sentence));
        }
        Ok((after, limit))
    }
}

/// Changes in the order in which they took effect.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    changes: Vec<Change>,
    /// Where to go on, now or later.
    next: String,
    /// Whether there are more already.
    more: bool,
}

/// One change of one choice.
#[derive(Debug, Serialize, ToSchema)]
pub struct Change {
    /// Every identity of the person, as far as they are known.
    identities: Vec<IdentityRef>,
    /// `sale-or-sharing`, `limit-sensitive`, `automated-decisions` or the key of an activity in the register.
    activity: String,
    /// What holds from then on: `opted-out` or `opted-in`.
    state: State,
    /// What brought it about.
    made_by: MadeBy,
    /// When, as RFC 3339.
    at: String,
}

/// Answers which choices have changed since a cursor.
#[utoipa::path(
    get,
    path = "/changes",
    tag = "choices",
    params(From),
    responses(
        (status = 200, body = Feed),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn list(
    _: ChoicesReader,
    app: App,
    // A fault in it is told only to who has a token.
    from: Result<web::Query<From>, actix_web::Error>,
) -> AppResult<HttpResponse> {
    let (after, limit) = From::check(from)?;
    let read = app.db.read(move |conn| {
        let found = feed::list_after(conn, after, limit + 1)?;
        let is_known = !found.is_empty() || feed::has_reached(conn, after)?;
        Ok((found, is_known))
    });
    let (mut found, is_known) = read.await?;
    if !is_known {
        let sentence = "There is no such place in the feed: the database was put back to an earlier state. Ask again without `after`, and forget what you kept.";
        return Err(AppError::conflict(sentence));
    }
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map_or(after, |it| it.choice.id);
    let changes = found.into_iter().map(|it| Change {
        identities: it
            .identities
            .into_iter()
            .map(|(kind, hash)| IdentityRef { kind, hash })
            .collect(),
        activity: it.choice.activity,
        state: it.choice.state,
        made_by: it.choice.made_by,
        at: it.choice.at.and_utc().to_rfc3339(),
    });
    Ok(HttpResponse::Ok().json(Feed {
        changes: changes.collect(),
        next: next.to_string(),
        more,
    }))
}

/// Digits alone, as `next` gives them.
fn cursor(text: &str) -> Option<i64> {
    let is_ours = text.bytes().all(|it| it.is_ascii_digit());
    text.parse().ok().filter(|_| is_ours)
}
