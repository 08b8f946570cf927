//! What everybody who works on requests must have read.

use candor::accounts::model::Role;

use crate::support::TestApp;

/// Rule: Q1, 11 CCR 7100.
#[actix_web::test]
async fn each_member_says_once_that_they_have_read_what_they_must_know() {
    let app = TestApp::start();
    let (sam, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let queue = sam.get("/staff/requests").await.page();
    assert!(queue.text().contains("before you work on requests"));
    let page = sam.get("/staff/training").await.page();
    let empty = sam.submit(&page, "/staff/training", &[]).await;
    empty.refuses("understood", "Tick the box");
    let said = [("understood", "true")];
    let twice = (0..2).map(|_| sam.submit(&page, "/staff/training", &said));
    for sent in futures_util::future::join_all(twice).await {
        sent.location();
    }
    let queue = sam.get("/staff/requests").await.page();
    assert!(!queue.text().contains("before you work on requests"));
    sam.post("/staff/training", &said).await.location();

    let seen = ruth.get("/staff/training").await.page();
    let rows = seen.texts("tbody tr");
    let own: Vec<_> = rows.iter().filter(|it| it.starts_with("sam")).collect();
    assert_eq!(own.len(), 1, "{rows:?}");
    assert!(own[0].starts_with("sam 9 February 2026"), "{rows:?}");
    assert!(
        rows.iter()
            .any(|it| it.starts_with("ruth") && it.contains("Not yet"))
    );
}
