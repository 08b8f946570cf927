//! Another address for an account takes two supervisors.

use candor::accounts::model::Role;
use candor::db::schema::staff;
use candor::jobs::{self, Job};
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::{Actor, TestApp};

const OLD: &str = "ada@example.org";
const NEW: &str = "ada.new@example.org";
const LIST: &str = "/staff/closed-addresses";

/// Vera has closed Ada's address and proposed another: her session, and Ada's.
async fn proposed(app: &TestApp) -> (Actor, Actor) {
    let ada = app.person("ada").await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let typed = [("email", OLD), ("why", "lost"), ("offered", NEW)];
    let form = format!("{LIST}/new");
    assert_eq!(vera.post(&form, &typed).await.location(), LIST);
    (vera, ada)
}

async fn waiting(staff: &Actor) -> Vec<String> {
    let list = staff.get(LIST).await.page();
    assert!(!list.text().contains(OLD) && !list.text().contains(NEW));
    list.attributes("tbody a", "href")
}

#[actix_web::test]
async fn who_proposed_an_address_cannot_approve_it_and_nothing_is_mailed_meanwhile() {
    let app = TestApp::start();
    let (vera, ada) = proposed(&app).await;
    let again = [("email", OLD), ("why", "lost"), ("offered", NEW)];
    vera.post(&format!("{LIST}/new"), &again).await.location();
    assert_eq!(app.events("identity.offer_proposed", "account"), 1);
    assert_eq!(
        ada.get("/data").await.location(),
        "/sign-in?next=%2Fdata",
        "closing stays with one"
    );
    let path = waiting(&vera).await.remove(0);
    let page = vera.get(&path).await.page();
    assert!(page.text().contains("Another supervisor has to approve it"));
    let refused = vera.post(&format!("{path}/approve"), &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("You proposed this"));
    assert!(app.mails_to(NEW).is_empty());
    assert_eq!(waiting(&vera).await, [path], "it waits still");
}

#[actix_web::test]
async fn another_supervisor_sees_whose_it_is_on_record_and_has_the_link_mailed() {
    let app = TestApp::start();
    proposed(&app).await;
    let otto = app.staff("otto", Role::Supervisor).await;
    let path = waiting(&otto).await.remove(0);
    let page = otto.get(&path).await.page();
    assert!(page.text().contains(OLD) && page.text().contains(NEW));
    assert_eq!(app.events("person.viewed", ""), 1);
    let approve = format!("{path}/approve");
    otto.submit(&page, &approve, &[]).await.location();
    assert_eq!(app.mails_to(NEW).len(), 1);
    assert_eq!(app.events("identity.offer_proposed", "account"), 1);
    assert_eq!(app.events("identity.offered", "account"), 1);
    assert_eq!(otto.post(&approve, &[]).await.status, 409, "once");
    assert_eq!(app.mails_to(NEW).len(), 1);
}

#[actix_web::test]
async fn what_is_refused_or_taken_back_is_not_offered() {
    let app = TestApp::start();
    let (vera, _) = proposed(&app).await;
    let otto = app.staff("otto", Role::Supervisor).await;
    let path = waiting(&otto).await.remove(0);
    let page = otto.get(&path).await.page();
    let refuse = format!("{path}/refuse");
    otto.submit(&page, &refuse, &[]).await.location();
    assert!(waiting(&vera).await.is_empty());

    let typed = [("email", OLD), ("why", "lost"), ("offered", NEW)];
    vera.post(&format!("{LIST}/new"), &typed).await.location();
    let path = waiting(&vera).await.remove(0);
    let page = vera.get(&path).await.page();
    let refuse = format!("{path}/refuse");
    vera.submit(&page, &refuse, &[]).await.location();
    assert!(app.mails_to(NEW).is_empty());
    assert_eq!(app.events("identity.offer_refused", "account"), 2);
}

/// As the second of two on a request: whoever has left, or is no supervisor any more, does not count.
#[actix_web::test]
async fn both_must_be_there_still_as_what_they_were() {
    let app = TestApp::start();
    proposed(&app).await;
    let otto = app.staff("otto", Role::Supervisor).await;
    let approve = format!("{}/approve", waiting(&otto).await.remove(0));
    let now = app.app.clock.now();
    let change = async |name: &'static str, role: &'static str, gone: bool| {
        let changed = app.app.db.write(move |conn| {
            let row = staff::table.filter(staff::name.eq(name));
            let values = (
                staff::role.eq(role),
                staff::disabled_at.eq(gone.then_some(now)),
            );
            Ok(diesel::update(row).set(values).execute(conn)?)
        });
        changed.await.unwrap();
    };
    change("otto", "agent", false).await;
    assert_eq!(otto.post(&approve, &[]).await.status, 403);
    change("otto", "supervisor", false).await;
    change("vera", "supervisor", true).await;
    let refused = otto.post(&approve, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("no longer works here"));
    assert!(app.mails_to(NEW).is_empty());
}

#[actix_web::test]
async fn supervisors_hear_of_what_waits_and_after_thirty_days_it_is_forgotten() {
    let app = TestApp::start();
    let (vera, _) = proposed(&app).await;
    let queue = vera.get("/staff/requests").await.page();
    let text = "1 address that was proposed for an account";
    assert!(queue.text().contains(text), "{}", queue.text());
    let tonight = async |job: Job| {
        let now = app.app.clock.now();
        let asked = app.app.db.write(move |conn| jobs::enqueue(conn, &job, now));
        asked.await.unwrap();
        while app.run_jobs().await > 0 {}
    };
    tonight(Job::RemindOfWaiting).await;
    let told = app.mails_to("vera@staff.example.org").pop().unwrap();
    assert!(told.text.contains(text) && told.text.contains(LIST));

    app.app.clock.advance(TimeDelta::days(31));
    tonight(Job::PurgeExpired).await;
    let vera = app.sign_in_again("vera", Role::Supervisor).await;
    assert!(waiting(&vera).await.is_empty());
}
