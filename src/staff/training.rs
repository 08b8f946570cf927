//! What whoever handles requests must know (11 CCR 7100), and who has said to have read it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::queries::list_staff;
use crate::accounts::guard::StaffMember;
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::schema::training_acknowledgements as acknowledgements;
use crate::db::{AnyConnection, both};
use crate::error::AppResult;
use crate::web::{Form, Page, html, see_other_saying};

/// The version of the text. Who has read another one has to read this one.
pub const VERSION: &str = "2026-11";

/// When a member said to have read the text as it is now.
pub fn read_at(conn: &mut AnyConnection, staff_id: i64) -> QueryResult<Option<NaiveDateTime>> {
    acknowledgements::table
        .filter(acknowledgements::version.eq(VERSION))
        .filter(acknowledgements::staff_id.eq(staff_id))
        .select(acknowledgements::at)
        .first(conn)
        .optional()
}

#[derive(Template)]
#[template(path = "staff/training.html")]
struct TrainingPage {
    page: Page,
    form: Form<()>,
    read_at: Option<NaiveDateTime>,
    /// Name and time of everybody, for those who oversee.
    members: Vec<(String, Option<NaiveDateTime>)>,
}

/// The text, and who has read it.
pub async fn show(member: StaffMember, app: App, page: Page) -> AppResult<HttpResponse> {
    render(&app, member, page, Form::new(())).await
}

async fn render(
    app: &App,
    member: StaffMember,
    page: Page,
    form: Form<()>,
) -> AppResult<HttpResponse> {
    let found = app.db.read(move |conn| {
        let times: Vec<(i64, NaiveDateTime)> = acknowledgements::table
            .filter(acknowledgements::version.eq(VERSION))
            .select((acknowledgements::staff_id, acknowledgements::at))
            .load(conn)?;
        let at = |id: i64| times.iter().find(|(one, _)| *one == id).map(|(_, at)| *at);
        let staff = list_staff(conn)?;
        let active = staff.into_iter().filter(|it| it.disabled_at.is_none());
        let everybody: Vec<_> = active.map(|it| (it.name, at(it.id))).collect();
        let may_see = member.role != Role::Agent;
        Ok((at(member.id), if may_see { everybody } else { Vec::new() }))
    });
    let (read_at, members) = found.await?;
    let status = if form.has_errors() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let training = TrainingPage {
        page,
        form,
        read_at,
        members,
    };
    html(status, &training)
}

/// What a member says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said {
    understood: String,
}

/// Notes that the member has read it, once.
pub async fn acknowledge(
    member: StaffMember,
    app: App,
    page: Page,
    session: Session,
    said: web::Form<Said>,
) -> AppResult<HttpResponse> {
    if said.understood != "true" {
        let form = Form::new(()).refuse("understood", "Tick the box when you have read it all.");
        return render(&app, member, page, form).await;
    }
    let now = app.clock.now();
    let noted = app.db.write(move |conn| {
        let said = (
            acknowledgements::staff_id.eq(member.id),
            acknowledgements::version.eq(VERSION),
            acknowledgements::at.eq(now),
        );
        // What is said twice, also at the same moment, is said once.
        let written = both!(conn, |conn| {
            diesel::insert_into(acknowledgements::table)
                .values(said)
                .on_conflict_do_nothing()
                .execute(conn)
        })?;
        if written == 0 {
            return Ok(());
        }
        let actor = Actor::Staff(member.id);
        let event = Event {
            actor,
            action: "training.acknowledged",
            person: None,
            object: &actor.to_string(),
            detail: json!({ "version": VERSION }),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    noted.await?;
    see_other_saying(
        &session,
        "It is noted that you have read it.",
        "/staff/training",
    )
}
