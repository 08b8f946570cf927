//! Mails that did not go out, for staff.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::json;

use super::queries::{self, MailRow};
use crate::accounts::guard::{Mender, StaffMember};
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::Count;
use crate::error::{AppError, AppResult};
use crate::web::{Page, html, paging, see_other_saying, words};

const ON_A_PAGE: usize = 50;

/// Which mails to show.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// `waiting`, or those that were given up.
    pub show: String,
    /// Only mails older than the one with this id.
    pub before: Option<i64>,
}

impl Wanted {
    fn is_waiting(&self) -> bool {
        self.show == "waiting"
    }

    fn address(&self, before: Option<i64>) -> String {
        let show = if self.is_waiting() {
            "waiting"
        } else {
            "failed"
        };
        match before {
            None => format!("/staff/mail?show={show}"),
            Some(id) => format!("/staff/mail?show={show}&before={id}"),
        }
    }
}

#[derive(Template)]
#[template(path = "staff/mail.html")]
struct MailPage {
    page: Page,
    wanted: Wanted,
    can_retry: bool,
    failed: Count,
    waiting: Count,
    mails: Vec<MailRow>,
    newer: Option<String>,
    older: Option<String>,
}

/// Mails that were given up, or that wait, newest first.
pub async fn index(
    member: StaffMember,
    app: App,
    page: Page,
    wanted: web::Query<Wanted>,
) -> AppResult<HttpResponse> {
    let wanted = wanted.into_inner();
    let asked = wanted.clone();
    let found = app.db.read(move |conn| {
        let before = asked.before.unwrap_or(i64::MAX);
        let at_most = paging::one_more(ON_A_PAGE);
        let mails = if asked.is_waiting() {
            queries::list_waiting(conn, before, at_most)?
        } else {
            queries::list_failed(conn, before, at_most)?
        };
        let (failed, waiting) = (queries::count_failed(conn)?, queries::count_waiting(conn)?);
        Ok((mails, failed, waiting))
    });
    let (mut mails, failed, waiting) = found.await?;
    let last = paging::cut(&mut mails, ON_A_PAGE);
    let older = last.map(|mail| wanted.address(Some(mail.id)));
    let newer = wanted.before.map(|_| wanted.address(None));
    let index = MailPage {
        page,
        can_retry: member.role != Role::Auditor,
        failed,
        waiting,
        mails,
        newer,
        older,
        wanted,
    };
    html(StatusCode::OK, &index)
}

/// Lets one mail go out at once.
pub async fn retry(
    member: Mender,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (id, now) = (id.into_inner(), app.clock.now());
    let retried = app.db.write(move |conn| {
        let kind = queries::try_again(conn, id, now)?.ok_or_else(|| {
            AppError::conflict(
                "This mail has been sent, or is just being tried. Look at the list again.",
            )
        })?;
        let event = Event {
            actor: Actor::Staff(member.id),
            action: "mail.retried",
            person: None,
            object: &format!("mail {id}"),
            detail: json!({ "kind": kind }),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    retried.await?;
    app.wake.notify_one();
    let text = "The mail is being tried again. If it fails once more, it is back here in a minute.";
    see_other_saying(&session, text, "/staff/mail")
}

/// Lets all mails that were given up go out at once: after a fault of the server or the settings is mended.
pub async fn retry_all(member: Mender, app: App, session: Session) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let retried = app
        .db
        .write(move |conn| retry_all_recorded(conn, member.id, now));
    let retried = retried.await?;
    app.wake.notify_one();
    let text = match retried {
        1 => "1 mail is being tried again.".to_owned(),
        count => format!("{} mails are being tried again.", words::number(count)),
    };
    see_other_saying(&session, text, "/staff/mail")
}

fn retry_all_recorded(
    conn: &mut crate::db::AnyConnection,
    member: i64,
    now: NaiveDateTime,
) -> AppResult<usize> {
    let count = queries::try_all_again(conn, now)?;
    let event = Event {
        actor: Actor::Staff(member),
        action: "mail.retried",
        person: None,
        object: "mail",
        detail: json!({ "count": count }),
    };
    audit::record(conn, &event, now)?;
    Ok(count)
}
