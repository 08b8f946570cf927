//! The person asks for the package, and downloads it.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde_json::json;

use super::model::{Download, Package, State};
use super::{asking, chunks, queries};
use crate::accounts::guard::{FreshPerson, Person};
use crate::accounts::limits::Limit;
use crate::accounts::queries::find_residence;
use crate::accounts::session_store::DEVICE;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};
use crate::manual::standing::{self, Standings};
use crate::my_data::period::{Period, said};
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, html, see_other, words};

/// So many may be made in a day for one person: each reads every source, and is kept for a week.
const PACKAGES: Limit = Limit {
    purpose: "packages",
    max: 10,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

struct PackageLine {
    package: Package,
    downloads: Vec<Download>,
    can_download: bool,
}

#[derive(Template)]
#[template(path = "data/export.html")]
struct ExportPage {
    page: Page,
    form: Form<Period>,
    lines: Vec<PackageLine>,
    standings: Standings,
}

impl PackageLine {
    fn period(&self) -> String {
        said(self.package.dates())
    }
}

/// The person's packages, and the form to ask for one.
pub async fn index(person: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    show(&app, &person, page, Form::default(), StatusCode::OK).await
}

async fn show(
    app: &App,
    person: &Person,
    page: Page,
    form: Form<Period>,
    status: StatusCode,
) -> AppResult<HttpResponse> {
    let (person_id, now, own) = (person.id, app.clock.now(), app.clone());
    let lines = app.db.read(move |conn| {
        let packages = queries::list_for_person(conn, person_id)?;
        let downloads = queries::list_downloads(conn, &packages)?;
        let of = |package: &Package| {
            downloads
                .iter()
                .filter(|it| it.package_id == package.id)
                .cloned()
                .collect()
        };
        let lines = packages.into_iter().map(|package| PackageLine {
            downloads: of(&package),
            can_download: package.is_downloadable(now),
            package,
        });
        let standings = standing::of_person_in(conn, &own, person_id)?;
        let residence = find_residence(conn, person_id)?;
        Ok((lines.collect(), standings, residence))
    });
    let (lines, standings, residence) = lines.await?;
    let page = page.of_residence(app, &residence);
    let shown = ExportPage {
        page,
        form,
        lines,
        standings,
    };
    html(status, &shown)
}

/// Asks for a package: the row, the event and the job in one transaction.
pub async fn ask(
    person: FreshPerson,
    app: App,
    page: Page,
    session: Session,
    form: web::Form<Period>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let typed = form.into_inner();
    let dates = match typed.dates(now.date()) {
        Ok(dates) => dates,
        Err((field, sentence)) => {
            let form = Form::new(typed).refuse(field, sentence);
            return show(&app, &person, page, form, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let (id, pseudonym) = (person.id, person.pseudonym.clone());
    let own = app.clone();
    let asked = app.db.write(move |conn| {
        // Counted first: who waits for this row does not ask for a second one at the same moment.
        PACKAGES.take(&own, conn, &id.to_string(), now)?;
        let detail = json!({ "from": dates.from, "to": dates.to });
        let asks = (Actor::Person(&pseudonym), detail);
        asking::ask(conn, (id, &pseudonym), dates, asks, now)
    });
    if asked.await? {
        app.wake.notify_one();
        Flash::leave(
            &session,
            FlashKind::Success,
            "We are making your package. You get a mail when it is ready.",
        )?;
    } else {
        Flash::leave(
            &session,
            FlashKind::Notice,
            "A package is being made already. You get a mail when it is ready.",
        )?;
    }
    Ok(see_other("/data/export"))
}

/// Hands out the package, chunk by chunk, and keeps the download on record.
pub async fn download(
    person: FreshPerson,
    app: App,
    session: Session,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let device: String = session.get(DEVICE)?.unwrap_or_default();
    let (id, pseudonym, reference) = (person.id, person.pseudonym.clone(), path.into_inner());
    let package = app.db.write(move |conn| {
        let package = queries::find_for_person(conn, id, &reference)?;
        if !package.is_downloadable(now) {
            return Err(AppError::NotFound);
        }
        queries::record_download(conn, package.id, &device, now)?;
        let event = Event {
            actor: Actor::Person(&pseudonym),
            action: "export.downloaded",
            person: Some(&pseudonym),
            object: &package.reference,
            detail: json!({ "sha256": package.sha256 }),
        };
        audit::record(conn, &event, now)?;
        Ok((package, find_residence(conn, id)?))
    });
    let (package, residence) = package.await?;
    let name = format!("my-data-{}.zip", app.laws.day_in(&residence, now));
    Ok(chunks::hand_out(app, package.id, &name))
}
