//! What a request asks for, one by one: what staff decide on, and what they put to a correction that came in words.

use diesel::prelude::*;
use serde_json::json;

use super::asked::{NewCorrection, NewItem};
use super::filing::insert_item;
use super::life::{By, changed, record, touch};
use super::model::{Action, Decision, Item, Kind, Outcome, Request, State};
use super::queries;
use crate::app::App;
use crate::choices::minors;
use crate::db::AnyConnection;
use crate::db::schema::requests;
use crate::error::{AppError, AppResult};
use crate::my_data::redactions::Cell;
use crate::register::CollectionKey;
use crate::sources::{Correction, CorrectionError, Fixed, Identities};

/// Why a value cannot be corrected that its source works out.
const WORKED_OUT: &str = "Our systems work this out from other data, so that nothing else can be written there. Ask for those data to be corrected, or write to us.";

/// Why a picture cannot be corrected.
const BINARY: &str = "This is a picture or another file, so that nothing can be typed in its place. Write to us to have it replaced.";

/// A sentence about a value in whose place nothing can be typed.
pub const fn why_fixed(fixed: Fixed) -> &'static str {
    match fixed {
        Fixed::WorkedOut => WORKED_OUT,
        Fixed::Binary => BINARY,
    }
}

impl Action {
    /// Whether staff decide on it, or the register's rule did.
    pub fn is_decided_by_staff(self) -> bool {
        !matches!(self, Action::Keep | Action::Leave | Action::Follow)
    }
}

impl Item {
    /// Whether staff can decide on it: what was carried out is not decided anew.
    pub fn is_open_to_staff(&self) -> bool {
        self.action.is_decided_by_staff() && self.applied_at.is_none()
    }

    /// Whether what it is about stays: it was refused, or the register's rule keeps it.
    pub fn stays(&self) -> bool {
        self.decision == Some(Decision::Refused)
            || matches!(self.action, Action::Keep | Action::Leave)
    }

    /// Why it was not done, without words: the code of the law's ground, and the law that keeps data.
    pub fn basis_in_codes(&self) -> Option<String> {
        match (&self.ground, &self.basis) {
            (Some(code), Some(basis)) => Some(format!("{code} ({basis})")),
            (code, basis) => code.as_ref().or(basis.as_ref()).cloned(),
        }
    }
}

/// Whether values can be named now.
pub fn can_be_named(request: &Request) -> bool {
    let is_in_review = matches!(request.state, State::InReview | State::WaitingForPerson);
    request.kind == Kind::Correction && is_in_review && request.outcome.is_none()
}

/// The change to a value that somebody typed; or a sentence about what is wrong with it. It reads the sources.
///
/// # Errors
/// [`AppError::NotFound`] for a value that is not there.
pub fn plan(
    app: &App,
    person: &Identities,
    cell: &Cell,
    typed: &str,
) -> AppResult<Result<Correction, String>> {
    if let Some(fault) = fault_of_birth_date(app, cell, typed) {
        return Ok(Err(fault.to_owned()));
    }
    let record = (&cell.key, cell.record.as_str());
    match app
        .sources
        .plan_correction(person, record, &cell.field, typed)
    {
        Ok(change) => Ok(Ok(change)),
        Err(CorrectionError::Invalid(sentence)) => Ok(Err(sentence)),
        Err(CorrectionError::Source(error)) => Err(error.into()),
        Err(CorrectionError::Fixed(fixed)) => Ok(Err(why_fixed(fixed).to_owned())),
        Err(CorrectionError::NotCorrectable) => Ok(Err(WORKED_OUT.to_owned())),
        Err(CorrectionError::NotFound) => Err(AppError::NotFound),
    }
}

/// What is wrong with a date of birth on which nobody can have been born; other faults are told by the source.
fn fault_of_birth_date(app: &App, cell: &Cell, typed: &str) -> Option<&'static str> {
    let (dataset, collection) = (&cell.key.dataset, &cell.key.collection);
    let view = app.register.describe(dataset, collection, &cell.field)?;
    let born_on = minors::day_of_birth(typed.trim()).filter(|_| view.is_birth_date())?;
    minors::fault_of_birth(born_on, app.clock.today())
}

/// Puts a value to a request, in the place of what was said of the same before.
///
/// # Errors
/// [`AppError::Conflict`] for a request that is not [open to it](can_be_named), or has changed since it was read.
pub fn name(
    conn: &mut AnyConnection,
    request: &Request,
    (key, correction): (&CollectionKey, NewCorrection),
    by: &By<'_>,
) -> AppResult<()> {
    if !can_be_named(request) {
        return Err(changed());
    }
    let named = touch!(conn, request, requests::outcome.eq(None::<String>));
    queries::delete_item(conn, request.id, (&correction.record, &correction.field))?;
    let detail = json!({ "collection": key.to_string(), "field": correction.field });
    let item = NewItem {
        correction: Some(correction),
        ..NewItem::of(Action::Correct, key, 1)
    };
    insert_item(conn, &named, &item, by)?;
    Ok(record(conn, &named, "request.value_named", detail, by)?)
}

/// A correction is carried out value by value: one of which nobody has said what is to become what cannot be granted.
///
/// # Errors
/// [`AppError::Conflict`] for such a one.
pub(super) fn are_named(request: &Request, items: &[Item], outcome: Outcome) -> AppResult<()> {
    let is_granted = request.kind == Kind::Correction && outcome != Outcome::Denied;
    if !is_granted || !items.is_empty() {
        return Ok(());
    }
    Err(AppError::conflict(
        "Nobody has said yet which value is to become what. Look at the person's data in question, and put it right there.",
    ))
}
