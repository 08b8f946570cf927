//! Numbers: which a column takes, and how they are told.

use candor::register::CollectionKey;
use candor::sources::{Column, ColumnKind, Secrets, Value, json_of, number, value_of};
use candor::web::csv::cell;
use serde_json::Value as Json;

fn takes(sql_type: &str, value: &Value) -> bool {
    let column = Column {
        name: "n".to_owned(),
        kind: ColumnKind::Number,
        sql_type: sql_type.to_owned(),
        nullable: true,
        length: None,
        generated: false,
        inside: None,
    };
    column.has_range_for(value)
}

#[test]
fn whole_numbers_have_bounds_by_the_name_of_their_type() {
    assert!(takes("smallint", &Value::Integer(32_767)));
    assert!(!takes("smallint", &Value::Integer(32_768)));
    assert!(takes("smallint(5) unsigned", &Value::Integer(65_535)));
    assert!(!takes("int(10) unsigned", &Value::Integer(-1)));
    assert!(!takes("integer", &Value::Integer(1 << 31)));
    assert!(takes("bigint", &Value::Integer(i64::MIN)));
    assert!(takes("INTEGER", &Value::Integer(i64::MIN)));
    assert!(!takes("year(4)", &Value::Integer(1900)));
}

#[test]
fn decimals_hold_so_many_digits_before_and_behind_the_point() {
    assert!(takes("numeric(3,2)", &Value::Real(-7.25)));
    assert!(!takes("numeric(3,2)", &Value::Integer(10)));
    assert!(!takes("decimal(3,2)", &Value::Real(7.255)));
    assert!(takes("numeric(2,4)", &Value::Real(0.0012)));
    assert!(!takes("numeric(2,4)", &Value::Real(0.12)));
    assert!(takes("numeric", &Value::Real(7.255)));
    assert!(!takes("real", &Value::Integer(16_777_217)));
    assert!(!takes("decimal(5,2) unsigned", &Value::Integer(-1)));
}

#[test]
fn a_whole_number_too_large_for_us_is_told_from_its_neighbours() {
    for text in ["18446744073709551615", "18446744073709551614"] {
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(value_of(&json), Value::Text(text.to_owned()));
    }
}

#[test]
fn a_number_without_an_end_or_that_is_none_is_told_in_words() {
    for (held, told) in [
        (number("NaN".to_owned()), "NaN"),
        (number("-Infinity".to_owned()), "-Infinity"),
        (Value::Real(f64::INFINITY), "inf"),
    ] {
        assert_eq!(json_of(&held), Json::from(told));
    }
}

#[test]
fn an_id_is_no_formula_and_opens_again() {
    let secrets = Secrets::new(&[7; 32]);
    let collection = CollectionKey::new("people", "accounts");
    for number in 0..2_000 {
        let key = [Value::Integer(number)];
        let id = secrets.record_id(&collection, &key);
        assert_eq!(cell(&id), id, "the same in a table");
        assert_eq!(secrets.row_key(&collection, &id).unwrap(), key);
        assert_eq!(secrets.record_id(&collection, &key), id);
    }
}
