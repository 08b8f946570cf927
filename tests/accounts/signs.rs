//! An account that looks abused is checked first.

use candor::accounts::model::Role;
use candor::db::AnyConnection;
use candor::db::schema::{request_flags, sessions};
use candor::requests::flags::FlagKind;
use candor::requests::life::By;
use candor::requests::model::{Outcome, Request};
use candor::requests::{decisions, flags, queries, review};
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::{Actor, TestApp};

const EXPORT: &str = "/data/export";

/// Somebody guesses at so many codes for Ada until each is spent.
async fn guess(app: &TestApp, codes: usize) {
    for _ in 0..codes {
        let visitor = app.visitor();
        let page = visitor.get("/sign-in").await.page();
        let email = [("email", "ada@example.org")];
        visitor.submit(&page, "/sign-in", &email).await.location();
        let page = visitor.get("/sign-in/code").await.page();
        let right = app.mailed_code("ada@example.org");
        let wrong = if right == "000000" {
            "000001"
        } else {
            "000000"
        };
        for _ in 0..5 {
            let guess = [("code", wrong)];
            let refused = visitor.submit(&page, "/sign-in/code", &guess).await;
            assert_eq!(refused.status, 422);
        }
    }
}

async fn confirm(app: &TestApp, ada: &Actor) {
    let page = ada.get("/step-up").await.page();
    let code = app.mailed_code("ada@example.org");
    let code = [("code", code.as_str())];
    ada.submit(&page, "/step-up", &code).await.location();
}

/// Files an access request; the request as it is then.
async fn file(app: &TestApp, ada: &Actor) -> Request {
    let question = [("question", "Who called me in March?")];
    let filed = ada.post("/requests/new/access", &question).await;
    let reference = filed.location().split('/').nth(2).unwrap().to_owned();
    let found = app
        .app
        .db
        .read_now(move |conn| Ok(queries::find_by_reference(conn, &reference)?));
    found.unwrap()
}

fn is_flagged(app: &TestApp, request: &Request) -> bool {
    let id = request.id;
    let count = app.app.db.read_now(move |conn| {
        let flags = request_flags::table
            .filter(request_flags::request_id.eq(id))
            .filter(request_flags::kind.eq(FlagKind::Abused.as_str()));
        Ok(flags.count().get_result::<i64>(conn)?)
    });
    count.unwrap() == 1
}

/// Rule: I6, 11 CCR 7061(b).
#[actix_web::test]
async fn after_codes_were_guessed_at_a_new_confirmation_is_needed_and_staff_look_first() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    guess(&app, 1).await;
    assert_eq!(
        ada.post(EXPORT, &[]).await.location(),
        EXPORT,
        "one is a slip"
    );
    guess(&app, 1).await;
    let stopped = ada.post(EXPORT, &[]).await;
    assert!(stopped.location().starts_with("/step-up"));
    app.app.clock.advance(TimeDelta::seconds(1));
    confirm(&app, &ada).await;
    assert_eq!(ada.post(EXPORT, &[]).await.location(), EXPORT);

    let request = file(&app, &ada).await;
    assert!(is_flagged(&app, &request));
    let sam = app.staff("sam", Role::Agent).await;
    let path = format!("/staff/requests/{}", request.reference);
    assert!(
        sam.get(&path)
            .await
            .text()
            .contains("may be in other hands")
    );
    assert!(grant(&app, &request).await.is_err(), "not before a look");
    set_aside(&app, &request).await;
    assert!(grant(&app, &request).await.is_ok());
    app.app.clock.advance(TimeDelta::hours(25));
    let later = file(&app, &ada).await;
    assert!(!is_flagged(&app, &later), "a day later it is over");
}

/// Rule: I6, 11 CCR 7061(b).
#[actix_web::test]
async fn sign_ins_on_many_devices_within_a_day_are_a_sign_too() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let more = ["Firefox on Linux", "Safari on iOS", "Edge on Windows"];
    for device in more {
        app.sign_in_by_mail(&app.visitor(), "ada@example.org").await;
        let named = move |conn: &mut AnyConnection| {
            let newest = sessions::table.select(diesel::dsl::max(sessions::id));
            let id: Option<i64> = newest.first(conn)?;
            let row = sessions::table.filter(sessions::id.eq(id.unwrap()));
            Ok(diesel::update(row)
                .set(sessions::device.eq(device))
                .execute(conn)?)
        };
        app.app.db.write(named).await.unwrap();
    }
    let stopped = ada.post(EXPORT, &[]).await;
    assert!(stopped.location().starts_with("/step-up"));
    assert!(is_flagged(&app, &file(&app, &ada).await));
}

#[actix_web::test]
async fn guesses_at_somebody_elses_codes_mean_nothing_for_others() {
    let app = TestApp::start();
    app.person("ada").await;
    let eve = app.person("eve").await;
    guess(&app, 2).await;
    assert_eq!(eve.post(EXPORT, &[]).await.location(), EXPORT);
    assert!(!is_flagged(&app, &file(&app, &eve).await));
}

async fn grant(app: &TestApp, request: &Request) -> candor::error::AppResult<()> {
    let (own, id) = (app.app.clone(), request.id);
    let granted = app.app.db.write(move |conn| {
        let by = By::system(&own);
        let request = queries::find(conn, id)?;
        let request = review::begin(conn, &request, &by)?;
        let approved = (Outcome::Approved, decisions::Because::default());
        decisions::decide(conn, &request, approved, &by).map(drop)
    });
    granted.await
}

async fn set_aside(app: &TestApp, request: &Request) {
    let (own, id) = (app.app.clone(), request.id);
    let judged = app.app.db.write(move |conn| {
        let by = By::system(&own);
        let request = queries::find(conn, id)?;
        let flag: i64 = request_flags::table
            .filter(request_flags::request_id.eq(id))
            .select(request_flags::id)
            .first(conn)?;
        let why = (flags::Judgement::SetAside, "She called us herself.");
        flags::judge(conn, &request, flag, why, &by)
    });
    judged.await.unwrap();
}
