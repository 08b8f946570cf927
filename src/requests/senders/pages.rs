//! The form for requests without an account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::filing::{Letter, link_to_follow, receive};
use super::model::{Wants, correctable, is_correctable, is_use, uses};
use crate::accounts::limits::Limit;
use crate::accounts::queries::{must_be_email, normal_email};
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::period::Period;
use crate::requests::by_mail::Invitation;
use crate::requests::life::By;
use crate::requests::model::{Channel, Kind};
use crate::web::client_address::client_network;
use crate::web::{Form, Page, client_address, html, see_other};

/// So many requests may come from one network in a day.
const REQUESTS_PER_CLIENT: Limit = Limit {
    purpose: "requests without account",
    max: 20,
    max_in_demo: 10_000,
    window: TimeDelta::days(1),
};

/// The form, as typed.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct NewLetter {
    /// The end of the link in our answer to a mail.
    #[serde(default)]
    mail: String,
    #[serde(default)]
    wants: String,
    #[serde(default)]
    #[validate(custom(function = "must_be_email"))]
    email: String,
    #[serde(default)]
    residence: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    field: String,
    #[serde(default)]
    activity: String,
    #[serde(default)]
    #[validate(length(max = 4000, message = "Write at most 4,000 characters."))]
    note: String,
}

#[derive(Template)]
#[template(path = "requests/senders/new.html")]
struct NewPage {
    page: Page,
    form: Form<NewLetter>,
    places: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    uses: Vec<(String, String)>,
    /// What the law of some places alone gives, where it is in force now.
    given: Vec<Wants>,
    /// The mail that it goes on from.
    invitation: Option<Invitation>,
}

impl NewPage {
    fn of(app: &App, page: Page, form: Form<NewLetter>) -> Self {
        NewPage {
            page,
            invitation: Invitation::open(&app.keys, &form.values.mail, app.clock.now()),
            form,
            places: app.laws.places(),
            fields: correctable(&app.register),
            uses: uses(&app.register),
            given: given(app, ""),
        }
    }

    fn gives(&self, one: &str) -> bool {
        self.given.iter().any(|it| it.as_str() == one)
    }

    fn wants(&self, one: &str) -> bool {
        self.form.values.wants == one
    }
}

/// What somebody who lives there can ask for on the form, of what the law of some places alone gives.
fn given(app: &App, residence: &str) -> Vec<Wants> {
    let all = [Wants::Decision, Wants::MarketingList, Wants::Contest].into_iter();
    all.filter(|it| it.is_given_where(&app.laws, residence, app.clock.now()))
        .collect()
}

/// Where the form begins.
#[derive(Debug, Deserialize)]
pub struct Start {
    #[serde(default)]
    mail: String,
}

/// The form; from the link in our answer to a mail, with what that said.
pub async fn new(app: App, page: Page, start: web::Query<Start>) -> AppResult<HttpResponse> {
    let invitation = Invitation::open(&app.keys, &start.mail, app.clock.now());
    let wants = invitation.and_then(|it| it.wants).map(Wants::as_str);
    let form = Form::new(NewLetter {
        mail: start.into_inner().mail,
        wants: wants.unwrap_or_default().to_owned(),
        ..NewLetter::default()
    });
    html(StatusCode::OK, &NewPage::of(&app, page, form))
}

/// Files it. The answer is the same for every address.
pub async fn send(
    app: App,
    page: Page,
    request: HttpRequest,
    form: web::Form<NewLetter>,
) -> AppResult<HttpResponse> {
    let letter = match check(&app, form.into_inner()) {
        Ok(letter) => letter,
        Err(form) => {
            let shown = NewPage::of(&app, page, *form);
            return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
        }
    };
    let client = client_network(client_address(&request, &app.site));
    let own = app.clone();
    let written = app.db.write(move |conn| {
        let now = own.clock.now();
        REQUESTS_PER_CLIENT.take(&own, conn, &client, now)?;
        let (request, _) = receive(conn, &letter, &By::visitor(&own))?;
        // Who comes from a mail of ours has that mailbox.
        let is_known = letter.channel == Channel::Mail;
        is_known
            .then(|| link_to_follow(conn, &own, &request))
            .transpose()
    });
    let link = written.await?.flatten();
    app.wake.notify_one();
    Ok(see_other(link.as_deref().unwrap_or("/request/sent")))
}

fn check(app: &App, typed: NewLetter) -> Result<Letter, Box<Form<NewLetter>>> {
    let now = app.clock.now();
    let invitation = Invitation::open(&app.keys, &typed.mail, now);
    let invited = invitation.as_ref();
    let typed = NewLetter {
        email: invited.map_or_else(|| normal_email(&typed.email), |it| it.email.clone()),
        ..typed
    };
    let wants = typed.wants.parse::<Wants>().ok();
    let wants = wants.filter(|it| *it != Wants::Complaint);
    let period = Period {
        from: typed.from.clone(),
        to: typed.to.clone(),
    };
    let asks_for_data = wants.is_some_and(|it| it.kind() == Kind::Access);
    let dates = period.dates_of(asks_for_data, app.clock.today());
    let (unclear, sentence) = dates.err().unwrap_or_default();
    let faults = [
        (dates.is_err(), unclear, sentence),
        (
            wants.is_none(),
            "wants",
            "Choose what you would like us to do.",
        ),
        (
            app.laws.residence(&typed.residence).is_none(),
            "residence",
            "Choose a place, or that you rather do not say.",
        ),
        (
            wants.is_some_and(|it| !it.is_given_where(&app.laws, &typed.residence, now)),
            "wants",
            "No law gives this where you live. Ask for a copy of your data instead.",
        ),
        (
            wants == Some(Wants::Correction) && !is_correctable(&app.register, &typed.field),
            "field",
            "Choose which value is wrong.",
        ),
        (
            wants == Some(Wants::Objection) && !is_use(&app.register, &typed.activity),
            "activity",
            "Choose a use.",
        ),
        (
            wants.is_some_and(Wants::is_in_own_words) && typed.note.trim().is_empty(),
            "note",
            match wants {
                Some(Wants::Decision | Wants::Contest) => "Say which decision you mean.",
                _ => {
                    "Say which data and which use of them it is about, and what in your situation speaks against it."
                }
            },
        ),
    ];
    let form = match Form::check(typed) {
        Ok(typed) => Form::new(typed),
        Err(form) => form,
    };
    let form = form.refuse_where(faults).in_order();
    let Some(wants) = wants.filter(|_| !form.has_errors()) else {
        return Err(Box::new(form));
    };
    let typed = form.values;
    let received_at = invited.map_or(now, |it| it.received_at);
    Ok(Letter {
        received_on: app.laws.day_in(&typed.residence, received_at),
        email: Some(typed.email),
        contact: String::new(),
        residence: typed.residence,
        wants,
        field: match wants {
            Wants::Correction => Some(typed.field),
            Wants::Objection => Some(typed.activity),
            _ => None,
        },
        note: typed.note.trim().to_owned(),
        channel: invited.map_or(Channel::Form, |_| Channel::Mail),
        dates: dates.unwrap_or_default(),
    })
}

#[derive(Template)]
#[template(path = "requests/senders/sent.html")]
struct SentPage {
    page: Page,
}

/// The page after the form: the mail has the rest.
pub async fn sent(page: Page) -> AppResult<HttpResponse> {
    html(StatusCode::OK, &SentPage { page })
}
