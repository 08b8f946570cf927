//! Who is told of what a deletion had to leave, and of a deletion where the law has everybody told.

use candor::accounts::model::Role;
use candor::db::schema::{request_items, requests};
use diesel::prelude::*;

use super::telling::{ask_to_erase_everything, complete};
use super::{NOTHING, all_notices};
use crate::support::{Actor, TestApp};

/// Rule: E3, 11 CCR 7022(f).
#[actix_web::test]
async fn what_a_deletion_had_to_leave_is_told_to_who_works_for_us_and_used_for_nothing_else() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let reference = ask_to_erase_everything(&maya).await;
    let before = maya.get("/choices").await.text();
    assert!(!before.contains("what your deletion had to leave"));
    complete_without_sign_ins(&app, &reference, "EXC_105D2").await;
    let mails = app.mails_to("privacy@northbay-hosting.example.com");
    let told = mails.iter().find(|it| it.text.contains("What had to stay"));
    let told = &told.unwrap().text;
    assert!(told.contains("for nothing else"), "{told}");
    assert!(told.contains("1798.105(d)"), "{told}");
    // Figurewise counts visits: that is no reason for which sign-ins stay.
    let choices = maya.get("/choices").await.text();
    assert!(
        choices.contains("what your deletion had to leave"),
        "{choices}"
    );
    let figures = app.mails_to("privacy@figurewise.example.com");
    assert!(
        figures
            .iter()
            .any(|it| it.text.contains("Stop using this person's data"))
    );
    maya.post("/choices/analytics/opt-in", &[("confirmed", "yes")])
        .await;
    let choices = maya.get("/choices/history").await.text();
    assert!(choices.contains("by you"), "{choices}");
}

/// A deletion is carried out of which staff have refused the sign-ins, on that ground.
async fn complete_without_sign_ins(app: &TestApp, reference: &str, ground: &'static str) {
    complete(app, reference, move |conn, request, _| {
        let sign_ins = request_items::table
            .filter(request_items::request_id.eq(request.id))
            .filter(request_items::collection.eq("login_events"));
        let refused = diesel::update(sign_ins)
            .set((
                request_items::decision.eq("refused"),
                request_items::ground.eq(ground),
            ))
            .execute(conn);
        assert!(refused.unwrap() > 0);
    })
    .await;
}

/// Everything of a person is erased who lives there.
async fn erase_everything(app: &TestApp, residence: &str) -> Actor {
    let maya = app.person_in("maya.okafor", residence).await;
    erase_everything_of(app, &maya).await;
    maya
}

async fn erase_everything_of(app: &TestApp, maya: &Actor) {
    let reference = ask_to_erase_everything(maya).await;
    complete(app, &reference, |conn, request, by| {
        diesel::update(request_items::table)
            .filter(request_items::request_id.eq(request.id))
            .filter(request_items::action.eq("delete"))
            .set(request_items::decision.eq("accepted"))
            .execute(conn)
            .unwrap();
        diesel::update(requests::table.filter(requests::id.eq(request.id)))
            .set(requests::outcome.eq("partly_approved"))
            .execute(conn)
            .unwrap();
        let _ = by;
    })
    .await;
}

fn told(app: &TestApp) -> Vec<String> {
    let all = all_notices(app).into_iter();
    all.map(|it| it.recipient).collect()
}

/// Rule: E1, 11 CCR 7022(b); GDPR Art. 19 has everybody told who got the data.
#[actix_web::test]
async fn employers_are_told_of_a_deletion_where_the_law_has_everybody_told() {
    let app = TestApp::start();
    erase_everything(&app, "us-ca").await;
    let mails = app.mails_to("employers@projobsector.com");
    let is_of_deletion = |it: &str| it.contains("Erase what you got from us");
    assert!(
        !mails.iter().any(|it| is_of_deletion(&it.text)),
        "{mails:?}"
    );
    let app = TestApp::start();
    erase_everything(&app, "de").await;
    assert!(
        told(&app).contains(&"employers".to_owned()),
        "{:?}",
        told(&app)
    );
    let mails = app.mails_to("employers@projobsector.com");
    assert!(mails.iter().any(|it| is_of_deletion(&it.text)), "{mails:?}");
}

/// Who is not told stands in the register with the facts, and the person reads both.
#[actix_web::test]
async fn who_is_not_told_of_a_deletion_is_named_to_the_person_with_the_reason() {
    const REASON: &str = "They took copies on paper, and nobody knows who has them by now.";
    let app = TestApp::start_declaring(|register| {
        let mut all = register.recipients.iter_mut();
        let employers = all.find(|it| it.key == "employers").unwrap();
        employers.not_told = Some(REASON.to_owned());
    });
    let maya = erase_everything(&app, "de").await;
    assert!(!told(&app).contains(&"employers".to_owned()));
    let page = maya.get("/requests").await.page();
    let link = page
        .attributes("main a[href^='/requests/PR-']", "href")
        .remove(0);
    let said = format!("Employers you apply to or who find your profile: {REASON}");
    let shown = maya.get(&link).await.page().text();
    assert!(shown.contains(&said), "{shown}");
    let named = maya.get("/disclosures").await.page().text();
    assert!(named.contains(&said));
    let sam = app.staff("sam", Role::Agent).await;
    let recipients = sam.get("/staff/recipients").await.page().text();
    assert!(recipients.contains(&format!("Not told of corrections and deletions: {REASON}")));
    assert!(recipients.contains("Told of every correction and deletion"));
}

/// Rule: E3, 11 CCR 7022(f); GDPR Art. 5(1)(b): what the page of a plan says holds under every law.
#[actix_web::test]
async fn also_outside_california_what_a_deletion_had_to_leave_is_used_for_nothing_else() {
    let app = TestApp::start();
    let grace = app.person_in("grace.whitfield", "us-mn").await;
    let everything = "/requests/new/deletion/plan?everything=yes";
    let page = grace.get(everything).await.page();
    assert!(
        page.text()
            .contains("Other uses of it that you can refuse are turned off")
    );
    let reference = ask_to_erase_everything(&grace).await;
    complete_without_sign_ins(&app, &reference, "SECURITY").await;
    let choices = grace.get("/choices").await.text();
    assert!(
        choices.contains("what your deletion had to leave"),
        "{choices}"
    );
    let mails = app.mails_to("privacy@northbay-hosting.example.com");
    assert!(mails.iter().any(|it| it.text.contains("What had to stay")));
}

/// Where sale takes consent that nobody gave, no broker has got anything.
#[actix_web::test]
async fn brokers_hear_of_a_deletion_only_where_they_can_have_got_the_data() {
    let broker = super::BRIGHTFIELD.to_owned();
    let app = TestApp::start();
    erase_everything(&app, "de").await;
    assert!(!told(&app).contains(&broker), "{:?}", told(&app));
    let app = TestApp::start();
    erase_everything(&app, "us-ca").await;
    assert!(told(&app).contains(&broker), "{:?}", told(&app));

    // It was on until she refused it, and then she moved.
    let app = TestApp::start();
    let maya = app.person_in("maya.okafor", "us-ca").await;
    let opt_out = "/choices/sale-or-sharing/opt-out";
    maya.post(opt_out, &NOTHING).await.location();
    app.run_jobs().await;
    let before = told(&app).len();
    let account = maya.get("/account").await.page();
    let moved = [("residence", "de")];
    maya.submit(&account, "/account/residence", &moved).await;
    erase_everything_of(&app, &maya).await;
    assert!(told(&app)[before..].contains(&broker), "{:?}", told(&app));
}
