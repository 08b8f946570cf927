//! What changes along with a row: computed columns, triggers, rows that point at each other.

use candor::{
    register::Register,
    sources::{Action, Identities, Outcome, Plan, Scope},
};

use super::{
    company::{Company, differences},
    database::Kind,
};

const MASKED: &str = "
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
          - {name: small, data_categories: [user.name]}
          - {name: version, data_categories: [system.operations]}
";

fn on(kind: Kind, manifest: &str, sql: &str) -> Company {
    let manifest = Company::manifest(manifest);
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", sql)])
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// Plans, carries out, and finds that it is done.
fn erase(company: &Company, kind: Kind) -> (Plan, Vec<String>) {
    let before = company.dump("shop");
    let plan = company.plan(&ada(), &Scope::All);
    for _ in 0..2 {
        let outcome = company.sources.execute(&ada(), &plan);
        assert!(
            matches!(outcome, Ok(Outcome::Done(_))),
            "{kind:?}: {outcome:?}"
        );
    }
    let mut differences = differences(&before, &company.dump("shop"), "id");
    differences.sort();
    (plan, differences)
}

#[test]
fn a_column_that_is_computed_changes_with_what_it_is_computed_of() {
    for kind in Kind::all() {
        let company = on(
            kind,
            MASKED,
            "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), name VARCHAR(20),
               small VARCHAR(20) GENERATED ALWAYS AS (lower(name)) STORED, version INT);
             INSERT INTO people (id, email, name, version) VALUES (1, 'ada@example.org', 'Ada', 1), (2, 'eve@example.org', 'Eve', 1)",
        );

        let (_, changed) = erase(&company, kind);

        let expected = [
            "people[1].email: 'ada@example.org' -> NULL",
            "people[1].name: 'Ada' -> NULL",
            "people[1].small: 'ada' -> NULL",
        ];
        assert_eq!(changed, expected, "{kind:?}");
    }
}

#[test]
fn what_a_trigger_changes_beside_the_plan_does_not_stand_in_its_way() {
    let table = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), name VARCHAR(20), small VARCHAR(20), version INT);
                 INSERT INTO people VALUES (1, 'ada@example.org', 'Ada', NULL, 1);";
    for kind in Kind::all() {
        let trigger = match kind {
            Kind::Sqlite => {
                "CREATE TRIGGER t AFTER UPDATE OF email ON people BEGIN UPDATE people SET version = version + 1 WHERE id = NEW.id; END;"
            }
            Kind::Postgres => {
                "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version = OLD.version + 1; RETURN NEW; END $$;
                 CREATE TRIGGER t BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION f();"
            }
            Kind::MariaDb => {
                "CREATE TRIGGER t BEFORE UPDATE ON people FOR EACH ROW SET NEW.version = OLD.version + 1;"
            }
        };
        let company = on(kind, MASKED, &[table, trigger].concat());

        let (_, changed) = erase(&company, kind);

        assert_eq!(changed.len(), 3, "{kind:?}: {changed:?}");
        assert_eq!(changed[2], "people[1].version: 1 -> 2", "{kind:?}");
    }
}

#[test]
fn a_trigger_that_undoes_a_mask_is_noticed() {
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), name VARCHAR(20), small VARCHAR(20), version INT);
               INSERT INTO people VALUES (1, 'ada@example.org', 'Ada', NULL, 1);
               CREATE TRIGGER t AFTER UPDATE OF name ON people BEGIN UPDATE people SET name = OLD.name WHERE id = NEW.id; END;";
    let company = on(Kind::Sqlite, MASKED, sql);
    let plan = company.plan(&ada(), &Scope::All);

    let error = company.sources.execute(&ada(), &plan).unwrap_err();

    assert_eq!(error.fault, candor::sources::Fault::NotReadBack);
}

#[test]
fn rows_that_point_at_each_other_go_together() {
    const CIRCLE: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: home, data_categories: [system.operations]}
          - {name: boss, data_categories: [system.operations]}
      - name: homes
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: street, data_categories: [user.contact.address]}
";
    for (kind, required) in Kind::all()
        .into_iter()
        .flat_map(|kind| [(kind, ""), (kind, "NOT NULL")])
    {
        let people = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), home INTEGER, boss INTEGER,";
        let homes = format!(
            "CREATE TABLE homes (id INTEGER PRIMARY KEY, person INTEGER {required}, street VARCHAR(20), FOREIGN KEY (person) REFERENCES people (id));"
        );
        let itself = "FOREIGN KEY (boss) REFERENCES people (id)";
        let tables = match kind {
            Kind::Sqlite => {
                format!("{people} {itself}, FOREIGN KEY (home) REFERENCES homes (id)); {homes}")
            }
            _ => format!(
                "{people} {itself}); {homes} ALTER TABLE people ADD FOREIGN KEY (home) REFERENCES homes (id);"
            ),
        };
        let rows = "INSERT INTO people VALUES (1, 'ada@example.org', NULL, NULL), (2, 'ada@example.org', NULL, 1), (3, 'eve@example.org', NULL, NULL);
                    INSERT INTO homes VALUES (1, 1, 'Main Street'), (2, 3, 'Strand');
                    UPDATE people SET boss = 2, home = 1 WHERE id = 1; UPDATE people SET home = 2 WHERE id = 3;";
        let company = on(kind, CIRCLE, &[&tables, rows].concat());

        let (plan, changed) = erase(&company, kind);

        let expected = ["homes[1]: gone", "people[1]: gone", "people[2]: gone"];
        assert_eq!(changed, expected, "{kind:?} {required}");
        let mut items = plan.items.iter();
        assert!(
            items.all(|it| it.action == Action::Delete),
            "{:?}",
            plan.items
        );
    }
}

#[test]
fn bytes_of_a_strict_table_are_masked_with_bytes() {
    const BYTES: &str = "
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: photo, data_categories: [user.content]}
";
    let company = on(
        Kind::Sqlite,
        BYTES,
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, photo BLOB NOT NULL) STRICT;
         INSERT INTO people VALUES (1, 'ada@example.org', x'01')",
    );

    let (_, changed) = erase(&company, Kind::Sqlite);

    assert_eq!(changed[1], "people[1].photo: [1] -> []");
}

#[test]
fn what_must_be_unique_and_has_no_room_for_it_is_left() {
    const CODES: &str = "
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: code, data_categories: [user.unique_id]}
";
    for kind in Kind::all() {
        let rows =
            (1..=26_u8).map(|at| format!("({at}, 'ada@example.org', 'z{}')", char::from(64 + at)));
        let rows = rows.collect::<Vec<_>>().join(", ");
        let sql = format!(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), code VARCHAR(2) NOT NULL UNIQUE); INSERT INTO people VALUES {rows}"
        );
        let company = on(kind, CODES, &sql);

        let (plan, changed) = erase(&company, kind);

        assert_eq!(changed.len(), 26, "{kind:?}: the addresses alone");
        let left = plan.items.iter().find(|it| it.fields == ["code"]).unwrap();
        assert!(matches!(left.action, Action::Leave { .. }), "{kind:?}");
    }
}

#[test]
fn a_table_of_a_thousand_columns_is_erased() {
    let field = |at| format!("          - {{name: c{at}, data_categories: [user.content]}}\n");
    let fields = (0..1_000).map(field).collect::<Vec<_>>().concat();
    let manifest = MASKED.replace(
        "          - {name: version, data_categories: [system.operations]}\n",
        &fields,
    );
    let columns: Vec<_> = (0..1_000).map(|at| format!("c{at} INT")).collect();
    let sql = format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT, small TEXT, {});
         INSERT INTO people (id, email, c7) VALUES (1, 'ada@example.org', 7)",
        columns.join(", ")
    );
    let company = on(Kind::Sqlite, &manifest, &sql);

    let (_, changed) = erase(&company, Kind::Sqlite);

    assert_eq!(changed.len(), 2);
}

#[test]
fn a_row_that_two_collections_hold_is_masked_once() {
    let both = ["people", "more_people"].map(|name| {
        format!(
            "
      - name: {name}
        candor: {{erase: mask}}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
"
        )
    });
    for kind in Kind::all() {
        let tables = match kind {
            // It changes nothing through a view.
            Kind::Sqlite => continue,
            Kind::Postgres => {
                "CREATE TABLE people (id INT PRIMARY KEY, email TEXT NOT NULL) PARTITION BY RANGE (id);
                 CREATE TABLE more_people PARTITION OF people FOR VALUES FROM (0) TO (100);"
            }
            Kind::MariaDb => {
                "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60) NOT NULL);
                 CREATE VIEW more_people AS SELECT * FROM people;"
            }
        };
        let row = "INSERT INTO people VALUES (1, 'ada@example.org')";
        let company = on(kind, &both.concat(), &[tables, row].concat());

        erase(&company, kind);

        let people = &company.dump("shop")["people"];
        assert!(
            people.is_empty() || people[0]["email"].contains("erased-"),
            "{kind:?}"
        );
    }
}

#[test]
fn what_was_erased_is_no_longer_in_the_bytes_of_the_file() {
    let company = on(
        Kind::Sqlite,
        MASKED,
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT, small TEXT, version INT);
         INSERT INTO people VALUES (1, 'ada@example.org', 'Countess of Lovelace', NULL, 1)",
    );
    let url = company.url("shop");
    let bytes = || std::fs::read(url.trim_start_matches("sqlite:")).unwrap();
    let holds =
        |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(holds(&bytes(), "Lovelace"));

    erase(&company, Kind::Sqlite);

    for text in ["Lovelace", "ada@example.org"] {
        assert!(!holds(&bytes(), text), "{text}");
    }
}
