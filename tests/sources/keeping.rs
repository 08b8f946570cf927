//! Few rows are read once, while it is found out whose they are; many, and those with much in them, when they are wanted.

use std::{collections::BTreeSet, fmt::Write, ops::ControlFlow};

use candor::{
    register::{CollectionKey, Register},
    sources::{Identities, SourceError, Visited, Visitor},
};

use super::{company::Company, database::Kind};

/// People lead to letters and to whom they brought along, letters to their pages.
const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: brought_by, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
      - name: letters
        fields:
          - {name: code, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: body, data_categories: [user.content]}
      - name: pages
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: letter, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: letters.code, direction: from}]}}
";

const TABLES: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), brought_by INTEGER);
CREATE TABLE letters (code VARCHAR(10) PRIMARY KEY, person INTEGER, body TEXT);
CREATE TABLE pages (id INTEGER PRIMARY KEY, letter VARCHAR(10));
INSERT INTO people VALUES (1, 'ada@example.org', NULL), (2, 'eve@example.org', NULL);
";

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// So many letters of Ada's with a page each, as many of Eve's, and as many people whom one after the other brought.
fn company(kind: Kind, number: usize, body: &str) -> Company {
    let mut sql = TABLES.to_owned();
    let mut fill = |table: &str, row: &dyn Fn(usize) -> String| {
        let rows: Vec<_> = (0..number).map(row).collect();
        let _ = write!(sql, "INSERT INTO {table} VALUES {};", rows.join(", "));
    };
    fill("letters", &|at| format!("('a{at:03}', 1, '{body}')"));
    fill("letters", &|at| format!("('e{at:03}', 2, 'not hers')"));
    fill("pages", &|at| format!("({at}, 'a{at:03}')"));
    fill("people", &|at| {
        let by = if at == 0 { 1 } else { 99 + at };
        format!("({}, NULL, {by})", 100 + at)
    });
    let manifest = Company::manifest(MANIFEST);
    let (register, _) = Register::parse(&[("manifest.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", &sql)])
}

/// What is shown of each record, by collection, in the order in which it came.
#[derive(Default)]
struct Seen(Vec<(String, String)>);

impl Visitor for Seen {
    fn record(&mut self, key: &CollectionKey, record: Visited<'_>) -> ControlFlow<()> {
        assert!(!record.shared);
        let first = record.fields[0].value.to_string();
        self.0.push((key.collection.clone(), first));
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &CollectionKey, error: Option<SourceError>) -> ControlFlow<()> {
        assert_eq!(error, None);
        ControlFlow::Continue(())
    }
}

#[test]
fn few_rows_and_many_are_found_once_each_and_in_order() {
    for kind in Kind::all() {
        for number in [1, 63, 64, 65, 150] {
            let company = company(kind, number, "hers");

            let mut seen = Seen::default();
            company.sources.visit(&ada(), &mut seen);

            let people = (1..=1).chain(100..100 + number).map(|at| at.to_string());
            let letters = (0..number).map(|at| format!("a{at:03}"));
            let pages = (0..number).map(|at| at.to_string());
            let named = |name: &'static str| move |it| (name.to_owned(), it);
            let expected: Vec<_> = people
                .map(named("people"))
                .chain(letters.map(named("letters")))
                .chain(pages.map(named("pages")))
                .collect();
            assert_eq!(seen.0, expected, "{kind:?}, {number} rows");
            for (collection, more) in [("people", 1), ("letters", 0), ("pages", 0)] {
                let records = company.records(&ada(), collection);
                let ids: BTreeSet<_> = records.iter().map(|it| &it.id).collect();
                assert_eq!(ids.len(), records.len(), "{kind:?}");
                assert_eq!(records.len(), number + more, "{kind:?}, {collection}");
            }
        }
    }
}

#[test]
fn rows_with_much_in_them_are_read_again_and_whole() {
    let body = "hers".repeat(10_000);
    for kind in Kind::all() {
        let company = company(kind, 3, &body);

        let records = company.records(&ada(), "letters");

        let bodies = records
            .iter()
            .map(|it| it.held("body").unwrap().to_string());
        assert_eq!(bodies.collect::<Vec<_>>(), vec![body.clone(); 3]);
    }
}

#[test]
fn each_collection_is_read_once_where_few_rows_are_reached() {
    let company = company(Kind::Sqlite, 1, "hers");
    company.records(&ada(), "letters");
    let start = company.reads();

    company.records(&ada(), "letters");

    let reads = company.reads() - start;
    // People three times, as whom they brought are among them; letters, and pages.
    assert_eq!(reads, 5);
}
