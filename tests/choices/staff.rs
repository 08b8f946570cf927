use candor::accounts::model::Role;
use candor::choices::MadeBy;

use super::all_changes;
use crate::support::TestApp;

/// Rule: I4, §7060(b).
#[actix_web::test]
async fn staff_opt_somebody_out_on_their_word_with_a_mail_and_no_questions() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let queue = sam.get("/staff/requests").await.page();
    assert_eq!(
        queue
            .attributes("main a[href='/staff/opt-outs/new']", "href")
            .len(),
        1
    );
    let page = sam.get("/staff/opt-outs/new").await.page();
    assert_eq!(page.attributes("main input[type=email]", "name"), ["email"]);
    for (address, what) in [
        ("Ada@example.org", "both"),
        ("nora@example.org", "sale-or-sharing"),
    ] {
        let typed = [("email", address), ("what", what)];
        let done = sam.submit(&page, "/staff/opt-outs/new", &typed).await;
        assert_eq!(done.location(), "/staff/opt-outs/new");
    }
    let changes = all_changes(&app);
    assert_eq!(changes.len(), 3);
    assert!(changes.iter().all(|it| it.made_by == MadeBy::Staff));
    assert!(changes[2].subject.starts_with("email:"));
    let page = ada.get("/choices").await;
    assert!(page.text().contains("by our staff, as you asked"));
    assert_eq!(
        (app.mails_to("ada").len(), app.mails_to("nora").len()),
        (1, 1)
    );
}

#[actix_web::test]
async fn a_mistyped_address_or_nothing_chosen_comes_back_with_a_sentence() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Supervisor).await;
    let answer = sam
        .post(
            "/staff/opt-outs/new",
            &[("email", "ada@"), ("what", "both")],
        )
        .await;
    answer.refuses("email", "Enter an e-mail address");
    let answer = sam
        .post(
            "/staff/opt-outs/new",
            &[("email", "ada@example.org"), ("what", "")],
        )
        .await;
    answer.refuses("what", "Choose what they opt out of.");
    assert!(all_changes(&app).is_empty());
}
