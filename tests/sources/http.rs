//! A service that answers in JSON as a source: found, corrected, erased.

use std::{ops::ControlFlow, process::Command, sync::Arc, time::Duration};

use candor::{
    register::{CollectionKey, Register},
    sources::{Corrected, Dates, Identities, Limits, Outcome, Plan, Scope, Sources, open_in},
};
use serde_json::json;

use super::{
    company::today,
    service::{SECRET, Service},
};

const MANIFEST: &str = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user, title: You, letter: A, source_kind: you, retention: {until_text: until you leave}}
dataset:
  - fides_key: crm
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
          - {name: children, data_categories: [user.demographic], fides_meta: {data_type: integer}}
          - {name: news, data_categories: [user.content], fides_meta: {data_type: boolean}}
      - name: orders
        candor: {erase: mask}
        fields:
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: people.id, direction: from}]}}
          - {name: note, data_categories: [user.content]}
          - {name: tags, data_categories: [system.operations], fides_meta: {data_type: 'string[]'}}
";

pub fn ada() -> Identities {
    Identities::email("ada@example.org")
}

pub fn at(url: &str) -> Sources {
    described_by(MANIFEST, url)
}

fn described_by(manifest: &str, url: &str) -> Sources {
    let (register, _) = Register::parse(&[("manifest.yml", manifest)]).unwrap();
    let source = open_in("crm", url, &["127.0.0.0/8".parse().unwrap()]).unwrap();
    let limits = Limits {
        read: Duration::from_secs(2),
        step: Duration::from_secs(2),
    };
    Sources::with(Arc::new(register), vec![source], &[7; 32], limits)
}

pub fn start() -> (Service, Sources) {
    let service = Service::start();
    let sources = at(&service.url());
    (service, sources)
}

pub fn plan(sources: &Sources) -> Plan {
    sources
        .plan_erasure(&ada(), (&Scope::All, "us-ca"), &[], today())
        .unwrap()
}

/// The notes of Ada's orders, and what could not be read.
pub fn notes(sources: &Sources) -> (Vec<String>, usize) {
    let mut notes = Vec::new();
    let unread = sources.for_each(&ada(), Dates::default(), &mut |key, record| {
        if key.collection == "orders" {
            notes.push(record.held("note").unwrap().to_string());
        }
        ControlFlow::Continue(())
    });
    notes.sort();
    (notes, unread.len())
}

pub fn ada_notes() -> Vec<String> {
    let mut notes: Vec<_> = (0..12)
        .filter(|it| it % 3 != 1)
        .map(|it| format!("note {it}"))
        .collect();
    notes.sort();
    notes
}

/// Why it cannot be read, if it cannot.
pub fn fault(sources: &Sources) -> Option<String> {
    let health = sources.health().remove(0);
    health.error.map(|error| error.to_string())
}

#[test]
fn records_are_found_over_several_pages_and_nobody_elses_when_a_service_answers_too_much() {
    let (service, sources) = start();
    assert_eq!(notes(&sources), (ada_notes(), 0));
    let cursors = service
        .calls()
        .iter()
        .filter(|it| it.body["cursor"].is_string())
        .count();
    assert!(cursors > 0);

    service.answer_all();
    assert_eq!(notes(&sources), (ada_notes(), 0));
    let page = sources
        .page(
            &ada(),
            &CollectionKey::new("crm", "orders"),
            None,
            3,
            Dates::default(),
        )
        .unwrap();
    assert_eq!(page.records.len(), 3);
    assert_eq!(page.records[0].held("note").unwrap().to_string(), "note 0");
    assert_eq!(
        page.records[1].held("tags").unwrap().to_string(),
        "[\"x\",2]"
    );
}

#[test]
fn a_record_that_stands_on_two_pages_is_one() {
    let (service, sources) = start();
    let once = plan(&sources);
    service.repeat();

    assert_eq!(notes(&sources), (ada_notes(), 0));
    assert_eq!(plan(&sources).items, once.items);
    let outcome = sources.execute(&ada(), &once).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
}

#[test]
fn a_correction_is_one_signed_call_with_what_is_expected_and_is_read_back() {
    let (service, sources) = start();
    let people = CollectionKey::new("crm", "people");
    let page = sources
        .page(&ada(), &people, None, 10, Dates::default())
        .unwrap();
    let place = (&people, page.records[0].id.as_str());
    let correction = sources
        .plan_correction(&ada(), place, "children", "4")
        .unwrap();

    assert_eq!(
        sources.correct(&ada(), &correction).unwrap(),
        Corrected::Done
    );

    let mut expected = Service::start().records();
    expected.get_mut("people").unwrap()[0]["children"] = json!(4);
    assert_eq!(service.records(), expected);
    let calls = service.calls();
    let change = calls.iter().rfind(|it| it.body["do"] == "change").unwrap();
    let sent = &change.body["changes"][0];
    assert_eq!(sent["key"], json!({"id": 1}));
    assert_eq!(sent["set"], json!({"children": 4}));
    assert_eq!(sent["expect"]["children"], 3);
    assert!(
        !change.head.contains(SECRET) && !change.head.contains("authorization"),
        "{}",
        change.head
    );
    assert_eq!(calls.last().unwrap().body["do"], "find", "it is read back");
    assert_eq!(
        sources.correct(&ada(), &correction).unwrap(),
        Corrected::Done,
        "a repeat"
    );
    assert_eq!(service.changes(), 1);
}

#[test]
fn an_erasure_is_one_call_and_touches_what_was_planned() {
    let (service, sources) = start();
    let agreed = plan(&sources);

    let outcome = sources.execute(&ada(), &agreed).unwrap();

    let records = service.records();
    assert_eq!(
        records["people"],
        [Service::start().records()["people"][1].clone()]
    );
    for (order, before) in records["orders"]
        .iter()
        .zip(&Service::start().records()["orders"])
    {
        let is_adas = before["person"] != 2;
        assert_eq!(order["note"].is_null(), is_adas);
        assert_eq!(order["tags"], before["tags"]);
    }
    assert_eq!(service.changes(), 1);
    assert!(matches!(outcome, Outcome::Done(_)));
    assert_eq!(
        sources.execute(&ada(), &agreed).unwrap(),
        outcome,
        "a repeat"
    );
    assert_eq!(service.changes(), 1);
}

#[test]
fn the_commands_draft_and_compare_a_service() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("manifest.yml"), MANIFEST).unwrap();
    let run = |arguments: &[&str]| {
        let program = Command::new(env!("CARGO_BIN_EXE_candor"))
            .arg("sources")
            .args(arguments)
            .args(["--outbound-network", "127.0.0.0/8"])
            .output()
            .unwrap();
        (
            program.status.code(),
            String::from_utf8(program.stdout).unwrap(),
        )
    };

    let (status, draft) = run(&["scan", &service.url()]);
    assert_eq!(status, Some(0));
    assert!(
        draft.contains("name: children") && draft.contains("identity: email"),
        "{draft}"
    );
    let source = format!("crm={}", service.url());
    let (status, told) = run(&[
        "check",
        "--source",
        &source,
        "--manifests",
        folder.path().to_str().unwrap(),
    ]);
    assert_eq!(
        (status, told.as_str()),
        (Some(0), "Manifests and sources agree.\n")
    );
}

#[test]
fn a_time_comes_back_in_expect_as_it_came_and_is_set_without_a_zone() {
    const NEWS: &str = "          - {name: news, data_categories: [user.content], fides_meta: {data_type: boolean}}\n";
    const SEEN: &str = "          - {name: seen, data_categories: [user.content], fides_meta: {data_type: datetime}}\n";
    let manifest = MANIFEST.replacen(NEWS, &[NEWS, SEEN].concat(), 1);
    let people = CollectionKey::new("crm", "people");
    for (typed, set) in [
        ("2026-01-02T05:00", "2026-01-02 05:00:00"),
        ("2026-01-02 05:00:01", "2026-01-02 05:00:01"),
    ] {
        let service = Service::start();
        service.hold_time("2026-01-02T03:04:05Z");
        let sources = described_by(&manifest, &service.url());
        let page = sources
            .page(&ada(), &people, None, 10, Dates::default())
            .unwrap();
        let place = (&people, page.records[0].id.as_str());
        let correction = sources.plan_correction(&ada(), place, "seen", typed);
        let done = sources.correct(&ada(), &correction.unwrap());
        assert_eq!(done, Ok(Corrected::Done));
        let calls = service.calls();
        let change = calls.iter().rfind(|it| it.body["do"] == "change").unwrap();
        let sent = &change.body["changes"][0];
        assert_eq!(sent["expect"]["seen"], "2026-01-02T03:04:05Z");
        assert_eq!(sent["set"], json!({"seen": set}));
        assert_eq!(service.records()["people"][0]["seen"], set);
    }
}

/// What nobody can be is not written, though the register does not say what the field holds.
#[test]
fn a_type_that_the_service_alone_says_is_kept_to() {
    let manifest = MANIFEST.replace(", fides_meta: {data_type: integer}", "");
    let service = Service::start();
    let sources = described_by(&manifest, &service.url());
    let people = CollectionKey::new("crm", "people");
    let page = sources
        .page(&ada(), &people, None, 10, Dates::default())
        .unwrap();
    let place = (&people, page.records[0].id.as_str());

    let refused = sources.plan_correction(&ada(), place, "children", "many");
    assert!(refused.is_err(), "{refused:?}");
    let taken = sources.plan_correction(&ada(), place, "children", "7");
    assert!(taken.is_ok(), "{taken:?}");
}
