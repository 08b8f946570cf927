//! Changing the address of an account: the new one, then the code that went there.

use actix_session::{Session, SessionExt};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::address;
use super::codes::{self, Attempt, Purpose};
use super::guard::{Account, FreshPerson, Person};
use super::model::Identity;
use super::queries::{
    find_person, list_identities, list_open_addresses, must_be_email, normal_email,
};
use super::sign_in::{self, Asked};
use super::sign_in_pages::{TypedCode, in_words};
use super::step_up::Kept;
use crate::app::App;
use crate::error::AppResult;
use crate::web::client_address::client_network;
use crate::web::{Form, Page, client_address, html, see_other, see_other_saying};

const FORM: &str = "/account/address";
const ACCOUNT: &str = "/account";
const CODE: &str = "/account/address/code";

/// The new address.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct NewAddress {
    #[serde(default)]
    #[validate(custom(function = "must_be_email"))]
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/address.html")]
struct AddressPage {
    page: Page,
    form: Form<NewAddress>,
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/address_code.html")]
struct CodePage {
    page: Page,
    form: Form<TypedCode>,
    /// Where the code went.
    email: String,
}

/// `GET /account/address`
pub async fn new(
    person: FreshPerson,
    page: Page,
    kept: Kept<NewAddress>,
) -> AppResult<HttpResponse> {
    show(StatusCode::OK, page, kept.form(), &person)
}

/// `POST /account/address`: a code goes to the new address.
pub async fn send(
    person: FreshPerson,
    app: App,
    page: Page,
    session: Session,
    form: web::Form<NewAddress>,
) -> AppResult<HttpResponse> {
    let email = normal_email(&form.email);
    let typed = match Form::check(NewAddress { email }) {
        Ok(typed) => typed,
        Err(form) => return show(StatusCode::UNPROCESSABLE_ENTITY, page, form, &person),
    };
    let (id, email) = (person.id, typed.email.clone());
    let own = app.db.read(move |conn| Ok(list_identities(conn, id)?));
    let is_own = |it: &Identity| it.is_open_address() && it.value == email;
    if own.await?.iter().any(is_own) {
        let form = Form::new(typed).refuse("email", "This address stands in your account already.");
        return show(StatusCode::UNPROCESSABLE_ENTITY, page, form, &person);
    }
    let asked = Asked::new(&session, Purpose::NewAddress, &email, "")?;
    let (own, who, browser) = (app.clone(), (*person).clone(), asked.browser.clone());
    let sent = app.db.write(move |conn| {
        let to = (email.as_str(), browser.as_str());
        address::send_code(&own, conn, &who, to, own.clock.now())
    });
    sent.await?;
    asked.remember(&session, Purpose::NewAddress)?;
    app.wake.notify_one();
    Ok(see_other(CODE))
}

/// `GET /account/address/code`
pub async fn code(_: FreshPerson, session: Session, page: Page) -> AppResult<HttpResponse> {
    let Some(asked) = Asked::of(&session, Purpose::NewAddress)? else {
        return Ok(see_other(FORM));
    };
    let (form, email) = (Form::default(), asked.email);
    html(StatusCode::OK, &CodePage { page, form, email })
}

/// `POST /account/address/code`: the account has the address from now on.
pub async fn check(
    person: FreshPerson,
    app: App,
    page: Page,
    request: HttpRequest,
    form: web::Form<TypedCode>,
) -> AppResult<HttpResponse> {
    let session = request.get_session();
    let Some(asked) = Asked::of(&session, Purpose::NewAddress)? else {
        let led_to = Asked::led_to(&session, Purpose::NewAddress)?;
        return Ok(see_other(led_to.as_deref().unwrap_or(FORM)));
    };
    let email = asked.email.clone();
    let refuse = |form: web::Form<TypedCode>, sentence: String| {
        let form = Form::new(form.into_inner()).refuse("code", sentence);
        html(
            StatusCode::UNPROCESSABLE_ENTITY,
            &CodePage { page, form, email },
        )
    };
    if let Some(slip) = codes::slip(&form.code) {
        return refuse(form, slip.to_owned());
    }
    let client = client_network(client_address(&request, &app.site));
    let (own, id, typed) = (app.clone(), person.id, form.code.clone());
    let attempt = app.db.write(move |conn| {
        let attempt = sign_in::attempt(&own, conn, Purpose::NewAddress, &asked, &client, &typed)?;
        if let Attempt::Right(email) = &attempt {
            let who = find_person(conn, id)?;
            if !address::add(&own, conn, &who, email, own.clock.now())? {
                return Ok(Attempt::Dead);
            }
        }
        // It may have served without giving them the address.
        if let Attempt::Again(email) = &attempt {
            let open = list_open_addresses(conn, id)?;
            if open.iter().all(|it| it.value != *email) {
                return Ok(Attempt::Dead);
            }
        }
        Ok(attempt)
    });
    match attempt.await? {
        Attempt::Right(email) => {
            app.wake.notify_one();
            added(&session, &person, email)
        }
        Attempt::Again(_) => Ok(see_other(ACCOUNT)),
        failed => refuse(form, in_words(&failed)),
    }
}

/// From now on codes and mails go to the new one.
fn added(session: &Session, person: &Person, email: String) -> AppResult<HttpResponse> {
    Asked::served(session, Purpose::NewAddress, ACCOUNT)?;
    let account = Account::Person(Person {
        email,
        ..person.clone()
    });
    account.update(session)?;
    let text = "Your new address is in place. We have told the old one.";
    see_other_saying(session, text, ACCOUNT)
}

fn show(
    status: StatusCode,
    page: Page,
    form: Form<NewAddress>,
    person: &Person,
) -> AppResult<HttpResponse> {
    let email = person.email.clone();
    html(status, &AddressPage { page, form, email })
}
