use std::sync::atomic::{AtomicUsize, Ordering};

use candor::accounts::members;
use candor::accounts::model::Role;
use candor::audit;
use candor::db::schema::{identities, staff};
use candor::error::AppResult;
use diesel::prelude::*;

use super::denials::{refuse_first, send};
use super::{ROWS, act, file_correction, file_deletion, held, sample};
use crate::support::{Actor, Answer, TestApp};

/// The id of the member of that name.
fn id_of(app: &TestApp, name: &'static str) -> i64 {
    let found = app.app.db.read_now(move |conn| {
        let member = staff::table.filter(staff::name.eq(name));
        Ok(member.select(staff::id).first(conn)?)
    });
    found.unwrap()
}

/// What an admin does with a member.
async fn manage(
    app: &TestApp,
    work: impl FnOnce(&mut candor::db::AnyConnection, chrono::NaiveDateTime) -> AppResult<()>
    + Send
    + 'static,
) {
    let now = app.app.clock.now();
    app.app.db.write(move |conn| work(conn, now)).await.unwrap();
}

/// Files an access request and gives its reference.
pub async fn file_access(person: &Actor) -> String {
    // Each asks something else: the same again at once would be the same request.
    static ASKED: AtomicUsize = AtomicUsize::new(1);
    let path = "/requests/new/access";
    let page = person.get(path).await.page();
    let number = ASKED.fetch_add(1, Ordering::Relaxed);
    let question = format!("What else? It is question {number}.");
    let fields = [("question", question.as_str())];
    super::reference_of(&person.submit(&page, path, &fields).await)
}

/// Sends the form for approving as the page of a supervisor would, whether it is offered or not.
async fn approve(staff: &Actor, reference: &str) -> Answer {
    let url = format!("/staff/requests/{reference}");
    let page = staff.get(&url).await.page();
    let version = page.attributes("input[name=version]", "value").remove(0);
    let approve = format!("{url}/approve");
    staff.post(&approve, &[("version", &version)]).await
}

pub async fn state(person: &Actor, reference: &str) -> String {
    let page = person.get(&format!("/requests/{reference}")).await.page();
    page.texts(".tag").remove(0)
}

const DENY: [(&str, &str); 3] = [
    ("outcome", "denied"),
    ("ground", "NOT_SEARCHABLE_7024C"),
    ("reason", "There is nothing else."),
];

#[actix_web::test]
async fn a_denial_takes_two_and_the_person_hears_of_it_only_then() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_access(&person).await;
    act(&agent, &reference, "decide", &DENY).await.location();
    assert_eq!(state(&person, &reference).await, "In review");
    let page = person.get(&format!("/requests/{reference}")).await.page();
    assert!(!page.text().contains("There is nothing else."));

    act(&supervisor, &reference, "approve", &[])
        .await
        .location();
    assert_eq!(state(&person, &reference).await, "Denied");
}

#[actix_web::test]
async fn a_question_takes_a_proposal_back_so_that_it_is_proposed_and_approved_anew() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_access(&person).await;
    act(&agent, &reference, "decide", &DENY).await.location();
    let question = [("body", "Which call do you mean?"), ("ask", "true")];
    act(&agent, &reference, "message", &question)
        .await
        .location();
    let staff_page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let timeline = staff_page.texts(".timeline").join(" ");
    assert!(timeline.contains("The proposal ended"), "{timeline}");
    let path = format!("/requests/{reference}");
    let page = person.get(&path).await.page();
    assert!(
        !page
            .texts(".timeline")
            .join(" ")
            .contains("went on with it")
    );
    let answer = [("message", "The one in May.")];
    let messages = format!("{path}/messages");
    person.submit(&page, &messages, &answer).await.location();

    assert_eq!(approve(&supervisor, &reference).await.status, 409);
    act(&agent, &reference, "decide", &DENY).await.location();
    act(&supervisor, &reference, "approve", &[])
        .await
        .location();
    assert_eq!(state(&person, &reference).await, "Denied");
}

#[actix_web::test]
async fn a_deletion_takes_two_and_accepting_all_of_a_correction_takes_one() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let agent = app.staff("sam", Role::Agent).await;
    let reference = file_correction(&person, "Port Ellery").await;
    super::accept_all(&agent, &reference).await.location();
    app.run_jobs().await;
    assert_eq!(state(&person, &reference).await, "Done");

    let deletion = file_deletion(&person).await;
    super::accept_all(&agent, &deletion).await.location();
    assert_eq!(state(&person, &deletion).await, "In review");
}

#[actix_web::test]
async fn what_is_proposed_item_by_item_is_not_shown_to_the_person_before_it_is_approved() {
    let app = TestApp::start();
    let (person, agent, supervisor, reference) = deletion(&app).await;
    let path = format!("/requests/{reference}");
    let refusal = refuse_first(&agent, &reference, "LEGAL_CLAIM").await;
    let shows = async || {
        let page = person.get(&path).await.page();
        let says = |word: &str| page.texts(".tag").iter().any(|tag| tag == word);
        let reason = page.text().contains("A dispute about it is open.");
        (says("Accepted") || says("Done"), says("Refused"), reason)
    };

    propose(&agent, &reference, &refusal).await;
    assert_eq!(shows().await, (false, false, false), "proposed");
    step(&supervisor, &reference, "send-back").await;
    assert_eq!(shows().await, (false, false, false), "sent back");
    let refusal = refuse_first(&agent, &reference, "LEGAL_CLAIM").await;
    propose(&agent, &reference, &refusal).await;
    step(&supervisor, &reference, "approve").await;
    assert_eq!(shows().await, (true, true, true), "decided");
}

#[actix_web::test]
async fn what_was_refused_and_is_accepted_in_the_end_is_erased() {
    let app = TestApp::start();
    let (person, agent, supervisor, reference) = deletion(&app).await;
    let refusal = refuse_all_but_first(&agent, &reference).await;
    propose(&agent, &reference, &refusal).await;
    step(&supervisor, &reference, "send-back").await;
    super::accept_all(&agent, &reference).await.location();
    step(&supervisor, &reference, "approve").await;
    app.run_jobs().await;
    assert_eq!(state(&person, &reference).await, "Done");
    assert_eq!(held(&app, ROWS), "0");
    assert_eq!(searches_without_account(&app), 0, "none is left behind");
}

#[actix_web::test]
async fn a_second_proposal_refuses_something_else_than_the_first() {
    let app = TestApp::start();
    let (person, agent, supervisor, reference) = deletion(&app).await;
    let refusal = refuse_all_but_first(&agent, &reference).await;
    propose(&agent, &reference, &refusal).await;
    step(&supervisor, &reference, "send-back").await;
    let refusal = refuse_first(&agent, &reference, "LEGAL_CLAIM").await;
    propose(&agent, &reference, &refusal).await;
    step(&supervisor, &reference, "approve").await;
    app.run_jobs().await;
    assert_eq!(state(&person, &reference).await, "Done");
    assert_eq!(searches_without_account(&app), 0, "none is left behind");
}

/// A person whose deletion waits for an agent and a supervisor: all of them, and its reference.
async fn deletion(app: &TestApp) -> (Actor, Actor, Actor, String) {
    let person = sample(app).await;
    let agent = app.staff("sam", Role::Agent).await;
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let reference = file_deletion(&person).await;
    (person, agent, supervisor, reference)
}

/// Decides a deletion with these fields, which is a proposal.
async fn propose(agent: &Actor, reference: &str, fields: &[(String, String)]) {
    send(agent, reference, "decide", fields).await.location();
}

/// Approves a proposal, or sends it back with a reason.
async fn step(supervisor: &Actor, reference: &str, action: &str) {
    let words: &[_] = match action {
        "send-back" => &[("send_back", "Look at the searches again.")],
        _ => &[],
    };
    act(supervisor, reference, action, words).await.location();
}

/// The fields that refuse every item of a deletion but the first.
async fn refuse_all_but_first(staff: &Actor, reference: &str) -> Vec<(String, String)> {
    let mut fields = super::denials::refuse_all(staff, reference, "LEGAL_CLAIM").await;
    let first = fields
        .iter_mut()
        .find(|(name, _)| name.contains("decision"));
    "accepted".clone_into(&mut first.unwrap().1);
    fields
}

fn searches_without_account(app: &TestApp) -> i64 {
    let sql = "SELECT count(*) FROM search_terms WHERE account_id NOT IN (SELECT id FROM accounts WHERE email LIKE '%@%')";
    let source = app.source.connect();
    source.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[actix_web::test]
async fn whoever_proposed_cannot_approve_after_becoming_a_supervisor() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let agent = app.staff("sam", Role::Agent).await;
    app.staff("abe", Role::Admin).await;
    let reference = file_access(&person).await;
    act(&agent, &reference, "decide", &DENY).await.location();

    let sam = id_of(&app, "sam");
    manage(&app, move |conn, now| {
        members::change_role(conn, audit::Actor::System, sam, Role::Supervisor, now)
    })
    .await;
    assert!(
        agent
            .get("/staff/requests")
            .await
            .location()
            .starts_with("/sign-in")
    );
    let again = app.sign_in_again("sam", Role::Supervisor).await;
    let refused = approve(&again, &reference).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("You proposed this"));
    assert_eq!(state(&person, &reference).await, "In review");
}

#[actix_web::test]
async fn who_is_a_supervisor_no_longer_cannot_approve_with_a_page_from_before() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let agent = app.staff("sam", Role::Agent).await;
    app.staff("ruth", Role::Supervisor).await;
    let reference = file_access(&person).await;
    act(&agent, &reference, "decide", &DENY).await.location();
    // The session says supervisor; the database says agent.
    let ruth = id_of(&app, "ruth");
    manage(&app, move |conn, _| {
        let row = staff::table.filter(staff::id.eq(ruth));
        diesel::update(row)
            .set(staff::role.eq("agent"))
            .execute(conn)?;
        Ok(())
    })
    .await;
    let stale = app.sign_in_again("ruth", Role::Supervisor).await;
    assert_eq!(approve(&stale, &reference).await.status, 403);
    assert_eq!(state(&person, &reference).await, "In review");
}

#[actix_web::test]
async fn the_proposal_of_somebody_who_left_is_sent_back_and_not_approved() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    app.staff("abe", Role::Admin).await;
    let reference = file_access(&person).await;
    act(&agent, &reference, "decide", &DENY).await.location();
    let sam = id_of(&app, "sam");
    manage(&app, move |conn, now| {
        members::disable(conn, audit::Actor::System, sam, now)
    })
    .await;

    let refused = approve(&supervisor, &reference).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("no longer works here"));
    act(
        &supervisor,
        &reference,
        "send-back",
        &[("send_back", "Sam has left.")],
    )
    .await
    .location();
    act(&supervisor, &reference, "decide", &DENY)
        .await
        .location();
    let own = approve(&supervisor, &reference).await;
    assert_eq!(own.status, 409, "who reviews it anew proposes it anew");
}

#[actix_web::test]
async fn what_is_disclosed_to_somebody_without_an_account_takes_two() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_access(&person).await;
    manage(&app, |conn, _| {
        diesel::delete(identities::table).execute(conn)?;
        Ok(())
    })
    .await;
    let answer = [("outcome", "approved"), ("reason", "Here it is.")];
    act(&agent, &reference, "decide", &answer).await.location();
    assert_eq!(state(&person, &reference).await, "In review");
    act(&supervisor, &reference, "approve", &[])
        .await
        .location();
    assert_eq!(state(&person, &reference).await, "Done");
}

#[actix_web::test]
async fn approvals_that_are_sent_at_once_are_one_and_the_others_are_told() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_access(&person).await;
    act(&agent, &reference, "decide", &DENY).await.location();
    let clicks = (0..4).map(|_| approve(&supervisor, &reference));
    let answers = futures_util::future::join_all(clicks).await;
    let statuses: Vec<_> = answers.iter().map(|it| it.status).collect();
    assert!(statuses.contains(&303), "{statuses:?}");
    assert!(
        statuses.iter().all(|it| [303, 409].contains(it)),
        "{statuses:?}"
    );
    assert_eq!(app.events("request.second_approval", &reference), 1);
}
