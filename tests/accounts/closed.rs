//! What an address that was taken away from its account still gets, and an account that has no other.

use candor::accounts::model::Role;
use candor::jobs::{self, Job};
use chrono::TimeDelta;

use super::closing::{LIST, NEW, OLD, STAFF_FORM, close, signed_in_with, with_two};
use crate::support::{Actor, TestApp};

const OPT_OUTS: &str = "/staff/opt-outs/new";

/// Ada, who goes on with the old address; the new one is closed.
pub(super) async fn with_one_closed(app: &TestApp) -> Actor {
    with_two(app).await;
    let ada = signed_in_with(app, OLD).await;
    close(&ada, NEW).await.location();
    ada
}

/// The mails to a closed address since it was closed.
pub(super) fn since(app: &TestApp, email: &str, before: usize) -> Vec<(String, String)> {
    let mails = app.mails_to(email).into_iter().skip(before);
    mails.map(|it| (it.kind, it.text)).collect()
}

#[actix_web::test]
async fn a_request_that_names_a_closed_address_is_answered_with_what_to_do_and_without_a_link() {
    let app = TestApp::start();
    let ada = with_one_closed(&app).await;
    let before = app.mails_to(NEW).len();
    for wants in ["deletion", "pieces"] {
        let asked = [("wants", wants), ("email", NEW), ("residence", "us-ca")];
        let answer = app.visitor().post("/request", &asked).await;
        assert_eq!(answer.location(), "/request/sent", "as for every address");
    }
    let told = since(&app, NEW, before);
    assert_eq!(told.len(), 2);
    for (kind, text) in told {
        assert_eq!(kind, "request_from_closed");
        assert!(!text.contains("/request/link/"), "{text}");
        assert!(text.contains("was taken away from its account"), "{text}");
        assert!(text.contains("from another address, with the reference"));
    }
    let own = ada.get("/requests").await.page();
    assert!(own.text().contains("You have no requests"));
}

#[actix_web::test]
async fn a_link_that_was_mailed_before_the_address_was_closed_leads_nowhere() {
    let app = TestApp::start();
    with_two(&app).await;
    let asked = [
        ("wants", "deletion"),
        ("email", NEW),
        ("residence", "us-ca"),
    ];
    app.visitor().post("/request", &asked).await.location();
    let mails = app.mails_to(NEW).into_iter().map(|it| it.text);
    let mails = mails.collect::<String>();
    let link = mails.lines().find(|it| it.contains("/request/link/"));
    let link = link.unwrap().trim_start_matches(app.address());
    let ada = signed_in_with(&app, OLD).await;
    close(&ada, NEW).await.location();
    let visitor = app.visitor();
    visitor.get(link).await.page();
    assert_eq!(visitor.post(link, &[("answer", "mine")]).await.status, 409);
    let own = ada.get("/requests").await.page();
    assert!(own.text().contains("You have no requests"));
}

#[actix_web::test]
async fn staff_hear_at_once_that_an_address_is_closed() {
    let app = TestApp::start();
    with_one_closed(&app).await;
    let (before, told) = (app.mails_to(NEW).len(), app.mails_to(OLD).len());
    let sam = app.staff("sam", Role::Agent).await;
    let entry = [
        ("channel", "phone"),
        ("received_on", "2026-02-09"),
        ("wants", "deletion"),
        ("email", NEW),
        ("residence", "us-ca"),
    ];
    let refused = sam.post("/staff/requests/new", &entry).await;
    refused.refuses("email", "was taken away from its account");

    let opt_out = [
        ("email", NEW),
        ("what", "both"),
        ("channel", "phone"),
        ("received_on", "2026-02-09"),
    ];
    sam.post(OPT_OUTS, &opt_out).await.location();
    let said = sam.get(OPT_OUTS).await.page().text();
    assert!(
        said.contains("went to the address that the account has now"),
        "{said}"
    );
    assert_eq!(app.mails_to(NEW).len(), before);
    assert_eq!(app.mails_to(OLD).len(), told + 1);
}

#[actix_web::test]
async fn an_account_that_no_address_opens_is_told_of_wherever_staff_meet_it() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let form = ada.get("/requests/new/access").await.page();
    let filed = ada
        .submit(&form, "/requests/new/access", &[("question", "What?")])
        .await;
    let reference = filed.location().split('/').nth(2).unwrap().to_owned();
    let request = format!("/staff/requests/{reference}");
    let vera = app.staff("vera", Role::Supervisor).await;
    let unopened = "No address opens this person's account";
    assert!(!vera.get(&request).await.page().text().contains(unopened));

    let typed = [("email", OLD), ("why", "lost")];
    vera.post(STAFF_FORM, &typed).await.location();
    let said = vera.get(STAFF_FORM).await.page().text();
    assert!(said.contains("No address opens this account now"), "{said}");
    assert!(vera.get(&request).await.page().text().contains(unopened));
    let queue = vera.get("/staff/requests").await.page().text();
    assert!(queue.contains("1 account that no address opens"), "{queue}");
    let list = vera.get(LIST).await.page();
    let ways = list.attributes("section a[href*='person=']", "href");
    let theirs = vera.get(&ways[0]).await.page().html();
    assert!(theirs.contains(&reference));
    let opt_out = [
        ("email", OLD),
        ("what", "both"),
        ("channel", "phone"),
        ("received_on", "2026-02-09"),
    ];
    let before = app.mails_to(OLD).len();
    vera.post(OPT_OUTS, &opt_out).await.location();
    let said = vera.get(OPT_OUTS).await.page().text();
    assert!(said.contains("Tell them yourself"), "{said}");
    assert_eq!(app.mails_to(OLD).len(), before);

    let now = app.app.clock.now();
    let remind = move |conn: &mut _| jobs::enqueue(conn, &Job::RemindOfWaiting, now);
    app.app.db.write(remind).await.unwrap();
    while app.run_jobs().await > 0 {}
    let told = app.mails_to("vera@staff.example.org");
    assert!(
        told[told.len() - 1]
            .text
            .contains("1 account that no address opens")
    );

    // It has an address again once the offered one is confirmed.
    let typed = [("email", OLD), ("why", "lost"), ("offered", NEW)];
    vera.post(STAFF_FORM, &typed).await.location();
    let said = vera.get(LIST).await.page();
    assert!(said.text().contains("until another supervisor"));
    let otto = app.staff("otto", Role::Supervisor).await;
    let path = said.attributes("tbody a", "href").remove(0);
    otto.post(&format!("{path}/approve"), &[]).await.location();
    let offer = app.mails_to(NEW).remove(0).text;
    let link = offer.lines().find(|it| it.contains("/offered/")).unwrap();
    let link = link.trim_start_matches(app.address());
    app.visitor().post(link, &[]).await.location();
    let queue = vera.get("/staff/requests").await.page().text();
    assert!(!queue.contains("account that no address opens"));
    assert!(!vera.get(&request).await.page().text().contains(unopened));
}

#[actix_web::test]
async fn nobody_is_reminded_for_ever_of_an_account_that_nobody_asks_for() {
    let app = TestApp::start();
    app.person("ada").await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let typed = [("email", OLD), ("why", "lost")];
    vera.post(STAFF_FORM, &typed).await.location();
    app.app.clock.advance(TimeDelta::days(31));
    let own = app.app.clone();
    let purged = actix_web::rt::task::spawn_blocking(move || candor::accounts::purge(&own));
    purged.await.unwrap().unwrap();
    let vera = app.sign_in_again("vera", Role::Supervisor).await;
    let queue = vera.get("/staff/requests").await.page().text();
    assert!(!queue.contains("account that no address opens"));
}
