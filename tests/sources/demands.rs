//! What a database demands beside types and keys: known of when a plan is made, so that it can be carried out.

use candor::{
    register::Register,
    sources::{Action, Ask, Identities, Outcome, Plan, Scope, Shield},
};

use super::{
    company::{Company, shop, today},
    database::Kind,
};

/// Two rows of Ada's, whose field is masked as told, in a table of this shape.
fn company(kind: Kind, masking: &str, table: &str) -> Company {
    let manifest = Company::manifest(&format!(
        "      - name: people
        candor: {{erase: mask, retention: {{days: 30}}}}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
          - {{name: code, data_categories: [user.content]{masking}}}
          - {{name: since, data_categories: [system.operations], candor: {{date: true}}}}
"
    ));
    let (register, _) =
        Register::parse(&[("shop.yml", &manifest)]).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let sql = format!(
        "{table};
         INSERT INTO people (id, email, code, since) VALUES (1, 'ada@example.org', 'k1', '2020-01-01'), (2, 'ada@example.org', 'k2', '2020-01-01'),
           (3, 'eve@example.org', 'k3', '2026-11-20');"
    );
    Company::on(kind, register, &[("shop", &sql)])
}

const ERASED: &str = ", fides_meta: {masking_strategy_override: {strategy: string_rewrite, configuration: {rewrite_value: erased}}}";

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// Carries the plan of an erasure out; gives it with what is held then.
fn erase(company: &Company) -> (Plan, Vec<String>) {
    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan);
    assert!(matches!(outcome, Ok(Outcome::Done(_))), "{outcome:?}");
    (plan, codes(company))
}

fn codes(company: &Company) -> Vec<String> {
    let mut rows = company.dump("shop").remove("people").unwrap();
    rows.sort_by_key(|row| row["id"].clone());
    rows.iter().map(|row| row["code"].clone()).collect()
}

fn left(plan: &Plan) -> Vec<(&str, &[String])> {
    let items = plan.items.iter();
    let left = items.filter_map(|item| match &item.action {
        Action::Leave { reason } => Some((&**reason, &item.fields[..])),
        _ => None,
    });
    left.collect()
}

#[test]
fn values_of_which_an_index_of_some_rows_or_of_an_expression_takes_each_once_are_masked_apart() {
    const PLAIN: &str = "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code VARCHAR(30) NOT NULL, since DATE, left_at DATE)";
    for (kind, rest) in [
        (
            Kind::Sqlite,
            "; CREATE UNIQUE INDEX i ON people (code) WHERE left_at IS NULL",
        ),
        (
            Kind::Postgres,
            "; CREATE UNIQUE INDEX i ON people (code) WHERE left_at IS NULL",
        ),
        (
            Kind::Sqlite,
            "; CREATE UNIQUE INDEX i ON people (lower(\"code\"))",
        ),
        (
            Kind::Postgres,
            "; CREATE UNIQUE INDEX i ON people (lower(\"code\"))",
        ),
        (
            Kind::MariaDb,
            "; ALTER TABLE people ADD small VARCHAR(30) AS (lower(code)) VIRTUAL UNIQUE",
        ),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let company = company(kind, ERASED, &format!("{PLAIN}{rest}"));

        let (plan, codes) = erase(&company);

        assert_eq!(left(&plan), [], "{kind:?}: {rest}");
        assert!(codes[0] != codes[1] && !codes[0].contains('k'), "{codes:?}");
    }
}

#[test]
fn an_index_of_several_columns_of_which_one_is_an_expression_makes_no_other_unique() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let table = "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code VARCHAR(30), since DATE);
            CREATE UNIQUE INDEX i ON people (email, lower(code))";
        let company = company(kind, "", table);

        assert_eq!(company.counts(&ada())["people"], (2, 0), "{kind:?}");
        assert_eq!(company.records(&ada(), "people").len(), 2, "{kind:?}");
    }
}

#[test]
fn only_one_row_may_be_empty_where_the_index_says_so() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let table =
        "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code VARCHAR(30), since DATE);
        CREATE UNIQUE INDEX i ON people (code) NULLS NOT DISTINCT";
    let company = company(Kind::Postgres, "", table);

    let (plan, codes) = erase(&company);

    assert_eq!(left(&plan), []);
    assert!(
        codes[0] != codes[1] && !codes.contains(&"NULL".to_owned()),
        "{codes:?}"
    );
}

#[test]
fn a_mask_that_a_condition_forbids_gives_way_to_nothing_or_the_value_stays_and_it_is_told() {
    for kind in Kind::all() {
        for (null, rest, expected) in [
            // What the manifest says is taken.
            ("NOT NULL", "CHECK (length(code) > 1)", Some("'erased'")),
            // It may be empty.
            ("", "CHECK (length(code) < 4)", Some("NULL")),
            // It may not, by the column or by the condition.
            ("NOT NULL", "CHECK (length(code) < 4)", None),
            ("", "CHECK (code IS NOT NULL AND code LIKE 'k%')", None),
            // A condition on what the register does not know.
            (
                "NOT NULL",
                "CHECK (code = 'k1' OR code = 'k2' OR kept = 0)",
                None,
            ),
        ] {
            let table = format!(
                "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code VARCHAR(30) {null}, since DATE, kept INT DEFAULT 1, {})",
                // Eve's row is not looked at.
                rest.replace("CHECK (", "CHECK (id = 3 OR ")
            );
            let company = company(kind, ERASED, &table);

            let (plan, codes) = erase(&company);

            let told = format!("{kind:?}: {null} {rest}");
            if let Some(mask) = expected {
                assert_eq!(codes[..2], [mask, mask], "{told}");
                assert_eq!(left(&plan), [], "{told}");
            } else {
                assert_eq!(codes[..2], ["'k1'", "'k2'"], "{told}");
                let left = left(&plan);
                assert_eq!(left.len(), 1, "{told}");
                assert!(left[0].0.contains("takes no other value"), "{told}");
                assert_eq!(left[0].1, ["code"], "{told}");
            }
        }
    }
}

#[test]
fn a_column_that_a_condition_lets_not_be_empty_gets_what_fits_it() {
    for kind in Kind::all() {
        let table = "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code VARCHAR(30), since DATE, CHECK (code IS NOT NULL))";
        let company = company(kind, "", table);

        let (plan, codes) = erase(&company);

        assert_eq!(codes, ["'erased'", "'erased'", "'k3'"], "{kind:?}");
        assert_eq!(left(&plan), [], "{kind:?}");
    }
}

#[test]
fn the_condition_of_a_type_counts_as_one_of_its_columns() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let table = "CREATE DOMAIN short AS VARCHAR(30) CHECK (length(VALUE) < 4);
        CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code short NOT NULL, since DATE)";
    let company = company(Kind::Postgres, ERASED, table);

    let (plan, codes) = erase(&company);

    assert_eq!(codes[..2], ["'k1'", "'k2'"]);
    assert_eq!(left(&plan).len(), 1);
}

#[test]
fn what_is_due_by_its_period_is_masked_as_far_as_conditions_let_it() {
    for kind in Kind::all() {
        let table = "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code VARCHAR(30) NOT NULL, since DATE, CHECK (length(code) < 4))";
        let company = company(kind, ERASED, table);
        let (shield, sources) = (Shield::default(), &company.sources);
        let ask = Ask {
            today: today(),
            holds: &[],
            shield: &shield,
            minds_references: true,
        };

        let batch = sources.due(&shop("people"), &ask, (None, 10)).unwrap();

        assert_eq!(sources.carry_out_due(&batch.works), Ok(true), "{kind:?}");
        let mut rows = company.dump("shop").remove("people").unwrap();
        rows.sort_by_key(|row| row["id"].clone());
        let held: Vec<_> = rows
            .iter()
            .map(|row| (&*row["email"], &*row["code"]))
            .collect();
        assert_eq!(
            held,
            [
                ("NULL", "'k1'"),
                ("NULL", "'k2'"),
                ("'eve@example.org'", "'k3'")
            ],
            "{kind:?}"
        );
    }
}

#[test]
fn a_link_that_a_condition_does_not_let_go_keeps_what_it_leads_to_as_a_shell() {
    const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: orders
        candor: {erase: {keep: {reason: We have to., basis: HGB 257, days: 36500}}}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: at, data_categories: [user.behavior], candor: {date: true}}
";
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))])
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        let sql = "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40));
            CREATE TABLE orders (id INT PRIMARY KEY, person INT, firm INT, at DATE,
              FOREIGN KEY (person) REFERENCES people (id), CHECK (person IS NOT NULL OR firm IS NOT NULL));
            INSERT INTO people VALUES (1, 'ada@example.org');
            INSERT INTO orders VALUES (1, 1, NULL, '2026-01-01');";
        let company = Company::on(kind, register, &[("shop", sql)]);

        let plan = company.plan(&ada(), &Scope::All);
        let outcome = company.sources.execute(&ada(), &plan);

        assert!(
            matches!(outcome, Ok(Outcome::Done(_))),
            "{kind:?}: {outcome:?}"
        );
        let after = company.dump("shop");
        assert_eq!(after["orders"][0]["person"], "1", "{kind:?}");
        assert_eq!(after["people"][0]["email"], "NULL", "{kind:?}");
    }
}

#[test]
fn a_value_to_which_others_refer_stays_and_one_to_which_none_does_is_masked() {
    for kind in Kind::all() {
        for rule in ["", "ON UPDATE CASCADE"] {
            let table = format!(
                "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code VARCHAR(30) NOT NULL UNIQUE, since DATE);
                 CREATE TABLE letters (id INT PRIMARY KEY, code VARCHAR(30), FOREIGN KEY (code) REFERENCES people (code) {rule})"
            );
            let company = company(kind, ERASED, &table);
            company.run("shop", "INSERT INTO letters VALUES (1, 'k1')");

            let (plan, codes) = erase(&company);

            let told = format!("{kind:?} {rule}");
            assert_eq!(codes[0], "'k1'", "{told}");
            assert!(!codes[1].contains('k'), "{told}: {codes:?}");
            let left = left(&plan);
            assert_eq!(left.len(), 1, "{told}");
            assert!(left[0].0.contains("refer to it"), "{told}");
            assert_eq!(company.dump("shop")["letters"][0]["code"], "'k1'", "{told}");
        }
    }
}

#[test]
fn a_type_of_the_databases_own_says_how_much_it_takes() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let table = "CREATE DOMAIN short AS VARCHAR(4);
        CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), code short NOT NULL, since DATE)";
    let company = company(Kind::Postgres, ERASED, table);

    let (_, codes) = erase(&company);

    assert!(
        !codes[0].contains('k') && !codes[1].contains('k'),
        "{codes:?}"
    );
}

#[test]
fn what_a_shell_keeps_as_it_cannot_be_emptied_is_told() {
    const MANIFEST: &str = "
      - name: people
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, primary_key: true}}
          - {name: name, data_categories: [user.name]}
      - name: orders
        candor: {erase: {keep: {reason: We have to., basis: HGB 257, days: 36500}}}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.contact.email], fides_meta: {references: [{dataset: shop, field: people.email, direction: from}]}}
          - {name: at, data_categories: [user.behavior], candor: {date: true}}
";
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))])
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        let sql = "CREATE TABLE people (email VARCHAR(40) PRIMARY KEY, name VARCHAR(20));
            CREATE TABLE orders (id INT PRIMARY KEY, person VARCHAR(40) NOT NULL, at DATE,
              FOREIGN KEY (person) REFERENCES people (email));
            INSERT INTO people VALUES ('ada@example.org', 'Ada');
            INSERT INTO orders VALUES (1, 'ada@example.org', '2026-01-01');";
        let company = Company::on(kind, register, &[("shop", sql)]);

        let plan = company.plan(&ada(), &Scope::All);

        let of_people = plan.items.iter().filter(|it| it.collection == "people");
        let left = of_people.filter(|it| matches!(it.action, Action::Leave { .. }));
        let left: Vec<_> = left.flat_map(|it| &it.fields).collect();
        assert_eq!(left, ["email"], "{kind:?}: {:#?}", plan.items);
    }
}
