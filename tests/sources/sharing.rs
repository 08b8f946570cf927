//! Shared rows: counted, not shown, never changed; the link to them is cut.

use candor::sources::{Action, Dates, Identities, Outcome, Scope};

use super::{
    company::{Company, differences, shop},
    database::Kind,
};

const MANIFEST: &str = "
      - name: addresses
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: street, data_categories: [user.contact.address]}
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: home, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: addresses.id, direction: to}]}}
          - {name: office, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: addresses.id, direction: to}]}}
      - name: messages
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: sender, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: reader, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: body, data_categories: [user.content]}
";

const SQL: &str = "
CREATE TABLE addresses (id INTEGER PRIMARY KEY, street TEXT);
CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, home INT REFERENCES addresses, office INT NOT NULL REFERENCES addresses);
CREATE TABLE messages (id INTEGER PRIMARY KEY, sender INT, reader INT, body TEXT);
INSERT INTO addresses VALUES (1, 'Shared 1'), (2, 'Office 2'), (3, 'Alone 3');
INSERT INTO people VALUES (1, 'ada@example.org', 1, 2), (2, 'eve@example.org', 1, 2), (3, 'joe@example.org', 3, 3);
INSERT INTO messages VALUES (1, 1, 2, 'to eve'), (2, 2, 1, 'to ada'), (3, 1, 1, 'to myself'), (4, 1, 99, 'to one who left'), (5, 1, NULL, 'to nobody');
";

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

#[test]
fn a_row_to_which_another_person_leads_is_counted_and_not_shown() {
    let company = Company::new(MANIFEST, SQL);

    let counts = company.counts(&ada());

    assert_eq!(counts["addresses"], (0, 2));
    assert_eq!(counts["messages"], (3, 2));
    let page = company
        .sources
        .page(&ada(), &shop("messages"), None, 10, Dates::default())
        .unwrap();
    let bodies: Vec<_> = page
        .records
        .iter()
        .map(|it| it.held("body").unwrap().to_string())
        .collect();
    assert_eq!(bodies, ["to myself", "to one who left", "to nobody"]);
    assert_eq!(company.records(&ada(), "addresses"), []);
    assert_eq!(
        company.counts(&Identities::email("joe@example.org"))["addresses"],
        (1, 0)
    );
}

#[test]
fn the_link_to_a_shared_row_is_cut_where_it_may_be_empty_and_the_row_stays() {
    let company = Company::new(MANIFEST, SQL);
    let before = company.dump("shop");

    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    let expected = [
        "messages[3]: gone",
        "messages[4]: gone",
        "messages[5]: gone",
        "people[1].email: 'ada@example.org' -> NULL",
        "people[1].home: 1 -> NULL",
    ];
    assert_eq!(differences(&before, &company.dump("shop"), "id"), expected);
    let of = |collection: &str, wanted: fn(&Action) -> bool| {
        let mut items = plan.items.iter();
        items
            .find(|it| it.collection == collection && wanted(&it.action))
            .cloned()
            .unwrap()
    };
    let cut = of("people", |action| *action == Action::Cut);
    assert_eq!((cut.records, cut.fields), (1, vec!["home".to_owned()]));
    let left = of("people", |action| matches!(action, Action::Leave { .. }));
    assert_eq!(left.fields, ["office"]);
    assert_eq!(
        of("messages", |action| matches!(action, Action::Leave { .. })).records,
        2
    );
    assert_eq!(
        of("addresses", |action| matches!(action, Action::Leave { .. })).records,
        2
    );
}

#[test]
fn a_row_that_nobody_else_reaches_goes_with_its_person() {
    let company = Company::new(MANIFEST, SQL);
    let joe = Identities::email("joe@example.org");

    let plan = company.plan(&joe, &Scope::All);
    company.sources.execute(&joe, &plan).unwrap();

    // The office may not be empty, so the address cannot go: it is emptied instead.
    let after = company.dump("shop");
    assert_eq!(after["addresses"].len(), 3);
    assert_eq!(after["addresses"][2]["street"], "NULL");
    assert_eq!(after["addresses"][0]["street"], "'Shared 1'");
}

#[test]
fn an_index_that_is_unique_with_an_expression_makes_no_column_so() {
    let index = "CREATE UNIQUE INDEX names ON people (home, lower(email));";
    let company = Company::new(MANIFEST, &[SQL, index].concat());

    let counts = company.counts(&ada());
    assert_eq!(counts["addresses"], (0, 2), "the address is eve's as well");

    let before = company.dump("shop");
    let plan = company.plan(&ada(), &Scope::All);
    company.sources.execute(&ada(), &plan).unwrap();
    let after = company.dump("shop");
    assert_eq!(after["addresses"], before["addresses"]);
}

#[test]
fn what_rows_refer_to_that_are_read_about_nobody_is_nobody_s_alone() {
    let suppliers = |skip: &str| {
        format!(
            "      - name: suppliers
        fides_meta: {{skip_processing: {skip}}}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: home, data_categories: [system.operations], fides_meta: {{references: [{{dataset: shop, field: addresses.id, direction: to}}]}}}}
"
        )
    };
    let tables = |key: &str| {
        format!(
            "CREATE TABLE addresses (id INTEGER PRIMARY KEY, street VARCHAR(20));
             CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), home INTEGER UNIQUE, office INTEGER);
             CREATE TABLE messages (id INTEGER PRIMARY KEY, sender INT, reader INT, body VARCHAR(20));
             CREATE TABLE suppliers (id INTEGER PRIMARY KEY, home INTEGER{key});
             INSERT INTO addresses VALUES (1, 'Shared 1'), (2, 'Alone 2');
             INSERT INTO people VALUES (1, 'ada@example.org', 1, 2);
             INSERT INTO suppliers VALUES (1, 1), (2, NULL);"
        )
    };
    let key = ", FOREIGN KEY (home) REFERENCES addresses (id)";
    for kind in Kind::all() {
        for (more, key) in [
            (suppliers("true"), ""),
            (suppliers("false"), ""),
            (String::new(), key),
        ] {
            let manifest = Company::manifest(&[MANIFEST, &more].concat());
            let (register, _) =
                candor::register::Register::parse(&[("shop.yml", &manifest)]).unwrap();
            let company = Company::on(kind, register, &[("shop", &tables(key))]);

            assert_eq!(
                company.counts(&ada())["addresses"],
                (1, 1),
                "{kind:?} {key} {more}"
            );
            let plan = company.plan(&ada(), &Scope::All);
            company.sources.execute(&ada(), &plan).unwrap();

            let after = company.dump("shop");
            assert_eq!(after["addresses"].len(), 1, "{kind:?} {key} {more}");
            assert_eq!(after["addresses"][0]["street"], "'Shared 1'");
        }
    }
}

#[test]
fn a_long_chain_of_replies_is_shared_when_its_first_message_is() {
    const REPLIES: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: messages
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: sender, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: reader, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: reply_to, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: messages.id, direction: from}]}}
";
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
               CREATE TABLE messages (id INTEGER PRIMARY KEY, sender INT, reader INT, reply_to INT);
               CREATE INDEX replies ON messages (reply_to);
               INSERT INTO people VALUES (1, 'ada@example.org'), (2, 'eve@example.org');
               WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
               INSERT INTO messages SELECT i, iif(i = 1, 1, NULL), iif(i = 1, 2, NULL), iif(i IN (1, 200), NULL, i - 1) FROM n;";

    let company = Company::new(REPLIES, sql);
    assert_eq!(company.counts(&ada())["messages"], (0, 199));
    let alone = Company::new(REPLIES, &sql.replace("iif(i = 1, 2, NULL)", "NULL"));
    assert_eq!(alone.counts(&ada())["messages"], (199, 0));
    let twice = "INSERT INTO messages VALUES (999, 2, NULL, NULL); UPDATE messages SET reply_to = 999 WHERE id = 200; UPDATE messages SET reader = 1 WHERE id = 200";
    alone.run("shop", twice);
    assert_eq!(alone.counts(&ada())["messages"], (199, 101));
}

#[test]
fn a_collation_without_case_may_be_written_in_small_letters() {
    const CODES: &str = "
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: home, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: homes.code, direction: to}]}}
      - name: homes
        fields:
          - {name: code, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: street, data_categories: [user.contact.address]}
";
    let sql = "CREATE TABLE homes (code TEXT PRIMARY KEY COLLATE nocase, street TEXT);
               CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, home TEXT REFERENCES homes (code));
               INSERT INTO homes VALUES ('AB', 'Main Street');
               INSERT INTO people VALUES (1, 'ada@example.org', 'AB'), (2, 'eve@example.org', 'ab');";

    let company = Company::new(CODES, sql);

    assert_eq!(company.counts(&ada())["homes"], (0, 1));
}
