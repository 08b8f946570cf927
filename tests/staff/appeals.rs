//! What becomes of a denial when the appeal against it succeeds.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use candor::requests::{queries, review};

use super::denials::{refuse_all, refuse_first, send};
use super::{accept_all, act, file_correction, file_deletion, reference_of, sample};
use crate::support::{Actor, TestApp};

/// Asks for another look, and gives the reference of the appeal.
async fn appeal(person: &Actor, denied: &str) -> String {
    let url = format!("/requests/{denied}");
    let page = person.get(&url).await.page();
    let words = [("appeal", "Please look at the archive.")];
    let filed = person.submit(&page, &format!("{url}/appeal"), &words).await;
    reference_of(&filed)
}

async fn grant(staff: &Actor, appeal: &str) {
    let granted = [("outcome", "approved"), ("reason", "You are right.")];
    act(staff, appeal, "decide", &granted).await.location();
}

/// The words beside a fact of the person's page.
async fn facts(person: &Actor, reference: &str) -> String {
    let page = person.get(&format!("/requests/{reference}")).await.page();
    page.texts("dl.facts").join(" ")
}

/// Rule: A4; R1, 11 CCR 7023(b).
#[actix_web::test]
async fn an_appeal_that_succeeds_opens_the_denied_request_again_within_its_own_time() {
    let app = TestApp::start();
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    let person = app.person_in(name, "us-va").await;
    let (agent, ruth, kim) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
        app.staff("kim", Role::Agent).await,
    );
    let denied = file_correction(&person, "Port Ellery").await;
    let refusal = refuse_first(&agent, &denied, "ACCURATE").await;
    send(&agent, &denied, "decide", &refusal).await.location();
    act(&ruth, &denied, "approve", &[]).await.location();
    app.app.clock.advance(chrono::TimeDelta::days(30));

    let reference = appeal(&person, &denied).await;
    grant(&kim, &reference).await;
    let page = person.get(&format!("/requests/{denied}")).await.page();
    assert_eq!(page.texts(".tag")[0], "In review");
    let before = page.texts("section").join(" ");
    assert!(before.contains("What was decided before, on 9 February 2026"));
    assert!(before.contains("A dispute about it is open."), "{before}");
    assert!(
        page.texts("h2").iter().all(|it| it != "Our decision"),
        "nothing is decided"
    );
    // 30 days, and the 60 that Virginia gives for an appeal.
    assert!(facts(&person, &denied).await.contains("10 May 2026"));
    assert!(facts(&person, &denied).await.contains(&reference));
    assert!(facts(&person, &reference).await.contains(&denied));
    let staff_page = kim.get(&format!("/staff/requests/{denied}")).await.page();
    assert!(staff_page.text().contains(&reference));
    let mail = app.mails_to(name).pop().unwrap();
    assert_eq!(mail.kind, "request_reopened");
    for words in [denied.as_str(), &reference, "10 May 2026", "/receipts/"] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }

    // Who denied it does not decide on it again.
    let again = refuse_first(&agent, &denied, "ACCURATE").await;
    let refused = send(&agent, &denied, "decide", &again).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("You had a part in the decision"));
    accept_all(&kim, &denied).await.location();
    app.run_jobs().await;
    assert_eq!(super::held(&app, super::CITY), "Port Ellery");
}

#[actix_web::test]
async fn an_appeal_succeeds_as_a_whole_and_is_told_of_once() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth, kim) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
        app.staff("kim", Role::Agent).await,
    );
    let denied = file_correction(&person, "Port Ellery").await;
    let refusal = refuse_first(&agent, &denied, "ACCURATE_7023B").await;
    send(&agent, &denied, "decide", &refusal).await.location();
    act(&ruth, &denied, "approve", &[]).await.location();
    let reference = appeal(&person, &denied).await;
    let page = kim
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let offered = page.attributes("input[name=outcome]", "value");
    assert_eq!(offered, ["approved", "denied"]);
    let part = [
        ("outcome", "partly_approved"),
        ("ground", "ACCURATE_7023B"),
        ("reason", "A part."),
    ];
    act(&kim, &reference, "decide", &part)
        .await
        .refuses("outcome", "Choose approve or deny");
    let before = app.mails_to(SAMPLES[0].email).len();
    grant(&kim, &reference).await;
    let told: Vec<_> = app.mails_to(SAMPLES[0].email)[before..]
        .iter()
        .map(|mail| mail.kind.clone())
        .collect();
    assert_eq!(told, ["request_reopened"]);
}

/// Rule: A4; E3, 11 CCR 7022(f).
#[actix_web::test]
async fn a_deletion_that_is_opened_again_is_planned_and_decided_anew() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth, kim, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
        app.staff("kim", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    let denied = file_deletion(&person).await;
    let refusal = refuse_all(&agent, &denied, "LEGAL_CLAIM").await;
    send(&agent, &denied, "decide", &refusal).await.location();
    act(&ruth, &denied, "approve", &[]).await.location();

    let reference = appeal(&person, &denied).await;
    grant(&kim, &reference).await;
    let url = format!("/staff/requests/{denied}");
    let left = kim
        .get(&url)
        .await
        .page()
        .attributes("input[type=radio]", "name");
    assert!(!left.is_empty(), "what was refused is there to decide on");
    accept_all(&kim, &denied).await.location();
    act(&vera, &denied, "approve", &[]).await.location();
    app.run_jobs().await;
    let page = person.get(&format!("/requests/{denied}")).await.page();
    assert_eq!(page.texts(".tag")[0], "Done", "{}", page.text());
    let before = page.texts("section").join(" ");
    assert!(
        before.contains("A dispute about it is open."),
        "it is on record"
    );
    let now = page.texts(".row-main").join(" ");
    assert!(now.contains("Erase"), "{now}");
    // What the register keeps stays denied, and there was one appeal already.
    assert!(!page.text().contains("Ask for another look"));
}

/// How many search terms of the sample person are left, whatever their account is called by now.
fn searches(app: &TestApp, account: i64) -> i64 {
    let sql = "SELECT count(*) FROM search_terms WHERE account_id = ?";
    let source = app.source.connect();
    source.query_row(sql, [account], |row| row.get(0)).unwrap()
}

fn account(app: &TestApp) -> i64 {
    let sql = "SELECT id FROM accounts WHERE email = ?";
    let source = app.source.connect();
    let found = source.query_row(sql, [SAMPLES[0].email], |row| row.get(0));
    found.unwrap()
}

/// A deletion that was carried out but for the search terms, and the appeal against that.
async fn appealed_but_for_searches(app: &TestApp, person: &Actor) -> (String, String) {
    let (agent, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let denied = file_deletion(person).await;
    let reference = denied.clone();
    let items = app.app.db.read_now(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        Ok(queries::list_items(conn, request.id)?)
    });
    let items = items.unwrap();
    let item = items.iter().find(|it| it.collection == "search_terms");
    let id = item.unwrap().id;
    let field = |name: &str| format!("{name}-{id}");
    let (decision, ground, reason) = (field("decision"), field("ground"), field("reason"));
    let fields = [
        (decision.as_str(), "refused"),
        (&ground, "LEGAL_CLAIM"),
        (&reason, "A dispute about it is open."),
        ("rest", "accepted"),
    ];
    act(&agent, &denied, "decide", &fields).await.location();
    act(&ruth, &denied, "approve", &[]).await.location();
    app.run_jobs().await;
    let appeal = appeal(person, &denied).await;
    (denied, appeal)
}

#[actix_web::test]
async fn what_was_refused_is_found_again_for_the_appeal_though_what_led_to_it_is_erased() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let account = account(&app);
    let (denied, reference) = appealed_but_for_searches(&app, &person).await;
    assert!(searches(&app, account) > 0, "it was refused");
    let data = person.get("/data").await.page().text();
    assert!(data.contains("we find nothing else about you"), "{data}");

    let (kim, vera) = (
        app.staff("kim", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    grant(&kim, &reference).await;
    accept_all(&kim, &denied).await.location();
    act(&vera, &denied, "approve", &[]).await.location();
    app.run_jobs().await;
    let page = person.get(&format!("/requests/{denied}")).await.page();
    assert_eq!(page.texts(".tag")[0], "Done", "{}", page.text());
    assert_eq!(searches(&app, account), 0);
}

#[actix_web::test]
async fn staff_are_told_of_what_was_refused_and_is_no_longer_there_when_the_appeal_succeeds() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let account = account(&app);
    let (denied, reference) = appealed_but_for_searches(&app, &person).await;
    let last = "DELETE FROM search_terms WHERE id = (SELECT max(id) FROM search_terms WHERE account_id = ?)";
    app.source.connect().execute(last, [account]).unwrap();
    let kim = app.staff("kim", Role::Agent).await;
    grant(&kim, &reference).await;
    let said = "Records that were refused are no longer there";
    let page = kim.get(&format!("/staff/requests/{denied}")).await.page();
    assert!(page.text().contains(said), "{}", page.text());
    assert!(
        page.text().contains("1 record: they went"),
        "{}",
        page.text()
    );
    let page = person.get(&format!("/requests/{denied}")).await.page();
    assert!(!page.text().contains("We went on with it"));
}

#[actix_web::test]
async fn the_ids_of_what_was_refused_go_when_the_appeal_is_denied() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (denied, reference) = appealed_but_for_searches(&app, &person).await;
    let spared = || {
        let (own, denied) = (app.app.clone(), denied.clone());
        let plan = app.app.db.read_now(move |conn| {
            let request = queries::find_by_reference(conn, &denied)?;
            review::plan_of(&own, &request)
        });
        plan.unwrap().spared.len()
    };
    assert!(spared() > 0);
    let (kim, vera) = (
        app.staff("kim", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    let denial = [
        ("outcome", "denied"),
        ("ground", "LEGAL_CLAIM"),
        ("reason", "The dispute goes on."),
    ];
    act(&kim, &reference, "decide", &denial).await.location();
    assert!(spared() > 0, "only proposed");
    act(&vera, &reference, "approve", &[]).await.location();
    assert_eq!(spared(), 0);
}
