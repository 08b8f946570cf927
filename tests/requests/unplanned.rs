//! A deletion is asked for while a source does not answer: its day of receipt waits for nobody, and it is planned as soon
//! as all of them answer.

use candor::accounts::model::Role;
use candor::jobs::{backoff, worker};
use candor::register::CollectionKey;
use candor::requests::model::State;
use chrono::TimeDelta;

use super::without_account::ADDRESS;
use super::{MAYA, find, first_record, reference_of};
use crate::retention::agree_on;
use crate::support::{Actor, TestApp};

const EVERYTHING: &str = "/requests/new/deletion/plan?everything=yes";

/// Files a deletion while the sample source is away.
async fn file(app: &TestApp, person: &Actor, plan: &str) -> String {
    app.source.go_away();
    let page = person.get(plan).await.page();
    assert!(page.text().contains("cannot be read right now"));
    reference_of(&person.submit(&page, plan, &[]).await)
}

/// Has the source answer again, and the job that was put off be tried.
async fn answer_again(app: &TestApp) {
    worker::run_due(&app.app).await.unwrap();
    app.source.come_back();
    let pause = backoff::pause_after(1) + TimeDelta::seconds(1);
    app.app.clock.advance(pause);
    app.run_jobs().await;
}

fn searches(app: &TestApp) -> i64 {
    let sql = "SELECT count(*) FROM search_terms JOIN accounts ON accounts.id = account_id WHERE email = ?";
    let source = app.source.connect();
    source.query_row(sql, [ADDRESS], |row| row.get(0)).unwrap()
}

/// Rule: C2, 11 CCR 7021(b).
#[actix_web::test]
async fn a_deletion_counts_from_the_day_on_which_no_source_answered() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let reference = file(&app, &maya, EVERYTHING).await;
    let request = find(&app, &reference);
    assert!(request.awaits_plan());
    assert_eq!(request.received_on.to_string(), "2026-02-09");
    let url = format!("/requests/{reference}");
    let waits = "One of our systems did not answer when you asked";
    assert!(maya.get(&url).await.page().text().contains(waits));

    answer_again(&app).await;

    let request = find(&app, &reference);
    assert!(!request.awaits_plan() && request.plan_hash.is_some());
    assert_eq!(request.received_on.to_string(), "2026-02-09");
    let page = maya.get(&url).await.page().text();
    assert!(!page.contains(waits) && page.contains("Erase "), "{page}");
    assert!(page.contains("We looked up what would be erased"));
    let kinds: Vec<_> = app.mails_to(MAYA).into_iter().map(|it| it.kind).collect();
    assert_eq!(kinds, ["request_received", "deletion_planned"]);
    agree_on(&app, &reference).await;
    app.run_jobs().await;
    assert_eq!(find(&app, &reference).state, State::Completed);
    assert_eq!(searches(&app), 0);
}

#[actix_web::test]
async fn whoever_saw_a_plan_before_the_source_went_away_has_asked_all_the_same() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get(EVERYTHING).await.page();
    app.source.go_away();
    let reference = reference_of(&maya.submit(&page, EVERYTHING, &[]).await);
    assert!(find(&app, &reference).awaits_plan());
}

#[actix_web::test]
async fn a_source_that_answers_again_before_the_button_is_pressed_is_no_hurdle() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    app.source.go_away();
    let page = maya.get(EVERYTHING).await.page();
    app.source.come_back();
    let reference = reference_of(&maya.submit(&page, EVERYTHING, &[]).await);
    app.run_jobs().await;
    assert!(find(&app, &reference).plan_hash.is_some());
}

#[actix_web::test]
async fn one_record_is_asked_for_too_and_somebody_elses_is_never_found() {
    let app = TestApp::start();
    let (maya, daniel) = (app.person(MAYA).await, app.person("daniel.reyes").await);
    let key = CollectionKey::new("activity", "search_terms");
    let record = first_record(&app, MAYA, &key);
    let plan = candor::my_data::deletion_url(&key, &record);
    let before = searches(&app);
    let own = file(&app, &maya, &plan).await;
    let page = daniel.get(&plan).await.page();
    let foreign = reference_of(&daniel.submit(&page, &plan, &[]).await);
    let unheard_of = plan.replace("search_terms", "no_such_table");
    assert_eq!(daniel.get(&unheard_of).await.status, 404);

    answer_again(&app).await;

    let page = daniel.get(&format!("/requests/{foreign}")).await.page();
    assert!(!page.text().contains("Erase "), "{}", page.text());
    agree_on(&app, &own).await;
    app.run_jobs().await;
    assert_eq!(searches(&app), before - 1);
}

#[actix_web::test]
async fn a_button_that_is_pressed_twice_files_one_and_another_wish_another() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let [one, other] = ["user.contact", "user.behavior"]
        .map(|it| format!("/requests/new/deletion/plan?category={it}"));
    app.source.go_away();
    let page = maya.get(&one).await.page();
    let both =
        futures_util::future::join(maya.submit(&page, &one, &[]), maya.submit(&page, &one, &[]));
    let (first, second) = both.await;
    assert_eq!(reference_of(&first), reference_of(&second));
    let page = maya.get(&other).await.page();
    let another = maya.submit(&page, &other, &[]).await;
    assert_ne!(reference_of(&first), reference_of(&another));
}

#[actix_web::test]
async fn staff_grant_nothing_of_which_nobody_knows_what_it_is_and_can_have_it_looked_up() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let sam = app.staff("sam", Role::Agent).await;
    let reference = file(&app, &maya, EVERYTHING).await;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    assert!(
        page.text()
            .contains("It is not known yet what would be erased")
    );
    let decide = format!("{url}/decide");
    let granted = [("outcome", "approved"), ("reason", "It is done.")];
    let early = sam.submit(&page, &decide, &granted).await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("A source has not answered yet"));

    app.source.come_back();
    let page = sam.get(&url).await.page();
    let look = format!("{url}/plan");
    sam.submit(&page, &look, &[]).await.location();
    app.run_jobs().await;
    let page = sam.get(&url).await.page();
    assert!(!page.text().contains("It is not known yet"));
    assert!(
        page.attributes("form[action$='/plan']", "action")
            .is_empty()
    );
    assert!(!page.attributes("input[value=accepted]", "name").is_empty());
}

#[actix_web::test]
async fn a_source_that_stays_away_for_days_is_asked_again_and_again() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let reference = file(&app, &maya, EVERYTHING).await;
    for attempt in 1..=backoff::MOST_TRIES {
        worker::run_due(&app.app).await.unwrap();
        let pause = backoff::pause_after(attempt);
        app.app.clock.advance(pause + TimeDelta::seconds(1));
    }
    app.source.come_back();
    app.app.clock.advance(TimeDelta::hours(6));
    app.run_jobs().await;
    assert!(find(&app, &reference).plan_hash.is_some());
}

#[actix_web::test]
async fn what_is_taken_back_meanwhile_is_not_planned() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let reference = file(&app, &maya, EVERYTHING).await;
    let url = format!("/requests/{reference}");
    let page = maya.get(&url).await.page();
    let back = format!("{url}/withdraw");
    maya.submit(&page, &back, &[]).await.location();
    answer_again(&app).await;
    assert!(find(&app, &reference).plan_hash.is_none());
}

#[actix_web::test]
async fn nothing_is_receipted_as_erased_where_nothing_was_found() {
    let app = TestApp::start();
    let stranger = app.person("nobody.knows").await;
    let reference = file(&app, &stranger, EVERYTHING).await;
    answer_again(&app).await;
    let mail = app.mails_to("nobody.knows").pop().unwrap();
    assert!(mail.text.contains("we found nothing that could be erased"));
    let url = format!("/staff/requests/{reference}");
    let sam = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let page = sam.get(&url).await.page();
    let granted = [
        ("outcome", "approved"),
        ("reason", "We hold nothing of you."),
    ];
    let decide = format!("{url}/decide");
    sam.submit(&page, &decide, &granted).await.location();
    let page = vera.get(&url).await.page();
    if !page
        .attributes("form[action$='/approve']", "action")
        .is_empty()
    {
        let approve = format!("{url}/approve");
        vera.submit(&page, &approve, &[]).await.location();
    }
    app.run_jobs().await;
    assert_eq!(find(&app, &reference).state, State::Completed);
    let mail = app.mails_to("nobody.knows").pop().unwrap();
    assert!(
        mail.text.contains("hold none that could be erased"),
        "{}",
        mail.text
    );
}
