//! Admins look after staff.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::guard::Admin;
use super::members::{self, NewMember};
use super::model::{Role, StaffRow};
use super::pages::AppCode;
use super::queries::{must_be_email, normal_email};
use super::{codes, queries, second_factor};
use crate::app::App;
use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::web::{Form, Page, html, paging, see_other_saying};

const INDEX: &str = "/staff/members";

/// A staff member to add, as typed.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct TypedMember {
    #[validate(custom(function = "must_be_email"))]
    email: String,
    #[validate(length(
        min = 1,
        max = 100,
        message = "Enter a name of at most 100 characters."
    ))]
    name: String,
    #[serde(default)]
    role: String,
}

/// Another role, as chosen.
#[derive(Debug, Deserialize)]
pub struct NewRole {
    #[serde(default)]
    role: String,
}

/// The page on which an admin confirms by their own second factor that it is they who take one away.
#[derive(Template)]
#[template(path = "accounts/staff/reset.html")]
struct ResetPage {
    page: Page,
    member: StaffRow,
    is_own: bool,
    form: Form<()>,
}

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub struct After {
    #[serde(default)]
    after: i64,
}

#[derive(Template)]
#[template(path = "accounts/staff/members.html")]
struct MembersPage {
    page: Page,
    members: Vec<StaffRow>,
    first: Option<String>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "accounts/staff/new_member.html")]
struct NewMemberPage {
    page: Page,
    form: Form<TypedMember>,
    roles: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "accounts/staff/member.html")]
struct MemberPage {
    page: Page,
    member: StaffRow,
    form: Form<()>,
    roles: Vec<(String, String)>,
}

/// `GET /staff/members`
pub async fn index(
    _: Admin,
    app: App,
    page: Page,
    query: web::Query<After>,
) -> AppResult<HttpResponse> {
    let after = query.after;
    let found = app
        .db
        .read(move |conn| Ok(members::list_after(conn, after)?));
    let mut members = found.await?;
    let last = paging::cut(&mut members, members::PAGE);
    let page = MembersPage {
        page,
        more: last.map(|member| format!("{INDEX}?after={}", member.id)),
        first: (after > 0).then(|| INDEX.to_owned()),
        members,
    };
    html(StatusCode::OK, &page)
}

/// `GET /staff/members/new`
pub async fn new(_: Admin, page: Page) -> AppResult<HttpResponse> {
    show_new(StatusCode::OK, page, Form::default())
}

/// `POST /staff/members/new`
pub async fn add(
    admin: Admin,
    app: App,
    session: Session,
    page: Page,
    form: web::Form<TypedMember>,
) -> AppResult<HttpResponse> {
    let typed = form.into_inner();
    let tidy = TypedMember {
        email: normal_email(&typed.email),
        name: typed.name.trim().to_owned(),
        ..typed
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let typed = match Form::check(tidy) {
        Ok(typed) => typed,
        Err(form) => return show_new(refused, page, form),
    };
    let Ok(role) = typed.role.parse() else {
        let form = Form::new(typed).refuse("role", "Choose a role.");
        return show_new(refused, page, form);
    };
    let new = NewMember {
        email: typed.email.clone(),
        name: typed.name.clone(),
        role,
        totp_secret: None,
    };
    let (own, by, now) = (app.clone(), admin.id, app.clock.now());
    let is_new = app
        .db
        .write(move |conn| members::add_and_welcome(&own, conn, Actor::Staff(by), &new, now));
    if !is_new.await? {
        let sentence = "There is a staff member with this address already.";
        return show_new(refused, page, Form::new(typed).refuse("email", sentence));
    }
    app.wake.notify_one();
    let text = format!("{} can now sign in.", typed.name);
    see_other_saying(&session, text, INDEX)
}

/// `GET /staff/members/{id}`
pub async fn show(_: Admin, app: App, page: Page, id: web::Path<i64>) -> AppResult<HttpResponse> {
    show_member(StatusCode::OK, &app, page, *id, Form::new(())).await
}

async fn show_member(
    status: StatusCode,
    app: &App,
    page: Page,
    id: i64,
    form: Form<()>,
) -> AppResult<HttpResponse> {
    let found = app.db.read(move |conn| Ok(members::find(conn, id)?));
    let page = MemberPage {
        page,
        member: found.await?,
        form,
        roles: roles(),
    };
    html(status, &page)
}

/// `POST /staff/members/{id}/role`
pub async fn change_role(
    admin: Admin,
    app: App,
    page: Page,
    session: Session,
    id: web::Path<i64>,
    form: web::Form<NewRole>,
) -> AppResult<HttpResponse> {
    let Ok(role) = form.role.parse::<Role>() else {
        let form = Form::new(()).refuse("role", "Choose one of the roles that stand here.");
        return show_member(StatusCode::UNPROCESSABLE_ENTITY, &app, page, *id, form).await;
    };
    change(
        &app,
        &session,
        &admin,
        *id,
        "The role has changed.",
        move |conn, by, id, now| members::change_role(conn, by, id, role, now),
    )
    .await
}

/// `POST /staff/members/{id}/disable`
pub async fn disable(
    admin: Admin,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let done = "From now on they cannot sign in.";
    change(&app, &session, &admin, *id, done, members::disable).await
}

/// `POST /staff/members/{id}/enable`
pub async fn enable(
    admin: Admin,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    change(
        &app,
        &session,
        &admin,
        *id,
        "They can sign in again.",
        members::enable,
    )
    .await
}

/// `GET /staff/members/{id}/reset-second-factor`
pub async fn ask_to_reset(
    admin: Admin,
    app: App,
    page: Page,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    show_reset(StatusCode::OK, &app, page, (&admin, *id), Form::new(())).await
}

async fn show_reset(
    status: StatusCode,
    app: &App,
    page: Page,
    (admin, id): (&Admin, i64),
    form: Form<()>,
) -> AppResult<HttpResponse> {
    let found = app.db.read(move |conn| Ok(members::find(conn, id)?));
    let page = ResetPage {
        page,
        member: found.await?,
        is_own: admin.id == id,
        form,
    };
    html(status, &page)
}

/// `POST /staff/members/{id}/reset-second-factor`: whoever has an admin's session alone cannot take a second factor
/// away, neither the admin's own nor another's.
pub async fn reset_second_factor(
    admin: Admin,
    app: App,
    page: Page,
    session: Session,
    id: web::Path<i64>,
    form: web::Form<AppCode>,
) -> AppResult<HttpResponse> {
    if let Some(fault) = fault_of_code(&app, &admin, form.into_inner().code).await? {
        let form = Form::new(()).refuse("code", fault);
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        return show_reset(refused, &app, page, (&admin, *id), form).await;
    }
    let done = "They will set up a new second factor when they next sign in.";
    change(
        &app,
        &session,
        &admin,
        *id,
        done,
        members::reset_second_factor,
    )
    .await
}

/// What is wrong with the code that an admin typed; none where it is the one that their app shows.
async fn fault_of_code(app: &App, admin: &Admin, typed: String) -> AppResult<Option<&'static str>> {
    if let Some(slip) = codes::slip(&typed) {
        return Ok(Some(slip));
    }
    let (own, id, now) = (app.clone(), admin.id, app.clock.now());
    let shown = app.db.write(move |conn| {
        let row = queries::find_active_staff_by_id(conn, id)?;
        let row = row.ok_or(AppError::SignInRequired)?;
        second_factor::check(&own, conn, &row, &typed, now)
    });
    let is_wrong = shown.await?.is_none();
    Ok(is_wrong.then_some("This is not the code that your app shows now."))
}

/// One change to one member, with its words for the next page.
async fn change(
    app: &App,
    session: &Session,
    admin: &Admin,
    id: i64,
    done: &str,
    work: impl FnOnce(&mut AnyConnection, Actor<'_>, i64, NaiveDateTime) -> AppResult<()>
    + Send
    + 'static,
) -> AppResult<HttpResponse> {
    let (by, now) = (admin.id, app.clock.now());
    app.db
        .write(move |conn| work(conn, Actor::Staff(by), id, now))
        .await?;
    see_other_saying(session, done, &format!("{INDEX}/{id}"))
}

fn show_new(status: StatusCode, page: Page, form: Form<TypedMember>) -> AppResult<HttpResponse> {
    let roles = roles();
    html(status, &NewMemberPage { page, form, roles })
}

fn roles() -> Vec<(String, String)> {
    let words = |role: &Role| (role.to_string(), role.in_words().to_owned());
    Role::ALL.iter().map(words).collect()
}
