//! How choices stand for a person, or for somebody who is named by the keyed hash of an identity, as programs do.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Choice, Subject};
use super::queries::list_current;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::find_residence;
use crate::db::schema::{identities, people};
use crate::db::{AnyConnection, both};

/// What is known of somebody.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Where they live, as they told us; empty when not known.
    pub residence: String,
    /// The choices that hold now.
    pub current: Vec<Choice>,
}

/// How choices stand for a person.
pub fn of_person(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Standing> {
    Ok(Standing {
        residence: find_residence(conn, person_id)?,
        current: list_current(conn, &[Subject::Person(person_id)])?,
    })
}

/// How choices stand by one identity: of the person who has it, or of whoever will sign in with it.
pub fn find(
    conn: &mut AnyConnection,
    kind: IdentityKind,
    hash: &str,
) -> QueryResult<Option<Standing>> {
    let person: Option<(i64, String)> = both!(conn, |conn| identities::table
        .inner_join(people::table)
        .filter(identities::hash.eq(hash))
        .filter(identities::kind.eq(kind.as_str()))
        .select((people::id, people::residence))
        .first(conn)
        .optional())?;
    if let Some((id, residence)) = person {
        let current = list_current(conn, &[Subject::Person(id)])?;
        return Ok(Some(Standing { residence, current }));
    }
    let current = list_current(conn, &[Subject::Identity(kind, hash.to_owned())])?;
    Ok((!current.is_empty()).then(|| Standing {
        residence: String::new(),
        current,
    }))
}

/// The same for many, in their order, with two queries.
pub fn list(
    conn: &mut AnyConnection,
    asked: &[(IdentityKind, String)],
) -> QueryResult<Vec<Option<Standing>>> {
    let hashes: Vec<_> = asked.iter().map(|(_, hash)| hash).collect();
    let rows: Vec<(String, String, i64, String)> = identities::table
        .inner_join(people::table)
        .filter(identities::hash.eq_any(hashes))
        .select((
            identities::kind,
            identities::hash,
            people::id,
            people::residence,
        ))
        .load(conn)?;
    let people: HashMap<_, _> = rows
        .into_iter()
        .map(|(kind, hash, id, residence)| ((kind, hash), (id, residence)))
        .collect();
    let person = |(kind, hash): &(IdentityKind, String)| {
        people.get(&(kind.as_str().to_owned(), hash.clone()))
    };
    let subject = |it: &(IdentityKind, String)| match person(it) {
        Some((id, _)) => Subject::Person(*id),
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
        })
    });
    Ok(standings.collect())
}
