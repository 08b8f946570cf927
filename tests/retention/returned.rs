//! Erased data that come back are found at night and erased again, by two.

use std::path::PathBuf;

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use candor::jobs::{self, Job};
use candor::retention::replay::Run;
use chrono::TimeDelta;
use tempfile::TempDir;

use super::replay::{back_up, restore, run};
use super::{agree, place, sample, searches};
use crate::support::{Actor, TestApp};

const LIST: &str = "/staff/returned";

/// A backup of the source, and how many searches were in it.
pub(super) struct Backup {
    _folder: TempDir,
    path: PathBuf,
    searches: i64,
}

impl Backup {
    pub(super) fn of(app: &TestApp) -> Self {
        let (folder, path) = back_up(&app.source.connect());
        Backup {
            _folder: folder,
            path,
            searches: searches(app),
        }
    }

    pub(super) fn restore(&self, app: &TestApp) {
        restore(&app.source.connect(), &self.path);
        assert_eq!(searches(app), self.searches);
    }
}

/// Erases the sample person; gives the backup from before, and how many searches are left.
pub(super) async fn erase(app: &TestApp) -> (Backup, i64) {
    let person = sample(app).await;
    let backup = Backup::of(app);
    agree(app, &person).await;
    app.run_jobs().await;
    let left = searches(app);
    assert!(left < backup.searches);
    (backup, left)
}

/// The next night's search.
pub(super) async fn sweep(app: &TestApp) {
    app.app.clock.advance(TimeDelta::days(1));
    let now = app.app.clock.now();
    let first = Job::LookForErased {
        after_id: 0,
        began: None,
        missed: false,
    };
    let asked = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &first, now));
    asked.await.unwrap();
    app.run_jobs().await;
}

pub(super) async fn open(staff: &Actor) -> Vec<String> {
    let page = staff.get(LIST).await.page();
    let lines = page.texts("tbody tr");
    let is_open = |it: &String| it.contains("To look at") || it.contains("To approve");
    lines.into_iter().filter(is_open).collect()
}

/// Sends the one form of that action.
pub(super) async fn act(staff: &Actor, action: &str) {
    let page = staff.get(LIST).await.page();
    let form = format!("form[action$='/{action}']");
    let path = page.attributes(&form, "action").remove(0);
    staff.submit(&page, &path, &[]).await.location();
}

/// Rule: E2, 11 CCR 7022(d).
#[actix_web::test]
async fn what_a_backup_brings_back_is_found_at_night_and_erased_again_when_two_agree() {
    let app = TestApp::start();
    let (backup, left) = erase(&app).await;
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    assert!(open(&agent).await.is_empty());

    backup.restore(&app);
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let lines = open(&agent).await;
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("What you searched for"), "{lines:?}");
    assert!(
        !lines[0].to_lowercase().contains("not certain"),
        "{lines:?}"
    );
    assert_eq!(searches(&app), backup.searches, "nothing goes by itself");

    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    act(&supervisor, "propose").await;
    let page = supervisor.get(LIST).await.page();
    assert!(
        page.attributes("form[action$='/approve']", "action")
            .is_empty()
    );
    assert!(
        page.text()
            .contains("Another supervisor has to approve it.")
    );
    let second = app.staff("una", Role::Supervisor).await;
    act(&second, "approve").await;
    app.run_jobs().await;
    assert_eq!(searches(&app), left);
    assert!(second.get(LIST).await.text().contains("Erased again"));
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    assert!(open(&agent).await.is_empty());
}

#[actix_web::test]
async fn whoever_proposed_it_cannot_approve_it_whatever_the_page_says() {
    let app = TestApp::start();
    let (backup, _) = erase(&app).await;
    backup.restore(&app);
    sweep(&app).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    act(&supervisor, "propose").await;
    let refused = supervisor.post("/staff/returned/1/approve", &[]).await;
    assert_eq!(refused.status, 409);
    app.run_jobs().await;
    assert_eq!(searches(&app), backup.searches);
}

#[actix_web::test]
async fn who_came_back_on_purpose_is_left_and_what_goes_by_itself_is_settled() {
    let app = TestApp::start();
    let (backup, _) = erase(&app).await;
    let erased = Backup::of(&app);
    backup.restore(&app);
    sweep(&app).await;
    erased.restore(&app);
    sweep(&app).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    assert!(open(&supervisor).await.is_empty());
    assert!(supervisor.get(LIST).await.text().contains("Gone by itself"));

    backup.restore(&app);
    sweep(&app).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    assert_eq!(open(&supervisor).await.len(), 1, "it is back once more");
    act(&supervisor, "leave").await;
    sweep(&app).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    assert!(open(&supervisor).await.is_empty());
    assert_eq!(searches(&app), backup.searches);

    // Nor does a replay override what staff have settled, until they doubt it.
    let long_ago = app.app.clock.now() - TimeDelta::days(400);
    let replayed = run(&app, long_ago, Run::Real).await;
    assert_eq!((replayed.left, replayed.records), (1, 0), "{replayed:?}");
    assert_eq!(searches(&app), backup.searches);
    act(&supervisor, "look-again").await;
    assert_eq!(open(&supervisor).await.len(), 1);
    let replayed = run(&app, long_ago, Run::Real).await;
    assert_eq!((replayed.left, replayed.returned), (0, 1), "{replayed:?}");
    assert_eq!(searches(&app), erased.searches);
    assert!(open(&supervisor).await.is_empty());
    assert!(supervisor.get(LIST).await.text().contains("Erased again"));
}

#[actix_web::test]
async fn what_is_held_by_now_is_not_erased_again() {
    let app = TestApp::start();
    let (backup, _) = erase(&app).await;
    backup.restore(&app);
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    let on_searches_of_all = [
        ("kind", "legal"),
        ("collection", "activity.search_terms"),
        ("reason", "A court has asked us to keep all searches."),
        ("basis", "Cal. Civ. Code 1798.105(d)(8)"),
    ];
    place(&supervisor, &on_searches_of_all).await.location();
    sweep(&app).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    act(&supervisor, "propose").await;
    let second = app.staff("una", Role::Supervisor).await;
    act(&second, "approve").await;
    app.run_jobs().await;
    assert_eq!(searches(&app), backup.searches);
}

/// A new account of the sample person, made on that day, with a resume and a school in it, which has no date.
pub(super) fn register_anew(app: &TestApp, day: &str) {
    let source = app.source.connect();
    let account = "INSERT INTO accounts (id, email, password_hash, status, language, created_at)
        VALUES (990001, ?, 'x', 'active', 'en', ?)";
    source.execute(account, [SAMPLES[0].email, day]).unwrap();
    let resume = "INSERT INTO resumes (id, account_id, title, is_public, created_at, updated_at)
        VALUES (990001, 990001, 'New', 0, ?, ?)";
    source.execute(resume, [day, day]).unwrap();
    let school = "INSERT INTO education (id, resume_id, school) VALUES (990001, 990001, 'Hill')";
    source.execute(school, []).unwrap();
}

/// Whoever is erased may become a customer again: erased data stay away, not the person.
#[actix_web::test]
async fn who_registers_anew_after_the_erasure_is_neither_listed_nor_erased() {
    let app = TestApp::start();
    erase(&app).await;
    register_anew(&app, "2026-03-20 09:00:00");
    app.app.clock.advance(TimeDelta::days(60));
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    assert_eq!(open(&agent).await, Vec::<String>::new());

    // An account that is older than the erasure was not made by somebody who came back.
    let source = app.source.connect();
    source
        .execute(
            "UPDATE accounts SET created_at = '2026-01-02 09:00:00' WHERE id = 990001",
            [],
        )
        .unwrap();
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let lines = open(&agent).await;
    assert!(
        lines[0].contains("Your account: 1, of 2 January 2026 (not certain)"),
        "{lines:?}"
    );
    assert!(lines[0].contains("We cannot tell whether"), "{lines:?}");
}

#[actix_web::test]
async fn of_what_came_back_staff_read_that_the_person_signed_in_since_although_the_session_has_ended()
 {
    let app = TestApp::start();
    let (backup, _) = erase(&app).await;
    app.app.clock.advance(TimeDelta::days(10));
    app.sign_in_by_mail(&app.visitor(), SAMPLES[0].email).await;
    backup.restore(&app);
    app.app.clock.advance(TimeDelta::days(30));
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let lines = open(&agent).await;
    assert!(lines[0].contains("They signed in since"), "{lines:?}");
}

#[actix_web::test]
async fn whose_data_came_back_gets_mail_and_a_receipt_when_they_are_erased_again() {
    let app = TestApp::start();
    let (backup, _) = erase(&app).await;
    backup.restore(&app);
    sweep(&app).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    assert!(!open(&supervisor).await[0].contains("They signed in since"));
    act(&supervisor, "propose").await;
    let second = app.staff("una", Role::Supervisor).await;
    act(&second, "approve").await;
    let before = app.mails_to(SAMPLES[0].email).len();
    app.run_jobs().await;
    let mails = app.mails_to(SAMPLES[0].email);
    assert_eq!(mails.len(), before + 1);
    let mail = mails.last().unwrap();
    assert!(
        mail.subject.contains("we erased them again"),
        "{}",
        mail.subject
    );
    let at = mail.text.find("/receipts/").unwrap();
    let receipt = mail.text[at..].split_whitespace().next().unwrap();
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    let person = app.person_again(name).await;
    let page = person.get(receipt).await.text();
    assert!(page.contains("A deletion was carried out"), "{page}");
}
