//! What was disclosed though the person had stopped it, for staff: by recipient and day, and line by line. Whose data it
//! was nobody can tell from here; by the key of a line the company's own systems can.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::alarms;
use super::model::{Alarm, Disclosure, role};
use crate::accounts::guard::CaseReader;
use crate::app::App;
use crate::error::AppResult;
use crate::register::Register;
use crate::web::paging::Before;
use crate::web::{Page, html, paging, words};

const INDEX: &str = "/staff/disclosures";
const ON_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "disclosures/alarms.html")]
struct AlarmsPage<'a> {
    page: Page,
    register: &'a Register,
    alarms: Vec<Alarm>,
    newer: Option<&'static str>,
    older: Option<String>,
}

/// Each recipient and day on which something was recorded that should not have been, newest first.
pub async fn index(
    _: CaseReader,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let found = from
        .page(&app, (INDEX, ON_A_PAGE), alarms::list, |it| it.id)
        .await?;
    let shown = AlarmsPage {
        page,
        register: &app.register,
        older: found.older,
        newer: found.newer,
        alarms: found.rows,
    };
    html(StatusCode::OK, &shown)
}

#[derive(Template)]
#[template(path = "disclosures/alarm.html")]
struct AlarmPage<'a> {
    page: Page,
    register: &'a Register,
    alarm: Alarm,
    lines: Vec<(Disclosure, String)>,
    newer: Option<String>,
    older: Option<String>,
}

impl AlarmPage<'_> {
    fn role(&self, line: &Disclosure) -> &'static str {
        role(self.register, line.kind, &line.recipient)
    }
}

/// The lines of one recipient and day.
pub async fn show(
    _: CaseReader,
    app: App,
    page: Page,
    id: web::Path<i64>,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let (id, before) = (id.into_inner(), from.before);
    let at_most = paging::one_more(ON_A_PAGE);
    let found = app.db.read(move |conn| {
        let alarm = alarms::find(conn, id)?;
        Ok((alarm, alarms::list_lines(conn, id, before, at_most)?))
    });
    let (alarm, mut lines) = found.await?;
    let last = paging::cut(&mut lines, ON_A_PAGE);
    let shown = AlarmPage {
        page,
        register: &app.register,
        older: last.map(|(it, _)| format!("{INDEX}/{id}?before={}", it.id)),
        newer: before.map(|_| format!("{INDEX}/{id}")),
        alarm,
        lines,
    };
    html(StatusCode::OK, &shown)
}
