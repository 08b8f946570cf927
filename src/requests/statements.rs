//! What a person says of health data that were not put right, in so many words as the law gives them (11 CCR 7023(f)):
//! it is kept with the datum ([`crate::my_data::statements`]), and passed on to who gets the datum, if they want that.

use chrono::Days;
use serde_json::json;

use super::denial::{self, Denial};
use super::details::OpenItem;
use super::life::{By, changed, record};
use super::model::{Action, Decision, Item, Kind, Request};
use super::queries;
use crate::app::App;
use crate::db::AnyConnection;
use crate::disclosures::causes::{self, Whose};
use crate::disclosures::model::CauseKind;
use crate::disclosures::statements::About;
use crate::error::{AppError, AppResult};
use crate::my_data::redactions::Cell;
use crate::my_data::statements;
use crate::register::{CollectionKey, FieldView, Register};

/// The law names no day for passing a statement on; recipients get as long as for the slowest of its answers.
const PASSED_ON_WITHIN: Days = Days::new(30);

/// Words as a reader counts them: what stands between blanks or dashes and has a letter or a digit in it.
pub fn count_words(text: &str) -> usize {
    let parts = text.split(|it: char| it.is_whitespace() || matches!(it, '—' | '–' | '\u{200b}'));
    let words = parts.flat_map(|part| part.split("--"));
    words
        .filter(|it| it.contains(char::is_alphanumeric))
        .count()
}

/// Whether one of the items is a refused correction of health data.
pub(super) fn is_open_for_any(app: &App, kind: Kind, items: &[OpenItem]) -> bool {
    let mut items = items.iter().map(|it| &it.item);
    kind == Kind::Correction && items.any(|it| is_refused_health(&app.register, it))
}

fn is_refused_health(register: &Register, item: &Item) -> bool {
    item.action == Action::Correct
        && item.decision == Some(Decision::Refused)
        && view_of(register, item).is_some_and(|it| it.is_health())
}

/// The datum that an item is about, as the register describes it.
pub fn view_of<'a>(register: &'a Register, item: &Item) -> Option<FieldView<'a>> {
    register.describe(&item.dataset, &item.collection, item.field.as_deref()?)
}

/// The datum that an item is about.
pub fn cell_of(item: &Item) -> Option<Cell> {
    Some(Cell {
        key: CollectionKey::new(&item.dataset, &item.collection),
        record: item.record.clone()?,
        field: item.field.clone()?,
    })
}

/// In how many words the person may say something of an item; none where they may not. The denial is that of its
/// request.
pub fn words_for(app: &App, denial: Option<&Denial>, item: &Item) -> Option<u32> {
    let words = denial?.statement_words()?;
    is_refused_health(&app.register, item).then_some(words)
}

/// An item of which the person may say something now, and in how many words.
///
/// # Errors
/// [`AppError::NotFound`] for all other items.
pub fn find_open(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
    item_id: i64,
) -> AppResult<(Item, u32)> {
    let denial = match request.decided_at {
        Some(_) => denial::of_decided(conn, app, request)?,
        None => None,
    };
    let mut items = queries::list_items(conn, request.id)?.into_iter();
    let item = items.find(|it| it.id == item_id);
    let item = item.ok_or(AppError::NotFound)?;
    let words = words_for(app, denial.as_ref(), &item);
    words.map(|words| (item, words)).ok_or(AppError::NotFound)
}

/// Keeps what the person says with the datum, and passes it on if they want that. The caller has counted the words.
pub fn give(
    conn: &mut AnyConnection,
    request: &Request,
    item_id: i64,
    (text, pass_on): (&str, bool),
    by: &By<'_>,
) -> AppResult<()> {
    let (item, words) = find_open(conn, by.app, request, item_id)?;
    let cell = cell_of(&item).ok_or_else(changed)?;
    let count = count_words(text);
    if count == 0 || u32::try_from(count).map_or(true, |count| count > words) {
        return Err(changed());
    }
    let person_id = request.person_id;
    let before = statements::Statements::load(conn, &by.app.keys, person_id)?;
    let before = before.passed_on(&cell);
    let said = (&cell, text, pass_on);
    let id = statements::keep(conn, &by.app.keys, person_id, said, by.now)?;
    if pass_on {
        let about = About::of(id, &cell, before.is_some());
        tell(conn, person_id, (CauseKind::Statement, &about), by)?;
    } else if let Some(before) = before {
        let about = About::of(before.id, &cell, false);
        tell(conn, person_id, (CauseKind::StatementWithdrawn, &about), by)?;
    }
    let detail = json!({ "item": item_id, "words": count, "passed_on": pass_on });
    Ok(record(
        conn,
        request,
        "request.statement_given",
        detail,
        by,
    )?)
}

/// The person takes back what they said, and who was told of it is told that.
pub fn take_back(
    conn: &mut AnyConnection,
    request: &Request,
    item_id: i64,
    by: &By<'_>,
) -> AppResult<()> {
    let (item, _) = find_open(conn, by.app, request, item_id)?;
    let cell = cell_of(&item).ok_or_else(changed)?;
    let person_id = request.person_id;
    let before = statements::Statements::load(conn, &by.app.keys, person_id)?;
    let before = before.about(&cell).ok_or_else(changed)?;
    statements::remove(conn, person_id, &cell)?;
    if before.is_passed_on {
        let about = About::of(before.id, &cell, false);
        tell(conn, person_id, (CauseKind::StatementWithdrawn, &about), by)?;
    }
    let detail = json!({ "item": item_id });
    Ok(record(
        conn,
        request,
        "request.statement_taken_back",
        detail,
        by,
    )?)
}

/// Tells whoever gets the datum.
fn tell(
    conn: &mut AnyConnection,
    person_id: i64,
    (kind, about): (CauseKind, &About),
    by: &By<'_>,
) -> AppResult<()> {
    let whose = Whose::Person(person_id);
    let due_on = by.now.date() + PASSED_ON_WITHIN;
    causes::record(
        conn,
        by.app,
        (kind, &whose),
        &about.to_string(),
        due_on,
        by.now,
    )
}
