//! How choices stand for a person, or for somebody who is named by the keyed hash of an identity, as programs do.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::model::{Choice, Subject};
use super::queries::{is_replaced, list_current};
use crate::accounts::model::IdentityKind;
use crate::db::schema::{choices, identities, minors, people};
use crate::db::{AnyConnection, both};

/// What is known of somebody.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Where they live, as they told us; empty when not known.
    pub residence: String,
    /// The choices that hold now.
    pub current: Vec<Choice>,
    /// The 16th birthday of somebody who is or was known to be under 16.
    pub sixteen_on: Option<NaiveDate>,
}

/// A person with the choices of theirs that hold now, one in each row, as one statement: it runs with every page of
/// choices and with every question of a program.
macro_rules! people_with_choices {
    () => {{
        let holds = choices::person_id
            .eq(people::id.nullable())
            .and(not(is_replaced!()));
        let of_age = minors::person_id.eq(people::id);
        let people = people::table.left_join(minors::table.on(of_age));
        people.left_join(choices::table.on(holds))
    }};
}

type Row = (String, Option<NaiveDate>, Option<Choice>);

/// How choices stand for a person.
pub fn of_person(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Standing> {
    let rows: Vec<Row> = both!(conn, |conn| people_with_choices!()
        .filter(people::id.eq(person_id))
        .select((
            people::residence,
            minors::sixteen_on.nullable(),
            Option::<Choice>::as_select(),
        ))
        .load(conn))?;
    Standing::of(rows).ok_or(diesel::NotFound)
}

/// What a person told us of themselves that choices depend on: where they live, and, if they are or were under 16, when
/// their 16th birthday is.
pub fn told_by(
    conn: &mut AnyConnection,
    person_id: i64,
) -> QueryResult<(String, Option<NaiveDate>)> {
    both!(conn, |conn| people::table
        .left_join(minors::table.on(minors::person_id.eq(people::id)))
        .filter(people::id.eq(person_id))
        .select((people::residence, minors::sixteen_on.nullable()))
        .first(conn))
}

/// How choices stand by one identity: of the person who has it, or of whoever will sign in with it.
pub fn find(
    conn: &mut AnyConnection,
    kind: IdentityKind,
    hash: &str,
) -> QueryResult<Option<Standing>> {
    let rows: Vec<Row> = both!(conn, |conn| people_with_choices!()
        .inner_join(identities::table.on(identities::person_id.eq(people::id)))
        .filter(identities::hash.eq(hash))
        .filter(identities::kind.eq(kind.as_str()))
        .select((
            people::residence,
            minors::sixteen_on.nullable(),
            Option::<Choice>::as_select(),
        ))
        .load(conn))?;
    if let Some(standing) = Standing::of(rows) {
        return Ok(Some(standing));
    }
    let current = list_current(conn, &[Subject::Identity(kind, hash.to_owned())])?;
    Ok((!current.is_empty()).then(|| Standing {
        residence: String::new(),
        current,
        sixteen_on: None,
    }))
}

impl Standing {
    /// From the rows of one person; none if there is none.
    fn of(rows: Vec<Row>) -> Option<Standing> {
        let (residence, sixteen_on, _) = rows.first()?.clone();
        let current = rows.into_iter().filter_map(|(.., choice)| choice);
        Some(Standing {
            residence,
            current: current.collect(),
            sixteen_on,
        })
    }

    /// Whether the person is known to be under 16.
    pub fn is_minor(&self, today: NaiveDate) -> bool {
        self.sixteen_on.is_some_and(|day| day > today)
    }
}

/// The same for many, in their order, with two queries.
pub fn list(
    conn: &mut AnyConnection,
    asked: &[(IdentityKind, String)],
) -> QueryResult<Vec<Option<Standing>>> {
    let hashes: Vec<_> = asked.iter().map(|(_, hash)| hash).collect();
    let of_age = minors::person_id.eq(people::id);
    let rows: Vec<(String, String, i64, String, Option<NaiveDate>)> = identities::table
        .inner_join(people::table)
        .left_join(minors::table.on(of_age))
        .filter(identities::hash.eq_any(hashes))
        .select((
            identities::kind,
            identities::hash,
            people::id,
            people::residence,
            minors::sixteen_on.nullable(),
        ))
        .load(conn)?;
    let people: HashMap<_, _> = rows
        .into_iter()
        .map(|(kind, hash, id, residence, sixteen)| ((kind, hash), (id, residence, sixteen)))
        .collect();
    let person = |(kind, hash): &(IdentityKind, String)| {
        people.get(&(kind.as_str().to_owned(), hash.clone()))
    };
    let subject = |it: &(IdentityKind, String)| match person(it) {
        Some((id, ..)) => Subject::Person(*id),
        None => Subject::Identity(it.0, it.1.clone()),
    };
    let subjects: Vec<_> = asked.iter().map(subject).collect();
    let mut current = HashMap::<String, Vec<Choice>>::new();
    for choice in list_current(conn, &subjects)? {
        let of_subject = current.entry(choice.subject.clone()).or_default();
        of_subject.push(choice);
    }
    let standings = asked.iter().zip(subjects).map(|(asked, subject)| {
        let known = person(asked);
        let current = current.get(&subject.to_string()).cloned();
        (known.is_some() || current.is_some()).then(|| Standing {
            residence: known.map(|it| it.1.clone()).unwrap_or_default(),
            current: current.unwrap_or_default(),
            sixteen_on: known.and_then(|it| it.2),
        })
    });
    Ok(standings.collect())
}
