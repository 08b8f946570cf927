use super::{SHOP, load_with};

/// Breaks the shop's register and asserts that there is a fault at this path whose words hold these.
#[track_caller]
fn fault(from: &str, to: &str, path: &str, words: &str) {
    let faults = load_with(from, to).expect_err("the fault goes unseen");
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let found = faults
        .iter()
        .zip(&told)
        .any(|(fault, told)| fault.place.path == path && told.contains(words));
    assert!(found, "no fault at {path:?} with {words:?} among {told:#?}");
    assert!(
        faults.iter().all(|fault| fault.place.line > 0),
        "a fault without its line: {told:#?}"
    );
}

#[test]
fn broken_yaml() {
    fault("dataset:\n", "dataset: [\n", "", "valid YAML");
}

#[test]
fn a_key_given_twice() {
    fault(
        "title: Payment",
        "title: Payment\n      title: Money",
        "candor.user.financial.title",
        "given twice",
    );
}

#[test]
fn every_wrong_type() {
    fault(
        "name: Shop",
        "name: [Shop]",
        "candor.organisation.name",
        "it is a list; expected a text",
    );
    fault(
        "days: 2557",
        "days: many",
        "shop.orders.candor.erase.keep.days",
        "it is a text; expected a whole number",
    );
    fault(
        "refusable: true",
        "refusable: perhaps",
        "web.Advertising.candor.refusable",
        "expected true or false",
    );
    fault(
        "2026-01-31",
        "soon",
        "candor.post.contract_on",
        "expected a day such as",
    );
    fault(
        "data_categories: [user.behavior.purchase_history]",
        "data_categories: [{}]",
        "shop.orders.data_categories",
        "a list of texts",
    );
    fault(
        "length: 254",
        "length: -1",
        "shop.customers.email.fides_meta.length",
        "it is -1; expected a whole number, 0 or more",
    );
    fault(
        "data_type: date",
        "data_type: day",
        "shop.orders.ordered_on.fides_meta.data_type",
        "one of string, integer",
    );
    fault(
        "  - fides_key: shop\n    collections:",
        "  - fides_key: shop\n    collections: {}\n    description:",
        "shop.collections",
        "a list",
    );
}

#[test]
fn all_faults_are_told_at_once() {
    let broken = SHOP
        .replace("letter: F", "letter: Z")
        .replace("source_kind: you", "source_kind: me")
        .replace("direction: from", "direction: up");
    let faults = candor::register::Register::parse(&[("shop.yml", &broken)]).unwrap_err();

    let wrong = |word: &str| {
        faults
            .iter()
            .filter(|fault| fault.wrong.contains(word))
            .count()
    };
    assert_eq!((wrong("`Z`"), wrong("`me`"), wrong("`up`")), (1, 2, 2));
}

#[test]
fn what_is_missing() {
    fault(
        "letter: F",
        "sensitive: false",
        "candor.user.behavior.letter",
        "from A to L",
    );
    fault(
        "source_kind: service",
        "sensitive: false",
        "candor.user.behavior.source_kind",
        "it is missing",
    );
    fault(
        "retention: {days: 365}",
        "sensitive: false",
        "candor.user.behavior.retention",
        "it is missing",
    );
    fault(
        "retention: {days: 365}",
        "retention: {}",
        "candor.user.behavior.retention.days",
        "how long",
    );
    fault(
        "role: service-provider",
        "contact: post@example.org",
        "candor.post.role",
        "it is missing",
    );
    fault(
        "name: Shop",
        "website: https://shop.example.org",
        "candor.organisation.name",
        "it is missing",
    );
    fault(
        "  - fides_key: shop",
        "  - name: Shop",
        "dataset[0].fides_key",
        "it is missing",
    );
}

/// Rule: P1, Civ. 1798.100(a)(3).
#[test]
fn a_retention_that_is_neither_a_period_nor_a_criterion() {
    for words in ["as long as necessary for our business", "Indefinitely"] {
        let path = "candor.user.contact.retention.until_text";
        fault(
            "until you close your account",
            words,
            path,
            "neither a period nor a criterion",
        );
    }
}

#[test]
fn keeping_without_reason_or_basis() {
    let path = "shop.orders.candor.erase.keep";
    fault(
        "reason: We must keep invoices., ",
        "",
        &format!("{path}.reason"),
        "it is missing",
    );
    fault(
        "basis: \"26 U.S.C. 6001\", ",
        "",
        &format!("{path}.basis"),
        "it is missing",
    );
    fault(", days: 2557", "", &format!("{path}.days"), "how long");
    fault(
        "erase: mask",
        "erase: keep",
        "shop.customers.candor.erase",
        "`delete`, `mask`, or `keep:`",
    );
}

#[test]
fn keys_that_are_not_declared() {
    fault(
        "[user.contact.email]",
        "[user.contact.emial]",
        "shop.customers.email",
        "expected `user.contact.email`",
    );
    fault(
        "[user.contact.address]",
        "[user.adress]",
        "candor.post",
        "`user.adress` is not known",
    );
    fault(
        "activities: [delivery]",
        "activities: [delivry]",
        "candor.post",
        "expected `delivery`",
    );
    fault(
        "key: user.behavior",
        "key: user.behaviour",
        "candor.user.behaviour",
        "expected `user.behavior`",
    );
}

#[test]
fn keys_that_are_declared_twice() {
    fault(
        "key: user.behavior",
        "key: user.contact",
        "candor.user.contact",
        "the category `user.contact` is declared twice",
    );
    fault(
        "key: ads",
        "key: delivery",
        "web.Advertising",
        "the activity `delivery` is declared twice",
    );
    fault(
        "- name: orders",
        "- name: customers",
        "shop.customers",
        "the collection `customers` is declared twice",
    );
    fault(
        "- name: street",
        "- name: email",
        "shop.customers.email",
        "the field `email` is declared twice",
    );
}

#[test]
fn two_organisations() {
    let other = "candor: {organisation: {name: Other, contact: other@example.org}}";
    let faults =
        candor::register::Register::parse(&[("a.yml", SHOP), ("b.yml", other)]).unwrap_err();

    let line = 1 + SHOP
        .lines()
        .position(|it| it.contains("organisation:"))
        .unwrap();
    assert_eq!(
        faults[0].to_string(),
        format!(
            "b.yml:1: candor.organisation: declared twice, at a.yml:{line} too; expected one organisation"
        )
    );
}

#[test]
fn references_to_what_does_not_exist() {
    let path = "shop.orders.customer_id.fides_meta.references[0]";
    fault(
        "{dataset: shop, field: customers.id",
        "{dataset: shoop, field: customers.id",
        &format!("{path}.dataset"),
        "expected `shop`",
    );
    fault(
        "field: customers.id",
        "field: customer.id",
        &format!("{path}.field"),
        "expected `customers`",
    );
    fault(
        "field: customers.id",
        "field: customers.ix",
        &format!("{path}.field"),
        "expected one of id, email",
    );
    fault(
        "field: customers.id",
        "field: customers",
        &format!("{path}.field"),
        "`collection.field`",
    );
    fault(
        "after: [shop.customers]",
        "after: [shop.custmers]",
        "shop.cards",
        "`shop.custmers` does not exist",
    );
    fault(
        "after: [shop.customers]",
        "after: [customers]",
        "shop.cards.fides_meta.after",
        "`dataset.collection`",
    );
}

#[test]
fn a_collection_that_no_identity_leads_to() {
    fault(
        "identity: email, ",
        "",
        "shop.customers",
        "no identity leads to it",
    );
    fault(
        "identity: email, ",
        "",
        "shop.orders",
        "found only from shop.customers, which no identity leads to",
    );
}

#[test]
fn orders_that_go_in_a_circle() {
    fault(
        "after: [shop.customers]",
        "after: [shop.cards]",
        "shop.cards",
        "`after` goes in a circle",
    );
    fault(
        "erase_after: [shop.orders]",
        "erase_after: [shop.cards]",
        "shop.cards",
        "`erase_after` goes in a circle",
    );
}

#[test]
fn a_period_without_a_date() {
    fault(
        "candor: {date: true}",
        "description: When",
        "shop.orders",
        "no date to count from",
    );
    fault(
        "days: 2557",
        "days: 2557, from: sent_on",
        "shop.orders",
        "`sent_on` does not exist",
    );
    fault(
        "days: 2557",
        "days: 2557, from: id",
        "shop.orders",
        "which is no date",
    );
}

#[test]
fn never_disclosed_data_cannot_be_declared_harmless() {
    fault(
        "never_disclose: account-number",
        "never_disclose: none",
        "shop.cards.number.candor.never_disclose",
        "one of ssn",
    );
}

#[test]
fn activities_that_contradict_themselves() {
    fault(
        "refusable: true, ",
        "",
        "web.Advertising",
        "cannot be refused",
    );
    fault(
        "key: delivery\n",
        "key: delivery\n          refusable: true\n",
        "web.Delivery",
        "one of the two",
    );
    fault(
        "legal_basis_for_processing: Contract",
        "legal_basis_for_processing: Habit",
        "web.Delivery.legal_basis_for_processing",
        "Contract",
    );
}

#[test]
fn inputs_that_nobody_can_type_into() {
    fault(
        "title: Street and number",
        "correctable: slider",
        "shop.customers.street.candor.correctable",
        "one of text",
    );
}
