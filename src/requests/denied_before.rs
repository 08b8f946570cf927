//! What was denied before and is asked for again: the person sees the denial, and may say what is new. It blocks nothing;
//! the law lets the organisation refuse the same again only where nothing is new (11 CCR 7023(g)).

use chrono::{Months, NaiveDate};
use diesel::prelude::*;

use super::denial::{self, Reason};
use super::model::{Decision, Item, Kind, Outcome, Request};
use super::{dates, queries};
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::requests;
use crate::error::AppResult;
use crate::my_data::redactions::Cell;
use crate::sources::Scope;

/// So long ago a denial may be to be spoken of.
pub(super) const WITHIN: Months = Months::new(6);

/// So many of the person's newest denials of a kind are looked at.
const MOST: i64 = 20;

/// What is asked for, to tell whether it is the same.
#[derive(Debug, Clone)]
pub enum Asked {
    /// That value of that record.
    Value(Cell),
    /// That much to be erased.
    Erasure(Scope),
    /// Something in the person's own words.
    Words,
}

/// A denial of the same.
#[derive(Debug)]
pub struct DeniedBefore {
    /// Of the denied request.
    pub reference: String,
    /// When it was decided.
    pub on: NaiveDate,
    /// Why, as the person was told.
    pub reasons: Vec<Reason>,
}

/// The person's newest denial of the same, if it is not too long ago.
pub fn find(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    (kind, asked): (Kind, &Asked),
) -> AppResult<Option<DeniedBefore>> {
    let now = app.clock.now();
    let denied = [Outcome::Denied.as_str(), Outcome::PartlyApproved.as_str()];
    let newest: Vec<Request> = Request::query()
        .filter(requests::person_id.eq(person_id))
        .filter(requests::kind.eq(kind.as_str()))
        .filter(requests::closed_at.is_not_null())
        .filter(requests::decided_at.ge(now.checked_sub_months(WITHIN).unwrap_or(now)))
        .filter(requests::outcome.eq_any(denied))
        .order(requests::id.desc())
        .limit(MOST)
        .load(conn)?;
    for request in newest {
        let Some(ids) = refused(conn, &request, asked)? else {
            continue;
        };
        let denial = denial::of_decided(conn, app, &request)?.unwrap_or_default();
        let mut reasons = denial.reasons;
        reasons.retain(|it| it.item.is_none_or(|id| ids.contains(&id)));
        return Ok(Some(DeniedBefore {
            on: dates::today(&app.laws, &request, request.decided_at.unwrap_or(now)),
            reference: request.reference,
            reasons,
        }));
    }
    Ok(None)
}

/// The same outside of a transaction.
pub async fn look(
    app: &App,
    person_id: i64,
    kind: Kind,
    asked: Asked,
) -> AppResult<Option<DeniedBefore>> {
    let own = app.clone();
    let found = app
        .db
        .read(move |conn| find(conn, &own, person_id, (kind, &asked)));
    found.await
}

/// The items of a request by which the same was refused; `None` where it was not.
fn refused(
    conn: &mut AnyConnection,
    request: &Request,
    asked: &Asked,
) -> AppResult<Option<Vec<i64>>> {
    let items = queries::list_items(conn, request.id)?;
    let is_same = |item: &Item| match asked {
        Asked::Value(cell) => {
            (&item.dataset, &item.collection) == (&cell.key.dataset, &cell.key.collection)
                && item.record.as_ref() == Some(&cell.record)
                && item.field.as_ref() == Some(&cell.field)
        }
        Asked::Erasure(_) | Asked::Words => true,
    };
    if let Asked::Erasure(scope) = asked {
        let before = request.scope.as_deref();
        let before: Option<Scope> = before.and_then(|json| serde_json::from_str(json).ok());
        if before.as_ref() != Some(scope) {
            return Ok(None);
        }
    }
    let refused = items
        .iter()
        .filter(|it| it.decision == Some(Decision::Refused) && is_same(it));
    let ids: Vec<_> = refused.map(|it| it.id).collect();
    let is_denied = match asked {
        Asked::Words => items.is_empty() && request.outcome == Some(Outcome::Denied),
        Asked::Value(_) | Asked::Erasure(_) => !ids.is_empty(),
    };
    Ok(is_denied.then_some(ids))
}
