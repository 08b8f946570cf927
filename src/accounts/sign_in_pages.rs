//! Signing in: the address, then the code or the link.

use actix_session::{Session, SessionExt};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::codes::{self, Attempt, Link, Purpose};
use super::guard::Account;
use super::queries::{find_active_staff, must_be_email, normal_email};
use super::second_factor_pages;
use super::sign_in::{self, Asked, Known};
use crate::app::App;
use crate::choices::Browser;
use crate::error::AppResult;
use crate::web::client_address::client_network;
use crate::web::paging::{address, query};
use crate::web::{Form, Page, client_address, html, local_path, see_other};

/// The address to sign in with.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct SignIn {
    #[validate(custom(function = "must_be_email"))]
    email: String,
    /// Where the visitor was going.
    #[serde(default)]
    next: String,
}

/// The code, as typed.
#[derive(Debug, Default, Deserialize)]
pub struct TypedCode {
    /// Spaces and dashes do not matter.
    #[serde(default)]
    pub code: String,
}

/// Where a visitor was going.
#[derive(Debug, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
    /// Something, if they had sent a form, which came to nothing.
    unsent: Option<String>,
}

impl Next {
    /// A path of this site, or empty.
    pub fn path(&self) -> &str {
        local_path(&self.next).unwrap_or("")
    }
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    page: Page,
    form: Form<SignIn>,
    /// Whether a form came to nothing, because nobody was signed in any more.
    is_unsent: bool,
}

#[derive(Template)]
#[template(path = "accounts/code.html")]
struct CodePage {
    page: Page,
    form: Form<TypedCode>,
    asked: Asked,
}

#[derive(Template)]
#[template(path = "accounts/link.html")]
struct LinkPage {
    page: Page,
    is_elsewhere: bool,
}

/// `GET /sign-in`
pub async fn ask(session: Session, page: Page, query: web::Query<Next>) -> AppResult<HttpResponse> {
    let next = query.path().to_owned();
    if let Some(account) = Account::of(&session)? {
        return Ok(see_other(&sign_in::landing(&account, &next)));
    }
    let form = Form::new(SignIn {
        next,
        ..SignIn::default()
    });
    let page = SignInPage {
        page,
        form,
        is_unsent: query.unsent.is_some(),
    };
    html(StatusCode::OK, &page)
}

/// `POST /sign-in`
pub async fn send(
    app: App,
    page: Page,
    request: HttpRequest,
    form: web::Form<SignIn>,
) -> AppResult<HttpResponse> {
    let typed = form.into_inner();
    let tidy = SignIn {
        email: normal_email(&typed.email),
        next: local_path(&typed.next).unwrap_or("").to_owned(),
    };
    let ask = match Form::check(tidy) {
        Ok(ask) => ask,
        Err(form) => {
            let page = SignInPage {
                page,
                form,
                is_unsent: false,
            };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let session = request.get_session();
    let asked = Asked::new(&session, Purpose::SignIn, &ask.email, &ask.next)?;
    sign_in::send(&app, &request, Purpose::SignIn, asked).await?;
    Ok(see_other("/sign-in/code"))
}

/// `GET /sign-in/code`
pub async fn code(session: Session, page: Page) -> AppResult<HttpResponse> {
    let Some(asked) = Asked::of(&session, Purpose::SignIn)? else {
        return Ok(see_other("/sign-in"));
    };
    let form = Form::default();
    html(StatusCode::OK, &CodePage { page, form, asked })
}

/// `POST /sign-in/code`
pub async fn check(
    app: App,
    page: Page,
    request: HttpRequest,
    form: web::Form<TypedCode>,
) -> AppResult<HttpResponse> {
    let Some(asked) = Asked::of(&request.get_session(), Purpose::SignIn)? else {
        return Ok(see_other("/sign-in"));
    };
    if let Some(slip) = codes::slip(&form.code) {
        let form = Form::new(form.into_inner()).refuse("code", slip);
        let page = CodePage { page, form, asked };
        return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let client = client_network(client_address(&request, &app.site));
    let (own, mine, typed) = (app.clone(), asked.clone(), form.code.clone());
    let chosen = Browser::of(&request, &app.keys);
    let outcome = app.db.write(move |conn| {
        match sign_in::attempt(&own, conn, Purpose::SignIn, &mine, &client, &typed)? {
            Attempt::Right(email) => {
                let now = own.clock.now();
                let who = (email.as_str(), client.as_str());
                sign_in::recognise(&own, conn, who, chosen.as_ref(), now).map(Ok)
            }
            failed => Ok(Err(failed)),
        }
    });
    match outcome.await? {
        Ok(known) => enter(&app, &request, known, asked.next),
        Err(Attempt::Again(email)) => lead_on(&app, email, &asked.next).await,
        Err(failed) => {
            let form = Form::new(form.into_inner()).refuse("code", in_words(&failed));
            let page = CodePage { page, form, asked };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// What a failed attempt means, beside the field.
pub(super) fn in_words(failed: &Attempt) -> String {
    match failed {
        Attempt::Wrong(left @ 2..) => {
            format!("This is not the code from our newest mail. You can try {left} more times.")
        }
        Attempt::Wrong(1) => {
            "This is not the code from our newest mail. You can try once more.".to_owned()
        }
        _ => "This code no longer works. Ask for a new one below.".to_owned(),
    }
}

/// `GET /sign-in/link/{token}`: in the browser that asked, it signs in; elsewhere, it says what to do.
pub async fn link(
    app: App,
    page: Page,
    request: HttpRequest,
    token: web::Path<String>,
) -> AppResult<HttpResponse> {
    let session = request.get_session();
    if let Some(account) = Account::of(&session)? {
        return Ok(see_other(&sign_in::landing(&account, "")));
    }
    let asked = Asked::of(&session, Purpose::SignIn)?;
    let browser = asked.as_ref().map(|asked| asked.browser.clone());
    let (own, chosen) = (app.clone(), Browser::of(&request, &app.keys));
    let client = client_network(client_address(&request, &app.site));
    let outcome = app.db.write(move |conn| {
        let now = own.clock.now();
        let browser = browser.as_deref();
        match codes::follow(conn, &own.keys, Purpose::SignIn, browser, &token, now)? {
            Link::Right(email) => {
                let who = (email.as_str(), client.as_str());
                sign_in::recognise(&own, conn, who, chosen.as_ref(), now).map(Ok)
            }
            failed => Ok(Err(failed)),
        }
    });
    match outcome.await? {
        Ok(known) => enter(
            &app,
            &request,
            known,
            asked.map(|it| it.next).unwrap_or_default(),
        ),
        Err(Link::Again(email)) => {
            lead_on(&app, email, &asked.map(|it| it.next).unwrap_or_default()).await
        }
        Err(failed) => {
            let is_elsewhere = failed == Link::OtherBrowser;
            html(StatusCode::OK, &LinkPage { page, is_elsewhere })
        }
    }
}

/// The second of two equal submits: the first has signed in, if it was this browser's. It opens nothing by itself.
async fn lead_on(app: &App, email: String, next: &str) -> AppResult<HttpResponse> {
    let keys = app.keys.clone();
    let member = app
        .db
        .read(move |conn| Ok(find_active_staff(conn, &keys, &email)?));
    if member.await?.is_some() {
        return Ok(see_other("/sign-in/totp"));
    }
    Ok(see_other(&way_to_sign_in(next)))
}

/// The page that signs in, or leads whoever is signed in to where they were going.
pub(super) fn way_to_sign_in(next: &str) -> String {
    address("/sign-in", &query(&[("next", next)]), "")
}

fn enter(app: &App, request: &HttpRequest, known: Known, next: String) -> AppResult<HttpResponse> {
    match known {
        Known::Person(account) => {
            account.enter(request)?;
            // What was chosen before joins the account, and is confirmed by mail.
            app.wake.notify_one();
            Ok(see_other(&sign_in::landing(&account, &next)))
        }
        Known::Staff(member) => second_factor_pages::begin(request, &member, next, app.clock.now()),
    }
}

/// `POST /sign-out`
pub async fn sign_out(app: App, session: Session) -> AppResult<HttpResponse> {
    if let Some(account) = Account::of(&session)? {
        super::sessions::sign_out(&app, account, &session).await?;
    }
    session.purge();
    Ok(see_other("/"))
}
