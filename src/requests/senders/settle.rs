//! What follows when it is known who asks: what is asked for is looked up in the sources, and the review begins.

use diesel::prelude::*;
use serde_json::json;

use super::look_up::{Found, look_up};
use super::model::{Degree, Sender, Wants};
use super::queries;
use crate::accounts;
use crate::accounts::guard::StaffMember;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{
    add_identity, find_or_create_person, find_person, find_person_by_identity, find_residence,
};
use crate::app::App;
use crate::choices;
use crate::db::AnyConnection;
use crate::db::schema::{holds, people, request_senders, requests};
use crate::error::{AppError, AppResult};
use crate::manual::opening;
use crate::requests::filing::{NewItem, insert_item, replace_items, tell_received};
use crate::requests::flags::{self, FlagKind};
use crate::requests::four_eyes::has_account;
use crate::requests::life::{By, Who, advance, changed, record, touch};
use crate::requests::model::{Action, Kind, Outcome, Request, State};
use crate::requests::planning;
use crate::requests::queries::find_by_reference;
use crate::requests::restrictions;
use crate::requests::review::store_plan;
use crate::requests::sealed::{self, What};
use crate::sources::Scope;

/// Why nothing is erased for somebody who is known by no identity: the receipt would prove what was not done.
const NOT_FOUND_BY: &str =
    "There is no address by which their data could be found, so nothing would be erased.";

/// What is known of the sender.
#[derive(Debug)]
pub(super) struct Known {
    pub degree: Degree,
    pub wants: Wants,
    pub points: i32,
    /// The name under the declaration, where one is due.
    pub declaration: Option<String>,
    /// Why a staff member stands for it.
    pub vouched: Option<String>,
}

/// Puts on record that it is known who asks, once, and begins the review.
pub(super) fn settle(
    conn: &mut AnyConnection,
    request: &Request,
    known: &Known,
    found: &Found,
    by: &By<'_>,
) -> AppResult<()> {
    let seal = |what, text: &String| sealed::seal(&by.app.keys, &request.reference, what, text);
    let declaration = known.declaration.as_ref();
    let is_by_account = matches!(by.who, Who::Person(_));
    let unknown = request_senders::table
        .filter(request_senders::request_id.eq(request.id))
        .filter(request_senders::degree.is_null());
    let settled = diesel::update(unknown)
        .set((
            request_senders::degree.eq(known.degree.as_str()),
            request_senders::wants.eq(known.wants.as_str()),
            request_senders::points.eq(known.points),
            request_senders::declaration.eq(declaration.map(|it| seal(What::Declaration, it))),
            request_senders::declared_at.eq(declaration.map(|_| by.now)),
            request_senders::vouched.eq(known.vouched.as_ref().map(|it| seal(What::Vouched, it))),
            request_senders::vouched_by.eq(by.who.staff_id()),
            request_senders::account_at.eq(is_by_account.then_some(by.now)),
        ))
        .execute(conn)?;
    if settled == 0 || request.state.is_closed() {
        return Err(changed());
    }
    let detail = json!({
        "degree": known.degree, "wants": known.wants, "points": known.points,
        "declared": declaration.is_some(), "vouched": known.vouched.is_some(), "by_account": is_by_account,
    });
    record(conn, request, "request.verified", detail, by)?;
    let mut current = request.clone();
    if let Some(plan) = &found.plan {
        current = store_plan(conn, &current, plan, by)?;
        replace_items(conn, &current, plan, by)?;
    }
    if found.is_unplanned {
        let all = serde_json::to_string(&Scope::All)?;
        current = touch!(conn, &current, requests::scope.eq(Some(&all)));
        planning::begin(conn, &current, by)?;
    }
    if let Some((key, correction)) = &found.correction {
        let item = NewItem {
            correction: Some(correction.clone()),
            ..NewItem::of(Action::Correct, key, 1)
        };
        insert_item(conn, &current, &item, by)?;
    }
    if known.wants == Wants::Objection {
        rest(conn, &current, by)?;
    }
    flags::look(conn, &current, by)?;
    if let Some(doubt) = found.doubt {
        let by = By::system_at(by);
        flags::raise(conn, &current, FlagKind::NotAChild, &doubt.in_words(), &by)?;
    }
    if current.state == State::Verifying {
        current = advance(conn, &current, State::InReview, by)?;
    }
    opening::look_up(conn, &current, by)
}

/// From the moment on at which it is known who objects, the use rests until the objection is decided.
fn rest(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let sender = queries::find(conn, request.id)?.ok_or(AppError::NotFound)?;
    let key = sender.field.as_deref().unwrap_or_default();
    match by.app.register.activity(key) {
        Some(activity) => restrictions::begin_meanwhile(conn, request, activity, by),
        None => Ok(()),
    }
}

/// An identity by which the data of somebody without e-mail are found, as staff know it.
pub type Handle = (IdentityKind, String);

/// A staff member stands for the sender, for a documented reason: the review begins. Who gave no address is found by the
/// handle, if staff know one.
pub async fn vouch(
    app: &App,
    member: &StaffMember,
    (reference, version): (String, i64),
    (reason, handle): (String, Option<Handle>),
) -> AppResult<()> {
    let (own, by_member) = (app.clone(), member.clone());
    let joined = app.db.write(move |conn| {
        let request = find_by_reference(conn, &reference)?;
        let sender = queries::find(conn, request.id)?.ok_or(AppError::NotFound)?;
        // Where nobody needs to know, staff may find out all the same, to see the data that it is about.
        let awaited = if sender.wants.needs_proof() {
            State::Verifying
        } else {
            State::InReview
        };
        if request.version != version || request.state != awaited {
            return Err(changed());
        }
        let by = By::staff(&own, &by_member);
        let joined = match &handle {
            Some(handle) if sender.email.is_none() => join_known(conn, &request, handle, &by)?,
            _ => join_person(conn, &request, &sender, &by)?,
        };
        Ok((joined, sender))
    });
    let (request, sender) = joined.await?;
    let found = look_up(app, &request, &sender, None).await?;
    let found = found.unwrap_or_default();
    let (own, member) = (app.clone(), member.clone());
    let written = app.db.write(move |conn| {
        let known = Known {
            degree: sender.needs(&own, &request),
            wants: sender.wants,
            points: sender.points,
            declaration: None,
            vouched: Some(reason),
        };
        settle(conn, &request, &known, &found, &By::staff(&own, &member))
    });
    written.await
}

/// What came without an account is granted only when it is known who asks.
///
/// # Errors
/// [`AppError::Conflict`] otherwise.
pub fn may_be_granted(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Outcome,
) -> AppResult<()> {
    let sender = queries::find(conn, request.id)?;
    let Some(sender) = sender.filter(|_| outcome != Outcome::Denied) else {
        return Ok(());
    };
    if sender.degree.is_none() && sender.wants.needs_proof() {
        return Err(AppError::conflict(
            "It is not known yet who asks. Nothing can be granted before that.",
        ));
    }
    if request.kind == Kind::Deletion && !has_account(conn, request.person_id)? {
        return Err(AppError::conflict(NOT_FOUND_BY));
    }
    Ok(())
}

/// Whoever followed the link has the mailbox: the request is theirs from now on.
pub(super) fn confirm_mailbox(
    conn: &mut AnyConnection,
    app: &App,
    (request, sender): (Request, Sender),
) -> AppResult<i64> {
    if sender.mailbox_at.is_some() {
        return Ok(request.id);
    }
    if let Some(sealed) = sender.email.as_deref() {
        let what = Some(sealed);
        let email = sealed::open_text(&app.keys, &request.reference, What::Address, what)?;
        accounts::refuse_closed(app, conn, &email)?;
    }
    let by = By::visitor(app);
    let found = join_person(conn, &request, &sender, &by)?;
    diesel::update(request_senders::table.filter(request_senders::id.eq(sender.id)))
        .set(request_senders::mailbox_at.eq(by.now))
        .execute(conn)?;
    record(conn, &found, "request.mailbox_confirmed", json!({}), &by)?;
    Ok(found.id)
}

/// Gives a request for which nobody needs to show who they are to the person whose address it names.
pub(super) fn join(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<Request> {
    let sender = queries::find(conn, request.id)?.ok_or(AppError::NotFound)?;
    let joined = join_person(conn, request, &sender, by)?;
    flags::look(conn, &joined, by)?;
    Ok(joined)
}

/// Gives a request to the person whose address its sender named; they are found in the sources by it.
fn join_person(
    conn: &mut AnyConnection,
    request: &Request,
    sender: &Sender,
    by: &By<'_>,
) -> AppResult<Request> {
    let Some(sealed) = sender.email.as_deref() else {
        return Ok(request.clone());
    };
    let keys = &by.app.keys;
    let email = sealed::open_text(keys, &request.reference, What::Address, Some(sealed))?;
    let residence = find_residence(conn, request.person_id)?;
    let person = find_or_create_person(conn, keys, &email, &residence, by.now)?;
    choices::join(by.app, conn, (&person, Some(&email)), None, by.now)?;
    give_to(conn, request, person.id)
}

/// Gives a request of somebody without e-mail to the person with that identity. Where nobody has it yet, it becomes
/// that of the person behind the request.
fn join_known(
    conn: &mut AnyConnection,
    request: &Request,
    (kind, value): &Handle,
    by: &By<'_>,
) -> AppResult<Request> {
    let keys = &by.app.keys;
    let known = find_person_by_identity(conn, keys, *kind, value)?;
    let joined = if let Some(person) = known {
        // Found before, when a source did not answer afterwards: it is said once.
        if person.id == request.person_id {
            return Ok(request.clone());
        }
        let theirs = give_to(conn, request, person.id)?;
        // Whose account it is hears of it before anything is decided: they may not have written the letter.
        tell_received(conn, &theirs, by)?;
        theirs
    } else {
        add_identity(conn, keys, request.person_id, (*kind, value), by.now)?;
        let person = find_person(conn, request.person_id)?;
        choices::join(by.app, conn, (&person, None), None, by.now)?;
        choices::spread(by.app, conn, person.id, (*kind, value), by.now)?;
        request.clone()
    };
    let detail = json!({ "by": kind });
    record(conn, &joined, "request.person_found", detail, by)?;
    Ok(joined)
}

fn give_to(conn: &mut AnyConnection, request: &Request, person_id: i64) -> AppResult<Request> {
    if person_id == request.person_id {
        return Ok(request.clone());
    }
    let found = touch!(conn, request, requests::person_id.eq(person_id));
    diesel::update(holds::table.filter(holds::person_id.eq(request.person_id)))
        .set(holds::person_id.eq(person_id))
        .execute(conn)?;
    diesel::delete(people::table.filter(people::id.eq(request.person_id))).execute(conn)?;
    Ok(found)
}
