//! Asking for the data of a certain time, on whichever form.

use candor::accounts::model::Role;
use candor::requests::periods;
use chrono::{NaiveDate, TimeDelta};

use super::agents::{PDF, send};
use super::entered::{enter, newest};
use super::handed_out::{GIVE, grant};
use super::without_account::{ADDRESS, BIRTH, PHONE, held, link, only_request, prove};
use super::{MAYA, find, reference_of};
use crate::support::{Actor, TestApp};

const FROM: (&str, &str) = ("from", "2024-01-01");
const TO: (&str, &str) = ("to", "2025-12-31");

/// What is on record of the newest request.
fn chosen(app: &TestApp) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let id = newest(app).id;
    let found = app
        .app
        .db
        .read_now(move |conn| Ok(periods::find(conn, id)?));
    let dates = found.unwrap();
    (dates.from, dates.to)
}

fn both() -> (Option<NaiveDate>, Option<NaiveDate>) {
    (
        NaiveDate::from_ymd_opt(2024, 1, 1),
        NaiveDate::from_ymd_opt(2025, 12, 31),
    )
}

async fn ask(visitor: &Actor, wants: &str, days: &[(&str, &str)]) -> crate::support::Answer {
    let page = visitor.get("/request").await.page();
    let who = [("wants", wants), ("email", ADDRESS), ("residence", "us-ca")];
    let fields = [&who[..], days].concat();
    visitor.submit(&page, "/request", &fields).await
}

/// Rule: C13, 11 CCR 7020: the form itself offers a range of days, and everything unless somebody chooses.
#[actix_web::test]
async fn a_copy_without_account_is_of_the_time_that_was_chosen() {
    let app = TestApp::start();
    let visitor = app.visitor();
    ask(&visitor, "pieces", &[FROM, TO]).await.location();
    assert_eq!(chosen(&app), both());
    let first = only_request(&app).0.reference;
    ask(&visitor, "pieces", &[]).await.location();
    assert_eq!(chosen(&app), (None, None), "everything is another request");
    assert_ne!(only_request(&app).0.reference, first);
    let second = only_request(&app).0.reference;
    app.app.clock.advance(TimeDelta::minutes(2));
    for days in [&[][..], &[FROM, TO]] {
        ask(&visitor, "pieces", days).await.location();
        let newest = only_request(&app).0.reference;
        assert_eq!(newest, second, "the same is not asked for twice");
    }

    let link = link(&app, ADDRESS);
    let page = visitor.get(&link).await.page();
    let mine = [("answer", "mine")];
    visitor.submit(&page, &link, &mine).await.location();
    let page = visitor.get("/request/mine").await.page();
    let (phone, birth) = (held(&app, "phone"), held(&app, "birth_date"));
    let proof = [
        (PHONE, phone.as_str()),
        (BIRTH, birth.as_str()),
        ("name", "Maya Okafor"),
        ("declares", "true"),
    ];
    prove(&visitor, &page, &proof).await.location();
    let reference = first;
    let (sam, url) = grant(&app, &reference, &GIVE).await;
    let said = "1 January 2024 to 31 December 2025";
    assert!(sam.get(&url).await.text().contains(said));
    let maya = app.person_again(MAYA).await;
    let packages = maya.get("/data/export").await.page();
    assert_eq!(packages.texts(".rows h3"), [said]);
    let page = maya.get(&format!("/requests/{reference}")).await;
    assert!(page.text().contains("of the time that you named"));
}

/// Rule: C13, 11 CCR 7020.
#[actix_web::test]
async fn every_form_for_a_copy_takes_days_and_says_what_is_wrong_with_them() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let turned = [("from", "2025-12-31"), ("to", "2024-01-01")];
    let refused = ask(&visitor, "pieces", &turned).await;
    refused.refuses("to", "before the first day");
    assert!(
        refused.html().contains("2025-12-31"),
        "what was typed is kept"
    );
    let other = ask(&visitor, "deletion", &[FROM]).await;
    other.refuses("from", "for a copy of data alone");

    let sam = app.staff("sam", Role::Agent).await;
    let wants = ("wants", "pieces");
    let letter = enter(&sam, &[wants, ("from", "soon")]).await;
    letter.refuses("from", "such as 2026-01-31");
    enter(&sam, &[wants, FROM, TO]).await.location();
    assert_eq!(chosen(&app), both());

    send(&app, &[wants, FROM, TO], PDF).await.location();
    assert_eq!(chosen(&app), both());

    let ada = app.person("ada").await;
    let path = "/requests/new/access";
    let page = ada.get(path).await.page();
    let question = ("question", "What did support note?");
    let early = [question, ("from", "2030-01-01")];
    let refused = ada.submit(&page, path, &early).await;
    refused.refuses("from", "in the future");
    let filed = ada.submit(&page, path, &[question, FROM, TO]).await;
    let reference = reference_of(&filed);
    assert_eq!(find(&app, &reference).id, newest(&app).id);
    assert_eq!(chosen(&app), both());
    let page = ada.get(&format!("/requests/{reference}")).await;
    assert!(page.text().contains("1 January 2024 to 31 December 2025"));
}
