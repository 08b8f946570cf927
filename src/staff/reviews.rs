//! How people without an account can show who they are: where there is no way, that is said to them, and staff look
//! once a year whether there is one by now (11 CCR 7062(g)), and write down what they found.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Months, NaiveDateTime};
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use crate::accounts::guard::{Overseer, Supervisor};
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::queries::staff_names;
use crate::audit::{self, Actor, Event};
use crate::db::schema::yearly_reviews as reviews;
use crate::db::{AdvisoryLock, AnyConnection};
use crate::error::AppResult;
use crate::requests::repeats::AT_ONCE;
use crate::web::{Form, Page, html, see_other_saying, unseen_fault};

/// What is looked at.
const SUBJECT: &str = "verification";

/// So many of the last reviews are shown.
const SHOWN: i64 = 20;

/// Longer findings are refused.
const LONGEST: usize = 4_000;

/// Whether nobody has looked in the last twelve months.
pub fn is_due(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<bool> {
    let last: Option<NaiveDateTime> = reviews::table
        .filter(reviews::subject.eq(SUBJECT))
        .select(diesel::dsl::max(reviews::at))
        .first(conn)?;
    Ok(last.is_none_or(|last| last + Months::new(12) <= now))
}

/// What a supervisor found.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Found {
    found: String,
}

#[derive(Template)]
#[template(path = "staff/reviews.html")]
struct ReviewsPage {
    page: Page,
    form: Form<Found>,
    is_due: bool,
    can_review: bool,
    /// Who looked, when, and what they found; the last first.
    reviews: Vec<(String, NaiveDateTime, String)>,
}

/// What was found so far, and the form for what is found now.
pub async fn index(member: Overseer, app: App, page: Page) -> AppResult<HttpResponse> {
    let can_review = member.role == Role::Supervisor;
    show(&app, page, can_review, Form::default(), StatusCode::OK).await
}

async fn show(
    app: &App,
    page: Page,
    can_review: bool,
    form: Form<Found>,
    status: StatusCode,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let found = app.db.read(move |conn| {
        let last: Vec<(i64, NaiveDateTime, String)> = reviews::table
            .filter(reviews::subject.eq(SUBJECT))
            .order(reviews::at.desc())
            .limit(SHOWN)
            .select((reviews::staff_id, reviews::at, reviews::found))
            .load(conn)?;
        let names = staff_names(conn, last.iter().map(|(id, ..)| *id).collect())?;
        let named = last.into_iter().map(|(id, at, found)| {
            let name = names.get(&id).cloned().unwrap_or_default();
            (name, at, found)
        });
        Ok((is_due(conn, now)?, named.collect()))
    });
    let (is_due, reviews) = found.await?;
    let shown = ReviewsPage {
        page,
        form,
        is_due,
        can_review,
        reviews,
    };
    html(status, &shown)
}

/// Writes down what was found.
pub async fn note(
    supervisor: Supervisor,
    app: App,
    page: Page,
    session: Session,
    found: web::Form<Found>,
) -> AppResult<HttpResponse> {
    let found = found.into_inner();
    let text = found.found.trim().to_owned();
    let is_wrong = text.is_empty() || text.chars().count() > LONGEST;
    let wrong = is_wrong.then_some("Write what you found, in at most 4,000 characters.");
    if let Some(sentence) = wrong.or_else(|| unseen_fault(&text)) {
        let form = Form::new(found).refuse("found", sentence);
        return show(&app, page, true, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let now = app.clock.now();
    let noted = app.db.write(move |conn| {
        AdvisoryLock::Desk.take(conn)?;
        let twin = reviews::table
            .filter(reviews::subject.eq(SUBJECT))
            .filter(reviews::at.gt(now - AT_ONCE))
            .filter(reviews::staff_id.eq(supervisor.id))
            .filter(reviews::found.eq(&text))
            .select(reviews::at);
        if twin.first::<NaiveDateTime>(conn).optional()?.is_some() {
            return Ok(());
        }
        diesel::insert_into(reviews::table)
            .values((
                reviews::subject.eq(SUBJECT),
                reviews::staff_id.eq(supervisor.id),
                reviews::found.eq(text),
                reviews::at.eq(now),
            ))
            .execute(conn)?;
        let event = Event {
            actor: Actor::Staff(supervisor.id),
            action: "review.noted",
            person: None,
            object: SUBJECT,
            detail: json!({}),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    noted.await?;
    let text = "It is written down. You are asked again in a year.";
    see_other_saying(&session, text, "/staff/reviews")
}
