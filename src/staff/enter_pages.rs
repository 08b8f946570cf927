//! Requests that came by telephone or letter, which staff enter. They go the way of all requests without an account.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::sent::Sent;
use crate::accounts::guard::CaseWorker;
use crate::accounts::queries::{is_closed, is_email, normal_email};
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::period::Period;
use crate::requests::appeal_letters;
use crate::requests::dates::fault_of_receipt;
use crate::requests::life::{By, changed};
use crate::requests::model::{Channel, Kind, State};
use crate::requests::senders::model::{Wants, correctable, is_correctable, is_use, uses};
use crate::requests::senders::{self, Letter};
use crate::sources::Dates;
use crate::web::{Form, Page, html, see_other_saying};

/// So far ahead of UTC are the clocks of New Zealand in summer.
const AHEAD: TimeDelta = TimeDelta::hours(13);

/// The form, as typed.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Entry {
    channel: String,
    received_on: String,
    wants: String,
    field: String,
    activity: String,
    email: String,
    contact: String,
    residence: String,
    from: String,
    to: String,
    note: String,
}

impl Entry {
    /// Of which time they ask for data; or which of the two fields is wrong, and a sentence about it.
    fn dates(
        &self,
        wants: Option<Wants>,
        today: NaiveDate,
    ) -> Result<Dates, (&'static str, &'static str)> {
        let period = Period {
            from: self.from.clone(),
            to: self.to.clone(),
        };
        period.dates_of(wants.is_some_and(|it| it.kind() == Kind::Access), today)
    }
}

#[derive(Template)]
#[template(path = "staff/enter.html")]
struct EnterPage {
    page: Page,
    form: Form<Entry>,
    places: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    uses: Vec<(String, String)>,
    channels: [(&'static str, &'static str); 2],
}

impl EnterPage {
    fn wants(&self, one: &str) -> bool {
        self.form.values.wants == one
    }
}

fn show(status: StatusCode, app: &App, page: Page, form: Form<Entry>) -> AppResult<HttpResponse> {
    let shown = EnterPage {
        page,
        form,
        places: app.laws.places(),
        fields: correctable(&app.register),
        uses: uses(&app.register),
        channels: [("phone", "A telephone call"), ("letter", "A letter")],
    };
    html(status, &shown)
}

/// The form.
pub async fn new(_: CaseWorker, app: App, page: Page) -> AppResult<HttpResponse> {
    show(StatusCode::OK, &app, page, Form::default())
}

const CLOSED: &str = "This address was taken away from its account, and no link in a mail to it would open anything. Ask them for the address that they use now, or leave it empty and write how we can answer them.";

/// Puts it on record with the day on which it came.
pub async fn enter(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    form: web::Form<Entry>,
) -> AppResult<HttpResponse> {
    let typed = form.into_inner();
    let letter = match check(&app, typed.clone()) {
        Ok(letter) => letter,
        Err(form) => return show(StatusCode::UNPROCESSABLE_ENTITY, &app, page, *form),
    };
    if let Some(email) = letter.email.clone() {
        let keys = app.keys.clone();
        let closed = app.db.read(move |conn| Ok(is_closed(conn, &keys, &email)?));
        if closed.await? {
            let form = Form::new(typed).refuse("email", CLOSED);
            return show(StatusCode::UNPROCESSABLE_ENTITY, &app, page, form);
        }
    }
    let own = app.clone();
    let has_email = letter.email.is_some();
    let entered = app.db.write(move |conn| {
        let member = (*worker).clone();
        senders::receive(conn, &letter, &By::staff(&own, &member))
    });
    let (request, is_new) = entered.await?;
    app.wake.notify_one();
    let told = match (is_new, has_email) {
        (false, true) => "The same request was on record already. The link to go on was mailed.",
        (false, false) => "The same request was on record already.",
        (true, true) => "It is on record. The link to go on was mailed.",
        (true, false) => "It is on record. Now confirm its receipt to them.",
    };
    see_other_saying(
        &session,
        told,
        &format!("/staff/requests/{}", request.reference),
    )
}

/// A day of receipt as it is counted where the person lives: where staff are it may be the next day already.
pub(super) fn day_there(app: &App, residence: &str, typed: NaiveDate) -> NaiveDate {
    let now = app.clock.now();
    if typed <= (now + AHEAD).date() {
        typed.min(app.laws.day_in(residence, now))
    } else {
        typed
    }
}

fn check(app: &App, typed: Entry) -> Result<Letter, Box<Form<Entry>>> {
    let typed = Entry {
        email: normal_email(&typed.email),
        ..typed
    };
    let channel = typed.channel.parse::<Channel>().ok();
    let channel = channel.filter(|it| matches!(it, Channel::Phone | Channel::Letter));
    let wants = typed.wants.parse::<Wants>().ok();
    let received_on = typed.received_on.parse::<NaiveDate>().ok();
    let today = app.laws.day_in(&typed.residence, app.clock.now());
    let received_on = received_on.map(|it| day_there(app, &typed.residence, it));
    let receipt = fault_of_receipt(received_on, today);
    let is_correction = wants == Some(Wants::Correction);
    let contact = typed.contact.trim().to_owned();
    let dates = typed.dates(wants, today);
    let (unclear, sentence) = dates.err().unwrap_or_default();
    let faults = [
        (channel.is_none(), "channel", "Choose how it came."),
        (
            receipt.is_some(),
            "received_on",
            receipt.unwrap_or_default(),
        ),
        (wants.is_none(), "wants", "Choose what they ask for."),
        (dates.is_err(), unclear, sentence),
        (
            is_correction && !is_correctable(&app.register, &typed.field),
            "field",
            "Choose which value is wrong.",
        ),
        (
            wants == Some(Wants::Objection) && !is_use(&app.register, &typed.activity),
            "activity",
            "Choose a use.",
        ),
        (
            !typed.email.is_empty() && !is_email(&typed.email),
            "email",
            "Write the address like name@example.org, or leave it empty.",
        ),
        (
            typed.email.is_empty() && contact.is_empty(),
            "contact",
            "Write how we can answer them, or give an e-mail address above.",
        ),
        (
            contact.chars().count() > 500,
            "contact",
            "Write at most 500 characters.",
        ),
        (
            app.laws.residence(&typed.residence).is_none(),
            "residence",
            "Choose a place, or that they did not say.",
        ),
        (
            wants.is_some_and(Wants::is_in_own_words) && typed.note.trim().is_empty(),
            "note",
            "Write what they said: which data and which use of them, which decision, or what the complaint is about.",
        ),
        (
            typed.note.chars().count() > 4000,
            "note",
            "Write at most 4,000 characters.",
        ),
    ];
    let form = Form::new(typed).refuse_where(faults).refuse_unseen();
    let (Some(channel), Some(wants), Some(received_on), false) =
        (channel, wants, received_on, form.has_errors())
    else {
        return Err(Box::new(form));
    };
    let typed = form.values;
    Ok(Letter {
        email: Some(typed.email).filter(|it| !it.is_empty()),
        contact,
        residence: typed.residence,
        wants,
        field: match wants {
            Wants::Correction => Some(typed.field),
            Wants::Objection => Some(typed.activity),
            _ => None,
        },
        note: typed.note.trim().to_owned(),
        channel,
        received_on,
        dates: dates.unwrap_or_default(),
    })
}

/// Notes that somebody without e-mail has been told the reference and the dates, the way that their request came.
pub async fn confirm(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let confirmed = sent.act(&worker, |conn, request, by| {
        if request.state != State::Received {
            return Err(changed());
        }
        match request.kind {
            Kind::Appeal => appeal_letters::confirmed(conn, request, by).map(drop),
            _ => senders::confirmed(conn, request, by).map(drop),
        }
    });
    let done = confirmed.await.map(|()| "The receipt is confirmed.");
    sent.end(&worker, done).await
}
