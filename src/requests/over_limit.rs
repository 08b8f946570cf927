//! What a limit refuses stays on the page as it was typed, with the reason beside its field. That somebody asked is on
//! record, with the day and the limit: a refusal must not be lost without a trace.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use chrono::TimeDelta;
use serde_json::json;

use super::asked::NewRequest;
use super::filing;
use super::life::By;
use super::model::{Kind, Request};
use crate::accounts::guard::Person;
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};

/// So many refusals of one person are written down in a day: nobody fills the record by a program.
const WRITTEN_DOWN: Limit = Limit {
    purpose: "refusals on record",
    max: 60,
    max_in_demo: 60,
    window: TimeDelta::days(1),
};

/// A limit that stands in the way of a request.
#[derive(Debug)]
pub struct OverLimit {
    /// Of the answer.
    pub status: StatusCode,
    /// Stands beside the field.
    pub sentence: String,
    wait: Option<u64>,
}

impl OverLimit {
    /// The page that is shown again, with what programs read of it.
    pub fn answer(&self, page: AppResult<HttpResponse>) -> AppResult<HttpResponse> {
        let mut page = page?;
        if let Some(seconds) = self.wait {
            page.headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        Ok(page)
    }

    /// For a page on which nothing was typed.
    pub fn into_error(self) -> AppError {
        self.wait
            .map_or(AppError::Full(self.sentence), AppError::TooMany)
    }

    fn of(error: AppError) -> AppResult<Self> {
        match error {
            AppError::Full(sentence) => Ok(OverLimit {
                status: StatusCode::CONFLICT,
                sentence,
                wait: None,
            }),
            AppError::TooMany(seconds) => Ok(OverLimit {
                status: StatusCode::TOO_MANY_REQUESTS,
                sentence: format!(
                    "You have sent as many requests as we take in a day. Send this one in {}.",
                    hours(seconds)
                ),
                wait: Some(seconds),
            }),
            other => Err(other),
        }
    }
}

fn hours(seconds: u64) -> String {
    match seconds.div_ceil(3600) {
        0 | 1 => "an hour".to_owned(),
        more => format!("{more} hours"),
    }
}

/// Files a request of a person, as [`look`] tells of it.
pub async fn file(
    app: &App,
    person: &Person,
    new: NewRequest,
) -> AppResult<Result<Request, OverLimit>> {
    let (parts, own, kind) = (app.clone(), person.clone(), new.kind);
    let filed = app
        .db
        .write(move |conn| filing::file(conn, own.id, &new, &By::person(&parts, &own)));
    look(app, person, kind, filed.await).await
}

/// What was filed; or the limit that stood in its way, once that is on record.
pub async fn look(
    app: &App,
    person: &Person,
    kind: Kind,
    filed: AppResult<Request>,
) -> AppResult<Result<Request, OverLimit>> {
    let limit = match filed {
        Ok(filed) => return Ok(Ok(filed)),
        Err(error) => OverLimit::of(error)?,
    };
    let which = if limit.wait.is_some() { "day" } else { "open" };
    let (own, person) = (app.clone(), person.clone());
    let written = app.db.write(move |conn| {
        let now = own.clock.now();
        if !WRITTEN_DOWN.allows(&own, conn, &person.id.to_string(), now)? {
            return Ok(());
        }
        let event = Event {
            actor: Actor::Person(&person.pseudonym),
            action: "request.refused",
            person: Some(&person.pseudonym),
            object: "",
            detail: json!({ "kind": kind, "limit": which }),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    written.await?;
    Ok(Err(limit))
}
