//! Contesting what a machine decided: the person says how they see it, and somebody looks at it again.

use candor::accounts::model::Role;
use candor::requests::model::{Kind, State};

use super::entered::{enter, newest};
use super::given::on;
use super::given_without_account::review;
use super::{find, reference_of};
use crate::support::{Actor, TestApp};

const FORM: &str = "/requests/new/contest";
const WHICH: &str = "I was not proposed for the job at Halden.";
const VIEW: &str = "My licence was renewed in March.";

async fn contest(person: &Actor) -> String {
    let page = person.get(FORM).await.page();
    let words = [("words", WHICH), ("view", VIEW)];
    reference_of(&person.submit(&page, FORM, &words).await)
}

/// Rule: A4.Q, Minn. Stat. 325M.14; Conn. Gen. Stat. 42-518; GDPR Art. 22(3).
#[actix_web::test]
async fn it_can_be_contested_where_a_law_gives_that_under_the_dates_of_that_law() {
    let app = TestApp::start();
    let under = async |name: &str, place: &str| {
        let person = app.person_in(name, place).await;
        let request = find(&app, &contest(&person).await);
        assert_eq!(request.kind, Kind::Contest);
        (
            request.law,
            (request.due_on - request.received_on).num_days(),
        )
    };
    assert_eq!(under("mina", "us-mn").await, ("us-mn".to_owned(), 45));
    assert_eq!(under("lena", "de").await, ("eu-gdpr".to_owned(), 28));
    assert_eq!(under("olive", "gb").await, ("uk-gdpr".to_owned(), 28));
    let (ada, cora) = (
        app.person("ada").await,
        app.person_in("cora", "us-ct").await,
    );
    assert_eq!(ada.get(FORM).await.status, 404, "California gives another");
    assert_eq!(cora.get(FORM).await.status, 404, "not yet");
    on(&app, 2026, 7, 1);
    let colin = app.person_in("colin", "us-ct").await;
    assert_eq!(find(&app, &contest(&colin).await).law, "us-ct");
}

/// Rule: A4.Q, Minn. Stat. 325M.14; Conn. Gen. Stat. 42-518; GDPR Art. 22(3).
#[actix_web::test]
async fn a_person_looks_again_and_the_answer_says_all_that_the_law_wants_said() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let lena = app.person_in("lena", "de").await;
    let page = lena.get(FORM).await.page();
    let silent = lena.submit(&page, FORM, &[("view", VIEW)]).await;
    silent.refuses("words", "Write what it is about");
    assert!(silent.html().contains(VIEW), "what was typed is kept");
    assert_eq!(page.attributes("main a[href='/data']", "href").len(), 1);
    let reference = contest(&lena).await;

    let url = format!("/staff/requests/{reference}");
    let decide = format!("{url}/decide");
    let page = agent.get(&url).await.page();
    let text = page.text();
    assert!(text.contains(WHICH) && text.contains(VIEW), "{text}");
    assert!(text.contains("who can change the result"), "{text}");
    let mut answer = vec![
        ("outcome", "approved"),
        ("contest-why", "Your licence had run out by what we held."),
        (
            "contest-otherwise",
            "A licence that holds brings you in front.",
        ),
        (
            "contest-data",
            "Your licence and your searches, under My data.",
        ),
    ];
    let short = agent.submit(&page, &decide, &answer).await;
    short.refuses("contest-result", "Write this for the person.");
    answer.push(("contest-result", "With the new date you are proposed."));
    agent.submit(&page, &decide, &answer).await.location();
    assert_eq!(find(&app, &reference).state, State::Completed);

    let page = lena.get(&format!("/requests/{reference}")).await.page();
    let text = page.text();
    for (_, part) in &answer[1..] {
        assert!(text.contains(part), "{part}");
    }
    let told = app.mails_to("lena").pop().unwrap();
    assert!(told.text.contains("A person has looked at it again"));
    assert!(!told.text.contains("licence"), "that stands on the page");
    let receipts = lena.get("/receipts").await.page();
    assert!(receipts.text().contains("A person looked again"));
}

/// A no is told under its own name, with where to turn; and says all the same what the law wants said.
/// Rule: A4.Q, Minn. Stat. 325M.14; GDPR Art. 12(4), 22(3).
#[actix_web::test]
async fn a_result_that_stays_is_a_denial_by_two_with_the_whole_answer() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let grace = app.person_in("grace", "us-mn").await;
    let reference = contest(&grace).await;
    let url = format!("/staff/requests/{reference}");
    let decide = format!("{url}/decide");
    let page = sam.get(&url).await.page();
    assert!(!page.html().contains("outcome-partly"));
    let mut answer = vec![("outcome", "denied"), ("ground", "RESULT_STAYS")];
    let short = sam.submit(&page, &decide, &answer).await;
    short.refuses("contest-why", "Write this for the person.");
    answer.extend([
        ("contest-why", "The job asks for a licence."),
        ("contest-otherwise", "A licence brings you in front."),
        ("contest-data", "Your licences, under My data."),
        ("contest-result", "I looked at it again, and it stays."),
    ]);
    sam.submit(&page, &decide, &answer).await.location();
    let approve = format!("{url}/approve");
    let page = vera.get(&url).await.page();
    vera.submit(&page, &approve, &[]).await.location();
    assert_eq!(find(&app, &reference).state, State::Denied);

    let page = grace.get(&format!("/requests/{reference}")).await.page();
    let text = page.text();
    for (_, part) in &answer[2..] {
        assert!(text.contains(part), "{part}");
    }
    assert!(text.contains("If you do not agree"), "{text}");
    let mails = app.mails_to("grace");
    let kinds: Vec<_> = mails.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["request_received", "request_decided"]);
    assert!(
        mails[1].text.contains("We have denied"),
        "{}",
        mails[1].text
    );
}

#[actix_web::test]
async fn what_is_no_such_decision_is_denied_on_a_ground_by_two() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let reference = contest(&app.person_in("lena", "de").await).await;
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let deny = [
        ("outcome", "denied"),
        ("ground", "NO_DECISION_22_1"),
        ("reason", "An employer chose by hand, without us."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &deny).await.location();
    let request = find(&app, &reference);
    assert_eq!(request.state, State::InReview, "a supervisor approves it");
    assert!(request.outcome.is_some());
}

/// Rule: I1, 11 CCR 7020(a); A4.Q, GDPR Art. 22(3).
#[actix_web::test]
async fn a_machines_decision_can_be_contested_by_letter() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let about = [("wants", "contest"), ("residence", "de"), ("note", WHICH)];
    enter(&sam, &about).await.location();
    let request = newest(&app);
    assert_eq!((request.kind, &*request.law), (Kind::Contest, "eu-gdpr"));
    let url = review(&app, &sam, &request).await;
    let page = sam.get(&url).await.page();
    assert_eq!(page.attributes("#contest-result", "name").len(), 1);
}
