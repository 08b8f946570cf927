//! The desk: finding requests, deciding, carrying out in the source.

mod appeals;
mod birth_dates;
mod bulk;
mod carried_out;
mod corrected;
mod corrections;
mod decisions;
mod delays;
mod denials;
mod four_eyes;
mod leases;
mod more_time;
mod navigation;
mod queue;
mod redaction;
mod reimported;
mod request_page;
mod texts;
mod training;
mod twice;
mod untrue_grounds;
mod waiting;

use candor::demo::source::SAMPLES;

use crate::support::{Actor, Answer, TestApp};

/// Somebody of whom the sample database holds some of everything.
async fn sample(app: &TestApp) -> Actor {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    app.person(name).await
}

/// The reference in the address of the page after filing.
#[track_caller]
fn reference_of(filed: &Answer) -> String {
    let path = filed.location().strip_prefix("/requests/").unwrap();
    path.strip_suffix("/filed").unwrap().to_owned()
}

/// Files a correction of the city, from the row as the person sees it.
async fn file_correction(person: &Actor, city: &'static str) -> String {
    let collection = person.get("/data/people/contact_details").await.page();
    let links = collection.attributes("article dd a", "href");
    let link = links
        .iter()
        .find(|link| link.ends_with("field=city"))
        .unwrap();
    let form = reqwest::multipart::Form::new()
        .text("value", city)
        .text("reason", "I moved.");
    reference_of(&person.post_multipart(link, form).await)
}

/// Files the deletion of everything.
async fn file_deletion(person: &Actor) -> String {
    let plan = "/requests/new/deletion/plan?everything=yes";
    let page = person.get(plan).await.page();
    reference_of(&person.submit(&page, plan, &[]).await)
}

/// Fills and sends a form of a request's page.
async fn act(staff: &Actor, reference: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let url = format!("/staff/requests/{reference}");
    let page = staff.get(&url).await.page();
    staff
        .submit(&page, &format!("{url}/{action}"), fields)
        .await
}

/// Accepts every item of a request.
async fn accept_all(staff: &Actor, reference: &str) -> Answer {
    let page = staff
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let fields: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), "accepted"))
        .collect();
    act(staff, reference, "decide", &fields).await
}

/// One value of the source.
fn held(app: &TestApp, sql: &str) -> String {
    let source = app.source.connect();
    source
        .query_row(sql, [SAMPLES[0].email], |row| row.get(0))
        .unwrap()
}

const CITY: &str =
    "SELECT city FROM contact_details JOIN accounts ON accounts.id = account_id WHERE email = ?";
const ROWS: &str = "SELECT CAST((SELECT count(*) FROM page_views JOIN accounts ON accounts.id = account_id WHERE email = ?1)
    + (SELECT count(*) FROM search_terms JOIN accounts ON accounts.id = account_id WHERE email = ?1) AS TEXT)";
