//! Confirming by a fresh code that it is still them. The way here and back is in `step_up`.

use actix_session::{Session, SessionExt};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;
use serde_json::json;

use super::codes::{self, Attempt, Link, Purpose};
use super::guard::{Account, Person};
use super::sign_in::{self, Asked};
use super::sign_in_pages::{Next, TypedCode, in_words};
use super::signs;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::web::client_address::client_network;
use crate::web::{Form, Page, client_address, html, see_other, see_other_saying};

const USUAL_PAGE: &str = "/data";

#[derive(Template)]
#[template(path = "accounts/step_up.html")]
struct StepUpPage {
    page: Page,
    form: Form<TypedCode>,
    email: String,
}

/// `GET /step-up`: a code is on its way when the page shows, unless one is there already.
pub async fn ask(
    person: Person,
    app: App,
    page: Page,
    request: HttpRequest,
    query: web::Query<Next>,
) -> AppResult<HttpResponse> {
    let session = request.get_session();
    // Who comes from a new code or a dead link goes on to where the first one led.
    let next = match query.path() {
        "" => next_of(&session)?,
        next => next.to_owned(),
    };
    if signs::is_confirmed(&app, &person).await? {
        return Ok(see_other(&next));
    }
    let asked = Asked::new(&session, Purpose::StepUp, &person.email, &next)?;
    let (keys, browser, now) = (app.keys.clone(), asked.browser.clone(), app.clock.now());
    let is_sent = app.db.read(move |conn| {
        let purpose = Purpose::StepUp;
        Ok(codes::has_live_code(conn, &keys, purpose, &browser, now)?)
    });
    if is_sent.await? {
        asked.remember(&session, Purpose::StepUp)?;
    } else {
        sign_in::send(&app, &request, Purpose::StepUp, asked).await?;
    }
    show(StatusCode::OK, page, Form::default(), &person)
}

/// `POST /step-up/send`: a new code, in place of the one before.
pub async fn send(person: Person, app: App, request: HttpRequest) -> AppResult<HttpResponse> {
    let session = request.get_session();
    let next = next_of(&session)?;
    let asked = Asked::new(&session, Purpose::StepUp, &person.email, &next)?;
    sign_in::send(&app, &request, Purpose::StepUp, asked).await?;
    see_other_saying(&session, "We sent you a new code.", "/step-up")
}

/// `POST /step-up`
pub async fn check(
    person: Person,
    app: App,
    page: Page,
    request: HttpRequest,
    form: web::Form<TypedCode>,
) -> AppResult<HttpResponse> {
    let Some(asked) = Asked::of(&request.get_session(), Purpose::StepUp)? else {
        return Ok(see_other("/step-up"));
    };
    if let Some(slip) = codes::slip(&form.code) {
        let form = Form::new(form.into_inner()).refuse("code", slip);
        return show(StatusCode::UNPROCESSABLE_ENTITY, page, form, &person);
    }
    let client = client_network(client_address(&request, &app.site));
    let (own, who, typed) = (app.clone(), person.clone(), form.code.clone());
    let attempt = app.db.write(move |conn| {
        let attempt = sign_in::attempt(&own, conn, Purpose::StepUp, &asked, &client, &typed)?;
        if let Attempt::Right(_) = attempt {
            record(&own, conn, &who, own.clock.now())?;
        }
        Ok(attempt)
    });
    match attempt.await? {
        Attempt::Right(_) => confirmed(&app, &request.get_session(), person),
        // The first of two has confirmed it. What it wrote into the session must stay.
        Attempt::Again(_) => Ok(see_other(&next_of(&request.get_session())?)),
        failed => {
            let form = Form::new(form.into_inner()).refuse("code", in_words(&failed));
            show(StatusCode::UNPROCESSABLE_ENTITY, page, form, &person)
        }
    }
}

/// `GET /step-up/link/{token}`: it confirms in the browser that is signed in and asked; elsewhere it asks for the code.
pub async fn link(
    person: Person,
    app: App,
    session: Session,
    token: web::Path<String>,
) -> AppResult<HttpResponse> {
    let browser = Asked::of(&session, Purpose::StepUp)?.map(|asked| asked.browser);
    let (own, who) = (app.clone(), person.clone());
    let followed = app.db.write(move |conn| {
        let (now, browser) = (own.clock.now(), browser.as_deref());
        let followed = codes::follow(conn, &own.keys, Purpose::StepUp, browser, &token, now)?;
        if let Link::Right(_) = followed {
            record(&own, conn, &who, now)?;
        }
        Ok(followed)
    });
    match followed.await? {
        Link::Right(_) => confirmed(&app, &session, person),
        Link::Again(_) | Link::OtherBrowser | Link::Dead => Ok(see_other("/step-up")),
    }
}

fn record(
    app: &App,
    conn: &mut AnyConnection,
    person: &Person,
    now: NaiveDateTime,
) -> AppResult<()> {
    // The network makes no difference to who is signed in.
    sign_in::forgive(app, conn, Purpose::StepUp, (&person.email, ""))?;
    let event = Event {
        actor: Actor::Person(&person.pseudonym),
        action: "person.confirmed",
        person: Some(&person.pseudonym),
        object: "session",
        detail: json!({}),
    };
    Ok(audit::record(conn, &event, now)?)
}

fn confirmed(app: &App, session: &Session, person: Person) -> AppResult<HttpResponse> {
    let next = next_of(session)?;
    Asked::served(session, Purpose::StepUp, &next)?;
    let account = Account::Person(Person {
        confirmed_at: app.clock.now(),
        ..person
    });
    account.update(session)?;
    Ok(see_other(&next))
}

fn next_of(session: &Session) -> AppResult<String> {
    let next = match Asked::of(session, Purpose::StepUp)? {
        Some(asked) => Some(asked.next),
        None => Asked::led_to(session, Purpose::StepUp)?,
    };
    Ok(next.unwrap_or_else(|| USUAL_PAGE.to_owned()))
}

fn show(
    status: StatusCode,
    page: Page,
    form: Form<TypedCode>,
    person: &Person,
) -> AppResult<HttpResponse> {
    let email = person.email.clone();
    html(status, &StepUpPage { page, form, email })
}
