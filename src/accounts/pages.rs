//! The account page: what the account is known by, and where it is signed in.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::guard::{Account, Person, StaffMember};
use super::model::{Identity, Role};
use super::second_factor_pages::RecoveryCodesPage;
use super::session_store::MARK;
use super::sessions::{self, OwnSession};
use super::{codes, profile, queries, recovery_codes, second_factor};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::{Form, Page, html, see_other_saying};

/// What a person says of where they live.
#[derive(Debug, Default, Deserialize)]
pub struct NewResidence {
    residence: String,
}

/// A code from the app.
#[derive(Debug, Default, Deserialize)]
pub struct AppCode {
    /// As typed.
    #[serde(default)]
    pub code: String,
}

enum Details {
    Person {
        identities: Vec<Identity>,
        residence: String,
        /// The address that they have signed in with.
        own: String,
    },
    Staff {
        role: Role,
        codes_left: i64,
    },
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct AccountPage {
    page: Page,
    details: Details,
    sessions: Vec<OwnSession>,
    /// Of this session.
    mark: String,
    places: Vec<(String, String)>,
    form: Form<()>,
}

/// `GET /account`
pub async fn show(
    account: Account,
    app: App,
    session: Session,
    page: Page,
) -> AppResult<HttpResponse> {
    render(&app, account, &session, page, Form::new(())).await
}

/// `POST /account/residence`
pub async fn state_residence(
    person: Person,
    app: App,
    session: Session,
    page: Page,
    form: web::Form<NewResidence>,
) -> AppResult<HttpResponse> {
    let residence = form.into_inner().residence;
    if app.laws.residence(&residence).is_none() {
        let form = Form::new(()).refuse("residence", "Choose a place from the list.");
        return render(&app, Account::Person(person), &session, page, form).await;
    }
    let now = app.clock.now();
    let own = app.clone();
    let stated = app
        .db
        .write(move |conn| profile::state_residence(&own, conn, &person, &residence, now));
    let turned_off = stated.await?.in_words(&app.register);
    app.wake.notify_one();
    let text = format!("We saved where you live.{turned_off}");
    see_other_saying(&session, text, "/account")
}

/// `POST /account/recovery-codes`
pub async fn renew_recovery_codes(
    member: StaffMember,
    app: App,
    session: Session,
    page: Page,
    form: web::Form<AppCode>,
) -> AppResult<HttpResponse> {
    if let Some(slip) = codes::slip(&form.code) {
        let form = Form::new(()).refuse("code", slip);
        return render(&app, Account::Staff(member), &session, page, form).await;
    }
    let (own, id, typed, now) = (
        app.clone(),
        member.id,
        form.into_inner().code,
        app.clock.now(),
    );
    let codes = app.db.write(move |conn| {
        let row = queries::find_active_staff_by_id(conn, id)?.ok_or(AppError::SignInRequired)?;
        second_factor::renew_recovery_codes(&own, conn, &row, &typed, now)
    });
    if let Some(codes) = codes.await? {
        let next = "/account".to_owned();
        return html(StatusCode::OK, &RecoveryCodesPage { page, codes, next });
    }
    let form = Form::new(()).refuse("code", "This is not the code that your app shows now.");
    render(&app, Account::Staff(member), &session, page, form).await
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(
    account: Account,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    app.db
        .write(move |conn| sessions::end(conn, &account, *id, now))
        .await?;
    see_other_saying(&session, "The session has ended.", "/account")
}

/// `POST /account/sessions/end-others`
pub async fn end_other_sessions(
    account: Account,
    app: App,
    session: Session,
) -> AppResult<HttpResponse> {
    let (mark, now) = (mark_of(&session)?, app.clock.now());
    app.db
        .write(move |conn| sessions::end_others(conn, &account, &mark, now))
        .await?;
    see_other_saying(&session, "All other sessions have ended.", "/account")
}

async fn render(
    app: &App,
    account: Account,
    session: &Session,
    page: Page,
    form: Form<()>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let found = app.db.read(move |conn| {
        let details = match &account {
            Account::Person(person) => Details::Person {
                identities: queries::list_identities(conn, person.id)?,
                residence: queries::find_person(conn, person.id)?.residence,
                own: person.email.clone(),
            },
            Account::Staff(member) => Details::Staff {
                role: member.role,
                codes_left: recovery_codes::count_unused(conn, member.id)?,
            },
        };
        Ok((details, sessions::list(conn, &account, now)?))
    });
    let (details, sessions) = found.await?;
    let status = if form.has_errors() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = match &details {
        Details::Person { residence, .. } => page.of_residence(app, residence),
        Details::Staff { .. } => page,
    };
    let page = AccountPage {
        page,
        details,
        sessions,
        mark: mark_of(session)?,
        places: app.laws.places(),
        form,
    };
    html(status, &page)
}

pub(super) fn mark_of(session: &Session) -> AppResult<String> {
    Ok(session.get(MARK)?.unwrap_or_default())
}
