//! What staff enter when the day of its answer has passed.

use candor::accounts::model::Role;

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
