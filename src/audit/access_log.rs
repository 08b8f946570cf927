//! Who of the staff looked at what of one's own.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::views::{self, Seen, View};
use crate::accounts::guard::Person;
use crate::accounts::model::Role;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::error::AppResult;
use crate::web::paging::Before;
use crate::web::{Page, html, paging};

const ON_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "accounts/access_log.html")]
struct AccessLogPage {
    page: Page,
    views: Vec<View>,
    newer: Option<&'static str>,
    older: Option<String>,
}

impl AccessLogPage {
    fn what(view: &View) -> &'static str {
        let seen: Option<Seen> = view.detail("what").parse().ok();
        seen.map_or("Something of yours", Seen::in_words)
    }

    /// In which role; people do not learn the name.
    fn who(view: &View) -> &'static str {
        match view.detail("role").parse() {
            Ok(Role::Agent) => "Somebody of our privacy team",
            Ok(Role::Supervisor) => "A supervisor of our privacy team",
            Ok(Role::Auditor) => "Somebody who checks our work (auditor)",
            Ok(Role::Admin) => "An administrator of this portal",
            Err(_) => "A member of our staff",
        }
    }
}

/// `GET /account/access-log`
pub async fn show(
    person: Person,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let before = from.before;
    let found = app.db.read(move |conn| {
        let at_most = paging::one_more(ON_A_PAGE);
        let views = views::list_of_person(conn, &person.pseudonym, before, at_most)?;
        Ok((views, find_residence(conn, person.id)?))
    });
    let (mut views, residence) = found.await?;
    let page = page.of_residence(&app, &residence);
    let last = paging::cut(&mut views, ON_A_PAGE);
    let log = AccessLogPage {
        page,
        older: last.map(|it| format!("/account/access-log?before={}", it.id)),
        newer: before.map(|_| "/account/access-log"),
        views,
    };
    html(StatusCode::OK, &log)
}
