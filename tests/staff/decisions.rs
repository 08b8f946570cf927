use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::four_eyes::state;
use super::{CITY, ROWS, accept_all, act, file_correction, file_deletion, held, sample};
use crate::support::TestApp;

#[actix_web::test]
async fn an_accepted_correction_is_written_to_the_source_read_back_and_confirmed() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let before = held(&app, CITY);
    let reference = file_correction(&person, "Port Ellery").await;

    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert_eq!(
        page.texts(".compare-values dd"),
        [before.as_str(), "Port Ellery"]
    );
    accept_all(&agent, &reference).await.location();
    app.run_jobs().await;

    assert_eq!(held(&app, CITY), "Port Ellery");
    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(page.text().contains("Written and read back"));
    let mails: Vec<_> = app
        .mails_to(SAMPLES[0].email)
        .into_iter()
        .map(|mail| mail.kind)
        .collect();
    assert_eq!(
        mails,
        ["request_received", "request_decided", "request_completed"]
    );
}

#[actix_web::test]
async fn a_refused_correction_leaves_the_source_and_tells_the_reason() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let before = held(&app, CITY);
    let reference = file_correction(&person, "Port Ellery").await;

    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let item = page.attributes("input[type=radio]", "name").remove(0);
    let reason = item.replace("decision", "reason");
    let ground = item.replace("decision", "ground");
    let refused = act(&agent, &reference, "decide", &[(&item, "refused")]).await;
    refused.refuses(&reason, "Write why");
    act(
        &agent,
        &reference,
        "decide",
        &[
            (&item, "refused"),
            (&ground, "ACCURATE_7023B"),
            (&reason, "The register of towns says otherwise."),
        ],
    )
    .await
    .location();
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    act(&supervisor, &reference, "approve", &[])
        .await
        .location();
    app.run_jobs().await;

    assert_eq!(held(&app, CITY), before);
    let seen = person.get(&format!("/requests/{reference}")).await.page();
    assert!(
        seen.text()
            .contains("The register of towns says otherwise."),
        "{}",
        seen.text()
    );
}

#[actix_web::test]
async fn an_undecided_item_is_pointed_out_beside_it() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let item = page.attributes("input[type=radio]", "name").remove(0);
    act(&agent, &reference, "decide", &[])
        .await
        .refuses(&item, "Choose accept or refuse");
}

#[actix_web::test]
async fn one_button_accepts_the_items_of_which_nothing_was_said() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_deletion(&person).await;
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let first = page.attributes("input[type=radio]", "name").remove(0);
    let why = first.replace("decision", "reason");
    let ground = first.replace("decision", "ground");
    let said = [
        (&*first, "refused"),
        (&*ground, "LEGAL_CLAIM"),
        (&*why, "A dispute is open."),
        ("rest", "accepted"),
    ];
    act(&agent, &reference, "decide", &said).await.location();
    let tags = agent.get(&url).await.page().texts("article .tag");
    let count = |wanted| tags.iter().filter(|tag| *tag == wanted).count();
    assert_eq!(count("Refused"), 1, "{tags:?}");
    assert!(count("Accepted") > 10, "{tags:?}");
}

#[actix_web::test]
async fn a_deletion_needs_two_staff_members_and_then_erases_what_the_plan_says() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (first, second) = (
        app.staff("una", Role::Supervisor).await,
        app.staff("vic", Role::Supervisor).await,
    );
    assert_ne!(held(&app, ROWS), "0");
    // The erasure takes the address off the account.
    let id = held(
        &app,
        "SELECT CAST(id AS TEXT) FROM accounts WHERE email = ?1",
    );
    let kept = format!(
        "SELECT CAST(count(*) AS TEXT) FROM applications WHERE account_id = {id} AND ?1 <> ''"
    );
    let applications = held(&app, &kept);
    assert_ne!(applications, "0");
    let reference = file_deletion(&person).await;

    accept_all(&first, &reference).await.location();
    app.run_jobs().await;
    assert_ne!(held(&app, ROWS), "0", "one staff member is not enough");
    let own = first
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(
        own.attributes(
            &format!("form[action='/staff/requests/{reference}/approve']"),
            "action"
        )
        .is_empty()
    );
    let version = own.attributes("input[name=version]", "value").remove(0);
    let approve = format!("/staff/requests/{reference}/approve");
    assert_eq!(
        first.post(&approve, &[("version", &version)]).await.status,
        409
    );

    act(&second, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    let page = first
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert_eq!(
        held(&app, ROWS),
        "0",
        "{} {:?}",
        page.text(),
        app.failed_jobs()
    );
    let stay = "applications stay for four years";
    assert_eq!(held(&app, &kept), applications, "{stay}");

    let seen = person.get(&format!("/requests/{reference}")).await.page();
    assert!(
        !seen.attributes("a[href^='/receipts/']", "href").is_empty(),
        "{}",
        seen.text()
    );
}

#[actix_web::test]
async fn the_slower_of_two_staff_members_learns_that_the_request_has_changed() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    let url = format!("/staff/requests/{reference}");
    let seen = agent.get(&url).await.page();
    act(&agent, &reference, "assign", &[("assignee", "")])
        .await
        .location();
    let late = agent
        .submit(&seen, &format!("{url}/message"), &[("body", "Hello.")])
        .await;
    assert_eq!(late.status, 409);
    assert!(
        late.text()
            .contains("has changed since the page was opened")
    );
}

#[actix_web::test]
async fn a_question_waits_for_the_person_and_the_answer_brings_it_back() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    act(
        &agent,
        &reference,
        "message",
        &[("body", "Which street?"), ("ask", "true")],
    )
    .await
    .location();
    let seen = person.get(&format!("/requests/{reference}")).await.page();
    assert!(seen.text().contains("Which street?"));
    assert!(
        !app.mails_to(SAMPLES[0].email)
            .last()
            .unwrap()
            .text
            .contains("Which street?")
    );
    assert_eq!(state(&person, &reference).await, "Waiting for you");

    let answer = [("message", "The one by the harbour.")];
    let path = format!("/requests/{reference}/messages");
    person.submit(&seen, &path, &answer).await.location();
    assert_eq!(state(&person, &reference).await, "In review");
}

#[actix_web::test]
async fn a_deletion_whose_data_have_changed_is_planned_and_decided_anew() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (first, second) = (
        app.staff("una", Role::Supervisor).await,
        app.staff("vic", Role::Supervisor).await,
    );
    change(&app, GONE);
    let reference = file_deletion(&person).await;
    accept_all(&first, &reference).await.location();
    change(
        &app,
        "INSERT INTO search_terms SELECT (SELECT max(id) + 1 FROM search_terms), id, 'cook', 'Here', 1, '2026-02-09 10:00:00'
         FROM accounts WHERE email = ?",
    );
    act(&second, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    assert_ne!(held(&app, ROWS), "0", "what was not agreed is not done");
    let url = format!("/staff/requests/{reference}");
    let failed = first.get(&url).await.page();
    assert!(
        failed
            .text()
            .contains("The data have changed since the plan was agreed")
    );

    act(&first, &reference, "review-again", &[])
        .await
        .location();
    let anew = first.get(&url).await.page();
    assert!(!anew.text().contains("It could not be carried out"));
    accept_all(&first, &reference).await.location();
    act(&second, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    assert_eq!(held(&app, ROWS), "0");
}

const GONE: &str =
    "DELETE FROM search_terms WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";

/// Something happens in the source.
pub fn change(app: &TestApp, sql: &str) {
    let source = app.source.connect();
    assert_ne!(source.execute(sql, [SAMPLES[0].email]).unwrap(), 0);
}

#[actix_web::test]
async fn where_less_is_left_than_was_agreed_the_rest_is_erased() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (first, second) = (
        app.staff("una", Role::Supervisor).await,
        app.staff("vic", Role::Supervisor).await,
    );
    let reference = file_deletion(&person).await;
    accept_all(&first, &reference).await.location();
    change(&app, GONE);
    act(&second, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    assert_eq!(held(&app, ROWS), "0");
}

#[actix_web::test]
async fn auditors_read_and_change_nothing_and_admins_do_not_see_a_request() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (auditor, admin) = (
        app.staff("ada", Role::Auditor).await,
        app.staff("abe", Role::Admin).await,
    );
    let reference = file_correction(&person, "Port Ellery").await;
    let url = format!("/staff/requests/{reference}");
    let seen = auditor.get(&url).await.page();
    assert!(seen.attributes("main form", "action").is_empty());
    for action in [
        "assign",
        "decide",
        "approve",
        "send-back",
        "message",
        "extend",
        "retry",
        "review-again",
    ] {
        assert_eq!(
            auditor.post(&format!("{url}/{action}"), &[]).await.status,
            403,
            "{action}"
        );
    }
    for page in [url.as_str(), "/staff/requests"] {
        assert_eq!(admin.get(page).await.status, 403, "{page}");
        assert_eq!(person.get(page).await.status, 403, "{page}");
    }
}
