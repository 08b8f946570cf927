//! What staff may do as long as it is not known who asks.

use candor::accounts::model::Role;
use candor::db::schema::holds;
use candor::requests::model::State;
use chrono::TimeDelta;
use diesel::prelude::*;
use reqwest::multipart::Form;

use super::find;
use super::without_account::{
    ADDRESS, BIRTH, PHONE, follow, held, link, only_request, prove, send,
};
use crate::support::{Actor, Answer, TestApp};

const STREET: &str = "point-user-contact-address-street";

/// A deletion whose link nobody has followed, and its page as an agent sees it.
async fn unfollowed(app: &TestApp) -> (String, Actor, String, Answer) {
    send(app, "deletion", ADDRESS, "").await;
    let reference = only_request(app).0.reference;
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    (reference, sam, url, page)
}

#[actix_web::test]
async fn a_question_does_not_begin_the_review_of_somebody_unknown() {
    let app = TestApp::start();
    let (reference, sam, url, page) = unfollowed(&app).await;
    assert_eq!(page.texts("button[name=ask]"), ["Send"]);
    let ask = [("body", "Who are you?"), ("ask", "true")];
    let refused = sam.submit(&page, &format!("{url}/message"), &ask).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("It is not known yet who asks."));
    assert_eq!(find(&app, &reference).state, State::Verifying);
}

#[actix_web::test]
async fn a_hold_placed_through_an_unverified_request_goes_with_whoever_follows_the_link() {
    let app = TestApp::start();
    let (reference, ..) = unfollowed(&app).await;
    let una = app.staff("una", Role::Supervisor).await;
    let path = format!("/staff/holds/new?request={reference}");
    let page = una.get(&path).await.page();
    let hold = [
        ("kind", "legal"),
        ("whom", reference.as_str()),
        ("reason", "A court has asked us to keep your data."),
        ("basis", "Cal. Civ. Code 1798.105(d)(8)"),
    ];
    una.submit(&page, "/staff/holds/new", &hold)
        .await
        .location();

    let (visitor, link) = (app.visitor(), link(&app, ADDRESS));
    let page = visitor.get(&link).await.page();
    let followed = visitor.submit(&page, &link, &[("answer", "mine")]).await;

    assert_eq!(followed.location(), "/request/mine");
    let whose = app.app.db.read_now(|conn| {
        let held = holds::table.filter(holds::person_id.is_not_null());
        Ok(held.select(holds::person_id).first::<Option<i64>>(conn)?)
    });
    assert_eq!(whose.unwrap(), Some(find(&app, &reference).person_id));
}

/// Rule: I13, 11 CCR 7062(g).
#[actix_web::test]
async fn where_nothing_could_tell_who_asks_that_is_said_and_looked_at_every_year() {
    let app = TestApp::start();
    let nobody = "nobody.at.all@example.org";
    send(&app, "pieces", nobody, "").await;
    let visitor = app.visitor();
    let link = link(&app, nobody);
    let page = visitor.get(&link).await.page();
    visitor.submit(&page, &link, &[("answer", "mine")]).await;
    let mine = visitor.get("/request/mine").await.page();
    assert!(
        mine.text()
            .contains("We cannot tell by what we hold that it is you")
    );
    assert!(mine.text().contains("We look every year"));

    let ruth = app.staff("ruth", Role::Supervisor).await;
    let asks = async |ruth: &Actor| {
        let queue = ruth.get("/staff/requests").await.page();
        queue.text().contains("how people show who they are")
    };
    assert!(asks(&ruth).await);
    let page = ruth.get("/staff/reviews").await.page();
    let empty = ruth.submit(&page, "/staff/reviews", &[]).await;
    empty.refuses("found", "Write what you found");
    let found = [(
        "found",
        "Two could not be verified. We hold no more of them.",
    )];
    ruth.submit(&page, "/staff/reviews", &found)
        .await
        .location();
    assert!(!asks(&ruth).await);
    let page = ruth.get("/staff/reviews").await.page();
    assert!(page.text().contains("Two could not be verified."));
    app.app.clock.advance(TimeDelta::days(365));
    let ruth = app.sign_in_again("ruth", Role::Supervisor).await;
    assert!(asks(&ruth).await);
}

#[actix_web::test]
async fn an_empty_form_and_what_cannot_be_a_value_cost_no_try() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    for _ in 0..6 {
        let empty = prove(&visitor, &page, &[]).await;
        empty.refuses(PHONE, "Enter at least one value.");
    }
    let no_number = prove(&visitor, &page, &[(PHONE, "unknown")]).await;
    no_number.refuses(PHONE, "Enter a number with digits");
    let no_day = prove(&visitor, &page, &[(BIRTH, "in spring")]).await;
    no_day.refuses(BIRTH, "Enter a date such as 1990-03-31");
    assert_eq!(only_request(&app).1.attempts, 0);
    let wrong = prove(&visitor, &page, &[(PHONE, "1")]).await;
    wrong.refuses(PHONE, "Tries left: 4");
}

#[actix_web::test]
async fn after_five_tries_no_more_is_compared() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    for _ in 0..5 {
        assert_eq!(prove(&visitor, &page, &[(PHONE, "1")]).await.status, 422);
    }
    let phone = held(&app, "phone");
    assert_eq!(prove(&visitor, &page, &[(PHONE, &phone)]).await.status, 409);
    assert_eq!(only_request(&app).0.state, State::Verifying);
    let seen = visitor.get("/request/mine").await.page();
    assert!(seen.text().contains("A staff member will look at it"));
    assert!(seen.text().contains("there are no more tries"));
}

#[actix_web::test]
async fn the_summary_names_what_is_missing_in_the_order_of_the_page() {
    let app = TestApp::start();
    for path in ["/request", "/request/agent"] {
        let visitor = app.visitor();
        let page = visitor.get(path).await.page();
        let nothing = Form::new()
            .text("wants", "")
            .text("email", "")
            .text("residence", "nowhere");
        let refused = match path {
            "/request" => {
                let empty = [("wants", ""), ("email", ""), ("residence", "nowhere")];
                visitor.post(path, &empty).await
            }
            _ => visitor.post_multipart(path, nothing).await,
        };
        assert_eq!(refused.status, 422);
        let named = refused.attributes(".error-summary a", "href");
        assert!(named.len() > 2, "{named:?}");
        let html = page.html();
        let place = |href: &String| html.find(&format!("name=\"{}\"", &href[1..])).unwrap();
        let places: Vec<_> = named.iter().map(place).collect();
        assert!(places.is_sorted(), "{named:?}");
    }
}

/// Rule: C4, 11 CCR 7021(b); E3, 11 CCR 7022(f): of somebody whom nobody knows nothing stays that they could be told
/// of.
#[actix_web::test]
async fn who_is_not_known_is_told_of_nothing_that_stays() {
    let app = TestApp::start();
    let (reference, sam, url, page) = unfollowed(&app).await;
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let deny = [("identity", "unverified")];
    let identity = format!("{url}/identity");
    sam.submit(&page, &identity, &deny).await.location();
    let page = ruth.get(&url).await.page();
    let approve = format!("{url}/approve");
    ruth.submit(&page, &approve, &[]).await.location();
    assert_eq!(find(&app, &reference).state, State::Denied);
    let mail = app.mails_to(ADDRESS).pop().unwrap();
    assert_eq!(mail.kind, "request_unverified");
    for body in [&mail.text, &mail.html] {
        assert!(!body.to_lowercase().contains("what stays"), "{body}");
        assert!(body.contains("We keep a record"), "{body}");
    }
}

/// Rule: C4, 11 CCR 7021(b).
#[actix_web::test]
async fn five_days_before_the_date_the_denial_stands_ready_and_nothing_goes_by_itself() {
    let app = TestApp::start();
    let (reference, _, url, page) = unfollowed(&app).await;
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let ready = "Propose this denial";
    assert!(!page.text().contains(ready));
    let link = link(&app, ADDRESS);
    app.app.clock.advance(TimeDelta::days(39));
    let sam = app.sign_in_again("sam", Role::Agent).await;
    assert!(!sam.get(&url).await.page().text().contains(ready));
    app.app.clock.advance(TimeDelta::days(1));
    let page = sam.get(&url).await.page();
    let text = page.text();
    for words in [
        ready,
        "What the person will read",
        "UNVERIFIED",
        "Nobody followed the link in the mail",
        "We keep a record",
        "California Privacy Protection Agency",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let seen = auditor.get(&url).await.page().text();
    assert!(!seen.contains(ready), "who decides nothing");
    assert_eq!(find(&app, &reference).state, State::Verifying);
    let mails = app.mails_to(ADDRESS).len();

    let identity = format!("{url}/identity");
    let empty = [("identity", "unverified"), ("unverified_reason", "No.")];
    let refused = sam.submit(&page, &identity, &empty).await;
    refused.refuses("unverified_reason", "Write why");
    let why = "We wrote to you twice, and could not tell that it is you.";
    let deny = [("identity", "unverified"), ("unverified_reason", why)];
    sam.submit(&page, &identity, &deny).await.location();
    assert_eq!(app.mails_to(ADDRESS).len(), mails, "it is a proposal");
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let page = ruth.get(&url).await.page();
    assert!(page.text().contains(why));
    let approve = format!("{url}/approve");
    ruth.submit(&page, &approve, &[]).await.location();
    assert_eq!(find(&app, &reference).state, State::Denied);
    assert_eq!(app.mails_to(ADDRESS).len(), mails + 1);
    let mail = app.mails_to(ADDRESS).pop().unwrap();
    assert!(mail.text.contains(why), "no page shows it: {}", mail.text);
    let gone = app.visitor().get(&link).await;
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("in the mail that we sent you then"));
}

/// Rule: C4, 11 CCR 7021(b); I12, 11 CCR 7024(a).
#[actix_web::test]
async fn a_denial_for_want_of_proof_is_not_approved_once_it_is_known_who_asks() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    let reference = only_request(&app).0.reference;
    let sam = app.staff("sam", Role::Agent).await;
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let url = format!("/staff/requests/{reference}");
    let seen = sam.get(&url).await.page();
    let deny = [("identity", "unverified")];
    let identity = format!("{url}/identity");
    sam.submit(&seen, &identity, &deny).await.location();
    prove(&visitor, &page, &[(PHONE, &held(&app, "phone"))])
        .await
        .location();

    let seen = ruth.get(&url).await.page();
    let approved = ruth.submit(&seen, &format!("{url}/approve"), &[]).await;
    assert_eq!(approved.status, 409);
    assert!(approved.text().contains("By now it is known who asks"));
    assert_eq!(find(&app, &reference).state, State::InReview);
}

/// Rule: I12, 11 CCR 7024(a).
#[actix_web::test]
async fn who_is_known_well_enough_for_the_kinds_of_data_is_answered_these_before_the_date() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "pieces", ADDRESS, "").await;
    let phone = held(&app, "phone");
    let proof = [
        (PHONE, phone.as_str()),
        ("name", "Maya Okafor"),
        ("declares", "true"),
    ];
    assert_eq!(prove(&visitor, &page, &proof).await.status, 422);
    let reference = only_request(&app).0.reference;
    let url = format!("/staff/requests/{reference}");
    app.app.clock.advance(TimeDelta::days(41));
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get(&url).await.page();
    let buttons = page.texts("button[name=identity]");
    let less = "Answer with the kinds of data";
    assert!(buttons.iter().any(|it| it == less), "{buttons:?}");
    let identity = format!("{url}/identity");
    let answer = [("identity", "less")];
    sam.submit(&page, &identity, &answer).await.location();
    assert_eq!(find(&app, &reference).state, State::InReview);
    let page = sam.get(&url).await.page();
    assert!(page.text().contains("Answer with the categories only"));
    assert_eq!(sam.post(&identity, &answer).await.status, 409);
}

/// Rule: I8, 11 CCR 7060(c).
#[actix_web::test]
async fn a_point_matches_whole_and_never_by_nothing() {
    let app = TestApp::start();
    let (visitor, page) = follow(&app, "categories", ADDRESS, "").await;
    let (phone, street) = (held(&app, "phone"), held(&app, "street"));
    let end = &phone[phone.len() - 8..];
    for typed in [
        [(PHONE, end), (STREET, "")],
        [(PHONE, "000"), (STREET, " -")],
    ] {
        let wrong = prove(&visitor, &page, &typed).await;
        wrong.refuses(PHONE, "does not match enough");
    }
    let street = format!(" {} ", street.to_lowercase().replace([' ', '.'], "-"));
    let right = prove(&visitor, &page, &[(STREET, &street)]).await;
    right.location();
}
