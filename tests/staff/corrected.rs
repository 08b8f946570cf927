//! What was corrected stays corrected: an old value that comes back is noticed, and written over with one click.

use candor::accounts::model::Role;
use candor::db::schema::receipts;
use candor::demo::source::SAMPLES;
use candor::jobs::{self, Job};
use candor::requests::corrected::{queries, restored};
use candor::requests::life::By;
use chrono::TimeDelta;
use diesel::prelude::*;

use super::{CITY, accept_all, file_correction, held, sample};
use crate::support::{Actor, TestApp};

pub(super) const LIST: &str = "/staff/corrections";

/// What a partner's import does.
fn import(app: &TestApp, city: &str) {
    let sql = "UPDATE contact_details SET city = ?2 WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)";
    let source = app.source.connect();
    source.execute(sql, [SAMPLES[0].email, city]).unwrap();
}

/// Carries a correction of the city out; gives its reference and the value before.
async fn correct(app: &TestApp, person: &Actor, agent: &Actor) -> (String, String) {
    let before = held(app, CITY);
    let reference = file_correction(person, "Port Ellery").await;
    accept_all(agent, &reference).await.location();
    app.run_jobs().await;
    assert_eq!(held(app, CITY), "Port Ellery");
    (reference, before)
}

/// The next night's comparison.
pub(super) async fn sweep(app: &TestApp) {
    app.app.clock.advance(TimeDelta::days(1));
    let now = app.app.clock.now();
    let asked = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::WatchCorrections, now));
    asked.await.unwrap();
    app.run_jobs().await;
}

/// Sessions of staff end over night.
pub(super) async fn agent_of_today(app: &TestApp) -> Actor {
    app.sign_in_again("sam", Role::Agent).await
}

pub(super) async fn listed(app: &TestApp) -> Vec<String> {
    let page = agent_of_today(app).await.get(LIST).await.page();
    page.texts("tbody tr")
}

fn corrections_proven(app: &TestApp) -> i64 {
    let count = app.app.db.read_now(|conn| {
        let all = receipts::table.filter(receipts::kind.eq("correction"));
        Ok(all.count().get_result(conn)?)
    });
    count.unwrap()
}

/// Rule: R2, 11 CCR 7023(c).
#[actix_web::test]
async fn an_old_value_that_an_import_brings_back_is_found_at_night_and_written_over_with_one_click()
{
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let (reference, before) = correct(&app, &person, &agent).await;
    sweep(&app).await;
    assert!(listed(&app).await.is_empty(), "nothing came back yet");

    import(&app, &before);
    sweep(&app).await;
    let lines = listed(&app).await;
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains(&reference) && lines[0].contains("City"));
    assert!(!lines[0].contains(&before) && !lines[0].contains("Port Ellery"));

    let agent = agent_of_today(&app).await;
    let page = agent.get(LIST).await.page();
    let repair = page
        .attributes("form[action$='/repair']", "action")
        .remove(0);
    agent.submit(&page, &repair, &[]).await.location();
    assert_eq!(
        agent.post(&repair, &[]).await.status,
        409,
        "it is under way"
    );
    app.run_jobs().await;
    assert_eq!(held(&app, CITY), "Port Ellery");
    assert!(listed(&app).await.is_empty());

    let mail = app.mails_to(SAMPLES[0].email).pop().unwrap();
    assert_eq!(mail.kind, "correction_repaired");
    assert!(mail.text.contains(&reference) && !mail.text.contains("Port Ellery"));
    assert_eq!(corrections_proven(&app), 2);
    let auditor = app.staff("ingrid", Role::Auditor).await;
    for action in ["undone", "repair_asked", "repaired"] {
        let events = format!("/staff/audit?action=correction.{action}");
        let events = auditor.get(&events).await.page().text();
        assert!(events.contains(&reference), "{action}");
    }
}

#[actix_web::test]
async fn whoever_reads_the_data_notices_it_at_once_and_a_value_that_mends_itself_is_no_task() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let (_, before) = correct(&app, &person, &agent).await;

    import(&app, &before);
    person.get("/data/people/contact_details").await.page();
    assert_eq!(listed(&app).await.len(), 1);

    import(&app, "Port Ellery");
    let page = person.get("/data/people/contact_details").await.page();
    let record = page.attributes("article h3 a", "href").remove(0);
    person.get(&record).await.page();
    assert!(listed(&app).await.is_empty());
}

#[actix_web::test]
async fn a_value_that_the_person_changed_since_is_left_alone() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let (_, before) = correct(&app, &person, &agent).await;
    import(&app, "Lower Wick");
    sweep(&app).await;
    assert!(listed(&app).await.is_empty());

    import(&app, &before);
    sweep(&app).await;
    let agent = agent_of_today(&app).await;
    let page = agent.get(LIST).await.page();
    let repair = page
        .attributes("form[action$='/repair']", "action")
        .remove(0);
    import(&app, "Lower Wick");
    agent.submit(&page, &repair, &[]).await.location();
    app.run_jobs().await;
    assert_eq!(
        held(&app, CITY),
        "Lower Wick",
        "only the old value is written over"
    );
    let lines = listed(&app).await;
    let said = "It holds another value now. Nothing was written.";
    assert!(lines.len() == 1 && lines[0].contains(said), "{lines:?}");
    let page = agent.get(LIST).await.page();
    let actions = page.attributes("td form", "action");
    assert!(actions.len() == 1 && actions[0].ends_with("/settle"));
    agent.submit(&page, &actions[0], &[]).await.location();
    assert_eq!(agent.post(&actions[0], &[]).await.status, 409);
    sweep(&app).await;
    assert!(listed(&app).await.is_empty());

    import(&app, &before);
    sweep(&app).await;
    let agent = agent_of_today(&app).await;
    let page = agent.get(LIST).await.page();
    assert_eq!(
        page.attributes("form[action$='/repair']", "action").len(),
        1
    );
    let cells = page.texts("tbody td").concat();
    assert!(!cells.contains("written again"), "{cells}");
}

#[actix_web::test]
async fn a_supervisor_may_leave_what_is_held_and_others_may_not() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let (_, before) = correct(&app, &person, &agent).await;
    import(&app, &before);
    sweep(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    let page = supervisor.get(LIST).await.page();
    let leave = page
        .attributes("form[action$='/let-go']", "action")
        .remove(0);
    let agent = agent_of_today(&app).await;
    assert_eq!(agent.post(&leave, &[]).await.status, 403);
    supervisor.submit(&page, &leave, &[]).await.location();
    sweep(&app).await;
    assert!(listed(&app).await.is_empty());
    assert_eq!(held(&app, CITY), before);
}

/// Rule: R2, 11 CCR 7023(c).
#[actix_web::test]
async fn a_correction_is_looked_after_for_longer_than_its_request_is_kept() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let (reference, before) = correct(&app, &person, &agent).await;
    app.app.clock.advance(TimeDelta::days(770));
    let now = app.app.clock.now();
    let purged = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::PurgeRequests, now));
    purged.await.unwrap();
    app.run_jobs().await;
    let old = format!("/staff/requests/{reference}");
    let agent = agent_of_today(&app).await;
    assert_eq!(agent.get(&old).await.status, 404, "it is purged");
    import(&app, &before);
    sweep(&app).await;
    let lines = listed(&app).await;
    assert!(lines[0].contains(&reference) && lines[0].contains("no longer kept"));

    let agent = agent_of_today(&app).await;
    let page = agent.get(LIST).await.page();
    let actions = page.attributes("form[action$='/repair']", "action");
    agent.submit(&page, &actions[0], &[]).await.location();
    app.run_jobs().await;
    assert_eq!(held(&app, CITY), "Port Ellery");
    let mail = app.mails_to(SAMPLES[0].email).pop().unwrap();
    assert_eq!(mail.kind, "correction_repaired");
    assert!(mail.text.contains("no longer kept") && !mail.text.contains("/requests/"));

    let source = app.source.connect();
    source.execute("DELETE FROM contact_details", []).unwrap();
    sweep(&app).await;
    assert_eq!(watched(&app), 0, "nothing is there to look after");
}

fn watched(app: &TestApp) -> i64 {
    let count = app.app.db.read_now(|conn| {
        let all = candor::db::schema::corrected_values::table;
        Ok(all.count().get_result(conn)?)
    });
    count.unwrap()
}

/// What was erased is not written once more.
#[actix_web::test]
async fn an_erasure_lets_go_of_what_was_corrected_in_what_it_erases() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let agent = app.staff("kim", Role::Agent).await;
    correct(&app, &person, &agent).await;
    assert_eq!(watched(&app), 1);
    let contact = "/requests/new/deletion/plan?category=user.contact";
    crate::retention::agree_to(&app, &person, contact).await;
    app.run_jobs().await;
    assert_eq!(watched(&app), 0);
}

/// As `candor sources replay` does: on a thread that may block.
async fn look(app: &TestApp, since: chrono::NaiveDateTime, is_dry: bool) -> (usize, usize) {
    let app = app.app.clone();
    let looking = move || restored::look(&app, since, is_dry).unwrap();
    let compared = tokio::task::spawn_blocking(looking).await.unwrap();
    assert!(compared.errors.is_empty() && compared.known == 1);
    (compared.undone, compared.undone_before)
}

/// Rule: R2, 11 CCR 7023(c).
#[actix_web::test]
async fn what_a_restored_backup_undoes_of_corrections_is_written_again_and_what_an_import_did_waits_for_staff()
 {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let taken = app.app.clock.now();
    app.app.clock.advance(TimeDelta::minutes(1));
    let (_, before) = correct(&app, &person, &agent).await;
    app.app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(look(&app, taken, false).await, (0, 0));

    import(&app, &before);
    assert_eq!(look(&app, taken, true).await, (1, 0));
    assert_eq!(held(&app, CITY), before, "a dry run changes nothing");
    assert!(listed(&app).await.is_empty());
    let since = app.app.clock.now();
    assert_eq!(
        look(&app, since, false).await,
        (0, 1),
        "it was corrected before"
    );
    app.run_jobs().await;
    assert_eq!(held(&app, CITY), before, "staff may know why");
    assert_eq!(listed(&app).await.len(), 1);

    import(&app, "Port Ellery");
    assert_eq!(look(&app, taken, false).await, (0, 0));
    assert!(listed(&app).await.is_empty(), "it was mended by itself");
    import(&app, &before);
    for _ in 0..2 {
        let found = look(&app, taken, false).await;
        assert_eq!(found, (1, 0), "what is being written again is no task");
    }
    app.run_jobs().await;
    assert_eq!(held(&app, CITY), "Port Ellery");
    assert_eq!(corrections_proven(&app), 2, "it was written again once");
    let mail = app.mails_to(SAMPLES[0].email).pop().unwrap();
    assert_eq!(mail.kind, "correction_repaired");
}

/// Between reading and writing down what was read, a worker may have written it again.
#[actix_web::test]
async fn what_was_written_again_while_it_was_compared_is_no_task() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let (_, before) = correct(&app, &person, &agent).await;
    let read = |conn: &mut _| Ok(queries::list_after(conn, 0, 1)?);
    let seen = app.app.db.read_now(read).unwrap()[0].seen();
    import(&app, &before);
    look(&app, app.app.clock.now(), false).await;
    app.run_jobs().await;
    assert_eq!(corrections_proven(&app), 2, "it was written again");

    let own = app.app.clone();
    let note = move |conn: &mut _| Ok(queries::mark_returned(conn, &[seen], &By::system(&own))?);
    app.app.db.write(note).await.unwrap();
    assert!(listed(&app).await.is_empty());
}

#[actix_web::test]
async fn the_page_of_corrections_says_when_they_were_last_compared() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let said = agent.get(LIST).await.page().text();
    assert!(said.contains("Nothing was corrected yet"), "{said}");
    correct(&app, &person, &agent).await;
    sweep(&app).await;
    let day = app.app.clock.now().format("%-d %B %Y").to_string();
    app.app.clock.advance(TimeDelta::days(2));

    let said = agent_of_today(&app).await.get(LIST).await.page().text();

    assert!(said.contains(&format!("last compared on {day}")), "{said}");
    assert!(!said.contains("Every correction holds"));
}
