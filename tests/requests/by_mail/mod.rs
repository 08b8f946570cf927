//! Mails to the contact address, as a mail server hands them over.

mod guess;
mod harm;
mod invitation;
mod opting_out;

use candor::db::schema::{outbox, receipts, received_mails, requests as table};
use candor::requests::by_mail::command::{Status, own, take};
use candor::requests::model::{Channel, Kind, Request, State};
use candor::requests::senders::model::Wants;
use candor::requests::senders::queries;
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::{Mail, TestApp};

/// A mail that asks to have everything erased.
const DELETION: &str = "From: Ada <Ada@Example.org>\r\nTo: contact@projobsector.com\r\n\
    Subject: My data\r\nMessage-ID: <1@mail.example.org>\r\n\r\nPlease delete my data.\r\n";

fn mail(headers: &str, text: &str) -> String {
    format!("{headers}\r\n\r\n{text}\r\n")
}

/// Hands a mail over.
pub async fn hand(app: &TestApp, mail: impl AsRef<[u8]>) -> Status {
    hand_from(app, mail, None).await
}

async fn hand_from(app: &TestApp, mail: impl AsRef<[u8]>, sender: Option<&str>) -> Status {
    let (parts, mail) = (app.app.clone(), mail.as_ref().to_vec());
    let sender = sender.map(str::to_owned);
    let taken = tokio::task::spawn_blocking(move || {
        let own = own(&parts, Some("Privacy@ProJobSector.com".to_owned()));
        take(&parts, &mail, sender.as_deref(), &own)
    });
    taken.await.unwrap()
}

fn all(app: &TestApp) -> Vec<Request> {
    let found = app
        .app
        .db
        .read_now(|conn| Ok(Request::query().order(table::id).load(conn)?));
    found.unwrap()
}

fn count_mails(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(outbox::table.count().get_result(conn)?));
    count.unwrap()
}

/// The path of the link in a mail that begins so.
fn link(app: &TestApp, mail: &Mail, path: &str) -> String {
    let mut lines = mail.text.lines();
    let line = lines.find(|it| it.contains(path)).unwrap();
    line.trim_start_matches(app.address()).to_owned()
}

/// Rule: I1, 11 CCR 7020(b): an e-mail address is a way to ask.
#[actix_web::test]
async fn a_mail_that_is_clear_is_a_request_on_record_with_the_day_of_the_mail() {
    let app = TestApp::start();
    assert_eq!(hand(&app, DELETION).await, Status::Done);
    let [request] = all(&app).try_into().unwrap();
    assert_eq!(
        (request.channel, request.state),
        (Channel::Mail, State::Verifying)
    );
    assert_eq!(request.received_on.to_string(), "2026-02-09");
    assert!(
        request.plan.is_none(),
        "nothing is looked up on the word of a mail"
    );
    let answer = app.mails_to("ada").remove(0);
    assert_eq!(answer.kind, "request_to_confirm");
    assert!(answer.text.contains(&request.reference));
    let link = link(&app, &answer, "/request/link/");
    let page = app.visitor().get(&link).await.page();
    assert!(
        page.text().contains("to erase your data"),
        "{}",
        page.text()
    );
}

/// Rule: I2, 11 CCR 7020(e): who does not say what they want is told how.
#[actix_web::test]
async fn a_mail_that_is_not_clear_leads_to_the_form_and_keeps_its_day() {
    let app = TestApp::start();
    let headers = "From: ada@example.org\r\nSubject: Hello\r\nMessage-ID: <2@mail.example.org>";
    assert_eq!(
        hand(&app, mail(headers, "Who are you?")).await,
        Status::Done
    );
    assert!(all(&app).is_empty());
    let answer = app.mails_to("ada").remove(0);
    assert_eq!(answer.kind, "mail_received");
    assert!(!answer.text.contains("Who are you"), "it repeats nothing");
    app.app.clock.advance(TimeDelta::days(3));
    let visitor = app.visitor();
    let form = link(&app, &answer, "/request?mail=");
    let page = visitor.get(&form).await.page();
    assert!(page.text().contains("ada@example.org") && page.text().contains("9 February 2026"));
    let refused = visitor
        .submit(&page, "/request", &[("wants", ""), ("residence", "us-ca")])
        .await;
    refused.refuses("wants", "Choose what you would like us to do.");
    let fields = [("wants", "pieces"), ("residence", "us-ca"), ("note", "")];
    let sent = visitor.submit(&refused, "/request", &fields).await;
    let [request] = all(&app).try_into().unwrap();
    assert_eq!(
        (request.channel, request.received_on.to_string().as_str()),
        (Channel::Mail, "2026-02-09")
    );
    assert_eq!(request.due_on.to_string(), "2026-03-26");
    let own = link(&app, &app.mails_to("ada").pop().unwrap(), "/request/link/");
    assert_eq!(
        sent.location(),
        own,
        "who comes from our mail need not wait for another"
    );
}

/// Rule: A4.C, Data Protection Act 2018, s. 164A: the receipt of a complaint is confirmed, and in seconds.
#[actix_web::test]
async fn a_complaint_is_confirmed_at_once_and_left_to_staff() {
    let app = TestApp::start();
    let headers =
        "From: ada@example.org\r\nSubject: A complaint\r\nMessage-ID: <7@mail.example.org>";
    let words = "You showed my profile to an employer whom I had ruled out.";
    assert_eq!(hand(&app, mail(headers, words)).await, Status::Done);
    assert!(all(&app).is_empty(), "it asks for nothing of the portal");
    let told = app.mails_to("ada").remove(0);
    for body in [&told.text, &told.html] {
        assert!(body.contains("a complaint about what we do with your data"));
        assert!(body.contains("9 February 2026"));
    }
}

#[actix_web::test]
async fn a_link_that_was_altered_or_is_old_is_the_usual_form() {
    let app = TestApp::start();
    let headers = "From: ada@example.org\r\nSubject: Hello";
    hand(&app, mail(headers, "Hello?")).await;
    let form = link(&app, &app.mails_to("ada").remove(0), "/request?mail=");
    let page = app.visitor().get(&format!("{form}A")).await.page();
    assert!(!page.text().contains("You wrote to us on"));
    app.app.clock.advance(TimeDelta::days(31));
    let visitor = app.visitor();
    let page = visitor.get(&form).await.page();
    let fields = [
        ("wants", "pieces"),
        ("residence", "us-ca"),
        ("email", "ada@example.org"),
    ];
    assert_eq!(
        visitor.submit(&page, "/request", &fields).await.location(),
        "/request/sent"
    );
    assert_eq!(all(&app)[0].received_on.to_string(), "2026-03-12");
}

#[actix_web::test]
async fn what_can_be_told_is_chosen_already_and_an_opt_out_needs_no_request() {
    let app = TestApp::start();
    let headers =
        |id| format!("From: ada@example.org\r\nSubject: Hello\r\nMessage-ID: <{id}@x.example>");
    hand(
        &app,
        mail(&headers(1), "The phone number in my profile is wrong."),
    )
    .await;
    hand(&app, mail(&headers(2), "How can I opt out of the sale?")).await;
    assert!(
        all(&app).is_empty(),
        "only they can say which value is wrong"
    );
    let [correction, opt_out] = app.mails_to("ada").try_into().unwrap();
    let page = app
        .visitor()
        .get(&link(&app, &correction, "/request?mail="))
        .await
        .page();
    assert_eq!(
        page.attributes("[name=wants][checked]", "value"),
        ["correction"]
    );
    let first = opt_out.text.find("/do-not-sell").unwrap();
    assert!(first < opt_out.text.find("/request?mail=").unwrap());
}

/// Who writes that to the address of the policy has opted out: no link stands before it.
/// Rule: I4, 11 CCR 7060(b).
#[actix_web::test]
async fn an_opt_out_by_mail_holds_at_once_whether_or_not_anything_is_followed() {
    let app = TestApp::start();
    let from = "From: ada@example.org\r\nSubject: My data\r\nMessage-ID: <1@x.example>";
    let body = "Do not sell or share my personal information.";
    hand(&app, mail(from, body)).await;
    assert!(all(&app).is_empty(), "it takes no request");
    let [told] = app.mails_to("ada").try_into().unwrap();
    assert_eq!(told.kind, "choice_changed");
    assert!(told.text.contains("by a mail from your address"));
    assert_eq!(app.events("choice.changed", &last_receipt(&app)), 1);

    let ada = app.visitor();
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    let page = ada.get("/choices").await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    assert!(page.text().contains("by what you chose before"));
}

/// Rule: I4, 11 CCR 7060(b).
#[actix_web::test]
async fn a_mail_that_opts_out_and_asks_for_more_has_both() {
    let app = TestApp::start();
    let from = "From: ada@example.org\r\nMessage-ID: <1@x.example>";
    let body = "Do not sell my personal information. Also delete my account.";
    hand(&app, mail(from, body)).await;
    let [request] = all(&app).try_into().unwrap();
    assert_eq!(request.kind, Kind::Deletion);
    let mails = app.mails_to("ada");
    let kinds: Vec<_> = mails.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["choice_changed", "request_to_confirm"]);
    let from = "From: bob@example.org\r\nMessage-ID: <2@x.example>";
    let body = "Do not sell my data, and delete my data.";
    hand(&app, mail(from, body)).await;
    assert_eq!(all(&app).len(), 1, "of that they choose themselves");
    let [told, link] = app.mails_to("bob").try_into().unwrap();
    assert_eq!(told.kind, "choice_changed");
    assert!(link.text.contains("/request?mail="));
}

/// The notice of machines names our address as a way to say no.
/// Rule: C7, 11 CCR 7221(m), (n); I4, 11 CCR 7060(b).
#[actix_web::test]
async fn an_opt_out_by_mail_is_of_what_it_names() {
    let app = TestApp::start();
    let sale = "Opted out of sale and sharing";
    let sensitive = "Use of sensitive data limited";
    let machines = "Opted out of decisions by machines";
    let named = [
        ("I opt out of automated decisions.", vec![machines]),
        (
            "Do not sell my data. Limit the use of my sensitive data.",
            vec![sale, sensitive],
        ),
        ("Please opt me out of your newsletter.", vec![]),
        (
            "Please opt me out of everything.",
            vec![sale, sensitive, machines, "Opted out of: News and offers"],
        ),
    ];
    for (at, (body, outcomes)) in named.into_iter().enumerate() {
        let from = format!("From: ada{at}@example.org\r\nMessage-ID: <{at}@x.example>");
        hand(&app, mail(&from, body)).await;
        let [told] = app.mails_to(&format!("ada{at}")).try_into().unwrap();
        let is_done = told.kind == "choice_changed";
        assert_eq!(is_done, !outcomes.is_empty(), "{body}: {}", told.text);
        for outcome in [sale, sensitive, machines, "Opted out of: News and offers"] {
            let is_said = told.text.contains(&format!("- {outcome}"));
            assert_eq!(
                is_said,
                outcomes.contains(&outcome),
                "{body}: {}",
                told.text
            );
        }
    }
}

/// The id of the newest receipt.
fn last_receipt(app: &TestApp) -> String {
    let last = app.app.db.read_now(|conn| {
        let all = receipts::table.order(receipts::created_at.desc());
        Ok(all.select(receipts::id).first(conn)?)
    });
    last.unwrap()
}

/// Rule: C2, 11 CCR 7021(b).
#[actix_web::test]
async fn the_clock_runs_from_when_our_mail_server_had_it_and_no_longer_than_a_week_back() {
    let app = TestApp::start();
    let received = |at: &str, id: u8| {
        let top =
            format!("Received: from x.example by mx.example.com with ESMTP id 1;\r\n\t{at}\r\n");
        top + &DELETION
            .replace("<1@", &format!("<{id}@"))
            .replace("Ada@", &format!("ada{id}@"))
    };
    hand(&app, received("Sat, 7 Feb 2026 12:00:00 +0000", 4)).await;
    hand(&app, received("Fri, 7 Feb 2020 12:00:00 +0000", 5)).await;
    hand(&app, received("Thu, 7 Feb 2036 12:00:00 +0000", 6)).await;
    let days: Vec<_> = all(&app)
        .iter()
        .map(|it| it.received_on.to_string())
        .collect();
    assert_eq!(days, ["2026-02-07", "2026-02-09", "2026-02-09"]);
}

#[actix_web::test]
async fn an_answer_to_our_own_mail_files_nothing_more() {
    let app = TestApp::start();
    let reply = format!(
        "In-Reply-To: <abc@{}>\r\n{}",
        app.app.site.mail_domain(),
        DELETION.replace("My data", "Re: We have your request")
    );
    assert_eq!(hand(&app, reply).await, Status::Done);
    assert!(all(&app).is_empty());
    assert_eq!(app.mails_to("ada")[0].kind, "mail_received");
}

#[actix_web::test]
async fn taken_mails_are_forgotten_after_a_month() {
    let app = TestApp::start();
    hand(&app, DELETION).await;
    app.app.clock.advance(TimeDelta::days(31));
    let now = app.app.clock.now();
    let purge = move |conn: &mut _| Ok(candor::requests::by_mail::purge(conn, now)?);
    assert_eq!(app.app.db.write(purge).await.unwrap(), 1);
    let left = app
        .app
        .db
        .read_now(|conn| Ok(received_mails::table.count().get_result::<i64>(conn)?));
    assert_eq!(left.unwrap(), 0);
}

#[actix_web::test]
async fn the_wish_of_a_mail_is_what_the_desk_sees() {
    let app = TestApp::start();
    hand(&app, DELETION).await;
    let id = all(&app)[0].id;
    let sender = app
        .app
        .db
        .read_now(move |conn| Ok(queries::find(conn, id)?))
        .unwrap();
    assert_eq!(sender.unwrap().wants, Wants::Deletion);
    let sam = app.staff("sam", candor::accounts::model::Role::Agent).await;
    let url = format!("/staff/requests/{}", all(&app)[0].reference);
    let page = sam.get(&url).await.page();
    assert!(page.text().contains("By e-mail") && page.text().contains("Please delete my data."));
}
