//! What pages share: addresses, forms, cells of tables, words of times.

use candor::web::csv::cell;
use candor::web::navigation::is_for_people;
use candor::web::words::{moment, place_of};
use candor::web::{Form, local_path};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;
use validator::Validate;

#[test]
fn what_is_everybodys_is_not_for_people_alone() {
    for address in [
        "/data",
        "/choices#sale-or-sharing",
        "/requests/PR-1",
        "/receipts",
    ] {
        assert!(is_for_people(address), "{address}");
    }
    for address in [
        "/",
        "/policy/3",
        "/receipts/verify",
        "/do-not-sell",
        "/data/a/b/c/d/e/f/g",
    ] {
        assert!(!is_for_people(address), "{address}");
    }
}

#[test]
fn only_a_path_on_this_site_is_followed() {
    for path in ["/", "/data", "/data?from=2024-01-01#top", "/receipts/a%20b"] {
        assert_eq!(local_path(path), Some(path));
    }
    for elsewhere in [
        "",
        "data",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "https://elsewhere.example",
        "javascript:alert(1)",
        "/\t/elsewhere.example",
        "/\n",
        "/ü",
    ] {
        assert_eq!(local_path(elsewhere), None, "{elsewhere:?}");
    }
}

#[test]
fn a_formula_is_shown_and_never_run() {
    let begins = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    for begin in begins {
        let typed = format!("{begin}HYPERLINK(\"https://example.org\")");
        assert_eq!(cell(&typed), format!("'{typed}"));
    }
    for plain in ["", "ada", "1-2", "a=b", "'=1"] {
        assert_eq!(cell(plain), plain);
    }
}

#[derive(Serialize, Validate)]
struct Typed {
    #[validate(length(min = 1, message = "Name it."))]
    zebra: String,
    #[validate(length(min = 1, message = "Say why."))]
    apple: String,
    mango: String,
}

#[test]
fn faults_stand_in_the_order_of_the_fields() {
    let typed = Typed {
        zebra: String::new(),
        apple: String::new(),
        mango: "\"zebra\":\u{202e}".to_owned(),
    };
    let form = Form::check(typed).err().expect("it is refused");
    let fields: Vec<_> = form.errors().iter().map(|(field, _)| &**field).collect();
    assert_eq!(fields, ["zebra", "apple", "mango"]);
}

#[test]
fn a_moment_is_told_as_the_clocks_of_a_zone_show_it() {
    let at = NaiveDate::from_ymd_opt(2026, 2, 9).and_then(|it| it.and_hms_opt(4, 5, 0));
    let at = at.unwrap();
    for (zone, words) in [
        (Tz::UTC, "9 February 2026, 04:05 UTC"),
        (Tz::America__Los_Angeles, "8 February 2026, 20:05 PST"),
        (Tz::Europe__Berlin, "9 February 2026, 05:05 CET"),
        (Tz::America__Sao_Paulo, "9 February 2026, 01:05 UTC-03"),
    ] {
        assert_eq!(moment(at, zone), words);
    }
    assert_eq!(place_of(Tz::America__Los_Angeles), "Los Angeles");
}
