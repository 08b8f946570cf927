//! A partner who deletes and inserts brings an old value back under another id.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::corrected::{LIST, agent_of_today, listed, sweep};
use super::{CITY, accept_all, file_correction, held, reference_of, sample};
use crate::support::{Actor, TestApp};

const WORK: &str = "/data/careers/work_history";

/// The jobs of the sample's résumés, oldest id first.
const OF_SAMPLE: &str = "FROM work_history WHERE resume_id IN
    (SELECT resumes.id FROM resumes JOIN accounts ON accounts.id = account_id WHERE email = ?1)";

/// Clicks on the only button that corrects again.
async fn repair(app: &TestApp) {
    let agent = agent_of_today(app).await;
    let page = agent.get(LIST).await.page();
    let actions = page.attributes("form[action$='/repair']", "action");
    assert_eq!(actions.len(), 1);
    agent.submit(&page, &actions[0], &[]).await.location();
    app.run_jobs().await;
}

fn run(app: &TestApp, sql: &str) -> usize {
    let source = app.source.connect();
    source.execute(sql, [SAMPLES[0].email]).unwrap()
}

/// Deletes the contact details and inserts them under another id, with that city.
fn insert_anew(app: &TestApp, city: &str) {
    let taken = "UPDATE contact_details SET id = (SELECT max(id) + 1 FROM contact_details)
        WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)";
    assert_eq!(run(app, taken), 1);
    let sql = "UPDATE contact_details SET city = ?2 WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)";
    let source = app.source.connect();
    source.execute(sql, [SAMPLES[0].email, city]).unwrap();
}

async fn correct_city(app: &TestApp, person: &Actor) -> (String, String) {
    let agent = app.staff("sam", Role::Agent).await;
    let before = held(app, CITY);
    let reference = file_correction(person, "Port Ellery").await;
    accept_all(&agent, &reference).await.location();
    app.run_jobs().await;
    assert_eq!(held(app, CITY), "Port Ellery");
    (reference, before)
}

/// Rule: R2, 11 CCR 7023(c).
#[actix_web::test]
async fn an_old_value_that_an_import_inserts_anew_is_found_and_written_over_where_it_is_held_now() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (reference, before) = correct_city(&app, &person).await;
    insert_anew(&app, "Port Ellery");
    sweep(&app).await;
    assert!(listed(&app).await.is_empty(), "the right value is held");

    insert_anew(&app, &before);
    sweep(&app).await;
    let lines = listed(&app).await;
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains(&reference) && lines[0].contains("Old value is back"));
    repair(&app).await;
    assert_eq!(held(&app, CITY), "Port Ellery");
    assert!(listed(&app).await.is_empty());
    let mail = app.mails_to(SAMPLES[0].email).pop().unwrap();
    assert_eq!(mail.kind, "correction_repaired");
}

#[actix_web::test]
async fn whoever_reads_what_was_inserted_anew_notices_it_and_it_is_followed_once_more_when_written()
{
    let app = TestApp::start();
    let person = sample(&app).await;
    let (_, before) = correct_city(&app, &person).await;
    insert_anew(&app, &before);
    person.get("/data/people/contact_details").await.page();
    assert_eq!(listed(&app).await.len(), 1);

    insert_anew(&app, &before);
    repair(&app).await;
    assert_eq!(held(&app, CITY), "Port Ellery");
    assert!(listed(&app).await.is_empty());
}

/// Corrects the city of the newest job, which the others of the sample share.
async fn correct_one_of_many(app: &TestApp, person: &Actor) {
    run(
        app,
        &format!("UPDATE work_history SET city = 'Oldham' WHERE id IN (SELECT id {OF_SAMPLE})"),
    );
    let page = person.get(WORK).await.page();
    let mut links = page.attributes("article dd a", "href").into_iter();
    let link = links.rfind(|it| it.ends_with("field=city")).unwrap();
    let form = reqwest::multipart::Form::new()
        .text("value", "Newham")
        .text("reason", "It was there.");
    let reference = reference_of(&person.post_multipart(&link, form).await);
    let agent = app.staff("sam", Role::Agent).await;
    accept_all(&agent, &reference).await.location();
    app.run_jobs().await;
}

fn cities(app: &TestApp) -> Vec<String> {
    let source = app.source.connect();
    let sql = format!("SELECT city {OF_SAMPLE} ORDER BY id");
    let mut statement = source.prepare(&sql).unwrap();
    let rows = statement.query_map([SAMPLES[0].email], |row| row.get(0));
    rows.unwrap().map(Result::unwrap).collect()
}

#[actix_web::test]
async fn records_that_held_the_old_value_all_along_are_no_return_of_it() {
    let app = TestApp::start();
    let person = sample(&app).await;
    correct_one_of_many(&app, &person).await;
    let count = cities(&app).len();
    assert!(count > 1 && cities(&app).contains(&"Newham".to_owned()));
    run(
        &app,
        &format!(
            "DELETE FROM work_history WHERE city = 'Newham' AND id IN (SELECT id {OF_SAMPLE})"
        ),
    );
    sweep(&app).await;
    assert!(listed(&app).await.is_empty());
    person.get(WORK).await;
    assert!(listed(&app).await.is_empty());

    // An import of all of them, of which one is gone.
    let moved =
        format!("UPDATE work_history SET id = id + 100000 WHERE id IN (SELECT id {OF_SAMPLE})");
    assert_eq!(run(&app, &moved), count - 1);
    sweep(&app).await;
    assert!(
        listed(&app).await.is_empty(),
        "they are no more than before"
    );
}

#[actix_web::test]
async fn of_all_that_an_import_inserts_anew_the_one_that_was_corrected_is_told_by_the_rest_of_it() {
    let app = TestApp::start();
    let person = sample(&app).await;
    correct_one_of_many(&app, &person).await;
    let before = cities(&app);
    let old = format!(
        "UPDATE work_history SET id = id + 100000, city = 'Oldham' WHERE id IN (SELECT id {OF_SAMPLE})"
    );
    run(&app, &old);
    sweep(&app).await;
    assert_eq!(listed(&app).await.len(), 1);
    repair(&app).await;
    assert_eq!(cities(&app), before, "the same one, and no other");

    run(&app, &old.replace("'Oldham'", "'Oldham', description = 'x', company = 'x', job_title = 'x', started_on = '2020-01-01', ended_on = NULL"));
    sweep(&app).await;
    let lines = listed(&app).await;
    assert!(
        lines.len() == 1 && lines[0].contains("Nobody can tell which"),
        "{lines:?}"
    );
    repair(&app).await;
    assert!(
        cities(&app).iter().all(|it| it == "Oldham"),
        "nothing is guessed"
    );
    assert_eq!(listed(&app).await.len(), 1);
}
