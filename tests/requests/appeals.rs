use candor::accounts::guard::StaffMember;
use candor::accounts::model::Role;
use candor::error::AppError;
use candor::requests::decisions::Because;
use candor::requests::life::advance;
use candor::requests::model::{Outcome, Request, State};
use candor::requests::{dates, decisions};

use super::{file_access, find, reference_of, staff_does, staff_member};
use crate::support::{Actor, TestApp};

pub(super) async fn deny(
    app: &TestApp,
    member: &StaffMember,
    reference: &str,
) -> Result<Request, AppError> {
    staff_does(app, member, reference, |conn, request, by| {
        let request = match request.state {
            State::InReview => request,
            _ => advance(conn, &request, State::InReview, by)?,
        };
        let because = Because {
            ground: super::ground_under(&request.law),
            facts: "It is not held.",
        };
        let denied = (Outcome::Denied, because);
        decisions::decide(conn, &request, denied, by)
    })
    .await
}

pub(super) async fn approve(
    app: &TestApp,
    member: &StaffMember,
    reference: &str,
) -> Result<Request, AppError> {
    staff_does(app, member, reference, |conn, request, by| {
        decisions::approve(conn, &request, by)
    })
    .await
}

/// A request that sam proposed to deny and sue denied, and the appeal against it.
async fn appealed(app: &TestApp, person: &Actor, sam: &StaffMember, sue: &StaffMember) -> String {
    let denied = file_access(person).await;
    deny(app, sam, &denied).await.unwrap();
    approve(app, sue, &denied).await.unwrap();
    let address = format!("/requests/{denied}");
    let page = person.get(&address).await.page();
    let words = [("appeal", "Please look at the archive.")];
    reference_of(
        &person
            .submit(&page, &format!("{address}/appeal"), &words)
            .await,
    )
}

async fn two(app: &TestApp) -> (StaffMember, StaffMember) {
    (
        staff_member(app, "sam", Role::Agent).await,
        staff_member(app, "sue", Role::Supervisor).await,
    )
}

/// Rule: A4, the column "appeal answered in" (Colo. Rev. Stat. 6-1-1306(3)).
#[actix_web::test]
async fn an_appeal_has_a_clock_of_its_own_and_its_own_extension() {
    let app = TestApp::start();
    let (sam, sue) = two(&app).await;
    let ada = app.person_in("ada", "us-co").await;
    app.app.clock.advance(chrono::TimeDelta::days(3));
    let appeal = find(&app, &appealed(&app, &ada, &sam, &sue).await);
    let days = |date: chrono::NaiveDate| (date - appeal.received_on).num_days();
    assert_eq!(days(appeal.due_on), 45);
    let latest = dates::latest(&app.app.laws, &appeal).unwrap();
    assert_eq!(days(latest), 105);

    let bob = app.person_in("bob", "us-va").await;
    let appeal = find(&app, &appealed(&app, &bob, &sam, &sue).await);
    assert_eq!((appeal.due_on - appeal.received_on).num_days(), 60);
    assert_eq!(dates::latest(&app.app.laws, &appeal), None);
}

/// Rule: A4: the law of the denial gives the appeal.
#[actix_web::test]
async fn an_appeal_is_under_the_law_of_the_denial_wherever_the_person_lives_by_now() {
    let app = TestApp::start();
    let (sam, sue) = two(&app).await;
    let ada = app.person_in("ada", "us-co").await;
    let denied = file_access(&ada).await;
    deny(&app, &sam, &denied).await.unwrap();
    approve(&app, &sue, &denied).await.unwrap();
    let promised = app.mails_to("ada").pop().unwrap();
    assert!(promised.text.contains("The law gives us 45 days"));
    let account = ada.get("/account").await.page();
    let moved = [("residence", "us-va")];
    ada.submit(&account, "/account/residence", &moved)
        .await
        .location();

    let address = format!("/requests/{denied}");
    let page = ada.get(&address).await.page();
    let words = [("appeal", "Please look at the archive.")];
    let filed = ada
        .submit(&page, &format!("{address}/appeal"), &words)
        .await;
    let appeal = find(&app, &reference_of(&filed));
    assert_eq!((&*appeal.law, &*appeal.residence), ("us-co", "us-co"));
    assert_eq!((appeal.due_on - appeal.received_on).num_days(), 45);
}

/// Rule: A4: an appeal that is taken back is not lost.
#[actix_web::test]
async fn an_appeal_that_was_taken_back_can_be_made_again() {
    let app = TestApp::start();
    let (sam, sue) = two(&app).await;
    let ada = app.person_in("ada", "us-co").await;
    let first = appealed(&app, &ada, &sam, &sue).await;
    let denied = find(&app, &first).appeal_of.unwrap();
    let denied = app
        .app
        .db
        .read_now(|conn| Ok(candor::requests::queries::find(conn, denied)?));
    let address = format!("/requests/{}", denied.unwrap().reference);
    let page = ada.get(&address).await.page();
    let action = format!("{address}/appeal");
    assert!(!page.html().contains(&action), "there is one already");

    let page = ada.get(&format!("/requests/{first}")).await.page();
    ada.submit(&page, &format!("/requests/{first}/withdraw"), &[])
        .await
        .location();
    let page = ada.get(&address).await.page();
    let again = ada
        .submit(&page, &action, &[("appeal", "After all.")])
        .await;
    assert_ne!(reference_of(&again), first);
}

/// Rule: A4: California knows no appeal; the internal review is offered, with the regulators' complaint pages.
#[actix_web::test]
async fn in_california_the_review_is_voluntary_and_the_authority_is_named_in_the_mail() {
    let app = TestApp::start();
    let (sam, sue) = two(&app).await;
    let ada = app.person("ada").await;
    let denied = file_access(&ada).await;
    deny(&app, &sam, &denied).await.unwrap();
    approve(&app, &sue, &denied).await.unwrap();
    let page = ada.get(&format!("/requests/{denied}")).await.page();
    assert!(page.text().contains("The law does not ask this of us."));
    let mail = app.mails_to("ada").pop().unwrap();
    assert_eq!(mail.kind, "request_decided");
    assert!(page.text().contains("It is not legal advice."));
    for words in [
        "look again",
        "cppa.ca.gov",
        "oag.ca.gov",
        "not legal advice",
    ] {
        assert!(mail.text.contains(words) && mail.html.contains(words));
    }
    let action = format!("/requests/{denied}/appeal");
    let why = [("appeal", "Please look at the archive.")];
    let filed = ada.submit(&page, &action, &why).await;
    let mail = app.mails_to("ada").pop().unwrap();
    let shown = ada.get(filed.location()).await.page();
    for said in [&mail.text, &mail.html, &shown.text()] {
        assert!(said.contains("No law asks this of us."), "{said}");
        assert!(!said.contains("California Consumer Privacy Act"), "{said}");
    }
}

/// Rule: A4: an appeal is decided by somebody who had no part in the denial.
#[actix_web::test]
async fn who_had_a_part_in_a_denial_does_not_decide_on_the_appeal_while_others_can() {
    let app = TestApp::start();
    let (sam, sue) = two(&app).await;
    let ada = app.person("ada").await;
    let appeal = appealed(&app, &ada, &sam, &sue).await;
    let kim = staff_member(&app, "kim", Role::Agent).await;
    let vera = staff_member(&app, "vera", Role::Supervisor).await;
    assert!(matches!(
        deny(&app, &sam, &appeal).await,
        Err(AppError::Conflict(_))
    ));
    assert!(matches!(
        deny(&app, &sue, &appeal).await,
        Err(AppError::Conflict(_))
    ));
    deny(&app, &kim, &appeal).await.unwrap();
    assert!(matches!(
        approve(&app, &sue, &appeal).await,
        Err(AppError::Conflict(_))
    ));
    assert_eq!(
        approve(&app, &vera, &appeal).await.unwrap().state,
        State::Denied
    );
    let mail = app.mails_to("ada").pop().unwrap();
    assert!(
        !mail.text.contains("look again"),
        "an appeal is not appealed"
    );
    assert!(mail.text.contains("cppa.ca.gov"));
}

#[actix_web::test]
async fn where_nobody_else_is_there_the_same_two_decide_in_time() {
    let app = TestApp::start();
    let (sam, sue) = two(&app).await;
    let ada = app.person("ada").await;
    let appeal = appealed(&app, &ada, &sam, &sue).await;
    deny(&app, &sam, &appeal).await.unwrap();
    assert_eq!(
        approve(&app, &sue, &appeal).await.unwrap().state,
        State::Denied
    );
}
