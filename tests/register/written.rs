//! How manifests may be written, and where their faults are told.

use candor::register::Register;

#[test]
fn what_is_wrong_in_a_list_is_told_at_its_own_line() {
    let manifest = "dataset:
  - fides_key: shop
    collections:
      - name: people
        fides_meta:
          after:
            - shop.people
            - shop.nobody
        fields:
          - name: email
            fides_meta:
              identity: email
            data_categories:
              - user.contact.email
              - user.bogus
";
    let faults = Register::parse(&[("shop.yml", manifest)]).unwrap_err();

    let lines: Vec<_> = faults
        .iter()
        .map(|it| (it.place.line, &*it.wrong))
        .collect();
    assert!(
        lines.contains(&(8, "the collection `shop.nobody` does not exist")),
        "{lines:?}"
    );
    assert!(
        lines.contains(&(15, "the data category `user.bogus` is not known")),
        "{lines:?}"
    );
}

#[test]
fn a_file_that_grows_without_end_is_told_in_a_sentence() {
    let mut manifest = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for at in 1..10 {
        let before = format!("*a{}", at - 1);
        let all = vec![before; 9].join(",");
        let line = format!("a{at}: &a{at} [{all}]\n");
        manifest.push_str(&line);
    }

    let faults = Register::parse(&[("shop.yml", &manifest)]).unwrap_err();

    assert!(
        faults[0].wrong.contains("more than a manifest may"),
        "{faults:?}"
    );
}

#[test]
fn what_older_readers_of_yaml_take_is_taken() {
    let manifest = "dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: yes}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, length: \"40\", read_only: No}}
          - {name: phone, data_categories: [user.contact], fides_meta: {read_only: \"True\"}}
          - {name: city, data_categories: [user.contact], fides_meta: {read_only: 'false'}}
          - {name: street, data_categories: [user.contact], fides_meta: {read_only: 1}}
";
    let (register, _) = Register::parse(&[("shop.yml", manifest)]).unwrap();

    let fields = &register.datasets[0].collections[0].fields;
    assert!(fields[0].primary_key);
    assert_eq!(fields[1].length, Some(40));
    let read_only: Vec<_> = fields[1..].iter().map(|it| it.read_only).collect();
    assert_eq!(read_only, [false, true, false, true]);
}
