//! What one can spend of another's limits: nothing.

use candor::db::schema::sessions;
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::{Actor, Answer, TestApp};

const ADA: &str = "ada@example.org";

async fn ask(actor: &Actor) -> Answer {
    actor.post("/sign-in", &[("email", ADA)]).await
}

async fn give(actor: &Actor, code: &str) -> Answer {
    actor.post("/sign-in/code", &[("code", code)]).await
}

fn count_sessions(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(sessions::table.count().get_result(conn)?));
    count.unwrap()
}

#[actix_web::test]
async fn nobody_can_lock_an_address_out_from_another_network() {
    let app = TestApp::start();
    for _ in 0..5 {
        let stranger = app.visitor().in_network([127, 0, 0, 2]);
        ask(&stranger).await.location();
        assert_eq!(give(&stranger, "not a code").await.status, 422);
    }
    let stranger = app.visitor().in_network([127, 0, 0, 2]);
    assert_eq!(ask(&stranger).await.status, 429);

    let ada = app.visitor();
    ask(&ada).await.location();
    let code = app.mailed_code(ADA);
    assert_eq!(give(&ada, &code).await.location(), "/data");
}

#[actix_web::test]
async fn visitors_cannot_spend_what_a_signed_in_person_confirms_with() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    for _ in 0..5 {
        ask(&app.visitor()).await.location();
    }
    assert_eq!(ask(&app.visitor()).await.status, 429);
    app.app.clock.advance(TimeDelta::minutes(11));

    let page = ada.get("/step-up").await.page();
    let mails = app.mails_to("ada");
    assert_eq!(mails.len(), 6);
    let code = app.mailed_code(ADA);
    let confirmed = ada.submit(&page, "/step-up", &[("code", &code)]).await;
    confirmed.location();
}

#[actix_web::test]
async fn tries_without_a_live_code_do_not_count_as_guesses() {
    let app = TestApp::start();
    let ada = app.visitor();
    ask(&ada).await.location();
    for _ in 0..30 {
        assert_eq!(give(&ada, "not a code").await.status, 422);
    }
    ask(&ada).await.location();
    let code = app.mailed_code(ADA);
    assert_eq!(give(&ada, &code).await.location(), "/data");
}

#[actix_web::test]
async fn who_signs_in_has_the_whole_budget_again() {
    let app = TestApp::start();
    for _ in 0..4 {
        for _ in 0..5 {
            ask(&app.visitor()).await.location();
        }
        app.app.clock.advance(TimeDelta::minutes(15));
    }
    let ada = app.visitor();
    ask(&ada).await.location();
    let code = app.mailed_code(ADA);
    give(&ada, &code).await.location();
    for _ in 0..2 {
        for _ in 0..5 {
            ask(&app.visitor()).await.location();
        }
        app.app.clock.advance(TimeDelta::minutes(15));
    }
    assert_eq!(
        ask(&app.visitor()).await.status,
        303,
        "the day's count, too"
    );
}

#[actix_web::test]
async fn whoever_is_stopped_by_a_limit_leaves_no_session_behind() {
    let app = TestApp::start();
    for _ in 0..5 {
        ask(&app.visitor()).await.location();
    }
    let before = count_sessions(&app);
    for _ in 0..3 {
        assert_eq!(ask(&app.visitor()).await.status, 429);
    }
    assert_eq!(count_sessions(&app), before);
}
