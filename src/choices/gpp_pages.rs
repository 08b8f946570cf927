//! A small script for the organisation's own site: it answers `__gpp` with the choices of the account or browser.

use actix_session::SessionExt;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use super::browser::Browser;
use super::defaults::Defaults;
use super::gpp::{SECTION, Usca};
use super::refusable::{LIMIT_SENSITIVE, SALE_OR_SHARING};
use super::settings::stands;
use super::signal::is_overridden;
use super::standing;
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::web::signal;

#[derive(Template)]
#[template(path = "choices/gpp.js", escape = "none")]
struct Script {
    /// JSON.
    answer: String,
}

/// The script. Like pages of the same site, it comes with the cookies; other sites get the choices of nobody.
pub async fn script(
    person: Option<Person>,
    app: App,
    request: HttpRequest,
) -> AppResult<HttpResponse> {
    let signal = signal::is_on(request.headers());
    let browser = Browser::of(&request, &app.keys);
    let refused = |key| browser.as_ref().is_some_and(|it| it.has_opted_out_of(key));
    let mut usca = Usca {
        opted_out: signal || refused(SALE_OR_SHARING),
        limited: refused(LIMIT_SENSITIVE),
        signal,
        minor: false,
    };
    if let Some(person) = person {
        let read = app
            .db
            .read(move |conn| Ok(standing::of_person(conn, person.id)?));
        let standing = read.await?;
        let all = stands(
            &app.register,
            &standing.current,
            Defaults::of(&app, &standing),
        );
        // What this browser chose has joined the account, where it may have been allowed since.
        let of_account = Usca::of(&all, standing.is_minor(app.clock.today()));
        let is_followed = signal && !is_overridden(&request.get_session())?;
        usca = Usca {
            opted_out: of_account.opted_out || is_followed,
            signal,
            ..of_account
        };
    }
    let answer = json!({
        "gppVersion": "1.1",
        "cmpStatus": "loaded",
        "cmpDisplayStatus": "disabled",
        "signalStatus": "ready",
        "supportedAPIs": [format!("{SECTION}:usca")],
        "cmpId": 0,
        "sectionList": [SECTION],
        "applicableSections": [SECTION],
        "gppString": usca.to_string(),
        "parsedSections": { "usca": usca.parsed() },
    });
    let script = Script {
        answer: answer.to_string(),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-site"))
        .body(script.render()?))
}
