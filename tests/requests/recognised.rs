//! Values are recognised however somebody writes them, and no others.

use candor::requests::senders::model::Degree;

use super::without_account::{ADDRESS, PHONE, follow, only_request, prove};
use crate::support::TestApp;

const STREET: &str = "point-user-contact-address-street";

fn hold(app: &TestApp, phone: &str, street: &str) {
    let source = app.source.connect();
    let of_maya = "WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    let phones = format!("UPDATE contact_details SET phone = ? {of_maya}");
    let changed = source.execute(&phones, [phone, ADDRESS]).unwrap();
    let streets = format!("UPDATE contact_details SET street = ? {of_maya}");
    source.execute(&streets, [street, ADDRESS]).unwrap();
    assert_eq!(changed, 1);
}

/// What `categories` needs is the address and one value.
async fn is_recognised(app: &TestApp, (name, typed): (&str, &str)) -> bool {
    let (visitor, page) = follow(app, "categories", ADDRESS, "").await;
    let answer = prove(&visitor, &page, &[(name, typed)]).await;
    if answer.status == 422 {
        return false;
    }
    answer.location();
    only_request(app).1.degree == Some(Degree::Reasonable)
}

/// Rule: I7, 11 CCR 7062(b).
#[actix_web::test]
async fn a_number_is_recognised_as_it_is_dialled_at_home_and_from_abroad() {
    for (held, typed, is_it) in [
        ("+1 510 555 0170", "(510) 555-0170", true),
        ("+1 510 555 0170", "1-510-555-0170", true),
        ("+1 510 555 0170", "001 510 555 0170", true),
        ("510-555-0170", "+1 510 555 0170", true),
        ("+49 30 5550170", "030 / 555 01 70", true),
        ("030 5550170", "+49 (0)30 5550170", true),
        ("+44 20 7946 0958", "020 7946 0958", true),
        ("+353 1 555 0170", "01 555 0170", true),
        ("+1 510 555 0170", "+49 510 555 0170", false),
        ("+1 510 555 0170", "555 0170", false),
        ("+1 510 555 0170", "0170", false),
        ("+49 30 5550170", "0", false),
    ] {
        let app = TestApp::start();
        hold(&app, held, "1 Elm Street");
        let found = is_recognised(&app, (PHONE, typed)).await;
        assert_eq!(found, is_it, "{typed} for {held}");
    }
}

/// Rule: I7, 11 CCR 7062(b).
#[actix_web::test]
async fn accents_capitals_and_signs_do_not_matter_in_a_text() {
    for (held, typed, is_it) in [
        ("Straße des 17. Juni 4", "STRASSE DES 17 JUNI, 4", true),
        ("12 Rue de l’Église", "12 rue de l'eglise", true),
        ("Calle Núñez 7", "calle nunez 7", true),
        ("Calle Núñez 7", "calle nunez 8", false),
    ] {
        let app = TestApp::start();
        hold(&app, "+1 510 555 0170", held);
        let found = is_recognised(&app, (STREET, typed)).await;
        assert_eq!(found, is_it, "{typed} for {held}");
    }
}
