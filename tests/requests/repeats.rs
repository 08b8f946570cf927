//! What is sent twice, what cannot be seen, and what staff hear of it.

use candor::accounts::model::Role;
use candor::db::schema::{request_messages, requests as table};
use candor::requests::decisions;
use chrono::TimeDelta;
use diesel::prelude::*;
use reqwest::multipart::{Form, Part};

use super::entered::enter;
use super::{MAYA, correction_of, file_access, find, reference_of, staff_does, staff_member};
use crate::support::{Actor, TestApp};

fn count(app: &TestApp) -> (i64, i64) {
    let counted = app.app.db.read_now(|conn| {
        Ok((
            table::table.count().get_result(conn)?,
            request_messages::table.count().get_result(conn)?,
        ))
    });
    counted.unwrap()
}

/// Sends the same three times at once.
async fn thrice(person: &Actor, path: &str, fields: &[(&str, &str)]) -> Vec<String> {
    let sent = (0..3).map(|_| person.post(path, fields));
    let answers = futures_util::future::join_all(sent).await;
    let mut to: Vec<_> = answers.iter().map(|it| it.location().to_owned()).collect();
    to.dedup();
    to
}

#[actix_web::test]
async fn a_button_that_is_pressed_three_times_files_one_request() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let path = "/requests/new/access";
    let fields = [("question", "What do you hold on paper?")];
    assert_eq!(thrice(&ada, path, &fields).await.len(), 1);
    assert_eq!((count(&app).0, app.mails_to("ada").len()), (1, 1));
    let restriction = [("case", "claim"), ("what", "My notes of May.")];
    let path = "/requests/new/restriction";
    assert_eq!(thrice(&ada, path, &restriction).await.len(), 1);
    assert_eq!(count(&app).0, 2);

    let path = "/requests/new/access";
    let new = [fields[0], ("news", "You moved your archive since.")];
    assert_eq!(thrice(&ada, path, &new).await.len(), 1);
    assert_eq!(count(&app).0, 3, "what is new is no repetition");
    let other = [("question", "What do you hold on film?")];
    ada.post(path, &other).await.location();
    assert_eq!(count(&app).0, 4, "something else is another request");
    app.app.clock.advance(TimeDelta::minutes(11));
    ada.post(path, &fields).await.location();
    assert_eq!(count(&app).0, 5, "somebody may ask again later");
    app.person("eve").await.post(path, &fields).await.location();
    assert_eq!(count(&app).0, 6, "and others may ask the same");
}

#[actix_web::test]
async fn a_message_that_is_sent_twice_at_once_is_one() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let path = format!("/requests/{}/messages", file_access(&ada).await);
    let fields = [("message", "It was in May.")];
    thrice(&ada, &path, &fields).await;
    assert_eq!(count(&app).1, 1);
    ada.post(&path, &[("message", "Or June.")]).await.location();
    ada.post(&path, &fields).await.location();
    assert_eq!(count(&app).1, 3, "other words stand between them");
    app.app.clock.advance(TimeDelta::seconds(61));
    ada.post(&path, &fields).await.location();
    assert_eq!(count(&app).1, 4);
}

#[actix_web::test]
async fn an_agents_form_that_is_sent_twice_is_one_request() {
    let app = TestApp::start();
    let send = async |note: &'static str| {
        let form = Form::new()
            .text("basis", "permission")
            .text("wants", "deletion")
            .text("email", "maya.okafor@example.org")
            .text("residence", "us-ca")
            .text("agent_name", "Bo Agent")
            .text("agent_email", "bo@rights.example.org")
            .text("note", note)
            .part(
                "document",
                Part::bytes(&b"%PDF-1.7\nsigned\n"[..]).file_name("p.pdf"),
            );
        let sent = app.visitor().post_multipart("/request/agent", form).await;
        sent.location();
    };
    futures_util::future::join(send("Please."), send("Please.")).await;
    assert_eq!(count(&app).0, 1);
    assert_eq!(app.mails_to("maya.okafor").len(), 1);
    send("Please, and soon.").await;
    assert_eq!(count(&app).0, 2);
}

#[actix_web::test]
async fn what_was_asked_for_already_leads_to_the_request_that_did() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let everything = "/requests/new/deletion/plan?everything=yes";
    let page = maya.get(everything).await.page();
    let reference = reference_of(&maya.submit(&page, everything, &[]).await);
    let part = "/requests/new/deletion/plan?category=user.behavior";
    let page = maya.get(part).await.page();
    let again = maya.submit(&page, part, &[]).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.texts("h1"), ["You have already asked for this"]);
    let links = again.attributes("main a", "href");
    assert_eq!(links[0], format!("/requests/{reference}"));
    assert_eq!(maya.get(&links[0]).await.status, 200);
}

#[actix_web::test]
async fn characters_that_nobody_sees_are_refused_beside_their_field() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let messages = format!("/requests/{}/messages", file_access(&maya).await);
    let correction = correction_of(&app, MAYA, "people.contact_details", "city");
    let says = "Leave out characters that cannot be seen.";
    for unseen in ['\0', '\u{1b}', '\u{202e}', '\u{7f}'] {
        let text = format!("Port {unseen}Ellery");
        let refused = maya.post(&messages, &[("message", &text)]).await;
        refused.refuses("message", says);
        let refused = maya
            .post("/requests/new/access", &[("question", &text)])
            .await;
        refused.refuses("question", says);
        let form = Form::new().text("value", text).text("reason", "I moved.");
        let refused = maya.post_multipart(&correction, form).await;
        refused.refuses("value", says);
    }
    let seen = "One line,\r\n\tanother, and \u{5e9}\u{5dc}\u{200f} as well.";
    maya.post(&messages, &[("message", seen)]).await.location();
    assert_eq!(count(&app).1, 1);
}

#[actix_web::test]
async fn staff_are_told_of_a_message_without_its_words_also_when_the_request_is_closed() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    app.staff("sue", Role::Supervisor).await;
    let reference = file_access(&ada).await;
    let messages = format!("/requests/{reference}/messages");
    let to = |name: &str| app.mails_to(&format!("{name}@staff.example.org"));
    let write = async |text: &str| {
        ada.post(&messages, &[("message", text)]).await.location();
    };
    write("Secret one.").await;
    assert_eq!((to("sue").len(), to("sam").len()), (1, 0), "nobody's yet");
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let assign = format!("{url}/assign");
    sam.submit(&page, &assign, &[("assignee", "me")])
        .await
        .location();
    write("Secret two.").await;
    assert_eq!((to("sue").len(), to("sam").len()), (1, 1));

    ada.post(&format!("/requests/{reference}/withdraw"), &[])
        .await
        .location();
    write("Secret three.").await;
    let mail = to("sam").pop().unwrap();
    assert_eq!((mail.kind.as_str(), to("sam").len()), ("request_waits", 2));
    assert!(mail.text.contains(&reference) && mail.text.contains("is closed"));
    assert!(!mail.text.contains("Secret") && !mail.html.contains("Secret"));
    let page = sam.get(&url).await.page();
    assert!(page.text().contains("Secret three."));
    assert_eq!(page.attributes("button[name=ask]", "value"), [""]);
    let answer = [("body", "We have read it."), ("ask", "")];
    let message = format!("{url}/message");
    sam.submit(&page, &message, &answer).await.location();
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    assert!(page.text().contains("We have read it."));
    assert_eq!(app.mails_to("ada").pop().unwrap().kind, "request_message");
}

#[actix_web::test]
async fn supervisors_are_told_of_a_proposal_and_find_it_in_a_view_of_its_own() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let sam = staff_member(&app, "sam", Role::Supervisor).await;
    let sue = app.staff("sue", Role::Supervisor).await;
    let (proposed, other) = (file_access(&ada).await, file_access(&ada).await);
    super::appeals::deny(&app, &sam, &proposed).await.unwrap();
    let to = |name: &str| app.mails_to(&format!("{name}@staff.example.org"));
    assert_eq!(to("sam").len(), 0, "who proposes it knows");
    let mail = to("sue").pop().unwrap();
    assert_eq!(mail.kind, "request_waits");
    assert!(mail.text.contains(&proposed) && mail.text.contains("has to approve it"));

    let queue = sue.get("/staff/requests").await.page();
    let view = "/staff/requests?state=proposed";
    let views = queue.attributes(".views a", "href");
    assert!(views.contains(&view.to_owned()), "{views:?}");
    let page = sue.get(view).await.page();
    assert_eq!(page.texts("tbody th"), [proposed.as_str()]);
    assert!(!page.texts("tbody th").contains(&other));
    let sue = staff_member(&app, "una", Role::Supervisor).await;
    staff_does(&app, &sue, &proposed, |conn, request, by| {
        decisions::approve(conn, &request, by)
    })
    .await
    .unwrap();
    assert!(find(&app, &proposed).closed_at.is_some());
    let page = app.sign_in_again("sue", Role::Supervisor).await;
    assert!(page.get(view).await.texts("tbody th").is_empty());
}

#[actix_web::test]
async fn a_letter_that_is_entered_twice_is_one_request() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let first = enter(&sam, &[]).await;
    let again = enter(&sam, &[]).await;
    assert_eq!(again.location(), first.location());
    let page = sam.get(again.location()).await.page();
    assert!(
        page.text().contains("was on record already"),
        "{}",
        page.text()
    );
    let other = enter(&sam, &[("note", "My photographs only.")]).await;
    assert_ne!(other.location(), first.location());
}
