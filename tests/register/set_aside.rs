//! Records that are left out of a search: only where all is said that the law asks for.

use candor::register::{Finding, Register};

use super::SHOP;

/// A lot without any fault, and a collection that is skipped because it is that.
const LOT: &str = "
  set_aside:
    - key: films
      title: Films of the old counter
      holds: Names and addresses of who bought something before 2009.
      categories: [user.contact]
      not_searchable: They are films in a vault, each of 2000 pictures without an index.
      solely_for: A tax office may ask for them (26 CFR 1.6001-1).
      sold_or_used: false
      retention: {until_text: until the end of 2029}
      collections: [shop.films]
";

const FILMS: &str = "
      - name: films
        fides_meta: {skip_processing: true}
        fields:
          - {name: name, data_categories: [user.contact]}
";

fn load(lot: &str, films: &str) -> Result<(Register, Vec<Finding>), Vec<Finding>> {
    let text = SHOP.replacen("\nsystem:", &format!("{lot}\nsystem:"), 1);
    Register::parse(&[("shop.yml", &format!("{text}{films}"))])
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// Rule: K6, 11 CCR 7024(c)(1)-(4).
#[test]
fn records_are_left_out_only_where_each_of_the_four_conditions_is_declared() {
    let (register, warnings) = load(LOT, FILMS).unwrap();
    assert_eq!(told(&warnings), [] as [String; 0]);
    assert_eq!(
        register.set_aside[0].kinds(&register)[0].key,
        "user.contact"
    );
    for (from, to, key, words) in [
        ("not_searchable:", "# ", "not_searchable", "it is missing"),
        ("solely_for:", "# ", "solely_for", "it is missing"),
        ("holds:", "# ", "holds", "it is missing"),
        ("sold_or_used: false", "", "sold_or_used", "it is missing"),
        (
            "[user.contact]",
            "[]",
            "categories",
            "not told what they hold",
        ),
        ("retention:", "# ", "retention", "it is missing"),
        (": false", ": true", "sold_or_used", "may not be left out"),
        (
            "A tax office may ask for them (26 CFR 1.6001-1).",
            "Tax.",
            "solely_for",
            "too short",
        ),
        (
            "until the end of 2029",
            "as long as necessary",
            "retention.until_text",
            "neither a period",
        ),
    ] {
        assert!(LOT.contains(from), "{from}");
        let faults = load(&LOT.replacen(from, to, 1), FILMS).unwrap_err();
        let path = format!("candor.films.{key}");
        let found = faults.iter().find(|it| it.place.path == path);
        let found = found.unwrap_or_else(|| panic!("{path}: {:?}", told(&faults)));
        assert!(found.to_string().contains(words), "{found}");
        assert!(found.place.line > 25, "{found}");
    }
}

#[test]
fn what_is_searched_is_not_set_aside_and_what_is_skipped_is_named() {
    let searched = FILMS.replace("true", "false");
    let faults = told(&load(LOT, &searched).unwrap_err());
    let searched = "`shop.films` is searched";
    assert!(faults.iter().any(|it| it.contains(searched)), "{faults:?}");
    let faults = told(&load(&LOT.replace("shop.films", "shop.flims"), FILMS).unwrap_err());
    let missing = "`shop.flims` does not exist; expected `shop.films`";
    assert!(faults.iter().any(|it| it.contains(missing)), "{faults:?}");
    let (_, warnings) = load("", FILMS).unwrap();
    let told = told(&warnings);
    let hidden = "not told that it is not searched";
    assert!(told.iter().any(|it| it.contains(hidden)), "{told:?}");
}
