//! Changes in the order in which they were recorded, for who keeps a copy. Browsers are left out: nobody but the
//! portal knows them.
//!
//! With several writers a change may be committed after one with a higher id. So a trigger has every writer share a
//! lock until its commit, and the reader of the feed waits until nobody has it. SQLite has one writer.

use std::collections::HashMap;

use diesel::dsl::{exists, sql};
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::Choice;
use crate::accounts::model::IdentityKind;
use crate::db::schema::{choices, identities};
use crate::db::{AdvisoryLock, AnyConnection};

/// One change, with every identity of the person.
#[derive(Debug)]
pub struct Change {
    /// What was chosen.
    pub choice: Choice,
    /// Kinds and keyed hashes.
    pub identities: Vec<(IdentityKind, String)>,
}

/// The changes after that one: so many, oldest first. It may wait for writers, but never long: they must not wait
/// for it.
pub fn list_after(conn: &mut AnyConnection, after: i64, limit: i64) -> QueryResult<Vec<Change>> {
    let mut found = find_after(conn, after, limit)?;
    if !found.is_empty() && matches!(conn, AnyConnection::Postgres(_)) {
        found = conn.transaction(|conn| {
            diesel::sql_query("SET LOCAL lock_timeout = '2s'").execute(conn)?;
            AdvisoryLock::ChoiceFeed.take(conn)?;
            find_after(conn, after, limit)
        })?;
    }
    let people = found.iter().filter_map(|choice| choice.person_id);
    let known = list_identities_of(conn, people.collect())?;
    let changes = found.into_iter().map(|choice| Change {
        identities: match choice.person_id {
            Some(id) => known.get(&id).cloned().unwrap_or_default(),
            None => by_subject(&choice.subject).into_iter().collect(),
        },
        choice,
    });
    Ok(changes.collect())
}

/// Whether the feed has come to that place: a database that was restored may not have, and whoever reads on from there
/// would miss what is written next.
pub fn has_reached(conn: &mut AnyConnection, place: i64) -> QueryResult<bool> {
    let there = choices::table.filter(choices::id.ge(place));
    Ok(place == 0 || diesel::select(exists(there)).get_result(conn)?)
}

/// All but the choices of browsers.
pub(super) fn is_told() -> SqlLiteral<Bool> {
    sql("choices.subject >= 'c'")
}

fn find_after(conn: &mut AnyConnection, after: i64, limit: i64) -> QueryResult<Vec<Choice>> {
    Choice::query()
        .filter(choices::id.gt(after))
        .filter(is_told())
        .order(choices::id)
        .limit(limit)
        .load(conn)
}

/// The identity that a subject without a person is.
pub(super) fn by_subject(subject: &str) -> Option<(IdentityKind, String)> {
    let (kind, hash) = subject.split_once(':')?;
    Some((kind.parse().ok()?, hash.to_owned()))
}

fn list_identities_of(
    conn: &mut AnyConnection,
    mut people: Vec<i64>,
) -> QueryResult<HashMap<i64, Vec<(IdentityKind, String)>>> {
    people.sort_unstable();
    people.dedup();
    let rows: Vec<(i64, String, String)> = identities::table
        .filter(identities::person_id.eq_any(people))
        .order(identities::id)
        .select((identities::person_id, identities::kind, identities::hash))
        .load(conn)?;
    let mut known = HashMap::<i64, Vec<_>>::new();
    for (person_id, kind, hash) in rows {
        let kind = kind.parse().ok();
        let of_person = known.entry(person_id).or_default();
        of_person.extend(kind.map(|kind| (kind, hash)));
    }
    Ok(known)
}
