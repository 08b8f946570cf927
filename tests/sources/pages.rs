//! Pages, single records and exports: each own record exactly once, nothing unmasked, nobody else's.

use std::{collections::BTreeSet, ops::ControlFlow};

use candor::sources::{Dates, Held, Identities, Record};
use chrono::NaiveDate;

use super::company::{Company, shop};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: ssn, data_categories: [user.government_id], candor: {never_disclose: ssn}}
          - name: extra
            data_categories: [user.content]
            fides_meta: {data_type: object}
            fields:
              - {name: colour, data_categories: [user.content]}
              - {name: pin, data_categories: [user.content], candor: {never_disclose: password}}
      - name: views
        fields:
          - {name: day, data_categories: [user.behavior], candor: {date: true}}
          - {name: number, data_categories: [system.operations]}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: path, data_categories: [user.behavior]}
";

fn company() -> Company {
    Company::new(
        MANIFEST,
        r#"CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, ssn TEXT, extra TEXT);
         CREATE TABLE views (day TEXT, number INT, person INT, path TEXT, PRIMARY KEY (day, number));
         CREATE INDEX views_person ON views (person);
         INSERT INTO people VALUES
           (1, 'ada@example.org', '078-05-1120', '{"colour": "red", "pin": "4711"}'),
           (2, 'eve@example.org', NULL, '4711, not an object'),
           (3, 'ada@example.org', '', NULL);
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
         INSERT INTO views SELECT date('2026-01-01', (i / 7) || ' days'), i % 7, 1 + i % 3, '/' || i FROM n;"#,
    )
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn days(from: Option<(i32, u32, u32)>, to: Option<(i32, u32, u32)>) -> Dates {
    let day = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    Dates {
        from: from.map(day),
        to: to.map(day),
    }
}

fn all_pages(company: &Company, limit: usize, dates: Dates) -> Vec<Record> {
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = company
            .sources
            .page(&ada(), &shop("views"), after.as_deref(), limit, dates)
            .unwrap();
        assert!(page.records.len() <= limit);
        all.extend(page.records);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[test]
fn pages_of_any_size_cover_every_row_exactly_once() {
    let company = company();
    let expected: BTreeSet<_> = (0..1000)
        .filter(|i| i % 3 != 1)
        .map(|i| format!("/{i}"))
        .collect();

    for limit in [1, 7, 100, 667, 668] {
        let records = all_pages(&company, limit, Dates::default());
        let paths: BTreeSet<_> = records
            .iter()
            .map(|it| it.held("path").unwrap().to_string())
            .collect();
        assert_eq!(records.len(), 667, "in pages of {limit}");
        assert_eq!(paths, expected);
    }
}

#[test]
fn a_period_has_both_its_ends() {
    let company = company();
    let period = days(Some((2026, 1, 2)), Some((2026, 1, 3)));

    let records = all_pages(&company, 5, period);

    // Rows 7 to 20 of all.
    let expected = (7..21).filter(|i| i % 3 != 1).count();
    assert_eq!(records.len(), expected);
    assert_eq!(records[0].date, NaiveDate::from_ymd_opt(2026, 1, 2));
    let open = all_pages(&company, 50, days(Some((2026, 1, 2)), None));
    assert_eq!(open.len(), (7..1000).filter(|i| i % 3 != 1).count());
}

#[test]
fn an_export_streams_what_the_pages_show() {
    let company = company();

    let streamed = company.records(&ada(), "views");

    let paged = all_pages(&company, 50, Dates::default());
    let ids = |records: &[Record]| {
        records
            .iter()
            .map(|it| it.id.clone())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(streamed.len(), 667);
    assert_eq!(ids(&streamed), ids(&paged));
    assert_eq!(paged[0].fields.len(), 4);
}

#[test]
fn an_export_can_be_broken_off() {
    let company = company();
    let mut seen = 0;

    company
        .sources
        .for_each(&ada(), Dates::default(), &mut |_, _| {
            seen += 1;
            if seen == 10 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });

    assert_eq!(seen, 10);
}

#[test]
fn what_must_not_be_disclosed_leaves_the_source_masked() {
    let company = company();

    let people = company.records(&ada(), "people");

    let ssn = people[0].held("ssn").unwrap();
    assert!(ssn.is_masked());
    assert_eq!(
        ssn.to_string(),
        "We hold your Social Security number. We do not show it."
    );
    assert_eq!(people[0].held("extra.colour").unwrap().to_string(), "red");
    assert!(people[0].held("extra.pin").unwrap().is_masked());
    let everything = format!(
        "{people:?}{}",
        serde_json::to_string(&people[0].id).unwrap()
    );
    assert!(!everything.contains("1120") && !everything.contains("4711"));
    let eve = company.records(&Identities::email("eve@example.org"), "people");
    assert_eq!(eve[0].held("ssn"), Some(&Held::Empty));
    assert!(
        eve[0]
            .fields
            .iter()
            .all(|it| !it.value.to_string().contains("4711"))
    );
}

#[test]
fn a_masked_value_can_be_compared_with_what_is_typed() {
    let company = company();
    let id = company.records(&ada(), "people")[0].id.clone();
    let ask = |person: &Identities, typed| {
        company
            .sources
            .matches(person, (&shop("people"), &id), "ssn", typed)
            .unwrap()
    };

    assert_eq!(ask(&ada(), "078 05 1120"), Some(true));
    assert_eq!(ask(&ada(), "078051121"), Some(false));
    assert_eq!(
        ask(&Identities::email("eve@example.org"), "078051120"),
        None
    );
}

#[test]
fn a_record_is_found_by_its_owner_only_and_its_id_says_nothing() {
    let company = company();
    let record = all_pages(&company, 1, Dates::default()).remove(0);
    let find = |person: &Identities, collection, id: &str| {
        company
            .sources
            .record(person, &shop(collection), id)
            .unwrap()
    };

    assert_eq!(find(&ada(), "views", &record.id), Some(record.clone()));
    assert_eq!(
        find(&Identities::email("eve@example.org"), "views", &record.id),
        None
    );
    assert_eq!(find(&ada(), "people", &record.id), None);
    assert_eq!(find(&ada(), "views", "nonsense"), None);
    assert!(
        record
            .id
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '-' || it == '_')
    );
    let mut other = record.id.clone();
    other.replace_range(30..31, if &other[30..31] == "A" { "B" } else { "A" });
    assert_eq!(find(&ada(), "views", &other), None);
}

#[test]
fn days_that_a_column_keeps_as_numbers_are_those_of_a_period_whatever_its_type_is_called() {
    for kind in ["DATETIME", "DATE", ""] {
        let company = Company::new(
            "      - name: visits
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: at, data_categories: [user.behavior], candor: {date: true}}
",
            &format!(
                "CREATE TABLE visits (id INTEGER PRIMARY KEY, email TEXT, at {kind});
                 INSERT INTO visits VALUES (1, 'ada@example.org', 1767225600), (2, 'ada@example.org', '2026-01-01 10:00:00'),
                   (3, 'ada@example.org', 1735689600), (4, 'ada@example.org', '2025-01-01');"
            ),
        );
        let read = |dates: Dates| {
            let key = shop("visits");
            let ada = Identities::email("ada@example.org");
            let page = company.sources.page(&ada, &key, None, 9, dates).unwrap();
            let ids = page.records.iter();
            ids.map(|it| it.held("id").unwrap().to_string())
                .collect::<Vec<_>>()
        };

        assert_eq!(read(days(Some((2026, 1, 1)), None)), ["1", "2"], "{kind}");
        assert_eq!(read(days(None, Some((2025, 1, 1)))), ["3", "4"], "{kind}");
    }
}
