//! ProJobSector's own database: every person can be erased, and nobody else notices.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use candor::{
    demo::source,
    register::Register,
    sources::{Identities, Outcome, Scope, Sources},
};
use rusqlite::Connection;

use super::company::today;

fn open(path: &Path) -> Sources {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/register");
    let (register, _) = Register::load(&folder).unwrap();
    let url = format!("sqlite:{}", path.display());
    let urls = [("projobsector".to_owned(), url)];
    Sources::open(Arc::new(register), &urls, &[7; 32]).unwrap()
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let texts = statement.query_map([], |row| row.get(0)).unwrap();
    texts.map(Result::unwrap).collect()
}

fn own(sources: &Sources, email: &str) -> BTreeMap<String, u64> {
    let overview = sources.overview(&Identities::email(email)).into_iter();
    let own = overview.map(|it| (it.key.to_string(), it.counts.unwrap().own));
    own.collect()
}

#[test]
fn every_person_of_the_sample_can_be_erased_and_nobody_else_loses_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.db");
    source::create(&path, 3, 12, today(), |_, _| {}).unwrap();
    let connection = Connection::open(&path).unwrap();
    let people = texts(&connection, "SELECT email FROM accounts ORDER BY id");
    let sources = open(&path);
    let (first, others) = people.split_first().unwrap();
    let before: Vec<_> = others.iter().map(|email| own(&sources, email)).collect();
    assert!(own(&sources, first).values().sum::<u64>() > 20);

    for (at, email) in people.iter().enumerate() {
        let person = Identities::email(email);
        let plan = sources
            .plan_erasure(&person, (&Scope::All, "us-ca"), &[], today())
            .unwrap();
        let outcome = sources.execute(&person, &plan);

        assert!(
            matches!(outcome, Ok(Outcome::Done(_))),
            "person {at}: {outcome:?}"
        );
        let left: Vec<_> = own(&sources, email)
            .into_iter()
            .filter(|(_, rows)| *rows > 0)
            .collect();
        assert_eq!(left, [], "person {at}");
        assert_eq!(
            texts(
                &connection,
                "SELECT \"table\" FROM pragma_foreign_key_check"
            ),
            [""; 0]
        );
        if at == 0 {
            let after: Vec<_> = others.iter().map(|email| own(&sources, email)).collect();
            for (before, after) in before.iter().zip(&after) {
                let lost = before.iter().filter(|(key, rows)| after[*key] < **rows);
                assert_eq!(lost.collect::<Vec<_>>(), []);
            }
        }
    }
}
