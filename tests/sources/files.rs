//! A folder of CSV files and JSON lines as a source: found, shown, corrected and erased as in a database.

use std::{collections::BTreeMap, fmt::Write, ops::ControlFlow, process::Command};

use candor::sources::{Corrected, CorrectionError, Dates, Effect, Outcome};

use super::archive::{Archive, MANIFEST, ORDERS, PEOPLE, ada, key, plan};

fn shown(archive: &Archive, collection: &str) -> Vec<BTreeMap<String, String>> {
    let mut records = Vec::new();
    let unread = archive
        .sources
        .for_each(&ada(), Dates::default(), &mut |key, record| {
            if key.collection == collection {
                let fields = record.fields.into_iter();
                records.push(fields.map(|it| (it.path, it.value.to_string())).collect());
            }
            ControlFlow::Continue(())
        });
    assert_eq!(unread, []);
    records
}

fn correct(
    archive: &Archive,
    record: usize,
    field: &str,
    typed: &str,
) -> Result<Corrected, CorrectionError> {
    let page = archive
        .sources
        .page(&ada(), &key("people"), None, 10, Dates::default())
        .unwrap();
    let place = (&key("people"), page.records[record].id.as_str());
    let correction = archive
        .sources
        .plan_correction(&ada(), place, field, typed)?;
    Ok(archive.sources.correct(&ada(), &correction).unwrap())
}

#[test]
fn records_are_found_by_their_declared_types_whatever_the_quotes_line_ends_and_mark_at_the_start() {
    let archive = Archive::new();

    let people = shown(&archive, "people");
    assert_eq!(people.len(), 2);
    assert_eq!(people[0]["name"], "Lovelace, \"Ada\"");
    assert_eq!(people[0]["news"], "yes");
    assert_eq!(people[1]["name"], "two\r\nlines");
    assert_eq!(
        people[1]["children"], "007",
        "what is no number stays as it is written"
    );
    let orders = shown(&archive, "orders");
    assert_eq!(orders.len(), 2);
    assert_eq!(orders[0]["note"], "ring \"twice\"");
    assert_eq!(orders[0]["tags"], "[\"x\",\"y\"]");
    assert_eq!(orders[1]["note"], "");
}

#[test]
fn semicolons_and_tabs_stand_between_cells_where_the_header_says_so() {
    for delimiter in [";", "\t"] {
        let people = PEOPLE
            .replace(',', delimiter)
            .replace("Lovelace;", "Lovelace,");
        let archive = Archive::with(&[("people.csv", &people), ("orders.jsonl", ORDERS)]);
        assert_eq!(shown(&archive, "people").len(), 2, "{delimiter:?}");
    }
}

#[test]
fn pages_cover_every_record_once_in_the_order_of_numbers() {
    let mut people = "id,email,name,children,news\n".to_owned();
    for id in (0..400).rev() {
        let owner = if id % 2 == 0 { "ada" } else { "eve" };
        let _ = writeln!(people, "{id},{owner}@example.org,n{id},,");
    }
    let archive = Archive::with(&[("people.csv", &people), ("orders.jsonl", "")]);

    let (mut names, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = archive.sources.page(
            &ada(),
            &key("people"),
            after.as_deref(),
            7,
            Dates::default(),
        );
        let page = page.unwrap();
        names.extend(
            page.records
                .iter()
                .map(|it| it.held("name").unwrap().to_string()),
        );
        after = page.next;
        if after.is_none() {
            break;
        }
    }

    let expected: Vec<_> = (0..400).step_by(2).map(|id| format!("n{id}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_correction_changes_its_cell_and_no_other_byte() {
    let archive = Archive::new();
    for (record, field, typed, old, new) in [
        (
            0,
            "name",
            "Ada; \"Countess\"",
            "\"Lovelace, \"\"Ada\"\"\"",
            "\"Ada; \"\"Countess\"\"\"",
        ),
        (0, "children", "4", ",3,true", ",4,true"),
        (0, "news", "no", ",4,true", ",4,false"),
        (1, "name", "", "\"two\r\nlines\"", ""),
    ] {
        let before = archive.files()["people.csv"].clone();
        assert_eq!(
            correct(&archive, record, field, typed).unwrap(),
            Corrected::Done
        );
        assert_eq!(archive.files()["people.csv"], before.replacen(old, new, 1));
    }
    assert_eq!(archive.files()["orders.jsonl"], ORDERS);
    let invalid = correct(&archive, 0, "children", "many");
    assert!(
        matches!(invalid, Err(CorrectionError::Invalid(_))),
        "{invalid:?}"
    );
    assert_eq!(archive.hidden(), [] as [String; 0]);
}

#[test]
fn an_erasure_changes_the_planned_records_in_all_files_and_nothing_else() {
    let archive = Archive::new();
    let plan = plan(&archive.sources);

    let outcome = archive.sources.execute(&ada(), &plan).unwrap();

    let files = archive.files();
    let people = "\u{feff}id,email,name,children,news\r\n2,eve@example.org,Eve,,0\r\n\r\n";
    assert_eq!(files["people.csv"], people);
    let before: Vec<_> = ORDERS.lines().collect();
    let after: Vec<_> = files["orders.jsonl"].lines().collect();
    assert_eq!(
        after[1], before[1],
        "another person's line keeps every byte"
    );
    assert_eq!(
        after[0],
        "{\"number\":\"a-1\",\"person\":1,\"note\":null,\"paid\":null,\"tags\":null}"
    );
    assert_eq!(after[2], before[2], "nothing to mask in it");
    let Outcome::Done(effects) = &outcome else {
        panic!("{outcome:?}");
    };
    let told = |it: &Effect| (it.collection.clone(), it.records);
    let mut told: Vec<_> = effects.iter().map(told).collect();
    told.sort();
    assert_eq!(told, [("orders".to_owned(), 1), ("people".to_owned(), 2)]);
    assert_eq!(
        archive.sources.execute(&ada(), &plan).unwrap(),
        outcome,
        "a repeat"
    );
    assert_eq!(archive.files(), files);
    assert_eq!(archive.hidden(), [] as [String; 0]);
}

#[test]
fn a_plan_is_refused_when_a_record_is_another_since() {
    let archive = Archive::new();
    let plan = plan(&archive.sources);
    archive.write("people.csv", &PEOPLE.replace("two", "three"));
    let before = archive.files();

    assert_eq!(
        archive.sources.execute(&ada(), &plan).unwrap(),
        Outcome::Stale
    );
    assert_eq!(archive.files(), before);
}

const NESTED: &str = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user, title: You, letter: A, source_kind: you, retention: {until_text: until you leave}}
dataset:
  - fides_key: archive
    collections:
      - name: contacts
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: emails, data_categories: [system.operations], fides_meta: {identity: email, data_type: 'string[]'}}
          - name: address
            data_categories: [system.operations]
            fides_meta: {data_type: object}
            fields:
              - {name: street, data_categories: [user.contact.address.street]}
              - {name: country, data_categories: [system.operations], fides_meta: {read_only: true}}
          - {name: nickname, data_categories: [user.name]}
";

#[test]
fn json_lines_are_searched_inside_of_lists_and_masked_inside_of_objects_and_may_leave_out_members()
{
    let lines = [
        r#"{"id": 1, "emails": ["x@example.org", "ADA@example.org"], "address": {"street": "A 1", "country": "UK"}}"#,
        r#"{"id": 2, "emails": ["eve@example.org"], "address": {"street": "E 2", "country": "FR"}}"#,
        r#"{"id": 3}"#,
    ];
    let archive = Archive::of(NESTED, &[("contacts.jsonl", &lines.join("\n"))]);
    assert_eq!(shown(&archive, "contacts")[0]["address.street"], "A 1");

    let outcome = archive
        .sources
        .execute(&ada(), &plan(&archive.sources))
        .unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    let files = archive.files();
    let after: Vec<_> = files["contacts.jsonl"].split('\n').collect();
    let object: serde_json::Value = serde_json::from_str(after[0]).unwrap();
    assert_eq!(
        object["address"],
        serde_json::json!({"street": null, "country": "UK"})
    );
    assert_eq!(object["emails"][1], "ADA@example.org");
    assert_eq!(after[1..], lines[1..]);

    let empty = Archive::of(NESTED, &[("contacts.jsonl", "")]);
    assert_eq!(shown(&empty, "contacts").len(), 0);
}

#[test]
fn the_commands_draft_compare_and_find_in_a_folder() {
    let archive = Archive::new();
    let url = format!("files://{}", archive.folder.path().display());
    let source = format!("archive={url}");
    let manifests = tempfile::tempdir().unwrap();
    let manifest = manifests.path().join("manifest.yml");
    std::fs::write(&manifest, MANIFEST).unwrap();
    let run = |arguments: &[&str]| {
        let program = Command::new(env!("CARGO_BIN_EXE_candor"))
            .arg("sources")
            .args(arguments)
            .output();
        let output = program.unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), out)
    };

    let (status, draft) = run(&["scan", &url]);
    assert_eq!(status, 0, "{draft}");
    assert!(
        draft.contains("name: children") && draft.contains("user.contact.email"),
        "{draft}"
    );
    assert!(!draft.contains("Lovelace"), "{draft}");

    let manifest = manifest.to_str().unwrap();
    let with = ["--source", &source, "--manifests", manifest];
    let (status, drift) = run(&[&["check"][..], &with].concat());
    assert_eq!(status, 1);
    assert!(
        drift.contains("`extra` is not described") && drift.contains("`kept`"),
        "{drift}"
    );
    assert_eq!(drift.lines().count(), 2, "{drift}");

    let find = ["find", "--identity", "email=ada@example.org"];
    let (status, found) = run(&[&find[..], &with].concat());
    assert_eq!(status, 0, "{found}");
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["archive:people"]["rows"], 2);
    assert_eq!(found["archive:orders"]["records"][0]["paid"], 1.5);
}
