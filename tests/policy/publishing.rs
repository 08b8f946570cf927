use candor::accounts::model::Role;
use candor::db::schema::{events, policy_versions};
use diesel::prelude::*;
use reqwest::multipart::{Form, Part};

use super::{SHORT, draft, take_over};
use crate::support::{Actor, Answer, TestApp};

const NEW: &str = "## Data\n\nWe keep your name.\n\n## Rights\n\nAsk us & we \"answer\".\n";

const FIELDS: [(&str, &str); 5] = [
    ("title", "Privacy policy"),
    ("version", ""),
    ("effective_on", "2026-03-01"),
    ("summary", "We say more of your rights."),
    ("body", NEW),
];

/// Sends a form of the page as a browser does, with a file if there is one.
async fn send(
    actor: &Actor,
    page: &Answer,
    (form, to): (&str, &str),
    fields: &[(&str, &str)],
    file: Option<&str>,
) -> Answer {
    let mut parts = Form::new();
    for (name, value) in page.fill(form, fields) {
        parts = parts.text(name, value.replace('\n', "\r\n"));
    }
    if let Some(text) = file {
        let part = Part::text(text.to_owned()).file_name("policy.md");
        parts = parts.part("file", part.mime_str("application/octet-stream").unwrap());
    }
    actor.post_multipart(to, parts).await
}

const PREVIEW: (&str, &str) = ("/staff/policy/preview", "/staff/policy/preview");
const PUBLISH: (&str, &str) = ("/staff/policy/publish", "/staff/policy/publish");

async fn with_admin() -> (TestApp, Actor) {
    let app = TestApp::start();
    let ann = app.staff("ann", Role::Admin).await;
    take_over(&app, draft("2026-01-01", SHORT)).await;
    (app, ann)
}

#[actix_web::test]
async fn what_the_register_says_otherwise_is_told_before_and_keeps_nothing_back() {
    let (_app, ann) = with_admin().await;
    let form = ann.get("/staff/policy/new").await.page();
    let fault = "The register has the recipient “Papercheck” (papercheck), and the policy does not name it.";
    assert!(form.texts("ul.faults li").contains(&fault.to_owned()));
    let preview = send(&ann, &form, PREVIEW, &FIELDS, None).await.page();
    assert!(preview.texts("ul.faults li").contains(&fault.to_owned()));
    let done = send(&ann, &preview, PUBLISH, &[], None).await;
    assert_eq!(done.location(), "/staff/policy");
}

#[actix_web::test]
async fn an_admin_writes_looks_and_publishes() {
    let (app, ann) = with_admin().await;
    app.person("ada").await;
    let form = ann.get("/staff/policy/new").await.page();
    assert_eq!(form.texts("textarea#body"), ["## Data We keep your name."]);

    let preview = send(&ann, &form, PREVIEW, &FIELDS, None).await.page();
    let facts = preview.texts(".facts dd");
    assert!(facts.contains(&"1 March 2026".to_owned()), "{facts:?}");
    assert_eq!(facts[3], "1", "people who will be told");
    assert_eq!(facts[4], "1: Rights", "sections added");
    assert_eq!(preview.texts(".policy h2"), ["Data", "Rights"]);
    assert_eq!(app.visitor().get("/policy/2026-03").await.status, 404);

    let published = send(&ann, &preview, PUBLISH, &[], None).await;
    assert_eq!(published.location(), "/staff/policy");
    let list = ann.get("/staff/policy").await.page();
    assert!(list.text().contains("Version 2026-03 is published."));
    let page = app.visitor().get("/policy/2026-03").await.page();
    assert!(page.text().contains("Ask us & we \"answer\"."));

    let event = app.app.db.read_now(|conn| {
        let event = events::table.filter(events::action.eq("policy.published"));
        let newest = event.filter(events::object.eq("2026-03"));
        Ok(newest.select(events::actor).load::<String>(conn)?)
    });
    assert_eq!(event.unwrap().len(), 1);
}

#[actix_web::test]
async fn a_second_thought_brings_the_form_back_as_it_was() {
    let (_app, ann) = with_admin().await;
    let form = ann.get("/staff/policy/new").await.page();
    let preview = send(&ann, &form, PREVIEW, &FIELDS, None).await.page();
    let edit = ("/staff/policy/publish", "/staff/policy/edit");
    let again = send(&ann, &preview, edit, &[], None).await.page();
    assert_eq!(
        again.texts("textarea#summary"),
        ["We say more of your rights."]
    );
    assert_eq!(
        again.attributes("input#effective_on", "value"),
        ["2026-03-01"]
    );
    send(&ann, &again, PREVIEW, &FIELDS, None).await.page();
}

#[actix_web::test]
async fn every_fault_stands_beside_its_field_and_nothing_is_published() {
    let (app, ann) = with_admin().await;
    let form = ann.get("/staff/policy/new").await.page();
    let with = async |changes: &[(&'static str, &'static str)]| {
        let fields = FIELDS.map(|(name, value)| {
            let change = changes.iter().find(|(changed, _)| *changed == name);
            change.copied().unwrap_or((name, value))
        });
        send(&ann, &form, PREVIEW, &fields, None).await
    };
    let empty = with(&[("title", ""), ("summary", " "), ("body", "")]).await;
    empty.refuses("title", "Enter the heading of the page");
    empty.refuses("summary", "Say in plain words what is new.");
    empty.refuses("body", "Write the text of the policy.");
    with(&[("effective_on", "")])
        .await
        .refuses("effective_on", "Enter the day");
    with(&[("effective_on", "2026-02-08")])
        .await
        .refuses("effective_on", "lies in the past");
    with(&[("version", "2026-01")])
        .await
        .refuses("version", "There is a version 2026-01 already.");
    with(&[("version", "Next one!")])
        .await
        .refuses("version", "Use a short name");
    with(&[("version", "compare")])
        .await
        .refuses("version", "taken by another page");
    with(&[("body", "We keep data.")])
        .await
        .refuses("body", "Divide the text into sections.");
    with(&[("body", "# Policy\n\nText.")])
        .await
        .refuses("body", "Line 1: The first level");
    let twice = with(&[("body", "## A\n\nOne.\n\n## A\n\nTwo.\n\n## B\n")]).await;
    twice.refuses("body", "Line 5: Two sections are called “A”.");
    let kept = with(&[("title", "")]).await;
    assert_eq!(
        kept.texts("textarea#summary"),
        ["We say more of your rights."]
    );
    assert!(
        app.visitor()
            .get("/policy/versions")
            .await
            .texts(".rows li")
            .len()
            == 1
    );
}

#[actix_web::test]
async fn a_file_goes_before_the_text_and_fills_what_was_left_empty() {
    let (_app, ann) = with_admin().await;
    let form = ann.get("/staff/policy/new").await.page();
    let fields = FIELDS.map(|(name, value)| {
        if name == "title" {
            (name, value)
        } else {
            (name, "")
        }
    });
    let file = "+++\nversion = \"spring\"\ntitle = \"Other\"\neffective = 2026-04-01\nsummary = \"Much.\"\n+++\n\n\
                ## From the file\n\nText.\n";
    let preview = send(&ann, &form, PREVIEW, &fields, Some(file)).await.page();
    let facts = preview.texts(".facts dd");
    assert_eq!(facts[..3], ["Privacy policy", "1 April 2026", "Much."]);
    assert_eq!(preview.texts(".policy h2"), ["From the file"]);
    let broken = "+++\neffective = soon\n+++\n## A\n\nText.\n";
    let refused = send(&ann, &form, PREVIEW, &fields, Some(broken)).await;
    refused.refuses("file", "line 2:");
}

#[actix_web::test]
async fn a_version_that_was_published_in_between_is_not_published_over() {
    let (app, ann) = with_admin().await;
    let form = ann.get("/staff/policy/new").await.page();
    let preview = send(&ann, &form, PREVIEW, &FIELDS, None).await.page();
    take_over(&app, draft("2026-03-01", SHORT)).await;
    let refused = send(&ann, &preview, PUBLISH, &[], None).await;
    refused.refuses("version", "There is a version 2026-03 already.");
    refused.refuses("effective_on", "Version 2026-03 begins on that day.");
}

#[actix_web::test]
async fn only_admins_publish() {
    let app = TestApp::start();
    assert_eq!(app.visitor().get("/staff/policy").await.status, 303);
    let others = [
        app.person("ada").await,
        app.staff("sam", Role::Supervisor).await,
        app.staff("aud", Role::Auditor).await,
    ];
    for other in others {
        assert_eq!(other.get("/staff/policy").await.status, 403);
        assert_eq!(other.get("/staff/policy/new").await.status, 403);
        let answer = other
            .post_multipart("/staff/policy/publish", Form::new())
            .await;
        assert_eq!(answer.status, 403);
    }
}

#[actix_web::test]
async fn the_database_refuses_to_change_or_delete_a_version() {
    let app = TestApp::start();
    take_over(&app, draft("2026-01-01", SHORT)).await;
    let changed = app.app.db.write(|conn| {
        let versions = diesel::update(policy_versions::table);
        Ok(versions
            .set(policy_versions::body.eq("## Data\n\nOurs.\n"))
            .execute(conn)?)
    });
    assert!(changed.await.is_err());
    let deleted = app
        .app
        .db
        .write(|conn| Ok(diesel::delete(policy_versions::table).execute(conn)?));
    assert!(deleted.await.is_err());
    assert!(
        app.visitor()
            .get("/policy")
            .await
            .page()
            .text()
            .contains("We keep your name.")
    );
}
