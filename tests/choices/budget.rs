//! Somebody who opts out very often writes no more than so much, and everybody's opt-out holds.

use candor::accounts::limits;
use chrono::TimeDelta;

use super::{all_changes, count_receipts};
use crate::support::TestApp;

/// So many of a network are let through at most before its portal learns that the network has spent its budget: not to learn
/// it by then is less likely than one in ten thousand million.
const MANY: usize = 400;

/// As if about a thousand opt-outs had come from this machine in this hour. Gives what was on record when the portal
/// learned of it.
async fn spend(app: &TestApp) -> (usize, i64) {
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let spent = app.app.db.write(move |conn| {
        for _ in 0..64 {
            let hour = TimeDelta::hours(1);
            let what = "opt-outs without account";
            limits::take(conn, &keys, what, "127.0.0.1", 64, hour, now)?;
        }
        Ok(())
    });
    spent.await.unwrap();
    for _ in 0..MANY {
        let done = app.visitor().post("/do-not-sell", &[]).await;
        if done.location() == "/do-not-sell?kept=yes" {
            return on_record(app);
        }
    }
    panic!("the portal has not learned that the budget is spent");
}

/// How many choices, and how many receipts.
fn on_record(app: &TestApp) -> (usize, i64) {
    (all_changes(app).len(), count_receipts(app))
}

#[actix_web::test]
async fn past_its_budget_a_network_writes_nothing_and_the_browser_has_opted_out_all_the_same() {
    let app = TestApp::start();
    let before = spend(&app).await;
    let visitor = app.visitor();
    let done = visitor.post("/do-not-sell", &[]).await;
    assert_eq!(on_record(&app), before);

    let page = visitor.get(done.location()).await.page();
    assert!(page.text().contains("You have opted out."));
    let stands = page.texts("section[aria-labelledby=state] dd");
    let (out, machines) = stands.split_at(2);
    assert_eq!(out, ["Off. This browser has opted out."; 2]);
    assert_eq!(machines, ["On. You have not chosen yet."]);

    let elsewhere = app.visitor().in_network([127, 0, 0, 2]);
    let done = elsewhere.post("/do-not-sell", &[]).await;
    assert!(done.location().starts_with("/do-not-sell/done/"));
    app.app.clock.advance(TimeDelta::hours(1));
    let done = app.visitor().post("/do-not-sell", &[]).await;
    assert!(done.location().starts_with("/do-not-sell/done/"));
}

#[actix_web::test]
async fn past_it_the_opt_out_of_an_address_is_on_record_once() {
    let app = TestApp::start();
    let (choices, receipts) = spend(&app).await;
    for _ in 0..3 {
        let nora = [("email", "nora@example.org")];
        let done = app.visitor().post("/do-not-sell", &nora).await;
        assert_eq!(done.location(), "/do-not-sell?kept=yes");
    }
    let two_choices_of_one_address = (choices + 2, receipts + 1);
    assert_eq!(on_record(&app), two_choices_of_one_address);
    assert_eq!(app.mails_to("nora").len(), 1);
}

#[actix_web::test]
async fn what_only_a_cookie_says_joins_the_account() {
    let app = TestApp::start();
    spend(&app).await;
    let visitor = app.visitor();
    visitor.post("/do-not-sell", &[]).await.location();
    let entered = app.sign_in_by_mail(&visitor, "ada@example.org").await;
    entered.location();
    let page = visitor.get("/choices").await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
}
