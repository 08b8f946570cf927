//! What the law of some places alone lets people ask for.

use candor::accounts::model::Role;
use candor::requests::model::{Kind, State};

use super::{find, reference_of};
use crate::support::{Actor, TestApp};

async fn offered(person: &Actor) -> Vec<String> {
    let page = person.get("/requests").await.page();
    let links = page.attributes("main .actions a", "href").into_iter();
    let all = links.filter_map(|it| it.strip_prefix("/requests/new/").map(str::to_owned));
    all.filter(|it| !["deletion", "access", "restriction"].contains(&it.as_str()))
        .collect()
}

async fn ask(app: &TestApp, person: &Actor, path: &str, words: &str) -> String {
    let form = format!("/requests/new/{path}");
    let page = person.get(&form).await.page();
    let filed = person.submit(&page, &form, &[("words", words)]).await;
    let reference = reference_of(&filed);
    assert_eq!(find(app, &reference).state, State::Acknowledged);
    reference
}

pub(super) fn on(app: &TestApp, year: i32, month: u32, day: u32) {
    let day = chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let now = app.app.clock.now();
    app.app
        .clock
        .advance(day.and_hms_opt(12, 0, 0).unwrap() - now);
}

/// Rule: A5, 11 CCR 7222; C19, Cal. Civ. Code 1798.83; A4.C, Data Protection Act 2018, s. 164A.
#[actix_web::test]
async fn what_a_law_gives_is_offered_where_it_holds_and_from_the_day_on_which_it_does() {
    let app = TestApp::start();
    let (ada, olive) = (app.person("ada").await, app.person_in("olive", "gb").await);
    let lena = app.person_in("lena", "de").await;
    assert_eq!(offered(&ada).await, ["marketing-list"]);
    assert_eq!(offered(&olive).await, ["contest"]);
    for path in ["decision", "complaint", "anything"] {
        let form = format!("/requests/new/{path}");
        assert_eq!(ada.get(&form).await.status, 404);
        assert_eq!(ada.post(&form, &[("words", "x")]).await.status, 404);
    }
    on(&app, 2026, 6, 19);
    assert_eq!(offered(&olive).await, ["contest", "complaint"]);
    on(&app, 2026, 12, 31);
    assert_eq!(offered(&ada).await, ["marketing-list"]);
    on(&app, 2027, 1, 1);
    assert_eq!(offered(&ada).await, ["decision", "marketing-list"]);
    assert_eq!(offered(&lena).await, ["contest"]);
    let nora = app.person_in("nora", "").await;
    let all = ["decision", "contest", "marketing-list", "complaint"];
    assert_eq!(
        offered(&nora).await,
        all,
        "who does not say where they live"
    );
}

/// Rule: C19, Cal. Civ. Code 1798.83.
#[actix_web::test]
async fn who_got_data_for_their_own_marketing_is_told_within_30_days() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let ada = app.person("ada").await;
    let reference = ask(&app, &ada, "marketing-list", "").await;
    let request = find(&app, &reference);
    assert_eq!(request.kind, Kind::MarketingList);
    assert_eq!((request.due_on - request.received_on).num_days(), 30);
    let told = app.mails_to("ada").pop().unwrap();
    assert!(told.text.contains("who got data for marketing"));
    assert!(told.text.contains("11 March 2026"), "{}", told.text);
    assert!(told.text.contains("Cal. Civ. Code 1798.83"));

    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    assert!(
        page.text()
            .contains("Name in the answer who got which kinds")
    );
    assert!(page.text().contains("ONCE_A_YEAR_1798_83"));
    let answer = [
        ("outcome", "approved"),
        ("reason", "Brightfield Audiences got your address."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &answer).await.location();
    assert_eq!(find(&app, &reference).state, State::Completed);
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    assert!(
        page.text()
            .contains("Brightfield Audiences got your address.")
    );
    let told = app.mails_to("ada").pop().unwrap();
    assert!(told.text.contains("We have answered your request"));
    assert!(!told.text.contains("Brightfield"));
    let receipts = ada.get("/receipts").await.page();
    assert!(
        receipts
            .text()
            .contains("It was told who got data for marketing")
    );
}

/// Rule: A5, 11 CCR 7021, 7222.
#[actix_web::test]
async fn how_a_decision_was_made_is_told_within_45_days_with_all_that_the_law_wants_said() {
    let app = TestApp::start();
    on(&app, 2027, 1, 4);
    let agent = app.staff("sam", Role::Agent).await;
    let ada = app.person("ada").await;
    let form = "/requests/new/decision";
    let page = ada.get(form).await.page();
    let refused = ada.submit(&page, form, &[("words", " ")]).await;
    refused.refuses("words", "Write what it is about");
    let words = "I was not proposed for the job at Halden.";
    let reference = ask(&app, &ada, "decision", words).await;
    let request = find(&app, &reference);
    assert_eq!(request.kind, Kind::Decision);
    assert_eq!((request.due_on - request.received_on).num_days(), 45);
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    for part in [words, "parameters", "what part people had", "11 CCR 7222"] {
        assert!(page.text().contains(part), "{part}");
    }
    let queue = agent.get("/staff/requests?kind=decision").await.page();
    assert_eq!(queue.texts("tbody th"), [reference]);
}

/// Rule: A4.C, Data Protection Act 2018, s. 164A.
#[actix_web::test]
async fn a_complaint_has_a_clock_of_its_own_and_is_confirmed_at_once() {
    let app = TestApp::start();
    on(&app, 2026, 7, 1);
    let agent = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let olive = app.person_in("olive", "gb").await;
    let words = "You showed my profile to an employer whom I had ruled out.";
    let reference = ask(&app, &olive, "complaint", words).await;
    let request = find(&app, &reference);
    assert_eq!((request.kind, &*request.law), (Kind::Complaint, "uk-gdpr"));
    assert_eq!(request.acknowledge_by.to_string(), "2026-07-31");
    assert_eq!(request.due_on.to_string(), "2026-07-31");
    assert!(request.acknowledged_at.is_some(), "at once");
    let told = app.mails_to("olive").pop().unwrap();
    assert!(told.text.contains("We have your complaint"));

    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    assert!(page.text().contains("say in the answer what you found"));
    assert!(!page.html().contains(&format!("{url}/extend")));
    let deny = [
        ("outcome", "denied"),
        ("ground", "NOT_UPHELD_164A"),
        ("reason", "They were not shown it: see the ledger."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &deny).await.location();
    let page = vera.get(&url).await.page();
    vera.submit(&page, &format!("{url}/approve"), &[])
        .await
        .location();
    let page = olive.get(&format!("/requests/{reference}")).await.page();
    assert!(page.text().contains("Information Commissioner's Office"));
    assert!(!page.html().contains("/appeal"), "no law gives one");
}
