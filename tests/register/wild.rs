//! Manifests as other tools write them: what they may say, and what is said of the rest.

use candor::register::{Erase, Finding, Register};

use super::load_with;

/// A dataset with one collection of these fields.
fn dataset(fields: &str) -> String {
    format!(
        "dataset:\n- fides_key: shop\n  collections:\n  - name: people\n    fields:\n\
         \x20   - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email, primary_key: true}}}}\n\
         {fields}\n"
    )
}

fn load(fields: &str) -> Result<(Register, Vec<String>), Vec<String>> {
    let told = |findings: Vec<Finding>| findings.iter().map(ToString::to_string).collect();
    match Register::parse(&[("shop.yml", &dataset(fields))]) {
        Ok((register, warnings)) => Ok((register, told(warnings))),
        Err(faults) => Err(told(faults)),
    }
}

/// A field whose value is masked in this way.
fn masked(masking: &str) -> String {
    format!(
        "    - {{name: nick, data_categories: [user.name], fides_meta: {{masking_strategy_override: {masking}}}}}"
    )
}

#[test]
fn a_file_may_hold_several_documents() {
    let two = format!(
        "---\n{}---\n---\n{}",
        dataset(""),
        dataset("").replace("shop", "club")
    );
    let (register, _) = Register::parse(&[("both.yml", &two)]).unwrap();
    let keys: Vec<_> = register.datasets.iter().map(|it| &*it.key).collect();
    assert_eq!(keys, ["shop", "club"]);

    let broken = two.replacen("fides_key: club", "fides_key: shop", 1);
    let faults = Register::parse(&[("both.yml", &broken)]).unwrap_err();
    assert_eq!(faults[0].place.line, 12, "{faults:?}");
}

#[test]
fn a_file_may_hold_nothing() {
    for text in ["", "---\n", "# nothing yet\n"] {
        assert!(Register::parse(&[("empty.yml", text)]).is_ok(), "{text:?}");
    }
}

#[test]
fn the_older_name_of_fides_meta_counts_where_the_newer_one_says_nothing() {
    let field = "    - {name: phone, data_categories: null, fides_meta: null, fields: null,
        fidesops_meta: {identity: phone_number, references: null, length: null, masking_strategy_override: null, data_type: None}}";
    let (register, warnings) = load(field).unwrap();

    let people = register
        .dataset("shop")
        .unwrap()
        .collection("people")
        .unwrap();
    let phone = people.field("phone").unwrap();
    assert_eq!(phone.identity.as_deref(), Some("phone_number"));
    assert_eq!(phone.data_type, None);
    assert!(
        warnings.iter().all(|it| !it.contains("phone")),
        "{warnings:?}"
    );
}

#[test]
fn what_stands_in_the_wrong_place_is_told_its_place() {
    let field = "    - name: nick
      identity: nick
      references: [{dataset: shop, field: people.email}]
      fides_meta: {data_categories: [user.name]}";
    let (_, warnings) = load(field).unwrap();

    let told = |path: &str, expected: &str| {
        let wanted =
            format!("shop.people.nick{path}: it has no effect here; expected it {expected}");
        assert!(
            warnings.iter().any(|it| it.ends_with(&wanted)),
            "{warnings:#?}"
        );
    };
    told(".identity", "under `fides_meta`");
    told(".references", "under `fides_meta`");
    told(".fides_meta.data_categories", "beside `fides_meta`");
}

#[test]
fn every_masking_strategy_is_taken_with_what_configures_it() {
    for masking in [
        "{strategy: null_rewrite}",
        "{strategy: null_rewrite, configuration: {}}",
        "{strategy: string_rewrite, configuration: {rewrite_value: gone}}",
        "{strategy: string_rewrite, configuration: {rewrite_value: 0, format_preservation: {suffix: -x}}}",
        "{strategy: random_string_rewrite}",
        "{strategy: random_string_rewrite, configuration: {length: 30, format_preservation: {suffix: '@x.test'}}}",
        "{strategy: hash, configuration: {algorithm: SHA-512}}",
        "{strategy: hmac, configuration: {algorithm: SHA-256, format_preservation: {suffix: -x}}}",
        "{strategy: aes_encrypt, configuration: {mode: GCM, format_preservation: null}}",
    ] {
        let (_, warnings) = load(&masked(masking)).unwrap();
        assert!(
            warnings.iter().all(|it| !it.contains("nick")),
            "{masking}: {warnings:?}"
        );
    }
}

#[test]
fn a_masking_strategy_that_cannot_work_is_a_fault() {
    for (masking, told) in [
        (
            "{strategy: string_rewrite}",
            "configuration: it is missing; expected `rewrite_value` in it",
        ),
        (
            "{strategy: string_rewrite, configuration: {}}",
            "configuration.rewrite_value: it is missing; expected the text that takes the place of the value",
        ),
        (
            "{strategy: string_rewrite, configuration: {rewrite_value: [a]}}",
            "configuration.rewrite_value: it is a list",
        ),
        (
            "{strategy: random_string_rewrite, configuration: {length: long}}",
            "configuration.length: it is a text; expected a whole number",
        ),
        (
            "{strategy: hash, configuration: {algorithm: MD5}}",
            "configuration.algorithm: `MD5` is not known; expected one of SHA-256, SHA-512",
        ),
        (
            "{strategy: hash, configuration: {format_preservation: {}}}",
            "format_preservation.suffix: it is missing",
        ),
        (
            "{strategy: bigint_rewrite}",
            "strategy: `bigint_rewrite` is not known; expected `string_rewrite`",
        ),
        (
            "{strategy: shuffle}",
            "expected one of null_rewrite, string_rewrite",
        ),
    ] {
        let faults = load(&masked(masking)).unwrap_err();
        assert_eq!(faults.len(), 1, "{masking}: {faults:?}");
        assert!(faults[0].contains(told), "{masking}: {faults:?}");
    }
    let (_, warnings) = load(&masked("{strategy: hash, configuration: {salt: x}}")).unwrap();
    assert!(
        warnings
            .iter()
            .any(|it| it.contains("configuration.salt: the key is not known"))
    );
}

#[test]
fn a_value_to_be_preserved_keeps_its_row_unless_the_collection_says_otherwise() {
    let preserve = masked("{strategy: preserve}");
    let erase = |manifest: &str| {
        let (register, warnings) = Register::parse(&[("shop.yml", manifest)]).unwrap();
        let told = warnings.iter().any(|it| it.wrong.contains("no reason"));
        assert!(told, "{warnings:?}");
        let people = register
            .dataset("shop")
            .unwrap()
            .collection("people")
            .unwrap();
        people.erase.clone()
    };
    let manifest = dataset(&preserve);
    assert_eq!(erase(&manifest), Erase::Mask);
    let said = "- name: people\n    fides_meta: {masking_strategy_override: {strategy: delete}}";
    assert_eq!(
        erase(&manifest.replace("- name: people", said)),
        Erase::Delete
    );
}

#[test]
fn one_anchor_may_stand_for_what_thousands_of_fields_share() {
    use std::fmt::Write as _;
    let mut text = "dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: email, data_categories: &email [user.contact.email], fides_meta: {identity: email, primary_key: true}}
"
    .to_owned();
    for number in 0..40_000 {
        let _ = writeln!(
            text,
            "          - {{name: field_{number}, data_categories: *email, description: a, fides_meta: {{data_type: string}}}}"
        );
    }
    let (register, _) = Register::parse(&[("shop.yml", &text)]).unwrap();

    let fields = &register.datasets[0].collections[0].fields;
    assert_eq!(fields.len(), 40_001);
    assert_eq!(fields[40_000].categories, ["user.contact.email"]);
}

#[test]
fn an_identity_by_which_nobody_is_known() {
    let (_, looks) = load_with("identity: email", "identity: emial").unwrap();
    let told = looks.iter().find(|it| {
        it.wrong
            .contains("nobody is known to the portal by `emial`")
    });
    let told = told.unwrap_or_else(|| panic!("{looks:#?}"));
    assert_eq!(told.expected, "`email`");
    assert!(told.place.path.contains("email"), "{told:?}");
}
