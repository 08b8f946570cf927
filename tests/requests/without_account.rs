use candor::accounts::model::Role;
use candor::db::schema::{people, request_senders, requests as table};
use candor::requests::model::{Outcome, Request, State};
use candor::requests::senders::model::{Degree, Sender};
use candor::requests::senders::queries;
use diesel::prelude::*;

use super::{MAYA, file_access, find};
use crate::support::{Actor, Answer, TestApp};

pub(super) const ADDRESS: &str = "maya.okafor@example.org";

/// Sends the public form.
pub async fn send(app: &TestApp, wants: &str, email: &str, field: &str) -> (Actor, Answer) {
    let visitor = app.visitor();
    let page = visitor.get("/request").await.page();
    let fields = [
        ("wants", wants),
        ("email", email),
        ("residence", "us-ca"),
        ("field", field),
        ("note", "Thank you."),
    ];
    let sent = visitor.submit(&page, "/request", &fields).await;
    (visitor, sent)
}

/// The path of the link in the newest mail to an address.
pub(super) fn link(app: &TestApp, email: &str) -> String {
    let text = app.mails_to(email).pop().unwrap().text;
    let line = text.lines().find(|it| it.contains("/request/link/"));
    line.unwrap().trim_start_matches(app.address()).to_owned()
}

/// Sends the form and follows the link.
pub(super) async fn follow(
    app: &TestApp,
    wants: &str,
    email: &str,
    field: &str,
) -> (Actor, Answer) {
    let (visitor, sent) = send(app, wants, email, field).await;
    assert_eq!(sent.location(), "/request/sent");
    let link = link(app, email);
    let page = visitor.get(&link).await.page();
    let followed = visitor.submit(&page, &link, &[("answer", "mine")]).await;
    assert_eq!(followed.location(), "/request/mine");
    let mine = visitor.get("/request/mine").await.page();
    (visitor, mine)
}

/// What the sample database holds of Maya.
pub(super) fn held(app: &TestApp, column: &str) -> String {
    let sql = format!(
        "SELECT {column} FROM accounts JOIN profiles ON profiles.account_id = accounts.id
         JOIN contact_details ON contact_details.account_id = accounts.id WHERE email = ?"
    );
    let source = app.source.connect();
    source.query_row(&sql, [ADDRESS], |row| row.get(0)).unwrap()
}

pub(super) const PHONE: &str = "point-user-contact-phone_number";
pub(super) const BIRTH: &str = "point-user-demographic-date_of_birth";

pub(super) async fn prove(visitor: &Actor, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    visitor.submit(page, "/request/mine", fields).await
}

pub(super) fn only_request(app: &TestApp) -> (Request, Sender) {
    let found = app.app.db.read_now(|conn| {
        let request: Request = Request::query().order(table::id.desc()).first(conn)?;
        let sender = queries::find(conn, request.id)?.unwrap();
        Ok((request, sender))
    });
    found.unwrap()
}

/// Rule: I3, Civ. 1798.130(a)(2)(A); C1, 11 CCR 7021(a).
#[actix_web::test]
async fn a_request_without_account_is_on_record_and_confirmed_at_once_with_its_dates() {
    let app = TestApp::start();
    let (_, sent) = send(&app, "categories", "somebody@example.org", "").await;
    assert_eq!(sent.location(), "/request/sent");
    let (request, _) = only_request(&app);
    assert_eq!(request.state, State::Verifying);
    assert_eq!(request.received_on.to_string(), "2026-02-09");
    assert_eq!(request.due_on.to_string(), "2026-03-26");
    assert!(request.acknowledged_at.is_some());
    let mail = app.mails_to("somebody").remove(0);
    assert_eq!(mail.kind, "request_to_confirm");
    assert!(mail.text.contains(&request.reference) && mail.text.contains("26 March 2026"));
    assert!(
        !mail.text.contains("Thank you."),
        "nothing typed is mailed on"
    );
}

/// Rule: I8, 11 CCR 7060(c): nobody learns whose address is known.
#[actix_web::test]
async fn the_answer_and_the_mail_are_the_same_for_known_and_unknown_addresses() {
    let app = TestApp::start();
    app.person(MAYA).await;
    let (_, known) = send(&app, "pieces", ADDRESS, "").await;
    let (_, unknown) = send(&app, "pieces", "nobody.at.all@example.org", "").await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.location(), unknown.location());
    let plain = |email: &str| {
        let text = app.mails_to(email).pop().unwrap().text;
        let is_same = |line: &&str| !line.contains("/request/link/") && !line.contains("PR-");
        text.lines()
            .filter(is_same)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(ADDRESS), plain("nobody.at.all@example.org"));
}

#[actix_web::test]
async fn the_same_request_twice_is_one_and_mails_to_an_address_are_bounded() {
    let app = TestApp::start();
    for _ in 0..8 {
        let (_, sent) = send(&app, "deletion", "flooded@example.org", "").await;
        assert_eq!(sent.location(), "/request/sent");
        app.app.clock.advance(chrono::TimeDelta::minutes(1));
    }
    assert_eq!(app.mails_to("flooded").len(), 5);
    let count = app
        .app
        .db
        .read_now(|conn| Ok(table::table.count().get_result::<i64>(conn)?));
    assert_eq!(count.unwrap(), 1);
}

#[actix_web::test]
async fn a_client_that_sends_many_requests_is_stopped() {
    let app = TestApp::start();
    for number in 0..20 {
        let email = format!("victim-{number}@example.org");
        send(&app, "categories", &email, "").await.1.location();
    }
    let (_, refused) = send(&app, "categories", "victim-21@example.org", "").await;
    assert_eq!(refused.status, 429);
    assert!(app.mails_to("victim-21").is_empty());
}

#[actix_web::test]
async fn opening_the_link_does_nothing_and_whoever_did_not_ask_takes_it_back() {
    let app = TestApp::start();
    send(&app, "deletion", ADDRESS, "").await;
    let link = link(&app, ADDRESS);
    let visitor = app.visitor();
    let page = visitor.get(&link).await.page();
    assert!(only_request(&app).1.mailbox_at.is_none());
    let answer = [("answer", "not-mine")];
    visitor.submit(&page, &link, &answer).await.location();
    let (request, _) = only_request(&app);
    assert_eq!(request.state, State::Withdrawn);
    assert_eq!(visitor.get(&link).await.status, 404);
    let twice = visitor.submit(&page, &link, &answer).await;
    assert_eq!(twice.status, 404);
    assert_eq!(twice.texts("h1"), visitor.get(&link).await.texts("h1"));
    assert_eq!(app.visitor().get("/request/link/unknown").await.status, 404);
    assert_eq!(
        app.visitor().get("/request/mine").await.location(),
        "/request"
    );
}

/// Rule: I7, 11 CCR 7062(b): categories need a reasonable degree, which two data points give.
#[actix_web::test]
async fn for_the_categories_the_address_and_one_value_are_enough() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    assert!(page.texts("input[name=declares]").is_empty());
    let wrong = prove(&visitor, &page, &[(PHONE, "+1 000")]).await;
    wrong.refuses(PHONE, "does not match enough");
    assert!(
        !wrong.html().contains("+1 000"),
        "what was typed is not shown again"
    );
    let phone = held(&app, "phone").replace(' ', "-");
    prove(&visitor, &page, &[(PHONE, &phone)]).await.location();
    let (request, sender) = only_request(&app);
    assert_eq!(request.state, State::InReview);
    assert_eq!(sender.degree, Some(Degree::Reasonable));
    assert_eq!(app.events("request.verified", &request.reference), 1);
}

/// Rule: I7, 11 CCR 7062(c): specific pieces need three data points and a declaration under penalty of perjury.
#[actix_web::test]
async fn for_the_data_themselves_three_points_and_a_signed_declaration_are_needed() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "pieces", ADDRESS, "").await;
    let (phone, birth) = (held(&app, "phone"), held(&app, "birth_date"));
    let points = [(PHONE, phone.as_str()), (BIRTH, birth.as_str())];
    let unsigned = prove(&visitor, &page, &points).await;
    unsigned.refuses("declares", "Tick this if it is true");
    let signed = [
        points[0],
        points[1],
        ("name", "Maya Okafor"),
        ("declares", "true"),
    ];
    let too_few = prove(&visitor, &page, &[signed[0], signed[2], signed[3]]).await;
    assert_eq!(too_few.status, 422);
    prove(&visitor, &page, &signed).await.location();
    let (request, sender) = only_request(&app);
    assert_eq!(
        (request.state, sender.degree),
        (State::InReview, Some(Degree::High))
    );
    assert!(sender.declared_at.is_some() && sender.declaration.is_some());
}

/// Rule: I12, 11 CCR 7024(a): who cannot be verified for specific pieces is evaluated for categories.
#[actix_web::test]
async fn who_does_not_reach_the_high_degree_gets_the_categories() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "pieces", ADDRESS, "").await;
    let phone = held(&app, "phone");
    let fields = [
        (PHONE, phone.as_str()),
        ("name", "Maya"),
        ("declares", "true"),
    ];
    for _ in 0..4 {
        assert_eq!(prove(&visitor, &page, &fields).await.status, 422);
    }
    prove(&visitor, &page, &fields).await.location();
    let (request, sender) = only_request(&app);
    assert_eq!(request.state, State::InReview);
    assert_eq!(sender.degree, Some(Degree::Reasonable));
    assert!(
        sender.declaration.is_none(),
        "none is due for the categories"
    );
    let seen = visitor.get("/request/mine").await.page();
    assert!(seen.text().contains("The answer names the categories"));
    let sam = app.staff("sam", Role::Agent).await;
    let seen = sam
        .get(&format!("/staff/requests/{}", request.reference))
        .await
        .page();
    assert!(seen.text().contains("Answer with the categories only"));
}

/// Rule: I11, 11 CCR 7060(h).
#[actix_web::test]
async fn the_value_in_dispute_is_never_what_proves_who_asks() {
    let app = TestApp::start();
    let field = "people/contact_details/phone";
    let (visitor, page) = follow(&app, "correction", ADDRESS, field).await;
    assert!(
        page.attributes("input", "name")
            .iter()
            .all(|it| it != PHONE)
    );
    let birth = held(&app, "birth_date");
    // Who is recognised uses up no try, though what they propose cannot be held.
    for _ in 0..6 {
        let fields = [(BIRTH, birth.as_str()), ("value", "soon")];
        let refused = prove(&visitor, &page, &fields).await;
        refused.refuses("value", "phone");
    }
    let fields = [(BIRTH, birth.as_str()), ("value", "+1 415 555 0100")];
    prove(&visitor, &page, &fields).await.location();
    let (request, _) = only_request(&app);
    assert_eq!(request.state, State::InReview);
    let sam = app.staff("sam", Role::Agent).await;
    let seen = sam
        .get(&format!("/staff/requests/{}", request.reference))
        .await
        .page();
    assert_eq!(
        seen.texts(".compare-values dd").pop().unwrap(),
        "+1 415 555 0100"
    );
}

/// Rule: I8, 11 CCR 7060(c): nothing is asked for that is not held.
#[actix_web::test]
async fn whom_we_hold_nothing_about_is_asked_for_nothing() {
    let app = TestApp::start();
    let (_, page) = follow(&app, "deletion", "nobody.at.all@example.org", "").await;
    assert!(page.attributes("main input", "name").is_empty());
    assert!(page.text().contains("A staff member will look at it"));
}

/// Rule: I9, 11 CCR 7060(d).
#[actix_web::test]
async fn what_was_collected_to_verify_is_erased_when_the_request_closes() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    let phone = held(&app, "phone");
    prove(&visitor, &page, &[(PHONE, &phone)]).await.location();
    let (request, _) = only_request(&app);
    let withdraw = format!("/requests/{}/withdraw", request.reference);
    maya.post(&withdraw, &[]).await.location();
    app.run_jobs().await;
    let left = app.app.db.read_now(|conn| {
        Ok(request_senders::table
            .select((
                request_senders::email,
                request_senders::email_hash,
                request_senders::link_hash,
            ))
            .first::<(Option<Vec<u8>>, Option<String>, Option<String>)>(conn)?)
    });
    assert_eq!(left.unwrap(), (None, None, None));
    assert_eq!(
        app.events("request.sender_forgotten", &request.reference),
        1
    );
}

#[actix_web::test]
async fn a_request_joins_the_person_whose_mailbox_it_is_and_leaves_no_other_behind() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    file_access(&maya).await;
    follow(&app, "deletion", ADDRESS, "").await;
    let (request, _) = only_request(&app);
    maya.get(&format!("/requests/{}", request.reference))
        .await
        .page();
    let count = app
        .app
        .db
        .read_now(|conn| Ok(people::table.count().get_result::<i64>(conn)?));
    assert_eq!(count.unwrap(), 1);
}

/// Rule: C4, 11 CCR 7021(b); I12, 11 CCR 7022(a).
#[actix_web::test]
async fn what_is_not_verified_is_denied_by_two_and_never_granted() {
    let app = TestApp::start();
    send(&app, "pieces", ADDRESS, "").await;
    let (request, _) = only_request(&app);
    let (sam, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    app.app.clock.advance(chrono::TimeDelta::days(40));
    let url = format!("/staff/requests/{}", request.reference);
    let act = |what: &str| format!("{url}/{what}");
    let page = sam.get(&url).await.page();
    assert!(page.text().contains("It is still not known who asks"));
    let deny = &[("identity", "unverified")];
    sam.submit(&page, &act("identity"), deny).await.location();
    assert_eq!(find(&app, &request.reference).state, State::InReview);

    let page = vera.get(&url).await.page();
    let why = &[("send_back", "Look again.")];
    vera.submit(&page, &act("send-back"), why).await.location();
    let page = sam.get(&url).await.page();
    let grant = [("outcome", "approved"), ("reason", "Here it is.")];
    assert_eq!(sam.submit(&page, &act("decide"), &grant).await.status, 409);
    let grant = [
        ("outcome", "denied"),
        ("ground", "UNVERIFIED"),
        ("reason", "Nobody knows who asks."),
    ];
    sam.submit(&page, &act("decide"), &grant).await.location();
    let page = vera.get(&url).await.page();
    vera.submit(&page, &act("approve"), &[]).await.location();

    let denied = find(&app, &request.reference);
    assert_eq!(denied.state, State::Denied);
    assert_eq!(denied.outcome, Some(Outcome::Denied));
    let mail = app.mails_to(ADDRESS).pop().unwrap();
    assert_eq!(mail.kind, "request_unverified");
    assert!(mail.text.contains("/policy") && mail.text.contains("cppa.ca.gov"));
}

#[actix_web::test]
async fn staff_stand_for_somebody_only_with_a_reason() {
    let app = TestApp::start();
    follow(&app, "deletion", ADDRESS, "").await;
    let (request, _) = only_request(&app);
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{}", request.reference);
    let identity = format!("{url}/identity");
    let page = sam.get(&url).await.page();
    let refused = sam
        .submit(&page, &identity, &[("identity", "verified")])
        .await;
    refused.refuses("vouched", "Write how you know");
    let why = [
        ("identity", "verified"),
        ("vouched", "She called from the number that we hold."),
    ];
    sam.submit(&page, &identity, &why).await.location();
    let reviewed = find(&app, &request.reference);
    assert_eq!(reviewed.state, State::InReview);
    assert!(reviewed.plan_hash.is_some(), "the deletion is planned now");
    assert_eq!(sam.submit(&page, &identity, &why).await.status, 409);
}
