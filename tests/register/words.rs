//! Words that look right and mean nothing: each is told, with its place.

use candor::register::{Finding, Register, Retention};

const SHOP: &str = include_str!("../data/shop.yml");

fn faults(text: &str) -> Vec<Finding> {
    Register::parse(&[("shop.yml", text)]).unwrap_err()
}

fn warnings(file: &str, text: &str) -> String {
    let (_, warnings) = Register::parse(&[(file, text)]).unwrap();
    let lines: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn a_contact_that_is_no_address_is_a_fault() {
    let text = SHOP.replace("contact: privacy@shop.example.org", "contact: nowhere");
    let told = faults(&text)[0].to_string();
    assert!(
        told.contains("candor.organisation.contact: `nowhere` is no address"),
        "{told}"
    );
}

#[test]
fn a_record_has_one_date() {
    let second = "- {name: paid_on, fides_meta: {data_type: date}, candor: {date: true}}";
    let field = "          - name: ordered_on\n";
    let text = SHOP.replace(field, &format!("          {second}\n{field}"));
    let told = faults(&text)[0].to_string();
    assert!(
        told.contains("shop.orders.ordered_on: `paid_on` is the date of its records already"),
        "{told}"
    );
}

#[test]
fn a_use_that_nobody_knows_is_told_with_what_may_be_meant() {
    assert!(!warnings("shop.yml", SHOP).contains("no data use"));
    let text = SHOP.replace("data_use: essential.service", "data_use: essential.servise");
    let told = warnings("shop.yml", &text);
    let line = "`essential.servise` is no data use of fideslang's, and none under `data_use:`; expected `essential.service`";
    assert!(told.contains(line), "{told}");
    let own = format!("{text}data_use:\n  - {{fides_key: essential.servise, name: Ours}}\n");
    assert!(!warnings("shop.yml", &own).contains("no data use"));
}

#[test]
fn a_missing_organisation_is_told_of_a_file_that_is_there() {
    let told = warnings("manifest.yml", "dataset: []");
    assert!(
        told.starts_with("manifest.yml:1: candor.organisation: nobody is named"),
        "{told}"
    );
}

#[test]
fn the_time_zone_of_the_organisation_is_one_that_there_is() {
    let contact = "contact: privacy@shop.example.org";
    let with = |zone: &str| SHOP.replace(contact, &format!("{contact}\n    time_zone: {zone}"));
    let (register, _) = Register::parse(&[("shop.yml", &with("Europe/Berlin"))]).unwrap();
    let zone = register.organisation.time_zone.unwrap();
    assert_eq!(zone.name(), "Europe/Berlin");
    let told = faults(&with("Berlin"))[0].to_string();
    let line = "shop.yml:6: candor.organisation.time_zone: `Berlin` is no time zone";
    assert!(told.starts_with(line), "{told}");
}

#[test]
fn no_number_of_days_is_too_large_for_words() {
    for (days, words) in [
        (3_652_500, "for 10000 years"),
        (u32::MAX, "for 4294967295 days"),
    ] {
        let kept = Retention::Period { days, from: None };
        assert_eq!(kept.in_words(), words);
    }
}
