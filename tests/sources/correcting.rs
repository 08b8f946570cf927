//! Corrections: typed, checked, guarded by the old value, read back.

use candor::sources::{Corrected, CorrectionError, Fixed, Identities, Standing, faults::Mode};

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
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name], fides_meta: {length: 30}}
          - {name: born, data_categories: [user.demographic], fides_meta: {data_type: date}}
          - {name: children, data_categories: [user.demographic], fides_meta: {data_type: integer}}
          - {name: news, data_categories: [user.content], fides_meta: {data_type: boolean}}
          - {name: plan, data_categories: [user.content], candor: {correctable: {values: [free, paid]}}}
          - {name: ssn, data_categories: [user.government_id], candor: {never_disclose: ssn}}
";

fn company() -> Company {
    Company::with(
        MANIFEST,
        &[(
            "shop",
            "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name VARCHAR(8) NOT NULL, born DATE, children INT,
                                  news BOOLEAN NOT NULL, plan TEXT, ssn TEXT);
             INSERT INTO people VALUES (1, 'ada@example.org', 'Ada', '1815-12-10', 3, 1, 'free', '1'),
                                       (2, 'eve@example.org', 'Eve', NULL, NULL, 0, 'paid', '2');",
        )],
    )
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn id(company: &Company) -> String {
    company.records(&ada(), "people")[0].id.clone()
}

fn fault(company: &Company, field: &str, typed: &str) -> CorrectionError {
    let id = id(company);
    company
        .sources
        .plan_correction(&ada(), (&shop("people"), &id), field, typed)
        .unwrap_err()
}

#[test]
fn one_cell_is_changed_and_a_repeat_gives_the_same_result() {
    let company = company();
    for (field, typed, shown) in [
        ("name", "Augusta", "'Ada' -> 'Augusta'"),
        ("born", "1815-12-11", "'1815-12-10' -> '1815-12-11'"),
        ("children", "4", "3 -> 4"),
        ("news", "no", "1 -> 0"),
        ("plan", "paid", "'free' -> 'paid'"),
        ("children", "", "4 -> NULL"),
    ] {
        let before = company.dump("shop");
        let place = (&shop("people"), &*id(&company));
        let correction = company
            .sources
            .plan_correction(&ada(), place, field, typed)
            .unwrap();

        assert_eq!(
            company.sources.correct(&ada(), &correction).unwrap(),
            Corrected::Done
        );

        let changed = differences(&before, &company.dump("shop"), "id");
        assert_eq!(changed, [format!("people[1].{field}: {shown}")]);
        assert_eq!(
            company.sources.correct(&ada(), &correction).unwrap(),
            Corrected::Done
        );
    }
}

#[test]
fn a_value_that_does_not_fit_is_refused_with_a_sentence() {
    let company = company();
    for (field, typed, sentence) in [
        ("name", "", "Enter a value. This cannot be left empty."),
        ("name", "Augusta Ada", "Enter at most 8 characters."),
        ("name", "A\nB", "Enter one line."),
        ("born", "10.12.1815", "Enter a date, such as 2026-11-23."),
        ("children", "three", "Enter a whole number."),
        ("news", "perhaps", "Choose yes or no."),
        ("plan", "gold", "Choose one of the values that are offered."),
    ] {
        assert_eq!(
            fault(&company, field, typed),
            CorrectionError::Invalid(sentence.to_owned())
        );
    }
}

#[test]
fn keys_handles_and_masked_values_are_not_corrected_this_way() {
    let company = company();

    assert_eq!(fault(&company, "id", "9"), CorrectionError::NotCorrectable);
    assert_eq!(
        fault(&company, "email", "x@example.org"),
        CorrectionError::NotCorrectable
    );
    assert_eq!(fault(&company, "ssn", "9"), CorrectionError::NotCorrectable);
    assert_eq!(fault(&company, "shoe_size", "9"), CorrectionError::NotFound);
}

#[test]
fn somebody_elses_record_is_not_found() {
    let company = company();
    let id = id(&company);
    let eve = Identities::email("eve@example.org");

    let refused = company
        .sources
        .plan_correction(&eve, (&shop("people"), &id), "name", "Eva");
    assert_eq!(refused.unwrap_err(), CorrectionError::NotFound);

    let correction = company
        .sources
        .plan_correction(&ada(), (&shop("people"), &id), "name", "Eva")
        .unwrap();
    assert_eq!(
        company.sources.correct(&eve, &correction).unwrap(),
        Corrected::Gone
    );
}

#[test]
fn a_value_that_has_changed_since_is_not_overwritten() {
    let company = company();
    let id = id(&company);
    let place = (&shop("people"), &*id);
    let correction = company
        .sources
        .plan_correction(&ada(), place, "name", "Augusta")
        .unwrap();
    company.run("shop", "UPDATE people SET name = 'Countess' WHERE id = 1");

    assert_eq!(
        company.sources.correct(&ada(), &correction).unwrap(),
        Corrected::Changed
    );
    assert_eq!(company.dump("shop")["people"][0]["name"], "'Countess'");
}

#[test]
fn a_correction_that_broke_off_is_completed_by_a_repeat() {
    let company = company();
    let id = id(&company);
    let place = (&shop("people"), &*id);
    let correction = company
        .sources
        .plan_correction(&ada(), place, "name", "Augusta")
        .unwrap();
    company.fail("shop", Mode::BreaksAtCommit);
    assert!(company.sources.correct(&ada(), &correction).is_err());
    assert_eq!(company.dump("shop")["people"][0]["name"], "'Ada'");

    company.fail("shop", Mode::BreaksAfterCommit);
    assert!(company.sources.correct(&ada(), &correction).is_err());
    company.fail("shop", Mode::Healthy);

    assert_eq!(
        company.sources.correct(&ada(), &correction).unwrap(),
        Corrected::Done
    );
    assert_eq!(company.dump("shop")["people"][0]["name"], "'Augusta'");
}

#[test]
fn a_value_that_the_column_does_not_take_is_refused_when_it_is_typed() {
    const TYPED: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: seen, data_categories: [user.content], fides_meta: {data_type: datetime}}
          - {name: zoned, data_categories: [user.content], fides_meta: {data_type: datetime}}
          - {name: worth, data_categories: [user.content], fides_meta: {data_type: float}}
          - {name: share, data_categories: [user.content], fides_meta: {data_type: float}}
          - {name: small, data_categories: [user.content], fides_meta: {data_type: integer}}
          - {name: mood, data_categories: [user.content], fides_meta: {data_type: string}}
";
    let categories = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user, title: You, letter: A, source_kind: you, retention: {until_text: until you leave}}
";
    for kind in Kind::all() {
        let columns = match kind {
            Kind::Postgres => {
                "seen TIMESTAMP, zoned TIMESTAMPTZ, worth NUMERIC(10, 2), share REAL, small SMALLINT, mood mood"
            }
            Kind::MariaDb => {
                "seen DATETIME, zoned TIMESTAMP NULL, worth DECIMAL(10, 2), share FLOAT, small SMALLINT, mood ENUM ('good', 'bad')"
            }
            Kind::Sqlite => continue,
        };
        let made = if kind == Kind::Postgres {
            "CREATE TYPE mood AS ENUM ('good', 'bad');"
        } else {
            ""
        };
        let sql = format!(
            "{made} CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60), {columns});
             INSERT INTO people VALUES (1, 'ada@example.org', NULL, '2026-01-01 10:00:00', 1, 1, 1, 'good')"
        );
        let manifest = [categories, &Company::manifest(TYPED)].concat();
        let (register, _) = candor::register::Register::parse(&[("shop.yml", &manifest)]).unwrap();
        let company = Company::on(kind, register, &[("shop", &sql)]);
        let id = id(&company);
        let plan = |field: &str, typed: &str| {
            let place = (&shop("people"), &*id);
            company.sources.plan_correction(&ada(), place, field, typed)
        };
        let before = company.dump("shop");
        for (field, typed) in [
            ("worth", "12.345"),
            ("worth", "1e12"),
            ("share", "16777217"),
            ("small", "40000"),
            ("mood", "joyful"),
        ] {
            let refused = plan(field, typed).unwrap_err();
            assert!(
                matches!(refused, CorrectionError::Invalid(_)),
                "{kind:?}: {field} {refused:?}"
            );
        }
        assert_eq!(company.dump("shop"), before, "{kind:?}");
        for (field, typed) in [
            ("seen", "2026-11-23T14:05"),
            ("seen", "2026-11-23 14:05:06"),
            ("zoned", "2026-11-23T14:05"),
            ("zoned", "2026-11-23 14:05:06"),
            ("worth", "12.30"),
            ("share", "0.3"),
            ("small", "-7"),
            ("mood", "bad"),
        ] {
            let planned =
                plan(field, typed).unwrap_or_else(|error| panic!("{kind:?}: {field}: {error:?}"));
            let done = company.sources.correct(&ada(), &planned);
            assert_eq!(done, Ok(Corrected::Done), "{kind:?}: {field} {typed}");
        }
    }
}

#[test]
fn what_the_source_works_out_or_names_a_row_by_is_fixed() {
    let company = Company::with(
        MANIFEST,
        &[(
            "shop",
            "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT GENERATED ALWAYS AS (upper(email)) STORED,
                                  born DATE, children INT, news BOOLEAN NOT NULL, plan TEXT, ssn TEXT);
             INSERT INTO people (id, email, news) VALUES (1, 'ada@example.org', 1);",
        )],
    );
    let record = company.records(&ada(), "people").remove(0);
    let fixed: Vec<_> = record
        .fields
        .iter()
        .filter(|it| it.fixed.is_some())
        .collect();
    let fixed: Vec<_> = fixed.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(fixed, ["id", "name"]);
    assert_eq!(
        fault(&company, "name", "Augusta"),
        CorrectionError::Fixed(Fixed::WorkedOut)
    );
}

#[test]
fn a_value_is_taken_however_it_is_written_or_it_is_said_what_form_is_expected() {
    const TYPED: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: wakes, data_categories: [user.content]}
          - {name: marks, data_categories: [user.content]}
          - {name: words, data_categories: [user.content]}
          - {name: span, data_categories: [user.content]}
          - {name: mood, data_categories: [user.content]}
          - {name: size, data_categories: [user.content]}
          - {name: rating, data_categories: [user.content], fides_meta: {data_type: integer}}
          - {name: odd, data_categories: [user.content], fides_meta: {data_type: integer}}
";
    let categories = MANIFEST.split("dataset:").next().unwrap();
    for kind in Kind::all() {
        let (made, columns) = match kind {
            Kind::Postgres => (
                "CREATE TYPE mood AS ENUM ('good', 'bad');",
                "wakes TIME, marks INT[], words TEXT[], span INT4RANGE, mood mood",
            ),
            _ => (
                "",
                "wakes TEXT, marks TEXT, words TEXT, span TEXT, mood TEXT",
            ),
        };
        let sql = format!(
            "{made} CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60), {columns},
                size VARCHAR(9) CHECK (size IN ('small', 'large')), rating INT CHECK (rating BETWEEN 1 AND 5),
                odd INT CHECK (odd % 2 = 1 OR odd = 0));
             INSERT INTO people VALUES (1, 'ada@example.org', NULL, NULL, NULL, NULL, NULL, NULL, 1, 1)"
        );
        let manifest = [categories, &Company::manifest(TYPED)].concat();
        let (register, _) = candor::register::Register::parse(&[("shop.yml", &manifest)]).unwrap();
        let company = Company::on(kind, register, &[("shop", &sql)]);
        let id = id(&company);
        let plan = |field: &str, typed: &str| {
            let place = (&shop("people"), &*id);
            company.sources.plan_correction(&ada(), place, field, typed)
        };
        let not_taken = "The system that holds this does not take such a value.";
        let mut refused = vec![
            ("size", "huge", "Enter one of small or large."),
            ("rating", "9", "Enter a number from 1 to 5."),
            ("odd", "4", not_taken),
        ];
        if kind == Kind::Postgres {
            refused.extend([
                ("wakes", "noon", "Enter a time, such as 14:05:00."),
                ("marks", "{3,4}", "Enter a list, such as [1, 2]."),
                ("words", "x", "Enter a list, such as [\"one\", \"two\"]."),
                ("span", "1 to 5", "Enter a range, such as [1,5)."),
                ("mood", "joyful", "Enter one of good or bad."),
            ]);
        }
        for (field, typed, sentence) in refused {
            let sentence = CorrectionError::Invalid(sentence.to_owned());
            assert_eq!(plan(field, typed), Err(sentence), "{kind:?}: {field}");
        }
        for (field, typed) in [
            ("wakes", "12:30"),
            ("wakes", "12:30:00"),
            ("marks", "[3,4]"),
            ("words", "[\"x\",\"y z\"]"),
            ("rating", "5"),
            ("odd", "3"),
        ] {
            let planned =
                plan(field, typed).unwrap_or_else(|error| panic!("{kind:?}: {field}: {error:?}"));
            let done = company.sources.correct(&ada(), &planned);
            assert_eq!(done, Ok(Corrected::Done), "{kind:?}: {field} {typed}");
            let again = company.sources.correct(&ada(), &planned);
            assert_eq!(again, Ok(Corrected::Done), "{kind:?}: {field} {typed}");
            let standing = company.sources.standing(&ada(), &planned);
            assert_eq!(standing, Ok(Standing::Corrected), "{kind:?}: {field}");
        }
    }
}
