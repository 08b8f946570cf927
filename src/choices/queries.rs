//! Reading choices, and appending to them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::feed;
use super::model::{Choice, MadeBy, NewChoice, State, Subject};
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{find_person_by_identity, identity_hash};
use crate::db::schema::choices;
use crate::db::{AnyConnection, both};
use crate::keys::Keys;

/// So many subjects are asked for one by one: a statement for one is parsed once, a list anew each time.
const FEW: usize = 2;

/// Whether another choice of that subject and activity came after it.
macro_rules! is_replaced {
    () => {{
        let newer = diesel::alias!(choices as newer);
        exists(
            newer
                .filter(newer.field(choices::subject).eq(choices::subject))
                .filter(newer.field(choices::activity).eq(choices::activity))
                .filter(newer.field(choices::number).gt(choices::number)),
        )
    }};
}
pub(super) use is_replaced;

/// Of each subject and activity the newest choice.
macro_rules! newest {
    () => {
        Choice::query()
            .filter(not(is_replaced!()))
            .order(choices::id)
    };
}

/// The choices that hold now for these subjects: of each subject and activity the newest.
pub fn list_current(conn: &mut AnyConnection, subjects: &[Subject]) -> QueryResult<Vec<Choice>> {
    if subjects.len() <= FEW {
        let mut current = Vec::new();
        for subject in subjects {
            current.extend(list_current_of(conn, subject)?);
        }
        return Ok(current);
    }
    newest!()
        .filter(choices::subject.eq_any(subjects.iter().map(ToString::to_string)))
        .load(conn)
}

fn list_current_of(conn: &mut AnyConnection, subject: &Subject) -> QueryResult<Vec<Choice>> {
    both!(conn, |conn| newest!()
        .filter(choices::subject.eq(subject.to_string()))
        .load(conn))
}

/// The opt-outs from any of these activities that hold now.
pub fn list_opted_out(conn: &mut AnyConnection, activities: &[&str]) -> QueryResult<Vec<Choice>> {
    newest!()
        .filter(choices::activity.eq_any(activities))
        .filter(choices::state.eq(State::OptedOut.as_str()))
        .load(conn)
}

/// Opt-outs that hold now, after that one in the order of recording: so many. Browsers are left out: nobody but us knows
/// them.
pub(super) fn list_opt_outs_after(
    conn: &mut AnyConnection,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<Choice>> {
    newest!()
        .filter(choices::id.gt(after))
        .filter(feed::is_told())
        .filter(choices::state.eq(State::OptedOut.as_str()))
        .limit(limit)
        .load(conn)
}

/// Inserts what has not come first from elsewhere; gives how many.
macro_rules! record {
    ($conn:expr, $changes:expr) => {
        both!(&mut *$conn, |conn| diesel::insert_into(choices::table)
            .values($changes)
            .on_conflict_do_nothing()
            .execute(conn))
    };
}

/// Records changes; `false` when another change came first to one of them, and then the transaction must not go on.
pub fn append(conn: &mut AnyConnection, changes: &[NewChoice]) -> QueryResult<bool> {
    // An array of fixed length is a statement that is parsed once for all; a list is parsed anew each time.
    for few in changes.chunks(FEW) {
        let recorded = match few {
            [one, other] => record!(conn, [one, other])?,
            few => record!(conn, [&few[0]])?,
        };
        if recorded != few.len() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a use that takes consent outside of the United States can ever have been on for a person. It cannot where
/// nothing is on record, or only that it was off by law and stays so; whoever refused it may have lived elsewhere then.
pub fn was_ever_on(conn: &mut AnyConnection, person_id: i64, key: &str) -> QueryResult<bool> {
    let kept_off = [MadeBy::Moved, MadeBy::Age].map(MadeBy::as_str);
    let rows = choices::table
        .filter(choices::person_id.eq(person_id))
        .filter(choices::activity.eq(key))
        .filter(choices::made_by.ne_all(kept_off));
    diesel::select(exists(rows)).get_result(conn)
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

/// Whose choices, and what was typed for them.
pub type Typed = (Subject, String);

/// The same of several, each with what was typed, but once for a person; with the pseudonym of the first who is known.
pub fn find_subjects(
    conn: &mut AnyConnection,
    keys: &Keys,
    handles: &[(IdentityKind, String)],
) -> QueryResult<(Vec<Typed>, Option<String>)> {
    let (mut typed, mut pseudonym) = (Vec::<Typed>::new(), None);
    for (kind, value) in handles {
        let (subject, known) = find_subject(conn, keys, *kind, value)?;
        if typed.iter().all(|(it, _)| *it != subject) {
            typed.push((subject, value.clone()));
        }
        pseudonym = pseudonym.or(known);
    }
    Ok((typed, pseudonym))
}
