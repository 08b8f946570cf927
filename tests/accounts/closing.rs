//! Taking an address away from an account.

use candor::accounts::model::Role;
use candor::db::schema::identities;
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::{Actor, Answer, TestApp};

pub(super) const OLD: &str = "ada@example.org";
pub(super) const NEW: &str = "ada.new@example.org";
const MAYA: &str = "maya.okafor@example.org";
pub(super) const LIST: &str = "/staff/closed-addresses";
pub(super) const STAFF_FORM: &str = "/staff/closed-addresses/new";

/// Ada, who has signed in with the old address and added the new one. Her session goes on as the new one's.
pub(super) async fn with_two(app: &TestApp) -> Actor {
    let ada = app.person("ada").await;
    add(app, &ada, NEW).await;
    ada
}

async fn add(app: &TestApp, person: &Actor, email: &str) {
    person
        .post("/account/address", &[("email", email)])
        .await
        .location();
    let code = app.mailed_code(email);
    let path = "/account/address/code";
    assert_eq!(
        person.post(path, &[("code", &code)]).await.location(),
        "/account"
    );
}

pub(super) async fn signed_in_with(app: &TestApp, email: &str) -> Actor {
    let visitor = app.visitor();
    app.sign_in_by_mail(&visitor, email).await.location();
    visitor
}

/// The page that takes that address away, if the account page leads there.
async fn way_to_close(person: &Actor, email: &str) -> Option<String> {
    let account = person.get("/account").await.page();
    let links = account.attributes("main a[href$='/close']", "href");
    let names = account.texts("main a[href$='/close']");
    let mut all = links.into_iter().zip(names);
    all.find(|(_, name)| name.ends_with(email)).map(|it| it.0)
}

pub(super) async fn close(person: &Actor, email: &str) -> Answer {
    let path = way_to_close(person, email).await.unwrap();
    let page = person.get(&path).await.page();
    person.submit(&page, &path, &[]).await
}

/// Another supervisor approves what waits.
async fn approve(app: &TestApp) {
    let otto = app.staff("otto", Role::Supervisor).await;
    let list = otto.get(LIST).await.page();
    let path = list.attributes("tbody a", "href").remove(0);
    let page = otto.get(&path).await.page();
    let sent = otto.submit(&page, &format!("{path}/approve"), &[]).await;
    assert_eq!(sent.location(), LIST);
}

fn kinds(app: &TestApp, email: &str) -> Vec<String> {
    let mails = app.mails_to(email).into_iter();
    mails.map(|it| it.kind).collect()
}

#[actix_web::test]
async fn an_intruders_address_is_taken_away_at_once_by_the_older_one() {
    let app = TestApp::start();
    with_two(&app).await;
    let intruder = signed_in_with(&app, NEW).await;
    let ada = signed_in_with(&app, OLD).await;
    let path = way_to_close(&ada, NEW).await.unwrap();
    assert_eq!(close(&ada, NEW).await.location(), "/account");
    let twice = ada.post(&path, &[]).await;
    assert_eq!(twice.status, 409);
    assert!(twice.text().contains("taken away already"));

    assert_eq!(
        intruder.get("/data").await.location(),
        "/sign-in?next=%2Fdata"
    );
    ada.get("/data").await.page();
    for address in [OLD, NEW] {
        assert!(kinds(&app, address).contains(&"address_closed".to_owned()));
    }
    let visitor = app.visitor();
    let refused = app.sign_in_by_mail(&visitor, NEW).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("opens it no more"));
    assert_eq!(app.events("identity.closed", "account"), 1);
}

#[actix_web::test]
async fn an_older_address_goes_on_for_two_weeks_and_each_can_keep_it() {
    let app = TestApp::start();
    let ada = with_two(&app).await;
    assert_eq!(close(&ada, OLD).await.location(), "/account");
    let said = ada.get("/account").await.page().text();
    assert!(said.contains("The address goes on for two weeks"), "{said}");
    let old = signed_in_with(&app, OLD).await;
    let page = old.get("/account").await.page();
    assert!(
        page.text()
            .contains("It opens your account until 23 February 2026")
    );
    assert!(kinds(&app, OLD).contains(&"address_closes".to_owned()));

    let keep = page.attributes("form[action$='/keep']", "action");
    old.submit(&page, &keep[0], &[]).await.location();
    app.app.clock.advance(TimeDelta::days(15));
    while app.run_jobs().await > 0 {}
    signed_in_with(&app, OLD).await.get("/data").await.page();
    assert!(kinds(&app, NEW).contains(&"address_kept".to_owned()));
}

#[actix_web::test]
async fn after_two_weeks_the_older_address_opens_nothing_and_gets_no_mail() {
    let app = TestApp::start();
    let ada = with_two(&app).await;
    close(&ada, OLD).await.location();
    app.app.clock.advance(TimeDelta::days(13));
    while app.run_jobs().await > 0 {}
    signed_in_with(&app, OLD).await.get("/data").await.page();

    app.app.clock.advance(TimeDelta::days(2));
    while app.run_jobs().await > 0 {}
    let visitor = app.visitor();
    assert_eq!(app.sign_in_by_mail(&visitor, OLD).await.status, 409);
    let ada = signed_in_with(&app, NEW).await;
    let account = ada.get("/account").await.page();
    assert!(account.text().contains("It opens your account no more"));
    assert_eq!(way_to_close(&ada, OLD).await, None);
    let before = app.mails_to(OLD).len();
    add(&app, &ada, "ada.third@example.org").await;
    assert_eq!(app.mails_to(OLD).len(), before, "only open ones are told");

    let told = app.mails_to("ada.third@example.org").len();
    let typed = [("email", OLD)];
    app.visitor().post("/do-not-sell", &typed).await.location();
    assert_eq!(app.mails_to(OLD).len(), before);
    let reached = app.mails_to("ada.third@example.org");
    assert_eq!(reached.len(), told + 1);
}

#[actix_web::test]
async fn nobody_closes_the_door_behind_them() {
    let app = TestApp::start();
    let ada = with_two(&app).await;
    assert_eq!(way_to_close(&ada, NEW).await, None);
    let own = app.app.db.read_now(|conn| {
        let new = identities::table.filter(identities::value.eq(NEW));
        Ok(new.select(identities::id).first::<i64>(conn)?)
    });
    let path = format!("/account/address/{}/close", own.unwrap());
    assert_eq!(ada.post(&path, &[]).await.status, 404);

    // The old one is to be closed when it takes the new one away itself: it stays.
    close(&ada, OLD).await.location();
    let old = signed_in_with(&app, OLD).await;
    close(&old, NEW).await.location();
    app.app.clock.advance(TimeDelta::days(15));
    while app.run_jobs().await > 0 {}
    signed_in_with(&app, OLD).await.get("/data").await.page();
}

#[actix_web::test]
async fn the_data_and_opt_outs_of_a_closed_address_stay_the_persons() {
    let app = TestApp::start();
    app.visitor().post("/do-not-sell", &[("email", NEW)]).await;
    with_two(&app).await;
    let ada = signed_in_with(&app, OLD).await;
    close(&ada, NEW).await.location();
    let choices = ada.get("/choices").await.page();
    let since = "by what you chose before you signed in";
    assert!(choices.text().contains(since), "{}", choices.text());

    // Shown to be theirs anew, it opens the account again.
    add(&app, &ada, NEW).await;
    signed_in_with(&app, NEW).await.get("/data").await.page();
}

#[actix_web::test]
async fn staff_close_the_only_address_and_offer_another_that_has_to_be_confirmed() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let page = vera.get(STAFF_FORM).await.page();
    let typed = [("email", OLD), ("offered", NEW)];
    vera.submit(&page, STAFF_FORM, &typed)
        .await
        .refuses("why", "Choose why.");
    let typed = [("email", "nobody@example.org"), ("why", "lost")];
    vera.submit(&page, STAFF_FORM, &typed)
        .await
        .refuses("email", "No account opens");
    let typed = [("email", OLD), ("why", "taken over"), ("offered", NEW)];
    vera.submit(&page, STAFF_FORM, &typed).await.location();
    assert_eq!(ada.get("/data").await.location(), "/sign-in?next=%2Fdata");
    let visitor = app.visitor();
    assert_eq!(app.sign_in_by_mail(&visitor, OLD).await.status, 409);
    assert!(app.mails_to(NEW).is_empty(), "it takes two");
    approve(&app).await;

    let offer = app.mails_to(NEW).remove(0).text;
    let link = offer.lines().find(|it| it.contains("/offered/")).unwrap();
    let link = link.trim_start_matches(app.address());
    let visitor = app.visitor();
    let page = visitor.get(link).await.page();
    assert_eq!(
        visitor.submit(&page, link, &[]).await.location(),
        "/sign-in"
    );
    // A second click leads on, and does nothing.
    assert_eq!(visitor.post(link, &[]).await.location(), "/sign-in");
    assert_eq!(visitor.get(link).await.location(), "/sign-in");
    assert_eq!(app.events("identity.added", "account"), 1);
    let ada = signed_in_with(&app, NEW).await;
    let account = ada.get("/account").await.page();
    assert!(account.text().contains(OLD), "it is the same account");
}

#[actix_web::test]
async fn an_address_with_an_account_of_its_own_is_offered_to_nobody() {
    let app = TestApp::start();
    app.person("ada").await;
    app.person("bo").await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let typed = [
        ("email", OLD),
        ("why", "lost"),
        ("offered", "bo@example.org"),
    ];
    let refused = vera.post(STAFF_FORM, &typed).await;
    refused.refuses("offered", "This address has an account of its own.");
    signed_in_with(&app, OLD).await.get("/data").await.page();
}

#[actix_web::test]
async fn an_offer_ends_after_a_week() {
    let app = TestApp::start();
    app.person("ada").await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let typed = [("email", OLD), ("why", "lost"), ("offered", NEW)];
    vera.post(STAFF_FORM, &typed).await.location();
    approve(&app).await;
    let offer = app.mails_to(NEW).remove(0).text;
    let link = offer.lines().find(|it| it.contains("/offered/")).unwrap();
    let link = link.trim_start_matches(app.address());
    app.app.clock.advance(TimeDelta::days(7));
    assert_eq!(app.visitor().get(link).await.status, 404);
    assert_eq!(app.visitor().post(link, &[]).await.status, 404);

    // The account is not lost by that: it is offered again, and not the mailbox that is lost.
    let vera = app.sign_in_again("vera", Role::Supervisor).await;
    let lost_one = [("email", OLD), ("why", "lost"), ("offered", OLD)];
    let refused = vera.post(STAFF_FORM, &lost_one).await;
    refused.refuses("offered", "Enter another address");
    vera.post(STAFF_FORM, &typed).await.location();
    let otto = app.sign_in_again("otto", Role::Supervisor).await;
    let list = otto.get(LIST).await.page();
    let path = list.attributes("tbody a", "href").remove(0);
    otto.post(&format!("{path}/approve"), &[]).await.location();
    let offers = app.mails_to(NEW).into_iter();
    let newest = offers.map(|it| it.text).find(|it| !it.contains(link));
    let newest = newest.unwrap();
    let link = newest.lines().find(|it| it.contains("/offered/")).unwrap();
    let link = link.trim_start_matches(app.address());
    let visitor = app.visitor();
    assert_eq!(visitor.post(link, &[]).await.location(), "/sign-in");
    signed_in_with(&app, NEW).await.get("/data").await.page();
    assert_eq!(app.events("identity.offered", "account"), 2);
    assert_eq!(app.events("identity.closed", "account"), 1);
}

#[actix_web::test]
async fn an_address_that_was_never_theirs_leaves_with_its_data_and_is_free_for_its_owner() {
    let app = TestApp::start_demo();
    let intruder = app.person("mallory").await;
    add(&app, &intruder, MAYA).await;
    assert!(finds_contacts(&intruder).await);
    let vera = app.staff("vera", Role::Supervisor).await;
    let typed = [("email", MAYA), ("why", "never theirs")];
    for _ in 0..2 {
        vera.post(STAFF_FORM, &typed).await;
    }
    assert_eq!(app.events("identity.released", "account"), 1);
    for address in [MAYA, "mallory@example.org"] {
        let told = kinds(&app, address);
        assert!(told.contains(&"address_released".to_owned()), "{address}");
    }

    let intruder = signed_in_with(&app, "mallory@example.org").await;
    assert!(!finds_contacts(&intruder).await);
    let account = intruder.get("/account").await.page();
    assert!(!account.text().contains(MAYA));
    let maya = signed_in_with(&app, MAYA).await;
    assert!(finds_contacts(&maya).await);
}

async fn finds_contacts(person: &Actor) -> bool {
    let overview = person.get("/data").await.page();
    let links = overview.attributes("main a", "href");
    links
        .iter()
        .any(|it| it.starts_with("/data/people/contact_details"))
}
