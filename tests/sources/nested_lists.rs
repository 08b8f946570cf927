//! Lists of objects, of which only some elements are about the person.

use candor::{
    register::Register,
    sources::{Dates, Identities, Outcome, Scope, Visitor},
};
use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    company::{Company, shop},
    database::Kind,
};

const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: keys
        fields:
          - {name: code, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
      - name: room
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - name: lines
            fides_meta: {data_type: 'object[]'}
            fields:
              - {name: code, data_categories: [user.unique_id], fides_meta: {data_type: string, references: [{dataset: shop, field: keys.code, direction: from}]}}
              - {name: writer, data_categories: [user.contact.email], fides_meta: {data_type: string, identity: email}}
              - {name: text, data_categories: [user.content]}
              - name: ticket
                fides_meta: {data_type: string, references: [{dataset: shop, field: ticket.number, direction: to}]}
          - name: guests
            fides_meta: {data_type: 'object[]'}
            fields:
              - {name: ticket, data_categories: [user.unique_id], fides_meta: {data_type: string, references: [{dataset: shop, field: ticket.number, direction: from}]}}
      - name: ticket
        fields:
          - {name: number, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: price, data_categories: [user.financial]}
";

const ROWS: &str = r#"
INSERT INTO people VALUES (1, 'ada@example.org'), (2, 'eve@example.org');
INSERT INTO keys VALUES ('k1', 1), ('k2', 1), ('k3', 2);
INSERT INTO room VALUES
  (1, '[{"code": "k1", "text": "one", "ticket": "t1"}, {"code": "k3", "text": "two", "ticket": "t2"},
        {"writer": "Ada@example.org", "text": "three", "ticket": "t3"}, {"text": "four", "ticket": "t4"}]',
   '[{"ticket": "t1"}]'),
  (2, '[{"code": "k3", "text": "five", "ticket": "t5"}]', NULL),
  (3, '[{"code": "k2", "text": "six", "ticket": "t6"}, {"text": "seven", "ticket": "t7"}]', NULL),
  (4, '[{"writer": "ada@example.org", "text": "eight"}, {"writer": "eve@example.org", "text": "nine"}]', NULL),
  (5, '[{"writer": "ada@example.org", "text": "ten", "ticket": "t8"}]', NULL);
INSERT INTO ticket VALUES ('t1', 1), ('t2', 2), ('t3', 3), ('t4', 4), ('t5', 5), ('t6', 6), ('t7', 7), ('t8', 8);
"#;

fn company(kind: Kind) -> Company {
    let json = match kind {
        Kind::Sqlite => "TEXT",
        Kind::Postgres => "JSONB",
        Kind::MariaDb => "JSON",
    };
    let sql = format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
         CREATE TABLE \"keys\" (code VARCHAR(9) PRIMARY KEY, person INTEGER);
         CREATE TABLE room (id INTEGER PRIMARY KEY, \"lines\" {json}, guests {json});
         CREATE TABLE ticket (number VARCHAR(9) PRIMARY KEY, price INTEGER);
         {}",
        ROWS.replace("INTO keys", "INTO \"keys\"")
    );
    let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
    Company::on(kind, register, &[("shop", &sql)])
}

/// The first field of each record by collection, and everything that was told.
#[derive(Default)]
struct Seen(BTreeMap<String, Vec<String>>, String);

impl Visitor for Seen {
    fn record(
        &mut self,
        key: &candor::register::CollectionKey,
        record: candor::sources::Visited<'_>,
    ) -> ControlFlow<()> {
        let shared = if record.shared { " shared" } else { "" };
        let seen = self.0.entry(key.collection.clone()).or_default();
        seen.push(format!("{}{shared}", record.fields[0].value));
        for datum in &record.fields {
            self.1.push_str(&datum.value.to_string());
        }
        ControlFlow::Continue(())
    }

    fn end(
        &mut self,
        _: &candor::register::CollectionKey,
        error: Option<candor::sources::SourceError>,
    ) -> ControlFlow<()> {
        assert_eq!(error, None);
        ControlFlow::Continue(())
    }
}

fn seen(kind: Kind, email: &str) -> Seen {
    let mut seen = Seen::default();
    let company = company(kind);
    company.sources.visit(&Identities::email(email), &mut seen);
    seen
}

#[test]
fn only_elements_that_are_about_the_person_lead_on_and_are_told() {
    for kind in Kind::all() {
        let Seen(rows, told) = seen(kind, "ada@example.org");

        assert_eq!(rows["room"], ["1 shared", "3", "4 shared", "5"], "{kind:?}");
        assert_eq!(
            rows["ticket"],
            ["t1 shared", "t3 shared", "t6", "t8"],
            "{kind:?}"
        );
        for (word, is_told) in [
            ("one", true),
            ("two", false),
            ("three", true),
            ("four", false),
            ("six", true),
            ("seven", false),
            ("eight", true),
            ("nine", false),
            ("ten", true),
        ] {
            assert_eq!(
                told.contains(&format!("\"{word}\"")),
                is_told,
                "{kind:?}: {word}"
            );
        }
        let Seen(rows, _) = seen(kind, "eve@example.org");
        assert_eq!(rows["room"], ["1 shared", "2", "4 shared"], "{kind:?}");
        assert_eq!(rows["ticket"], ["t2 shared", "t5"], "{kind:?}");
    }
}

#[test]
fn a_list_that_several_people_are_in_is_shared_and_stays_as_it_is() {
    for kind in Kind::all() {
        let (company, ada) = (company(kind), Identities::email("ada@example.org"));
        let before = company.dump("shop");

        let plan = company.plan(&ada, &Scope::All);
        let outcome = company.sources.execute(&ada, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let after = company.dump("shop");
        let left = |table: &str, column: &str| -> Vec<_> {
            let rows = before[table]
                .iter()
                .filter(|row| after[table].contains(row));
            let mut left: Vec<_> = rows.map(|row| row[column].clone()).collect();
            left.sort();
            left
        };
        assert_eq!(left("people", "id"), ["2"], "{kind:?}");
        // In the third there is a line that may be anybody's.
        assert_eq!(left("room", "id"), ["1", "2", "3", "4"], "{kind:?}");
        assert_eq!(left("ticket", "number").len(), 6, "{kind:?}");
    }
}

#[test]
fn a_list_of_which_not_everything_is_certainly_the_persons_stays_and_the_rest_of_its_row_goes() {
    const MANIFEST: &str = "
      - name: people
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, primary_key: true}}
          - {name: comment, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: talks.thread.comment, direction: to}]}}
      - name: talks
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - name: thread
            fides_meta: {data_type: 'object[]'}
            fields:
              - {name: comment, data_categories: [user.unique_id], fides_meta: {data_type: string}}
              - {name: text, data_categories: [user.content]}
          - {name: title, data_categories: [user.content]}
";
    let sql = r#"CREATE TABLE people (email VARCHAR(40) PRIMARY KEY, "comment" VARCHAR(9));
                 CREATE TABLE talks (id INTEGER PRIMARY KEY, thread VARCHAR(200), title VARCHAR(9));
                 INSERT INTO people VALUES ('ada@example.org', 'c1'), ('joe@example.org', 'c9');
                 INSERT INTO talks VALUES (1, '[{"comment":"c1","text":"hers"},{"comment":"c2","text":"another"}]', 'mixed'),
                   (2, '[{"comment":"c9","text":"his"}]', 'his');"#;
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
        let company = Company::on(kind, register, &[("shop", sql)]);
        let before = company.dump("shop");
        for name in ["ada", "joe"] {
            let person = Identities::email(&format!("{name}@example.org"));
            let plan = company.plan(&person, &Scope::All);
            let left = plan.items.iter().find(|it| {
                it.collection == "talks"
                    && matches!(it.action, candor::sources::Action::Leave { .. })
            });
            assert_eq!(left.is_some(), name == "ada", "{kind:?}");
            let outcome = company.sources.execute(&person, &plan).unwrap();
            assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        }

        let after = company.dump("shop");

        assert_eq!(after["talks"].len(), 1, "{kind:?}: all of his was his");
        assert_eq!(
            after["talks"][0]["thread"], before["talks"][0]["thread"],
            "{kind:?}"
        );
        assert_eq!(after["talks"][0]["title"], "NULL", "{kind:?}");
    }
}

#[test]
fn of_a_list_only_what_is_never_disclosed_is_masked() {
    const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - name: cards
            fides_meta: {data_type: 'object[]'}
            fields:
              - {name: holder, data_categories: [user.name]}
              - {name: number, data_categories: [user.financial.bank_account]}
          - name: past
            fields:
              - name: cards
                fields:
                  - {name: holder, data_categories: [user.name]}
                  - {name: number, data_categories: [user.financial.bank_account]}
";
    let told = |cards: &str, past: &str| {
        let company = Company::new(
            MANIFEST.split_once("collections:\n").unwrap().1,
            &format!(
                "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, cards TEXT, past TEXT);
                 INSERT INTO people VALUES (1, 'ada@example.org', '{cards}', '{past}');"
            ),
        );
        let records = company.records(&Identities::email("ada@example.org"), "people");
        ["cards", "past.cards"].map(|path| records[0].held(path).unwrap().to_string())
    };
    let held = r#"{"held":"financial account number"}"#;

    let shown = told(
        r#"[{"holder": "Ada", "number": "4711", "pin": "0815"}, {"holder": "A. King", "number": null}, null]"#,
        r#"{"cards": [[{"number": 4711, "holder": "Ada"}]]}"#,
    );
    let expected = format!(
        r#"[{{"holder":"Ada","number":{held}}},{{"holder":"A. King","number":null}},null]"#
    );
    assert_eq!(shown[0], expected);
    assert_eq!(
        shown[1],
        format!(r#"[[{{"holder":"Ada","number":{held}}}]]"#)
    );

    let whole = "We hold your financial account number. We do not show it.";
    let shown = told(
        r#"[{"holder": "Ada", "number": "1"}, "4711"]"#,
        r#"{"cards": "4711"}"#,
    );
    assert_eq!(shown, [whole, whole], "what is not written as it should be");
}

#[test]
fn a_list_of_handles_is_the_persons_unless_one_of_them_is_somebody_elses() {
    const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: meeting
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: guests, data_categories: [user.contact.email], fides_meta: {data_type: 'string[]', identity: email}}
          - {name: topic, data_categories: [user.content]}
";
    const SQL: &str = r#"
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
CREATE TABLE meeting (id INTEGER PRIMARY KEY, guests VARCHAR(90), topic VARCHAR(9));
INSERT INTO people VALUES (1, 'ada@example.org'), (2, 'eve@example.org');
INSERT INTO meeting VALUES
  (1, '["ada@example.org", "countess@example.org"]', 'hers'),
  (2, '["Eve@example.org", "ada@example.org"]', 'theirs'),
  (3, '["ada@example.org"]', 'hers'),
  (4, '["eve@example.org"]', 'another');
"#;
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
        let company = Company::on(kind, register, &[("shop", SQL)]);
        let (ada, eve) = ["ada", "eve"]
            .map(|it| Identities::email(&format!("{it}@example.org")))
            .into();
        assert_eq!(company.counts(&ada)["meeting"], (2, 1), "{kind:?}");
        assert_eq!(company.counts(&eve)["meeting"], (1, 1), "{kind:?}");

        let plan = company.plan(&ada, &Scope::All);
        let outcome = company.sources.execute(&ada, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let left: Vec<_> = company.dump("shop")["meeting"]
            .iter()
            .map(|row| row["id"].clone())
            .collect();
        assert_eq!(left, ["2", "4"], "{kind:?}");
        assert_eq!(company.counts(&eve)["people"], (1, 0), "{kind:?}");
    }
}

#[test]
fn a_list_is_nobodys_alone_while_it_cannot_be_read_who_the_others_are() {
    const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: meeting
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: guests, data_categories: [user.contact.email], fides_meta: {data_type: 'string[]', identity: email}}
";
    let company = Company::new(
        MANIFEST,
        r#"CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT);
           CREATE TABLE meeting (id INTEGER PRIMARY KEY, guests TEXT);
           INSERT INTO members VALUES (2, 'eve@example.org');
           INSERT INTO meeting VALUES (1, '["ada@example.org", "eve@example.org"]'), (2, '["ada@example.org"]');
           CREATE VIEW people AS SELECT id, email || zeroblob(3000000000) AS email FROM members;"#,
    );

    let page = company.sources.page(
        &Identities::email("ada@example.org"),
        &shop("meeting"),
        None,
        9,
        Dates::default(),
    );

    let records = page.unwrap().records.into_iter();
    let ids: Vec<_> = records
        .map(|it| it.held("id").unwrap().to_string())
        .collect();
    assert_eq!(ids, ["2"]);
}
