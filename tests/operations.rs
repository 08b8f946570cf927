use crate::support::TestApp;

#[actix_web::test]
async fn the_portal_says_that_it_lives_and_that_it_is_ready() {
    let app = TestApp::start();
    assert_eq!(app.visitor().get("/healthz").await.page().text(), "ok");
    assert_eq!(app.visitor().get("/readyz").await.page().text(), "ready");
}

#[actix_web::test]
async fn metrics_do_not_exist_for_who_has_no_token() {
    let app = TestApp::start();
    assert_eq!(app.visitor().get("/metrics").await.status, 404);
}

#[actix_web::test]
async fn a_way_to_report_weaknesses_is_published_and_is_not_out_of_date() {
    let app = TestApp::start();
    let text = app
        .visitor()
        .get("/.well-known/security.txt")
        .await
        .page()
        .html();
    assert!(text.contains("Contact: mailto:contact@projobsector.com"));
    assert!(text.contains("Expires: 2026-08-09T10:00:00Z"), "{text}");
}
