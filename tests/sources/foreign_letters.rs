//! Addresses with letters that are not English: found in large and small letters, and never for another's.

use candor::sources::Identities;

use super::{company::Company, database::Kind};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";

const SQL: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
INSERT INTO people VALUES (1, 'äda@exämple.org'), (2, 'Äda@exämple.org'), (3, 'ÄDA@exämple.org'),
  (4, 'ÄDA@EXÄMPLE.ORG'), (5, 'ada@example.org'), (6, 'x@strasse.example.org'), (7, 'ada@istanbul.example.org'),
  (8, 'fiona@example.org'), (9, 'x@straße.example.org');
";

#[test]
fn an_address_is_found_in_whatever_case_and_no_other_is() {
    for kind in Kind::all() {
        let company = Company::on(kind, Company::register(MANIFEST), &[("shop", SQL)]);
        for (address, expected) in [
            ("äda@exämple.org", 4),
            ("ÄDA@exämple.org", 4),
            ("ada@example.org", 1),
            ("x@straße.example.org", 1),
            ("x@strasse.example.org", 1),
            ("ada@ıstanbul.example.org", 0),
            ("ﬁona@example.org", 0),
            ("x@xn--strae-oqa.example.org", 1),
            ("ada@xn--stanbul-qfb.example.org", 0),
        ] {
            let counts = company.counts(&Identities::email(address));
            let found = counts.get("people").copied().unwrap_or_default();
            assert_eq!(found, (expected, 0), "{address} on {kind:?}");
        }
    }
}
