//! Who decides for somebody under 16, by the age that the law of where they live sets.

use candor::accounts::model::Role;
use candor::choices::{MadeBy, State};

use super::{all_changes, approve_word};
use crate::support::{Actor, TestApp};

const PARENT: &str = "/staff/ages/parents/new";
const CONFIRMED: [(&str, &str); 1] = [("confirmed", "yes")];
/// Fourteen on the day of the tests.
const FOURTEEN: &str = "2011-05-04";

const WORD: [(&str, &str); 7] = [
    ("whom", "noor@example.org"),
    ("channel", "phone"),
    ("received_on", "2026-02-09"),
    ("reason", "They want the news of jobs."),
    ("evidence", "We rang them back."),
    ("verified_by", "call"),
    ("what", "marketing"),
];

async fn born(app: &TestApp, residence: &str, born_on: &str) -> Actor {
    let noor = app.person_in("noor", residence).await;
    noor.post("/choices/age", &[("born_on", born_on)])
        .await
        .location();
    noor
}

async fn live_in(person: &Actor, residence: &str) {
    let place = [("residence", residence)];
    person.post("/account/residence", &place).await.location();
}

async fn turn_on(person: &Actor) -> String {
    let answer = person.post("/choices/marketing/opt-in", &CONFIRMED).await;
    answer.location().to_owned()
}

async fn is_on(person: &Actor) -> bool {
    let page = person.get("/choices").await.page();
    page.texts("#marketing .tag") == ["On"]
}

/// Rule: N5, GDPR Art. 8(1); N1, Civ. 1798.120(c).
#[actix_web::test]
async fn from_the_age_of_where_they_live_on_the_person_decides_and_before_it_a_parent() {
    for (residence, years, decides) in [
        ("de", 16, false),
        ("fr", 15, false),
        ("dk", 15, false),
        ("es", 14, true),
        ("gb", 13, true),
        ("us-ca", 13, true),
    ] {
        let app = TestApp::start();
        let noor = born(&app, residence, FOURTEEN).await;
        let led_to = turn_on(&noor).await;
        assert_eq!(is_on(&noor).await, decides, "{residence}");
        let own = noor.get("/choices/age").await.page().text();
        let sam = app.staff("sam", Role::Agent).await;
        let entered = sam.post(PARENT, &WORD).await;
        if decides {
            assert!(!own.contains("For your parent or guardian"), "{own}");
            let said = format!("Who is {years} or older where they live turns it on themselves");
            entered.refuses("whom", &said);
        } else {
            assert_eq!(led_to, "/choices/marketing/opt-in");
            let page = noor.get(&led_to).await.page().text();
            assert!(page.contains(&format!(
                "You are under {years}, so a parent or guardian must"
            )));
            assert!(
                own.contains(&format!("You are under {years}, so they decide")),
                "{own}"
            );
            assert_eq!(entered.location(), "/staff/ages");
            approve_word(&app.staff("vera", Role::Supervisor).await).await;
            assert!(is_on(&noor).await, "{residence}");
        }
    }
}

/// Rule: N5, GDPR Art. 8(1).
#[actix_web::test]
async fn on_the_birthday_that_the_law_names_it_is_for_them_to_decide() {
    let app = TestApp::start();
    // 15 on the day after that of the tests.
    let noor = born(&app, "fr", "2011-02-10").await;
    turn_on(&noor).await;
    assert!(!is_on(&noor).await);
    app.app.clock.advance(chrono::TimeDelta::days(1));
    turn_on(&noor).await;
    assert!(is_on(&noor).await);
}

/// The strictest: neither they nor a parent before it is known who decides.
#[actix_web::test]
async fn who_has_not_said_where_they_live_is_asked_to_before_somebody_decides() {
    let app = TestApp::start();
    let noor = born(&app, "", FOURTEEN).await;
    let led_to = turn_on(&noor).await;
    let page = noor.get(&led_to).await.page();
    assert!(
        page.text().contains("depends on where you live"),
        "{}",
        page.text()
    );
    assert_eq!(
        page.texts("main a[href='/account']"),
        ["Say where you live"]
    );
    assert!(!is_on(&noor).await);
    let own = noor.get("/choices/age").await.page().text();
    assert!(own.contains("depends on where you live, which you have not told us"));
    let sam = app.staff("sam", Role::Agent).await;
    let entered = sam.post(PARENT, &WORD).await;
    entered.refuses("whom", "have not said where they live");

    live_in(&noor, "us-ca").await;
    turn_on(&noor).await;
    assert!(is_on(&noor).await);
}

/// Rule: N5, GDPR Art. 8(1).
#[actix_web::test]
async fn what_they_turned_on_themselves_is_off_where_a_parent_decides_at_their_age() {
    let app = TestApp::start();
    let noor = born(&app, "us-ca", FOURTEEN).await;
    turn_on(&noor).await;
    live_in(&noor, "es").await;
    assert!(is_on(&noor).await, "there it is theirs too");
    live_in(&noor, "de").await;
    assert!(!is_on(&noor).await);
    let last = all_changes(&app).pop().unwrap();
    assert_eq!(
        (last.made_by, last.state),
        (MadeBy::AgeThere, State::OptedOut)
    );
    let page = noor.get("/choices").await.page().text();
    assert!(page.contains("where the law did not let whoever had turned it on decide at your age"));
    let mail = app.mails_to("noor").pop().unwrap().text;
    assert!(
        mail.contains("a parent or guardian has to turn it on again"),
        "{mail}"
    );
    assert!(!mail.contains("sign in and change it"), "{mail}");
    live_in(&noor, "us-ca").await;
    assert!(!is_on(&noor).await, "a move turns nothing on");
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn what_a_parent_allowed_is_off_where_the_person_decides_at_that_age() {
    let app = TestApp::start();
    let noor = born(&app, "de", FOURTEEN).await;
    let sam = app.staff("sam", Role::Agent).await;
    sam.post(PARENT, &WORD).await.location();
    approve_word(&app.staff("vera", Role::Supervisor).await).await;
    let mail = app.mails_to("noor").pop().unwrap().text;
    assert!(
        mail.contains("If you do not want it, turn it off"),
        "{mail}"
    );
    live_in(&noor, "pl").await;
    assert!(is_on(&noor).await, "there it is for a parent too");
    live_in(&noor, "us-ca").await;
    assert!(!is_on(&noor).await);
    turn_on(&noor).await;
    assert!(is_on(&noor).await);
}

#[actix_web::test]
async fn who_is_grown_keeps_what_they_turned_on_wherever_they_move() {
    let app = TestApp::start();
    let noor = born(&app, "us-ca", FOURTEEN).await;
    turn_on(&noor).await;
    app.app.clock.advance(chrono::TimeDelta::days(730));
    let noor = app.person_again("noor").await;
    live_in(&noor, "de").await;
    assert!(is_on(&noor).await);
}

#[actix_web::test]
async fn texts_name_the_age_of_the_place() {
    let app = TestApp::start();
    for (name, residence, said) in [
        (
            "ana",
            "us-ca",
            "Before you are 13 only a parent or guardian can turn it on. From then on you can.",
        ),
        (
            "bea",
            "it",
            "Before you are 14 only a parent or guardian can turn it on. From then on you can.",
        ),
        (
            "cem",
            "nl",
            "Before you are 16 only a parent or guardian can turn it on.",
        ),
        (
            "dan",
            "",
            "From which age on you can do it yourself depends on where you live",
        ),
    ] {
        let person = app.person_in(name, residence).await;
        let page = person.get("/choices/age").await.page().text();
        assert!(page.contains(said), "{residence}: {page}");
        assert_eq!(
            page.contains("From then on"),
            ["us-ca", "it"].contains(&residence)
        );
    }
    let sam = app.staff("sam", Role::Agent).await;
    let mut fields = WORD[..5].to_vec();
    fields[0].1 = "bea@example.org";
    fields.push(("born_on", "2013-05-04"));
    sam.post("/staff/ages/new", &fields).await.location();
    let mail = app.mails_to("bea").pop().unwrap().text;
    assert!(
        mail.contains("Before you are 14 only a parent or guardian"),
        "{mail}"
    );
}
