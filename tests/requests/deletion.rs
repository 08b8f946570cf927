use candor::accounts::model::Role;
use candor::requests::model::{Action, State};
use candor::requests::queries;
use candor::sources::{Plan, Scope};
use chrono::TimeDelta;

use super::{MAYA, find, reference_of};
use crate::retention::{agree, agree_on};
use crate::support::TestApp;

const CHOOSE: &str = "/requests/new/deletion";
const EVERYTHING: &str = "/requests/new/deletion/plan?everything=yes";

/// Rule: E5, 11 CCR 7022(h).
#[actix_web::test]
async fn deleting_everything_is_offered_first_and_most_prominently() {
    let app = TestApp::start();
    let page = app.person(MAYA).await.get(CHOOSE).await.page();
    let buttons = page.texts("main button");
    assert_eq!(buttons, ["Delete everything", "Delete these"]);
    assert_eq!(page.texts("main button.destructive"), ["Delete everything"]);
    assert_eq!(page.texts("main button.secondary"), ["Delete these"]);
    assert!(
        page.attributes("input[type=checkbox]", "checked")
            .is_empty()
    );
}

#[actix_web::test]
async fn the_plan_says_what_goes_what_stays_and_what_stops_and_files_nothing() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get(EVERYTHING).await.page();
    let text = page.text();
    assert!(text.contains("This will be erased"), "{text}");
    assert!(text.contains("This must stay"));
    assert!(text.contains("This will stop working"));
    assert!(text.contains("Cal. Gov. Code 12946"), "{text}");
    assert!(text.contains("We keep a record of this request"));
    assert!(
        maya.get("/requests")
            .await
            .text()
            .contains("You have no requests")
    );
    assert!(app.mails_to(MAYA).is_empty());
}

#[actix_web::test]
async fn a_button_that_is_pressed_twice_files_one_deletion() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get(EVERYTHING).await.page();
    let both = futures_util::future::join(
        maya.submit(&page, EVERYTHING, &[]),
        maya.submit(&page, EVERYTHING, &[]),
    );
    let (one, other) = both.await;
    assert_eq!((one.status, other.status), (303, 303));
    let list = maya.get("/requests").await.page();
    assert_eq!(
        list.attributes("main a[href^='/requests/PR-']", "href")
            .len(),
        1
    );
}

/// Rule: E7, 11 CCR 7020(d).
#[actix_web::test]
async fn the_last_step_files_the_plan_that_was_shown() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get(EVERYTHING).await.page();
    let filed = maya.submit(&page, EVERYTHING, &[]).await;
    let request = find(&app, &reference_of(&filed));
    let shown = page.attributes("input[name=hash]", "value").pop().unwrap();
    assert_eq!(request.plan_hash.as_deref(), Some(shown.as_str()));
    assert_eq!(request.state, State::Acknowledged);

    let sealed = request.plan.as_deref().unwrap();
    let plan = candor::requests::sealed::open(
        &app.app.keys,
        &request.reference,
        candor::requests::sealed::What::Plan,
        sealed,
    );
    let plan: Plan = serde_json::from_slice(&plan.unwrap()).unwrap();
    assert!(plan.is_intact() && plan.hash == shown);
    assert_eq!(plan.scope, Scope::All);
    let items = app
        .app
        .db
        .read_now(|conn| Ok(queries::list_items(conn, request.id)?));
    let items = items.unwrap();
    assert!(
        items
            .iter()
            .any(|it| it.action == Action::Delete && it.count > 0)
    );
    assert!(
        items
            .iter()
            .any(|it| it.action == Action::Keep && it.why.is_some())
    );

    assert_eq!(app.mails_to(MAYA).len(), 1);
    assert_eq!(app.events("request.filed", &request.reference), 1);
    maya.get(&format!("/requests/{}", request.reference))
        .await
        .page();
}

/// Rule: E6, 1798.105(d).
#[actix_web::test]
async fn exceptions_of_other_laws_do_not_concern_a_person() {
    let app = TestApp::start();
    let california = app.person(MAYA).await.get(EVERYTHING).await.page();
    assert!(california.text().contains("Cal. Gov. Code 12946"));

    let app = TestApp::start();
    let germany = app.person_in(MAYA, "de").await;
    let page = germany.get(EVERYTHING).await.page();
    assert!(
        page.text().contains("GDPR Art. 17(3)(b)"),
        "{}",
        page.text()
    );
    for foreign in ["California", "Cal. ", "29 CFR", "26 CFR", "11 CCR"] {
        assert!(!page.text().contains(foreign), "{foreign}: {}", page.text());
    }
    let filed = germany.submit(&page, EVERYTHING, &[]).await;
    let request = find(&app, &reference_of(&filed));
    let items = app
        .app
        .db
        .read_now(|conn| Ok(queries::list_items(conn, request.id)?));
    let kept: Vec<_> = items
        .unwrap()
        .into_iter()
        .filter(|it| it.action == Action::Keep)
        .collect();
    assert!(!kept.is_empty());
    for item in kept {
        let is_for_claims = item
            .basis
            .as_deref()
            .is_some_and(|it| it.contains("17(3)(e)"));
        let cited = if is_for_claims {
            "CLAIMS_17_3E"
        } else {
            "OBLIGATION_17_3B"
        };
        assert_eq!(item.ground.as_deref(), Some(cited), "{item:?}");
    }
}

#[actix_web::test]
async fn a_plan_that_no_longer_holds_is_shown_again_and_not_filed() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get(EVERYTHING).await.page();
    let changed = app.source.connect().execute(
        "DELETE FROM search_terms WHERE account_id = (SELECT id FROM accounts WHERE email = 'maya.okafor@example.org')",
        [],
    );
    assert!(changed.unwrap() > 0);
    let refused = maya.submit(&page, EVERYTHING, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused
            .text()
            .contains("Your data have changed in the meantime")
    );
    assert!(app.mails_to(MAYA).is_empty());
    reference_of(&maya.submit(&refused, EVERYTHING, &[]).await);
}

#[actix_web::test]
async fn some_categories_can_be_chosen_and_none_is_refused() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let none = maya.get("/requests/new/deletion/plan").await;
    none.refuses("category", "Choose at least one category.");
    let unknown = maya
        .get("/requests/new/deletion/plan?category=nothing")
        .await;
    unknown.refuses("category", "Choose at least one category.");

    let path = "/requests/new/deletion/plan?category=user.behavior";
    let page = maya.get(path).await.page();
    assert!(!page.text().contains("Your contact details"));
    let request = find(&app, &reference_of(&maya.submit(&page, path, &[]).await));
    assert_eq!(
        request.scope.as_deref(),
        Some(r#"{"categories":["user.behavior"]}"#)
    );
}

#[actix_web::test]
async fn a_second_deletion_waits_for_the_first() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get(EVERYTHING).await.page();
    let reference = reference_of(&maya.submit(&page, EVERYTHING, &[]).await);
    let part = "/requests/new/deletion/plan?category=user.behavior";
    let page = maya.get(part).await.page();
    let again = maya.submit(&page, part, &[]).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains(&reference));
}

/// Rule: E5, 11 CCR 7022(h): whoever has asked for a part may ask for all.
#[actix_web::test]
async fn a_deletion_of_one_kind_of_data_does_not_stand_in_the_way_of_more() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let part = "/requests/new/deletion/plan?category=user.newsletters";
    let page = maya.get(part).await.page();
    let first = reference_of(&maya.submit(&page, part, &[]).await);
    let page = maya.get(part).await.page();
    let same = reference_of(&maya.submit(&page, part, &[]).await);
    assert_eq!(same, first, "the same is not filed twice");
    let other = "/requests/new/deletion/plan?category=user.education";
    for more in [other, EVERYTHING] {
        let page = maya.get(more).await.page();
        let filed = reference_of(&maya.submit(&page, more, &[]).await);
        assert_ne!(filed, first);
    }
    // The part is carried out first, and all else after it.
    agree_on(&app, &first).await;
    app.run_jobs().await;
    assert_eq!(find(&app, &first).state, State::Completed);
}

/// No reason is given for what nobody asked to erase.
#[actix_web::test]
async fn a_plan_for_one_kind_of_data_says_nothing_of_others_that_a_rule_keeps() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let part = "/requests/new/deletion/plan?category=user.account";
    let page = maya.get(part).await.page();
    assert!(page.text().contains("This will be erased"));
    assert!(
        !page.text().contains("Jobs you applied for"),
        "{}",
        page.text()
    );
}

#[actix_web::test]
async fn somebody_of_whom_nothing_is_held_is_told_so() {
    let app = TestApp::start();
    let eve = app.person("eve").await;
    let page = eve.get(EVERYTHING).await.page();
    assert!(
        page.text()
            .contains("We hold nothing of this that could be erased.")
    );
    assert!(page.texts("main button").is_empty());
}

#[actix_web::test]
async fn a_deletion_needs_a_fresh_confirmation() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let page = maya.get(EVERYTHING).await.page();
    app.app.clock.advance(TimeDelta::minutes(11));
    assert!(
        maya.get(EVERYTHING)
            .await
            .location()
            .starts_with("/step-up?")
    );
    let sent = maya.submit(&page, EVERYTHING, &[]).await;
    assert!(sent.location().starts_with("/step-up?"));
    maya.get(CHOOSE).await.page();
}

#[actix_web::test]
async fn what_stayed_is_still_told_of_where_a_person_looks_for_their_data() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let heading = "What stayed when we deleted your data";
    assert!(!maya.get("/data").await.page().text().contains(heading));
    let (reference, _) = agree(&app, &maya).await;
    app.run_jobs().await;
    let page = maya.get("/data").await.page();
    let kept = page.texts("section[aria-labelledby=kept]").join(" ");
    assert!(kept.contains(heading), "{kept}");
    assert!(kept.contains("Cal. Gov. Code 12946"), "{kept}");
    assert!(kept.contains(" records"), "{kept}");
    let links = page.attributes("section[aria-labelledby=kept] a", "href");
    assert!(links.contains(&format!("/requests/{reference}")));
    let eve = app.person("eve").await.get("/data").await.page().text();
    assert!(!eve.contains(heading) && eve.contains("We found nothing about you"));
}

/// Rule: E3, 11 CCR 7022(f).
#[actix_web::test]
async fn what_has_to_stay_as_a_whole_can_be_asked_for_and_is_denied_with_its_reasons() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    agree(&app, &maya).await;
    app.run_jobs().await;
    let page = maya.get(EVERYTHING).await.page();
    assert!(page.text().contains("all of it has to stay"));
    assert_eq!(
        page.texts("main button"),
        ["Ask us to delete it all the same"]
    );
    let reference = reference_of(&maya.submit(&page, EVERYTHING, &[]).await);
    let url = format!("/staff/requests/{reference}");
    let (kim, una) = (
        app.staff("kim", Role::Agent).await,
        app.staff("una", Role::Supervisor).await,
    );
    for (staff, act) in [(kim, "decide"), (una, "approve")] {
        let page = staff.get(&url).await.page();
        let act = format!("{url}/{act}");
        staff.submit(&page, &act, &[]).await.location();
    }
    assert_eq!(find(&app, &reference).state, State::Denied);
    let page = maya.get(&format!("/requests/{reference}")).await.page();
    let text = page.text();
    assert!(text.contains("Cal. Gov. Code 12946"), "{text}");
    assert!(text.contains("Ask us to look again"), "{text}");
}
