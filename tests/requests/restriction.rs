//! Data in dispute, which are kept and not used.

use candor::accounts::model::Role;
use candor::requests::model::{Kind, State};

use super::{find, reference_of};
use crate::support::TestApp;

const FORM: &str = "/requests/new/restriction";
const WRONG: [(&str, &str); 2] = [
    ("case", "accuracy"),
    ("what", "The rating in the notes on my interview of May."),
];

/// Rule: A4.R, GDPR Art. 18(1), 12(3).
#[actix_web::test]
async fn a_person_asks_to_have_data_kept_and_not_used_and_staff_see_to_it() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let lena = app.person_in("lena", "de").await;
    let page = lena.get(FORM).await.page();
    let reference = reference_of(&lena.submit(&page, FORM, &WRONG).await);
    let request = find(&app, &reference);
    assert_eq!(
        (request.kind, &*request.law),
        (Kind::Restriction, "eu-gdpr")
    );
    assert_eq!(request.due_on.to_string(), "2026-03-09");
    let told = app.mails_to("lena").pop().unwrap();
    assert!(told.text.contains("restriction") && told.text.contains("9 March 2026"));

    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let text = page.text();
    assert!(text.contains("I want it checked before you use it further"));
    assert!(
        text.contains("See to it in the systems concerned"),
        "{text}"
    );
    let answer = [("outcome", "approved"), ("reason", "Nobody sees it now.")];
    let decided = agent.submit(&page, &format!("{url}/decide"), &answer).await;
    decided.location();
    assert_eq!(find(&app, &reference).state, State::Completed);
    let told = app.mails_to("lena").pop().unwrap();
    for body in [&told.text, &told.html] {
        assert!(body.contains("do not use them until the question is settled"));
        assert!(!body.contains("checked the result"), "nobody read it back");
    }
    let receipts = lena.get("/receipts").await.page();
    assert!(
        receipts
            .text()
            .contains("A restriction was put into effect"),
        "{}",
        receipts.text()
    );
}

/// Rule: A4.R: a denial has a ground of the law and takes two.
#[actix_web::test]
async fn a_restriction_is_denied_on_a_ground_of_the_law_by_two() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let supervisor = app.staff("sue", Role::Supervisor).await;
    let lena = app.person_in("lena", "de").await;
    let page = lena.get(FORM).await.page();
    let reference = reference_of(&lena.submit(&page, FORM, &WRONG).await);
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let deny = [
        ("outcome", "denied"),
        ("ground", "NO_GROUND_18_1"),
        ("reason", "It was checked last week."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &deny).await.location();
    assert_eq!(find(&app, &reference).state, State::InReview);
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();
    let told = app.mails_to("lena").pop().unwrap();
    assert!(told.text.contains("GDPR Art. 18(1)"), "{}", told.text);
}

#[actix_web::test]
async fn a_restriction_says_why_and_of_what_or_comes_back_as_typed() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get(FORM).await.page();
    let refused = ada.submit(&page, FORM, &[("what", "My rating")]).await;
    refused.refuses("case", "Choose why.");
    assert!(
        refused.html().contains("My rating"),
        "what was typed is kept"
    );
    let refused = ada.submit(&page, FORM, &[("case", "claim")]).await;
    refused.refuses("what", "Say which data");
}
