//! Who must be told of a correction, a deletion or a restriction, and who got the data and is not told, with the reason
//! that the register gives: that it is impossible or takes disproportionate effort (GDPR Art. 19, Cal. Civ. Code
//! 1798.105(c)). The person reads it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::causes::sold_to;
use super::data;
use super::ledger;
use super::model::{Cause, CauseKind};
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::choices::queries::was_ever_on;
use crate::choices::{SALE_OR_SHARING, keeps_off_in, refusable};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::{Recipient, RecipientRole, Register};
use crate::requests::model::{Kind, Outcome, Request};
use crate::requests::queries;

/// Whether the law of what brought a cause about has everybody told who got the data.
pub(super) fn is_for_everybody(
    conn: &mut AnyConnection,
    app: &App,
    cause: &Cause,
) -> QueryResult<bool> {
    let request = queries::find_by_reference(conn, &cause.object).optional()?;
    Ok(request.is_some_and(|it| tells_everybody(app, &it)))
}

fn tells_everybody(app: &App, request: &Request) -> bool {
    app.laws.tells_everybody(&request.law, request.received_on)
}

/// Whether a recipient is to be told of what became of data that it gets. By every law that is whoever works for us or
/// got data by sale or sharing. Employers answer for what a person sent them, and authorities for what the law gave
/// them: they are told where the law has everybody told.
pub(super) fn is_due(register: &Register, recipient: &Recipient, everybody: bool) -> bool {
    match recipient.role {
        RecipientRole::ServiceProvider
        | RecipientRole::Contractor
        | RecipientRole::ThirdParty
        | RecipientRole::Affiliate
        | RecipientRole::Successor => true,
        RecipientRole::Authority | RecipientRole::ProspectiveEmployer => {
            everybody || sold_to(register, recipient)
        }
    }
}

/// Whether whoever buys data can have got those of the person. Where the law keeps sale off until they agree, and they never
/// did, nobody has: an address is not to be handed out to say what became of data that were never given. Of a disclosure
/// that is on record all the same they are told.
pub(super) fn can_have_been_sold(
    conn: &mut AnyConnection,
    app: &App,
    cause: &Cause,
) -> QueryResult<bool> {
    let Some(person_id) = cause.person_id else {
        return Ok(true);
    };
    // Who opts out or in, is told of by what stood before.
    if matches!(cause.kind, CauseKind::OptOut | CauseKind::OptIn) {
        return Ok(true);
    }
    let residence = find_residence(conn, person_id)?;
    let takes_consent = refusable::find(&app.register, SALE_OR_SHARING);
    let takes_consent = takes_consent.is_ok_and(|it| it.needs_consent);
    if !keeps_off_in(&residence) || !takes_consent {
        return Ok(true);
    }
    Ok(was_ever_on(conn, person_id, SALE_OR_SHARING)?
        || ledger::queries::is_any_of(conn, person_id)?)
}

/// Whether somebody gets data by sale or sharing alone.
pub(super) fn buys_alone(register: &Register, recipient: &Recipient) -> bool {
    let mut activities = recipient.activities.iter();
    recipient.role == RecipientRole::ThirdParty
        && !recipient.activities.is_empty()
        && activities.all(|key| register.activity(key).is_some_and(|it| it.sale_or_sharing))
}

/// Somebody who got the data and is not told of what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// As the register names them.
    pub name: String,
    /// Why not: in the words of the register, or since the law does not have them told.
    pub reason: String,
}

/// Why those are not told whom the law has us tell in other places alone.
const STAND_APART: &str = "They answer themselves for what they got, and the law that applies does not have us tell them.";

/// Who got the data and is not told of what was granted.
pub fn of_request(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<Vec<Untold>> {
    // What is only proposed is for staff alone.
    let is_decided = !request.state.is_undecided();
    let is_granted = is_decided && request.outcome.is_some_and(|it| it != Outcome::Denied);
    let is_told_of = matches!(
        request.kind,
        Kind::Correction | Kind::Deletion | Kind::Restriction | Kind::Objection
    );
    let everybody = tells_everybody(app, request);
    let register = &app.register;
    let named = matches!(request.kind, Kind::Correction | Kind::Deletion);
    let why = |it: &Recipient| {
        if is_due(register, it, everybody) {
            it.not_told.clone()
        } else {
            named.then(|| STAND_APART.to_owned())
        }
    };
    let untold = register.recipients.iter();
    let untold: Vec<_> = untold.filter_map(|it| Some((it, why(it)?))).collect();
    if untold.is_empty() || !is_granted || !is_told_of {
        return Ok(Vec::new());
    }
    let get_it: BTreeSet<String> = if named {
        data::recipients_of(conn, register, request)?
    } else {
        untold.iter().map(|(it, _)| it.key.clone()).collect()
    };
    let concerned = untold.into_iter();
    let concerned = concerned.filter(|(it, _)| get_it.contains(&it.key));
    let each = concerned.map(|(it, reason)| Untold {
        name: it.name.clone(),
        reason,
    });
    Ok(each.collect())
}
