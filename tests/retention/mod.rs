//! Holds: placed, honoured by plans and by what carries them out, renewed, lifted.

mod brought;
mod held;
mod meanwhile;
mod periods;
mod remainders;
mod replay;
mod returned;
mod stays;

use candor::accounts::model::Role;
use candor::accounts::queries::find_person_by_any_identity;
use candor::demo::source::SAMPLES;
use candor::retention::queries;
use chrono::TimeDelta;

use crate::support::{Actor, Answer, TestApp};

const PLAN: &str = "/requests/new/deletion/plan?everything=yes";
/// Somebody of whom the sample database holds some of everything.
pub async fn sample(app: &TestApp) -> Actor {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    app.person(name).await
}

/// How many search terms there are of everybody.
fn searches(app: &TestApp) -> i64 {
    let source = app.source.connect();
    let count = source.query_row("SELECT count(*) FROM search_terms", [], |row| row.get(0));
    count.unwrap()
}

async fn place(staff: &Actor, fields: &[(&str, &str)]) -> Answer {
    let path = "/staff/holds/new";
    let page = staff.get(path).await.page();
    staff.submit(&page, path, fields).await
}

/// A hold on the person's search terms.
const ON_SEARCHES: &[(&str, &str)] = &[
    ("kind", "legal"),
    ("whom", SAMPLES[0].email),
    ("collection", "activity.search_terms"),
    ("reason", "A court has asked us to keep your searches."),
    ("basis", "Cal. Civ. Code 1798.105(d)(8)"),
];

/// Files the deletion of everything, has it agreed by two, and gives its reference.
pub async fn agree(app: &TestApp, person: &Actor) -> (String, Actor) {
    agree_to(app, person, PLAN).await
}

/// The same of what a plan is about.
pub async fn agree_to(app: &TestApp, person: &Actor, plan: &str) -> (String, Actor) {
    let page = person.get(plan).await.page();
    let filed = person.submit(&page, plan, &[]).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let reference = path.strip_suffix("/filed").unwrap().to_owned();
    let supervisor = agree_on(app, &reference).await;
    (reference, supervisor)
}

/// Has a request agreed by two; gives the second of them.
pub async fn agree_on(app: &TestApp, reference: &str) -> Actor {
    let agent = app.staff("sam", Role::Agent).await;
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    agree_as(reference, &agent, supervisor).await
}

/// The same by these two.
async fn agree_as(reference: &str, agent: &Actor, supervisor: Actor) -> Actor {
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let fields: Vec<_> = names.iter().map(|it| (it.as_str(), "accepted")).collect();
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &fields).await.location();
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();
    supervisor
}

#[actix_web::test]
async fn a_plan_is_made_around_a_hold_and_says_why() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    let before = person.get(PLAN).await.page();
    assert!(!before.text().contains("A court has asked us"));
    place(&supervisor, ON_SEARCHES).await.location();
    let plan = person.get(PLAN).await.page();
    assert!(
        plan.text()
            .contains("A court has asked us to keep your searches.")
    );
    let other = app.person("tom").await.get(PLAN).await;
    assert!(!other.text().contains("A court has asked us"));

    let before = searches(&app);
    let (reference, staff) = agree(&app, &person).await;
    app.run_jobs().await;
    assert_eq!(searches(&app), before, "what is held stays");
    let page = staff.get(&format!("/staff/requests/{reference}")).await;
    assert!(page.text().contains("Done"), "and the rest goes");
}

#[actix_web::test]
async fn a_hold_that_is_placed_after_the_plan_was_agreed_stops_it_before_anything_is_erased() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (reference, supervisor) = agree(&app, &person).await;
    let before = searches(&app);
    place(&supervisor, ON_SEARCHES).await.location();
    app.run_jobs().await;
    assert_eq!(searches(&app), before);
    let url = format!("/staff/requests/{reference}");
    let page = supervisor.get(&url).await.page();
    assert!(
        page.text()
            .contains("A hold was placed since the plan was agreed")
    );
    assert!(
        page.attributes("form[action$='/retry']", "action")
            .is_empty(),
        "trying again would end as before"
    );
    let retry = format!("{url}/retry");
    let version = page.attributes("form[action$='/review-again'] input[name=version]", "value");
    let refused = supervisor.post(&retry, &[("version", &version[0])]).await;
    assert_eq!(refused.status, 409);

    let again = format!("{url}/review-again");
    supervisor.submit(&page, &again, &[]).await.location();
    let page = supervisor.get(&url).await.page();
    assert!(
        page.text()
            .contains("A court has asked us to keep your searches.")
    );
}

#[actix_web::test]
async fn a_hold_on_somebody_elses_data_does_not_stop_an_agreed_plan() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (_, supervisor) = agree(&app, &person).await;
    let about_others = [ON_SEARCHES[0], ("whom", "nobody-we-know@example.org")];
    place(&supervisor, &about_others)
        .await
        .refuses("whom", "Nobody is known by that");
    app.person("tom").await;
    let mut of_tom = ON_SEARCHES.to_vec();
    of_tom[1] = ("whom", "tom@example.org");
    place(&supervisor, &of_tom).await.location();
    let before = searches(&app);
    app.run_jobs().await;
    assert!(searches(&app) < before);
}

#[actix_web::test]
async fn a_lifted_hold_keeps_nothing() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    for _ in 0..2 {
        place(&supervisor, ON_SEARCHES).await.location();
    }
    let page = supervisor.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$='/lift']", "action");
    let [lift] = &lift[..] else {
        panic!("what was sent twice is one hold: {lift:?}");
    };
    supervisor.submit(&page, lift, &[]).await.location();
    assert_eq!(supervisor.post(lift, &[]).await.status, 409);
    let plan = person.get(PLAN).await.page();
    assert!(!plan.text().contains("A court has asked us"));
}

#[actix_web::test]
async fn a_hold_that_ended_since_the_plan_was_made_is_shown_before_anything_is_refused() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    place(&supervisor, ON_SEARCHES).await.location();
    let page = person.get(PLAN).await.page();
    let filed = person.submit(&page, PLAN, &[]).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let url = format!("/staff/requests/{}", path.strip_suffix("/filed").unwrap());
    let holds = supervisor.get("/staff/holds").await.page();
    let lift = holds
        .attributes("form[action$='/lift']", "action")
        .remove(0);
    supervisor.submit(&holds, &lift, &[]).await.location();

    let agent = app.staff("sam", Role::Agent).await;
    let page = agent.get(&url).await.page();
    let kept = "A court has asked us to keep your searches.";
    assert!(page.texts("article").iter().any(|it| it.contains(kept)));
    let reason = page.attributes("textarea[name^=reason-]", "name").remove(0);
    let decision = reason.replace("reason-", "decision-");
    let ground = reason.replace("reason-", "ground-");
    let judged = [
        (decision.as_str(), "refused"),
        (reason.as_str(), "We need it for a claim of ours."),
        (ground.as_str(), "LEGAL_CLAIM"),
        ("rest", "accepted"),
    ];
    let decide = format!("{url}/decide");
    let told = agent.submit(&page, &decide, &judged).await;

    assert_eq!(
        told.status, 409,
        "the approver would see a line that is not so"
    );
    assert!(told.text().contains("It was planned again"));
    assert!(!told.texts("article").iter().any(|it| it.contains(kept)));
    assert!(!told.text().contains("A decision is proposed"));
}

/// Whether plans of today know a hold on the sample's data.
fn is_held(app: &TestApp) -> bool {
    let (keys, today) = (app.app.keys.clone(), app.app.clock.today());
    let held = app.app.db.read_now(move |conn| {
        let person = find_person_by_any_identity(conn, &keys, SAMPLES[0].email)?;
        Ok(queries::for_plans(conn, person.unwrap().id, today)?)
    });
    !held.unwrap().is_empty()
}

const OF_AN_AGENCY: &[(&str, &str)] = &[
    ("kind", "law_enforcement"),
    ("whom", SAMPLES[0].email),
    ("reason", "An agency has asked us to keep your data."),
    ("agency", "Port Ellery Police"),
    ("case_number", "26-04711"),
];

/// Rule: C14, Civ. 1798.145(a)(2).
#[actix_web::test]
async fn a_law_enforcement_hold_needs_a_case_number_lasts_90_days_and_is_renewed_for_90_more() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    let refused = place(&supervisor, &OF_AN_AGENCY[..4]).await;
    refused.refuses("case_number", "The law asks for a case number");
    place(&supervisor, OF_AN_AGENCY).await.location();

    let plan = person.get(PLAN).await.page();
    assert!(
        plan.text()
            .contains("An agency has asked us to keep your data.")
    );
    assert!(
        !plan.text().contains("26-04711"),
        "the person does not see the case"
    );
    let page = supervisor.get("/staff/holds").await.page();
    assert!(page.text().contains("10 May 2026"));
    app.app.clock.advance(TimeDelta::days(90));
    assert!(is_held(&app), "the ninetieth day counts");
    let renew = page
        .attributes("form[action$='/renew']", "action")
        .remove(0);
    supervisor.submit(&page, &renew, &[]).await.location();
    app.app.clock.advance(TimeDelta::days(90));
    assert!(is_held(&app));
    app.app.clock.advance(TimeDelta::days(1));
    assert!(!is_held(&app));
    assert_eq!(
        supervisor.post(&renew, &[]).await.status,
        409,
        "it has ended"
    );
}

/// Rule: D2, Gov. Code 12946.
#[actix_web::test]
async fn applications_are_held_for_four_years_of_everybody() {
    let app = TestApp::start();
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let page = auditor.get("/staff/holds").await.page();
    let rows: Vec<_> = page.texts("tbody tr");
    let jobs = rows
        .iter()
        .find(|it| it.starts_with("Jobs you applied for"));
    let words = jobs.unwrap();
    assert!(words.contains("Cal. Gov. Code 12946") && words.contains("for 4 years"));
    assert!(page.attributes("main form", "action").is_empty());
}
