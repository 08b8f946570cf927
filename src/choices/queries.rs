//! Reading choices, and appending to them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::feed;
use super::model::{Choice, NewChoice, Subject};
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{find_person_by_identity, identity_hash};
use crate::db::schema::choices;
use crate::db::{AnyConnection, both};
use crate::keys::Keys;

/// The choices that hold now for these subjects: of each subject and activity the newest.
pub fn list_current(conn: &mut AnyConnection, subjects: &[Subject]) -> QueryResult<Vec<Choice>> {
    let newer = diesel::alias!(choices as newer);
    let replaced = newer
        .filter(newer.field(choices::subject).eq(choices::subject))
        .filter(newer.field(choices::activity).eq(choices::activity))
        .filter(newer.field(choices::number).gt(choices::number));
    let current = Choice::query()
        .filter(not(exists(replaced)))
        .order(choices::id);
    match subjects {
        // SQLite would have to parse a list anew each time.
        [one] => current
            .filter(choices::subject.eq(one.to_string()))
            .load(conn),
        several => {
            let several = several.iter().map(ToString::to_string);
            current.filter(choices::subject.eq_any(several)).load(conn)
        }
    }
}

/// Records changes; `false` when another change came first to one of them, and then the transaction must not go on.
pub fn append(conn: &mut AnyConnection, changes: &[NewChoice]) -> QueryResult<bool> {
    feed::share(conn)?;
    // Each by itself, for they are few: a statement of one row is parsed once for all.
    for change in changes {
        let recorded = both!(conn, |conn| diesel::insert_into(choices::table)
            .values(change)
            .on_conflict_do_nothing()
            .execute(conn))?;
        if recorded != 1 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A person's changes, newest first: so many, older than that one.
pub fn list_history(
    conn: &mut AnyConnection,
    person_id: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Choice>> {
    Choice::query()
        .filter(choices::person_id.eq(person_id))
        .filter(choices::id.lt(before.unwrap_or(i64::MAX)))
        .order(choices::id.desc())
        .limit(limit)
        .load(conn)
}

/// Whose choices somebody's identity leads to: the person who has it, or whoever will sign in with it. With the
/// pseudonym of the person.
pub fn find_subject(
    conn: &mut AnyConnection,
    keys: &Keys,
    kind: IdentityKind,
    value: &str,
) -> QueryResult<(Subject, Option<String>)> {
    if let Some(person) = find_person_by_identity(conn, keys, kind, value)? {
        return Ok((Subject::Person(person.id), Some(person.pseudonym)));
    }
    let hash = identity_hash(keys, kind, value);
    Ok((Subject::Identity(kind, hash), None))
}
