//! What somebody chose before an identity was known to be theirs joins their account, and never weakens what they chose
//! there.

use chrono::NaiveDateTime;

use super::browser::Browser;
use super::change::Act;
use super::model::{Choice, MadeBy, State, Subject};
use super::plan::{Plan, Stand};
use super::refusable::{LIMIT_SENSITIVE, SALE_OR_SHARING};
use crate::accounts::model::PersonRow;
use crate::accounts::queries::list_identities;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;

/// Applies the opt-outs of the person's identities and of this browser to the person, unless the person has allowed
/// it later, and tells them by mail. Call it in the transaction in which they sign in, or get an identity by other means:
/// from then on the person's own choices are what holds for it.
pub fn join(
    app: &App,
    conn: &mut AnyConnection,
    (person, email): (&PersonRow, Option<&str>),
    browser: Option<&Browser>,
    now: NaiveDateTime,
) -> AppResult<()> {
    let own = Subject::Person(person.id);
    let mut subjects = vec![own.clone()];
    let identities = list_identities(conn, person.id)?.into_iter();
    subjects.extend(identities.map(|it| Subject::Identity(it.kind, it.hash)));
    subjects.extend(browser.map(|it| it.subject(&app.keys)));
    let stand = Stand::read(conn, &subjects, now.date())?;
    let mut keys = opt_outs_to_join(&stand.current, &own.to_string());
    keys.extend(in_cookie_alone(&stand.current, browser));
    let whose = (person.id, person.pseudonym.as_str(), email);
    let act = Act::of_account(whose, keys, State::OptedOut, MadeBy::Earlier);
    match Plan::make(app, &act, &stand, now)? {
        Some(plan) => plan.write(app, conn),
        None => Ok(()),
    }
}

/// What this browser has opted out of that stands nowhere else; it is not known when, so any choice on record wins.
fn in_cookie_alone(current: &[Choice], browser: Option<&Browser>) -> Vec<String> {
    let is_recorded = |key: &str| current.iter().any(|it| it.activity == key);
    let both = [SALE_OR_SHARING, LIMIT_SENSITIVE].into_iter();
    let alone =
        both.filter(|key| browser.is_some_and(|it| it.has_opted_out_of(key)) && !is_recorded(key));
    alone.map(str::to_owned).collect()
}

fn opt_outs_to_join(current: &[Choice], own: &str) -> Vec<String> {
    let is_allowed_later = |earlier: &Choice| {
        current
            .iter()
            .any(|it| it.subject == own && it.activity == earlier.activity && it.at >= earlier.at)
    };
    let earlier = current
        .iter()
        .filter(|it| it.subject != own && it.state == State::OptedOut && !is_allowed_later(it));
    let mut keys: Vec<_> = earlier.map(|it| it.activity.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
