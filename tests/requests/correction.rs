use candor::accounts::model::Role;
use candor::db::schema::kept_files;
use candor::jobs::{Job, enqueue};
use candor::requests::model::State;
use chrono::TimeDelta;
use diesel::prelude::*;
use reqwest::multipart::{Form, Part};

use super::{MAYA, correction_of, file_access, find, reference_of};
use crate::support::{Actor, Answer, TestApp};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn proposal(value: &'static str) -> Form {
    Form::new()
        .text("value", value)
        .text("reason", "My contract says so.")
}

fn with_file(form: Form, name: &'static str, content: &'static [u8]) -> Form {
    form.part("evidence", Part::bytes(content).file_name(name))
}

#[actix_web::test]
async fn a_correction_shows_the_value_as_it_is_held_and_files_old_and_new() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let page = maya.get(&path).await.page();
    assert_eq!(page.texts("h1"), ["Correct: City"]);
    let held = page.texts("dd").pop().unwrap();
    assert!(!held.is_empty());

    let filed = maya.post_multipart(&path, proposal("Port Ellery")).await;
    let reference = reference_of(&filed);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    assert_eq!(page.texts(".compare p"), [held.as_str(), "Port Ellery"]);
    assert!(page.text().contains("My contract says so."));
    assert_eq!(find(&app, &reference).state, State::Acknowledged);
    assert_eq!(app.mails_to(MAYA).len(), 1);
    assert!(!app.mails_to(MAYA)[0].text.contains("Port Ellery"));
}

#[actix_web::test]
async fn what_the_field_cannot_take_is_refused_beside_it_and_kept_as_typed() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.profiles", "birth_date");
    let refused = maya.post_multipart(&path, proposal("soon")).await;
    refused.refuses("value", "Enter a date");
    assert_eq!(refused.attributes("#value", "value"), ["soon"]);
    assert_eq!(refused.texts("#reason"), ["My contract says so."]);
}

/// Rule: R5, 11 CCR 7023(d).
#[actix_web::test]
async fn a_field_that_was_forgotten_is_no_wish_to_have_its_value_erased() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "phone");
    let forgotten = maya.post_multipart(&path, proposal(" ")).await;
    forgotten.refuses("value", "Type the value that is right.");
    let meant = proposal("").text("empties", "yes");
    let reference = reference_of(&maya.post_multipart(&path, meant).await);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    assert_eq!(page.texts(".compare p")[1], "Nothing");
}

#[actix_web::test]
async fn the_value_that_is_held_already_is_no_correction() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let held = maya.get(&path).await.texts("dd").pop().unwrap();
    let form = Form::new().text("value", held);
    let refused = maya.post_multipart(&path, form).await;
    refused.refuses("value", "This is what we hold already");
}

#[actix_web::test]
async fn somebody_elses_record_is_not_found() {
    let app = TestApp::start();
    let (maya, eve) = (app.person(MAYA).await, app.person("eve").await);
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    maya.get(&path).await.page();
    assert_eq!(eve.get(&path).await.status, 404);
    let sent = eve.post_multipart(&path, proposal("Elsewhere")).await;
    assert_eq!(sent.status, 404);
    let unknown = path.replace("field=city", "field=nothing");
    assert_eq!(maya.get(&unknown).await.status, 404);
}

#[actix_web::test]
async fn a_value_that_is_never_shown_is_not_corrected_here() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.accounts", "password_hash");
    assert_eq!(maya.get(&path).await.status, 409);
    assert_eq!(maya.post_multipart(&path, proposal("x")).await.status, 409);
}

#[actix_web::test]
async fn evidence_is_known_by_its_content_sealed_and_the_persons_to_download() {
    let app = TestApp::start();
    let (maya, eve) = (app.person(MAYA).await, app.person("eve").await);
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let program = with_file(
        proposal("Port Ellery"),
        "proof.png",
        b"\x7fELF\x02\x01\x01\0",
    );
    let refused = maya.post_multipart(&path, program).await;
    refused.refuses("evidence", "Send a PDF, a PNG or JPEG picture");

    let picture = with_file(proposal("Port Ellery"), "proof.pdf", PNG);
    let reference = reference_of(&maya.post_multipart(&path, picture).await);
    let address = format!("/requests/{reference}");
    let page = maya.get(&address).await.page();
    let link = page.attributes("a[href*=evidence]", "href").pop().unwrap();
    let file = maya.get(&link).await.page();
    assert_eq!(file.body, PNG);
    assert_eq!(file.headers["content-type"], "image/png");
    assert_eq!(eve.get(&link).await.status, 404);

    maya.post(&format!("{address}/withdraw"), &[])
        .await
        .location();
    assert_eq!(maya.get(&link).await.status, 404);
    let page = maya.get(&address).await.page();
    assert!(
        page.text()
            .contains("erased, because the request is closed")
    );
    assert!(
        page.texts(".timeline-title")
            .contains(&"Your evidence was erased".to_owned())
    );
}

#[actix_web::test]
async fn a_file_that_is_too_large_is_refused_beside_its_field() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let large = Part::bytes(vec![b'a'; 10 * 1024 * 1024 + 1]).file_name("long.txt");
    let sent = maya.post_multipart(&path, proposal("Port Ellery").part("evidence", large));
    sent.await.refuses("evidence", "larger than 10 MB");
    let huge = Part::bytes(vec![b'a'; 14 * 1024 * 1024]).file_name("longer.txt");
    let sent = maya.post_multipart(&path, proposal("Port Ellery").part("evidence", huge));
    assert_eq!(sent.await.status, 413);
}

#[actix_web::test]
async fn the_same_correction_is_not_filed_twice_while_it_is_open() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let reference = reference_of(&maya.post_multipart(&path, proposal("Port Ellery")).await);
    let again = maya.post_multipart(&path, proposal("Port Ellery")).await;
    assert_eq!(reference_of(&again), reference, "sent twice");
    let other = maya.post_multipart(&path, proposal("Alder Point")).await;
    assert_eq!(other.status, 409);
    assert!(other.text().contains("You have already asked for this"));
    let there = format!("/requests/{reference}");
    assert_eq!(other.attributes(".notice a", "href"), [there]);
    assert_eq!(other.attributes("#value", "value"), ["Alder Point"]);
    assert_eq!(other.texts("#reason"), ["My contract says so."]);
    assert_eq!(app.mails_to(MAYA).len(), 1);
}

#[actix_web::test]
async fn what_was_typed_is_there_again_after_a_fresh_confirmation() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    app.app.clock.advance(TimeDelta::minutes(11));
    let sent = maya.post_multipart(&path, proposal("Port Ellery")).await;
    let confirm = maya.get(sent.location()).await.page();
    let code = app.mailed_code(&format!("{MAYA}@example.org"));
    let confirmed = maya.submit(&confirm, "/step-up", &[("code", &code)]).await;
    assert_eq!(confirmed.location(), path);
    let page = maya.get(&path).await.page();
    assert_eq!(page.attributes("#value", "value"), ["Port Ellery"]);
    assert_eq!(page.texts("#reason"), ["My contract says so."]);
}

#[actix_web::test]
async fn a_file_is_kept_sealed_during_a_confirmation_and_goes_with_the_request() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    app.app.clock.advance(TimeDelta::minutes(11));
    let picture = with_file(proposal("Port Ellery"), "proof.png", PNG);
    let sent = maya.post_multipart(&path, picture).await;
    let confirm = maya.get(sent.location()).await.page();
    let code = app.mailed_code(&format!("{MAYA}@example.org"));
    maya.submit(&confirm, "/step-up", &[("code", &code)])
        .await
        .location();
    let page = maya.get(&path).await.page();
    assert_eq!(page.attributes("#value", "value"), ["Port Ellery"]);
    assert!(page.texts(".error-summary").is_empty());
    let kept = kept_files(&app);
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].windows(4).any(|it| it == b"IHDR"), "sealed");
    let again = proposal("Port Ellery").text("kept_file", "yes");
    let reference = reference_of(&maya.post_multipart(&path, again).await);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    let link = page.attributes("a[href*=evidence]", "href").pop().unwrap();
    assert_eq!(maya.get(&link).await.body, PNG);
    assert!(kept_files(&app).is_empty());
}

#[actix_web::test]
async fn a_file_that_is_not_taken_or_that_waits_for_too_long_is_asked_for_again() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    app.app.clock.advance(TimeDelta::minutes(11));
    let program = with_file(
        proposal("Port Ellery"),
        "proof.png",
        b"\x7fELF\x02\x01\x01\0",
    );
    let sent = maya.post_multipart(&path, program).await;
    confirm(&app, &maya, &sent).await;
    let page = maya.get(&path).await.page();
    assert!(page.text().contains("Choose your file again"));
    assert_eq!(page.attributes(".error-summary a", "href"), ["#evidence"]);
    assert!(kept_files(&app).is_empty());

    app.app.clock.advance(TimeDelta::minutes(11));
    let picture = with_file(proposal("Port Ellery"), "proof.png", PNG);
    let sent = maya.post_multipart(&path, picture).await;
    app.app.clock.advance(TimeDelta::minutes(61));
    let now = app.app.clock.now();
    let purge = move |conn: &mut _| enqueue(conn, &Job::PurgeExpired, now);
    app.app.db.write(purge).await.unwrap();
    app.run_jobs().await;
    assert!(kept_files(&app).is_empty());
    confirm(&app, &maya, &sent).await;
    let again = proposal("Port Ellery").text("kept_file", "yes");
    let refused = maya.post_multipart(&path, again).await;
    refused.refuses("evidence", "Choose your file again");
}

#[actix_web::test]
async fn a_file_is_kept_when_the_form_comes_back() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let picture = with_file(proposal(" "), "proof.png", PNG);
    let refused = maya.post_multipart(&path, picture).await;
    refused.refuses("value", "Type the value that is right");
    assert_eq!(refused.attributes("#kept_file[checked]", "value"), ["yes"]);
    let again = proposal("Port Ellery").text("kept_file", "yes");
    let reference = reference_of(&maya.post_multipart(&path, again).await);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    let link = page.attributes("a[href*=evidence]", "href").pop().unwrap();
    assert_eq!(maya.get(&link).await.body, PNG);

    let other = with_file(proposal("Elsewhere"), "proof.png", PNG);
    let asked = maya.post_multipart(&path, other).await;
    assert_eq!(asked.status, 409);
    assert_eq!(asked.attributes("#value", "value"), ["Elsewhere"]);
    assert_eq!(asked.attributes("#kept_file[checked]", "value"), ["yes"]);
}

/// Goes where the answer leads, and confirms by the code.
async fn confirm(app: &TestApp, maya: &Actor, sent: &Answer) {
    let page = maya.get(sent.location()).await.page();
    let code = app.mailed_code(&format!("{MAYA}@example.org"));
    let confirmed = maya.submit(&page, "/step-up", &[("code", &code)]).await;
    confirmed.location();
}

fn kept_files(app: &TestApp) -> Vec<Vec<u8>> {
    let kept = kept_files::table.select(kept_files::content);
    app.app.db.read_now(|conn| Ok(kept.load(conn)?)).unwrap()
}

#[actix_web::test]
async fn days_and_choices_are_in_words_on_the_form_and_in_the_comparison() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.profiles", "birth_date");
    let page = maya.get(&path).await.page();
    let held = page.texts("dd").pop().unwrap();
    assert!(!held.contains('-'), "{held}");
    let reference = reference_of(&maya.post_multipart(&path, proposal("1991-04-30")).await);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    assert_eq!(page.texts(".compare p"), [held.as_str(), "30 April 1991"]);
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert_eq!(
        page.texts(".compare-values dd"),
        [held.as_str(), "30 April 1991"]
    );
}

/// Rule: I5, 11 CCR 7061(a).
#[actix_web::test]
async fn a_correction_needs_a_fresh_confirmation_and_an_access_request_does_not() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    app.app.clock.advance(TimeDelta::minutes(11));
    assert!(maya.get(&path).await.location().starts_with("/step-up?"));
    let sent = maya.post_multipart(&path, proposal("Port Ellery")).await;
    assert!(sent.location().starts_with("/step-up?"));
    assert!(app.mails_to(MAYA).is_empty());
    file_access(&maya).await;
}

/// Rule: R1, 11 CCR 7023: documents are accepted, reviewed and considered.
#[actix_web::test]
async fn a_document_can_be_sent_to_an_open_request_and_answers_a_question() {
    let app = TestApp::start();
    let (maya, eve) = (app.person(MAYA).await, app.person("eve").await);
    let sam = app.staff("sam", Role::Agent).await;
    app.staff("vera", Role::Supervisor).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let reference = reference_of(&maya.post_multipart(&path, proposal("Port Ellery")).await);
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let question = [
        ("body", "Do you have a letter that shows it?"),
        ("ask", "true"),
    ];
    sam.submit(&page, &format!("{url}/message"), &question)
        .await
        .location();

    let address = format!("/requests/{reference}");
    let to = format!("{address}/evidence");
    let document = |content: &'static [u8]| {
        let file = Part::bytes(content).file_name("letter");
        Form::new().part("document", file)
    };
    let refused = maya.post_multipart(&to, document(b"")).await;
    refused.refuses("document", "Choose a file.");
    let refused = maya.post_multipart(&to, document(b"PK\x03\x04")).await;
    refused.refuses("document", "Send a PDF, a PNG or JPEG picture");
    assert_eq!(eve.post_multipart(&to, document(PNG)).await.status, 404);
    for _ in 0..2 {
        let sent = maya.post_multipart(&to, document(PNG)).await;
        assert_eq!(sent.location(), address);
    }
    assert_eq!(find(&app, &reference).state, State::InReview);
    let page = sam.get(&url).await.page();
    assert_eq!(page.attributes("a[href$=preview]", "href").len(), 1);
    let told = app.mails_to("vera@staff.example.org");
    let told = told
        .iter()
        .filter(|it| it.text.contains("The person sent a document."));
    assert_eq!(told.count(), 1);

    maya.post(&format!("{address}/withdraw"), &[])
        .await
        .location();
    let late = maya.post_multipart(&to, document(PNG)).await;
    assert_eq!(late.status, 409);
}

/// As where the database has it computed.
#[actix_web::test]
async fn a_value_that_its_database_works_out_is_offered_for_no_correction() {
    let app = TestApp::start();
    let made = "ALTER TABLE contact_details DROP COLUMN region;
        ALTER TABLE contact_details ADD COLUMN region TEXT GENERATED ALWAYS AS (upper(city)) VIRTUAL;";
    app.source.connect().execute_batch(made).unwrap();
    let maya = app.person(MAYA).await;
    let page = maya.get("/data/people/contact_details").await.page();
    let links = page.attributes("article dd a", "href").concat();
    assert!(links.contains("field=city") && !links.contains("field=region"));
    let region = correction_of(&app, MAYA, "people.contact_details", "region");
    let refused = maya.get(&region).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused
            .text()
            .contains("Our systems work this out from other data")
    );
    let form = reqwest::multipart::Form::new().text("value", "Elsewhere");
    assert_eq!(maya.post_multipart(&region, form).await.status, 409);
}
