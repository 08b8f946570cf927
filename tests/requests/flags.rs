//! Repeats, floods and signs of fraud: flagged with a reason, judged by staff, told to the person.

use candor::accounts::model::Role;
use candor::db::schema::{request_items, requests as table};
use candor::requests::flags::{self, FlagKind, Judgement, OpenFlag};
use candor::requests::model::State;
use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use reqwest::multipart::Form;

use super::{MAYA, correction_of, file_access, find, reference_of};
use crate::support::{Actor, TestApp};

/// Makes all requests so far as old as if they had come on that day.
async fn backdate(app: &TestApp, received_on: NaiveDate) {
    let write = move |conn: &mut _| {
        let received = diesel::update(table::table).set(table::received_on.eq(received_on));
        Ok(received.execute(conn)?)
    };
    app.app.db.write(write).await.unwrap();
}

async fn file_correction(app: &TestApp, maya: &Actor) -> String {
    let path = correction_of(app, MAYA, "people.contact_details", "city");
    let form = Form::new().text("value", "Port Ellery");
    reference_of(&maya.post_multipart(&path, form).await)
}

/// As if two of staff had refused everything in it at that time.
async fn deny(app: &TestApp, reference: &str, at: NaiveDateTime) {
    let id = find(app, reference).id;
    let write = move |conn: &mut _| {
        let items = request_items::table.filter(request_items::request_id.eq(id));
        diesel::update(items)
            .set(request_items::decision.eq("refused"))
            .execute(conn)?;
        let request = diesel::update(table::table.filter(table::id.eq(id)));
        let decided = (
            table::state.eq("denied"),
            table::outcome.eq("denied"),
            table::decided_at.eq(at),
            table::closed_at.eq(at),
        );
        Ok(request.set(decided).execute(conn)?)
    };
    app.app.db.write(write).await.unwrap();
}

fn flags_of(app: &TestApp, reference: &str) -> Vec<OpenFlag> {
    let (request, keys) = (find(app, reference), app.app.keys.clone());
    let found = app
        .app
        .db
        .read_now(move |conn| flags::list(conn, &keys, &request));
    found.unwrap()
}

fn kinds(app: &TestApp, reference: &str) -> Vec<FlagKind> {
    flags_of(app, reference)
        .iter()
        .map(|it| it.flag.kind)
        .collect()
}

/// Rule: C12, Civ. 1798.130(b): a hint for staff, and nobody is stopped.
#[actix_web::test]
async fn the_third_request_to_know_in_twelve_months_is_flagged_and_stopped_by_nothing() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let (first, second) = (file_access(&ada).await, file_access(&ada).await);
    assert!(kinds(&app, &first).is_empty() && kinds(&app, &second).is_empty());
    let third = file_access(&ada).await;
    let [flag] = flags_of(&app, &third).try_into().unwrap();
    assert_eq!(flag.flag.kind, FlagKind::Repeat);
    assert!(
        flag.reason.contains("request 3 of this kind")
            && flag.reason.contains("no ground to refuse")
    );
    assert_eq!(find(&app, &third).state, State::Acknowledged);
    backdate(&app, TestApp::start_time().date() - Days::new(366)).await;
    assert!(
        kinds(&app, &file_access(&ada).await).is_empty(),
        "a year later it is the first"
    );
}

/// As if a correction was carried out now.
async fn complete_correction(app: &TestApp, maya: &Actor) {
    let reference = file_correction(app, maya).await;
    let (id, at) = (find(app, &reference).id, app.app.clock.now());
    let write = move |conn: &mut _| {
        let done = (
            table::state.eq("completed"),
            table::outcome.eq("approved"),
            table::decided_at.eq(at),
            table::closed_at.eq(at),
        );
        let request = diesel::update(table::table.filter(table::id.eq(id)));
        Ok(request.set(done).execute(conn)?)
    };
    app.app.db.write(write).await.unwrap();
    app.app.clock.advance(TimeDelta::minutes(1));
}

/// Rule: R6, 11 CCR 7023.
#[actix_web::test]
async fn whoever_looks_whether_a_correction_was_made_asks_for_nothing_that_counts() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    for _ in 0..2 {
        file_access(&maya).await;
    }
    complete_correction(&app, &maya).await;
    let check = file_access(&maya).await;
    assert!(kinds(&app, &check).is_empty());
    let third = file_access(&maya).await;
    let [flag] = flags_of(&app, &third).try_into().unwrap();
    assert!(
        flag.reason.contains("request 3 of this kind"),
        "{}",
        flag.reason
    );
}

#[actix_web::test]
async fn what_was_taken_back_does_not_count_and_many_in_a_month_are_looked_at_together() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    for _ in 0..3 {
        let reference = file_access(&ada).await;
        ada.post(&format!("/requests/{reference}/withdraw"), &[])
            .await
            .location();
    }
    let mut last = String::new();
    for _ in 0..5 {
        last = file_access(&ada).await;
    }
    assert_eq!(kinds(&app, &last), [FlagKind::Repeat]);
    last = file_access(&ada).await;
    assert_eq!(kinds(&app, &last), [FlagKind::Repeat, FlagKind::Flood]);
}

/// Rule: C11, 11 CCR 7023(g).
#[actix_web::test]
async fn the_same_correction_denied_in_the_last_six_months_is_flagged() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let first = file_correction(&app, &maya).await;
    deny(&app, &first, TestApp::start_time()).await;
    let again = file_correction(&app, &maya).await;
    let [flag] = flags_of(&app, &again).try_into().unwrap();
    assert_eq!(flag.flag.kind, FlagKind::SameCorrection);
    assert!(flag.reason.contains(&first), "{}", flag.reason);
    maya.post(&format!("/requests/{again}/withdraw"), &[])
        .await
        .location();
    deny(&app, &first, TestApp::start_time() - TimeDelta::days(185)).await;
    assert!(kinds(&app, &file_correction(&app, &maya).await).is_empty());
}

/// Rule: F1, Civ. 1798.145(h)(3): the reason is documented, decided by staff and told to the person.
#[actix_web::test]
async fn staff_judge_a_flag_and_the_person_is_told_the_reason_and_can_answer() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let reference = file_access(&ada).await;
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{reference}");
    let flags_url = format!("{url}/flags");
    let page = sam.get(&url).await.page();
    let unfounded = sam
        .submit(
            &page,
            &flags_url,
            &[("flag", "fraud"), ("flag_reason", " ")],
        )
        .await;
    unfounded.refuses("flag_reason", "Write what you have seen");
    let raised = [
        ("flag", "fraud"),
        ("flag_reason", "Forty accounts send the same words."),
    ];
    sam.submit(&page, &flags_url, &raised).await.location();
    let id = flags_of(&app, &reference)[0].flag.id;
    let judge = format!("{flags_url}/{id}");
    let page = sam.get(&url).await.page();
    assert!(page.text().contains("Forty accounts send the same words."));
    let silent = sam.submit(&page, &judge, &[("judgement", "upheld")]).await;
    silent.refuses(&format!("why-{id}"), "as the person is to read it");
    let why = format!("why-{id}");
    let upheld = [
        ("judgement", "upheld"),
        (
            why.as_str(),
            "Many requests with the same words came at once.",
        ),
    ];
    sam.submit(&page, &judge, &upheld).await.location();
    assert_eq!(app.mails_to("ada").pop().unwrap().kind, "request_message");
    let seen = ada.get(&format!("/requests/{reference}")).await.page();
    assert!(
        seen.text()
            .contains("Many requests with the same words came at once.")
    );
    assert!(
        !seen.text().contains("Forty accounts"),
        "what staff write for each other stays there"
    );
    assert_eq!(
        find(&app, &reference).state,
        State::Acknowledged,
        "a flag denies nothing"
    );
    assert_eq!(app.events("request.flag_judged", &reference), 1);
    let again = sam
        .post(
            &judge,
            &[
                ("version", &find(&app, &reference).version.to_string()),
                upheld[0],
                upheld[1],
            ],
        )
        .await;
    assert_eq!(again.status, 409, "once");
}

#[actix_web::test]
async fn what_was_typed_about_a_flag_stays_when_a_colleague_was_faster() {
    let app = TestApp::start();
    let reference = file_access(&app.person("ada").await).await;
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let kim = app.staff("kim", Role::Agent).await;
    let theirs = kim.get(&url).await.page();
    let says = [("body", "One moment, please.")];
    kim.submit(&theirs, &format!("{url}/message"), &says)
        .await
        .location();
    let raised = [
        ("flag", "fraud"),
        ("flag_reason", "Forty accounts send the same words."),
    ];
    let late = sam.submit(&page, &format!("{url}/flags"), &raised).await;
    assert_eq!(late.status, 409);
    assert!(late.text().contains("What you typed is still here"));
    assert!(late.html().contains("Forty accounts send the same words."));
}

#[actix_web::test]
async fn a_flag_that_is_set_aside_tells_the_person_nothing() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    for _ in 0..2 {
        file_access(&ada).await;
    }
    let reference = file_access(&ada).await;
    let mails = app.mails_to("ada").len();
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{reference}");
    let flag = flags_of(&app, &reference).remove(0).flag;
    let page = sam.get(&url).await.page();
    let judge = format!("{url}/flags/{}", flag.id);
    sam.submit(&page, &judge, &[("judgement", "set-aside")])
        .await
        .location();
    assert_eq!(app.mails_to("ada").len(), mails);
    let judged = flags_of(&app, &reference).remove(0).flag;
    assert_eq!(judged.judgement, Some(Judgement::SetAside));
    let other = file_access(&app.person("bob").await).await;
    let page = sam.get(&format!("/staff/requests/{other}")).await.page();
    let version = page.attributes("[name=version]", "value").remove(0);
    let foreign = format!("/staff/requests/{other}/flags/{}", flag.id);
    let fields = [("version", version.as_str()), ("judgement", "set-aside")];
    assert_eq!(
        sam.post(&foreign, &fields).await.status,
        409,
        "only with its own request"
    );
}
