//! What becomes of a request whose link nobody has followed.

use candor::accounts::model::Role;

use super::without_account::{ADDRESS, link, only_request, send};
use crate::support::TestApp;

#[actix_web::test]
async fn mails_lead_to_a_page_that_who_has_not_followed_the_link_can_open() {
    let app = TestApp::start();
    send(&app, "deletion", ADDRESS, "").await;
    let followed = link(&app, ADDRESS);
    let (reference, visitor) = (only_request(&app).0.reference, app.visitor());
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let message = [("body", "Are you there?"), ("ask", "")];
    sam.submit(&page, &format!("{url}/message"), &message)
        .await
        .location();
    app.app.clock.advance(chrono::TimeDelta::days(46));
    let now = app.app.clock.now();
    let watch =
        move |conn: &mut _| candor::jobs::enqueue(conn, &candor::jobs::Job::WatchDates, now);
    app.app.db.write(watch).await.unwrap();
    app.run_jobs().await;
    for kind in ["request_message", "request_late"] {
        let mails = app.mails_to(ADDRESS);
        let mail = mails.iter().find(|it| it.kind == kind).unwrap();
        assert!(mail.text.contains(&followed), "{}", mail.text);
    }
    visitor.get(&followed).await.page();
    let page = visitor.get(&followed).await.page();
    visitor
        .submit(&page, &followed, &[("answer", "mine")])
        .await
        .location();
    let page = sam.get(&url).await.page();
    sam.submit(&page, &format!("{url}/message"), &message)
        .await
        .location();
    let mail = app.mails_to(ADDRESS).pop().unwrap();
    assert!(
        mail.text.contains(&format!("/requests/{reference}")),
        "{}",
        mail.text
    );
}
