//! Admins look after the sites that pages lead to.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::model::{NewSite, Site};
use super::queries;
use crate::accounts::guard::Admin;
use crate::app::App;
use crate::audit::Actor;
use crate::error::AppResult;
use crate::web::{Form, Page, html, paging, see_other_saying};

const INDEX: &str = "/staff/sites";

/// So many stand on a page.
const PER_PAGE: usize = 50;

const LONGEST: usize = 200;

/// A site as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedSite {
    host: String,
    name: String,
    policy_url: String,
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    after: String,
}

#[derive(Template)]
#[template(path = "leaving/sites.html")]
struct SitesPage {
    page: Page,
    sites: Vec<Site>,
    first: Option<&'static str>,
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "leaving/site.html")]
struct SitePage {
    page: Page,
    form: Form<TypedSite>,
    /// None for a new one.
    site: Option<Site>,
}

/// The sites that are known.
pub async fn index(
    _: Admin,
    app: App,
    page: Page,
    place: web::Query<After>,
) -> AppResult<HttpResponse> {
    let after = place.into_inner().after;
    let first = (!after.is_empty()).then_some(INDEX);
    let limit = paging::one_more(PER_PAGE);
    let found = app
        .db
        .read(move |conn| Ok(queries::list_after(conn, &after, limit)?));
    let mut sites = found.await?;
    let last = paging::cut(&mut sites, PER_PAGE);
    let shown = SitesPage {
        page,
        first,
        more: last.map(|it| format!("{INDEX}?after={}", it.host)),
        sites,
    };
    html(StatusCode::OK, &shown)
}

/// The form of a new one.
pub async fn new(_: Admin, page: Page) -> AppResult<HttpResponse> {
    show_form(StatusCode::OK, page, Form::default(), None)
}

/// Adds one.
pub async fn add(
    admin: Admin,
    app: App,
    session: Session,
    page: Page,
    typed: web::Form<TypedSite>,
) -> AppResult<HttpResponse> {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let (new, typed) = match check(typed.into_inner()) {
        Ok(good) => good,
        Err(form) => return show_form(refused, page, form, None),
    };
    let (by, now) = (admin.id, app.clock.now());
    let is_new = app
        .db
        .write(move |conn| queries::add(conn, Actor::Staff(by), &new, now));
    if !is_new.await? {
        return show_form(refused, page, taken(typed), None);
    }
    see_other_saying(&session, "The site is added.", INDEX)
}

/// The form of one that is known.
pub async fn show(_: Admin, app: App, page: Page, id: web::Path<i64>) -> AppResult<HttpResponse> {
    let found = app.db.read(move |conn| Ok(queries::find(conn, *id)?));
    let site = found.await?;
    let form = Form::new(TypedSite {
        host: site.host.clone(),
        name: site.name.clone(),
        policy_url: site.policy_url.clone(),
    });
    show_form(StatusCode::OK, page, form, Some(site))
}

/// Changes one.
pub async fn change(
    admin: Admin,
    app: App,
    session: Session,
    page: Page,
    id: web::Path<i64>,
    typed: web::Form<TypedSite>,
) -> AppResult<HttpResponse> {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let old = app.db.read(move |conn| Ok(queries::find(conn, *id)?));
    let old = old.await?;
    let (new, typed) = match check(typed.into_inner()) {
        Ok(good) => good,
        Err(form) => return show_form(refused, page, form, Some(old)),
    };
    let (by, now, as_read) = (admin.id, app.clock.now(), old.clone());
    let is_free = app
        .db
        .write(move |conn| queries::change(conn, Actor::Staff(by), &as_read, &new, now));
    if !is_free.await? {
        return show_form(refused, page, taken(typed), Some(old));
    }
    see_other_saying(&session, "The site is changed.", INDEX)
}

/// Removes one: the page before it then says that it is not known.
pub async fn remove(
    admin: Admin,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (by, now) = (admin.id, app.clock.now());
    let removed = app
        .db
        .write(move |conn| queries::remove(conn, Actor::Staff(by), *id, now));
    removed.await?;
    see_other_saying(&session, "The site is removed.", INDEX)
}

fn check(typed: TypedSite) -> Result<(NewSite, TypedSite), Form<TypedSite>> {
    let name = typed.name.trim().to_owned();
    let host = NewSite::host(typed.host.trim()).filter(|it| it.len() <= LONGEST);
    let policy_url = NewSite::policy_url(typed.policy_url.trim());
    let policy_url = policy_url.filter(|it| it.len() <= 2 * LONGEST);
    let is_named = !name.is_empty() && name.chars().count() <= LONGEST;
    match (host, policy_url) {
        (Some(host), Some(policy_url)) if is_named => {
            let new = NewSite {
                host,
                name,
                policy_url,
            };
            Ok((new, typed))
        }
        (host, policy_url) => Err(Form::new(typed).refuse_where([
            (
                host.is_none(),
                "host",
                "Enter the host alone, such as example.com.",
            ),
            (
                !is_named,
                "name",
                "Enter who runs the site, in at most 200 characters.",
            ),
            (
                policy_url.is_none(),
                "policy_url",
                "Enter the address of its privacy policy, which begins with https://.",
            ),
        ])),
    }
}

fn taken(typed: TypedSite) -> Form<TypedSite> {
    Form::new(typed).refuse("host", "This host is in the list already.")
}

fn show_form(
    status: StatusCode,
    page: Page,
    form: Form<TypedSite>,
    site: Option<Site>,
) -> AppResult<HttpResponse> {
    html(status, &SitePage { page, form, site })
}
