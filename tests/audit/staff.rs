use candor::accounts::model::Role;
use candor::jobs::{Job, enqueue};

use crate::support::TestApp;

impl TestApp {
    async fn nightly_look(&self) {
        let now = self.app.clock.now();
        let look = move |conn: &mut _| enqueue(conn, &Job::VerifyAudit, now);
        self.app.db.write(look).await.unwrap();
        assert_eq!(self.run_jobs().await, 1);
    }
}

#[actix_web::test]
async fn auditors_and_admins_read_the_log_and_nobody_else() {
    let app = TestApp::start();
    app.record_events(3).await;
    for role in [Role::Auditor, Role::Admin] {
        let page = app
            .staff(role.as_str(), role)
            .await
            .get("/staff/audit")
            .await;
        let texts = page.page().texts("tbody tr");
        assert_eq!(texts.len(), 3);
        assert!(texts[0].contains("activity-3"), "newest first: {texts:?}");
    }
    for role in [Role::Agent, Role::Supervisor] {
        let page = app
            .staff(role.as_str(), role)
            .await
            .get("/staff/audit")
            .await;
        assert_eq!(page.status, 403);
    }
    assert_eq!(
        app.person("ada").await.get("/staff/audit").await.status,
        403
    );
}

#[actix_web::test]
async fn the_log_is_filtered_and_goes_on_on_further_pages() {
    let app = TestApp::start();
    app.record_events(60).await;
    let auditor = app.staff("ann", Role::Auditor).await;
    let first = auditor.get("/staff/audit").await.page();
    assert_eq!(first.texts("tbody tr").len(), 50);
    let older = first.attributes("a[rel=next]", "href");
    let second = auditor.get(&older[0]).await.page();
    assert_eq!(second.texts("tbody tr").len(), 10);
    assert!(second.texts("tbody tr")[9].contains("activity-1 "));

    let one = auditor.get("/staff/audit?object=activity-7").await.page();
    assert_eq!(one.texts("tbody tr").len(), 1);
    let of_ada = "/staff/audit?action=choice.made&person=pseudonym-of-ada";
    assert_eq!(auditor.get(of_ada).await.texts("tbody tr").len(), 50);
    let none = auditor.get("/staff/audit?person=nobody").await.page();
    assert!(none.text().contains("No entry fits these filters."));
}

#[actix_web::test]
async fn the_page_says_what_the_nightly_look_found() {
    let app = TestApp::start();
    let auditor = app.staff("ann", Role::Auditor).await;
    let before = auditor.get("/staff/audit").await.page();
    assert!(before.text().contains("has not been checked yet"));

    app.record_events(2).await;
    app.nightly_look().await;
    let whole = auditor.get("/staff/audit").await.text();
    assert!(whole.contains("The log is whole"), "{whole}");
    assert!(whole.contains("All 2 entries were checked"), "{whole}");

    app.tamper("DELETE FROM events WHERE position = 1").await;
    app.nightly_look().await;
    let broken = auditor.get("/staff/audit").await.text();
    assert!(broken.contains("position 1 is missing"), "{broken}");
}
