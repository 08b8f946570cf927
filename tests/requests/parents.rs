//! What a parent asks for, of whom we hold that they are no child.

use candor::accounts::model::Role;

use super::agents::{PDF, send};
use super::without_account::only_request;
use crate::support::TestApp;

/// Rule: N3, §7070.
#[actix_web::test]
async fn a_parent_of_somebody_who_is_no_child_by_what_we_hold_is_put_before_staff() {
    let app = TestApp::start();
    let parent = [("basis", "parent")];
    send(&app, &parent, PDF).await.location();
    let sam = app.staff("sam", Role::Agent).await;
    let reference = only_request(&app).0.reference;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let why = [("identity", "verified"), ("vouched", "The form is signed.")];
    let identity = format!("{url}/identity");
    sam.submit(&page, &identity, &why).await.location();
    let page = sam.get(&url).await.page();
    assert!(
        page.text().contains("The person is no child under 13"),
        "{}",
        page.text()
    );
    let decide = format!("{url}/decide");
    let granted = sam.submit(&page, &decide, &[("rest", "accepted")]).await;
    assert_eq!(granted.status, 409);
    assert!(granted.text().contains("no parent asks for them"));
}
