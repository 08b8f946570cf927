use std::{fs, process::Command};

use candor::register::{Kind, Letter, Register, Retention};

use super::{SHOP, load_with, shop};

#[test]
fn a_manifest_of_another_tool_loads_unchanged() {
    let text = include_str!("../data/fides/postgres_example_test_dataset.yml");
    let (register, warnings) = Register::parse(&[("fides.yml", text)]).unwrap();

    let dataset = register.dataset("postgres_example_test_dataset").unwrap();
    assert_eq!(dataset.source, "postgres_example_test_dataset");
    assert_eq!(dataset.collections.len(), 11);
    let customer = dataset.collection("customer").unwrap();
    let email = customer.field("email").unwrap();
    assert_eq!(email.identity.as_deref(), Some("email"));
    assert_eq!(email.data_type.unwrap().kind, Kind::String);
    let employee_name = dataset
        .collection("employee")
        .unwrap()
        .field("name")
        .unwrap();
    let masking = employee_name.masking.as_ref().unwrap();
    assert_eq!(masking.strategy, "string_rewrite");
    assert_eq!(
        masking.configuration["format_preservation"]["suffix"],
        "-test"
    );
    assert!(
        warnings
            .iter()
            .any(|it| it.place.path.ends_with("visit") && it.wrong.contains("no primary key"))
    );
}

#[test]
fn an_account_number_is_masked_even_when_its_manifest_forgets_to_say_so() {
    let text = include_str!("../data/fides/postgres_example_test_dataset.yml");
    let (register, warnings) = Register::parse(&[("fides.yml", text)]).unwrap();

    let view = register
        .describe("postgres_example_test_dataset", "payment_card", "ccn")
        .unwrap();
    assert_eq!(view.never_disclose().unwrap().as_str(), "account-number");
    assert!(warnings.iter().any(
        |it| it.place.path.contains("payment_card.ccn") && it.wrong.contains("never disclosed")
    ));
}

#[test]
fn our_own_keys_are_read() {
    let (register, warnings) = Register::parse(&[("shop.yml", SHOP)]).unwrap();

    assert_eq!(warnings, []);
    assert_eq!(register.organisation.contact, "privacy@shop.example.org");
    assert_eq!(register.category("user.contact").unwrap().letter, Letter::A);
    assert_eq!(
        register.category("user.behavior").unwrap().retention,
        Retention::Period {
            days: 365,
            from: None
        }
    );
    assert!(register.activity("ads").unwrap().sale_or_sharing);
    assert_eq!(
        register
            .refusable()
            .map(|it| it.key.as_str())
            .collect::<Vec<_>>(),
        ["ads"]
    );
    assert_eq!(register.recipient("post").unwrap().name, "Post Ltd");
    assert_eq!(
        register.summary(),
        "1 dataset, 3 collections, 10 fields, 3 categories, 2 activities, 1 recipient"
    );
}

#[test]
fn each_category_knows_its_activities_and_recipients() {
    let register = shop();

    let contact = register.category("user.contact").unwrap();
    assert_eq!(contact.activities, ["delivery"]);
    assert_eq!(
        contact.recipients,
        ["post"],
        "it gets a part of the category"
    );
    assert!(
        register
            .category("user.behavior")
            .unwrap()
            .recipients
            .is_empty()
    );
}

#[test]
fn an_unknown_key_is_a_warning_with_its_line() {
    let (_, warnings) = load_with(
        "candor: {erase: mask}",
        "candor: {erase: mask, colour: blue}",
    )
    .unwrap();

    let line = 1 + SHOP
        .lines()
        .position(|line| line.contains("erase: mask"))
        .unwrap();
    let told = warnings
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        told.starts_with(&format!("shop.yml:{line}: shop.customers.candor.colour: ")),
        "{told}"
    );
}

#[test]
fn sensitive_may_be_written_in_place_of_its_letter() {
    let (register, _) = load_with("letter: F", "letter: sensitive").unwrap();

    let category = register.category("user.behavior").unwrap();
    assert_eq!((category.letter, category.sensitive), (Letter::L, true));
}

#[test]
fn the_command_tells_every_fault_of_every_file_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("a.yml"),
        SHOP.replace("letter: F", "letter: Z"),
    )
    .unwrap();
    fs::create_dir(folder.path().join("more")).unwrap();
    fs::write(folder.path().join("more/b.yaml"), "dataset: [\n").unwrap();

    let output = check(folder.path());

    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told.contains(
            "a.yml:14: candor.user.behavior.letter: `Z` is not known; expected one of A, B"
        ),
        "{told}"
    );
    assert!(told.contains("more/b.yaml:"), "{told}");
    assert!(told.contains("2 faults found"), "{told}");
}

#[test]
fn the_command_sums_up_a_register_without_faults() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.yml"), SHOP).unwrap();
    // What other programs leave beside files is no manifest.
    fs::write(folder.path().join("._shop.yml"), b"\x00\x05\x16\x07").unwrap();

    let output = check(folder.path());

    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .starts_with("1 dataset, 3 collections")
    );
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let output = check("no/such/folder".as_ref());

    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("no/such/folder")
    );
}

#[test]
fn a_folder_without_manifests_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "dataset: []").unwrap();

    let faults = Register::load(folder.path()).unwrap_err();
    assert_eq!(faults[0].wrong, "it has no manifest");
}

#[test]
fn a_file_that_is_no_text_is_told_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.yml"), SHOP).unwrap();
    fs::write(folder.path().join("picture.yml"), [0xff, 0xd8, 0xff]).unwrap();

    let faults = Register::load(folder.path()).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert_eq!(&*faults[0].place.file, "picture.yml");
}

#[test]
fn no_line_that_is_missing_or_of_the_wrong_type_makes_it_stop_short() {
    let lines: Vec<&str> = SHOP.lines().collect();
    for (position, line) in lines.iter().enumerate() {
        let (before, after) = (
            lines[..position].join("\n"),
            lines[position + 1..].join("\n"),
        );
        let key = line.split_once(':').map_or("", |(key, _)| key);
        let missing = Register::parse(&[("shop.yml", &format!("{before}\n{after}"))]);
        let wrong = Register::parse(&[(
            "shop.yml",
            &format!("{before}\n{key}: [{{}}, 1, x]\n{after}"),
        )]);
        for faults in [missing, wrong].into_iter().filter_map(Result::err) {
            assert!(!faults.is_empty() && faults.iter().all(|it| &*it.place.file == "shop.yml"));
        }
    }
}

fn check(folder: &std::path::Path) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["register", "check"])
        .arg(folder)
        .output()
        .unwrap()
}

#[test]
fn a_folder_without_manifests_is_told_without_a_line_that_it_has_not() {
    let folder = tempfile::tempdir().unwrap();
    let told = String::from_utf8(check(folder.path()).stderr).unwrap();
    let name = folder.path().display().to_string();
    assert!(
        told.contains(&format!("{name}: it has no manifest")),
        "{told}"
    );
}

#[test]
fn keeping_for_people_of_a_law_that_is_not_known() {
    let with = |laws: &str| {
        let keep = format!("keep: {{laws: {laws}, reason:");
        super::load_with("keep: {reason:", &keep).unwrap().1
    };
    assert!(with("[us-ca, eu-gdpr]").is_empty());
    let warned = with("[us-cal]");
    assert_eq!(warned.len(), 1);
    assert!(warned[0].wrong.contains("the law `us-cal`"), "{warned:?}");
}

/// Rule: P2, Civ. 1798.100(d).
#[test]
fn whoever_gets_data_without_a_contract_is_a_warning() {
    for role in ["service-provider", "contractor", "third-party"] {
        let (_, warnings) = load_with(
            "role: service-provider\n      purpose: It delivers parcels.\n      categories: [user.contact.address]\n      activities: [delivery]\n      contract_on: 2026-01-31\n      warns_within: 5",
            &format!("role: {role}\n      purpose: It delivers parcels.\n      categories: [user.contact.address]\n      activities: [delivery]"),
        )
        .unwrap();
        let told: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|it| it.contains("contract_on")), "{told:?}");
    }
}

#[test]
fn a_collection_is_found_whose_dataset_has_a_dot_in_its_name() {
    let manifest = "
dataset:
  - fides_key: my.data
    collections:
      - {name: t, fields: [{name: id, data_categories: [system.operations]}]}
      - {name: c, fides_meta: {after: [my.data.t], erase_after: [my.data.t]}, fields: [{name: id, data_categories: [system.operations]}]}
";
    let (register, _) = Register::parse(&[("a.yml", manifest)]).unwrap();

    let collection = register
        .dataset("my.data")
        .unwrap()
        .collection("c")
        .unwrap();
    assert_eq!(
        (
            &*collection.after[0].dataset,
            &*collection.after[0].collection
        ),
        ("my.data", "t")
    );
    assert_eq!(collection.erase_after, collection.after);
}

#[test]
fn what_deserves_a_look_is_told_beside_faults() {
    let folder = tempfile::tempdir().unwrap();
    let text = super::SHOP.replace("identity: email", "identity: emial");
    let text = text.replace("length: 254", "length: -1");
    std::fs::write(folder.path().join("shop.yml"), text).unwrap();
    let told = String::from_utf8(check(folder.path()).stderr).unwrap();
    assert!(
        told.contains("nobody is known to the portal by `emial`"),
        "{told}"
    );
    assert!(told.contains("it is -1"), "{told}");
}

/// It is found from one that waits; what is wrong is said there.
#[test]
fn who_waits_for_nothing_is_not_told_to_go_in_a_circle() {
    let text = "dataset:
  - fides_key: shop
    name: Shop
    collections:
      - name: orders
        fields:
          - {name: id, data_categories: [user.contact], fides_meta: {primary_key: true, references: [{dataset: shop, field: round.id, direction: from}]}}
      - name: round
        fides_meta: {after: [shop.about]}
        fields: [{name: id, data_categories: [user.contact], fides_meta: {identity: email}}]
      - name: about
        fides_meta: {after: [shop.round]}
        fields: [{name: id, data_categories: [user.contact], fides_meta: {identity: email}}]
";
    let faults = Register::parse(&[("shop.yml", text)]).unwrap_err();
    let places: Vec<_> = faults.iter().map(|it| it.place.path.as_str()).collect();
    assert_eq!(places, ["shop.round", "shop.about"], "{faults:#?}");
}
