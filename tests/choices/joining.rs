use candor::accounts::model::IdentityKind;
use candor::accounts::queries::{add_identity, find_person_by_identity};
use candor::choices::{self, MadeBy, State};
use candor::db::schema::notices;
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::{all_changes, events_of_choices};
use crate::api::{Program, hash_of};
use crate::support::TestApp;

/// A recipient by sale that is told by mail.
const LUMEN: &str = "optout@lumen-reach.example.com";

const NOTHING: [(&str, &str); 0] = [];

#[actix_web::test]
async fn an_opt_out_by_address_meets_the_person_at_their_first_sign_in() {
    let app = TestApp::start();
    let email = [("email", "nora@example.org")];
    app.visitor().post("/do-not-sell", &email).await;
    let nora = app.visitor();
    app.sign_in_by_mail(&nora, "nora@example.org").await;
    let page = nora.get("/choices").await;
    for key in ["sale-or-sharing", "limit-sensitive"] {
        assert_eq!(page.texts(&format!("#{key} .tag")), ["Off"]);
    }
    assert!(
        page.text()
            .contains("by what you chose before you signed in")
    );
    let confirmations = app.mails_to("nora").into_iter();
    let confirmations = confirmations.filter(|it| it.kind == "choice_changed");
    assert_eq!(
        confirmations.count(),
        2,
        "one at the form, one at the joining"
    );
}

/// From the moment on at which a request shows whose the address is, programs are answered by the account.
#[actix_web::test]
async fn an_opt_out_by_address_holds_when_the_address_gets_an_account_by_a_request() {
    let app = TestApp::start();
    let email = [("email", "nora@example.org")];
    app.visitor().post("/do-not-sell", &email).await;
    let nora = app.visitor();
    let asked = [
        ("wants", "categories"),
        ("email", "nora@example.org"),
        ("residence", "us-ca"),
    ];
    nora.post("/request", &asked).await;
    let text = app.mails_to("nora").pop().unwrap().text;
    let link = text.lines().find(|it| it.contains("/request/link/"));
    let link = link.unwrap().trim_start_matches(app.address()).to_owned();
    nora.post(&link, &[("answer", "mine")]).await;

    let program = Program::of(&app).await;
    let hash = hash_of(&app, "nora@example.org");
    let found = program.get(&format!("/choices/email/{hash}")).await.json;
    let all = found["choices"].as_array().unwrap().iter();
    let chosen = all.filter(|it| it["made_by"] == "earlier");
    let states: Vec<_> = chosen.map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["opted-out"; 2], "{found}");
}

#[actix_web::test]
async fn an_opt_out_of_the_browser_joins_whoever_signs_in_there_once() {
    let app = TestApp::start();
    let visitor = app.visitor();
    visitor.post("/do-not-sell", &NOTHING).await;
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let of_person = |app: &TestApp| {
        let changes = all_changes(app).into_iter();
        let joined = changes.filter(|it| it.person_id.is_some());
        joined.map(|it| (it.state, it.made_by)).collect::<Vec<_>>()
    };
    assert_eq!(of_person(&app), [(State::OptedOut, MadeBy::Earlier); 2]);
    let noted = events_of_choices(&app).len();
    visitor.post("/sign-out", &NOTHING).await;
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    assert_eq!(of_person(&app).len(), 2);
    assert_eq!(events_of_choices(&app).len(), noted);
}

#[actix_web::test]
async fn joining_keeps_what_the_person_allowed_later_and_what_they_refused() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let visitor = app.visitor();
    visitor.post("/do-not-sell", &NOTHING).await;
    app.app.clock.advance(TimeDelta::minutes(1));
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let confirmed = [("confirmed", "yes")];
    ada.post("/choices/sale-or-sharing/opt-in", &confirmed)
        .await;
    ada.post("/choices/analytics/opt-out", &NOTHING).await;

    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let page = visitor.get("/choices").await;
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["On"]);
    assert_eq!(page.texts("#limit-sensitive .tag"), ["Off"]);
    assert_eq!(page.texts("#analytics .tag"), ["Off"]);
}

#[actix_web::test]
async fn an_opt_out_that_came_after_a_consent_wins_at_the_next_sign_in() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let confirmed = [("confirmed", "yes")];
    ada.post("/choices/sale-or-sharing/opt-in", &confirmed)
        .await;
    app.app.clock.advance(TimeDelta::minutes(1));
    let visitor = app.visitor();
    visitor.post("/do-not-sell", &NOTHING).await;
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let page = visitor.get("/choices").await;
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
}

const CONFIRMED: [(&str, &str); 1] = [("confirmed", "yes")];

#[actix_web::test]
async fn opting_out_again_in_a_browser_that_had_opted_out_wins_over_a_consent_in_between() {
    let app = TestApp::start();
    let ada = app.visitor();
    ada.post("/do-not-sell", &NOTHING).await.location();
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    let sale = async || ada.get("/choices").await.texts("#sale-or-sharing .tag");
    app.app.clock.advance(TimeDelta::minutes(1));
    ada.post("/choices/sale-or-sharing/opt-in", &CONFIRMED)
        .await;
    ada.post("/sign-out", &NOTHING).await.location();
    app.app.clock.advance(TimeDelta::minutes(1));
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    assert_eq!(sale().await, ["On"], "nothing was asked for since");

    ada.post("/sign-out", &NOTHING).await.location();
    app.app.clock.advance(TimeDelta::minutes(1));
    // Another choice says nothing of this one.
    ada.post("/do-not-sell", &[("only", "limit-sensitive")])
        .await;
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    assert_eq!(sale().await, ["On"]);

    ada.post("/sign-out", &NOTHING).await.location();
    app.app.clock.advance(TimeDelta::minutes(1));
    ada.post("/do-not-sell", &NOTHING).await.location();
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    assert_eq!(sale().await, ["Off"]);
}

#[actix_web::test]
async fn what_is_turned_off_while_signed_in_is_off_in_that_browser_after_signing_out() {
    let app = TestApp::start();
    for (path, off) in [
        ("/choices/sale-or-sharing/opt-out", 1),
        ("/choices/opt-out", 3),
        ("/do-not-sell", 2),
        ("/choices/analytics/opt-out", 0),
    ] {
        let ada = app.visitor();
        app.sign_in_by_mail(&ada, "ada@example.org").await;
        ada.post(path, &NOTHING).await.location();
        ada.post("/sign-out", &NOTHING).await.location();
        let page = ada.get("/do-not-sell").await;
        let states = page.texts("section[aria-labelledby=state] dd");
        let are_off = states.iter().filter(|it| it.starts_with("Off"));
        assert_eq!(are_off.count(), off, "{path}: {states:?}");
        app.app.clock.advance(TimeDelta::minutes(1));
    }
}

#[actix_web::test]
async fn a_consent_says_nothing_about_an_address_that_is_added_later() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let email = [("email", "ada.home@example.org")];
    app.visitor().post("/do-not-sell", &email).await.location();
    app.app.clock.advance(TimeDelta::minutes(1));
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    ada.post("/choices/sale-or-sharing/opt-in", &CONFIRMED)
        .await;
    app.app.clock.advance(TimeDelta::minutes(1));
    let joined_at = app.app.clock.now();
    add_address_at_home(&app).await;
    let page = ada.get("/choices").await;
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    let newest = all_changes(&app).into_iter().rev();
    let mut newest = newest.filter(|it| it.person_id.is_some());
    let sale = newest.find(|it| it.activity == "sale-or-sharing").unwrap();
    assert_eq!(sale.at, joined_at, "it was on until then");

    // What is allowed from now on is allowed for this address, too.
    app.app.clock.advance(TimeDelta::minutes(1));
    ada.post("/choices/sale-or-sharing/opt-in", &CONFIRMED)
        .await;
    let visitor = app.visitor();
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let page = visitor.get("/choices").await;
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["On"]);
}

/// Ada gets another address, as by a code that was mailed there; gives her id.
async fn add_address_at_home(app: &TestApp) -> i64 {
    let own = app.app.clone();
    let joined = app.app.db.write(move |conn| {
        let (keys, now, kind) = (&own.keys, own.clock.now(), IdentityKind::Email);
        let ada = find_person_by_identity(conn, keys, kind, "ada@example.org")?.unwrap();
        add_identity(conn, keys, ada.id, (kind, "ada.home@example.org"), now)?;
        choices::join(&own, conn, (&ada, None), None, now)?;
        Ok(ada.id)
    });
    joined.await.unwrap()
}

/// Today is 9 February 2026.
#[actix_web::test]
async fn an_opt_out_by_address_keeps_its_day_and_recipients_are_not_told_of_it_again() {
    let app = TestApp::start();
    let email = [("email", "nora@example.org")];
    app.visitor().post("/do-not-sell", &email).await;
    app.run_jobs().await;
    let made_at = app.app.clock.now();
    assert_eq!(app.mails_to(LUMEN).len(), 1);
    app.app.clock.advance(TimeDelta::days(10));
    let nora = app.visitor();
    app.sign_in_by_mail(&nora, "nora@example.org").await;
    app.run_jobs().await;
    assert_eq!(app.mails_to(LUMEN).len(), 1, "it knows of this address");

    let changes = all_changes(&app).into_iter();
    let own: Vec<_> = changes.filter(|it| it.person_id.is_some()).collect();
    assert_eq!(own.len(), 2);
    let next_year = NaiveDate::from_ymd_opt(2027, 2, 9);
    for choice in own {
        assert_eq!((choice.at, choice.no_solicit_until), (made_at, next_year));
    }
    let page = nora.get("/choices").await.page();
    assert!(page.text().contains("Off since 9 February 2026"));
    let told = nora.get("/disclosures").await.page();
    let told = told.texts("table:last-of-type tbody th");
    assert!(told.iter().any(|it| it.contains("Lumen")), "{told:?}");
}

#[actix_web::test]
async fn recipients_are_told_of_the_other_identities_of_whom_they_know_by_one() {
    let app = TestApp::start();
    app.person("ada").await;
    let email = [("email", "ada.home@example.org")];
    app.visitor().post("/do-not-sell", &email).await;
    app.run_jobs().await;
    app.app.clock.advance(TimeDelta::days(1));
    let ada = add_address_at_home(&app).await;
    app.run_jobs().await;
    let mails = app.mails_to(LUMEN);
    let people = |text: &str| {
        let named = text.lines().filter(|it| it.contains("@example.org"));
        named.map(|it| it.trim().to_owned()).collect::<Vec<_>>()
    };
    let told: Vec<_> = mails.iter().map(|it| people(&it.text)).collect();
    assert_eq!(told, [["- ada.home@example.org"], ["- ada@example.org"]]);
    let of_nobody = notices::table.filter(notices::person_id.ne(ada));
    let of_nobody = of_nobody.or_filter(notices::person_id.is_null()).count();
    let read = app
        .app
        .db
        .read_now(|conn| Ok(of_nobody.get_result::<i64>(conn)?));
    assert_eq!(read.unwrap(), 0, "she sees all of them");
}
