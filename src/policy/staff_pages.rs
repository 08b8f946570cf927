//! Publishing a version in the browser: write, look at it, publish.

use actix_multipart::form::MultipartForm;
use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::NaiveDate;

use super::cache::{self, Compared};
use super::comparison::Change;
use super::form::{NewVersion, Typed};
use super::model::{History, PolicyVersion};
use super::text::Text;
use super::{Draft, Fault, announce, promises, queries, reviews};
use crate::accounts::guard::Admin;
use crate::app::App;
use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::web::{Form, Page, html, see_other_saying, words};

#[derive(Template)]
#[template(path = "policy/staff/index.html")]
struct IndexPage {
    page: Page,
    today: NaiveDate,
    history: History,
    announcements: Vec<announce::Announcement>,
    review: Option<reviews::Standing>,
    /// Each version that counts, with what it and the register do not say alike.
    promises: Vec<(PolicyVersion, Vec<String>)>,
}

impl IndexPage {
    fn announcement(&self, version: &PolicyVersion) -> Option<&announce::Announcement> {
        self.announcements
            .iter()
            .find(|it| it.version_id == version.id)
    }
}

#[derive(Template)]
#[template(path = "policy/staff/edit.html")]
struct EditPage {
    page: Page,
    form: Form<Typed>,
    /// What the text and the register do not say alike.
    promises: Vec<String>,
}

impl EditPage {
    fn new(app: &App, page: Page, form: Form<Typed>) -> Self {
        let body = &form.values.body;
        let promises = match body.trim() {
            "" => Vec::new(),
            _ => promises::faults(&app.register, &Text::read(body)),
        };
        EditPage {
            page,
            form,
            promises,
        }
    }
}

#[derive(Template)]
#[template(path = "policy/staff/preview.html")]
struct PreviewPage {
    page: Page,
    draft: Draft,
    preview: Preview,
}

/// All versions, and how far each has been told.
pub async fn index(_: Admin, app: App, page: Page) -> AppResult<HttpResponse> {
    let (now, register) = (app.clock.now(), app.register.clone());
    let today = now.date();
    let found = app.db.read(move |conn| {
        let history = queries::history(conn)?;
        let mut kept = Vec::new();
        for version in history.to_check(today) {
            let text = cache::text(conn, version)?;
            kept.push((version.clone(), promises::faults(&register, &text)));
        }
        Ok(IndexPage {
            page,
            today,
            announcements: announce::list(conn)?,
            review: reviews::standing(conn, now)?,
            promises: kept,
            history,
        })
    });
    html(StatusCode::OK, &found.await?)
}

/// The form, with the newest text to begin with.
pub async fn new(_: Admin, app: App, page: Page) -> AppResult<HttpResponse> {
    let newest = app.db.read(|conn| {
        let history = queries::history(conn)?;
        let Some(newest) = history.versions().first() else {
            return Ok(Typed::default());
        };
        Ok(Typed {
            title: newest.title.clone(),
            body: queries::body(conn, newest.id)?,
            ..Typed::default()
        })
    });
    let form = Form::new(newest.await?);
    html(StatusCode::OK, &EditPage::new(&app, page, form))
}

/// The form again, as it was typed.
pub async fn edit(
    _: Admin,
    app: App,
    page: Page,
    new: MultipartForm<NewVersion>,
) -> AppResult<HttpResponse> {
    let (typed, _) = new.into_inner().read();
    let form = Form::new(typed);
    html(StatusCode::OK, &EditPage::new(&app, page, form))
}

/// The version as people would see it, and how many would be told. Nothing is kept yet.
pub async fn preview(
    _: Admin,
    app: App,
    page: Page,
    new: MultipartForm<NewVersion>,
) -> AppResult<HttpResponse> {
    let (typed, draft) = new.into_inner().read();
    let draft = match draft {
        Ok(draft) => draft,
        Err(faults) => return refuse(&app, page, typed, faults),
    };
    let (own, kept) = (app.clone(), draft.clone());
    let seen = app.db.read(move |conn| look_at(conn, &own, &kept));
    match seen.await? {
        Ok(preview) => html(
            StatusCode::OK,
            &PreviewPage {
                page,
                draft,
                preview,
            },
        ),
        Err(faults) => refuse(&app, page, typed, faults),
    }
}

/// Publishes the version.
pub async fn publish(
    admin: Admin,
    app: App,
    page: Page,
    session: Session,
    new: MultipartForm<NewVersion>,
) -> AppResult<HttpResponse> {
    let (typed, draft) = new.into_inner().read();
    let draft = match draft {
        Ok(draft) => draft,
        Err(faults) => return refuse(&app, page, typed, faults),
    };
    let now = app.clock.now();
    let published = app
        .db
        .write(move |conn| super::publish(conn, &draft, Actor::Staff(admin.id), now));
    match published.await? {
        Ok(version) => {
            app.wake.notify_one();
            let text = format!(
                "Version {} is published. People are being told by mail.",
                version.version
            );
            see_other_saying(&session, text, "/staff/policy")
        }
        Err(faults) => refuse(&app, page, typed, faults),
    }
}

fn refuse(app: &App, page: Page, typed: Typed, faults: Vec<Fault>) -> AppResult<HttpResponse> {
    let form = faults.into_iter().fold(Form::new(typed), |form, fault| {
        form.refuse(fault.field, fault.to_string())
    });
    let page = EditPage::new(app, page, form);
    html(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What is shown of a draft before it is published.
struct Preview {
    text: Text,
    /// The version that it would replace.
    before: Option<(PolicyVersion, Compared)>,
    people: i64,
    /// What it and the register do not say alike.
    promises: Vec<String>,
}

fn look_at(
    conn: &mut AnyConnection,
    app: &App,
    draft: &Draft,
) -> AppResult<Result<Preview, Vec<Fault>>> {
    let faults = super::publish::faults(conn, draft, app.clock.today())?;
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let text = Text::read(&draft.body);
    let history = queries::history(conn)?;
    let before = match history.current(draft.effective_on) {
        Some(before) => {
            let compared = Compared::of(&*cache::text(conn, before)?, &text)?;
            Some((before.clone(), compared))
        }
        None => None,
    };
    let people = announce::count_people(conn)?;
    Ok(Ok(Preview {
        promises: promises::faults(&app.register, &text),
        text,
        before,
        people,
    }))
}
