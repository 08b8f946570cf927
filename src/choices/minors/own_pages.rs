//! Telling us that one is under 16.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{ages, entries, sixteen_on_typed};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::choices::standing;
use crate::error::AppResult;
use crate::law::{ConsentAges, Decides};
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
    /// Who decides for them at that age.
    decides: Decides,
    /// From which age on they do, where they live.
    ages: ConsentAges,
    /// What staff entered of their age.
    entries: Vec<String>,
}

/// The form, or what is known.
pub async fn show(person: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    let read = app.db.read(move |conn| {
        let standing = standing::of_person(conn, person.id)?;
        Ok((standing, entries::list_of_person(conn, person.id)?))
    });
    let (standing, entered) = read.await?;
    let known = standing.sixteen_on;
    let ages = ages(&app, &standing.residence);
    let today = app.clock.today();
    let entered = entered.iter().map(|it| {
        let words = it.in_words(&app.register);
        match &*it.off_by_now(&app.register, &standing.current) {
            "" => words,
            off => format!("{words} Off by now: {off}."),
        }
    });
    let shown = AgePage {
        page,
        form: Form::default(),
        is_sixteen: known.is_some_and(|day| day <= today),
        decides: ages.decides(known, today),
        ages,
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
    let told = app.db.read(move |conn| Ok(standing::told_by(conn, id)?));
    let (residence, known) = told.await?;
    if let Some(day) = known {
        // As by the form of an older tab: what is on record is for staff to put right.
        let text = format!(
            "Nothing was changed. It is on record that you {} 16 on {}. If that is wrong, write to {}.",
            if day > now.date() { "will be" } else { "were" },
            words::day(day),
            page.contact
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
                decides: Decides::Person,
                ages: ages(&app, &residence),
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
