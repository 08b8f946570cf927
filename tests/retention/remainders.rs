//! What a deletion had to leave goes when the reason ends, although what led to it is gone; until then it is shown.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use candor::jobs::{self, Job};
use candor::retention::tombstones;
use chrono::TimeDelta;

use super::{ON_SEARCHES, agree, place, sample, searches};
use crate::support::{Actor, TestApp};

const LIST: &str = "/staff/returned";
const TITLE: &str = "What you searched for";

/// How many applications there are of everybody.
fn applications(app: &TestApp) -> i64 {
    let source = app.source.connect();
    let count = source.query_row("SELECT count(*) FROM applications", [], |row| row.get(0));
    count.unwrap()
}

/// The night of so many days later.
pub(super) async fn after(app: &TestApp, days: i64) {
    app.app.clock.advance(TimeDelta::days(days));
    let now = app.app.clock.now();
    let asked = app.app.db.write(move |conn| {
        jobs::enqueue(conn, &Job::PurgeRequests, now)?;
        jobs::enqueue(conn, &Job::LookAtRemainders, now)
    });
    asked.await.unwrap();
    app.run_jobs().await;
}

async fn act(staff: &Actor, action: &str) {
    let page = staff.get(LIST).await.page();
    let form = format!("form[action$='/{action}']");
    let path = page.attributes(&form, "action").remove(0);
    staff.submit(&page, &path, &[]).await.location();
}

/// A supervisor proposes what is listed, and another one approves it.
async fn erase(app: &TestApp) {
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    act(&supervisor, "propose").await;
    let second = app.staff("olga", Role::Supervisor).await;
    act(&second, "approve").await;
    app.run_jobs().await;
}

/// The next night finds what need not stay any more, and two have it erased.
pub(super) async fn erase_what_is_left(app: &TestApp) {
    after(app, 1).await;
    erase(app).await;
}

/// The sample person, who signs in once more.
pub(super) async fn again(app: &TestApp) -> Actor {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    app.person_again(name).await
}

/// What the newest tombstones say was erased.
fn last_stone(app: &TestApp) -> String {
    let found = app.app.db.read_now(|conn| {
        let stones = tombstones::list_after(conn, 0, 1000)?.unwrap().0;
        Ok(serde_json::to_string(&stones.last().unwrap().scope)?)
    });
    found.unwrap()
}

async fn listed(app: &TestApp) -> String {
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    supervisor.get(LIST).await.text()
}

/// Rule: C14, Civ. 1798.145(a)(2); E3, 11 CCR 7022(f).
#[actix_web::test]
async fn what_a_hold_kept_is_put_before_staff_when_it_ends_and_erased_when_two_agree() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    place(
        &supervisor,
        &[ON_SEARCHES, &[("until", "2026-05-10")]].concat(),
    )
    .await
    .location();
    let before = searches(&app);
    let (reference, _) = agree(&app, &person).await;
    app.run_jobs().await;
    after(&app, 30).await;
    let person = again(&app).await;
    assert!(person.get("/data").await.text().contains(TITLE));
    assert!(!listed(&app).await.contains(TITLE), "the hold is in force");

    after(&app, 61).await;
    let person = again(&app).await;
    let data = person.get("/data").await.text();
    assert!(
        data.contains(TITLE) && data.contains("they are to be erased"),
        "{data}"
    );
    let page = listed(&app).await;
    assert!(page.contains(TITLE) && page.contains(&reference), "{page}");
    assert!(page.contains("Place a hold"), "{page}");
    assert_eq!(searches(&app), before, "nothing goes by itself");
    erase(&app).await;
    assert_eq!(
        last_stone(&app),
        "{\"collections\":[\"activity.search_terms\"]}"
    );
    assert!(searches(&app) < before);
    let data = person.get("/data").await.text();
    assert!(!data.contains(TITLE), "{data}");
    let mails = app.mails_to(SAMPLES[0].email);
    let last = mails.last().unwrap();
    assert!(
        last.subject
            .contains("ome of what we had to keep is erased"),
        "{}",
        last.subject
    );
    assert!(last.text.contains("stay for now"), "{}", last.text);
    let request = person.get(&format!("/requests/{reference}")).await.text();
    assert!(
        request.contains("What is left now") && !request.contains(&format!("{TITLE}: ")),
        "{request}"
    );
    after(&app, 1).await;
    let page = listed(&app).await;
    assert!(page.contains("Nothing came back"), "{page}");
}

#[actix_web::test]
async fn what_a_hold_without_an_end_kept_goes_when_it_is_lifted() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    place(&supervisor, ON_SEARCHES).await.location();
    let before = searches(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    let page = supervisor.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$='/lift']", "action").remove(0);
    supervisor.submit(&page, &lift, &[]).await.location();
    after(&app, 1).await;
    assert!(listed(&app).await.contains(TITLE));
    // Another hold is in its place before anybody has approved it.
    let supervisor = app.sign_in_again("una", Role::Supervisor).await;
    place(&supervisor, ON_SEARCHES).await.location();
    after(&app, 1).await;
    assert!(listed(&app).await.contains("Nothing to erase"));
    let supervisor = app.sign_in_again("una", Role::Supervisor).await;
    let page = supervisor.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$='/lift']", "action").remove(0);
    supervisor.submit(&page, &lift, &[]).await.location();
    after(&app, 1).await;
    erase(&app).await;
    assert!(searches(&app) < before);
}

/// Rule: E3, 11 CCR 7022(f): what is not covered by an exception is erased.
#[actix_web::test]
async fn what_a_rule_kept_for_some_years_is_found_when_they_are_over() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let before = applications(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    assert_eq!(applications(&app), before);
    after(&app, 30).await;
    assert!(!listed(&app).await.contains("Jobs you applied for"));
    after(&app, 5 * 366).await;
    let person = again(&app).await;
    assert!(
        person
            .get("/data")
            .await
            .text()
            .contains("Jobs you applied for")
    );
    assert!(listed(&app).await.contains("Jobs you applied for"));
    erase(&app).await;
    assert!(applications(&app) < before);
}

const JOBS: &str = "/data/careers/applications";

/// The beginning of the letter of an application of the sample person's, which nobody else has written.
fn letter(app: &TestApp) -> (i64, String) {
    let source = app.source.connect();
    let own = "SELECT applications.id, cover_letter FROM applications
        JOIN accounts ON accounts.id = account_id
        WHERE email = ? AND length(cover_letter) > 40 LIMIT 1";
    let found = source.query_row(own, [SAMPLES[0].email], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?))
    });
    let (id, text) = found.unwrap();
    (id, text.lines().next_back().unwrap().to_owned())
}

/// Rule: K1, Cal. Civ. Code 1798.110: what stays after a deletion is held still, and told and shown.
#[actix_web::test]
async fn what_stays_after_a_deletion_is_shown_and_given_to_the_person() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (id, letter) = letter(&app);
    let (reference, _) = agree(&app, &person).await;
    app.run_jobs().await;
    let person = again(&app).await;

    let page = person.get(JOBS).await.page();
    assert!(!page.text().contains("There is nothing about you here"));
    assert!(page.text().contains("What stays after your deletion"));
    assert!(page.text().contains(&letter), "{}", page.text());
    let record = page.attributes("article h3 a", "href").remove(0);
    assert_eq!(person.get(&record).await.status, 200);
    let other = app.person("tom").await;
    assert_eq!(other.get(&record).await.status, 404);

    let (report, data) = app.package_of(&person, &[]).await.read();
    assert!(report.contains(&letter) && report.contains("What stayed when we deleted"));
    assert!(report.contains(&reference));
    let records = data["records"].as_array().unwrap();
    let stays = records.iter().filter(|it| it["stays"].is_string());
    assert!(stays.count() > 0);
    assert!(
        !data["stays_after_a_deletion"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    // What is somebody else's by now is neither counted nor shown.
    let shown = async || person.get(JOBS).await.text().matches(&letter).count();
    let (before, shown_before) = (count_of(&person.get("/data").await.text()), shown().await);
    let source = app.source.connect();
    let moved = "UPDATE applications SET account_id = (SELECT max(id) FROM accounts),
        posting_id = (SELECT max(id) FROM job_postings) WHERE id = ?";
    source.execute(moved, [id]).unwrap();
    assert_eq!(count_of(&person.get("/data").await.text()), before - 1);
    assert_eq!(
        shown().await,
        shown_before - 1,
        "the same name ends each letter"
    );
}

/// How many applications stay, as the overview says.
fn count_of(text: &str) -> i64 {
    let from = text.find("Jobs you applied for").unwrap();
    let at = text[from..].find(" record").unwrap() + from;
    let number = text[..at].rsplit(|it: char| !it.is_ascii_digit()).next();
    number.unwrap().parse().unwrap()
}

#[actix_web::test]
async fn staff_see_what_an_earlier_deletion_left_when_the_person_asks_again() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (_, letter) = letter(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    let person = again(&app).await;
    let form = "/requests/new/access";
    let page = person.get(form).await.page();
    let asked = [("question", "What of mine do you hold still?")];
    let filed = person.submit(&page, form, &asked).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let reference = path.strip_suffix("/filed").unwrap();
    let staff = app.staff("kim", Role::Agent).await;
    let url = format!("/staff/requests/{reference}/data");
    let page = staff.get(&url).await.text();
    assert!(page.contains("What deletions had to leave"), "{page}");
    assert!(!page.contains("Nothing is held"), "{page}");
    let page = staff
        .get(&format!("{url}/careers/applications"))
        .await
        .text();
    assert!(page.contains(&letter), "{page}");
}

/// A request by letter, of whom staff vouch that it is the sample person, granted by two.
pub(super) async fn ask_by_letter(app: &TestApp, wants: &str) -> String {
    let kim = app.staff("kim", Role::Agent).await;
    let form = "/staff/requests/new";
    let page = kim.get(form).await.page();
    let letter = [
        ("channel", "letter"),
        ("received_on", "2026-02-04"),
        ("wants", wants),
        ("contact", "12 Elm Street, Oakland"),
        ("residence", "us-ca"),
        ("note", "What kinds of data do you hold?"),
    ];
    let url = kim.submit(&page, form, &letter).await.location().to_owned();
    let page = kim.get(&url).await.page();
    kim.submit(&page, &format!("{url}/confirmed"), &[])
        .await
        .location();
    let page = kim.get(&url).await.page();
    let known = [
        ("identity", "verified"),
        ("vouched", "We rang the number that we held."),
        ("held_by", "email"),
        ("held_as", SAMPLES[0].email),
    ];
    kim.submit(&page, &format!("{url}/identity"), &known)
        .await
        .location();
    let page = kim.get(&url).await.page();
    let give = [("outcome", "approved"), ("reason", "Here it is.")];
    kim.submit(&page, &format!("{url}/decide"), &give)
        .await
        .location();
    let vera = app.staff("vera", Role::Supervisor).await;
    let page = vera.get(&url).await.page();
    vera.submit(&page, &format!("{url}/approve"), &[])
        .await
        .location();
    app.run_jobs().await;
    url.strip_prefix("/staff").unwrap().to_owned()
}

/// Rule: K1, Cal. Civ. Code 1798.110.
#[actix_web::test]
async fn the_kinds_of_data_that_a_letter_asks_for_include_what_a_deletion_left() {
    let app = TestApp::start();
    let person = sample(&app).await;
    agree(&app, &person).await;
    app.run_jobs().await;
    let request = ask_by_letter(&app, "categories").await;
    let said = again(&app).await.get(&request).await.text();
    assert!(!said.contains("we hold no data about you"), "{said}");
    assert!(
        said.contains("These stayed when we deleted your data"),
        "{said}"
    );
    assert!(said.contains("Jobs you applied for"), "{said}");
    assert!(said.contains("What for: "), "{said}");
}

/// What another hold keeps by the time that it was to be erased is not said to be erased.
#[actix_web::test]
async fn what_a_later_hold_keeps_is_not_settled_as_erased_and_its_reason_is_told() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let una = app.staff("una", Role::Supervisor).await;
    let ends = [ON_SEARCHES, &[("until", "2026-05-10")]].concat();
    place(&una, &ends).await.location();
    let before = searches(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    let left = searches(&app);
    assert_eq!(left, before);
    after(&app, 92).await;
    assert!(listed(&app).await.contains(TITLE));
    let una = app.sign_in_again("una", Role::Supervisor).await;
    let mut later = ON_SEARCHES.to_vec();
    later[3] = (
        "reason",
        "Another court has asked us to keep your searches.",
    );
    place(&una, &later).await.location();
    erase(&app).await;
    assert_eq!(searches(&app), before);
    let page = listed(&app).await;
    assert!(page.contains("Nothing to erase"), "{page}");
    assert!(!page.contains("Erased, "), "{page}");
    after(&app, 1).await;
    let data = again(&app).await.get("/data").await.text();
    assert!(data.contains("Another court has asked us"), "{data}");
    assert!(!data.contains("they are to be erased"), "{data}");
}
