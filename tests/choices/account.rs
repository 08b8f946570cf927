use candor::choices::{self, MadeBy, State};
use candor::db::schema::{choices as rows, people};
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::{all_changes, count_receipts, events_of_choices};
use crate::support::{Answer, TestApp};

const OFF: [(&str, &str); 0] = [];
const CONFIRMED: [(&str, &str); 1] = [("confirmed", "yes")];

fn state_of(page: &Answer, key: &str) -> Vec<String> {
    page.texts(&format!("#{key} .tag"))
}

#[actix_web::test]
async fn one_click_opts_out_and_leaves_state_event_receipt_and_mail() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/choices").await.page();
    assert_eq!(state_of(&page, "sale-or-sharing"), ["On"]);

    let done = ada
        .submit(&page, "/choices/sale-or-sharing/opt-out", &OFF)
        .await;
    let page = ada.get(done.location()).await.page();

    assert_eq!(state_of(&page, "sale-or-sharing"), ["Off"]);
    assert!(page.texts("[role=status]")[0].contains("is now off"));
    assert!(
        page.text()
            .contains("Off since 9 February 2026, 02:00 PST, by you.")
    );
    let changes = all_changes(&app);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].state, State::OptedOut);
    assert_eq!(changes[0].made_by, MadeBy::Person);
    assert_eq!(count_receipts(&app), 1);
    assert_eq!(events_of_choices(&app).len(), 1);
    let mails = app.mails_to("ada");
    assert_eq!(mails.len(), 1);
    assert_eq!(
        mails[0].subject,
        "ProJobSector: Opted out of sale and sharing"
    );
    let receipt = changes[0].receipt_id.as_deref().unwrap();
    assert!(mails[0].text.contains(receipt) && mails[0].html.contains(receipt));
}

#[actix_web::test]
async fn opting_out_twice_changes_nothing_and_says_so() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/analytics/opt-out", &OFF).await;
    let again = ada.post("/choices/analytics/opt-out", &OFF).await;
    let page = ada.get(again.location()).await;
    assert!(page.texts("[role=status]")[0].contains("was off already. Nothing was changed."));
    assert_eq!(all_changes(&app).len(), 1);
    assert_eq!(count_receipts(&app), 1);
    assert_eq!(app.mails_to("ada").len(), 1);
}

#[actix_web::test]
async fn two_clicks_at_once_count_as_one() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let click = || ada.post("/choices/analytics/opt-out", &OFF);
    let (one, two, three, four) = tokio::join!(click(), click(), click(), click());
    let answers = [one, two, three, four];
    let changed = answers
        .iter()
        .filter(|it| it.location() == "/choices?changed=analytics");
    assert_eq!(changed.count(), 1);
    assert_eq!(all_changes(&app).len(), 1);
    assert_eq!(count_receipts(&app), 1);
    assert_eq!(events_of_choices(&app).len(), 1);
    assert_eq!(app.mails_to("ada").len(), 1);
}

/// Rule: U1, 11 CCR 7004; O5, 11 CCR 7026(h).
#[actix_web::test]
async fn everything_is_refused_in_one_step_with_one_mail() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/choices").await;
    let buttons = page.texts("main form button");
    assert_eq!(buttons[0], "Opt out of everything I can refuse");
    let done = ada.submit(&page, "/choices/opt-out", &OFF).await;
    let page = ada.get(done.location()).await.page();
    assert!(page.texts(".choice-head .tag").iter().all(|it| it == "Off"));
    assert_eq!(app.mails_to("ada").len(), 1);
    assert_eq!(count_receipts(&app), 1);
    let refused = all_changes(&app).len();
    assert_eq!(refused, choices::refusables(&app.app.register).len());
    assert!(
        app.mails_to("ada")[0]
            .text
            .contains("Use of sensitive data limited")
    );
}

#[actix_web::test]
async fn sale_and_sensitive_data_come_first_and_what_is_needed_has_no_switch() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/choices").await;
    let keys = page.attributes("section.card:has(.choice-head)", "id");
    assert_eq!(keys[..2], ["sale-or-sharing", "limit-sensitive"]);
    let needed = page.texts("section[aria-labelledby=payment-title]");
    assert!(needed[0].contains("The contract between you and us for the premium plan"));
    assert!(needed[0].contains("Without it: The premium plan ends."));
    let forms = page.texts("section[aria-labelledby=payment-title] form");
    assert!(forms.is_empty());
    assert_eq!(ada.post("/choices/payment/opt-out", &OFF).await.status, 404);
}

/// Rule: O4, 11 CCR 7028(a); U1, 11 CCR 7004.
#[actix_web::test]
async fn allowing_sale_again_takes_a_request_and_a_confirmation_with_equal_buttons() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &OFF).await;
    let page = ada.get("/choices").await;
    let request = page.attributes("#sale-or-sharing form", "action");
    assert_eq!(request, ["/choices/sale-or-sharing/opt-in"]);
    assert_eq!(page.attributes("#sale-or-sharing form", "method"), ["get"]);

    let skipped = ada.post("/choices/sale-or-sharing/opt-in", &OFF).await;
    assert_eq!(skipped.location(), "/choices/sale-or-sharing/opt-in");
    assert_eq!(
        all_changes(&app).len(),
        1,
        "a request alone changes nothing"
    );

    let confirm = ada.get("/choices/sale-or-sharing/opt-in").await.page();
    assert!(!confirm.text().contains("You agreed to it"));
    let answers = confirm.attributes("main .actions :is(button, a)", "class");
    assert_eq!(answers, ["secondary", "button secondary"]);
    let done = ada
        .submit(&confirm, "/choices/sale-or-sharing/opt-in", &OFF)
        .await;
    let page = ada.get(done.location()).await;
    assert_eq!(state_of(&page, "sale-or-sharing"), ["On"]);
    assert_eq!(app.mails_to("ada").len(), 2);
}

/// Rule: C8, Civ. 1798.135(c)(4).
#[actix_web::test]
async fn an_opt_out_keeps_us_from_asking_again_for_twelve_months() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/limit-sensitive/opt-out", &OFF).await;
    let change = all_changes(&app).remove(0);
    assert_eq!(change.no_solicit_until, NaiveDate::from_ymd_opt(2027, 2, 9));
    let promise = "We will not ask you to turn it on before 9 February 2027.";
    assert!(ada.get("/choices").await.text().contains(promise));
    app.app.clock.advance(TimeDelta::days(365));
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    assert!(!ada.get("/choices").await.text().contains("We will not ask"));
    ada.post("/choices/limit-sensitive/opt-in", &CONFIRMED)
        .await;
    assert_eq!(all_changes(&app)[1].no_solicit_until, None);
}

/// Rule: O4, 11 CCR 7028(a).
#[actix_web::test]
async fn whatever_was_refused_takes_two_steps_to_turn_on_again() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/analytics/opt-out", &OFF).await;
    let page = ada.get("/choices").await;
    assert_eq!(page.attributes("#analytics form", "method"), ["get"]);
    let skipped = ada.post("/choices/analytics/opt-in", &OFF).await;
    assert_eq!(skipped.location(), "/choices/analytics/opt-in");
    let confirm = ada.get(skipped.location()).await.page();
    let done = ada
        .submit(&confirm, "/choices/analytics/opt-in", &OFF)
        .await;
    assert_eq!(done.location(), "/choices?changed=analytics");
}

#[actix_web::test]
async fn what_needs_consent_is_off_at_first_where_the_law_asks_for_it_first() {
    let app = TestApp::start();
    let (ada, max) = (app.person("ada").await, app.person_in("max", "de").await);
    let (here, there) = (ada.get("/choices").await, max.get("/choices").await);
    assert_eq!(state_of(&here, "marketing"), ["On"]);
    assert_eq!(state_of(&there, "marketing"), ["Off"]);
    assert_eq!(state_of(&there, "analytics"), ["On"]);
    let done = max.submit(&there, "/choices/marketing/opt-in", &OFF).await;
    assert_eq!(done.location(), "/choices?changed=marketing");
}

#[actix_web::test]
async fn other_slices_learn_that_an_activity_is_off_also_through_what_covers_it() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let is_off = |key: &str| {
        let (own, key) = (app.app.clone(), key.to_owned());
        app.app
            .db
            .read_now(move |conn| {
                let id = people::table.select(people::id).first(conn)?;
                let activity = own.register.activity(&key).unwrap();
                Ok(choices::is_opted_out(conn, &own, id, activity)?)
            })
            .unwrap()
    };
    assert!(!is_off("sensitive-use") && !is_off("analytics"));
    ada.post("/choices/limit-sensitive/opt-out", &OFF).await;
    ada.post("/choices/analytics/opt-out", &OFF).await;
    assert!(is_off("sensitive-use") && is_off("equal-opportunity-reporting"));
    assert!(is_off("analytics") && !is_off("sale-or-sharing"));
}

#[actix_web::test]
async fn the_history_is_paged_and_can_be_taken_along() {
    let app = TestApp::start();
    let (ada, eve) = (app.person("ada").await, app.person("eve").await);
    assert!(
        ada.get("/choices/history")
            .await
            .text()
            .contains("No choices yet")
    );
    for _ in 0..15 {
        ada.post("/choices/analytics/opt-out", &OFF).await;
        ada.post("/choices/analytics/opt-in", &CONFIRMED).await;
    }
    let first = ada.get("/choices/history").await.page();
    assert_eq!(first.texts("tbody tr").len(), 25);
    let older = first.attributes("a[rel=next]", "href");
    assert_eq!(ada.get(&older[0]).await.texts("tbody tr").len(), 5);
    let json: serde_json::Value =
        serde_json::from_slice(&ada.get("/choices/history.json").await.body).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 30);
    assert_eq!(json[0]["state"], "opted-in");
    let csv = ada.get("/choices/history.csv").await;
    assert_eq!(csv.html().lines().count(), 31);
    assert!(
        eve.get("/choices/history")
            .await
            .texts("tbody tr")
            .is_empty()
    );
}

#[actix_web::test]
async fn nobody_can_rewrite_a_choice() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/analytics/opt-out", &OFF).await;
    let rewritten = app.app.db.write(|conn| {
        Ok(diesel::update(rows::table)
            .set(rows::state.eq("opted-in"))
            .execute(conn)?)
    });
    assert!(rewritten.await.is_err());
}

#[actix_web::test]
async fn an_address_alone_claims_nothing() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let silent = async |address: &str| {
        let text = ada.get(address).await.page().text();
        for claim in [
            "is now o",
            "Nothing was changed",
            "goes on after you are 16",
        ] {
            assert!(!text.contains(claim), "{address}: {claim}");
        }
    };
    for address in [
        "/choices?changed=sale-or-sharing",
        "/choices?changed=everything",
        "/choices?unchanged=analytics",
        "/choices?age=under",
        "/choices?age=other",
    ] {
        silent(address).await;
    }
    let done = ada.post("/choices/analytics/opt-out", &OFF).await;
    assert!(ada.get(done.location()).await.text().contains("is now off"));
    app.app.clock.advance(TimeDelta::minutes(10));
    silent("/choices?changed=analytics").await;
}

/// Each is told to recipients; what turns off never waits.
#[actix_web::test]
async fn turning_on_has_a_limit_and_turning_off_has_none() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let mut statuses = Vec::new();
    for _ in 0..31 {
        ada.post("/choices/analytics/opt-out", &OFF)
            .await
            .location();
        let on = ada.post("/choices/analytics/opt-in", &CONFIRMED).await;
        statuses.push(on.status);
    }
    assert_eq!((statuses[29], statuses[30]), (303, 429));
    ada.post("/choices/opt-out", &OFF).await.location();
}
