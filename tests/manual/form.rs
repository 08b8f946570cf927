//! The form in which people write what they found: it keeps what was typed, whatever happens.

use candor::accounts::model::Role;

use super::{CONTRACT, answer, ask, asked, open_task, send, states, version};
use crate::support::TestApp;

#[actix_web::test]
async fn another_record_is_added_without_losing_what_was_typed() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _, task) = asked(&app).await;
    let typed = [("c0-r0-f0", "C-17"), ("act", "add-c0")];
    let page = answer(&sam, &task, &typed).await.page();
    assert_eq!(page.attributes("#c0-r0-f0", "value"), ["C-17"]);
    assert_eq!(page.attributes("#c0-r1-f0", "value"), [""]);
    assert_eq!(page.attributes("input[name=c0-rows]", "value"), ["2"]);
    let both = [
        ("act", "found"),
        ("c0-rows", "2"),
        ("c0-r0-f0", "C-17"),
        ("c0-r1-f0", "C-18"),
    ];
    answer(&sam, &task, &both).await.location();
    let page = ada.get("/data/paper_archive/contracts").await.page();
    assert_eq!(page.texts("article h3").len(), 2, "{}", page.text());
}

#[actix_web::test]
async fn whoever_takes_a_task_keeps_what_they_have_typed() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    let page = sam.get(&task).await.page();
    let form = page.attributes("button[value=take]", "form").remove(0);
    assert_eq!(page.attributes("main form[enctype]", "id"), [form]);
    let typed = [("c0-r0-f0", "C-17"), ("why", "Maybe"), ("act", "take")];
    let page = answer(&sam, &task, &typed).await.page();
    assert_eq!(page.attributes("#c0-r0-f0", "value"), ["C-17"]);
    assert_eq!(page.texts("#why"), ["Maybe"]);
    assert!(page.text().contains("Leave it to others"), "it is theirs");
}

#[actix_web::test]
async fn an_answer_to_a_task_that_was_taken_meanwhile_is_shown_again_as_typed() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let reference = ask(&ada).await;
    let task = open_task(&sam).await;
    let seen = version(&sam, &task).await;
    answer(&vera, &task, &[("act", "take")]).await.page();
    let late = send(&sam, &task, &seen, CONTRACT).await;
    assert_eq!(late.status, 409);
    assert_eq!(late.attributes("#c0-r0-f3", "value"), ["Ada Countess"]);
    let said = late.texts(".error-summary a[href='#answer']");
    assert!(said[0].contains("taken this task"), "{said:?}");
    let now = late.attributes("#answer input[name=version]", "value");
    send(&sam, &task, &now[0], CONTRACT).await.location();
    assert_eq!(app.events("manual.answered", &reference), 1);
    let late = send(&vera, &task, &now[0], CONTRACT).await;
    assert_eq!(late.status, 409, "it is answered");
}

#[actix_web::test]
async fn what_the_register_does_not_take_is_refused_beside_its_field_and_nothing_is_kept() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    let with = |name: &'static str, value: &'static str| {
        let mut fields = CONTRACT.to_vec();
        fields.retain(|(it, _)| *it != name);
        fields.push((name, value));
        fields
    };
    let refused = answer(&sam, &task, &with("c0-r0-f2", "2 May")).await;
    refused.refuses("c0-r0-f2", "Enter a date");
    assert_eq!(
        refused.attributes("#c0-r0-f3", "value"),
        ["Ada Countess"],
        "it is kept"
    );
    let refused = answer(&sam, &task, &with("c0-r0-f4", "many")).await;
    refused.refuses("c0-r0-f4", "Enter a whole number");
    let refused = answer(&sam, &task, &with("c0-r0-f0", " ")).await;
    refused.refuses("c0-r0-f0", "cannot be left empty");
    let refused = answer(&sam, &task, &[("act", "found")]).await;
    refused.refuses("c0-r0-f0", "Enter what you found");
    let refused = answer(&sam, &task, &[("act", "could-not")]).await;
    refused.refuses("why", "Say why");
    assert_eq!(states(&app), [("open".to_owned(), None)]);
    assert_eq!(super::kept(&app), 0);
}

#[actix_web::test]
async fn a_record_that_is_not_known_to_be_about_the_person_is_refused() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    let mut fields = CONTRACT.to_vec();
    fields[2].1 = "eve@example.org";
    let refused = answer(&sam, &task, &fields).await;
    refused.refuses(
        "c0-r0-f1",
        "Nothing here says that this record is about the person",
    );
    let letter = [
        ("act", "found"),
        ("c1-r0-f0", "C-99"),
        ("c1-r0-f1", "Hello"),
    ];
    let refused = answer(&sam, &task, &letter).await;
    refused.refuses("c1-r0-f0", "no record above leads to it");
    assert_eq!(super::kept(&app), 0);
}
