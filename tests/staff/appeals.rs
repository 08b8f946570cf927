//! What becomes of a denial when the appeal against it succeeds.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::denials::{refuse_all, refuse_first, send};
use super::{accept_all, act, file_correction, file_deletion, reference_of, sample};
use crate::support::{Actor, TestApp};

/// Asks for another look, and gives the reference of the appeal.
async fn appeal(person: &Actor, denied: &str) -> String {
    let url = format!("/requests/{denied}");
    let page = person.get(&url).await.page();
    let words = [("appeal", "Please look at the archive.")];
    let filed = person.submit(&page, &format!("{url}/appeal"), &words).await;
    reference_of(&filed)
}

async fn grant(staff: &Actor, appeal: &str) {
    let granted = [("outcome", "approved"), ("reason", "You are right.")];
    act(staff, appeal, "decide", &granted).await.location();
}

/// The words beside a fact of the person's page.
async fn facts(person: &Actor, reference: &str) -> String {
    let page = person.get(&format!("/requests/{reference}")).await.page();
    page.texts("dl.facts").join(" ")
}

/// Rule: A4; R1, 11 CCR 7023(b).
#[actix_web::test]
async fn an_appeal_that_succeeds_opens_the_denied_request_again_within_its_own_time() {
    let app = TestApp::start();
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    let person = app.person_in(name, "us-va").await;
    let (agent, ruth, kim) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
        app.staff("kim", Role::Agent).await,
    );
    let denied = file_correction(&person, "Port Ellery").await;
    let refusal = refuse_first(&agent, &denied, "ACCURATE").await;
    send(&agent, &denied, "decide", &refusal).await.location();
    act(&ruth, &denied, "approve", &[]).await.location();
    app.app.clock.advance(chrono::TimeDelta::days(30));

    let reference = appeal(&person, &denied).await;
    grant(&kim, &reference).await;
    let page = person.get(&format!("/requests/{denied}")).await.page();
    assert_eq!(page.texts(".tag")[0], "In review");
    assert!(
        !page.text().contains("A dispute about it is open."),
        "nothing is decided"
    );
    // 30 days, and the 60 that Virginia gives for an appeal.
    assert!(facts(&person, &denied).await.contains("10 May 2026"));
    assert!(facts(&person, &denied).await.contains(&reference));
    assert!(facts(&person, &reference).await.contains(&denied));
    let staff_page = kim.get(&format!("/staff/requests/{denied}")).await.page();
    assert!(staff_page.text().contains(&reference));
    let mail = app.mails_to(name).pop().unwrap();
    assert_eq!(mail.kind, "request_reopened");
    for words in [denied.as_str(), &reference, "10 May 2026", "/receipts/"] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }

    accept_all(&kim, &denied).await.location();
    app.run_jobs().await;
    assert_eq!(super::held(&app, super::CITY), "Port Ellery");
}

/// Rule: A4; E3, 11 CCR 7022(f).
#[actix_web::test]
async fn a_deletion_that_is_opened_again_is_planned_and_decided_anew() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth, kim, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
        app.staff("kim", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    let denied = file_deletion(&person).await;
    let refusal = refuse_all(&agent, &denied, "LEGAL_CLAIM").await;
    send(&agent, &denied, "decide", &refusal).await.location();
    act(&ruth, &denied, "approve", &[]).await.location();

    let reference = appeal(&person, &denied).await;
    grant(&kim, &reference).await;
    let url = format!("/staff/requests/{denied}");
    let left = kim
        .get(&url)
        .await
        .page()
        .attributes("input[type=radio]", "name");
    assert!(!left.is_empty(), "what was refused is there to decide on");
    accept_all(&kim, &denied).await.location();
    act(&vera, &denied, "approve", &[]).await.location();
    app.run_jobs().await;
    let page = person.get(&format!("/requests/{denied}")).await.page();
    assert_eq!(page.texts(".tag")[0], "Done", "{}", page.text());
    assert!(!page.text().contains("A dispute about it is open."));
    // What the register keeps stays denied, and there was one appeal already.
    assert!(!page.text().contains("Ask for another look"));
}
