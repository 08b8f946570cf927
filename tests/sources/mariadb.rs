//! MariaDB: its own types, collations, rules and faults. Without a server for the suite, these tests have nothing to do.

use candor::{
    register::Register,
    sources::{Corrected, Dates, Fault, Identities, Outcome, Rule, Scope},
};
use chrono::NaiveDate;

use super::{
    company::{Company, differences, shop},
    database::Kind,
};

const MANIFEST: &str = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user, title: You, letter: A, source_kind: you, retention: {until_text: until you leave}}
dataset:
  - fides_key: shop
    collections:
      - name: people
        candor: {erase: mask}
        fields:
          - {name: key, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: code, data_categories: [user.content], fides_meta: {data_type: string}}
          - {name: worth, data_categories: [user.content], fides_meta: {data_type: float}}
          - {name: share, data_categories: [user.content], fides_meta: {data_type: float}}
          - {name: born, data_categories: [user.demographic], fides_meta: {data_type: date}}
          - {name: seen, data_categories: [user.behavior]}
          - {name: extra, data_categories: [user.content]}
          - {name: photo, data_categories: [user.content]}
          - {name: token, data_categories: [user.content]}
          - {name: happy, data_categories: [user.content], fides_meta: {data_type: boolean}}
          - {name: flags, data_categories: [user.content]}
          - {name: mood, data_categories: [user.content]}
          - {name: home, data_categories: [user.content]}
          - {name: changed, data_categories: [system.operations]}
      - name: visits
        fields:
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.key, direction: from}]}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: reply_to, data_categories: [system.operations]}
          - {name: at, data_categories: [user.behavior], candor: {date: true}}
";

const SQL: &str = r#"
CREATE TABLE people ("key" BIGINT UNSIGNED PRIMARY KEY, email VARCHAR(60), code CHAR(4) NOT NULL, worth DECIMAL(12, 2) NOT NULL,
  share FLOAT NOT NULL, born DATE NOT NULL, seen DATETIME(3) NOT NULL, extra JSON NOT NULL, photo BLOB NOT NULL, token BINARY(4) NOT NULL,
  happy BOOLEAN NOT NULL, flags BIT(3) NOT NULL, mood ENUM ('good', 'bad') NOT NULL, home POINT,
  changed TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
CREATE TABLE visits (person VARCHAR(40), number INT PRIMARY KEY, reply_to INT REFERENCES visits (number), at DATETIME);
INSERT INTO people VALUES
  (18446744073709551615, 'ada@example.org', 'ab', 12.50, 0.1, '1815-12-10', '2026-01-01 10:00:00.250', '{"a": 1}', x'00ff', 'tk', true, b'101', 'good', POINT(1, 2), '2026-01-01'),
  (18446744073709551614, 'eve@example.org', 'cd', 0, 0, '1900-01-01', '2026-01-01', '{}', '', '', false, 0, 'bad', NULL, '2026-01-01');
INSERT INTO visits SELECT '18446744073709551615', seq, IF(seq < 600, seq + 1, NULL), '2026-01-01' + INTERVAL seq HOUR FROM seq_1_to_600 ORDER BY seq DESC;
INSERT INTO visits VALUES ('not a key', 5000, NULL, NULL), ('18446744073709551614', 5001, NULL, NULL);
"#;

fn on(manifest: &str, sql: &str) -> Option<Company> {
    Kind::all().contains(&Kind::MariaDb).then(|| {
        let (register, _) = Register::parse(&[("shop.yml", manifest)])
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        Company::on(Kind::MariaDb, register, &[("shop", sql)])
    })
}

fn company() -> Option<Company> {
    on(MANIFEST, SQL)
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

#[test]
fn values_of_every_type_are_read_paged_and_filtered_by_date() {
    let Some(company) = company() else { return };

    let people = company.records(&ada(), "people");
    assert_eq!(people.len(), 1);
    for (field, expected) in [
        ("key", "18446744073709551615"),
        ("worth", "12.5"),
        ("share", "0.1"),
        ("born", "1815-12-10"),
        ("seen", "2026-01-01 10:00:00.25"),
        ("extra", r#"{"a": 1}"#),
        ("photo", "2 bytes"),
        ("token", "4 bytes"),
        ("happy", "yes"),
        ("flags", "5"),
        ("mood", "good"),
        ("home", "POINT(1 2)"),
    ] {
        assert_eq!(people[0].held(field).unwrap().to_string(), expected);
    }
    let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
    let dates = Dates {
        from: Some(day),
        to: Some(day),
    };
    let page = |after: Option<&str>, most, dates| {
        let visits = shop("visits");
        company
            .sources
            .page(&ada(), &visits, after, most, dates)
            .unwrap()
    };
    assert_eq!(page(None, 100, dates).records.len(), 24);
    let (mut seen, mut after) = (0, None);
    loop {
        let page = page(after.as_deref(), 300, Dates::default());
        seen += page.records.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 600);
}

#[test]
fn an_erasure_masks_by_type_and_takes_rows_that_refer_to_each_other() {
    let Some(company) = company() else { return };
    let before = company.dump("shop");

    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    let after = company.dump("shop");
    assert_eq!(after["visits"].len(), 2);
    let mut changed = differences(&before, &after, "key");
    changed.retain(|it| it.starts_with("people"));
    let changed: Vec<_> = changed
        .iter()
        .map(|it| it.split_once("].").unwrap().1.to_owned())
        .collect();
    assert_eq!(
        changed,
        [
            "born: '1815-12-10' -> '1970-01-01'",
            "code: 'ab' -> 'eras'",
            "email: 'ada@example.org' -> NULL",
            "extra: '{\"a\": 1}' -> '{}'",
            "flags: '\u{5}' -> '\0'",
            "happy: 1 -> 0",
            "home: '\0\0\0\0\u{1}\u{1}\0\0\0\0\0\0\0\0\0�?\0\0\0\0\0\0\0@' -> NULL",
            "photo: '\0�' -> ''",
            "seen: '2026-01-01 10:00:00.250' -> '1970-01-01 00:00:00.000'",
            "share: 0.1 -> 0",
            "token: 'tk\0\0' -> '\0\0\0\0'",
            "worth: 12.50 -> 0.00",
        ],
        "neither `mood`, which takes no other word, nor `changed`"
    );
}

#[test]
fn a_correction_is_typed_and_a_repeat_is_done() {
    let Some(company) = company() else { return };
    let id = company.records(&ada(), "people")[0].id.clone();
    let place = (&shop("people"), &*id);
    for (field, typed) in [
        ("born", "1815-12-11"),
        ("happy", "no"),
        ("worth", "7.50"),
        ("share", "0.3"),
        ("code", "AB"),
    ] {
        let plan = company.sources.plan_correction(&ada(), place, field, typed);
        let correction = plan.unwrap();
        for _ in 0..2 {
            let corrected = company.sources.correct(&ada(), &correction);
            assert_eq!(corrected.unwrap(), Corrected::Done, "{field}");
        }
    }
    let born = company
        .sources
        .plan_correction(&ada(), place, "born", "soon");
    assert!(born.is_err());
}

const TEXTS: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: name, data_categories: [user.name], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: notes
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.name, direction: from}]}}
";

#[test]
fn what_a_collation_takes_for_the_same_is_another_person() {
    for collation in ["utf8mb4_general_ci", "utf8mb4_bin", "latin1_swedish_ci"] {
        let charset = collation.split('_').next().unwrap();
        let sql = format!(
            "CREATE TABLE people (name VARCHAR(9), email VARCHAR(60), id INT PRIMARY KEY) CHARACTER SET {charset} COLLATE {collation};
             CREATE TABLE notes (id INT PRIMARY KEY, person VARCHAR(9)) CHARACTER SET {charset} COLLATE {collation};
             INSERT INTO people VALUES ('Ren', 'ren@example.org', 1), ('Rén', 'rén@example.org', 2), ('ren', 'REN@example.org ', 3), ('x', 'REN@Example.org', 4);
             INSERT INTO notes VALUES (1, 'Ren'), (2, 'REN'), (3, 'Rén'), (4, 'ren'), (5, 'Ren '), (6, 'x');"
        );
        let manifest = TEXTS.replacen("name: name,", "name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}\n          - {name: name,", 1)
            .replacen("data_categories: [user.name], fides_meta: {primary_key: true}", "data_categories: [user.name]", 1);
        let Some(company) = on(&manifest, &sql) else {
            return;
        };

        let found = company.counts(&Identities::email("ren@example.org"));
        assert_eq!(found["people"], (2, 0), "{collation}");
        assert_eq!(found["notes"], (2, 0), "{collation}");
        let found = company.counts(&Identities::email("rén@example.org"));
        assert_eq!(
            (found["people"], found["notes"]),
            ((1, 0), (1, 0)),
            "{collation}"
        );
    }
}

#[test]
fn a_person_with_more_keys_than_a_statement_takes_is_found() {
    let sql = "
        CREATE TABLE people (name VARCHAR(9) PRIMARY KEY, email VARCHAR(60)) CHARACTER SET utf8mb4;
        CREATE TABLE notes (id INT PRIMARY KEY, person VARCHAR(9), KEY (person)) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
        INSERT INTO people SELECT CONCAT('p', seq), 'ada@example.org' FROM seq_1_to_6000;
        INSERT INTO notes SELECT seq, CONCAT('p', seq) FROM seq_1_to_6000;
        INSERT INTO notes VALUES (7000, 'P1'), (7001, 'other');";
    let numbers = sql
        .replace("name VARCHAR(9)", "name INT")
        .replace("person VARCHAR(9)", "person INT")
        .replace("CONCAT('p', seq)", "seq")
        .replace("'P1'", "-1")
        .replace("'other'", "0");
    for sql in [sql.to_owned(), numbers] {
        let Some(company) = on(TEXTS, &sql) else {
            return;
        };

        let found = company.counts(&ada());

        assert_eq!(found["people"], (6_000, 0));
        assert_eq!(found["notes"], (6_000, 0));
    }
}

#[test]
fn a_password_in_a_url_never_reaches_an_error() {
    let source = candor::sources::open("crm", "mysql://candor:hunter2@127.0.0.1:1/none").unwrap();
    let error = source.ping(std::time::Duration::from_secs(2)).unwrap_err();
    assert!(error.is_temporary());
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("127.0.0.1"),
        "{shown}"
    );
    for url in [
        "mysql://candor:hunter2@host:port:port/",
        "mysql://candor:hunter2@host/crm?hunter2=x",
        "mariadb://candor:hunter2@host/",
    ] {
        let fault = candor::sources::open("crm", url).err().unwrap();
        assert!(!fault.contains("hunter2"), "{fault}");
    }
}

#[test]
fn a_lost_connection_is_replaced_and_a_refused_change_rolls_everything_back() {
    let Some(company) = company() else { return };
    company.sources.overview(&ada());
    company.cut("shop");
    assert_eq!(company.counts(&ada())["visits"], (600, 0));

    let plan = company.plan(&ada(), &Scope::All);
    company.run(
        "shop",
        "CREATE TRIGGER never BEFORE UPDATE ON people FOR EACH ROW SIGNAL SQLSTATE '45000'",
    );
    let error = company.sources.execute(&ada(), &plan).unwrap_err();
    assert_eq!(error.fault, Fault::Refused(Rule::Other));
    assert_eq!(company.counts(&ada())["visits"], (600, 0));
}

#[test]
fn a_connection_that_must_be_encrypted_is_not_made_in_clear() {
    let Some(company) = company() else { return };
    let wait = std::time::Duration::from_secs(2);
    let ping = |mode: &str| {
        let url = company.url("shop") + mode;
        candor::sources::open("crm", &url).unwrap().ping(wait)
    };

    assert_eq!(ping(""), Ok(()));
    assert_eq!(ping("?sslmode=disable"), Ok(()));
    assert!(
        ping("?sslmode=require").is_err(),
        "nobody vouches for the server of the suite"
    );
}
