//! Several values that are put right in one request: written one by one, sent together, decided one by one.

use candor::accounts::model::Role;
use candor::db::schema::collected_corrections as collected;
use candor::jobs::{Job, enqueue};
use candor::requests::model::State;
use candor::requests::queries;
use chrono::TimeDelta;
use diesel::prelude::*;
use reqwest::multipart::{Form, Part};

use super::{MAYA, correction_of, find, reference_of};
use crate::support::{Actor, TestApp};

const LIST: &str = "/requests/new/corrections";

fn for_list(value: &'static str) -> Form {
    Form::new().text("value", value).text("then", "more")
}

async fn write(app: &TestApp, person: &Actor, (collection, field): (&str, &str), form: Form) {
    let path = correction_of(app, MAYA, collection, field);
    let kept = person.post_multipart(&path, form).await;
    assert_eq!(kept.location(), LIST);
}

const CITY: (&str, &str) = ("people.contact_details", "city");
const REGION: (&str, &str) = ("people.contact_details", "region");
const HEADLINE: (&str, &str) = ("people.profiles", "headline");

fn count(app: &TestApp) -> i64 {
    let rows = collected::table.count();
    app.app
        .db
        .read_now(|conn| Ok(rows.get_result(conn)?))
        .unwrap()
}

/// Rule: R1, 11 CCR 7023(b).
#[actix_web::test]
async fn several_values_are_asked_for_in_one_request_and_decided_one_by_one() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let proof = Part::bytes(b"I moved in May.".as_slice()).file_name("proof.txt");
    let city = for_list("Port Ellery").text("reason", "I moved.");
    write(&app, &maya, CITY, city.part("evidence", proof)).await;
    write(&app, &maya, REGION, for_list("Oregon")).await;
    write(&app, &maya, HEADLINE, for_list("Nurse and teacher")).await;
    assert!(app.mails_to(MAYA).is_empty(), "nothing was sent");
    let index = maya.get("/requests").await.page().text();
    assert!(index.contains("Your list of corrections has 3"), "{index}");

    let page = maya.get(LIST).await.page();
    let shown = page.texts(".compare p");
    assert_eq!(shown.len(), 6);
    let proposed: Vec<_> = shown.iter().skip(1).step_by(2).collect();
    assert_eq!(proposed, ["Port Ellery", "Oregon", "Nurse and teacher"]);
    assert!(page.text().contains("With a file that shows it"));
    let filed = maya.submit(&page, LIST, &[]).await;
    let reference = reference_of(&filed);
    assert_eq!((count(&app), app.mails_to(MAYA).len()), (0, 1));
    let own = maya.get(&format!("/requests/{reference}")).await.page();
    assert_eq!(own.texts(".compare p").len(), 6);
    assert!(own.text().contains("Text file"), "{}", own.text());

    let sam = app.staff("sam", Role::Agent).await;
    let id = find(&app, &reference).id;
    let items = app
        .app
        .db
        .read_now(|conn| Ok(queries::list_items(conn, id)?));
    let names = ["decision", "reason", "ground"];
    let mut fields = Vec::new();
    for (at, item) in items.unwrap().iter().enumerate() {
        let [decision, reason, ground] = names.map(|name| format!("{name}-{}", item.id));
        if at == 1 {
            fields.push((decision, "refused"));
            fields.push((reason, "Your tax letter of May names another."));
            fields.push((ground, "ACCURATE_7023B"));
        } else {
            fields.push((decision, "accepted"));
        }
    }
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, it)| (name.as_str(), *it))
        .collect();
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    sam.submit(&page, &format!("{url}/decide"), &fields)
        .await
        .location();
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let page = ruth.get(&url).await.page();
    ruth.submit(&page, &format!("{url}/approve"), &[])
        .await
        .location();
    app.run_jobs().await;
    assert_eq!(find(&app, &reference).state, State::Completed);
    let maya = app.person_again(MAYA).await;
    let held = maya.get("/data/people/contact_details").await.page().text();
    assert!(
        held.contains("Port Ellery") && !held.contains("Oregon"),
        "{held}"
    );
    let held = maya.get("/data/people/profiles").await.page().text();
    assert!(held.contains("Nurse and teacher"), "{held}");
}

#[actix_web::test]
async fn what_is_written_anew_takes_the_place_of_what_was_there_and_can_be_taken_out() {
    let app = TestApp::start();
    let (maya, eve) = (app.person(MAYA).await, app.person("eve").await);
    write(&app, &maya, CITY, for_list("Port Ellery")).await;
    write(&app, &maya, REGION, for_list("Oregon")).await;
    write(&app, &maya, CITY, for_list("Halden")).await;
    let page = maya.get(LIST).await.page();
    let text = page.text();
    assert!(
        text.contains("Halden") && !text.contains("Port Ellery"),
        "{text}"
    );
    let out = page.attributes("main form[action$='/remove']", "action");
    assert_eq!(out.len(), 2);
    assert_eq!(eve.post(&out[0], &[]).await.status, 404);
    assert!(
        eve.get(LIST)
            .await
            .page()
            .text()
            .contains("Your list is empty")
    );
    maya.post(&out[0], &[]).await.location();
    assert_eq!(maya.post(&out[0], &[]).await.status, 404);
    let page = maya.get(LIST).await.page();
    assert_eq!(
        page.texts("main form button").pop().unwrap(),
        "Ask for this correction"
    );
}

#[actix_web::test]
async fn a_list_is_sent_once_and_not_while_a_value_has_changed_or_is_asked_for_already() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    write(&app, &maya, CITY, for_list("Port Ellery")).await;
    let changed = "UPDATE contact_details SET city = 'Somewhere'";
    app.source.connect().execute_batch(changed).unwrap();
    let page = maya.get(LIST).await.page();
    assert!(page.text().contains("has changed since you wrote this"));
    assert_eq!(maya.post(LIST, &[]).await.status, 409);
    write(&app, &maya, CITY, for_list("Port Ellery")).await;
    let page = maya.get(LIST).await.page();
    let both =
        futures_util::future::join(maya.submit(&page, LIST, &[]), maya.submit(&page, LIST, &[]));
    let (one, other) = both.await;
    let answers = [one.status, other.status];
    assert!(answers.contains(&303), "{answers:?}");
    let requests = maya.get("/requests").await.page();
    assert_eq!(requests.texts("main h2.small a").len(), 1);
    let again = maya.submit(&page, LIST, &[]).await;
    assert_eq!(
        again.location(),
        "/requests",
        "a second click finds it sent"
    );
    let text = maya.get("/requests").await.page().text();
    assert!(text.contains("what stood in it was sent"), "{text}");

    write(&app, &maya, CITY, for_list("Halden")).await;
    let twin = maya.post(LIST, &[]).await;
    assert_eq!(twin.status, 409);
    assert!(twin.text().contains("already asked for one of these"));
    assert_eq!(count(&app), 1, "nothing is lost");
}

#[actix_web::test]
async fn a_list_ends_after_a_day_and_has_an_end_in_number() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    write(&app, &maya, CITY, for_list("Port Ellery")).await;
    let sealed = app.app.db.read_now(|conn| {
        let content = collected::table.select(collected::content);
        Ok(content.first::<Vec<u8>>(conn)?)
    });
    let sealed = sealed.unwrap();
    let is_open = sealed.windows(4).any(|it| it == b"Port");
    assert!(!is_open, "it is sealed");
    app.app.clock.advance(TimeDelta::hours(25));
    let maya = app.person_again(MAYA).await;
    assert!(
        maya.get(LIST)
            .await
            .page()
            .text()
            .contains("Your list is empty")
    );
    let now = app.app.clock.now();
    let purge = move |conn: &mut _| enqueue(conn, &Job::PurgeExpired, now);
    app.app.db.write(purge).await.unwrap();
    app.run_jobs().await;
    assert_eq!(count(&app), 0);
}
