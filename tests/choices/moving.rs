use candor::choices::{MadeBy, State};
use candor::db::schema::causes;
use candor::disclosures::ledger;
use candor::law::Laws;
use diesel::prelude::*;

use super::all_changes;
use crate::api::{Program, hash_of};
use crate::support::{Actor, TestApp};

async fn live_in(person: &Actor, residence: &str) {
    let page = person.get("/account").await.page();
    let place = [("residence", residence)];
    person.submit(&page, "/account/residence", &place).await;
}

/// What programs keep of somebody must not go on being used where the law asks for consent first.
#[actix_web::test]
async fn what_needs_consent_where_somebody_moves_to_is_off_and_programs_learn_of_it() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let program = Program::of(&app).await;
    let hash = hash_of(&app, "ada@example.org");
    let path = format!("/choices/email/{hash}");
    let states = async || {
        let found = program.get(&path).await.json;
        let all = found["choices"].as_array().unwrap().clone();
        let state = |it: serde_json::Value| (it["activity"].to_string(), it["state"].to_string());
        all.into_iter().map(state).collect::<Vec<_>>()
    };
    let at_home = states().await;
    live_in(&ada, "de").await;
    let away = states().await;
    let turned: Vec<_> = at_home.iter().zip(&away).filter(|(a, b)| a != b).collect();
    assert!(!turned.is_empty(), "{away:?}");

    let changes = all_changes(&app);
    assert_eq!(changes.len(), turned.len());
    for change in &changes {
        assert_eq!(change.state, State::OptedOut);
        assert_eq!(change.made_by, MadeBy::Residence);
        assert_eq!(change.no_solicit_until, None, "nobody has refused it");
    }
    let told = program.get("/changes").await.json;
    assert!(told.to_string().contains(&hash), "{told}");
    let page = ada.get("/choices").await.page();
    assert!(
        page.text()
            .contains("because the law where you live asks for your consent first")
    );

    live_in(&ada, "us-ca").await;
    assert_eq!(states().await, away, "a move turns nothing on");
    assert_eq!(all_changes(&app).len(), turned.len());
}

#[actix_web::test]
async fn what_somebody_chose_is_theirs_wherever_they_live() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let press = |path| ada.post(path, &[("confirmed", "yes")]);
    press("/choices/sale-or-sharing/opt-out").await;
    press("/choices/sale-or-sharing/opt-in").await;
    live_in(&ada, "de").await;
    let page = ada.get("/choices").await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["On"]);
}

/// Rule: A4, the laws of the states on sensitive data.
#[actix_web::test]
async fn the_law_of_the_place_says_whether_sensitive_data_take_consent_first() {
    let app = TestApp::start();
    let today = app.app.clock.today();
    let laws = &app.app.laws;
    let takes_consent = |place: &str| laws.sensitive_by_consent(place, today);
    for place in ["us-va", "us-co", "us-ct", "us-tx", "us-md"] {
        assert!(takes_consent(place), "{place}");
    }
    for place in ["us-ca", "us-ut", "us-ia", "us-nv", "us-other"] {
        assert!(!takes_consent(place), "{place}");
    }
    // Not in force yet.
    assert!(!takes_consent("us-al"));
    let of = async |name: &str, place: &str| {
        let person = app.person_in(name, place).await;
        let page = person.get("/choices").await.page();
        let state = |key: &str| page.texts(&format!("#{key} .tag")).remove(0);
        (
            state("limit-sensitive"),
            state("sale-or-sharing"),
            state("marketing"),
        )
    };
    let states =
        |one: &str, two: &str, three: &str| (one.to_owned(), two.to_owned(), three.to_owned());
    assert_eq!(of("vic", "us-va").await, states("Off", "On", "On"));
    assert_eq!(of("cal", "us-ca").await, states("On", "On", "On"));
    assert_eq!(of("uma", "us-ut").await, states("On", "On", "On"));
    assert_eq!(of("max", "de").await, states("Off", "Off", "Off"));
}

#[actix_web::test]
async fn moving_to_a_state_that_asks_for_consent_turns_sensitive_uses_off_alone() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "us-ut").await;
    live_in(&ada, "us-va").await;
    let turned: Vec<_> = all_changes(&app)
        .into_iter()
        .map(|it| it.activity)
        .collect();
    assert_eq!(turned, ["limit-sensitive"]);
}

/// A file of the organisation changes it.
#[actix_web::test]
async fn sensitive_uses_follow_the_row_of_the_law() {
    let own = "[[law]]\nkey = \"us-va\"\nsensitive_uses = \"opt-out\"\n";
    let laws = Laws::built_in().with_text("own.toml", own).unwrap();
    let app = TestApp::start_under(laws);
    let ada = app.person_in("ada", "us-va").await;
    let page = ada.get("/choices").await.page();
    assert_eq!(page.texts("#limit-sensitive .tag"), ["On"]);
}

#[actix_web::test]
async fn saying_that_one_lives_where_less_takes_consent_turns_nothing_on() {
    let app = TestApp::start();
    let max = app.person_in("max", "de").await;
    let states = async || max.get("/choices").await.page().texts("section .tag");
    let before = states().await;
    assert!(before.contains(&"Off".to_owned()), "{before:?}");
    live_in(&max, "us-ca").await;
    assert_eq!(states().await, before);
    let mut changes = all_changes(&app).into_iter();
    assert!(changes.all(|it| it.state == State::OptedOut && it.made_by == MadeBy::Moved));
}

fn count_causes(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(causes::table.count().get_result(conn)?));
    count.unwrap()
}

#[actix_web::test]
async fn nobody_is_told_of_somebody_who_only_says_where_they_live() {
    let app = TestApp::start();
    let cal = app.visitor();
    app.sign_in_by_mail(&cal, "cal@example.org").await;
    live_in(&cal, "us-ca").await;
    assert_eq!(count_causes(&app), 0);
    let page = cal.get("/choices").await.page().text();
    assert!(page.contains("as it was before you said where you live"));
    assert!(!page.contains("the law where you live asks"));

    // Where what was on is off by law from now on, they are told.
    let uma = app.person_in("uma", "us-ut").await;
    live_in(&uma, "de").await;
    assert_eq!(count_causes(&app), 1);
}

/// What the law kept off all along, no recipient can have got; an address is not to be handed out to say so.
#[actix_web::test]
async fn an_opt_out_of_what_was_never_on_is_told_to_nobody_who_never_got_data() {
    let app = TestApp::start();
    let max = app.person_in("max", "de").await;
    max.post("/choices/sale-or-sharing/opt-out", &[])
        .await
        .location();
    assert_eq!(count_causes(&app), 0);
    let page = max.get("/choices").await.page();
    assert!(
        page.text().contains("by you"),
        "it is on record all the same"
    );

    // Who agreed to it and takes that back has it told.
    let confirmed = [("confirmed", "yes")];
    max.post("/choices/sale-or-sharing/opt-in", &confirmed)
        .await
        .location();
    max.post("/choices/sale-or-sharing/opt-out", &[])
        .await
        .location();
    assert_eq!(count_causes(&app), 2);
}

#[actix_web::test]
async fn an_opt_out_is_told_where_a_disclosure_is_on_record_whatever_the_law_said() {
    let app = TestApp::start();
    let max = app.person_in("max", "de").await;
    record_sale(&app, "max@example.org").await;
    max.post("/choices/sale-or-sharing/opt-out", &[])
        .await
        .location();
    assert_eq!(count_causes(&app), 1);
}

/// A broker got data of that address.
async fn record_sale(app: &TestApp, email: &str) {
    let now = app.app.clock.now();
    let line = ledger::line::Line {
        recipient: "brightfield-audiences".to_owned(),
        identity_type: "email".to_owned(),
        identity: email.to_owned(),
        categories: vec!["user.contact".to_owned()],
        purpose: "Audiences".to_owned(),
        activity: "sale-or-sharing".to_owned(),
        legal_basis: "consent".to_owned(),
        at: "2026-01-09".to_owned(),
        ..ledger::line::Line::default()
    };
    let line = line.check(&app.app.register, &app.app.keys, now).unwrap();
    let own = app.app.clone();
    let recorded = app.app.db.write(move |conn| {
        let rules = ledger::model::Rules {
            register: &own.register,
            laws: &own.laws,
        };
        ledger::queries::record(conn, rules, &[line], "a test", now)?;
        Ok(())
    });
    recorded.await.unwrap();
}
