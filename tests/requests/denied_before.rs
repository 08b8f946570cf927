//! Who asks again what was denied sees the denial, and may say what is new.

use candor::accounts::model::Role;

use super::appeals::{approve, deny};
use super::{MAYA, correction_of, file_access, reference_of, staff_member};
use crate::support::{Actor, TestApp};

const NOTICE: &str = "We have denied this before";
const ACCESS: &str = "/requests/new/access";

/// Sends the form of a correction; `news` is left out where the page does not ask for it.
async fn correct(person: &Actor, path: &str, city: &str, news: &str) -> String {
    let form = reqwest::multipart::Form::new()
        .text("value", city.to_owned())
        .text("news", news.to_owned());
    reference_of(&person.post_multipart(path, form).await)
}

/// Rule: C11, 11 CCR 7023(g).
#[actix_web::test]
async fn the_same_correction_after_a_denial_is_shown_the_denial_and_asked_what_is_new() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    assert!(!maya.get(&path).await.page().text().contains(NOTICE));
    let denied = correct(&maya, &path, "Port Ellery", "").await;
    let url = format!("/staff/requests/{denied}");
    let page = agent.get(&url).await.page();
    let decision = page.attributes("input[type=radio]", "name").remove(0);
    let (ground, reason) = (
        decision.replace("decision", "ground"),
        decision.replace("decision", "reason"),
    );
    let refusal = [
        (decision.as_str(), "refused"),
        (&ground, "ACCURATE_7023B"),
        (&reason, "Your last letter came from another city."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &refusal).await.location();
    let open = maya.get(&path).await.page().text();
    assert!(!open.contains(NOTICE), "it is only proposed");
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();

    let page = maya.get(&path).await.page();
    let text = page.text();
    assert!(text.contains(NOTICE) && text.contains(&denied), "{text}");
    assert!(text.contains("Your last letter came from another city."));
    let other = correction_of(&app, MAYA, "people.contact_details", "region");
    assert!(!maya.get(&other).await.text().contains(NOTICE));

    let again = correct(&maya, &path, "Port Ellery", "I have a new lease.").await;
    assert_ne!(again, denied);
    let page = agent.get(&format!("/staff/requests/{again}")).await.page();
    assert!(page.text().contains("What is new, says the person:"));
    assert!(page.text().contains("I have a new lease."));
    let own = maya.get(&format!("/requests/{again}")).await.page();
    assert!(own.text().contains("I have a new lease."));

    app.app.clock.advance(chrono::TimeDelta::days(190));
    let maya = app.visitor();
    app.sign_in_by_mail(&maya, "maya.okafor@example.org").await;
    assert!(!maya.get(&path).await.text().contains(NOTICE), "long ago");
}

#[actix_web::test]
async fn what_was_asked_in_words_and_denied_can_be_asked_again_with_and_without_news() {
    let app = TestApp::start();
    let (sam, sue) = (
        staff_member(&app, "sam", Role::Agent).await,
        staff_member(&app, "sue", Role::Supervisor).await,
    );
    let ada = app.person("ada").await;
    let denied = file_access(&ada).await;
    deny(&app, &sam, &denied).await.unwrap();
    approve(&app, &sue, &denied).await.unwrap();
    let page = ada.get(ACCESS).await.page();
    let text = page.text();
    assert!(text.contains(NOTICE) && text.contains(&denied), "{text}");
    assert!(text.contains("It is not held."), "{text}");
    let long = "x".repeat(4001);
    let typed = [("question", "The same."), ("news", long.as_str())];
    let refused = ada.submit(&page, ACCESS, &typed).await;
    refused.refuses("news", "at most 4,000 characters");
    let silent = [("question", "The same.")];
    reference_of(&ada.submit(&page, ACCESS, &silent).await);
    let bob = app.person("bob").await;
    assert!(!bob.get(ACCESS).await.text().contains(NOTICE));
}
