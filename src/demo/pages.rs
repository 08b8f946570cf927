//! The pages of a demonstration. No other command registers their routes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType, X_FRAME_OPTIONS};
use actix_web::web::{Path, Query};
use askama::Template;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;

use super::cast::{self, CastMember};
use super::mailbox::{self, MailEntry, SentMail, Wanted};
use crate::app::App;
use crate::error::AppResult;
use crate::web::{Page, html, paging};

const MAILS_ON_A_PAGE: usize = 20;
const MAILS_IN_JSON: i64 = 1_000;

#[derive(Template)]
#[template(path = "demo/who.html")]
struct WhoPage {
    page: Page,
    people: Vec<CastMember>,
    staff: Vec<CastMember>,
}

#[derive(Template)]
#[template(path = "demo/mailbox.html")]
struct MailboxPage {
    page: Page,
    mails: Vec<SentMail>,
    to: String,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "demo/mail.html")]
struct MailPage {
    page: Page,
    mail: SentMail,
}

/// Who can sign in, and what is special about them.
pub async fn who(app: App, page: Page) -> AppResult<HttpResponse> {
    let (people, staff) = load(app)
        .await?
        .into_iter()
        .partition(CastMember::is_person);
    html(
        StatusCode::OK,
        &WhoPage {
            page,
            people,
            staff,
        },
    )
}

/// The same for scripts.
pub async fn people_json(app: App) -> AppResult<HttpResponse> {
    Ok(HttpResponse::Ok().json(load(app).await?))
}

async fn load(app: App) -> AppResult<Vec<CastMember>> {
    let (keys, now) = (app.keys.clone(), app.clock.now());
    app.db.read(move |conn| cast::list(conn, &keys, now)).await
}

/// The sent mails, newest first.
pub async fn mailbox(app: App, page: Page, wanted: Query<Wanted>) -> AppResult<HttpResponse> {
    let to = wanted.to.clone();
    let at_most = paging::one_more(MAILS_ON_A_PAGE);
    let work = move |conn: &mut _| Ok(mailbox::list(conn, &wanted, at_most)?);
    let mut mails = app.db.read(work).await?;
    let last = paging::cut(&mut mails, MAILS_ON_A_PAGE);
    let older = last.map(|last| older_than(last.id, &to));
    html(
        StatusCode::OK,
        &MailboxPage {
            page,
            mails,
            to,
            older,
        },
    )
}

fn older_than(id: i64, to: &str) -> String {
    let mut query = Serializer::new(String::from("/demo/mailbox?"));
    query.append_pair("before", &id.to_string());
    if !to.is_empty() {
        query.append_pair("to", to);
    }
    query.finish()
}

/// The newest 1,000 sent mails for scripts; `?to=` and `?before=` as on the page.
pub async fn mailbox_json(app: App, wanted: Query<Wanted>) -> AppResult<HttpResponse> {
    let mails = app
        .db
        .read(move |conn| Ok(mailbox::list(conn, &wanted, MAILS_IN_JSON)?))
        .await?;
    let entries: Vec<MailEntry> = mails.into_iter().map(MailEntry::from).collect();
    Ok(HttpResponse::Ok().json(entries))
}

/// One mail, as HTML and as text.
pub async fn mail(app: App, page: Page, id: Path<i64>) -> AppResult<HttpResponse> {
    let mail = app
        .db
        .read(move |conn| Ok(mailbox::find(conn, *id)?))
        .await?;
    html(StatusCode::OK, &MailPage { page, mail })
}

/// The HTML part of a mail, as a page in a frame: it may show its own style and be followed, nothing else.
pub async fn mail_html(app: App, id: Path<i64>) -> AppResult<HttpResponse> {
    let mail = app
        .db
        .read(move |conn| Ok(mailbox::find(conn, *id)?))
        .await?;
    let style = mail.style().map_or("'none'".to_owned(), |style| {
        format!("'sha256-{}'", BASE64.encode(&Sha256::digest(style)))
    });
    let policy = format!(
        "default-src 'none'; style-src {style}; frame-ancestors 'self'; \
         sandbox allow-top-navigation-by-user-activation"
    );
    // Links open in the whole window, not in the frame.
    let body = mail
        .body_html
        .replacen("<head>", "<head><base target=\"_top\">", 1);
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((X_FRAME_OPTIONS, "SAMEORIGIN"))
        .body(body))
}
