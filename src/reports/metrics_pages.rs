//! The yearly figures, for those who oversee.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::json;

use super::model::{Line, Nature};
use super::queries;
use crate::accounts::guard::{Admin, Overseer};
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};
use crate::web::{Page, csv, download, html, see_other_saying, words};

/// Which year; the newest if none.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    year: Option<String>,
}

impl Wanted {
    /// Such as 2026.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for what is no year, as for a year of which nothing is on record.
    pub(super) fn year(&self) -> AppResult<Option<i32>> {
        let year = self.year.as_deref().map(str::parse).transpose();
        year.map_err(|_| AppError::NotFound)
    }
}

/// The figures of one year.
#[derive(Debug, Default)]
pub struct Report {
    /// All years, newest first.
    pub years: Vec<i32>,
    /// The one that is shown.
    pub year: i32,
    /// When it was counted.
    pub counted_at: NaiveDateTime,
    /// Nature by nature.
    pub lines: Vec<(Nature, Line)>,
}

impl Report {
    /// The widest bar of a chart.
    fn most(&self) -> i64 {
        self.lines
            .iter()
            .map(|(_, line)| line.received)
            .max()
            .unwrap_or(0)
            .max(1)
    }

    /// How wide the bar of so many is, in percent.
    pub fn percent(&self, count: &i64) -> i64 {
        count * 100 / self.most()
    }
}

/// Reads the figures of the wanted year among those that `may_show`; `None` when there are none.
pub(super) async fn read(
    app: &App,
    wanted: Option<i32>,
    may_show: impl Fn(i32) -> bool + Send + 'static,
) -> AppResult<Option<Report>> {
    let found = app.db.read(move |conn| {
        let years: Vec<_> = queries::list_years(conn)?;
        let years: Vec<_> = years
            .into_iter()
            .filter(|(year, _)| may_show(*year))
            .collect();
        let is_it = |(year, _): &&(i32, NaiveDateTime)| wanted.is_none_or(|it| it == *year);
        let Some((year, counted_at)) = years.iter().find(is_it).copied() else {
            return Ok(None);
        };
        Ok(Some(Report {
            year,
            counted_at,
            lines: queries::report(conn, year)?,
            years: years.into_iter().map(|(year, _)| year).collect(),
        }))
    });
    let found = found.await?;
    if found.is_none() && wanted.is_some() {
        return Err(AppError::NotFound);
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "reports/metrics.html")]
struct MetricsPage {
    page: Page,
    report: Option<Report>,
    is_public: bool,
    can_publish: bool,
}

/// The figures with charts.
pub async fn index(
    overseer: Overseer,
    app: App,
    page: Page,
    wanted: web::Query<Wanted>,
) -> AppResult<HttpResponse> {
    let report = read(&app, wanted.year()?, |_| true).await?;
    let is_public = app.db.read(|conn| Ok(queries::are_figures_public(conn)?));
    let metrics = MetricsPage {
        page,
        report,
        is_public: is_public.await?,
        can_publish: overseer.role == Role::Admin,
    };
    html(StatusCode::OK, &metrics)
}

/// The figures as a table for a spreadsheet.
pub async fn as_csv(_: Overseer, app: App, wanted: web::Query<Wanted>) -> AppResult<HttpResponse> {
    let report = read(&app, wanted.year()?, |_| true).await?;
    table(&report.ok_or(AppError::NotFound)?)
}

pub(super) fn table(report: &Report) -> AppResult<HttpResponse> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let head = [
        "request to",
        "received",
        "complied with in whole",
        "complied with in part",
        "denied",
        "withdrawn",
        "open",
        "median days to answer",
        "mean days to answer",
    ];
    table.write_record(head).map_err(anyhow::Error::from)?;
    for (nature, line) in &report.lines {
        let counts = [
            line.received,
            line.complied,
            line.partly,
            line.denied,
            line.withdrawn,
            line.open,
        ];
        let days = [line.median_in_words(), line.mean_in_words()];
        let cells = std::iter::once(csv::cell(nature.title()).into_owned())
            .chain(counts.iter().map(ToString::to_string))
            .chain(days);
        table.write_record(cells).map_err(anyhow::Error::from)?;
    }
    let body = table
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    let name = format!("figures-{}.csv", report.year);
    Ok(download(&name, "text/csv; charset=utf-8", body))
}

/// Whether everybody may see the figures.
#[derive(Debug, Deserialize)]
pub struct Publication {
    #[serde(default)]
    public: bool,
}

/// Shows the figures of past years to everybody, or no longer.
pub async fn publish(
    admin: Admin,
    app: App,
    session: Session,
    form: web::Form<Publication>,
) -> AppResult<HttpResponse> {
    let (is_on, now) = (form.public, app.clock.now());
    let changed = app.db.write(move |conn| {
        if !queries::make_figures_public(conn, is_on, now)? {
            return Ok(());
        }
        let event = Event {
            actor: Actor::Staff(admin.id),
            action: if is_on {
                "figures.published"
            } else {
                "figures.withdrawn"
            },
            person: None,
            object: "figures",
            detail: json!({}),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    changed.await?;
    let done = if is_on {
        "Everybody can see the figures of past years now."
    } else {
        "The figures are for staff alone now."
    };
    see_other_saying(&session, done, "/staff/metrics")
}
