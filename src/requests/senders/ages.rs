//! Whether somebody for whom a parent asks is a child at all, as far as we hold it.

use chrono::{Months, NaiveDate};

use crate::app::App;
use crate::choices::minors::day_of_birth;
use crate::error::{AppError, AppResult};
use crate::register::{CollectionKey, FieldView};
use crate::requests::agents::model::Basis;
use crate::requests::agents::queries;
use crate::requests::model::Request;
use crate::sources::{Dates, Held, Identities};

/// So many records of a collection are looked at.
const RECORDS: usize = 10;

/// Until the thirteenth birthday a parent decides.
const THIRTEEN_YEARS: Months = Months::new(13 * 12);

/// What speaks against a parent's deciding for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// By what we hold they are no child under 13.
    NoChild,
    /// A source does not answer, so that nobody knows what we hold.
    Silent,
}

/// Whether a parent asks, and what speaks against it. It reads the sources.
pub(super) fn doubt(app: &App, request: &Request, person: &Identities) -> AppResult<Option<Doubt>> {
    let agent = app
        .db
        .read_now(|conn| Ok(queries::find(conn, request.id)?))?;
    if agent.is_none_or(|it| it.basis != Basis::Parent) {
        return Ok(None);
    }
    let today = app.clock.today();
    let is_grown = |born: &NaiveDate| {
        let thirteen = born.checked_add_months(THIRTEEN_YEARS);
        thirteen.is_some_and(|day| day <= today)
    };
    match birth_dates(app, person) {
        Ok(dates) => Ok(dates.iter().any(is_grown).then_some(Doubt::NoChild)),
        Err(AppError::Unavailable(cause)) => {
            tracing::warn!(%cause, "an age cannot be looked up now");
            Ok(Some(Doubt::Silent))
        }
        Err(error) => Err(error),
    }
}

fn birth_dates(app: &App, person: &Identities) -> AppResult<Vec<NaiveDate>> {
    let mut dates = Vec::new();
    for dataset in &app.register.datasets {
        for collection in &dataset.collections {
            let views = app.register.describe_all(dataset, collection);
            let paths: Vec<_> = views.iter().filter_map(path_of_birth).collect();
            if paths.is_empty() {
                continue;
            }
            let key = CollectionKey::new(&dataset.key, &collection.name);
            let page = app
                .sources
                .page(person, &key, None, RECORDS, Dates::default())?;
            let data = page.records.into_iter().flat_map(|it| it.fields);
            let held = data.filter(|it| paths.contains(&it.path.as_str()));
            dates.extend(held.filter_map(|it| day(&it.value)));
        }
    }
    Ok(dates)
}

fn path_of_birth<'a>(view: &FieldView<'a>) -> Option<&'a str> {
    view.is_birth_date().then_some(view.field.path.as_str())
}

fn day(value: &Held) -> Option<NaiveDate> {
    match value {
        Held::Plain(value) => day_of_birth(&value.to_string()),
        Held::Empty | Held::Masked(_) => None,
    }
}
