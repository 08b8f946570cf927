use candor::accounts::model::Role;
use candor::disclosures::model::NoticeState;
use chrono::TimeDelta;

use super::{NOTHING, all_notices, state_of};
use crate::support::TestApp;

/// Ada opts out of analytics, of which one recipient is told by mail; gives the path in that mail.
pub(super) async fn told(app: &TestApp) -> String {
    let ada = app.person("ada").await;
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    app.run_jobs().await;
    let mail = app.mails_to("privacy@figurewise.example.com").remove(0);
    let start = mail.text.find("/notices/").unwrap();
    mail.text[start..].lines().next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_recipient_confirms_by_the_link_in_its_mail_with_one_click_and_once() {
    let app = TestApp::start();
    let path = told(&app).await;
    let visitor = app.visitor();
    let page = visitor.get(&path).await.page();
    assert!(
        !page.text().contains("ada@example.org"),
        "the page names nobody"
    );
    assert_eq!(
        state_of(&app, "figurewise"),
        NoticeState::Sent,
        "looking is not answering"
    );
    let done = visitor.submit(&page, &path, &[("answer", "done")]).await;
    let page = visitor.get(done.location()).await.page();
    assert!(page.text().contains("We have noted: Confirmed."));
    let again = visitor.post(&path, &[("answer", "done")]).await;
    assert_eq!(again.location(), path, "a second click is no error");
    let other = [("answer", "refused"), ("reason", "We cannot.")];
    assert_eq!(visitor.post(&path, &other).await.status, 409);
    assert_eq!(visitor.get("/notices/unknown").await.status, 404);
}

#[actix_web::test]
async fn a_recipient_that_refuses_says_why_and_staff_and_person_see_it() {
    let app = TestApp::start();
    let path = told(&app).await;
    let visitor = app.visitor();
    let empty = visitor.post(&path, &[("answer", "refused")]).await;
    empty.refuses("reason", "Say why you cannot do it.");
    let refused = [
        ("answer", "refused"),
        ("reason", "We do not know this person."),
    ];
    visitor.post(&path, &refused).await;
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/notices?state=refused").await.page();
    assert!(page.text().contains("We do not know this person."));
    let ada = app.visitor();
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    let page = ada.get("/disclosures").await.page();
    assert!(page.text().contains("Refused"));
    assert!(!page.text().contains("We do not know this person."));

    let page = visitor.get(&path).await.page();
    visitor.submit(&page, &path, &[("answer", "done")]).await;
    assert_eq!(
        state_of(&app, "figurewise"),
        NoticeState::Acknowledged,
        "it is done after all"
    );
    assert_eq!(visitor.post(&path, &refused).await.status, 409);
}

#[actix_web::test]
async fn silence_comes_up_for_staff_when_the_day_has_passed() {
    let app = TestApp::start();
    told(&app).await;
    let sam = app.staff("sam", Role::Supervisor).await;
    let before = sam.get("/staff/notices").await.page();
    assert!(before.text().contains("No notice stands so."));
    app.app.clock.advance(TimeDelta::days(22));
    let kim = app.staff("kim", Role::Agent).await;
    let page = kim.get("/staff/notices").await.page();
    assert_eq!(page.texts("td[data-label=Recipient]"), ["Figurewise"]);
    let confirm = page
        .attributes("main form[action$=confirm]", "action")
        .remove(0);
    kim.submit(&page, &confirm, &NOTHING).await;
    assert_eq!(state_of(&app, "figurewise"), NoticeState::Acknowledged);
    let auditor = app.staff("olga", Role::Auditor).await;
    let page = auditor
        .get("/staff/notices?state=acknowledged")
        .await
        .page();
    assert!(page.texts("main form").is_empty());
}

#[actix_web::test]
async fn a_recipient_without_a_contact_is_told_by_staff() {
    let app = TestApp::start_declaring(|register| {
        for recipient in &mut register.recipients {
            recipient.contact = None;
        }
    });
    let ada = app.person("ada").await;
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    app.run_jobs().await;
    let notice = all_notices(&app).remove(0);
    assert_eq!(notice.state, NoticeState::Waiting);
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/notices?state=waiting").await.page();
    assert_eq!(page.texts("td[data-label=How]"), ["By you"]);
}
