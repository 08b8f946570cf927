//! Who is left out of a figure: everybody who has turned off the activity of which counting is a part, or has objected to
//! it, and everybody whose data may be kept and not used (GDPR Art. 18(2)).

use std::collections::HashSet;

use diesel::prelude::*;

use crate::choices::queries::list_opted_out;
use crate::choices::refusable::keys_of;
use crate::db::AnyConnection;
use crate::db::schema::identities;
use crate::register::Activity;
use crate::requests::resting;

/// So many people are looked up in one query.
const AT_ONCE: usize = 500;

/// The keyed hashes of their e-mail addresses, as far as they are known.
pub fn hashes(conn: &mut AnyConnection, activity: &Activity) -> QueryResult<HashSet<String>> {
    let refused = list_opted_out(conn, &keys_of(activity))?;
    let subjects = refused.iter().map(|it| &it.subject);
    let mut hashes: HashSet<String> = subjects
        .filter_map(|it| it.strip_prefix("email:"))
        .map(str::to_owned)
        .collect();
    let mut people: Vec<i64> = refused.iter().filter_map(|it| it.person_id).collect();
    people.extend(resting::people_without(conn, activity)?);
    for people in people.chunks(AT_ONCE) {
        let known: Vec<String> = identities::table
            .filter(identities::person_id.eq_any(people))
            .select(identities::hash)
            .load(conn)?;
        hashes.extend(known);
    }
    Ok(hashes)
}
