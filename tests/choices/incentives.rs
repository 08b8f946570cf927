//! What is offered for a use of data: explained before, joined and left with equal ease, and on record.

use candor::choices::{MadeBy, State};

use super::all_changes;
use crate::support::TestApp;

const KEY: &str = "resume-check";
const JOIN: &str = "/choices/resume-check/opt-in";
const LEAVE: &str = "/choices/resume-check/opt-out";

/// What 11 CCR 7016(d) wants said.
const SAID: [&str; 6] = [
    "Once a year a member of our staff looks through your résumé",
    "You get at most two such mails a month",
    "Your name",
    "About 6 US dollars a year",
    "less what it cost to send them",
    "The mails stop at once.",
];

/// Rule: N4, 11 CCR 7016(d).
#[actix_web::test]
async fn an_offer_is_explained_with_its_terms_its_value_and_how_to_leave_wherever_it_is_made() {
    let app = TestApp::start();
    let (visitor, ada) = (app.visitor(), app.person("ada").await);
    let home = visitor.get("/").await.page();
    let footer = home.attributes("footer a", "href");
    assert!(footer.iter().any(|it| it == "/incentives"), "{footer:?}");
    let choices = ada.get("/choices").await.page();
    let links = choices.attributes(&format!("#{KEY} > p a"), "href");
    assert_eq!(links[0], "/incentives#resume-check");
    for page in [
        visitor.get("/incentives").await.page(),
        ada.get("/incentives").await.page(),
        ada.get(JOIN).await.page(),
    ] {
        for words in SAID {
            assert!(page.text().contains(words), "{words}: {}", page.text());
        }
        let links = page.attributes("main dd a", "href");
        assert!(links.iter().any(|it| it == "/choices#resume-check"));
    }
}

/// Rule: N4, 11 CCR 7016; C10, Cal. Civ. Code 1798.125(b)(3); U1, 11 CCR 7004.
#[actix_web::test]
async fn nobody_is_in_an_offer_before_they_join_and_leaving_takes_no_more_than_joining() {
    let app = TestApp::start();
    for (name, residence) in [("ada", "us-ca"), ("lena", "de"), ("nora", "")] {
        let person = app.person_in(name, residence).await;
        let page = person.get("/incentives").await.page();
        assert_eq!(page.texts(&format!("#{KEY} .tag")), ["Off"], "{name}");
    }
    let ada = app.person_again("ada").await;
    let skipped = ada.post(JOIN, &[]).await;
    assert_eq!(skipped.location(), JOIN, "the terms come first");
    assert!(all_changes(&app).is_empty());
    let terms = ada.get(JOIN).await.page();
    let joined = ada.submit(&terms, JOIN, &[]).await;
    assert_eq!(joined.location(), "/choices?changed=resume-check");
    let page = ada.get("/incentives").await.page();
    assert_eq!(page.texts(&format!("#{KEY} button")).len(), 1);
    let left = ada.submit(&page, LEAVE, &[]).await;
    assert_eq!(left.location(), "/choices?changed=resume-check");

    let changes = all_changes(&app);
    let states: Vec<_> = changes.iter().map(|it| (it.state, it.made_by)).collect();
    let by_ada = [State::OptedIn, State::OptedOut].map(|it| (it, MadeBy::Person));
    assert_eq!(states, by_ada, "a ledger, not a flag");
    assert!(changes.iter().all(|it| it.receipt_id.is_some()));
    let until = changes[1].no_solicit_until.unwrap().to_string();
    assert_eq!(until, "2027-02-09", "who left is not asked again");
    let subjects: Vec<_> = app
        .mails_to("ada")
        .into_iter()
        .map(|it| it.subject)
        .collect();
    assert!(
        subjects[0].contains("Joined: A free résumé check"),
        "{subjects:?}"
    );
    assert!(subjects[1].contains("Not taking part: A free résumé check"));
    let history = ada.get("/choices/history").await.page().text();
    assert_eq!(
        history.matches("A free résumé check").count(),
        4,
        "{history}"
    );
}

#[actix_web::test]
async fn what_covers_everything_ends_an_offer_too() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let terms = ada.get(JOIN).await.page();
    ada.submit(&terms, JOIN, &[]).await.location();
    ada.post("/choices/opt-out", &[]).await.location();
    let page = ada.get("/incentives").await.page();
    assert_eq!(page.texts(&format!("#{KEY} .tag")), ["Off"]);
}

#[actix_web::test]
async fn who_offers_nothing_says_so() {
    let app = TestApp::start_declaring(|register| {
        register.activities.retain(|it| it.incentive.is_none());
    });
    let page = app.visitor().get("/incentives").await.page();
    assert!(
        page.text()
            .contains("No price, no service and no advantage")
    );
    let home = app.visitor().get("/").await.page();
    let footer = home.attributes("footer a", "href");
    assert!(footer.iter().all(|it| it != "/incentives"));
}
