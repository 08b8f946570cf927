//! What the sources say to a request that came without an account.

use super::ages::{self, Doubt};
use super::model::{Sender, Wants};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::my_data;
use crate::my_data::redactions::Cell;
use crate::register::CollectionKey;
use crate::requests::filing::NewCorrection;
use crate::requests::items;
use crate::requests::model::Request;
use crate::requests::planning;
use crate::requests::review::plan_under_holds;
use crate::sources::{Dates, Held, Identities, Plan, Scope};

/// What the sources say to it.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub plan: Option<Plan>,
    /// A source did not answer, so that a deletion is planned later.
    pub is_unplanned: bool,
    pub correction: Option<(CollectionKey, NewCorrection)>,
    /// What speaks against a parent's deciding for them, if one asks.
    pub doubt: Option<Doubt>,
}

/// Looks up what is asked for. The inner error is a sentence about the proposed value.
pub(super) async fn look_up(
    app: &App,
    request: &Request,
    sender: &Sender,
    proposed: Option<String>,
) -> AppResult<Result<Found, String>> {
    let (sender, person_id, law) = (sender.clone(), request.person_id, request.law.clone());
    let request = request.clone();
    let found = my_data::read(app, person_id, move |app, person| {
        let doubt = ages::doubt(app, &request, person)?;
        let found = look_up_wanted(app, (person_id, person), (&sender, &law), proposed)?;
        Ok(found.map(|found| Found { doubt, ..found }))
    });
    found.await
}

fn look_up_wanted(
    app: &App,
    (person_id, person): (i64, &Identities),
    (sender, law): (&Sender, &str),
    proposed: Option<String>,
) -> AppResult<Result<Found, String>> {
    match sender.wants {
        Wants::Deletion => {
            let planned =
                plan_under_holds(app, (person_id, person), (&Scope::All, law), Vec::new());
            let planned = planning::unless_silent(planned)?;
            Ok(Ok(Found {
                is_unplanned: planned.is_none(),
                plan: planned.filter(|it| !it.is_empty()),
                ..Found::default()
            }))
        }
        // Who vouches for somebody says afterwards what is to become what.
        Wants::Correction => match proposed {
            Some(proposed) => correction(app, person, sender, proposed.trim()),
            None => Ok(Ok(Found::default())),
        },
        Wants::Categories
        | Wants::Pieces
        | Wants::Restriction
        | Wants::Objection
        | Wants::Complaint
        | Wants::Decision
        | Wants::MarketingList
        | Wants::Contest => Ok(Ok(Found::default())),
    }
}

/// The one record that holds the value in dispute. Where there are several, staff ask which is meant.
fn correction(
    app: &App,
    person: &Identities,
    sender: &Sender,
    proposed: &str,
) -> AppResult<Result<Found, String>> {
    let nothing = Ok(Ok(Found::default()));
    let Some([dataset, collection, field]) = sender.disputed() else {
        return nothing;
    };
    let key = CollectionKey::new(dataset, collection);
    if proposed.is_empty() {
        return Ok(Err("Type the value that is right.".to_owned()));
    }
    let view = app.register.describe(dataset, collection, field);
    let page = app.sources.page(person, &key, None, 2, Dates::default())?;
    let [row] = page.records.as_slice() else {
        return nothing;
    };
    let datum = row.fields.iter().find(|it| it.path == field);
    let Some(old) = datum.filter(|it| !matches!(it.value, Held::Masked(_))) else {
        return nothing;
    };
    let cell = Cell {
        key: key.clone(),
        record: row.id.clone(),
        field: field.to_owned(),
    };
    match items::plan(app, person, &cell, proposed) {
        Ok(Ok(change)) => {
            let correction = NewCorrection {
                record: row.id.clone(),
                field: field.to_owned(),
                old_value: old.value.to_string(),
                new_value: proposed.to_owned(),
                change,
                reason: String::new(),
                source_name: view.and_then(|it| it.source_name(row)),
            };
            Ok(Ok(Found {
                correction: Some((key, correction)),
                ..Found::default()
            }))
        }
        Ok(Err(sentence)) => Ok(Err(sentence)),
        Err(AppError::NotFound) => nothing,
        Err(error) => Err(error),
    }
}
