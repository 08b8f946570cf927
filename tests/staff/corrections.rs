//! Corrections: carried out, or impossible to carry out.

use candor::accounts::model::Role;

use super::decisions::change;
use super::denials::{refuse_first, send};
use super::four_eyes::state;
use super::{CITY, accept_all, act, file_correction, held, sample};
use crate::support::{Actor, TestApp};

#[actix_web::test]
async fn a_source_that_is_changed_behind_our_back_stops_the_correction_and_staff_see_why() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    app.source
        .connect()
        .execute("UPDATE contact_details SET city = 'Elsewhere'", [])
        .unwrap();
    accept_all(&agent, &reference).await.location();
    app.run_jobs().await;
    assert_eq!(held(&app, CITY), "Elsewhere");
    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(
        page.text()
            .contains("has another value than when it was asked for"),
        "{}",
        page.text()
    );
}

/// What a correction of the sample person's city asked for, as the person's page has it: headings, then values.
async fn compared(person: &Actor, reference: &str) -> (Vec<String>, Vec<String>) {
    let page = person.get(&format!("/requests/{reference}")).await.page();
    (page.texts(".compare h4"), page.texts(".compare p"))
}

#[actix_web::test]
async fn a_correction_that_cannot_be_carried_out_is_reviewed_and_decided_anew() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let reference = file_correction(&person, "Port Ellery").await;
    change(
        &app,
        "DELETE FROM contact_details WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
    );
    accept_all(&agent, &reference).await.location();
    app.run_jobs().await;
    assert_eq!(state(&person, &reference).await, "Delayed");

    act(&agent, &reference, "review-again", &[])
        .await
        .location();
    assert_eq!(state(&person, &reference).await, "In review");
    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let failure = "It could not be carried out";
    assert!(!page.text().contains(failure), "{}", page.text());
    let refusal = refuse_first(&agent, &reference, "IMPOSSIBLE_DISPROPORTIONATE").await;
    send(&agent, &reference, "decide", &refusal)
        .await
        .location();
    act(&ruth, &reference, "approve", &[]).await.location();
    assert_eq!(state(&person, &reference).await, "Denied");
}

#[actix_web::test]
async fn what_was_put_right_is_not_said_to_be_held_any_more() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    let before = held(&app, CITY);
    let words = |all: [&str; 2]| all.map(str::to_owned).to_vec();
    let asked = (
        words(["What we held when you asked", "What you propose"]),
        words([&before, "Port Ellery"]),
    );
    assert_eq!(compared(&person, &reference).await, asked);
    accept_all(&agent, &reference).await.location();
    app.run_jobs().await;
    let done = (words(["What we held", "What we put in its place"]), asked.1);
    assert_eq!(compared(&person, &reference).await, done);
    let url = format!("/staff/requests/{reference}");
    let terms = agent.get(&url).await.page().texts(".compare-values dt");
    assert_eq!(terms, ["Held before", "Written"]);
    let facts = person.get(&format!("/requests/{reference}")).await;
    let facts = facts.texts("dl.facts").join(" ");
    assert!(facts.contains("Closed on"), "{facts}");
    assert!(!facts.contains("due by"), "{facts}");
}
