//! Corrections that come in words: staff say which value is to become what.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use candor::requests::model::State;

use super::entered::{enter, newest};
use super::find;
use crate::support::{Actor, TestApp};

/// A letter that says that a value is wrong, of somebody whom staff know by then: the address of its page.
async fn letter(app: &TestApp, sam: &Actor, field: &str) -> String {
    let wrong = [
        ("wants", "correction"),
        ("field", field),
        ("email", SAMPLES[0].email),
        ("note", "I live in Port Ellery."),
    ];
    enter(sam, &wrong).await.location();
    let url = format!("/staff/requests/{}", newest(app).reference);
    let page = sam.get(&url).await.page();
    let known = [("identity", "verified"), ("vouched", "She called.")];
    sam.submit(&page, &format!("{url}/identity"), &known)
        .await
        .location();
    url
}

fn city(app: &TestApp) -> Option<String> {
    let sql = "SELECT city FROM contact_details JOIN accounts ON accounts.id = account_id WHERE email = ?";
    let source = app.source.connect();
    source
        .query_row(sql, [SAMPLES[0].email], |row| row.get(0))
        .unwrap()
}

/// Rule: R1, R2, 11 CCR 7023.
#[actix_web::test]
async fn a_correction_by_letter_changes_nothing_before_somebody_says_what_is_right() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let url = letter(&app, &sam, "people/contact_details/city").await;
    let before = city(&app).unwrap();
    let page = sam.get(&url).await.page();
    assert!(
        page.texts(".compare-values").is_empty(),
        "nobody has said it"
    );
    let words = [("outcome", "approved"), ("reason", "You are right.")];
    let early = sam.submit(&page, &format!("{url}/decide"), &words).await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("which value is to become what"));
    app.run_jobs().await;
    assert_eq!(city(&app).unwrap(), before);

    let records = sam
        .get(&format!("{url}/data/people/contact_details"))
        .await
        .page();
    let links = records.attributes("article dd a", "href").into_iter();
    let is_it = |it: &String| it.contains("/corrections/new") && it.ends_with("field=city");
    let form = links.into_iter().find(is_it).unwrap();
    let page = sam.get(&form).await.page();
    assert!(page.text().contains(&before), "{}", page.text());
    let nothing = sam.submit(&page, &form, &[("value", " ")]).await;
    nothing.refuses("value", "Type the value that is right.");
    for value in ["Elsewhere", "Port Ellery"] {
        let named = sam.submit(&page, &form, &[("value", value)]).await;
        assert_eq!(named.location(), url);
    }
    let page = sam.get(&url).await.page();
    let values = page.texts(".compare-values dd");
    assert_eq!(
        values,
        [before.as_str(), "Port Ellery"],
        "the last word counts"
    );
    let name = page.attributes("input[type=radio]", "name").remove(0);
    let accepted = [(name.as_str(), "accepted")];
    sam.submit(&page, &format!("{url}/decide"), &accepted)
        .await
        .location();
    app.run_jobs().await;
    assert_eq!(city(&app).as_deref(), Some("Port Ellery"));
    let reference = url.rsplit('/').next().unwrap();
    assert_eq!(find(&app, reference).state, State::Completed);
}

#[actix_web::test]
async fn what_a_person_asked_for_row_by_row_is_not_named_by_staff() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let path = super::correction_of(&app, "maya.okafor", "people.contact_details", "city");
    let form = reqwest::multipart::Form::new().text("value", "Port Ellery");
    let filed = super::reference_of(&maya.post_multipart(&path, form).await);
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{filed}/corrections/new");
    let form = path.replace("/requests/new/correction", &url);
    assert_eq!(sam.get(&form).await.status, 404);
    assert_eq!(sam.post(&form, &[("value", "Elsewhere")]).await.status, 404);
}
