//! Deletions of what a view shows: it goes with the records that it shows, and is looked at again in the end.

use std::fs;
use std::path::Path;

use candor::register::Register;
use candor::requests::model::{Outcome, State};

use super::find;
use crate::retention::{agree_to, sample};
use crate::support::{Actor, TestApp};

pub const EDUCATION: &str = "/requests/new/deletion/plan?category=user.education";

pub const VIEW: &str = "CREATE VIEW schools AS SELECT id, resume_id, school FROM education;";

pub const MANIFEST: &str = "
dataset:
  - fides_key: shown
    name: Schools at a glance
    candor: {source: projobsector}
    collections:
      - name: schools
        data_categories: [user.education]
        candor: {title: Schools at a glance}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: resume_id, data_categories: [system.operations], fides_meta: {references: [{dataset: careers, field: resumes.id, direction: from}]}}
          - {name: school}
";

/// A view whose rows have no key.
const TALLY: &str = "
CREATE VIEW tally AS SELECT upper(email) AS email, count(*) AS schools
FROM education JOIN resumes ON resumes.id = resume_id JOIN accounts ON accounts.id = account_id GROUP BY 1;
CREATE VIEW visits AS SELECT (SELECT email FROM accounts WHERE id = account_id) AS email, terms AS term FROM search_terms;";

const NAMELESS: &str = "
dataset:
  - fides_key: nameless
    name: At a glance
    candor: {source: projobsector}
    collections:
      - name: tally
        data_categories: [user.education]
        candor: {title: How many schools}
        fields:
          - {name: email, fides_meta: {identity: email}}
          - {name: schools}
      - name: visits
        data_categories: [user.education]
        candor: {title: What one looked for}
        fields:
          - {name: email, fides_meta: {identity: email}}
          - {name: term}
";

fn start() -> TestApp {
    start_with(MANIFEST, VIEW)
}

fn start_with(manifest: &str, views: &str) -> TestApp {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/register");
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(read).collect();
    files.push(("shown.yml".to_owned(), manifest.to_owned()));
    files.sort();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    let (register, _) = Register::parse(&files).unwrap();
    let app = TestApp::start_declaring(|declared| *declared = register);
    app.source.connect().execute_batch(views).unwrap();
    app
}

/// What the request and its receipt say in the end.
pub async fn told(person: &Actor, reference: &str) -> (String, String) {
    let page = person.get(&format!("/requests/{reference}")).await.page();
    let receipts = page.attributes("a[href^='/receipts/']", "href");
    let receipt = person.get(&receipts[0]).await.page();
    (page.text(), receipt.text())
}

#[actix_web::test]
async fn what_a_view_shows_makes_no_deletion_a_partial_one() {
    let app = start();
    let person = sample(&app).await;
    let plan = person.get(EDUCATION).await.page();
    let said =
        "This only shows what other records hold: what is erased of those, it shows no more.";
    assert!(plan.text().contains(said), "{}", plan.text());
    assert!(!plan.text().contains("This must stay"), "{}", plan.text());

    let (reference, _) = agree_to(&app, &person, EDUCATION).await;
    app.run_jobs().await;

    let request = find(&app, &reference);
    assert_eq!(request.state, State::Completed);
    assert_eq!(request.outcome, Some(Outcome::Approved));
    let (page, receipt) = told(&person, &reference).await;
    assert!(
        page.contains("what they show") || page.contains("what it shows"),
        "{page}"
    );
    assert!(!receipt.contains("Schools at a glance"), "{receipt}");
}

#[actix_web::test]
async fn a_view_that_shows_erased_records_still_is_told_of_in_request_and_receipt() {
    let app = start();
    let person = sample(&app).await;
    let (reference, _) = agree_to(&app, &person, EDUCATION).await;
    let copy = "CREATE TABLE copied AS SELECT * FROM education; DROP VIEW schools;";
    let source = app.source.connect();
    source.execute_batch(copy).unwrap();
    let view = VIEW.replace("FROM education", "FROM copied");
    source.execute_batch(&view).unwrap();
    app.run_jobs().await;

    assert_eq!(find(&app, &reference).state, State::Completed);
    let (page, receipt) = told(&person, &reference).await;
    let said = "This only shows what other records hold, and still does: those stay.";
    assert!(page.contains(said), "{page}");
    assert!(receipt.contains(said), "{receipt}");
}

#[actix_web::test]
async fn what_a_view_without_a_key_shows_is_looked_at_again_by_whose_it_is() {
    let app = start_with(NAMELESS, TALLY);
    let person = sample(&app).await;
    let (reference, _) = agree_to(&app, &person, EDUCATION).await;
    app.run_jobs().await;

    let request = find(&app, &reference);
    assert_eq!(request.state, State::Completed);
    let (page, receipt) = told(&person, &reference).await;
    assert!(!receipt.contains("How many schools"), "{receipt}");
    assert!(!page.contains("no last day"), "{page}");
    let said = "This only shows what other records hold, and still does: those stay.";
    assert!(receipt.contains("What one looked for"), "{receipt}");
    assert!(receipt.contains(said), "{receipt}");
}

#[actix_web::test]
async fn records_without_a_key_are_shown_and_offer_nothing_for_which_one_would_be_needed() {
    let app = start_with(NAMELESS, TALLY);
    let person = sample(&app).await;

    let page = person.get("/data/nameless/tally").await.page();

    let said = "The system that holds these records gives them no key";
    assert!(page.text().contains(said), "{}", page.text());
    assert_eq!(
        page.attributes("article.card a[href^='/data/']", "href"),
        [""; 0]
    );
    assert_eq!(page.attributes("article.card", "class").len(), 1);
    assert!(!page.text().contains("There are more than these"));

    let source = app.source.connect();
    let more = "INSERT INTO search_terms (account_id, terms, results, searched_at)
                SELECT account_id, terms, results, searched_at FROM search_terms";
    for _ in 0..6 {
        source.execute_batch(more).unwrap();
    }
    let page = person.get("/data/nameless/visits").await.page();
    assert_eq!(page.attributes("article.card", "class").len(), 20);
    assert!(page.text().contains("There are more than these"));
}

#[actix_web::test]
async fn what_a_view_shows_has_a_reason_where_it_has_no_correction() {
    let app = start();
    let person = sample(&app).await;
    let said = "Our systems work this out from other data";

    let page = person.get("/data/shown/schools").await.page();
    assert!(page.text().contains(said), "{}", page.text());
    let record = page.attributes("article.card h3 a", "href");
    let page = person.get(&record[0]).await.page();
    assert!(page.text().contains(said), "{}", page.text());
    assert_eq!(page.attributes("a[href*='/correction']", "href"), [""; 0]);
}
