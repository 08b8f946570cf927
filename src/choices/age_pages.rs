//! Telling us that one is under 16.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::minors;
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, html, see_other, see_other_saying, words};

/// Older than so many years nobody is.
const OLDEST: i32 = 125;

/// What is asked; of it only the 16th birthday is kept.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    born_on: String,
}

#[derive(Template)]
#[template(path = "choices/age.html")]
struct AgePage {
    page: Page,
    form: Form<Typed>,
    /// The 16th birthday in words, if they have told us already.
    known: Option<String>,
}

/// The form, or what is known.
pub async fn show(person: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    let read = app
        .db
        .read(move |conn| Ok(minors::sixteen_on(conn, person.id)?));
    let shown = AgePage {
        page,
        form: Form::default(),
        known: read.await?.map(words::day),
    };
    html(StatusCode::OK, &shown)
}

/// Opts out whoever is under 16. Of others nothing is kept.
pub async fn state(
    person: Person,
    app: App,
    page: Page,
    session: Session,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let (typed, now) = (typed.into_inner(), app.clock.now());
    let sixteen_on = match sixteen_on(&typed.born_on, now.date()) {
        Ok(day) => day,
        Err(sentence) => {
            let shown = AgePage {
                page,
                form: Form::new(typed).refuse("born_on", sentence),
                known: None,
            };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
        }
    };
    if sixteen_on <= now.date() {
        const OLDER: &str =
            "You are 16 or older. Nothing was changed, and we have not kept your date of birth.";
        Flash::leave(&session, FlashKind::Notice, OLDER)?;
        return Ok(see_other("/choices"));
    }
    let own = app.clone();
    app.db
        .write(move |conn| minors::state(conn, &own, &person, sixteen_on, now))
        .await?;
    app.wake.notify_one();
    see_other_saying(
        &session,
        "We do not sell or share your data. That goes on after you are 16, until you turn it on.",
        "/choices",
    )
}

fn sixteen_on(born_on: &str, today: NaiveDate) -> Result<NaiveDate, &'static str> {
    const EXAMPLE: &str = "Type the day on which you were born, such as 2011-03-31.";
    let born_on: NaiveDate = born_on.trim().parse().map_err(|_| EXAMPLE)?;
    if born_on >= today {
        return Err("The day on which you were born lies before today. Check the year.");
    }
    if born_on.year() + OLDEST < today.year() {
        return Err("Nobody is as old as that. Check the year in which you were born.");
    }
    minors::sixteenth_birthday(born_on).ok_or(EXAMPLE)
}
