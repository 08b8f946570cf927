//! Columns of the databases' own types, each masked while its row stays.

use candor::{
    register::Register,
    sources::{Action, Identities, Outcome, Scope},
};

use super::{company::Company, database::Kind};

/// Type, a value, and what stands in its place when the column may not be empty.
type Typed = (&'static str, &'static str, &'static str);

const POSTGRES: &[Typed] = &[
    (
        "timestamptz",
        "'2001-02-03 04:05:06.5+02'",
        "1970-01-01T00:00:00+00:00",
    ),
    ("timestamp", "'2001-02-03 04:05:06'", "1970-01-01T00:00:00"),
    ("time", "'04:05:06'", "00:00:00"),
    ("timetz", "'04:05:06+02'", "00:00:00+00"),
    ("interval", "'3 days'", "00:00:00"),
    ("inet", "'10.0.0.1'", "0.0.0.0"),
    ("cidr", "'10.0.0.0/8'", "0.0.0.0/32"),
    ("macaddr", "'08:00:2b:01:02:03'", "00:00:00:00:00:00"),
    ("text[]", "'{ada,eve}'", "[]"),
    ("bigint[]", "'{7}'", "[]"),
    ("jsonb", "'{\"a\": 1}'", "{}"),
    ("tsvector", "'ada'", ""),
    ("numeric(4,2)", "1.5", "0.0"),
    (
        "uuid",
        "'3b241101-e2bb-4255-8caf-4136c566a962'",
        "00000000-0000-0000-0000-000000000000",
    ),
];

const MARIADB: &[Typed] = &[
    ("TIMESTAMP", "'2001-02-03 04:05:06'", "1970-01-02 00:00:00"),
    (
        "TIMESTAMP(6)",
        "'2001-02-03 04:05:06.5'",
        "1970-01-02 00:00:00.000000",
    ),
    ("DATETIME", "'2001-02-03 04:05:06'", "1970-01-01 00:00:00"),
    ("TIME", "'-04:05:06'", "00:00:00"),
    ("YEAR", "2001", "0000"),
    ("INET4", "'10.0.0.1'", "0.0.0.0"),
    ("INET6", "'::2'", "::"),
    ("BIT(8)", "b'101'", "\0"),
    ("BIGINT UNSIGNED", "18446744073709551615", "0"),
    ("DECIMAL(4,2)", "1.5", "0.00"),
    ("JSON", "'{\"a\": 1}'", "{}"),
];

/// A company with one table, in which each column stands twice: it may not be empty, and it may.
fn company(kind: Kind, types: &[Typed], masking: &str) -> Company {
    let both = |shape: &dyn Fn(usize, &Typed) -> [String; 2]| {
        let all = types.iter().enumerate();
        all.flat_map(|(at, it)| shape(at, it)).collect::<Vec<_>>()
    };
    let fields = both(&|at, _| {
        ["a", "b"].map(|name| {
            format!("          - {{name: {name}{at}, data_categories: [user.content], fields: [], {masking}}}\n")
        })
    });
    let columns = both(&|at, (name, ..)| {
        [
            format!("a{at} {name} NOT NULL"),
            format!("b{at} {name} NULL"),
        ]
    });
    let values = both(&|_, (_, value, _)| [(*value).to_owned(), (*value).to_owned()]);
    let manifest = Company::manifest(&format!(
        "      - name: people
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
{}",
        fields.concat()
    ));
    let (columns, values) = (columns.join(", "), values.join(", "));
    let sql = format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), {columns});
         INSERT INTO people VALUES (1, 'ada@example.org', {values});"
    );
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", &sql)])
}

/// What the columns hold once their contents were erased.
fn erased(company: &Company, kind: Kind) -> Vec<[String; 2]> {
    let person = Identities::email("ada@example.org");
    let scope = Scope::Categories(["user.content".to_owned()].into());
    let plan = company.plan(&person, &scope);
    assert!(
        matches!(plan.items[0].action, Action::Mask { .. }),
        "{kind:?}"
    );
    assert_eq!(plan.items.len(), 1, "nothing is left: {:?}", plan.items);
    let outcome = company.sources.execute(&person, &plan).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
    let row = company.dump("shop").remove("people").unwrap().remove(0);
    let held = |name: String| row[&name].trim_matches('\'').to_owned();
    let all = 0..(row.len() - 2) / 2;
    all.map(|at| [held(format!("a{at}")), held(format!("b{at}"))])
        .collect()
}

fn kinds() -> impl Iterator<Item = (Kind, &'static [Typed])> {
    let types = |kind| match kind {
        Kind::Postgres => Some((kind, POSTGRES)),
        Kind::MariaDb => Some((kind, MARIADB)),
        Kind::Sqlite => None,
    };
    Kind::all().into_iter().filter_map(types)
}

#[test]
fn columns_of_any_type_are_emptied_and_those_that_may_not_be_get_what_says_nothing() {
    for (kind, types) in kinds() {
        let company = company(kind, types, "meta: {}");
        for ((name, _, empty), [held, nullable]) in types.iter().zip(erased(&company, kind)) {
            assert_eq!(nullable, "NULL", "{kind:?}: {name}");
            assert_eq!(held, *empty, "{kind:?}: {name}");
        }
    }
}

#[test]
fn a_mask_that_a_column_does_not_take_leaves_nothing_of_its_value() {
    let masking = "fides_meta: {masking_strategy_override: {strategy: random_string_rewrite, configuration: {length: 9}}}";
    for (kind, types) in kinds() {
        let company = company(kind, types, masking);
        let before = company.dump("shop").remove("people").unwrap().remove(0);
        for (at, [held, nullable]) in erased(&company, kind).into_iter().enumerate() {
            let before = before[&format!("a{at}")].trim_matches('\'');
            assert_ne!(held, before, "{kind:?}: {}", types[at].0);
            assert_ne!(nullable, before, "{kind:?}: {}", types[at].0);
        }
    }
}

#[test]
fn times_lead_on_whatever_their_decimals() {
    let manifest = Company::manifest(
        "      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: made, data_categories: [user.content]}
      - name: steps
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: made, data_categories: [user.content], fides_meta: {references: [{dataset: shop, field: people.made, direction: from}]}}
",
    );
    for (kind, short, long) in [
        (Kind::Postgres, "timestamp(1)", "timestamp(6)"),
        (Kind::MariaDb, "DATETIME(1)", "DATETIME(6)"),
        (Kind::MariaDb, "DATETIME(6)", "DATETIME(1)"),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let sql = format!(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), made {short});
             CREATE TABLE steps (id INTEGER PRIMARY KEY, made {long});
             INSERT INTO people VALUES (1, 'ada@example.org', '2001-02-03 10:20:00'),
               (2, 'ada@example.org', '2001-02-03 10:20:30.5'), (3, 'eve@example.org', '2001-02-03');
             INSERT INTO steps VALUES (1, '2001-02-03 10:20:00'), (2, '2001-02-03 10:20:30.5'), (3, '2001-02-03');"
        );
        let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
        let company = Company::on(kind, register, &[("shop", &sql)]);

        let counts = company.counts(&Identities::email("ada@example.org"));

        assert_eq!(counts["steps"], (2, 0), "{kind:?}: {short}");
    }
}
