use std::io::{Cursor, Read};

use candor::accounts::model::Role;
use candor::jobs::{self, Job};
use chrono::TimeDelta;

use super::{CONTRACT, answer, ask, found, kept, open_task, open_tasks};
use crate::support::{Actor, TestApp};

/// Who asks the same again sooner has pressed the button twice.
const AGAIN: TimeDelta = TimeDelta::minutes(11);

/// The files of the newest package, as text.
async fn package(app: &TestApp, person: &Actor) -> Vec<(String, String)> {
    person.post("/data/export", &[]).await.location();
    app.run_jobs().await;
    let page = person.get("/data/export").await.page();
    let link = page.attributes("a[download]", "href").remove(0);
    let zip = person.get(&link).await.page().body;
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let count = zip.len();
    let read = |at| {
        let mut file = zip.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        (file.name().unwrap().into_owned(), text)
    };
    (0..count).map(read).collect()
}

fn file<'a>(files: &'a [(String, String)], name: &str) -> &'a str {
    let found = files.iter().find(|(it, _)| it == name);
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

#[actix_web::test]
async fn what_was_found_is_in_the_package_and_one_made_before_says_what_is_missing() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    ask(&ada).await;
    let before = package(&app, &ada).await;
    for name in ["report.html", "data.json", "manifest.json"] {
        let text = file(&before, name);
        assert!(
            text.contains("They were asked on 9 February 2026"),
            "{name}: {text}"
        );
    }
    let task = open_task(&sam).await;
    answer(&sam, &task, CONTRACT).await.location();
    app.app.clock.advance(TimeDelta::minutes(1));
    let after = package(&app, &ada).await;
    for name in [
        "report.html",
        "data.json",
        "csv/paper_archive.contracts.csv",
    ] {
        assert!(file(&after, name).contains("Ada Countess"), "{name}");
    }
    assert!(file(&after, "report.html").contains("What they found is here until"));
    let eve = app.person("eve").await;
    let eves = package(&app, &eve).await;
    assert!(eves.iter().all(|(_, text)| !text.contains("Countess")));
}

#[actix_web::test]
async fn no_plain_text_of_what_was_found_is_in_the_database() {
    let app = TestApp::start_with_archive();
    found(&app).await;
    let Some(path) = app.database_url().strip_prefix("sqlite://") else {
        return;
    };
    for ending in ["", "-wal"] {
        let bytes = std::fs::read(format!("{path}{ending}")).unwrap_or_default();
        for word in ["Countess", "C-17", "c-17", "2019-05-02"] {
            let is_there = bytes.windows(word.len()).any(|it| it == word.as_bytes());
            assert!(!is_there, "{word} in {path}{ending}");
        }
    }
}

#[actix_web::test]
async fn what_was_found_goes_after_ninety_days_and_can_be_asked_for_again() {
    let app = TestApp::start_with_archive();
    let (ada, sam, reference) = found(&app).await;
    let purge = |days| {
        app.app.clock.advance(TimeDelta::days(days));
        let now = app.app.clock.now();
        let purge = app
            .app
            .db
            .write(move |conn| jobs::enqueue(conn, &Job::PurgeExpired, now));
        async {
            purge.await.unwrap();
            app.run_jobs().await;
        }
    };
    purge(91).await;
    assert_eq!(
        kept(&app),
        1,
        "the request that it was looked up for is open"
    );
    let text = ada.get("/data").await.page().text();
    assert!(
        text.contains("until your open requests are answered"),
        "{text}"
    );
    ada.post(&format!("/requests/{reference}/withdraw"), &[])
        .await
        .location();
    purge(1).await;
    assert_eq!(kept(&app), 0);
    let page = ada.get("/data").await.page();
    assert!(
        page.text().contains("no longer kept here"),
        "{}",
        page.text()
    );
    ask(&ada).await;
    open_task(&sam).await;
}

#[actix_web::test]
async fn what_was_found_is_kept_for_ninety_days_when_nothing_is_open() {
    let app = TestApp::start_with_archive();
    let (ada, _, reference) = found(&app).await;
    ada.post(&format!("/requests/{reference}/withdraw"), &[])
        .await
        .location();
    for (days, left) in [(90, 1), (1, 0)] {
        app.app.clock.advance(TimeDelta::days(days));
        let now = app.app.clock.now();
        let purge = app
            .app
            .db
            .write(move |conn| jobs::enqueue(conn, &Job::PurgeExpired, now));
        purge.await.unwrap();
        app.run_jobs().await;
        assert_eq!(kept(&app), left, "after {days} days");
    }
}

#[actix_web::test]
async fn the_newest_answer_takes_the_place_of_the_one_before() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _) = found(&app).await;
    app.app.clock.advance(AGAIN);
    ask(&ada).await;
    let task = open_task(&sam).await;
    let other = [("act", "found"), ("c0-r0-f0", "C-20")];
    answer(&sam, &task, &other).await.location();
    assert_eq!(kept(&app), 1);
    let page = ada.get("/data/paper_archive/contracts").await.page();
    assert!(!page.text().contains("Countess"));
}

#[actix_web::test]
async fn a_record_without_a_key_that_is_found_again_stays_the_same_record() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let letter = [("c1-r0-f0", "C-17"), ("c1-r0-f1", "A raise")];
    let with_letter = [CONTRACT, &letter].concat();
    let mut ids = Vec::new();
    for _ in 0..2 {
        app.app.clock.advance(AGAIN);
        ask(&ada).await;
        let task = open_task(&sam).await;
        answer(&sam, &task, &with_letter).await.location();
        let page = ada.get("/data/paper_archive/letters").await.page();
        assert!(page.text().contains("A raise"), "{}", page.text());
        let mut links = page.attributes("main a", "href");
        links.retain(|link| link.starts_with("/data/paper_archive/letters/"));
        ids.push(links.remove(0));
    }
    // What staff marked in it, or the person said of it, is found by this.
    assert_eq!(ids[0], ids[1]);
    assert_eq!(kept(&app), 2);
}

#[actix_web::test]
async fn a_key_names_one_record_whoever_it_was_found_for() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _) = found(&app).await;
    let eve = app.person("eve").await;
    ask(&eve).await;
    let task = open_task(&sam).await;
    // The same contract names her now, or it is a slip.
    let hers = [("act", "found"), ("c0-r0-f0", "C-17"), ("c0-r0-f3", "Eve")];
    let page = answer(&sam, &task, &hers).await;
    page.refuses("checked", "Signed contracts, C-17");
    assert_eq!(page.attributes("#c0-r0-f3", "value"), ["Eve"]);
    let text = ada.get("/data/paper_archive/contracts").await.page().text();
    assert!(text.contains("Ada Countess"), "nobody loses it by a slip");
    let checked = [&hers[..], &[("checked", "true")]].concat();
    answer(&sam, &task, &checked).await.location();
    assert_eq!(kept(&app), 1, "a key names one record");
    let page = ada.get("/data/paper_archive/contracts").await.page();
    assert!(!page.text().contains("Eve"), "{}", page.text());
    let page = eve.get("/data/paper_archive/contracts").await.page();
    assert!(page.text().contains("Eve"));
}

#[actix_web::test]
async fn two_answers_about_one_person_at_the_same_moment_leave_one() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    for question in ["What is in the cellar?", "And what else?"] {
        let asked = ada
            .post("/requests/new/access", &[("question", question)])
            .await;
        asked.location();
    }
    let tasks = open_tasks(&sam).await;
    let both = futures_util::future::join(
        answer(&sam, &tasks[0], CONTRACT),
        answer(&sam, &tasks[1], CONTRACT),
    );
    let (one, other) = both.await;
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(kept(&app), 1);
}
