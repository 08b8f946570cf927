//! A parent's word for what was turned off before.

use candor::accounts::model::Role;

use super::{PARENT, WORD, approve_word};
use crate::support::{Actor, Answer, TestApp};

async fn is_on(noor: &Actor) -> bool {
    let page = noor.get("/choices").await.page();
    page.texts("#sale-or-sharing .tag") == ["On"]
}

async fn enter(sam: &Actor, more: &[(&str, &str)]) -> Answer {
    sam.post(PARENT, &[&WORD[..], more].concat()).await
}

/// Rule: N1, Civ. 1798.120(c); N3, 11 CCR 7070.
#[actix_web::test]
async fn what_a_child_turned_off_is_not_turned_on_by_a_parents_word_before_the_parent_knows_of_it()
{
    let app = TestApp::start();
    let noor = app.person_in("noor", "us-ca").await;
    let born = [("born_on", "2015-03-01")];
    noor.post("/choices/age", &born).await.location();
    let sam = app.staff("sam", Role::Agent).await;
    // Off by law is nobody's refusal.
    let vera = app.staff("vera", Role::Supervisor).await;
    enter(&sam, &[]).await.location();
    approve_word(&vera).await;
    assert!(is_on(&noor).await);
    noor.post("/choices/sale-or-sharing/opt-out", &[])
        .await
        .location();

    let warned = enter(&sam, &[]).await;
    warned.refuses("knows", "This was turned off before");
    assert_eq!(warned.attributes("#knows[checked]", "value").len(), 0);
    assert!(!is_on(&noor).await);
    let sent = enter(&sam, &[("knows", "true")]).await;
    assert_eq!(sent.location(), "/staff/ages");
    approve_word(&vera).await;
    assert!(is_on(&noor).await);
}

/// An age that is put right later hides no refusal.
#[actix_web::test]
async fn what_was_refused_is_known_after_an_age_was_put_right() {
    let app = TestApp::start();
    let noor = app.person_in("noor", "us-ca").await;
    noor.post("/choices/sale-or-sharing/opt-out", &[])
        .await
        .location();
    let born = [("born_on", "2015-03-01")];
    noor.post("/choices/age", &born).await.location();
    let sam = app.staff("sam", Role::Agent).await;
    enter(&sam, &[])
        .await
        .refuses("knows", "This was turned off before");
}

/// Rule: N3, 11 CCR 7070.
#[actix_web::test]
async fn the_form_for_a_parents_word_says_what_the_parent_must_be_told() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get(PARENT).await.page();
    let text = page.text();
    assert!(text.contains("What the parent must be told"), "{text}");
    assert!(
        text.contains("turn it off again at any later date"),
        "{text}"
    );
    assert_eq!(
        page.attributes("main p a[href='/do-not-sell']", "href")
            .len(),
        1
    );
    assert!(
        page.attributes("#knows", "value").is_empty(),
        "nothing was refused"
    );
}
