//! Deleting one record, from its row.

use candor::accounts::model::Role;
use candor::db::schema::receipts;
use candor::jobs::model::Lease;
use candor::register::CollectionKey;
use candor::requests::carry_out;
use candor::requests::model::State;
use diesel::prelude::*;

use super::{MAYA, find, first_record, reference_of};
use crate::support::{Actor, TestApp};

const RESUMES: &str = "/data/careers/resumes";
const SEARCHES: &str = "/data/activity/search_terms";
const APPLICATIONS: &str = "/data/careers/applications";

/// Where the deletion of each record of a collection begins.
async fn links(person: &Actor, collection: &str) -> Vec<String> {
    let page = person.get(collection).await.page();
    let links = page.attributes("article a", "href");
    let is_deletion = |it: &String| it.starts_with("/requests/new/deletion/plan?dataset=");
    links.into_iter().filter(is_deletion).collect()
}

/// How many rows of a table are the person's.
fn rows(app: &TestApp, from: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM {from} WHERE account_id = (SELECT id FROM accounts WHERE email = 'maya.okafor@example.org')"
    );
    let source = app.source.connect();
    source.query_row(&sql, [], |row| row.get(0)).unwrap()
}

async fn accept_all(staff: &Actor, reference: &str) {
    let url = format!("/staff/requests/{reference}");
    let page = staff.get(&url).await.page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let accepted: Vec<_> = names.iter().map(|it| (it.as_str(), "accepted")).collect();
    let decide = format!("{url}/decide");
    staff.submit(&page, &decide, &accepted).await.location();
}

#[actix_web::test]
async fn one_record_is_deleted_from_its_row_by_two_of_the_staff_and_the_others_stay() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let (searches, views) = (rows(&app, "search_terms"), rows(&app, "page_views"));
    assert!(searches > 1);
    let all = links(&maya, SEARCHES).await;
    let page = maya.get(&all[0]).await.page();
    assert_eq!(page.texts("main button"), ["Yes, delete this record"]);
    let filed = maya.submit(&page, &all[0], &[]).await;
    let reference = reference_of(&filed);
    assert!(find(&app, &reference).erases_one().is_some());

    let asked = agent.get(&format!("/staff/requests/{reference}")).await;
    assert!(asked.text().contains("It is about one record"));
    let seen = format!("/staff/requests/{reference}/data/activity/search_terms");
    let seen = agent.get(&seen).await.page();
    assert_eq!(seen.texts("main article").len(), 1);
    let foreign = format!("/staff/requests/{reference}/data/people/contact_details");
    assert_eq!(agent.get(&foreign).await.status, 404);

    accept_all(&agent, &reference).await;
    app.run_jobs().await;
    assert_eq!(rows(&app, "search_terms"), searches, "only proposed");
    let url = format!("/staff/requests/{reference}");
    let page = supervisor.get(&url).await.page();
    let approved = supervisor
        .submit(&page, &format!("{url}/approve"), &[])
        .await;
    approved.location();
    app.run_jobs().await;
    assert_eq!(rows(&app, "search_terms"), searches - 1);
    assert_eq!(rows(&app, "page_views"), views);
    let gone = maya.get(&all[0]).await;
    assert_eq!(gone.status, 404);
}

#[actix_web::test]
async fn a_record_takes_along_what_cannot_be_without_it() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let link = links(&maya, RESUMES).await.remove(0);
    let text = maya.get(&link).await.page().text();
    assert!(text.contains("This is about one record"), "{text}");
    assert!(
        text.contains("Work history") || text.contains("Jobs"),
        "{text}"
    );
    assert!(!text.contains("Search terms") && !text.contains("contact details"));
}

#[actix_web::test]
async fn a_record_that_must_stay_says_why_instead() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    assert_eq!(links(&maya, APPLICATIONS).await, Vec::<String>::new());
    let page = maya.get(APPLICATIONS).await.page();
    assert!(
        page.text()
            .contains("It cannot be deleted now: California makes")
    );
    assert!(page.text().contains("Cal. Gov. Code 12946"));

    let key = CollectionKey::new("careers", "applications");
    let record = first_record(&app, MAYA, &key);
    let plan = format!(
        "/requests/new/deletion/plan?dataset=careers&collection=applications&record={record}"
    );
    let page = maya.get(&plan).await.page();
    assert!(page.text().contains("This must stay"), "{}", page.text());
    assert_eq!(
        page.texts("main button"),
        ["Ask us to delete it all the same"]
    );
}

#[actix_web::test]
async fn several_records_can_be_asked_for_and_none_of_them_twice() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let all = links(&maya, SEARCHES).await;
    let mut filed = Vec::new();
    for link in &all[..2] {
        let page = maya.get(link).await.page();
        filed.push(reference_of(&maya.submit(&page, link, &[]).await));
    }
    assert_ne!(filed[0], filed[1]);
    let page = maya.get(&all[0]).await.page();
    let again = maya.submit(&page, &all[0], &[]).await;
    assert_eq!(reference_of(&again), filed[0], "it is the same request");

    let everything = "/requests/new/deletion/plan?everything=yes";
    let page = maya.get(everything).await.page();
    let whole = reference_of(&maya.submit(&page, everything, &[]).await);
    let page = maya.get(&all[2]).await.page();
    let within = maya.submit(&page, &all[2], &[]).await;
    assert_eq!(within.status, 409);
    assert!(within.text().contains(&whole));
}

#[actix_web::test]
async fn somebody_elses_record_is_not_found() {
    let app = TestApp::start();
    let link = links(&app.person(MAYA).await, SEARCHES).await.remove(0);
    let other = app.person("ada").await;
    assert_eq!(other.get(&link).await.status, 404);
    let hash = [("hash", "0")];
    assert_eq!(other.post(&link, &hash).await.status, 404);
}

/// What the newest receipt of a request says was done.
fn done(app: &TestApp, reference: &str) -> serde_json::Value {
    let object = reference.to_owned();
    let found = app.app.db.read_now(move |conn| {
        let of_it = receipts::table.filter(receipts::object.eq(object));
        let newest = of_it.order(receipts::created_at.desc());
        Ok(newest.select(receipts::body).first::<String>(conn)?)
    });
    let content: serde_json::Value = serde_json::from_str(&found.unwrap()).unwrap();
    content["facts"]["done"].clone()
}

#[actix_web::test]
async fn a_receipt_counts_nothing_that_another_request_has_erased() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let one = links(&maya, SEARCHES).await.remove(0);
    let everything = "/requests/new/deletion/plan?everything=yes".to_owned();
    let mut filed = Vec::new();
    for path in [one, everything] {
        let page = maya.get(&path).await.page();
        filed.push(reference_of(&maya.submit(&page, &path, &[]).await));
    }
    for reference in filed.iter().rev() {
        accept_all(&agent, reference).await;
        let url = format!("/staff/requests/{reference}");
        let page = supervisor.get(&url).await.page();
        let approve = format!("{url}/approve");
        supervisor.submit(&page, &approve, &[]).await.location();
        app.run_jobs().await;
        assert_eq!(find(&app, reference).state, State::Completed);
    }
    assert!(!done(&app, &filed[1]).as_array().unwrap().is_empty());
    assert_eq!(done(&app, &filed[0]), serde_json::json!([]));
}

/// So that nothing can be noted of the end.
async fn rename(app: &TestApp, from: &str, to: &str) {
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    let renamed = app
        .app
        .db
        .write(move |conn| Ok(diesel::sql_query(sql).execute(conn)?));
    renamed.await.unwrap();
}

/// A worker is killed after the sources were changed, before the portal noted it.
#[actix_web::test]
async fn a_receipt_counts_what_the_same_request_has_erased_before_its_worker_was_killed() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let one = links(&maya, SEARCHES).await.remove(0);
    let page = maya.get(&one).await.page();
    let reference = reference_of(&maya.submit(&page, &one, &[]).await);
    accept_all(&agent, &reference).await;
    let url = format!("/staff/requests/{reference}");
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();
    let id = find(&app, &reference).id;
    rename(&app, "receipts", "receipts_out_of_reach").await;
    let own = app.app.clone();
    let killed = tokio::task::spawn_blocking(move || {
        carry_out::carry_out(&own, id, &Lease::default()).unwrap_err();
    });
    killed.await.unwrap();
    rename(&app, "receipts_out_of_reach", "receipts").await;
    assert_eq!(find(&app, &reference).state, State::Executing);
    app.run_jobs().await;
    assert_eq!(find(&app, &reference).state, State::Completed);
    assert_eq!(done(&app, &reference)[0]["records"], 1);
}
