use candor::accounts::model::Role;
use candor::error::AppError;
use candor::requests::decisions::Because;
use candor::requests::life::advance;
use candor::requests::model::{Decision, Outcome, Request, State};
use candor::requests::{decisions, execution, queries};
use reqwest::multipart::Form;
use serde_json::json;

use super::{MAYA, correction_of, file_access, find, reference_of, staff_does, staff_member};
use crate::support::TestApp;

async fn filed_correction(app: &TestApp) -> String {
    let maya = app.person(MAYA).await;
    let path = correction_of(app, MAYA, "people.contact_details", "city");
    let form = Form::new().text("value", "Port Ellery");
    reference_of(&maya.post_multipart(&path, form).await)
}

fn first_item(conn: &mut candor::db::AnyConnection, request: &Request) -> i64 {
    queries::list_items(conn, request.id).unwrap()[0].id
}

/// Rule: R1, 11 CCR 7023(b); R2, 11 CCR 7023(c).
#[actix_web::test]
async fn a_correction_is_decided_item_by_item_carried_out_and_receipted() {
    let app = TestApp::start();
    let reference = filed_correction(&app).await;
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let done = staff_does(&app, &sam, &reference, |conn, request, by| {
        let request = advance(conn, &request, State::InReview, by)?;
        let item = first_item(conn, &request);
        let accepted = (Decision::Accepted, Because::default());
        let request = decisions::decide_item(conn, &request, item, accepted, by)?;
        let request =
            decisions::decide(conn, &request, (Outcome::Approved, Because::default()), by)?;
        assert_eq!(request.state, State::Approved);
        let request = execution::start(conn, &request, by)?;
        execution::mark_applied(conn, &request, item, by)?;
        execution::complete(conn, &request, json!({ "fields": 1 }), by)
    });
    let (request, receipt) = done.await.unwrap();
    assert_eq!(request.state, State::Completed);
    assert_eq!(request.outcome, Some(Outcome::Approved));
    assert!(request.closed_at.is_some() && request.decided_at.is_some());
    assert_eq!(
        (receipt.kind.as_str(), &receipt.object),
        ("correction", &reference)
    );
    let kinds: Vec<_> = app
        .mails_to(MAYA)
        .into_iter()
        .map(|mail| mail.kind)
        .collect();
    assert_eq!(
        kinds,
        ["request_received", "request_decided", "request_completed"]
    );
    assert!(app.mails_to(MAYA)[2].text.contains(&receipt.id));
    let subjects = app.mails_to(MAYA).into_iter().map(|mail| mail.subject);
    assert_eq!(
        subjects.collect::<Vec<_>>(),
        [
            format!("We have your request {reference}"),
            format!("We have decided on your request for correction: {reference}"),
            format!("Your request for correction is done: {reference}"),
        ]
    );
}

#[actix_web::test]
async fn a_refusal_needs_a_reason_and_the_person_reads_it_and_may_appeal() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = correction_of(&app, MAYA, "people.contact_details", "city");
    let form = Form::new().text("value", "Port Ellery");
    let reference = reference_of(&maya.post_multipart(&path, form).await);
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let refuse = |reason: &'static str| {
        staff_does(&app, &sam, &reference, move |conn, request, by| {
            let request = advance(conn, &request, State::InReview, by)?;
            let item = first_item(conn, &request);
            let because = Because {
                ground: "ACCURATE_7023B",
                facts: reason,
            };
            let refused = (Decision::Refused, because);
            let request = decisions::decide_item(conn, &request, item, refused, by)?;
            decisions::decide(conn, &request, (Outcome::Denied, Because::default()), by)
        })
    };
    assert!(matches!(refuse("").await, Err(AppError::Conflict(_))));
    assert_eq!(find(&app, &reference).state, State::Acknowledged);
    let proposed = refuse("Your lease says Alder Point.").await.unwrap();
    assert_eq!(proposed.state, State::InReview);
    let sue = staff_member(&app, "sue", Role::Supervisor).await;
    let approved = staff_does(&app, &sue, &reference, |conn, request, by| {
        decisions::approve(conn, &request, by)
    });
    let denied = approved.await.unwrap();
    assert_eq!(denied.state, State::Denied);

    let address = format!("/requests/{reference}");
    let page = maya.get(&address).await.page();
    assert!(
        page.text()
            .contains("Our reason: Your lease says Alder Point.")
    );
    assert!(page.text().contains("If you do not agree"));
    let appeal = format!("{address}/appeal");
    let words = [("appeal", "The lease is an old one.")];
    let filed = maya.submit(&page, &appeal, &words).await;
    let appeal_reference = reference_of(&filed);
    assert_eq!(find(&app, &appeal_reference).appeal_of, Some(denied.id));
    let again = maya.post(&appeal, &words).await;
    assert_eq!(reference_of(&again), appeal_reference, "sent twice");
    let other = maya.post(&appeal, &[("appeal", "And the rent is.")]).await;
    assert_eq!(other.status, 409);
    assert!(other.text().contains(&appeal_reference));
}

#[actix_web::test]
async fn what_is_wrong_with_an_appeal_stands_in_the_form_of_the_appeal() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let sue = staff_member(&app, "sue", Role::Supervisor).await;
    let reference = super::file_access(&maya).await;
    super::appeals::deny(&app, &sam, &reference).await.unwrap();
    super::appeals::approve(&app, &sue, &reference)
        .await
        .unwrap();
    let address = format!("/requests/{reference}");
    let action = format!("{address}/appeal");
    let page = maya.get(&address).await.page();
    for typed in [String::new(), "x".repeat(4001)] {
        let refused = maya.submit(&page, &action, &[("appeal", &typed)]).await;
        refused.refuses("appeal", "at most 4,000 characters");
        assert_eq!(refused.texts("#appeal"), [typed]);
        assert_eq!(refused.texts("#message"), [""]);
    }
}

#[actix_web::test]
async fn what_is_not_denied_cannot_be_appealed() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let appeal = format!("/requests/{}/appeal", file_access(&ada).await);
    assert_eq!(ada.post(&appeal, &[("appeal", "Why?")]).await.status, 409);
}

#[actix_web::test]
async fn a_deletion_is_decided_by_two_staff_members_and_the_person_hears_of_it_then() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let path = "/requests/new/deletion/plan?category=user.behavior";
    let page = maya.get(path).await.page();
    let reference = reference_of(&maya.submit(&page, path, &[]).await);
    let (sam, sue) = (
        staff_member(&app, "sam", Role::Supervisor).await,
        staff_member(&app, "sue", Role::Supervisor).await,
    );
    let proposed = staff_does(&app, &sam, &reference, |conn, request, by| {
        let mut request = advance(conn, &request, State::InReview, by)?;
        for item in queries::list_items(conn, request.id)? {
            let accepted = (Decision::Accepted, Because::default());
            request = decisions::decide_item(conn, &request, item.id, accepted, by)?;
        }
        decisions::decide(conn, &request, (Outcome::Approved, Because::default()), by)
    });
    assert_eq!(proposed.await.unwrap().state, State::InReview);
    assert_eq!(app.mails_to(MAYA).len(), 1);

    let approve = |member| {
        staff_does(&app, member, &reference, |conn, request, by| {
            decisions::approve(conn, &request, by)
        })
    };
    assert!(matches!(approve(&sam).await, Err(AppError::Conflict(_))));
    assert_eq!(approve(&sue).await.unwrap().state, State::Approved);
    assert!(matches!(approve(&sue).await, Err(AppError::Conflict(_))));
    assert_eq!(app.mails_to(MAYA)[1].kind, "request_decided");
    assert_eq!(app.events("request.second_approval", &reference), 1);
}

#[actix_web::test]
async fn a_failed_execution_is_visible_and_tried_again() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let reference = file_access(&ada).await;
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let failed = staff_does(&app, &sam, &reference, |conn, request, by| {
        let request = advance(conn, &request, State::InReview, by)?;
        let request =
            decisions::decide(conn, &request, (Outcome::Approved, Because::default()), by)?;
        let request = execution::start(conn, &request, by)?;
        execution::fail(conn, &request, "The source does not answer.", by)
    });
    assert_eq!(failed.await.unwrap().state, State::ExecutionFailed);
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    assert!(page.texts(".tag").contains(&"Delayed".to_owned()));
    let withdraw = format!("/requests/{reference}/withdraw");
    assert_eq!(ada.post(&withdraw, &[]).await.status, 409);

    let again = staff_does(&app, &sam, &reference, |conn, request, by| {
        assert_eq!(
            request.failure.as_deref(),
            Some("The source does not answer.")
        );
        let request = execution::start(conn, &request, by)?;
        execution::complete(conn, &request, json!({}), by)
    });
    assert_eq!(again.await.unwrap().0.failure, None);
}
