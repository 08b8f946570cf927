//! What a version changes for the person who reads it.

use candor::demo;

use super::{draft, take_over};
use crate::scene::MAYA;
use crate::support::TestApp;

async fn portal() -> TestApp {
    let app = TestApp::start();
    let now = app.app.clock.now();
    let taken = app
        .app
        .db
        .write(move |conn| demo::policy::take_over_all(conn, now));
    taken.await.unwrap();
    app
}

#[actix_web::test]
async fn a_person_sees_which_uses_and_which_data_of_theirs_a_version_touches() {
    let app = portal().await;
    let maya = app.person(MAYA).await;

    let page = maya.get("/policy/2027-01").await.page();

    assert_eq!(page.texts("#for-you"), ["What changes for you"]);
    let said = page.texts("section[aria-labelledby=for-you] li");
    assert_eq!(
        said[0],
        "Choosing jobs and pages for you. It is on for you. You can turn it off at any time."
    );
    assert!(
        said[1].starts_with("What we worked out about you:"),
        "{said:?}"
    );
    assert_eq!(said.len(), 2);
    assert!(!page.text().contains("user.inference"));

    maya.post("/choices/personalisation/opt-out", &[])
        .await
        .location();
    let said = maya.get("/policy/2027-01").await.page();
    let said = said.texts("section[aria-labelledby=for-you] li");
    assert!(said[0].ends_with("It is off for you, so this changes nothing for you."));
}

#[actix_web::test]
async fn nothing_is_said_of_data_that_are_not_held_nor_to_visitors_nor_of_old_versions() {
    let app = portal().await;
    let nobody = app.person("nobody").await;
    let of_nobody = nobody.get("/policy/2027-01").await.page();
    assert_eq!(
        of_nobody.texts("section[aria-labelledby=for-you] li").len(),
        1
    );
    for old in ["/policy/2024-09", "/policy/2024-03"] {
        let page = nobody.get(old).await.page();
        assert!(page.texts("#for-you").is_empty(), "{old}");
    }
    let visitor = app.visitor().get("/policy/2027-01").await.page();
    assert!(visitor.texts("#for-you").is_empty());
}

#[actix_web::test]
async fn without_a_word_from_the_version_it_is_worked_out_from_what_differs() {
    let app = TestApp::start();
    let before = "## Uses\n\nWe run the site.\n\n## Who\n\nNobody.\n";
    let after = "## Uses\n\nWe run the site.\n\n## Who\n\nFigurewise counts visits.\n";
    take_over(&app, draft("2026-01-01", before)).await;
    take_over(&app, draft("2026-02-01", after)).await;
    let ada = app.person("ada").await;
    let page = ada.get("/policy").await.page();
    let said = page.texts("section[aria-labelledby=for-you] li strong");
    assert_eq!(
        said,
        ["Making our site better.", "Counting visits and clicks."]
    );
}

#[actix_web::test]
async fn who_has_seen_a_version_may_say_so_once_and_need_not() {
    let app = portal().await;
    let maya = app.person(MAYA).await;
    let page = maya.get("/policy/2027-01").await.page();
    for path in ["/data", "/choices"] {
        maya.get(path).await.page();
    }

    let noted = maya.submit(&page, "/policy/2027-01/acknowledge", &[]).await;
    assert_eq!(noted.location(), "/policy/2027-01");
    maya.post("/policy/2027-01/acknowledge", &[])
        .await
        .location();

    let page = maya.get("/policy/2027-01").await.page();
    assert!(
        page.text()
            .contains("You said on 9 February 2026 that you have seen this version.")
    );
    assert!(page.texts("form[action$=acknowledge]").is_empty());
    assert_eq!(
        maya.post("/policy/2030-01/acknowledge", &[]).await.status,
        404
    );
}
