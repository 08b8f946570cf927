//! Restricting and objecting without an account.

use candor::db::schema::requests;
use candor::requests::model::{Kind, State};
use candor::requests::restrictions;
use diesel::prelude::*;

use super::without_account::{ADDRESS, PHONE, held, link, only_request, prove};
use crate::support::{Actor, Answer, TestApp};

const WHY: &str = "My work needs me unseen.";

async fn send(app: &TestApp, fields: &[(&str, &str)]) -> (Actor, Answer) {
    let visitor = app.visitor();
    let page = visitor.get("/request").await.page();
    let who = [("email", ADDRESS), ("residence", "de")];
    let fields = [&who, fields].concat();
    let sent = visitor.submit(&page, "/request", &fields).await;
    (visitor, sent)
}

/// Follows the link, and shows by the number that it is Maya.
async fn show(app: &TestApp, visitor: &Actor) {
    let link = link(app, ADDRESS);
    let page = visitor.get(&link).await.page();
    let followed = visitor.submit(&page, &link, &[("answer", "mine")]).await;
    let mine = visitor.get(followed.location()).await.page();
    let phone = held(app, "phone");
    prove(visitor, &mine, &[(PHONE, &phone)]).await.location();
}

fn rests(app: &TestApp) -> bool {
    let (request, _) = only_request(app);
    let found = app
        .app
        .db
        .read_now(move |conn| Ok(restrictions::find(conn, request.id)?));
    found.unwrap().is_some()
}

/// Rule: A4.O, GDPR Art. 21(1), 18(1)(d).
#[actix_web::test]
async fn an_objection_needs_no_account_and_the_use_rests_once_it_is_known_who_objects() {
    let app = TestApp::start();
    let about = [
        ("wants", "objection"),
        ("activity", "security"),
        ("note", WHY),
    ];
    let (visitor, sent) = send(&app, &about).await;
    assert_eq!(sent.location(), "/request/sent");
    let (request, _) = only_request(&app);
    assert_eq!((request.kind, &*request.law), (Kind::Objection, "eu-gdpr"));
    assert!(!rests(&app), "anybody can type an address");
    show(&app, &visitor).await;
    assert_eq!(only_request(&app).0.state, State::InReview);
    assert!(rests(&app));
    app.run_jobs().await;
    let told = app.mails_to("privacy@papercheck.example.com");
    assert!(told[0].text.contains("while an objection is looked at"));
}

#[actix_web::test]
async fn a_restriction_needs_no_account_but_says_what_it_is_about() {
    let app = TestApp::start();
    let (_, silent) = send(&app, &[("wants", "restriction"), ("note", " ")]).await;
    silent.refuses("note", "Say which data and which use of them");
    let nothing = [("wants", "objection"), ("note", WHY)];
    send(&app, &nothing)
        .await
        .1
        .refuses("activity", "Choose a use.");
    let about = [("wants", "restriction"), ("note", "My address is wrong.")];
    let (visitor, sent) = send(&app, &about).await;
    sent.location();
    show(&app, &visitor).await;
    let (request, _) = only_request(&app);
    let stands = (request.kind, request.state);
    assert_eq!(stands, (Kind::Restriction, State::InReview));
}

#[actix_web::test]
async fn the_same_words_sent_twice_at_once_are_one_request_and_one_mail() {
    let app = TestApp::start();
    for about in [
        [("wants", "restriction"), ("note", "My address is wrong.")],
        [("wants", "deletion"), ("note", "All of it.")],
    ] {
        let sent = futures_util::future::join(send(&app, &about), send(&app, &about)).await;
        sent.0.1.location();
        sent.1.1.location();
    }
    let count = || {
        let all = app
            .app
            .db
            .read_now(|conn| Ok(requests::table.count().get_result::<i64>(conn)?));
        (all.unwrap(), app.mails_to(ADDRESS).len())
    };
    assert_eq!(count(), (2, 2));
    let other = [("wants", "restriction"), ("note", "My name is wrong.")];
    send(&app, &other).await.1.location();
    assert_eq!(count(), (3, 3), "other words are another request");
}
