use candor::demo::source::SAMPLES;
use reqwest::multipart::Form;

use super::{MAYA, correction_of, reference_of};
use crate::support::TestApp;

/// Rule: R4, 11 CCR 7023(i).
#[actix_web::test]
async fn who_disputes_what_a_partner_told_us_learns_who_it_was() {
    let app = TestApp::start();
    let address = format!("{MAYA}@example.org");
    assert!(SAMPLES.iter().any(|it| it.email == address));
    let partner = "UPDATE partner_data SET partner_name = 'Kestrel Lists' WHERE email = ?";
    let source = app.source.connect();
    assert!(source.execute(partner, [&address]).unwrap() > 0);
    let maya = app.person(MAYA).await;
    let record = maya.get("/data/activity/partner_data").await.page();
    let record = record.attributes("article h3 a", "href").remove(0);
    let said = "We got it from a partner: Kestrel Lists";
    assert!(maya.get(&record).await.page().text().contains(said));

    let path = correction_of(&app, MAYA, "activity.partner_data", "value");
    let form = maya.get(&path).await.page();
    assert!(form.text().contains("Kestrel Lists"));
    let wrong = Form::new().text("value", "Nothing of the kind");
    let reference = reference_of(&maya.post_multipart(&path, wrong).await);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    assert!(page.text().contains("Who gave it to us: Kestrel Lists"));

    let own = correction_of(&app, MAYA, "people.contact_details", "city");
    let city = Form::new().text("value", "Port Ellery");
    let reference = reference_of(&maya.post_multipart(&own, city).await);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    assert!(!page.text().contains("Who gave it to us"), "she did");
}

/// Rule: R4, 11 CCR 7023(i); R1, 11 CCR 7023(b): we are not the source, so that the person's word weighs more.
#[actix_web::test]
async fn where_the_partner_has_no_name_staff_are_told_to_find_out() {
    use candor::accounts::model::Role;
    let app = TestApp::start_declaring(|register| {
        for dataset in &mut register.datasets {
            for collection in &mut dataset.collections {
                for field in &mut collection.fields {
                    field.names_source = false;
                }
            }
        }
    });
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "activity.partner_data", "value");
    let wrong = Form::new().text("value", "Nothing of the kind");
    let reference = reference_of(&maya.post_multipart(&path, wrong).await);
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get(&format!("/staff/requests/{reference}")).await;
    let text = page.page().text();
    assert!(text.contains("Find out who it was"));
    assert!(text.contains("the person's word may be enough"));

    let own = correction_of(&app, MAYA, "people.contact_details", "city");
    let city = Form::new().text("value", "Port Ellery");
    let reference = reference_of(&maya.post_multipart(&own, city).await);
    let page = sam.get(&format!("/staff/requests/{reference}")).await;
    assert!(!page.page().text().contains("may be enough"));
}
