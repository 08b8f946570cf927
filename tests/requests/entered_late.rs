//! What staff enter when the day of its answer has passed.

use candor::accounts::model::Role;
use chrono::TimeDelta;

use super::entered::{enter, newest};
use super::without_account::link;
use crate::support::TestApp;

/// Rule: C2, 11 CCR 7021(b).
#[actix_web::test]
async fn a_letter_that_is_entered_too_late_is_answered_with_an_apology_and_no_promise() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let email = "maya.okafor@example.org";
    let late = [
        ("email", email),
        ("received_on", "2025-08-01"),
        ("wants", "pieces"),
    ];
    enter(&sam, &late).await.location();
    assert_eq!(newest(&app).due_on.to_string(), "2025-09-15");
    let mail = app.mails_to("maya.okafor").pop().unwrap();
    for text in [&mail.text, &mail.html] {
        assert!(text.contains("15 September 2025"), "{text}");
        assert!(!text.contains("You have our answer by"), "{text}");
        assert!(text.contains("late, and we are sorry"), "{text}");
    }
    let (visitor, link) = (app.visitor(), link(&app, email));
    let page = visitor.get(&link).await.page();
    let theirs = [("answer", "mine")];
    visitor.submit(&page, &link, &theirs).await.location();
    let mine = visitor.get("/request/mine").await.page();
    let text = mine.text();
    assert!(text.contains("Our answer was due by"), "{text}");
    assert!(
        text.contains("Our answer is late, and we are sorry"),
        "{text}"
    );
    assert!(!text.contains("you will have our answer"), "{text}");
    assert!(!text.contains("Our answer is due by"), "{text}");
}

/// Rule: C4, 11 CCR 7021(b): nobody is denied for a link that was mailed a moment ago.
#[actix_web::test]
async fn the_denial_of_a_letter_that_is_entered_too_late_stands_ready_after_five_days() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let late = [
        ("email", "maya.okafor@example.org"),
        ("received_on", "2025-08-01"),
        ("wants", "pieces"),
    ];
    enter(&sam, &late).await.location();
    let url = format!("/staff/requests/{}", newest(&app).reference);
    let ready = "Propose this denial";
    assert!(!sam.get(&url).await.page().text().contains(ready));
    app.app.clock.advance(TimeDelta::days(5));
    let sam = app.sign_in_again("sam", Role::Agent).await;
    let text = sam.get(&url).await.page().text();
    assert!(text.contains(ready), "{text}");
    assert!(text.contains("The answer is late already."), "{text}");
    let says =
        "We could not make sure that the request comes from the person whose data it is about.";
    assert_eq!(text.matches(says).count(), 1, "{text}");
}
