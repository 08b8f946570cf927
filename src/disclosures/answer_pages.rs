//! Where a recipient answers a notice: by the link in it, without an account. The page names nobody.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::content::{self, Told};
use super::model::{Cause, Notice, NoticeState};
use super::queries::{self, Move};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::web::{Form, Page, html, see_other, words};

/// What a recipient answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    answer: String,
    reason: String,
}

/// Longer reasons are refused.
pub(super) const LONGEST: usize = 1_000;

#[derive(Template)]
#[template(path = "disclosures/answer.html")]
struct AnswerPage {
    page: Page,
    notice: Notice,
    cause: Cause,
    /// Of a correction or a deletion: which data, as the recipient gets them. Their values stand in the message alone.
    told: Told,
    form: Form<Answer>,
}

impl AnswerPage {
    fn says_what_is_right(&self) -> bool {
        self.told.changed.iter().any(|it| it.value.is_some())
    }
}

/// What is asked, or what was answered.
pub async fn show(app: App, page: Page, key: web::Path<String>) -> AppResult<HttpResponse> {
    let (notice, cause, told) = find(&app, key.into_inner()).await?;
    let shown = AnswerPage {
        page,
        notice,
        cause,
        told,
        form: Form::default(),
    };
    html(StatusCode::OK, &shown)
}

async fn find(app: &App, key: String) -> AppResult<(Notice, Cause, Told)> {
    let own = app.clone();
    let found = app.db.read(move |conn| {
        let (notice, cause) = queries::find_by_key(conn, &key)?;
        let told = content::told(conn, &own, &cause)?.to(&notice.recipient);
        Ok((notice, cause, told))
    });
    found.await
}

/// Takes the answer, once.
pub async fn answer(
    app: App,
    page: Page,
    key: web::Path<String>,
    answer: web::Form<Answer>,
) -> AppResult<HttpResponse> {
    let key = key.into_inner();
    let (notice, cause, told) = find(&app, key.clone()).await?;
    let answer = answer.into_inner();
    let to = match checked(&answer) {
        Ok(to) => to,
        Err((field, sentence)) => {
            let shown = AnswerPage {
                page,
                notice,
                cause,
                told,
                form: Form::new(answer).refuse(field, sentence),
            };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
        }
    };
    if notice.state != to.state {
        let now = app.clock.now();
        app.db
            .write(move |conn| settle(conn, &notice, &to, Actor::Visitor, now))
            .await?;
    }
    Ok(see_other(&format!("/notices/{key}")))
}

/// Notes an answer, by whoever gives it: the first one, and that what was refused is done after all.
pub(super) fn settle(
    conn: &mut AnyConnection,
    notice: &Notice,
    to: &Move,
    by: Actor<'_>,
    now: chrono::NaiveDateTime,
) -> AppResult<()> {
    if !notice.may_become(to.state) || !queries::advance(conn, notice, to, now)? {
        return Err(AppError::conflict("This was answered already."));
    }
    let event = Event {
        actor: by,
        action: "notice.answered",
        person: None,
        object: &format!("notice:{}", notice.id),
        detail: json!({ "recipient": notice.recipient, "state": to.state }),
    };
    Ok(audit::record(conn, &event, now)?)
}

fn checked(answer: &Answer) -> Result<Move, (&'static str, &'static str)> {
    let reason = answer.reason.trim();
    match answer.answer.as_str() {
        "done" => Ok(Move::to(NoticeState::Acknowledged)),
        "refused" if reason.is_empty() => Err(("reason", "Say why you cannot do it.")),
        "refused" if reason.chars().count() > LONGEST => {
            Err(("reason", "Say it in at most 1,000 characters."))
        }
        "refused" => Ok(Move {
            state: NoticeState::Refused,
            words: Some(reason.to_owned()),
        }),
        _ => Err(("reason", "Choose whether it is done.")),
    }
}
