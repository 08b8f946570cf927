//! Another address for an account.

use candor::accounts::model::Role;
use candor::accounts::queries::normal_phone;
use candor::db::schema::outbox;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::json;

use crate::api::{Program, hash_of};
use crate::support::{Actor, Answer, TestApp};

const FORM: &str = "/account/address";
const NEW: &str = "ada.new@example.org";

async fn ask(person: &Actor, email: &str) -> Answer {
    let page = person.get(FORM).await.page();
    person.submit(&page, FORM, &[("email", email)]).await
}

async fn enter(person: &Actor, code: &str) -> Answer {
    let path = "/account/address/code";
    let page = person.get(path).await.page();
    person.submit(&page, path, &[("code", code)]).await
}

/// Kinds of the mails to an address.
fn kinds(app: &TestApp, email: &str) -> Vec<String> {
    let mails = app.mails_to(email).into_iter();
    mails.map(|it| it.kind).collect()
}

#[actix_web::test]
async fn a_code_to_the_new_address_changes_it_and_the_old_one_is_told() {
    let app = TestApp::start();
    app.visitor().post("/do-not-sell", &[("email", NEW)]).await;
    let ada = app.person("ada").await;
    assert_eq!(
        ask(&ada, "Ada.New@Example.org").await.location(),
        "/account/address/code"
    );
    assert!(
        kinds(&app, "ada@example.org").is_empty(),
        "not before it is shown to be theirs"
    );
    enter(&ada, "000000")
        .await
        .refuses("code", "This is not the code");
    let code = app.mailed_code(NEW);
    assert_eq!(enter(&ada, &code).await.location(), "/account");

    let account = ada.get("/account").await.page().text();
    assert!(account.contains(NEW) && account.contains("ada@example.org"));
    assert_eq!(kinds(&app, "ada@example.org"), ["address_added"]);
    let told = app.mails_to("ada@example.org").remove(0);
    assert!(
        !told.text.contains(NEW),
        "nobody learns the new one by the old"
    );
    let choices = ada.get("/choices").await.page();
    assert_eq!(
        choices.texts("#sale-or-sharing .tag"),
        ["Off"],
        "it was opted out before"
    );
    app.app.clock.advance(TimeDelta::minutes(1));
    let again = app.visitor();
    app.sign_in_by_mail(&again, NEW).await;
    assert!(
        again
            .get("/account")
            .await
            .page()
            .text()
            .contains("ada@example.org")
    );
    ada.post("/choices/analytics/opt-out", &[]).await;
    assert_eq!(
        kinds(&app, NEW).last().unwrap(),
        "choice_changed",
        "mails go to the new one"
    );
}

#[actix_web::test]
async fn nothing_tells_whether_the_new_address_is_known_but_the_mail_to_it() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    app.person("eve").await;
    app.staff("sam", Role::Agent).await;
    let mut seen = Vec::new();
    for email in [
        "nobody@example.org",
        "eve@example.org",
        "sam@staff.example.org",
    ] {
        let asked = ask(&ada, email).await;
        let page = ada.get(asked.location()).await.page().text();
        let wrong = enter(&ada, "000000").await;
        let said = wrong.text().replace(email, "it");
        seen.push((asked.status, page.replace(email, "it"), wrong.status, said));
    }
    assert!(seen.iter().all(|it| *it == seen[0]), "{seen:#?}");
    for email in ["eve@example.org", "sam@staff.example.org"] {
        let mail = app.mails_to(email).pop().unwrap();
        assert_eq!(mail.kind, "address_taken");
        assert!(!mail.text.contains("ada"), "nor who asked");
    }
}

#[actix_web::test]
async fn an_address_takes_a_fresh_confirmation_and_no_more_than_five_mails_a_day() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ask(&ada, "ada@example.org")
        .await
        .refuses("email", "stands in your account already");
    ask(&ada, "nonsense")
        .await
        .refuses("email", "Enter an e-mail address");
    for number in 0..5 {
        ask(&ada, &format!("new{number}@example.org"))
            .await
            .location();
    }
    assert_eq!(ask(&ada, "new6@example.org").await.status, 429);
    app.app.clock.advance(TimeDelta::minutes(11));
    let asked = ada.get(FORM).await;
    assert!(asked.location().starts_with("/step-up?"));
}

/// Whoever knows the person by the new address alone must learn of what holds for the account.
#[actix_web::test]
async fn what_the_account_has_opted_out_of_is_told_for_an_address_that_joins_it() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &[]).await;
    app.run_jobs().await;
    let program = Program::of(&app).await;
    let before = program.get("/changes").await.json;
    let told_before = mails_of_recipients(&app);
    ask(&ada, NEW).await.location();
    let code = app.mailed_code(NEW);
    enter(&ada, &code).await.location();
    app.run_jobs().await;

    let next = before["next"].as_str().unwrap();
    let after = program.get(&format!("/changes?after={next}")).await.json;
    let changes = after["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0]["state"], "opted-out");
    let expected = json!([{ "type": "email", "hash": hash_of(&app, NEW) }]);
    assert_eq!(changes[0]["identities"], expected);
    assert_eq!(changes[0]["at"], before["changes"][0]["at"], "since then");
    let told = mails_of_recipients(&app).split_off(told_before.len());
    assert!(!told.is_empty());
    for text in told {
        assert!(
            text.contains(NEW) && !text.contains("ada@example.org"),
            "{text}"
        );
    }
    let history = ada.get("/choices/history").await.page().text();
    assert_eq!(history.matches("by you").count(), 1, "{history}");
}

fn mails_of_recipients(app: &TestApp) -> Vec<String> {
    let all = app.app.db.read_now(|conn| {
        let notices = outbox::table.filter(outbox::kind.eq("recipient_notice"));
        let texts = notices.order(outbox::id).select(outbox::body_text);
        Ok(texts.load::<String>(conn)?)
    });
    all.unwrap()
}

/// The code that was mailed is of no use to whoever gets the address first.
#[actix_web::test]
async fn who_signs_in_with_it_first_has_it() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ask(&ada, NEW).await.location();
    let code = app.mailed_code(NEW);
    app.sign_in_by_mail(&app.visitor(), NEW).await;
    enter(&ada, &code).await.refuses("code", "no longer works");
    assert!(!ada.get("/account").await.page().text().contains(NEW));
}

#[test]
fn a_number_is_the_same_however_it_is_typed() {
    for typed in ["+1 (512) 555-0149", "001-512-555-0149", "+1.512.555.0149"] {
        assert_eq!(normal_phone(typed), "+15125550149", "{typed}");
    }
}
