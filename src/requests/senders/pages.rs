//! The form for requests without an account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;
use validator::Validate;

use super::filing::{Letter, receive};
use super::model::Wants;
use crate::accounts::limits::Limit;
use crate::accounts::queries::normal_email;
use crate::app::App;
use crate::error::AppResult;
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
#[derive(Debug, Default, Deserialize, Validate)]
pub struct NewLetter {
    #[serde(default)]
    wants: String,
    #[serde(default)]
    #[validate(
        length(max = 254, message = "An e-mail address has at most 254 characters."),
        email(message = "Enter an e-mail address, like name@example.org.")
    )]
    email: String,
    #[serde(default)]
    residence: String,
    #[serde(default)]
    field: String,
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
}

impl NewPage {
    fn of(app: &App, page: Page, form: Form<NewLetter>) -> Self {
        let places = app.laws.residences().iter();
        NewPage {
            page,
            form,
            places: places
                .map(|place| (place.code.clone(), place.name.clone()))
                .collect(),
            fields: correctable(app),
        }
    }

    fn wants(&self, one: &str) -> bool {
        self.form.values.wants == one
    }
}

/// Every field that can be put right, held or not.
pub(super) fn correctable(app: &App) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for dataset in &app.register.datasets {
        for collection in &dataset.collections {
            for view in app.register.describe_all(dataset, collection) {
                if view.input().is_some() {
                    let value = format!("{}/{}/{}", dataset.key, collection.name, view.field.path);
                    fields.push((value, format!("{}: {}", collection.title, view.field.title)));
                }
            }
        }
    }
    fields
}

/// The form.
pub async fn new(app: App, page: Page) -> AppResult<HttpResponse> {
    let form = Form::default();
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
        receive(conn, &own, &letter, now)
    });
    written.await?;
    app.wake.notify_one();
    Ok(see_other("/request/sent"))
}

fn check(app: &App, typed: NewLetter) -> Result<Letter, Box<Form<NewLetter>>> {
    let typed = NewLetter {
        email: normal_email(&typed.email),
        ..typed
    };
    let wants = typed.wants.parse::<Wants>().ok();
    let knows_place = app.laws.residence(&typed.residence).is_some();
    let knows_field = correctable(app).iter().any(|(it, _)| *it == typed.field);
    let mut form = match Form::check(typed) {
        Ok(typed) => Form::new(typed),
        Err(form) => form,
    };
    if wants.is_none() {
        form = form.refuse("wants", "Choose what you would like us to do.");
    }
    if !knows_place {
        form = form.refuse(
            "residence",
            "Choose a place, or that you rather do not say.",
        );
    }
    if wants == Some(Wants::Correction) && !knows_field {
        form = form.refuse("field", "Choose which value is wrong.");
    }
    let Some(wants) = wants.filter(|_| !form.has_errors()) else {
        return Err(Box::new(form));
    };
    let typed = form.values;
    Ok(Letter {
        email: typed.email,
        residence: typed.residence,
        wants,
        field: Some(typed.field).filter(|_| wants == Wants::Correction),
        note: typed.note.trim().to_owned(),
        received_at: app.clock.now(),
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
