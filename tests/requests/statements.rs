use candor::accounts::model::Role;
use candor::requests::decisions::{self, Because};
use candor::requests::held_still::Seen;
use candor::requests::life::advance;
use candor::requests::model::{Decision, Outcome, State};
use candor::requests::queries;
use reqwest::multipart::Form;

use super::{MAYA, correction_of, reference_of, staff_does, staff_member};
use crate::support::{Actor, TestApp};

const ANSWERS: &str = "people.equal_opportunity_answers";

/// A correction of Maya's that two of staff refuse; the reference and the address of her statement.
async fn refused(app: &TestApp, maya: &Actor, field: &str) -> (String, String) {
    let path = correction_of(app, MAYA, ANSWERS, field);
    let form = Form::new().text("value", "None that I know of");
    let reference = reference_of(&maya.post_multipart(&path, form).await);
    let sam = staff_member(app, &format!("sam-{field}"), Role::Agent).await;
    let ruth = staff_member(app, &format!("ruth-{field}"), Role::Supervisor).await;
    let proposed = staff_does(app, &sam, &reference, |conn, request, by| {
        let because = Because {
            ground: "ACCURATE_7023B",
            facts: "Your doctor wrote so.",
        };
        let request = advance(conn, &request, State::InReview, by)?;
        let item = queries::list_items(conn, request.id)?.remove(0).id;
        let refused = (Decision::Refused, because);
        let request = decisions::decide_item(conn, &request, item, refused, by)?;
        decisions::decide(conn, &request, (Outcome::Denied, Because::default()), by)?;
        Ok(item)
    });
    let item = proposed.await.unwrap();
    let before = maya.get(&format!("/requests/{reference}")).await.page();
    assert!(!before.text().contains("at most 250 words"), "not decided");
    let approved = staff_does(app, &ruth, &reference, |conn, request, by| {
        decisions::approve(conn, &request, by)
    });
    approved.await.unwrap();
    let statement = format!("/requests/{reference}/items/{item}/statement");
    (reference, statement)
}

/// Rule: R3, 11 CCR 7023(f).
#[actix_web::test]
async fn of_health_data_that_are_not_put_right_the_person_says_250_words_which_stay_beside_them() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (reference, path) = refused(&app, &maya, "disability").await;
    let mail = app.mails_to(MAYA).pop().unwrap();
    assert!(mail.text.contains("a statement of at most 250 words"));
    let request = maya.get(&format!("/requests/{reference}")).await.page();
    assert!(request.attributes("main a", "href").contains(&path));

    let page = maya.get(&path).await.page();
    let long = "word ".repeat(251);
    let refused = maya.submit(&page, &path, &[("statement", &long)]).await;
    refused.refuses(
        "statement",
        "You wrote 251 words. Shorten it to 250 words or fewer.",
    );
    assert!(refused.html().contains("word word word"), "kept as typed");

    let text = format!("I hear well with my aid. {}", "word ".repeat(244));
    let given = maya.submit(&page, &path, &[("statement", &text)]).await;
    assert_eq!(given.location(), format!("/requests/{reference}"));
    assert_eq!(app.events("request.statement_given", &reference), 1);
    let shown = format!("/data/{}", ANSWERS.replace('.', "/"));
    let data = maya.get(&shown).await.page();
    let said = data.texts("article dd .statement");
    assert_eq!(said.len(), 1, "beside this datum alone");
    assert!(said[0].contains("I hear well with my aid."));
    let record = data.attributes("article h3 a", "href").remove(0);
    let record = maya.get(&record).await.page();
    assert!(record.text().contains("I hear well with my aid."));
    let request = maya.get(&format!("/requests/{reference}")).await.page();
    assert!(request.text().contains("I hear well with my aid."));
    let sam = app.staff("una", Role::Agent).await;
    let seen = sam.get(&format!("/staff/requests/{reference}")).await;
    assert!(seen.page().text().contains("I hear well with my aid."));
    app.run_jobs().await;
    let told = app.mails_to("privacy@northbay-hosting.example.com");
    assert!(told.is_empty(), "not without the person's wish");
}

/// Rule: R3, 11 CCR 7023(f).
#[actix_web::test]
async fn a_statement_is_passed_on_to_who_gets_the_datum_if_the_person_wants_that() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (_, path) = refused(&app, &maya, "disability").await;
    let page = maya.get(&path).await.page();
    let said = [("statement", "I hear well."), ("pass_on", "true")];
    maya.submit(&page, &path, &said).await.location();
    app.run_jobs().await;
    let told = app.mails_to("privacy@northbay-hosting.example.com");
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains("I hear well."));
    assert!(told[0].text.contains("Disability"));
    let others = app.mails_to("optout@lumen-reach.example.com");
    assert!(others.is_empty(), "it does not get this datum");
    let page = maya.get("/disclosures").await.page();
    assert!(page.text().contains("Your statement"));
}

#[actix_web::test]
async fn who_got_a_statement_is_told_when_it_is_changed_or_taken_back() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (reference, path) = refused(&app, &maya, "disability").await;
    let page = maya.get(&path).await.page();
    assert!(!page.text().contains("Take my statement back"));
    let northbay = "privacy@northbay-hosting.example.com";
    let say = |fields: &'static [(&'static str, &'static str)]| maya.post(&path, fields);
    say(&[("statement", "I hear well."), ("pass_on", "true")]).await;
    app.run_jobs().await;
    say(&[("statement", "I hear very well."), ("pass_on", "true")]).await;
    app.run_jobs().await;
    let changed = app.mails_to(northbay).pop().unwrap();
    assert!(changed.text.contains("I hear very well."));
    assert!(changed.text.contains("takes the place of what they said"));
    say(&[("statement", "I hear very well.")]).await;
    app.run_jobs().await;
    let kept_back = app.mails_to(northbay).pop().unwrap();
    assert!(kept_back.text.contains("has taken back a statement"));
    assert!(kept_back.text.contains("Disability"));
    assert!(!kept_back.text.contains("I hear"));
    assert_eq!(app.mails_to(northbay).len(), 3);

    say(&[("take_back", "true")]).await.location();
    app.run_jobs().await;
    assert_eq!(app.mails_to(northbay).len(), 3, "it was taken back before");
    assert_eq!(app.events("request.statement_taken_back", &reference), 1);
    let data = maya.get("/data/people/equal_opportunity_answers").await;
    assert!(data.page().texts(".statement").is_empty());
    assert_eq!(say(&[("take_back", "true")]).await.status, 409);
}

/// Rule: R3, 11 CCR 7023(f).
#[actix_web::test]
async fn a_statement_leaves_packages_that_were_made_before_as_they_are() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (_, path) = refused(&app, &maya, "disability").await;
    maya.post("/data/export", &[]).await.location();
    app.run_jobs().await;
    maya.post(&path, &[("statement", "I hear well.")]).await;
    let page = maya.get("/data/export").await.page();
    assert_eq!(page.texts("a[download]").len(), 1);
    assert!(!page.text().contains("before its time"));
}

#[actix_web::test]
async fn of_other_data_and_by_other_people_there_is_nothing_to_be_said() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (_, path) = refused(&app, &maya, "veteran_status").await;
    assert_eq!(maya.get(&path).await.status, 404);
    let (_, path) = refused(&app, &maya, "disability").await;
    let eve = app.person("eve").await;
    assert_eq!(eve.get(&path).await.status, 404);
    let said = [("statement", "Mine.")];
    let sent = eve.post(&path, &said).await;
    assert_eq!(sent.status, 404);
}

#[actix_web::test]
async fn a_statement_goes_when_the_datum_is_put_right_after_all() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let (_, path) = refused(&app, &maya, "disability").await;
    maya.post(&path, &[("statement", "I hear well.")]).await;
    let correction = correction_of(&app, MAYA, ANSWERS, "disability");
    let form = Form::new().text("value", "None");
    let reference = reference_of(&maya.post_multipart(&correction, form).await);
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let done = staff_does(&app, &sam, &reference, |conn, request, by| {
        let request = advance(conn, &request, State::InReview, by)?;
        let item = queries::list_items(conn, request.id)?.remove(0).id;
        let accepted = (Decision::Accepted, Because::default());
        let request = decisions::decide_item(conn, &request, item, accepted, by)?;
        let approved = (Outcome::Approved, Because::default());
        let request = decisions::decide(conn, &request, approved, by)?;
        candor::requests::carry_out::begin(conn, &request, Seen::default(), by)
    });
    done.await.unwrap();
    app.run_jobs().await;
    let data = maya.get("/data/people/equal_opportunity_answers").await;
    assert!(data.page().texts(".statement").is_empty());
}
