//! Corrections of what is held in several lines, or is no text.

use reqwest::multipart::Form;

use super::{MAYA, correction_of};
use crate::support::{Answer, TestApp};

const CONTACT: &str = "people.contact_details";

/// Puts something in the place of Maya's city, behind the portal's back.
fn hold(app: &TestApp, value: &str) {
    let source = app.source.connect();
    let changed = source.execute(
        &format!(
            "UPDATE contact_details SET city = {value} WHERE account_id IN
             (SELECT id FROM accounts WHERE email = '{MAYA}@example.org')"
        ),
        [],
    );
    assert_eq!(changed, Ok(1));
}

fn links_to(page: &Answer, path: &str) -> usize {
    let links = page.attributes("a", "href");
    links.iter().filter(|it| *it == path).count()
}

#[actix_web::test]
async fn a_picture_has_no_correction_and_a_sentence_says_why() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, CONTACT, "city");
    let collection = "/data/people/contact_details";
    let page = maya.get(collection).await.page();
    assert_eq!(links_to(&page, &path), 1);
    assert!(!page.text().contains("This is a file and no text"));
    hold(&app, "x'89504e47'");

    let page = maya.get(collection).await.page();
    let record = page.attributes("article h3 a", "href").remove(0);
    for page in [page, maya.get(&record).await.page()] {
        assert_eq!(links_to(&page, &path), 0);
        let text = page.text();
        assert!(text.contains("4 bytes"), "{text}");
        assert!(text.contains("This is a file and no text"), "{text}");
    }
    for form in [
        Form::new().text("value", "iVBORw=="),
        Form::new().text("value", "").text("empties", "yes"),
    ] {
        let forged = maya.post_multipart(&path, form).await;
        assert_eq!(forged.status, 409);
        assert!(forged.text().contains("Write to us to have it replaced."));
    }
    assert_eq!(maya.get(&path).await.status, 409);
}

#[actix_web::test]
async fn what_is_held_in_several_lines_is_corrected_in_several() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, CONTACT, "city");
    let lines = || Form::new().text("value", "Port Ellery\r\nNorth");
    let page = maya.get(&path).await.page();
    assert_eq!(page.texts("textarea#value").len(), 0);
    let refused = maya.post_multipart(&path, lines()).await;
    refused.refuses("value", "Enter one line.");
    hold(&app, "'Port Ellery' || char(10) || 'South'");

    let page = maya.get(&path).await.page();
    assert_eq!(page.texts("textarea#value").len(), 1);
    let held = Form::new().text("value", "Port Ellery\r\nSouth");
    let refused = maya.post_multipart(&path, held).await;
    refused.refuses("value", "This is what we hold already");
    maya.post_multipart(&path, lines()).await.location();
}
