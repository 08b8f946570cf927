//! A service that answers in JSON: what goes wrong on the way, and that nothing is done twice, halfway or unseen.

use std::time::{Duration, Instant};

use candor::{
    register::CollectionKey,
    sources::{Corrected, Correction, Dates, Fault, Outcome, Sources, open},
};

use super::{
    http::{ada, ada_notes, at, fault, notes, plan, start},
    service::{SECRET, Service, Trouble},
};

/// Longer than any call may take.
const LONG: Duration = Duration::from_secs(9);

/// Troubles that begin with the first change of an execution.
fn from_the_change_on(troubles: &[Trouble]) -> Vec<Trouble> {
    let (service, sources) = start();
    let agreed = plan(&sources);
    let before = service.calls().len();
    sources.execute(&ada(), &agreed).unwrap();
    let calls = service.calls();
    let mut since = calls[before..].iter();
    let change = since.position(|it| it.body["do"] == "change").unwrap();
    [&vec![Trouble::Nothing; change][..], troubles].concat()
}

/// The keys under which changes were asked for.
fn keys_of_changes(service: &Service) -> Vec<String> {
    let calls = service.calls();
    let changes = calls.iter().filter(|it| it.body["do"] == "change");
    let key = |head: &str| {
        let line = head.lines().find(|it| it.starts_with("idempotency-key: "));
        line.unwrap().to_owned()
    };
    changes.map(|it| key(&it.head)).collect()
}

#[test]
fn a_change_whose_answer_is_lost_is_tried_again_under_the_same_key_and_done_once() {
    let (service, sources) = start();
    let agreed = plan(&sources);
    service.trouble(&from_the_change_on(&[Trouble::Cut, Trouble::Status(503)]));

    assert!(matches!(
        sources.execute(&ada(), &agreed).unwrap(),
        Outcome::Done(_)
    ));

    let keys = keys_of_changes(&service);
    assert_eq!(keys, vec![keys[0].clone(); 3]);
    assert_eq!(service.changes(), 1);
}

#[test]
fn a_change_whose_answer_cannot_be_read_is_tried_again_under_the_same_key_and_done_once() {
    let troubles = [Trouble::Mangled, Trouble::Garbled, Trouble::Endless];
    for trouble in troubles {
        let (service, sources) = start();
        let agreed = plan(&sources);
        service.trouble(&from_the_change_on(&[trouble, trouble]));

        let outcome = sources.execute(&ada(), &agreed);

        assert!(matches!(outcome, Ok(Outcome::Done(_))), "{outcome:?}");
        let keys = keys_of_changes(&service);
        assert_eq!(keys, vec![keys[0].clone(); 3], "{trouble:?}");
        assert_eq!(service.changes(), 1, "{trouble:?}");
    }
}

#[test]
fn a_change_that_is_never_answered_as_agreed_is_told_to_staff_and_the_next_run_looks_first() {
    for (trouble, changes_again) in [(Trouble::Mangled, 0), (Trouble::Garbled, 1)] {
        let (service, sources) = start();
        let agreed = plan(&sources);
        service.trouble(&from_the_change_on(&[trouble; 4]));

        let error = sources.execute(&ada(), &agreed).unwrap_err();

        let told = error.to_string();
        assert!(!error.is_temporary(), "{told}");
        assert!(
            told.contains("nobody knows whether the change was made"),
            "{told}"
        );
        assert_eq!(keys_of_changes(&service).len(), 4, "{trouble:?}");
        let outcome = sources.execute(&ada(), &agreed);
        assert!(matches!(outcome, Ok(Outcome::Done(_))), "{outcome:?}");
        assert_eq!(keys_of_changes(&service).len(), 4 + changes_again);
        assert_eq!(service.changes(), 1, "{trouble:?}");
    }
}

/// A correction that is about to be written.
fn planned_correction() -> (Service, Sources, Correction) {
    let (service, sources) = start();
    let people = CollectionKey::new("crm", "people");
    let page = sources.page(&ada(), &people, None, 10, Dates::default());
    let records = page.unwrap().records;
    let place = (&people, records[0].id.as_str());
    let correction = sources.plan_correction(&ada(), place, "children", "4");
    (service, sources, correction.unwrap())
}

#[test]
fn a_correction_whose_answer_cannot_be_read_is_written_once() {
    let (service, sources, correction) = planned_correction();
    let before = service.calls().len();
    sources.correct(&ada(), &correction).unwrap();
    let mut since = service.calls().into_iter().skip(before);
    let change = since.position(|it| it.body["do"] == "change").unwrap();

    let (service, sources, correction) = planned_correction();
    let troubles = vec![Trouble::Nothing; change];
    service.trouble(&[&troubles[..], &[Trouble::Mangled]].concat());
    let done = sources.correct(&ada(), &correction);

    assert_eq!(done, Ok(Corrected::Done));
    assert_eq!(keys_of_changes(&service).len(), 2);
    assert_eq!(service.changes(), 1);
    assert_eq!(service.records()["people"][0]["children"], 4);
}

#[test]
fn a_change_that_was_done_without_any_answer_is_seen_by_the_next_run() {
    let (service, sources) = start();
    let agreed = plan(&sources);
    service.trouble(&from_the_change_on(&[Trouble::Cut; 4]));

    assert!(sources.execute(&ada(), &agreed).is_err());
    service.trouble(&[]);

    assert!(matches!(
        sources.execute(&ada(), &agreed).unwrap(),
        Outcome::Done(_)
    ));
    assert_eq!(service.changes(), 1);
}

#[test]
fn a_service_that_only_says_that_it_changed_something_is_not_believed() {
    let (service, sources) = start();
    let agreed = plan(&sources);
    service.trouble(&from_the_change_on(&[Trouble::Lie]));

    let error = sources.execute(&ada(), &agreed).unwrap_err();

    assert_eq!(error.fault, Fault::NotReadBack);
}

#[test]
fn nothing_is_changed_when_one_of_the_records_is_another_in_the_last_moment() {
    let (service, sources) = start();
    let agreed = plan(&sources);
    service.trouble(&from_the_change_on(&[Trouble::Meddle]));

    let error = sources.execute(&ada(), &agreed).unwrap_err();

    let meddled = Fault::Unavailable("a record was changed meanwhile".to_owned());
    assert_eq!(error.fault, meddled);
    let records = service.records();
    assert_eq!(records["orders"], Service::start().records()["orders"]);
    assert_eq!(records["people"].len(), 3);
    assert_eq!(sources.execute(&ada(), &agreed).unwrap(), Outcome::Stale);
}

#[test]
fn what_fails_for_a_moment_is_tried_again_and_the_rest_is_told_without_delay() {
    let (service, sources) = start();
    for (troubles, told) in [
        (
            vec![Trouble::Status(500), Trouble::Cut, Trouble::Status(429)],
            None,
        ),
        (vec![Trouble::Status(503); 9], Some("it answered 503")),
        (vec![Trouble::Status(302)], Some("no redirect is followed")),
        (vec![Trouble::Status(403)], Some("it answered 403")),
        (vec![Trouble::Endless], Some("longer than 8 MiB")),
        (
            vec![Trouble::Garbled],
            Some("not as agreed (line 1, column"),
        ),
        (vec![Trouble::Hang(LONG); 9], Some("took too long")),
    ] {
        service.trouble(&troubles);
        let (before, began) = (service.calls().len(), Instant::now());
        let fault = fault(&sources);
        let is_told = fault
            .as_deref()
            .is_some_and(|fault| told.is_some_and(|told| fault.contains(told)));
        assert!(
            is_told || fault.is_none() && told.is_none(),
            "{troubles:?}: {fault:?}"
        );
        assert!(began.elapsed() < Duration::from_secs(4), "{troubles:?}");
        let calls = service.calls().len() - before;
        assert!(calls <= 4, "{calls} calls for {troubles:?}");
    }
    service.trouble(&[]);
    assert_eq!(notes(&sources), (ada_notes(), 0));
    service.trouble(&[Trouble::Circle; 9]);
    assert!(notes(&sources).1 > 0, "a circle ends");
}

#[test]
fn a_wrong_signature_finds_nothing() {
    let service = Service::start();
    let sources = at(&service.url().replace("0123", "3210"));

    assert!(fault(&sources).unwrap().contains("it answered 401"));
    assert_eq!(service.calls().len(), 0);
}

#[test]
fn addresses_in_private_networks_and_short_secrets_are_refused_and_no_secret_is_repeated() {
    let service = Service::start();
    for (url, told) in [
        (service.url(), "An address must begin with https://."),
        (
            service.url().replace("http:", "https:"),
            "This address is in a private network.",
        ),
        (
            format!("https://candor:short@{}/", "crm.example.org"),
            "no secret of 32 characters",
        ),
        (
            "https://crm.example.org/".to_owned(),
            "no secret of 32 characters",
        ),
    ] {
        let fault = open("crm", &url).err().unwrap();
        assert!(fault.contains(told), "{fault}");
        assert!(
            !fault.contains("0123456789") && !fault.contains("short"),
            "{fault}"
        );
    }
    // A name is looked at when the connection is made.
    let named = open("crm", &format!("https://candor:{SECRET}@localhost/")).unwrap();
    let error = named.ping(Duration::from_secs(2)).unwrap_err().to_string();
    assert!(error.contains("private network"), "{error}");
    assert!(
        !error.contains(SECRET) && !error.contains("localhost"),
        "{error}"
    );
    assert_eq!(service.calls().len(), 0);
}
