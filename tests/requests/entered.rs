//! Requests by telephone and letter, entered by staff.

use candor::accounts::model::Role;
use candor::db::schema::{outbox, requests as table};
use candor::jobs::{Job, enqueue};
use candor::requests::model::{Channel, Kind, Request, State};
use chrono::TimeDelta;
use diesel::prelude::*;

use super::find;
use crate::support::{Actor, Answer, TestApp};

const LETTER: [(&str, &str); 6] = [
    ("channel", "letter"),
    ("received_on", "2026-02-04"),
    ("wants", "deletion"),
    ("contact", "Maya Okafor, 12 Elm Street, Oakland"),
    ("residence", "us-ca"),
    ("note", "Everything, please."),
];

pub(super) async fn enter(staff: &Actor, changes: &[(&str, &str)]) -> Answer {
    let page = staff.get("/staff/requests/new").await.page();
    let kept = LETTER
        .iter()
        .filter(|(name, _)| changes.iter().all(|(it, _)| it != name));
    let fields: Vec<_> = kept.chain(changes).copied().collect();
    staff.submit(&page, "/staff/requests/new", &fields).await
}

pub(super) fn newest(app: &TestApp) -> Request {
    let found = app
        .app
        .db
        .read_now(|conn| Ok(Request::query().order(table::id.desc()).first(conn)?));
    found.unwrap()
}

fn count_mails(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(outbox::table.count().get_result(conn)?));
    count.unwrap()
}

/// Rule: C2, 11 CCR 7021(b): the days count from receipt, whenever it is entered; I1, 11 CCR 7020(a).
#[actix_web::test]
async fn a_letter_counts_from_its_day_and_waits_for_staff_to_confirm_it() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let entered = enter(&sam, &[]).await;
    let request = newest(&app);
    let url = format!("/staff/requests/{}", request.reference);
    assert_eq!(entered.location(), url);
    assert_eq!(
        (request.channel, request.state),
        (Channel::Letter, State::Received)
    );
    assert_eq!(request.received_on.to_string(), "2026-02-04");
    assert_eq!(request.due_on.to_string(), "2026-03-21");
    assert_eq!(count_mails(&app), 0);

    let page = sam.get(&url).await.page();
    let text = page.text();
    assert!(
        text.contains("By letter") && text.contains("12 Elm Street"),
        "{text}"
    );
    assert!(
        text.contains("Confirm the receipt") && text.contains("21 March 2026"),
        "{text}"
    );
    let confirmed = format!("{url}/confirmed");
    sam.submit(&page, &confirmed, &[]).await.location();
    let request = find(&app, &request.reference);
    assert_eq!(request.state, State::Verifying);
    assert!(request.acknowledged_at.is_some());
    assert_eq!(sam.submit(&page, &confirmed, &[]).await.status, 409);
    let queue = sam.get("/staff/requests").await.page();
    assert!(queue.text().contains(&request.reference));
}

/// Rule: C1, 11 CCR 7021(a): a receipt that nobody confirms is put to staff in time.
#[actix_web::test]
async fn staff_are_told_when_nobody_confirms_a_letter() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    app.staff("vera", Role::Supervisor).await;
    enter(&sam, &[("received_on", "2026-02-08")])
        .await
        .location();
    let told = |days| {
        app.app.clock.advance(TimeDelta::days(days));
        let now = app.app.clock.now();
        let (app, write) = (&app, move |conn: &mut _| {
            enqueue(conn, &Job::WatchDates, now)
        });
        async move {
            app.app.db.write(write).await.unwrap();
            app.run_jobs().await;
            app.mails_to("vera@staff.example.org")
        }
    };
    assert!(told(3).await.is_empty());
    let mail = told(1).await.remove(0);
    assert!(
        mail.text.contains("Nobody has confirmed its receipt yet."),
        "{}",
        mail.text
    );
    assert_eq!(told(1).await.len(), 1, "once");
}

/// Rule: I7, 11 CCR 7062: the same ladder, whichever way it came.
#[actix_web::test]
async fn with_an_address_the_link_goes_there_and_the_ladder_is_the_same() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let call = [
        ("channel", "phone"),
        ("email", "Maya.Okafor@example.org"),
        ("contact", ""),
    ];
    enter(&sam, &call).await.location();
    let request = newest(&app);
    assert_eq!(
        (request.channel, request.state),
        (Channel::Phone, State::Verifying)
    );
    let mail = app.mails_to("maya.okafor").remove(0);
    assert_eq!(mail.kind, "request_to_confirm");
    let line = mail
        .text
        .lines()
        .find(|it| it.contains("/request/link/"))
        .unwrap();
    let link = line.trim_start_matches(app.address());
    let visitor = app.visitor();
    let page = visitor.get(link).await.page();
    visitor
        .submit(&page, link, &[("answer", "mine")])
        .await
        .location();
    let page = visitor.get("/request/mine").await.page();
    assert!(page.text().contains("declare under penalty of perjury"));
    enter(&sam, &call).await.location();
    assert_eq!(newest(&app).id, request.id, "the same is not entered twice");
}

#[actix_web::test]
async fn what_came_before_the_one_on_record_is_entered_with_its_own_dates() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let with = |day| [("email", "maya.okafor@example.org"), ("received_on", day)];
    enter(&sam, &with("2026-02-06")).await.location();
    let first = newest(&app);
    enter(&sam, &with("2026-02-02")).await.location();
    assert_ne!(newest(&app).id, first.id);
    assert_eq!(newest(&app).received_on.to_string(), "2026-02-02");
}

#[actix_web::test]
async fn a_day_to_come_or_long_past_and_whatever_is_missing_is_refused() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let refusals = [
        (
            "channel",
            "carrier pigeon",
            "channel",
            "Choose how it came.",
        ),
        ("channel", "portal", "channel", "Choose how it came."),
        ("received_on", "", "received_on", "Enter the day"),
        ("received_on", "2026-02-10", "received_on", "still to come"),
        (
            "received_on",
            "2025-02-08",
            "received_on",
            "more than a year ago",
        ),
        ("wants", "", "wants", "Choose what they ask for."),
        (
            "wants",
            "correction",
            "field",
            "Choose which value is wrong.",
        ),
        ("email", "nobody", "email", "name@example.org"),
        ("contact", " ", "contact", "how we can answer them"),
        ("residence", "mars", "residence", "Choose a place"),
    ];
    for (name, value, field, sentence) in refusals {
        let refused = enter(&sam, &[(name, value)]).await;
        refused.refuses(field, sentence);
        assert!(
            refused.html().contains("Everything, please."),
            "what was typed is kept"
        );
    }
    // It is the ninth in California until eight in the morning in UTC.
    assert_eq!(
        enter(&sam, &[("received_on", "2026-02-09")]).await.status,
        303
    );
}

/// Rule: C2, 11 CCR 7021(b): the day of receipt is that of the person.
#[actix_web::test]
async fn a_call_of_this_morning_counts_from_the_day_that_it_was_where_the_person_lives() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    // It is the tenth in Europe, and still the ninth in California.
    app.app.clock.advance(TimeDelta::hours(20));
    let today = [("received_on", "2026-02-10"), ("channel", "phone")];
    assert_eq!(enter(&sam, &today).await.status, 303);
    let request = newest(&app);
    assert_eq!(request.received_on.to_string(), "2026-02-09");
    assert_eq!(request.due_on.to_string(), "2026-03-26");
}

#[actix_web::test]
async fn staff_who_know_the_caller_find_their_data_without_the_link() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    enter(
        &sam,
        &[("channel", "phone"), ("email", "maya.okafor@example.org")],
    )
    .await
    .location();
    let request = newest(&app);
    let url = format!("/staff/requests/{}", request.reference);
    let page = sam.get(&url).await.page();
    let why = [
        ("identity", "verified"),
        ("vouched", "She called from the number that we hold."),
    ];
    sam.submit(&page, &format!("{url}/identity"), &why)
        .await
        .location();
    let reviewed = find(&app, &request.reference);
    assert_eq!(reviewed.state, State::InReview);
    assert!(
        reviewed.plan_hash.is_some(),
        "her records are found by her address"
    );
}

/// A receipt must not prove a deletion in which nothing could be looked up.
#[actix_web::test]
async fn nothing_is_erased_and_proved_for_who_is_known_by_no_address() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    enter(&sam, &[]).await.location();
    let request = newest(&app);
    let url = format!("/staff/requests/{}", request.reference);
    let act = |what: &str| format!("{url}/{what}");
    let page = sam.get(&url).await.page();
    sam.submit(&page, &act("confirmed"), &[]).await.location();
    let page = sam.get(&url).await.page();
    let why = [
        ("identity", "verified"),
        ("vouched", "Her signature is the same."),
    ];
    sam.submit(&page, &act("identity"), &why).await.location();
    let page = sam.get(&url).await.page();
    let grant = [("outcome", "approved"), ("reason", "It is done.")];
    let refused = sam.submit(&page, &act("decide"), &grant).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused
            .text()
            .contains("There is no address by which their data could be found")
    );
    assert_eq!(find(&app, &request.reference).outcome, None);
}

/// Rule: I1, 11 CCR 7020(a): a letter is answered like any other request, though its writer has no e-mail.
#[actix_web::test]
async fn a_letter_without_address_is_carried_out_once_staff_know_whose_data_they_are() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    enter(&sam, &[]).await.location();
    let reference = newest(&app).reference;
    let url = format!("/staff/requests/{reference}");
    let act = |what: &str| format!("{url}/{what}");
    let page = sam.get(&url).await.page();
    sam.submit(&page, &act("confirmed"), &[]).await.location();

    let page = sam.get(&url).await.page();
    let identity = act("identity");
    let mut known = vec![
        ("identity", "verified"),
        (
            "vouched",
            "We rang the number that we hold, and she knew of the letter.",
        ),
        ("held_as", "maya.okafor"),
    ];
    let refused = sam.submit(&page, &identity, &known).await;
    refused.refuses("held_by", "Choose what it is.");
    // Nothing is found by a telephone number here.
    known.push(("held_by", "phone"));
    let refused = sam.submit(&page, &identity, &known).await;
    refused.refuses("held_by", "Choose what it is.");
    let offered = page.attributes("select#held_by option", "value");
    assert_eq!(offered, ["", "email"]);
    known[3].1 = "email";
    let refused = sam.submit(&page, &identity, &known).await;
    refused.refuses("held_as", "Type it whole");
    known[2].1 = "Maya.Okafor@example.org";
    sam.submit(&page, &identity, &known).await.location();
    let request = find(&app, &reference);
    assert_eq!(request.state, State::InReview);
    assert!(request.plan.is_some(), "what is to be erased was found");
    assert_eq!(app.events("request.person_found", &reference), 1);

    let page = sam.get(&url).await.page();
    let rest = [("rest", "accepted")];
    sam.submit(&page, &act("decide"), &rest).await.location();
    let page = vera.get(&url).await.page();
    vera.submit(&page, &act("approve"), &[]).await.location();
    app.run_jobs().await;
    assert_eq!(find(&app, &reference).state, State::Completed);
}

#[actix_web::test]
async fn a_letter_of_somebody_with_an_account_becomes_a_request_of_theirs() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let maya = app.person("maya.okafor").await;
    enter(&sam, &[]).await.location();
    let reference = newest(&app).reference;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let confirmed = format!("{url}/confirmed");
    sam.submit(&page, &confirmed, &[]).await.location();
    assert!(
        !maya
            .get("/requests")
            .await
            .page()
            .text()
            .contains(&reference)
    );
    let page = sam.get(&url).await.page();
    let known = [
        ("identity", "verified"),
        ("vouched", "We rang her."),
        ("held_by", "email"),
        ("held_as", "maya.okafor@example.org"),
    ];
    let identity = format!("{url}/identity");
    sam.submit(&page, &identity, &known).await.location();
    let told = app.mails_to("maya.okafor").pop().unwrap();
    assert!(told.text.contains(&reference));
    for body in [&told.text, &told.html] {
        assert!(body.contains("It came by letter. If it was not you"));
        assert!(
            !body.contains("You signed in"),
            "she may not have written it"
        );
    }
    assert!(
        maya.get("/requests")
            .await
            .page()
            .text()
            .contains(&reference)
    );
}

#[actix_web::test]
async fn a_restriction_an_objection_and_a_complaint_can_be_entered_in_the_persons_words() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    for (wants, kind) in [
        ("restriction", Kind::Restriction),
        ("objection", Kind::Objection),
        ("complaint", Kind::Complaint),
    ] {
        let about = ("activity", "security");
        let silent = enter(&sam, &[("wants", wants), about, ("note", " ")]).await;
        silent.refuses("note", "Write what they said");
        let said = [("wants", wants), about, ("note", "You mail me too often.")];
        enter(&sam, &said).await.location();
        let request = newest(&app);
        assert_eq!((request.kind, request.channel), (kind, Channel::Letter));
        assert_eq!(request.received_on.to_string(), "2026-02-04");
        let url = format!("/staff/requests/{}", request.reference);
        let page = sam.get(&url).await.page();
        assert!(page.text().contains("You mail me too often."));
    }
}
