//! What somebody chose before an identity was known to be theirs joins their account, and never weakens what they chose
//! there.

use chrono::NaiveDateTime;
use diesel::QueryResult;

use super::browser::Browser;
use super::change::{Act, Repeat};
use super::model::{Choice, MadeBy, State, Subject};
use super::plan::Plan;
use super::refusable::RIGHTS;
use super::stand::Stand;
use super::{handles, queries};
use crate::accounts::model::{Identity, IdentityKind, PersonRow};
use crate::accounts::queries::list_identities;
use crate::app::App;
use crate::db::AnyConnection;
use crate::disclosures::causes::{self, Whose};
use crate::disclosures::model::CauseKind;
use crate::error::{AppError, AppResult};

/// Applies the opt-outs of the person's identities and of this browser to the person, unless the person has allowed
/// it later, when the identity was theirs already, and tells them by mail. Call it in the transaction in which they sign in, or get an identity by other means:
/// from then on the person's own choices are what holds for it.
///
/// What was chosen under an identity keeps its day, and recipients who know it for that identity are told of the others
/// alone. What a browser chose counts from now on: before, nobody could know whose it was.
pub fn join(
    app: &App,
    conn: &mut AnyConnection,
    (person, email): (&PersonRow, Option<&str>),
    browser: Option<&Browser>,
    now: NaiveDateTime,
) -> AppResult<()> {
    let own = Subject::Person(person.id);
    let identities = list_identities(conn, person.id)?;
    let mut subjects = vec![own.clone()];
    subjects.extend(identities.iter().map(as_subject));
    subjects.extend(browser.map(|it| it.subject(&app.keys)));
    let stand = Stand::read(conn, &subjects, now.date())?;
    let known: Vec<_> = identities
        .iter()
        .map(|it| as_subject(it).to_string())
        .collect();
    if stand.current.iter().any(|it| known.contains(&it.subject)) {
        handles::forget(conn, &known)?;
    }
    let name = own.to_string();
    let earlier = opt_outs_to_join(&stand.current, &name, &identities);
    let mut keys: Vec<_> = earlier.iter().map(|it| it.activity.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut repeats = Vec::new();
    for key in &keys {
        let of_key = earlier.iter().filter(|it| it.activity == *key);
        repeats.extend(repeat(conn, of_key.copied(), &identities)?);
    }
    let is_new = |key: &&str| earlier.iter().all(|it| it.activity != *key);
    let in_cookie = in_cookie_alone(&stand.current, &name, browser);
    keys.extend(in_cookie.filter(is_new).map(str::to_owned));
    let whose = (person.id, person.pseudonym.as_str(), email);
    let act = Act {
        repeats,
        ..Act::of_account(whose, keys, State::OptedOut, MadeBy::Earlier)
    };
    match Plan::make(app, &act, &stand, now)? {
        Some(plan) => plan.write(app, conn),
        None => Ok(()),
    }
}

/// Has caches and recipients learn that the account's opt-outs hold for an identity that has joined it, too: they know the
/// person by the others alone. Call it after [`join`], in the transaction in which the identity is added.
pub fn spread(
    app: &App,
    conn: &mut AnyConnection,
    person_id: i64,
    added: (IdentityKind, &str),
    now: NaiveDateTime,
) -> AppResult<()> {
    let identities = list_identities(conn, person_id)?;
    let is_added = |it: &&Identity| (it.kind, it.value.as_str()) == added;
    let Some(identity) = identities.iter().find(is_added) else {
        return Ok(());
    };
    let (own, new) = (Subject::Person(person_id), as_subject(identity));
    let stand = Stand::read(conn, &[own.clone(), new.clone()], now.date())?;
    let rows = stand.to_spread(&own.to_string(), &new.to_string());
    if rows.is_empty() {
        return Ok(());
    }
    if !queries::append(conn, &rows)? {
        return Err(AppError::conflict(
            "A choice was changed at the same moment.",
        ));
    }
    let keys: Vec<_> = rows.iter().map(|it| &*it.activity).collect();
    let about = (CauseKind::OptOut, &Whose::Person(person_id));
    let due_on = causes::opt_out_due(app, now);
    let others = identities.iter().map(|it| as_subject(it).to_string());
    let others: Vec<_> = others.filter(|it| *it != new.to_string()).collect();
    let cause = causes::prepare(app, about, keys.join(" "), due_on, now);
    match cause.filter(|_| identity.kind != IdentityKind::External) {
        Some(cause) => cause.known_for(&others).write(conn),
        None => Ok(()),
    }
}

/// What these choices of one kind come to for the person; the causes that recipients were told of become theirs. None if
/// only a browser chose so.
fn repeat<'a>(
    conn: &mut AnyConnection,
    earlier: impl Iterator<Item = &'a Choice>,
    identities: &[Identity],
) -> QueryResult<Option<Repeat>> {
    let (mut choices, mut known_for) = (Vec::new(), Vec::new());
    for choice in earlier {
        let is_of = |it: &&Identity| as_subject(it).to_string() == choice.subject;
        let Some(identity) = identities.iter().find(is_of) else {
            continue;
        };
        let about = (choice.activity.as_str(), choice.at);
        let told = causes::of_identity(conn, &choice.subject, about)?;
        if !told.is_empty() {
            causes::adopt(conn, &told, identity.person_id)?;
            known_for.push(choice.subject.clone());
        }
        choices.push(choice);
    }
    let first = choices.into_iter().min_by_key(|it| it.at);
    // External ids are known to nobody but us.
    let mut known_to_others = identities
        .iter()
        .filter(|it| it.kind != IdentityKind::External);
    Ok(first.map(|first| Repeat {
        first: first.clone(),
        is_known: known_to_others.all(|it| known_for.contains(&as_subject(it).to_string())),
        known_for,
    }))
}

fn as_subject(identity: &Identity) -> Subject {
    Subject::Identity(identity.kind, identity.hash.clone())
}

/// What this browser has opted out of that stands nowhere else, or that somebody opted out of here again after the person
/// had allowed it.
fn in_cookie_alone<'a>(
    current: &'a [Choice],
    own: &'a str,
    browser: Option<&'a Browser>,
) -> impl Iterator<Item = &'static str> + use<'a> {
    let of_key = move |key: &'static str| current.iter().filter(move |it| it.activity == key);
    RIGHTS.into_iter().filter(move |key| {
        browser
            .filter(|it| it.has_opted_out_of(key))
            .is_some_and(|browser| match of_key(key).find(|it| it.subject == own) {
                Some(choice) => browser.has_opted_out_since(key, choice.at),
                None => of_key(key).next().is_none(),
            })
    })
}

fn opt_outs_to_join<'a>(
    current: &'a [Choice],
    own: &str,
    identities: &[Identity],
) -> Vec<&'a Choice> {
    // Before, a consent said nothing about it.
    let since = |subject: &str| {
        let mut identities = identities.iter();
        let identity = identities.find(|it| as_subject(it).to_string() == subject);
        identity.map(|it| it.verified_at)
    };
    let is_allowed_later = |earlier: &Choice| {
        current.iter().any(|it| {
            it.subject == own
                && it.activity == earlier.activity
                && it.at >= earlier.at
                && (it.state == State::OptedOut
                    || since(&earlier.subject).is_none_or(|since| it.at >= since))
        })
    };
    let earlier = current
        .iter()
        .filter(|it| it.subject != own && it.state == State::OptedOut && !is_allowed_later(it));
    earlier.collect()
}
