//! Records as people read them: values, titles, and why there is no "Correct".

use candor::my_data::ledger::{RecordCard, record_card};
use candor::my_data::said;
use candor::register::{CollectionKey, Register};
use candor::sources::{Datum, Held, Record, Value};

use crate::scene::MAYA;
use crate::support::{TestApp, sample_register};

/// The card of an address of which the city alone is known.
pub fn city_card(city: &str) -> RecordCard {
    let city = Datum {
        path: "city".to_owned(),
        value: Held::Plain(Value::Text(city.to_owned())),
        fixed: None,
    };
    let record = Record {
        id: "one".to_owned(),
        date: None,
        fields: vec![city],
    };
    let key = CollectionKey::new("people", "contact_details");
    let today = TestApp::start_time().date();
    record_card(&sample_register(), &key, &record, today)
}

#[actix_web::test]
async fn what_a_person_is_found_by_says_how_it_is_changed() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get("/data/people/accounts").await.page();
    assert!(page.text().contains("We find your data by this"));
    let way = page.attributes("article a[href^='/account']", "href");
    assert_eq!(way, ["/account#another-address"]);
    let record = page.attributes("article h3 a", "href").remove(0);
    let record = maya.get(&record).await.page();
    assert_eq!(record.attributes("main a[href^='/account']", "href"), way);
    let account = maya.get("/account").await.page();
    assert_eq!(account.texts("#another-address").len(), 1);
}

#[actix_web::test]
async fn values_are_written_as_people_write_them() {
    let app = TestApp::start();
    let source = app.source.connect();
    let changed = source.execute(
        "UPDATE profiles SET open_to_work = 1, birth_date = '1990-03-31' WHERE account_id =
         (SELECT id FROM accounts WHERE email = 'maya.okafor@example.org')",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    let maya = app.person(MAYA).await;
    let profile = maya.get("/data/people/profiles").await.page().text();
    assert!(profile.contains("Looking for work Yes"), "{profile}");
    assert!(profile.contains("Date of birth 31 March 1990"), "{profile}");
    let documents = maya.get("/data/people/identity_documents").await.page();
    assert!(!documents.text().contains("driving_licence"));
    let jobs = maya.get("/data/careers/work_history").await.page();
    let titles = jobs.texts("article h3");
    assert!(!titles.is_empty());
    let named = titles.iter().all(|it| it.starts_with("Company: "));
    assert!(named, "{titles:?}");
}

/// On the overview, on the page of the collection and in the plan of a deletion alike.
#[actix_web::test]
async fn records_that_others_share_are_told_in_the_same_words_everywhere() {
    let app = TestApp::start();
    let elena = app.person("elena.marchetti").await;
    let said = "1 record here belongs to other people as well.";
    let overview = elena.get("/data").await.page();
    assert!(overview.text().contains(said), "{}", overview.text());
    let addresses = elena.get("/data/billing/addresses").await.page();
    assert!(addresses.text().contains(said), "{}", addresses.text());
    assert!(!addresses.text().contains("There is nothing about you here"));
    let plan = elena
        .get("/requests/new/deletion/plan?everything=yes")
        .await;
    assert!(
        plan.text().contains("They belong to other people as well"),
        "{}",
        plan.text()
    );
}

#[test]
fn days_and_times_are_written_out_and_other_texts_left() {
    for (data_type, plain, shown) in [
        ("date", "2024-01-31", "31 January 2024"),
        (
            "datetime",
            "2024-01-31T10:05:00Z",
            "31 January 2024, 10:05 UTC",
        ),
        (
            "datetime",
            "2024-01-31 10:05:00.25",
            "31 January 2024, 10:05",
        ),
        ("datetime", "some day", "some day"),
        ("boolean", "1", "Yes"),
        ("boolean", "false", "No"),
        ("boolean", "perhaps", "perhaps"),
    ] {
        let mut register = Register::clone(&sample_register());
        let datasets = register.datasets.iter_mut();
        let mut collections = datasets.flat_map(|it| &mut it.collections);
        let addresses = collections.find(|it| it.name == "contact_details").unwrap();
        let city = addresses.fields.iter_mut().find(|it| it.name == "city");
        city.unwrap().data_type = Some(data_type.parse().unwrap());
        let view = register.describe("people", "contact_details", "city");
        assert_eq!(said(&view.unwrap(), plain), shown);
    }
}

#[test]
fn a_title_has_one_line_of_a_long_value() {
    let title = |city: &str| city_card(city).title();
    assert_eq!(title("Berlin"), "City: Berlin");
    assert_eq!(title("One\ntwo"), "City: One…");
    assert_eq!(title(&"x".repeat(70)), format!("City: {}…", "x".repeat(60)));
}
