use candor::register::Register;

use super::SHOP;

/// Nobody can say which of the two a name means, so that nothing else is said of names.
#[test]
fn two_datasets_of_one_key_are_one_fault() {
    let other = SHOP_OF_OTHERS;
    let faults = Register::parse(&[("a.yml", SHOP), ("b.yml", other)]).unwrap_err();
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    let said = "the dataset `shop` is declared twice, at a.yml:";
    assert!(
        told[0].starts_with("b.yml:2: ") && told[0].contains(said),
        "{told:#?}"
    );
}

#[test]
fn a_collection_or_a_field_that_stands_twice_is_told_with_both_of_its_lines() {
    for (other, name, what) in [
        (
            "- name: orders",
            "- name: customers",
            "collection `customers`",
        ),
        ("- name: street", "- name: email", "field `email`"),
    ] {
        let text = SHOP.replacen(other, name, 1);
        let lines = (1..).zip(text.lines());
        let lines: Vec<_> = lines.filter(|(_, it)| it.trim() == name).collect();
        let (first, second) = (lines[0].0, lines[1].0);
        let faults = Register::parse(&[("shop.yml", &text)]).unwrap_err();
        let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let said = format!("the {what} is declared twice, at shop.yml:{first} too");
        let at = format!("shop.yml:{second}: ");
        let is_told = |it: &String| it.starts_with(&at) && it.contains(&said);
        assert!(told.iter().any(is_told), "{at}{said}: {told:#?}");
    }
}

/// Its references are right, but for its own key.
const SHOP_OF_OTHERS: &str = "dataset:
  - fides_key: shop
    name: Returns
    collections:
      - name: returns
        fields:
          - name: id
            data_type: integer
            data_categories: [system.operations]
            fides_meta: {primary_key: true}
          - name: order_id
            data_type: integer
            data_categories: [user.financial]
            fides_meta: {references: [{dataset: returned, field: returns.id, direction: from}]}
";
