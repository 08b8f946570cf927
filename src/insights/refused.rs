//! Who is left out of a figure: everybody who has turned off the activity of which counting is a part.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::choices::State;
use crate::choices::refusable::keys_of;
use crate::db::AnyConnection;
use crate::db::schema::{choices, identities};
use crate::register::Activity;

/// So many people are looked up in one query.
const AT_ONCE: usize = 500;

/// The keyed hashes of their e-mail addresses, as far as they are known.
pub fn hashes(conn: &mut AnyConnection, activity: &Activity) -> QueryResult<HashSet<String>> {
    let rows: Vec<(String, String, Option<i64>, String)> = choices::table
        .filter(choices::activity.eq_any(keys_of(activity)))
        .order(choices::id)
        .select((
            choices::activity,
            choices::subject,
            choices::person_id,
            choices::state,
        ))
        .load(conn)?;
    // The newest of each subject is the last.
    let mut newest = HashMap::new();
    for (activity, subject, person, state) in rows {
        newest.insert((activity, subject), (person, state));
    }
    newest.retain(|_, (_, state)| *state == State::OptedOut.as_str());
    let mut hashes: HashSet<String> = newest
        .keys()
        .filter_map(|(_, subject)| subject.strip_prefix("email:"))
        .map(str::to_owned)
        .collect();
    let people: Vec<i64> = newest.values().filter_map(|(person, _)| *person).collect();
    for people in people.chunks(AT_ONCE) {
        let known: Vec<String> = identities::table
            .filter(identities::person_id.eq_any(people))
            .select(identities::hash)
            .load(conn)?;
        hashes.extend(known);
    }
    Ok(hashes)
}
