//! What an approved request for access gives.

use candor::accounts::model::Role;
use candor::requests::model::State;
use chrono::TimeDelta;

use super::entered::{enter, newest};
use super::without_account::{ADDRESS, BIRTH, PHONE, follow, held, only_request, prove};
use super::{MAYA, find};
use crate::support::{Actor, TestApp};

/// Proposed by one, approved by another, and carried out.
pub(super) async fn grant(
    app: &TestApp,
    reference: &str,
    outcome: &[(&str, &str)],
) -> (Actor, String) {
    let agreed = agree(app, reference, outcome).await;
    app.run_jobs().await;
    assert_eq!(find(app, reference).state, State::Completed);
    agreed
}

/// Proposed by one and approved by another.
async fn agree(app: &TestApp, reference: &str, outcome: &[(&str, &str)]) -> (Actor, String) {
    let sam = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let decide = format!("{url}/decide");
    sam.submit(&page, &decide, outcome).await.location();
    let page = vera.get(&url).await.page();
    let approve = format!("{url}/approve");
    vera.submit(&page, &approve, &[]).await.location();
    (sam, url)
}

pub(super) const GIVE: [(&str, &str); 2] = [("outcome", "approved"), ("reason", "Here it is.")];

/// Asks for the data themselves without an account, and is recognised.
async fn ask_for_pieces(app: &TestApp) -> String {
    let (visitor, page) = follow(app, "pieces", ADDRESS, "").await;
    let (phone, birth) = (held(app, "phone"), held(app, "birth_date"));
    let proof = [
        (PHONE, phone.as_str()),
        (BIRTH, birth.as_str()),
        ("name", "Maya Okafor"),
        ("declares", "true"),
    ];
    prove(&visitor, &page, &proof).await.location();
    only_request(app).0.reference
}

/// Where the packages can be downloaded that the person finds after signing in.
async fn downloads(person: &Actor) -> Vec<String> {
    let page = person.get("/data/export").await.page();
    page.attributes("a[href$='/download']", "href")
}

/// Rule: K2, Civ. 1798.130(a)(3)(B); I3, Civ. 1798.130(a)(2)(A).
#[actix_web::test]
async fn who_asks_for_a_copy_without_account_gets_it() {
    let app = TestApp::start();
    let reference = ask_for_pieces(&app).await;
    grant(&app, &reference, &GIVE).await;
    let kinds: Vec<_> = app
        .mails_to(ADDRESS)
        .into_iter()
        .map(|it| it.kind)
        .collect();
    assert!(kinds.contains(&"package_ready".to_owned()), "{kinds:?}");
    let person = app.person_again(MAYA).await;
    let all = downloads(&person).await;
    assert_eq!(all.len(), 1);
    assert_eq!(person.get(&all[0]).await.status, 200);
    let page = person.get(&format!("/requests/{reference}")).await;
    assert!(page.text().contains("A copy of your data is being made"));
}

/// Rule: K4, 11 CCR 7024(h).
#[actix_web::test]
async fn what_is_not_denied_of_a_copy_is_given() {
    let app = TestApp::start();
    let reference = ask_for_pieces(&app).await;
    let part = [
        ("outcome", "partly_approved"),
        ("ground", "OTHERS_RIGHTS_145K"),
        ("reason", "Two messages are about a colleague."),
    ];
    grant(&app, &reference, &part).await;
    assert_eq!(downloads(&app.person_again(MAYA).await).await.len(), 1);
}

/// Rule: K1, Civ. 1798.110, 1798.115; K6, 11 CCR 7024(c).
#[actix_web::test]
async fn categories_are_told_as_the_register_knows_them() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    let phone = held(&app, "phone");
    prove(&visitor, &page, &[(PHONE, &phone)]).await.location();
    let reference = only_request(&app).0.reference;
    let person = app.person_again(MAYA).await;
    let opt_out = "/choices/sale-or-sharing/opt-out";
    person.post(opt_out, &[]).await.location();
    grant(&app, &reference, &GIVE).await;
    assert!(
        downloads(&person).await.is_empty(),
        "the data were not asked for"
    );
    let said = person.get(&format!("/requests/{reference}")).await.text();
    for words in [
        "These are the kinds of data that we hold about you",
        "Where it comes from",
        "Who may get it",
        "Sold or shared for advertising",
        "Disclosed so that others work for us",
        "Records that we do not search",
        "Sealed tapes of our mail server of 2018",
        "Brightfield",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let kinds = said
        .split("Sold or shared for advertising:")
        .next()
        .unwrap();
    let brokers: Vec<_> = kinds.match_indices("Brightfield Audiences").collect();
    let stopped = kinds.matches("Brightfield Audiences: You have stopped this");
    assert!(!brokers.is_empty(), "{kinds}");
    assert_eq!(
        brokers.len(),
        stopped.count(),
        "each says that it is off: {kinds}"
    );
}

#[actix_web::test]
async fn staff_learn_why_categories_cannot_be_told_and_try_again() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    let phone = held(&app, "phone");
    prove(&visitor, &page, &[(PHONE, &phone)]).await.location();
    let reference = only_request(&app).0.reference;
    let (sam, url) = agree(&app, &reference, &GIVE).await;
    let source = app.source.connect();
    let gone = "ALTER TABLE search_terms RENAME TO gone";
    source.execute_batch(gone).unwrap();
    app.run_jobs().await;
    let request = find(&app, &reference);
    assert_eq!(request.state, State::ExecutionFailed);
    let failure = request.failure.unwrap();
    assert!(failure.contains("no such table"), "{failure}");
    let back = "ALTER TABLE gone RENAME TO search_terms";
    source.execute_batch(back).unwrap();
    let page = sam.get(&url).await.page();
    let retry = format!("{url}/retry");
    sam.submit(&page, &retry, &[]).await.location();
    app.run_jobs().await;
    assert_eq!(find(&app, &reference).state, State::Completed);
}

/// A package of the person's own is no answer to a request, and does not stand in the way of one.
#[actix_web::test]
async fn what_the_person_makes_by_themselves_is_not_taken_for_the_answer() {
    let app = TestApp::start();
    let reference = letter_of_maya(&app).await;
    let maya = app.person_again(MAYA).await;
    let of_a_time = [("from", "2026-02-01"), ("to", "")];
    maya.post("/data/export", &of_a_time).await.location();
    let (sam, url) = grant(&app, &reference, &GIVE).await;
    let both = downloads(&maya).await;
    assert_eq!(both.len(), 2);
    let everything = maya.get(&both[0]).await;
    app.app.clock.advance(TimeDelta::days(1));
    let maya = app.person_again(MAYA).await;
    maya.post("/data/export", &of_a_time).await.location();
    app.run_jobs().await;
    let handed_out = sam.get(&format!("{url}/package")).await;
    assert_eq!(handed_out.status, 200);
    assert_eq!(handed_out.body, everything.body);
}

/// Rule: I1, 11 CCR 7020(a).
#[actix_web::test]
async fn staff_print_the_copy_for_who_wrote_a_letter() {
    let app = TestApp::start();
    let reference = letter_of_maya(&app).await;
    let package = format!("/staff/requests/{reference}/package");
    let una = app.staff("una", Role::Agent).await;
    assert_eq!(una.get(&package).await.status, 404, "nothing is granted");
    let (sam, url) = grant(&app, &reference, &GIVE).await;
    let page = sam.get(&url).await.page();
    let links = page.attributes("main a[href$='/package']", "href");
    assert_eq!(links, [package.as_str()]);
    assert_eq!(sam.get(&package).await.status, 200);
    let person = app.person_again(MAYA).await;
    let log = person.get("/account/access-log").await.text();
    assert!(
        log.contains("A copy of your data, saved to be sent to you"),
        "{log}"
    );
    let seen = app.person_again(MAYA).await.get("/data/export").await;
    assert!(
        seen.text().contains("to be sent by letter"),
        "it is on record"
    );
}

/// A letter that asks for the data themselves, from somebody whom staff have recognised.
async fn letter_of_maya(app: &TestApp) -> String {
    let kim = app.staff("kim", Role::Agent).await;
    enter(&kim, &[("wants", "pieces")]).await.location();
    let reference = newest(app).reference;
    let url = format!("/staff/requests/{reference}");
    let page = kim.get(&url).await.page();
    let confirmed = format!("{url}/confirmed");
    kim.submit(&page, &confirmed, &[]).await.location();
    let page = kim.get(&url).await.page();
    let known = [
        ("identity", "verified"),
        ("vouched", "We rang the number that we hold."),
        ("held_by", "email"),
        ("held_as", ADDRESS),
    ];
    let identity = format!("{url}/identity");
    kim.submit(&page, &identity, &known).await.location();
    reference
}
