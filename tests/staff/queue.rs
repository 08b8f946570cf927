use std::slice;

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::{act, file_correction, file_deletion, sample};
use crate::support::{Actor, TestApp};

async fn listed(staff: &Actor, query: &str) -> Vec<String> {
    let page = staff.get(&format!("/staff/requests?{query}")).await.page();
    page.texts("tbody th")
}

#[actix_web::test]
async fn the_queue_filters_by_what_its_address_says() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let correction = file_correction(&person, "Port Ellery").await;
    let deletion = file_deletion(&person).await;
    act(&agent, &correction, "assign", &[("assignee", "me")])
        .await
        .location();

    assert_eq!(
        listed(&agent, "").await,
        [correction.clone(), deletion.clone()]
    );
    assert_eq!(
        listed(&agent, "kind=deletion").await,
        slice::from_ref(&deletion)
    );
    assert_eq!(
        listed(&agent, "assignee=me").await,
        slice::from_ref(&correction)
    );
    assert_eq!(
        listed(&agent, "assignee=nobody").await,
        slice::from_ref(&deletion)
    );
    assert_eq!(
        listed(&agent, "law=us-ca&state=acknowledged").await.len(),
        2
    );
    assert!(listed(&agent, "state=closed").await.is_empty());
    assert!(listed(&agent, "due=late").await.is_empty());
    app.app.clock.advance(chrono::TimeDelta::days(46));
    assert_eq!(listed(&agent, "due=late").await.len(), 2);
}

#[actix_web::test]
async fn a_reference_and_an_identity_are_found_and_parts_of_one_are_not() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    let found = agent
        .get(&format!("/staff/requests?q={}", reference.to_lowercase()))
        .await;
    assert_eq!(found.location(), format!("/staff/requests/{reference}"));
    assert_eq!(
        listed(&agent, &format!("q={}", SAMPLES[0].email)).await,
        [reference]
    );
    assert!(listed(&agent, "q=example.org").await.is_empty());
}

#[actix_web::test]
async fn a_long_queue_is_read_page_by_page_in_the_order_of_due_dates() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let mut filed = Vec::new();
    for number in 0..60 {
        let person = app.person(&format!("person{number}")).await;
        let page = person.get("/requests/new/access").await.page();
        let answer = person
            .submit(
                &page,
                "/requests/new/access",
                &[("question", "What else is there?")],
            )
            .await;
        filed.push(super::reference_of(&answer));
    }
    let first = agent.get("/staff/requests").await.page();
    let next = first.attributes("a[rel=next]", "href").remove(0);
    let second = agent.get(&next).await.page();
    let all: Vec<_> = first
        .texts("tbody th")
        .into_iter()
        .chain(second.texts("tbody th"))
        .collect();
    assert_eq!(all, filed);
    assert!(second.attributes("a[rel=next]", "href").is_empty());
}
