use candor::choices::minors::sixteenth_birthday;
use candor::choices::{MadeBy, State};
use chrono::NaiveDate;

use super::all_changes;
use crate::support::TestApp;

const CONFIRMED: [(&str, &str); 1] = [("confirmed", "yes")];

/// Rule: N1, Civ. 1798.120(c); C9, Civ. 1798.135(c)(5).
#[actix_web::test]
async fn who_is_under_sixteen_is_opted_out_until_they_turn_it_on() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/choices/age").await.page();
    let born_on = [("born_on", "2011-05-04")];
    let done = ada.submit(&page, "/choices/age", &born_on).await;
    let page = ada.get(done.location()).await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    assert_eq!(page.texts("#limit-sensitive .tag"), ["Off"]);
    assert!(
        page.text()
            .contains("by law, because we were told that you are under 16")
    );
    let changes = all_changes(&app);
    let sixteen = NaiveDate::from_ymd_opt(2027, 5, 4);
    assert!(changes.iter().all(|it| it.made_by == MadeBy::Law));
    assert!(changes.iter().all(|it| it.no_solicit_until == sixteen));
    assert_eq!(
        page.texts("#marketing .tag"),
        ["Off"],
        "it rests on consent"
    );
    let consents = "\"KnownChildSensitiveDataConsents\":[1,1]";
    assert!(ada.get("/gpp.js").await.text().contains(consents));
    let known = ada.get("/choices/age").await.page();
    assert!(known.text().contains("you will be 16 on 4 May 2027"));
    for again in [born_on, [("born_on", "1990-01-01")]] {
        let answer = ada.post("/choices/age", &again).await;
        assert_eq!(answer.location(), "/choices/age");
        let said = ada.get("/choices/age").await.page().text();
        assert!(said.contains("Nothing was changed. It is on record that you will be 16 on 4 May 2027. If that is wrong"));
    }
    let choices = ada.get("/choices").await.page().text();
    assert!(choices.contains("What we know of your age"));
    assert!(!choices.contains("Are you under 16?"));

    ada.post("/choices/sale-or-sharing/opt-in", &CONFIRMED)
        .await;
    assert_eq!(all_changes(&app).pop().unwrap().state, State::OptedIn);
    let consents = "\"KnownChildSensitiveDataConsents\":[2,2]";
    assert!(ada.get("/gpp.js").await.text().contains(consents));
}

/// Rule: C9, Civ. 1798.135(c)(5).
#[actix_web::test]
async fn who_had_opted_out_before_they_said_their_age_is_not_asked_before_they_are_sixteen() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &CONFIRMED)
        .await;
    ada.post("/choices/age", &[("born_on", "2015-05-04")]).await;
    let promise = "We will not ask you to turn it on before 4 May 2031.";
    let page = ada.get("/choices").await.page();
    for key in ["sale-or-sharing", "limit-sensitive"] {
        let said = page.texts(&format!("#{key} .hint"));
        assert!(said[0].contains(promise), "{said:?}");
    }
}

/// Rule: N1, Civ. 1798.120(c); C9, Civ. 1798.135(c)(5).
#[actix_web::test]
async fn before_they_are_thirteen_only_a_parent_can_turn_it_on() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/age", &[("born_on", "2013-02-10")]).await;
    let refused = ada
        .post("/choices/sale-or-sharing/opt-in", &CONFIRMED)
        .await;
    let page = ada.get(refused.location()).await.page();
    assert!(page.text().contains("a parent or guardian must turn it on"));
    assert!(page.texts("main form").is_empty());
    let extra = "/choices/limit-sensitive/opt-in";
    let refused = ada.post(extra, &CONFIRMED).await;
    let page = ada.get(refused.location()).await.page();
    assert!(page.text().contains("a parent or guardian must turn it on"));
    let changes = all_changes(&app).len();
    app.app.clock.advance(chrono::TimeDelta::days(1));
    ada.post("/choices/sale-or-sharing/opt-in", &CONFIRMED)
        .await;
    let after = all_changes(&app);
    assert_eq!(after.len(), changes + 1, "their own choice from then on");
    assert!(
        after[..changes]
            .iter()
            .all(|it| it.state == State::OptedOut)
    );
}

#[actix_web::test]
async fn of_who_is_older_nothing_is_kept_and_a_mistake_comes_back_with_a_sentence() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let done = ada.post("/choices/age", &[("born_on", "2010-02-09")]).await;
    let page = ada.get(done.location()).await.page();
    assert!(page.text().contains("You are 16 or older."));
    assert!(all_changes(&app).is_empty());
    for (typed, said) in [
        ("", "Type the day of birth"),
        ("tomorrow", "Type the day of birth"),
        ("2026-02-09", "lies before today"),
        ("2026-02-10", "lies before today"),
        ("1876-02-09", "Nobody is as old as that"),
    ] {
        let answer = ada.post("/choices/age", &[("born_on", typed)]).await;
        answer.refuses("born_on", said);
    }
}

#[test]
fn the_sixteenth_birthday_is_on_the_day_of_birth() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    for (born_on, sixteen_on) in [("2013-02-10", "2029-02-10"), ("2012-02-29", "2028-02-29")] {
        let counted = sixteenth_birthday(day(born_on));
        assert_eq!(counted, Some(day(sixteen_on)));
    }
}
