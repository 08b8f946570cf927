//! Grounds of a denial that the portal's own records contradict: what a person would be told with a statute, and is not
//! so. What the records do not know, staff answer for.

use chrono::Months;
use diesel::prelude::*;

use super::flags::{self, FlagKind, Judgement};
use super::model::{Channel, Item, Kind, Request, State};
use super::{queries, senders};
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::requests;
use crate::error::AppResult;
use crate::retention::model::HoldKind;
use crate::retention::queries::in_force;

/// So long the law's yearly list need not be given again.
const ONE_YEAR: Months = Months::new(12);

const NEVER_DENIED: &str =
    "No request to put the same right was denied in the six months before. Choose another ground.";
const NEVER_GIVEN: &str =
    "They have not had the list in the twelve months before. Give it, or choose another ground.";
const NO_HOLD: &str =
    "No hold of an agency on these data is in force. Place it first, or choose another ground.";
const LIVES_THERE: &str = "They told us that they live in California, and we take that for true.";
const IS_KNOWN: &str = "They were signed in, and confirmed that with a code. If somebody else may be in the account, flag the request first and write down why.";
const IS_RECOGNISED: &str = "By now it is known who asks. Decide on what they ask for.";
const NO_FLAG: &str =
    "Nobody has written down why. Flag the request as fraudulent first, with the reason.";

/// What speaks against a ground, of an item or of the request as a whole; for staff.
pub fn find(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
    (item, ground): (Option<&Item>, &str),
) -> AppResult<Option<&'static str>> {
    // An appeal is about what it is against.
    let subject = match request.appeal_of {
        Some(id) => queries::find(conn, id)?,
        None => request.clone(),
    };
    Ok(match ground {
        "REPEAT_6M_7023G" => was_not_denied(conn, app, &subject, item)?.then_some(NEVER_DENIED),
        "ONCE_A_YEAR_1798_83" => was_not_given(conn, &subject)?.then_some(NEVER_GIVEN),
        "LEGAL_HOLD_145A2" => is_not_held(conn, app, &subject, item)?.then_some(NO_HOLD),
        "NOT_A_CONSUMER" => {
            let residence = find_residence(conn, subject.person_id)?;
            (residence == "us-ca").then_some(LIVES_THERE)
        }
        "UNVERIFIED" if has_been_recognised(conn, &subject)? => Some(IS_RECOGNISED),
        "UNVERIFIED" if subject.channel == Channel::Portal => {
            (!is_suspect(conn, app, &[request, &subject])?).then_some(IS_KNOWN)
        }
        "FRAUD_DOCUMENTED" => (!is_suspect(conn, app, &[request, &subject])?).then_some(NO_FLAG),
        _ => None,
    })
}

/// Whether somebody without an account has shown who they are, or staff stand for them.
fn has_been_recognised(conn: &mut AnyConnection, request: &Request) -> AppResult<bool> {
    let sender = senders::queries::find(conn, request.id)?;
    Ok(sender.is_some_and(|it| it.degree.is_some()))
}

/// Whether none of the values was in a correction that was denied lately.
fn was_not_denied(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
    item: Option<&Item>,
) -> AppResult<bool> {
    let items = match item {
        Some(item) => vec![item.clone()],
        None => queries::list_items(conn, request.id)?,
    };
    if items.is_empty() {
        return Ok(!flags::is_denied_lately(conn, request, app.clock.now())?);
    }
    for item in items {
        if flags::find_refused_lately(conn, request, &item, app.clock.now())?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether no such list was given in the twelve months before.
fn was_not_given(conn: &mut AnyConnection, request: &Request) -> AppResult<bool> {
    let since = request.received_on - ONE_YEAR;
    let given: i64 = requests::table
        .filter(requests::person_id.eq(request.person_id))
        .filter(requests::id.lt(request.id))
        .filter(requests::kind.eq(Kind::MarketingList.as_str()))
        .filter(requests::state.eq(State::Completed.as_str()))
        .filter(requests::received_on.gt(since))
        .count()
        .get_result(conn)?;
    Ok(given == 0)
}

/// Whether no agency holds the data that the item is about, or any where it is about all.
fn is_not_held(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
    item: Option<&Item>,
) -> AppResult<bool> {
    let held = in_force(conn, request.person_id, app.clock.today())?;
    let mut by_agencies = held.iter().filter(|it| it.kind == HoldKind::LawEnforcement);
    Ok(!by_agencies.any(|hold| item.is_none_or(|it| hold.is_on(&it.dataset, &it.collection))))
}

/// Whether a flag says why it may not be them, or not be honest, and nobody has set it aside.
fn is_suspect(conn: &mut AnyConnection, app: &App, all: &[&Request]) -> AppResult<bool> {
    for request in all {
        let flags = flags::list(conn, &app.keys, request)?;
        let mut flags = flags.iter().map(|it| &it.flag);
        if flags.any(|it| {
            matches!(it.kind, FlagKind::Abused | FlagKind::Fraud)
                && it.judgement != Some(Judgement::SetAside)
        }) {
            return Ok(true);
        }
    }
    Ok(false)
}
