//! What differs between two versions.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::cache::{self, Compared};
use super::comparison::Change;
use super::model::{History, PolicyVersion};
use super::queries;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::{Form, Page, html, see_other, words};

/// The form in which two versions are chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// The name of one version.
    from: String,
    /// The name of the other.
    to: String,
}

#[derive(Template)]
#[template(path = "policy/choose.html")]
struct ChoosePage {
    page: Page,
    form: Form<Choice>,
    options: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "policy/compare.html")]
struct ComparePage {
    page: Page,
    form: Form<Choice>,
    options: Vec<(String, String)>,
    older: PolicyVersion,
    newer: PolicyVersion,
    steps: Vec<PolicyVersion>,
    compared: Arc<Compared>,
}

/// The form; once it is filled in, it leads on to the comparison.
pub async fn choose(app: App, page: Page, choice: web::Query<Choice>) -> AppResult<HttpResponse> {
    let history = app.db.read(|conn| Ok(queries::history(conn)?)).await?;
    let Choice { from, to } = choice.into_inner();
    if from.is_empty() && to.is_empty() {
        let form = Form::new(last_change(&history));
        return html(
            StatusCode::OK,
            &ChoosePage {
                page,
                form,
                options: options(&history),
            },
        );
    }
    let mut form = Form::new(Choice {
        from: from.clone(),
        to: to.clone(),
    });
    for (field, name) in [("from", &from), ("to", &to)] {
        if history.find(name).is_none() {
            form = form.refuse(field, "Choose a version from the list.");
        }
    }
    if from == to {
        form = form.refuse("to", "Choose two different versions.");
    }
    match (history.find(&from), history.find(&to)) {
        (Some(from), Some(to)) if !form.has_errors() => Ok(see_other(&path(from, to))),
        _ => {
            let options = options(&history);
            html(
                StatusCode::UNPROCESSABLE_ENTITY,
                &ChoosePage {
                    page,
                    form,
                    options,
                },
            )
        }
    }
}

/// The comparison. Its one address has the older version first.
pub async fn show(
    app: App,
    page: Page,
    names: web::Path<(String, String)>,
) -> AppResult<HttpResponse> {
    let (from, to) = names.into_inner();
    let found = app.db.read(move |conn| {
        let history = queries::history(conn)?;
        let find = |name| history.find(name).cloned().ok_or(AppError::NotFound);
        let (older, newer) = (find(&from)?, find(&to)?);
        if older.effective_on >= newer.effective_on {
            return Ok(Err(path(&older, &newer)));
        }
        let compared = cache::compared(conn, &older, &newer)?;
        Ok(Ok((history, older, newer, compared)))
    });
    let (history, older, newer, compared) = match found.await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(see_other(&elsewhere)),
    };
    let choice = Choice {
        from: older.version.clone(),
        to: newer.version.clone(),
    };
    let steps = history.between(&older, &newer).cloned().collect();
    let page = ComparePage {
        page,
        form: Form::new(choice),
        options: options(&history),
        older,
        newer,
        steps,
        compared,
    };
    html(StatusCode::OK, &page)
}

/// The address at which two versions are compared; a version beside itself is just read.
fn path(one: &PolicyVersion, other: &PolicyVersion) -> String {
    match one.effective_on.cmp(&other.effective_on) {
        std::cmp::Ordering::Less => one.compare_path(other),
        std::cmp::Ordering::Equal => one.path(),
        std::cmp::Ordering::Greater => other.compare_path(one),
    }
}

/// The newest version and the one before it.
fn last_change(history: &History) -> Choice {
    let name = |at: usize| history.versions().get(at).map(|it| it.version.clone());
    Choice {
        from: name(1).unwrap_or_default(),
        to: name(0).unwrap_or_default(),
    }
}

fn options(history: &History) -> Vec<(String, String)> {
    let option = |version: &PolicyVersion| {
        let words = format!(
            "{} (from {})",
            version.version,
            words::day(version.effective_on)
        );
        (version.version.clone(), words)
    };
    history.versions().iter().map(option).collect()
}
