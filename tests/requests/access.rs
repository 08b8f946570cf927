use super::{file_access, find};
use crate::support::TestApp;

#[actix_web::test]
async fn a_request_is_filed_confirmed_by_mail_and_shown_with_its_dates() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let reference = file_access(&ada).await;

    let filed = ada.get(&format!("/requests/{reference}/filed")).await;
    assert_eq!(filed.texts(".reference"), [reference.as_str()]);

    let page = ada.get(&format!("/requests/{reference}")).await.page();
    assert!(page.text().contains("26 March 2026"), "{}", page.text());
    assert!(page.text().contains("California Consumer Privacy Act"));
    assert!(
        page.text()
            .contains("What did your support note about my call?")
    );
    assert_eq!(
        page.texts(".timeline-title"),
        ["We confirmed it by mail", "You filed the request"]
    );

    let mails = app.mails_to("ada");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.contains(&reference));
    assert!(mails[0].text.contains("26 March 2026"));
    assert!(!mails[0].text.contains("support note"));
    assert_eq!(app.events("request.filed", &reference), 1);
    assert_eq!(app.events("request.acknowledged", &reference), 1);
}

#[actix_web::test]
async fn what_the_person_writes_is_sealed_in_the_database() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let request = find(&app, &file_access(&ada).await);
    let note = request.note.unwrap();
    assert!(!String::from_utf8_lossy(&note).contains("support"));
}

#[actix_web::test]
async fn an_empty_question_is_refused_beside_its_field() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/requests/new/access").await;
    let refused = ada
        .submit(&page, "/requests/new/access", &[("question", "")])
        .await;
    refused.refuses("question", "Say what you would like to know");
    assert!(app.mails_to("ada").is_empty());
}

#[actix_web::test]
async fn the_form_first_points_to_what_is_there_at_once() {
    let app = TestApp::start();
    let page = app.person("ada").await.get("/requests/new/access").await;
    let links = page.attributes("main a", "href");
    assert!(links.contains(&"/data".to_owned()));
    assert!(links.contains(&"/data/export".to_owned()));
}

#[actix_web::test]
async fn where_a_person_lives_tells_the_law_and_its_dates() {
    let app = TestApp::start();
    let lena = app.person_in("lena", "de").await;
    let reference = file_access(&lena).await;
    let page = lena.get(&format!("/requests/{reference}")).await.page();
    assert!(page.text().contains("9 March 2026"), "{}", page.text());
    assert!(page.text().contains("General Data Protection Regulation"));
    assert!(app.mails_to("lena")[0].text.contains("9 March 2026"));
}
