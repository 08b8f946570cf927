use std::{collections::BTreeSet, path::Path};

use candor::register::{
    CollectionKey, Direction, Erase, Kind, NeverDisclose, Register, Retention, SourceKind, covers,
};
use rusqlite::Connection;

fn demo() -> Register {
    let (register, warnings) = Register::load(Path::new("demo/register")).unwrap();
    let told: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(told, [] as [String; 0]);
    register
}

struct Column {
    name: String,
    sql_type: String,
    is_key: bool,
}

fn database() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(include_str!("../../demo/schema.sql"))
        .unwrap();
    db
}

fn tables(db: &Connection) -> BTreeSet<String> {
    let mut query = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    query
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn columns(db: &Connection, table: &str) -> Vec<Column> {
    let mut query = db
        .prepare("SELECT name, type, pk FROM pragma_table_info(?1)")
        .unwrap();
    let column = |row: &rusqlite::Row| {
        Ok(Column {
            name: row.get(0)?,
            sql_type: row.get(1)?,
            is_key: row.get::<_, i64>(2)? > 0,
        })
    };
    query
        .query_map([table], column)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn the_manifests_name_every_table_and_column_of_the_sample_database() {
    let (register, db) = (demo(), database());
    let collections: BTreeSet<_> = register
        .datasets
        .iter()
        .flat_map(|it| &it.collections)
        .map(|it| it.name.clone())
        .collect();

    assert_eq!(collections, tables(&db));
    for collection in register.datasets.iter().flat_map(|it| &it.collections) {
        let declared: Vec<_> = collection
            .fields
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let real = columns(&db, &collection.name);
        assert_eq!(
            declared,
            real.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
            "{}",
            collection.name
        );
        for column in real {
            let field = collection.field(&column.name).unwrap();
            assert_eq!(
                field.primary_key, column.is_key,
                "{}.{}",
                collection.name, column.name
            );
            let (kind, length) = told_type(&column.sql_type);
            let at = format!("{}.{}", collection.name, column.name);
            assert_eq!(field.data_type.unwrap().kind, kind, "{at}");
            assert!(
                length.is_none() || field.length == length,
                "{at}: {length:?}"
            );
        }
    }
}

/// The type and length that a column's manifest should say; a TEXT has its length in a check, if at all.
fn told_type(sql_type: &str) -> (Kind, Option<u32>) {
    let (word, length) = sql_type.split_once('(').unwrap_or((sql_type, ""));
    let kind = match word {
        "INTEGER" => Kind::Integer,
        "BOOLEAN" => Kind::Boolean,
        "DATE" => Kind::Date,
        "TIMESTAMP" => Kind::DateTime,
        _ => Kind::String,
    };
    (kind, length.trim_end_matches(')').parse().ok())
}

#[test]
fn the_manifests_follow_every_foreign_key() {
    let (register, db) = (demo(), database());
    for dataset in &register.datasets {
        for collection in &dataset.collections {
            let mut query = db
                .prepare("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(?1)")
                .unwrap();
            let mut rows = query.query([&collection.name]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let (from, table, to): (String, String, String) = (
                    row.get(0).unwrap(),
                    row.get(1).unwrap(),
                    row.get(2).unwrap(),
                );
                let field = collection.field(&from).unwrap();
                let follows = field.references.iter().any(|it| {
                    it.collection == table && it.field == to && it.direction != Direction::Both
                });
                assert!(
                    follows,
                    "{}.{from} does not follow {table}.{to}",
                    collection.name
                );
            }
        }
    }
}

#[test]
fn all_of_it_is_in_the_one_sample_source() {
    assert!(
        demo()
            .datasets
            .iter()
            .all(|dataset| dataset.source == "projobsector")
    );
}

#[test]
fn every_activity_may_be_refused_or_says_why_not() {
    let register = demo();

    let refusable: BTreeSet<_> = register.refusable().map(|it| it.key.as_str()).collect();
    for key in [
        "sale-or-sharing",
        "sensitive-use",
        "marketing",
        "personalisation",
        "analytics",
        "product-improvement",
        "employer-visibility",
    ] {
        assert!(refusable.contains(key), "{key}");
    }
    for key in ["service", "security", "legal-obligations"] {
        assert!(register.activity(key).unwrap().mandatory.is_some(), "{key}");
    }
    assert!(
        register
            .activities
            .iter()
            .all(|it| it.refusable != it.mandatory.is_some())
    );
    assert!(
        register
            .activities
            .iter()
            .all(|it| !it.purpose.is_empty() && it.lawful_basis.is_some())
    );
    assert!(
        register
            .activity("sale-or-sharing")
            .unwrap()
            .sale_or_sharing
    );
    assert!(register.activity("sensitive-use").unwrap().uses_sensitive);
}

#[test]
fn every_datum_about_people_has_a_title_a_reason_a_recipient_and_an_end() {
    let register = demo();
    for dataset in &register.datasets {
        for collection in &dataset.collections {
            for view in register.describe_all(dataset, collection) {
                if !view.field.categories.iter().any(|key| covers("user", key)) {
                    continue;
                }
                let path = format!("{}.{}", collection.name, view.field.path);
                let category = view
                    .category()
                    .unwrap_or_else(|| panic!("{path} has no category"));
                assert!(!category.description.is_empty(), "{}", category.key);
                assert!(view.activities().count() > 0, "{path} is used for nothing");
                assert!(view.recipients().count() > 0, "{path} is not even hosted");
                assert!(
                    view.retention().is_some() && view.source_kind().is_some(),
                    "{path}"
                );
                assert!(!collection.description.is_empty(), "{path}");
            }
        }
    }
}

#[test]
fn numbers_and_passwords_are_never_disclosed() {
    let register = demo();
    let kind = |dataset, collection, field| {
        register
            .describe(dataset, collection, field)
            .unwrap()
            .never_disclose()
            .map(NeverDisclose::as_str)
    };

    assert_eq!(
        kind("people", "accounts", "password_hash"),
        Some("password")
    );
    assert_eq!(
        kind("people", "identity_documents", "document_no"),
        Some("government-id")
    );
    assert_eq!(kind("people", "identity_documents", "kind"), None);
    assert_eq!(
        kind("billing", "payment_cards", "card_number"),
        Some("account-number")
    );
}

/// Rule: E6, 1798.105(d); D2.
#[test]
fn applications_and_invoices_outlive_a_deletion_for_a_reason_of_the_persons_own_law() {
    let register = demo();
    for (name, law, words, cite) in [
        (
            "careers.applications",
            "us-ca",
            "for 4 years",
            "Cal. Gov. Code 12946",
        ),
        (
            "careers.applications",
            "strictest",
            "for 4 years",
            "Cal. Gov. Code 12946",
        ),
        (
            "careers.interview_notes",
            "us-ca",
            "for 4 years",
            "Cal. Gov. Code 12946",
        ),
        (
            "careers.match_scores",
            "us-ca",
            "for 4 years",
            "2 CCR 11013(c)",
        ),
        (
            "careers.applications",
            "eu-gdpr",
            "for 183 days",
            "GDPR Art. 17(3)(e)",
        ),
        (
            "careers.applications",
            "us-va",
            "for 1 year",
            "29 CFR 1602.14",
        ),
        (
            "billing.invoices",
            "us-ca",
            "for 7 years",
            "26 CFR 1.6001-1(e)",
        ),
        (
            "billing.invoices",
            "eu-gdpr",
            "for 8 years",
            "Directive 2006/112/EC",
        ),
        (
            "people.consents",
            "eu-gdpr",
            "for 2 years",
            "GDPR Art. 7(1)",
        ),
    ] {
        let (dataset, collection) = name.split_once('.').unwrap();
        let key = CollectionKey::new(dataset, collection);
        let Erase::Keep(reasons) = &register.collection(&key).unwrap().erase else {
            panic!("{name} goes")
        };
        let keep = reasons.iter().find(|it| it.concerns(law)).unwrap();
        assert_eq!(keep.until.in_words(), words, "{name} under {law}");
        assert!(
            keep.basis.contains(cite),
            "{name} under {law}: {}",
            keep.basis
        );
        assert!(law != "eu-gdpr" || !keep.reason.contains("California"));
    }
}

#[test]
fn copies_are_kept_for_a_period_of_days() {
    let register = demo();
    let copies = register.dataset("copies").unwrap();

    for collection in &copies.collections {
        assert!(collection.copy.is_some());
        assert!(
            matches!(collection.retention, Some(Retention::Period { .. })),
            "{}",
            collection.name
        );
    }
}

#[test]
fn bought_data_say_that_they_come_from_a_partner() {
    let register = demo();

    let bought = register
        .describe("activity", "partner_data", "value")
        .unwrap();
    assert_eq!(bought.source_kind(), Some(SourceKind::Partner));
    assert_eq!(
        bought.category().unwrap().title,
        "What partners told us about you"
    );
}
