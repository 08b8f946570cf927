//! Corrections of what sources hold in forms of their own: addresses of machines, lines, and what is no text.

use candor::register::Register;
use candor::sources::{
    Action, Corrected, CorrectionError, Fixed, Held, Identities, Outcome, Scope,
};

use super::{
    company::{Company, shop},
    database::Kind,
};

const CATEGORIES: &str = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user, title: You, letter: A, source_kind: you, retention: {until_text: until you leave}}
";

const PEOPLE: &str = "
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: held, data_categories: [user.content]}
      - name: logins
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: place, data_categories: [user.device], fides_meta: {references: [{dataset: shop, field: people.held, direction: from}]}}
";

fn company(kind: Kind, before: &str, column: &str, held: &str) -> Company {
    let sql = format!(
        "{before} CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), held {column});
         CREATE TABLE logins (id INTEGER PRIMARY KEY, place {column});
         INSERT INTO people VALUES (1, 'ada@example.org', {held});
         INSERT INTO logins SELECT 7, held FROM people;"
    );
    let manifest = [CATEGORIES, &Company::manifest(PEOPLE)].concat();
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", &sql)])
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn shown(company: &Company) -> String {
    let record = company.records(&ada(), "people").remove(0);
    record.held("held").map(Held::to_string).unwrap_or_default()
}

/// What becomes of the value when this is typed.
fn correct(company: &Company, typed: &str) -> Result<Corrected, CorrectionError> {
    let id = company.records(&ada(), "people").remove(0).id;
    let place = (&shop("people"), &*id);
    let planned = company
        .sources
        .plan_correction(&ada(), place, "held", typed)?;
    Ok(company.sources.correct(&ada(), &planned)?)
}

#[test]
fn the_address_of_one_machine_is_shown_and_typed_without_its_length_and_that_of_a_network_with_it()
{
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let domain = "CREATE DOMAIN place AS inet;";
    for column in ["inet", "inet NOT NULL", "place"] {
        let company = company(Kind::Postgres, domain, column, "'192.0.2.7'");
        assert_eq!(shown(&company), "192.0.2.7", "{column}");
        assert_eq!(company.counts(&ada())["logins"], (1, 0), "{column}");
        for (typed, held) in [
            ("192.0.2.99", "192.0.2.99"),
            ("192.0.2.98/32", "192.0.2.98"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.7/24", "192.0.2.7/24"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("2001:db8::2/128", "2001:db8::2"),
        ] {
            assert_eq!(correct(&company, typed), Ok(Corrected::Done), "{typed}");
            assert_eq!(shown(&company), held, "{column}");
        }
        for typed in ["192.0.2", "192.0.2.7/33", "home", "192.0.2.7/"] {
            let refused = correct(&company, typed);
            assert!(
                matches!(refused, Err(CorrectionError::Invalid(_))),
                "{typed}"
            );
        }

        let plan = company.plan(&ada(), &Scope::All);
        let masks = matches!(plan.items[0].action, Action::Mask { .. } | Action::Delete);
        assert!(masks, "{:?}", plan.items);
        let outcome = company.sources.execute(&ada(), &plan).unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{column}");
    }
}

#[test]
fn what_is_no_text_is_fixed_even_where_nothing_is_held() {
    for kind in Kind::all() {
        let (column, held) = match kind {
            Kind::Postgres => ("BYTEA", ["'\\x00ff'", "NULL"]),
            Kind::MariaDb => ("BLOB", ["x'00ff'", "NULL"]),
            // Its columns take anything, so that only what is held tells.
            Kind::Sqlite => ("BLOB", ["x'00ff'", "x''"]),
        };
        for held in held {
            let company = company(kind, "", column, held);
            let record = company.records(&ada(), "people").remove(0);
            let datum = record.fields.iter().find(|it| it.path == "held").unwrap();
            assert_eq!(datum.fixed, Some(Fixed::Binary), "{kind:?}: {held}");
            for typed in ["AP8=", ""] {
                let refused = correct(&company, typed);
                let expected = Err(CorrectionError::Fixed(Fixed::Binary));
                assert_eq!(refused, expected, "{kind:?}: {held}");
            }
        }
    }
}

#[test]
fn lines_are_written_as_the_held_ones_end() {
    for kind in Kind::all() {
        let (crlf, lf) = match kind {
            Kind::Postgres => ("E'a\\r\\nb'", "E'a\\nb'"),
            Kind::MariaDb => ("'a\\r\\nb'", "'a\\nb'"),
            Kind::Sqlite => ("'a' || char(13, 10) || 'b'", "'a' || char(10) || 'b'"),
        };
        for (held, after) in [(crlf, "c\r\nd"), (lf, "c\nd")] {
            for typed in ["c\r\nd\r\n", "c\nd"] {
                let company = company(kind, "", "VARCHAR(60)", held);
                assert_eq!(correct(&company, typed), Ok(Corrected::Done), "{kind:?}");
                assert_eq!(shown(&company), after, "{kind:?}");
            }
        }
        let company = company(kind, "", "VARCHAR(60)", "'one line'");
        assert_eq!(
            correct(&company, "c\nd"),
            Err(CorrectionError::Invalid("Enter one line.".to_owned()))
        );
    }
}
