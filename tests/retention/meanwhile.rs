//! A hold that is placed while a deletion waits for its second staff member.

use candor::accounts::model::Role;
use candor::db::schema::receipts;
use candor::demo::source::SAMPLES;
use diesel::prelude::*;

use super::{ON_SEARCHES, PLAN, place, sample, searches};
use crate::support::{Actor, TestApp};

const NOTICE: &str = "A hold was placed since this was planned";

/// Files the deletion of everything and has it proposed: the address of its page, the agent and the supervisor.
async fn propose(app: &TestApp, person: &Actor) -> (String, Actor, Actor) {
    let page = person.get(PLAN).await.page();
    let filed = person.submit(&page, PLAN, &[]).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let url = format!("/staff/requests/{}", path.strip_suffix("/filed").unwrap());
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    assert_eq!(accept_all(&agent, &url).await, 303);
    (url, agent, supervisor)
}

async fn accept_all(agent: &Actor, url: &str) -> u16 {
    let page = agent.get(url).await.page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let fields: Vec<_> = names.iter().map(|it| (it.as_str(), "accepted")).collect();
    let decided = agent.submit(&page, &format!("{url}/decide"), &fields).await;
    decided.status
}

async fn approve(supervisor: &Actor, url: &str) -> u16 {
    let page = supervisor.get(url).await.page();
    let version = page.attributes("input[name=version]", "value").remove(0);
    let sent = [("version", version.as_str())];
    let approved = supervisor.post(&format!("{url}/approve"), &sent).await;
    approved.status
}

#[actix_web::test]
async fn the_approver_is_warned_of_a_hold_that_came_after_the_proposal_and_cannot_approve_over_it()
{
    let app = TestApp::start();
    let person = sample(&app).await;
    let (url, agent, supervisor) = propose(&app, &person).await;
    assert!(!supervisor.get(&url).await.text().contains(NOTICE));
    place(&supervisor, ON_SEARCHES).await.location();

    let page = supervisor.get(&url).await.page();
    let text = page.text();
    assert!(text.contains(NOTICE), "{text}");
    assert!(
        text.contains("by ruth, keeps: What you searched for."),
        "{text}"
    );
    assert!(
        !page
            .texts("main button")
            .iter()
            .any(|it| it.contains("carry out"))
    );
    assert_eq!(approve(&supervisor, &url).await, 409);

    let send_back = format!("{url}/send-back");
    let why = [("send_back", "There is a hold now.")];
    supervisor.submit(&page, &send_back, &why).await.location();
    assert_eq!(
        accept_all(&agent, &url).await,
        409,
        "it is planned again first"
    );
    let page = agent.get(&url).await.page();
    let kept = "A court has asked us to keep your searches.";
    assert!(page.texts("article").iter().any(|it| it.contains(kept)));
    assert_eq!(accept_all(&agent, &url).await, 303);
    let before = searches(&app);
    assert_eq!(approve(&supervisor, &url).await, 303);
    app.run_jobs().await;
    assert_eq!(searches(&app), before);
    assert!(supervisor.get(&url).await.text().contains("Done"));
}

#[actix_web::test]
async fn what_a_hold_kept_that_was_lifted_before_the_approval_is_planned_anew() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let una = app.staff("una", Role::Supervisor).await;
    place(&una, ON_SEARCHES).await.location();
    let (url, agent, supervisor) = propose(&app, &person).await;
    let page = supervisor.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$=lift]", "action").remove(0);
    supervisor.submit(&page, &lift, &[]).await.location();
    assert_eq!(approve(&supervisor, &url).await, 409);

    let page = supervisor.get(&url).await.page();
    let why = [("send_back", "The hold is lifted.")];
    let send_back = format!("{url}/send-back");
    supervisor.submit(&page, &send_back, &why).await.location();
    assert_eq!(
        accept_all(&agent, &url).await,
        409,
        "it is planned again first"
    );
    assert_eq!(accept_all(&agent, &url).await, 303);
    let before = searches(&app);
    assert_eq!(approve(&supervisor, &url).await, 303);
    app.run_jobs().await;
    assert!(searches(&app) < before, "hers are gone");
}

#[actix_web::test]
async fn a_hold_on_what_is_not_to_go_does_not_stop_an_approval() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (url, _, supervisor) = propose(&app, &person).await;
    let mut elsewhere = ON_SEARCHES.to_vec();
    elsewhere[2] = ("collection", "careers.applications");
    place(&supervisor, &elsewhere).await.location();
    assert!(!supervisor.get(&url).await.text().contains(NOTICE));
    assert_eq!(approve(&supervisor, &url).await, 303);
}

#[actix_web::test]
async fn the_timeline_of_staff_says_why_a_deletion_could_not_be_carried_out() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (url, _, supervisor) = propose(&app, &person).await;
    assert_eq!(approve(&supervisor, &url).await, 303);
    place(&supervisor, ON_SEARCHES).await.location();
    app.run_jobs().await;
    let why = "A hold was placed since the plan was agreed";
    let page = supervisor.get(&url).await.page();
    assert!(page.texts(".timeline").join(" ").contains(why));
    let again = format!("{url}/review-again");
    supervisor.submit(&page, &again, &[]).await.location();
    let page = supervisor.get(&url).await.page();
    assert!(
        page.texts(".timeline").join(" ").contains(why),
        "it stays on record"
    );
    let own = url.replace("/staff", "");
    assert!(!person.get(&own).await.text().contains(why));
}

#[actix_web::test]
async fn the_list_of_holds_says_who_placed_one_and_for_which_request() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (url, _, supervisor) = propose(&app, &person).await;
    let reference = url.strip_prefix("/staff/requests/").unwrap();
    let mut for_it = ON_SEARCHES.to_vec();
    for_it[1] = ("whom", reference);
    place(&supervisor, &for_it).await.location();
    let other = [ON_SEARCHES[0], ("whom", SAMPLES[0].email)];
    let other = [&other[..], &ON_SEARCHES[2..]].concat();
    place(&supervisor, &other).await.location();
    let page = supervisor.get("/staff/holds").await.page();
    let rows = page.texts("tbody tr");
    assert!(rows[0].contains("by ruth") && !rows[0].contains(reference));
    assert!(
        rows[1].contains(&format!("by ruth, for {reference}")),
        "{}",
        rows[1]
    );
}

#[actix_web::test]
async fn what_was_erased_before_it_broke_off_stands_in_the_receipt_of_the_rest() {
    let app = TestApp::start_declaring(|register| {
        let mut datasets = register.datasets.iter_mut();
        let activity = datasets.find(|it| it.key == "activity").unwrap();
        activity.source = "log".to_owned();
    });
    let person = sample(&app).await;
    let before = searches(&app);
    let (url, agent, supervisor) = propose(&app, &person).await;
    assert_eq!(approve(&supervisor, &url).await, 303);
    let source = app.source.connect();
    for act in ["UPDATE", "DELETE"] {
        let refuse = format!(
            "CREATE TRIGGER never_{act} BEFORE {act} ON accounts BEGIN SELECT RAISE(ABORT, 'no'); END"
        );
        source.execute_batch(&refuse).unwrap();
    }

    app.run_jobs().await;
    let left = searches(&app);
    assert!(left < before, "what is led to goes first");
    let page = supervisor.get(&url).await.page();
    assert!(
        page.text().contains("forbids the change"),
        "{}",
        page.text()
    );
    source
        .execute_batch("DROP TRIGGER never_UPDATE; DROP TRIGGER never_DELETE")
        .unwrap();
    let again = format!("{url}/review-again");
    supervisor.submit(&page, &again, &[]).await.location();
    assert_eq!(accept_all(&agent, &url).await, 303);
    assert_eq!(approve(&supervisor, &url).await, 303);
    app.run_jobs().await;

    let done = app.app.db.read_now(|conn| {
        let bodies: Vec<String> = receipts::table.select(receipts::body).load(conn)?;
        Ok(bodies)
    });
    let done = done.unwrap();
    let of_searches = format!(r#""records":{}"#, before - left);
    assert!(
        done.iter()
            .any(|it| it.contains("search_terms") && it.contains(&of_searches)),
        "{done:?}"
    );
}
