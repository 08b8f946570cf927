//! Telling us that one is under 16.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{entries, needs_parent, sixteen_on, sixteen_on_typed};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, html, see_other, see_other_saying, words};

/// What is asked; of it only the 16th birthday is kept.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Typed {
    #[serde(default)]
    born_on: String,
}

#[derive(Template)]
#[template(path = "choices/minors/own.html")]
struct AgePage {
    page: Page,
    form: Form<Typed>,
    /// The 16th birthday in words, if they have told us already.
    known: Option<String>,
    /// Whether that day has come.
    is_sixteen: bool,
    /// Whether a parent or guardian decides for them.
    is_child: bool,
    /// What staff entered of their age.
    entries: Vec<String>,
}

/// The form, or what is known.
pub async fn show(person: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    let read = app.db.read(move |conn| {
        let known = sixteen_on(conn, person.id)?;
        Ok((known, entries::list_of_person(conn, person.id)?))
    });
    let (known, entered) = read.await?;
    let today = app.clock.today();
    let entered = entered.iter().map(|it| it.in_words(&app.register));
    let shown = AgePage {
        page,
        form: Form::default(),
        is_sixteen: known.is_some_and(|day| day <= today),
        is_child: known.is_some_and(|day| needs_parent(day, today)),
        known: known.map(words::day),
        entries: entered.collect(),
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
    let (typed, now, id) = (typed.into_inner(), app.clock.now(), person.id);
    let known = app.db.read(move |conn| Ok(sixteen_on(conn, id)?));
    if let Some(day) = known.await? {
        // As by the form of an older tab: what is on record is for staff to put right.
        let text = format!(
            "Nothing was changed. It is on record that you will be 16 on {}.",
            words::day(day)
        );
        Flash::leave(&session, FlashKind::Notice, text)?;
        return Ok(see_other("/choices/age"));
    }
    let sixteen_on = match sixteen_on_typed(&typed.born_on, now.date()) {
        Ok(day) => day,
        Err(sentence) => {
            let shown = AgePage {
                page,
                form: Form::new(typed).refuse("born_on", sentence),
                known: None,
                is_sixteen: false,
                is_child: false,
                entries: Vec::new(),
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
        .write(move |conn| super::state(conn, &own, &person, sixteen_on, now))
        .await?;
    app.wake.notify_one();
    see_other_saying(
        &session,
        "We do not sell or share your data, and do nothing with it that rests on consent. That goes on after you are 16, until you turn it on.",
        "/choices",
    )
}
