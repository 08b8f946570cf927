//! What stands on the desk and in one's data says things as they are.

use candor::law::Laws;
use candor::manual::opening::due_on;
use candor::manual::values::{expected, typed};
use candor::register::Field;
use candor::sources::Value;
use chrono::NaiveDate;

use super::{LIST, found};
use crate::support::TestApp;

#[actix_web::test]
async fn who_did_a_task_stands_in_its_place_when_it_is_done() {
    let app = TestApp::start_with_archive();
    let (_, sam, _) = found(&app).await;
    let done = sam.get(&format!("{LIST}?state=closed")).await.page();
    let who = done.texts("td[data-label='Who does it, or did']");
    assert_eq!(who, ["sam"]);
    let task = done.attributes("tbody th a", "href").remove(0);
    let page = sam.get(&task).await.page().text();
    assert!(page.contains(", by sam"), "{page}");
    assert!(!page.contains("Who does it"), "{page}");
}

#[actix_web::test]
async fn one_record_is_one_record() {
    let app = TestApp::start_with_archive();
    let (ada, ..) = found(&app).await;
    let page = ada.get("/data").await.page().text();
    assert!(page.contains("1 record in 1 category:"), "{page}");
}

#[test]
fn a_task_is_due_after_half_of_the_time_and_never_later_than_a_business_day_before_the_answer() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let laws = Laws::built_in();
    for (today, answer, due) in [
        ("2026-02-09", "2026-03-26", "2026-03-03"),
        // A Monday: the business day before is Friday.
        ("2026-03-19", "2026-03-23", "2026-03-20"),
        ("2026-03-20", "2026-03-23", "2026-03-20"),
        ("2026-03-22", "2026-03-23", "2026-03-22"),
        ("2026-03-30", "2026-03-23", "2026-03-30"),
    ] {
        let said = due_on(&laws, day(answer), day(today));
        assert_eq!(said, day(due), "{today} to {answer}");
    }
}

fn field(data_type: &str) -> Field {
    let mut field = Field::default();
    field.data_type = Some(data_type.parse().unwrap());
    field
}

fn text(of: &str) -> Value {
    Value::Text(of.to_owned())
}

#[test]
fn what_is_typed_becomes_what_the_register_declares() {
    for (data_type, typed_in, held) in [
        ("string", " Ada ", text("Ada")),
        ("integer", "7", Value::Integer(7)),
        ("float", "2.5", Value::Real(2.5)),
        ("boolean", "Yes", Value::Bool(true)),
        ("date", "2026-02-09", text("2026-02-09")),
        ("datetime", "2026-02-09T10:00", text("2026-02-09 10:00")),
        ("string[]", "one\n two \n", text("[\"one\",\"two\"]")),
        ("integer[]", "[1, 2]", text("[1,2]")),
        ("object", "{\"a\": 1}", text("{\"a\":1}")),
        ("date", "  ", Value::Null),
    ] {
        assert_eq!(
            typed(&field(data_type), &text(typed_in)),
            Ok(held),
            "{data_type}"
        );
    }
}

#[test]
fn what_a_field_does_not_take_is_refused_with_what_it_takes() {
    for (data_type, typed_in) in [
        ("integer", "7.5"),
        ("float", "much"),
        ("float", "inf"),
        ("boolean", "perhaps"),
        ("date", "9 February"),
        ("datetime", "2026-02-30 10:00"),
        ("integer[]", "[1, 2"),
        ("object", "[1]"),
    ] {
        let field = field(data_type);
        let refused = typed(&field, &text(typed_in));
        assert_eq!(refused, Err(expected(&field).to_owned()), "{data_type}");
    }
    let mut short = field("string");
    short.length = Some(3);
    assert!(typed(&short, &text("long")).is_err());
    let mut key = field("string");
    key.primary_key = true;
    assert!(typed(&key, &text(" ")).is_err());
}
