//! What is said of choices that an age and a place of living turned off, when either is another one later.

use candor::accounts::model::Role;
use candor::choices::MadeBy;

use super::all_changes;
use crate::support::{Actor, TestApp};

const THERE: &str = "the law did not let whoever had turned it on decide";
const WORD: [(&str, &str); 5] = [
    ("whom", "noor@example.org"),
    ("channel", "phone"),
    ("received_on", "2026-02-09"),
    ("reason", "The year was mistyped."),
    ("evidence", "We rang them back."),
];

/// Somebody of 14 years who has turned on the newsletters where they decide.
async fn who_turned_it_on(app: &TestApp) -> Actor {
    let noor = app.person_in("noor", "at").await;
    let born = [("born_on", "2011-05-04")];
    noor.post("/choices/age", &born).await.location();
    let path = "/choices/marketing/opt-in";
    noor.post(path, &[("confirmed", "yes")]).await.location();
    assert_eq!(said_of_it(&noor).await.0, "On");
    noor
}

/// The word and the line of the newsletters.
async fn said_of_it(noor: &Actor) -> (String, String) {
    let page = noor.get("/choices").await.page();
    let line = page.texts("#marketing .hint").remove(0);
    (page.texts("#marketing .tag").remove(0), line)
}

/// What the page says after somebody has said where they live.
async fn live_in(noor: &Actor, residence: &str) -> String {
    let place = [("residence", residence)];
    let saved = noor.post("/account/residence", &place).await;
    noor.get(saved.location()).await.page().text()
}

async fn put_right(app: &TestApp, born_on: &'static str) {
    let sam = app.staff("sam", Role::Agent).await;
    let fields = [&WORD[..], &[("born_on", born_on)]].concat();
    sam.post("/staff/ages/new", &fields).await.location();
}

#[actix_web::test]
async fn who_takes_back_where_they_live_reads_that_nobody_knows_who_decides() {
    let app = TestApp::start();
    let noor = who_turned_it_on(&app).await;
    let page = live_in(&noor, "").await;
    assert!(
        page.contains("Off now, because at your age it depends on where you live"),
        "{page}"
    );
    let (word, line) = said_of_it(&noor).await;
    assert_eq!(word, "Off");
    assert!(
        line.contains("because you no longer said where you live"),
        "{line}"
    );
    assert_eq!(all_changes(&app).pop().unwrap().made_by, MadeBy::AgeUnsaid);
}

#[actix_web::test]
async fn the_reason_of_a_move_is_told_as_one_of_then() {
    let app = TestApp::start();
    let noor = who_turned_it_on(&app).await;
    live_in(&noor, "de").await;
    live_in(&noor, "at").await;
    let (word, line) = said_of_it(&noor).await;
    assert_eq!(word, "Off", "a move turns nothing on");
    assert!(
        line.contains("because you said that you lived where") && line.contains(THERE),
        "{line}"
    );
}

/// Rule: C9, Civ. 1798.135(c)(5).
#[actix_web::test]
async fn an_age_that_is_put_right_counts_for_what_an_age_and_a_place_turned_off() {
    let app = TestApp::start();
    let noor = who_turned_it_on(&app).await;
    live_in(&noor, "de").await;
    let line = said_of_it(&noor).await.1;
    assert!(line.contains("before 4 May 2027"), "{line}");
    put_right(&app, "2000-01-01").await;
    let (word, line) = said_of_it(&noor).await;
    assert_eq!(word, "Off");
    assert!(
        line.contains("before we put your age right") && !line.contains(THERE),
        "{line}"
    );
    assert!(!line.contains("4 May 2027"), "{line}");
}

/// Rule: C9, Civ. 1798.135(c)(5).
#[actix_web::test]
async fn who_turns_out_to_be_younger_is_asked_for_nothing_before_they_are_sixteen() {
    let app = TestApp::start();
    let noor = who_turned_it_on(&app).await;
    live_in(&noor, "de").await;
    put_right(&app, "2015-03-01").await;
    let page = noor.get("/choices").await.page();
    for key in ["marketing", "sale-or-sharing"] {
        let line = page.texts(&format!("#{key} .hint")).remove(0);
        assert!(line.contains("before 1 March 2031"), "{key}: {line}");
    }
}

#[actix_web::test]
async fn what_a_parent_allowed_is_said_to_be_off_once_it_is() {
    let app = TestApp::start();
    let noor = app.person_in("noor", "us-ca").await;
    let born = [("born_on", "2015-03-01")];
    noor.post("/choices/age", &born).await.location();
    let sam = app.staff("sam", Role::Agent).await;
    let allowed = [
        ("verified_by", "call"),
        ("what", "marketing"),
        ("what", "sale-or-sharing"),
    ];
    let fields = [&WORD[..], &allowed].concat();
    sam.post("/staff/ages/parents/new", &fields)
        .await
        .location();
    super::approve_word(&app.staff("vera", Role::Supervisor).await).await;
    let own = noor.get("/choices/age").await.page().text();
    assert!(!own.contains("Off by now"), "{own}");
    noor.post("/choices/marketing/opt-out", &[])
        .await
        .location();
    let own = noor.get("/choices/age").await.page().text();
    let title = noor
        .get("/choices")
        .await
        .page()
        .texts("#marketing-title")
        .remove(0);
    assert!(own.contains(&format!("Off by now: {title}.")), "{own}");
}

/// Nobody has to find it in a mail.
#[actix_web::test]
async fn who_moves_reads_at_once_what_that_turned_off_and_how_to_turn_it_on() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "us-ca").await;
    let page = live_in(&ada, "de").await;
    let title = ada
        .get("/choices")
        .await
        .page()
        .texts("#marketing-title")
        .remove(0);
    assert!(
        page.contains("Off now, because it needs your consent first: "),
        "{page}"
    );
    assert!(page.contains(&title), "{page}");
    assert!(
        page.contains("You can turn it on again under “Your choices”."),
        "{page}"
    );
    let page = live_in(&ada, "fr").await;
    assert!(
        page.contains("We saved where you live.") && !page.contains("Off now"),
        "{page}"
    );
}
