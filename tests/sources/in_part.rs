//! Objects of which only some values are erased: what else is in them stays as it is written.

use std::collections::BTreeMap;

use candor::{
    register::Register,
    sources::{Action, Identities, Outcome, Plan, Scope},
};

use super::{company::Company, database::Kind};

/// A table `t` of which the column `doc` is declared like this.
fn company(kind: Kind, shape: &str, sql: &str) -> Company {
    let manifest = Company::manifest(&format!(
        "      - name: t
        candor: {{erase: mask}}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
          - name: doc
            fides_meta: {{data_type: {shape}}}
            fields:
              - {{name: street, data_categories: [user.contact.address.street]}}
              - {{name: number, data_categories: [system.operations]}}
"
    ));
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", sql)])
}

/// The same in a database that keeps objects as text of this type, in rows with keys from 1.
fn texts(kind: Kind, sql_type: &str, cells: &[&str]) -> Company {
    let rows = cells.iter().enumerate().map(|(at, cell)| {
        let cell = cell.replace('\'', "''");
        let cell = match kind {
            Kind::MariaDb => cell.replace('\\', "\\\\"),
            Kind::Sqlite | Kind::Postgres => cell,
        };
        format!("({}, 'ada@example.org', '{cell}')", at + 1)
    });
    let rows: Vec<_> = rows.collect();
    let sql = format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, email VARCHAR(60), doc {sql_type}); INSERT INTO t VALUES {}",
        rows.join(", ")
    );
    company(kind, "object", &sql)
}

fn erase(company: &Company, kind: Kind) -> Plan {
    let ada = Identities::email("ada@example.org");
    let plan = company.plan(&ada, &Scope::All);
    let outcome = company.sources.execute(&ada, &plan).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
    plan
}

/// What `doc` holds, by key.
fn held(company: &Company) -> BTreeMap<String, String> {
    let rows = company.dump("shop").remove("t").unwrap().into_iter();
    let cell = |cell: &str| cell.trim_matches('\'').to_owned();
    rows.map(|row| (row["id"].clone(), cell(&row["doc"])))
        .collect()
}

fn left(plan: &Plan) -> u64 {
    let items = plan.items.iter();
    let left = items.filter(|it| matches!(it.action, Action::Leave { .. }));
    left.map(|it| {
        assert_eq!(it.fields, ["doc.street"]);
        it.records
    })
    .sum()
}

#[test]
fn what_is_not_personal_in_an_object_stays_as_it_is_written() {
    let long = "{\"number\":12345678901234567890123,\"zz\":1,\"street\":\"Main\",\"aa\":0.1000,\"aa\":18446744073709551615}";
    // No reader of JSON takes these in.
    let odd = [
        r#"{"street":"Main","x":"\ud83d"}"#,
        r#"{"street":"Main","number":1e400}"#,
    ];
    for kind in Kind::all() {
        let company = texts(kind, "VARCHAR(200)", &[long, odd[0], odd[1]]);

        let plan = erase(&company, kind);

        assert_eq!(left(&plan), 0, "{kind:?}");
        let held = held(&company);
        for (key, cell) in [("1", long), ("2", odd[0]), ("3", odd[1])] {
            assert_eq!(held[key], cell.replace("\"Main\"", "null"), "{kind:?}");
        }
    }
}

#[test]
fn what_is_no_object_is_left_and_the_plan_says_so() {
    let cells = [
        "not json",
        "\"Main\"",
        "{\"street\":\"Main\",\"number\":1}",
        "",
        "[{\"street\":\"Main\"}, \"Main\"]",
        "null",
    ];
    for kind in Kind::all() {
        let company = texts(kind, "VARCHAR(200)", &cells);

        let plan = erase(&company, kind);

        assert_eq!(left(&plan), 3, "{kind:?}: {:?}", plan.items);
        for (key, cell) in held(&company) {
            let at: usize = key.parse().unwrap();
            let expected = match at {
                3 => "{\"street\":null,\"number\":1}",
                at => cells[at - 1],
            };
            assert_eq!(cell, expected, "{kind:?}");
        }
    }
}

#[test]
fn what_would_grow_beyond_its_column_is_left() {
    for kind in Kind::all() {
        let company = texts(kind, "VARCHAR(14)", &["{\"street\":\"M\"}"]);

        let plan = erase(&company, kind);

        assert_eq!(left(&plan), 1, "{kind:?}");
        assert_eq!(held(&company)["1"], "{\"street\":\"M\"}");
    }
}

#[test]
fn objects_and_lists_of_the_database_s_own_kinds_are_masked_in_part() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    for (shape, sql_type, value, expected) in [
        (
            "object",
            "place",
            "ROW('Main', 5)",
            r#"{"number":5,"street":null}"#,
        ),
        (
            "'object[]'",
            "place[]",
            "ARRAY[ROW('Main', 5)::place, ROW('[x]', 6)::place]",
            r#"[{"number":5,"street":null},{"number":6,"street":null}]"#,
        ),
        (
            "'object[]'",
            "jsonb[]",
            r#"ARRAY['{"street": "Main", "number": 5, "more": ["{x}"]}'::jsonb]"#,
            r#"[{"more":["{x}"],"number":5,"street":null}]"#,
        ),
    ] {
        let sql = format!(
            "CREATE TYPE place AS (street TEXT, number INT);
             CREATE TABLE t (id INT PRIMARY KEY, email TEXT, doc {sql_type});
             INSERT INTO t VALUES (1, 'ada@example.org', {value})"
        );
        let company = company(Kind::Postgres, shape, &sql);

        let plan = erase(&company, Kind::Postgres);

        assert_eq!(left(&plan), 0, "{sql_type}");
        assert_eq!(held(&company)["1"], expected, "{sql_type}");
    }
}
