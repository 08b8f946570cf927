//! Whether somebody for whom a parent asks is a child at all, as far as we hold it.

use chrono::NaiveDate;

use crate::app::App;
use crate::choices::minors;
use crate::error::{AppError, AppResult};
use crate::law::{ConsentAges, Decides};
use crate::register::{CollectionKey, FieldView};
use crate::requests::agents::model::Basis;
use crate::requests::agents::queries;
use crate::requests::model::Request;
use crate::sources::{Dates, Held, Identities};

/// So many records of a collection are looked at.
const RECORDS: usize = 10;

/// What speaks against a parent's deciding for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// By what we hold they are older than those for whom a parent decides where they live.
    NoChild(ConsentAges),
    /// A source does not answer, so that nobody knows what we hold.
    Silent,
}

impl Doubt {
    /// What staff read of it.
    pub(super) fn in_words(self) -> String {
        let Doubt::NoChild(ages) = self else {
            return "A source did not answer when we looked for a date of birth, so that nobody knows whether the person is a child for whom a parent decides. Look at their data before you grant anything.".to_owned();
        };
        let years = ages.parent_below;
        let follows = if ages.is_known() {
            "so that no parent decides for them where they live"
        } else {
            "and whether a parent still decides for them depends on where they live, which we do not know"
        };
        format!(
            "By the date of birth that we hold, the person is {years} or older, {follows}. Look whether the date is right, or whether what is found under the address is the parent's own, before you grant anything."
        )
    }
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
    let ages = minors::ages(app, &request.residence);
    let is_grown = |born: &NaiveDate| {
        let sixteen_on = minors::sixteenth_birthday(*born);
        sixteen_on.is_some() && ages.decides(sixteen_on, today) != Decides::Parent
    };
    match birth_dates(app, person) {
        Ok(dates) => Ok(dates.iter().any(is_grown).then_some(Doubt::NoChild(ages))),
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
        Held::Plain(value) => minors::day_of_birth(&value.to_string()),
        Held::Empty | Held::Masked(_) => None,
    }
}
