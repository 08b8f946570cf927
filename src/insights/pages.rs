//! The figures, for everybody.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::model::{CellRow, Release};
use super::queries;
use crate::app::App;
use crate::error::AppResult;
use crate::register::Register;
use crate::web::{Page, html, words};

/// Which release; the newest if none.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    release: Option<i64>,
}

/// One figure as it is shown.
struct Shown {
    key: String,
    title: String,
    cells: Vec<CellRow>,
}

impl Shown {
    /// How wide the bar of a group is, in percent.
    fn percent(&self, cell: &CellRow) -> i64 {
        let all = self.cells.iter().filter_map(|it| it.shown);
        let most = all.max().unwrap_or(0).max(1);
        cell.shown.unwrap_or_default() * 100 / most
    }
}

#[derive(Template)]
#[template(path = "insights/index.html")]
struct IndexPage {
    page: Page,
    release: Option<Release>,
    releases: Vec<Release>,
    figures: Vec<Shown>,
    /// What is said under each figure.
    activities: Vec<String>,
}

impl IndexPage {
    /// When the figure of a group was set, if that was before this release.
    fn set_before(&self, cell: &CellRow) -> Option<String> {
        let number = self.release.as_ref()?.number;
        let release = self.releases.iter().find(|it| it.number == cell.set_in)?;
        (cell.shown.is_some() && cell.set_in != number).then(|| words::day(release.at.date()))
    }
}

/// The figures of a release with charts.
pub async fn index(app: App, page: Page, wanted: web::Query<Wanted>) -> AppResult<HttpResponse> {
    let wanted = wanted.release;
    let found = app.db.read(move |conn| {
        let release = match wanted {
            Some(number) => Some(queries::find(conn, number)?),
            None => queries::newest(conn)?,
        };
        let rows = match &release {
            Some(release) => queries::rows(conn, release.number)?,
            None => Vec::new(),
        };
        Ok((release, queries::list(conn)?, rows))
    });
    let (release, releases, rows) = found.await?;
    let shown = IndexPage {
        page,
        release,
        releases,
        figures: figures(&app.register, rows),
        activities: activities(&app.register),
    };
    html(StatusCode::OK, &shown)
}

/// Rows as figures; one that is no longer declared is called by its key.
fn figures(register: &Register, rows: Vec<CellRow>) -> Vec<Shown> {
    let declared = register.insights.iter().flat_map(|it| &it.figures);
    let mut figures: Vec<Shown> = Vec::new();
    for row in rows {
        match figures.last_mut() {
            Some(figure) if figure.key == row.figure => figure.cells.push(row),
            _ => {
                let title = declared.clone().find(|it| it.key == row.figure);
                figures.push(Shown {
                    key: row.figure.clone(),
                    title: title.map_or(row.figure.clone(), |it| it.title.clone()),
                    cells: vec![row],
                });
            }
        }
    }
    figures
}

/// The titles of the activities of which counting is a part.
fn activities(register: &Register) -> Vec<String> {
    let figures = register.insights.iter().flat_map(|it| &it.figures);
    let used = figures.filter_map(|it| register.activity(&it.activity));
    let mut titles: Vec<_> = used
        .filter(|it| it.refusable)
        .map(|it| it.title.clone())
        .collect();
    titles.sort_unstable();
    titles.dedup();
    titles
}
