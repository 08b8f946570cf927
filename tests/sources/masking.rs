//! Masks: by field, by category and for the register as a whole, always as the column takes them.

use std::collections::BTreeMap;

use candor::{
    register::Register,
    sources::{Identities, Outcome, Scope},
};

use super::{company::Company, database::Kind};

const MANIFEST: &str = "
candor:
  masking: {strategy: string_rewrite, configuration: {rewrite_value: gone}}
  categories:
    - {key: user.name, title: Name, letter: A, source_kind: you, retention: {until_text: until you leave}, masking: {strategy: hmac}}
    - {key: user, title: All, letter: A, source_kind: you, retention: {until_text: until you leave}}
dataset:
  - fides_key: shop
    collections:
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, masking_strategy_override: {strategy: hash, configuration: {format_preservation: {suffix: '@masked.test'}}}}}
          - {name: first, data_categories: [user.name]}
          - {name: last, data_categories: [user.name]}
          - {name: code, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: testing, format_preservation: {suffix: -x}}}}}
          - {name: login, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: same}}}}
          - {name: token, data_categories: [user.content], fides_meta: {length: 12, masking_strategy_override: {strategy: random_string_rewrite, configuration: {length: 5, format_preservation: {suffix: -t}}}}}
          - {name: age, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: hash}}}
          - {name: born, data_categories: [user.content]}
          - {name: city, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: null_rewrite}}}
          - {name: boss, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: '99'}}}}
          - {name: team, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: null_rewrite}}}
          - {name: badge, data_categories: [user.content], fides_meta: {read_only: true}}
          - {name: spare, data_categories: [user.content]}
";

const SQL: &str = "
CREATE TABLE teams (id INTEGER PRIMARY KEY);
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60) NOT NULL UNIQUE, first VARCHAR(30) NOT NULL, last VARCHAR(30),
  code VARCHAR(6), login VARCHAR(9) UNIQUE, token TEXT, age INTEGER NOT NULL, born DATE NOT NULL, city VARCHAR(3) NOT NULL,
  boss INTEGER REFERENCES people (id), team INTEGER NOT NULL REFERENCES teams (id), badge VARCHAR(9), spare VARCHAR(9));
INSERT INTO teams VALUES (7);
INSERT INTO people VALUES
  (1, 'ada@example.org', 'Ada', 'King', 'secret', 'ada1', 'abc', 36, '1815-12-10', 'LDN', NULL, 7, 'b1', NULL),
  (2, 'bob@example.org', 'Ada', 'Ada', 'hidden', 'ada2', 'def', 37, '1815-12-11', 'PAR', 1, 7, 'b2', 'x');
";

type Row = BTreeMap<String, String>;

/// The two rows as they are after the erasure of both.
fn masked(kind: Kind) -> (Company, [Row; 2]) {
    let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
    let company = Company::on(kind, register, &[("shop", SQL)]);
    for email in ["ada@example.org", "bob@example.org"] {
        let person = Identities::email(email);
        let plan = company.plan(&person, &Scope::All);
        let outcome = company.sources.execute(&person, &plan).unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
    }
    let mut rows = company.dump("shop").remove("people").unwrap();
    rows.sort_by_key(|row| row["id"].clone());
    (company, rows.try_into().unwrap())
}

fn text<'a>(row: &'a Row, column: &str) -> &'a str {
    row[column].trim_matches('\'')
}

#[test]
fn a_value_that_is_read_only_keeps_its_row_from_going_and_people_are_told() {
    let fields = |more: &str| {
        format!(
            "      - name: people
        {more}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true, read_only: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
          - {{name: number, data_categories: [user.content], fides_meta: {{read_only: true}}}}
"
        )
    };
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, number TEXT);
               INSERT INTO people VALUES (1, 'ada@example.org', '4711');";
    let ada = Identities::email("ada@example.org");
    let company = super::company::Company::new(&fields("description: Them"), sql);

    let plan = company.plan(&ada, &Scope::All);
    company.sources.execute(&ada, &plan).unwrap();

    let row = &company.dump("shop")["people"][0];
    assert_eq!((&*row["email"], &*row["number"]), ("NULL", "'4711'"));
    let left = plan
        .items
        .iter()
        .find(|it| it.fields == ["number"])
        .unwrap();
    let reason = "The system that holds it does not let it be changed.";
    assert!(
        matches!(&left.action, candor::sources::Action::Leave { reason: told } if told == reason)
    );

    let company = super::company::Company::new(&fields("candor: {erase: delete}"), sql);
    let plan = company.plan(&ada, &Scope::All);
    company.sources.execute(&ada, &plan).unwrap();
    assert_eq!(
        company.dump("shop")["people"].len(),
        0,
        "who says so wants the row to go"
    );
}

#[test]
fn each_field_is_masked_as_it_says_else_its_category_else_the_register() {
    for kind in Kind::all() {
        let (_, [one, two]) = masked(kind);

        assert!(text(&one, "email").ends_with("@masked.test"), "{one:?}");
        assert_eq!(text(&one, "email").len(), 24 + "@masked.test".len());
        assert_eq!(
            text(&one, "first").len(),
            24,
            "a keyed hash, by its category"
        );
        assert_eq!(one["first"], two["first"], "equal values stay equal");
        assert_eq!(two["last"], two["first"], "also between columns");
        assert_ne!(one["last"], one["first"]);
        assert_eq!(text(&two, "spare"), "gone", "by the register");
        assert_eq!(one["spare"], "NULL", "what is empty stays empty");
    }
}

#[test]
fn a_mask_is_cut_to_the_length_of_its_column_and_keeps_its_suffix() {
    for kind in Kind::all() {
        let (_, [one, two]) = masked(kind);

        assert_eq!(text(&one, "code"), "test-x");
        assert!(text(&one, "token").ends_with("-t"), "{one:?}");
        assert_eq!(text(&one, "token").len(), 7);
        assert_ne!(one["token"], two["token"], "another for each record");
    }
}

#[test]
fn rules_of_the_database_come_before_the_strategy() {
    for kind in Kind::all() {
        let (_, [one, two]) = masked(kind);

        assert_ne!(one["login"], two["login"], "unique");
        assert_eq!(text(&one, "login").len(), 9);
        assert_eq!(one["age"], "0", "a number takes no hash");
        assert_eq!(text(&one, "born"), "1970-01-01", "a date takes no text");
        assert_eq!(text(&one, "city"), "era", "it may not be empty");
        assert_eq!(two["boss"], "NULL", "a foreign key takes no other value");
        assert_eq!(
            one["team"], "7",
            "a foreign key that may not be empty stays"
        );
        assert_eq!(text(&one, "badge"), "b1", "read only");
    }
}

#[test]
fn what_stays_because_of_a_rule_is_told_before_anything_is_written() {
    let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
    let company = Company::of(register, &[("shop", SQL)]);

    let plan = company.plan(&Identities::email("ada@example.org"), &Scope::All);

    let left: Vec<_> = plan
        .items
        .iter()
        .filter(|it| matches!(it.action, candor::sources::Action::Leave { .. }))
        .flat_map(|it| it.fields.clone())
        .collect();
    assert_eq!(left, ["badge", "team"]);
}

#[test]
fn a_strategy_that_nobody_knows_is_a_fault_with_its_place() {
    let manifest = MANIFEST.replacen("strategy: hmac", "strategy: hmca", 1);
    let faults = Register::parse(&[("shop.yml", &manifest)]).unwrap_err();
    assert_eq!(faults.len(), 1);
    let told = faults[0].to_string();
    assert!(
        told.contains("`hmca` is not known; expected `hmac`"),
        "{told}"
    );
    assert!(told.starts_with("shop.yml:5: "), "{told}");
}

#[test]
fn a_collection_may_say_that_its_rows_go() {
    let manifest = MANIFEST.replace(
        "candor: {erase: mask}",
        "fides_meta: {masking_strategy_override: {strategy: delete}}",
    );
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    let company = Company::of(register, &[("shop", SQL)]);
    let person = Identities::email("bob@example.org");

    let plan = company.plan(&person, &Scope::All);
    company.sources.execute(&person, &plan).unwrap();

    assert_eq!(company.dump("shop")["people"].len(), 1);
}

#[test]
fn what_is_to_be_preserved_stays_and_people_are_told() {
    const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: rank, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: preserve}}}
          - {name: score, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: 7}}}}
          - name: home
            fields:
              - {name: city, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: preserve}}}
              - {name: street, data_categories: [user.content]}
              - {name: door, data_categories: [user.content], fides_meta: {read_only: true}}
";
    const SQL: &str = r#"
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), "rank" VARCHAR(9), score INTEGER NOT NULL, home VARCHAR(90));
INSERT INTO people VALUES (1, 'ada@example.org', 'first', 12, '{"city":"London","street":"Strand","door":"9"}');
"#;
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
        let company = Company::on(kind, register, &[("shop", SQL)]);
        let ada = Identities::email("ada@example.org");

        let plan = company.plan(&ada, &Scope::All);
        let outcome = company.sources.execute(&ada, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let row = &company.dump("shop")["people"][0];
        assert_eq!(
            (&*row["email"], text(row, "rank")),
            ("NULL", "first"),
            "{kind:?}"
        );
        assert_eq!(row["score"], "7", "{kind:?}: a number that stands as such");
        let home: serde_json::Value = serde_json::from_str(text(row, "home")).unwrap();
        let expected = serde_json::json!({"city": "London", "street": null, "door": "9"});
        assert_eq!(home, expected, "{kind:?}");
        let left = plan.items.iter().filter_map(|it| match &it.action {
            candor::sources::Action::Leave { reason } => Some((it.fields.join(" "), &**reason)),
            _ => None,
        });
        let mut left: Vec<_> = left.collect();
        left.sort();
        let preserved = "The organisation has set that it stays as it is.";
        let read_only = "The system that holds it does not let it be changed.";
        let expected = [
            ("home.city".to_owned(), preserved),
            ("home.door".to_owned(), read_only),
            ("rank".to_owned(), preserved),
        ];
        assert_eq!(left, expected, "{kind:?}");
    }
}

#[test]
fn a_number_that_is_out_of_the_range_of_its_column_gives_way_to_one_that_is_not() {
    const MANIFEST: &str = "
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: small, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: 99999}}}}
          - {name: price, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: 99999}}}}
          - {name: rate, data_categories: [user.content], fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: '7.25'}}}}
";
    const SQL: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), small SMALLINT NOT NULL, price DECIMAL(3,2), rate DECIMAL(3,2) NOT NULL);
INSERT INTO people VALUES (1, 'ada@example.org', 12, 1.5, 2.5);
";
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
        let company = Company::on(kind, register, &[("shop", SQL)]);
        let ada = Identities::email("ada@example.org");

        let plan = company.plan(&ada, &Scope::All);
        let outcome = company.sources.execute(&ada, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let row = &company.dump("shop")["people"][0];
        let number = |column: &str| format!("{:.2}", text(row, column).parse::<f64>().unwrap());
        let expected = match kind {
            Kind::Sqlite => ["99999.00", "99999.00", "7.25"],
            Kind::Postgres | Kind::MariaDb => ["0.00", "0.00", "7.25"],
        };
        assert_eq!(["small", "price", "rate"].map(number), expected, "{kind:?}");
    }
}
