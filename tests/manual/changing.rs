use candor::demo::source::SAMPLES;

use super::deciding::{EVERYTHING, FOUND, Scene};
use super::{answer, kept, open_task, open_tasks, send, version};
use crate::support::TestApp;

#[actix_web::test]
async fn an_erasure_waits_for_people_and_ends_with_a_receipt() {
    let scene = Scene::set().await;
    let before = scene.rows();
    let reference = scene.agree().await;
    assert!(
        scene
            .page(&reference)
            .await
            .contains("People change it by hand in: Paper archive")
    );
    assert_eq!(
        (kept(&scene.app), scene.rows()),
        (2, before),
        "nothing goes before that"
    );
    for _ in 0..2 {
        assert_eq!(
            scene.app.run_jobs().await,
            0,
            "nothing runs in vain meanwhile"
        );
    }
    let task = open_task(&scene.sam).await;
    let page = scene.sam.get(&task).await.page();
    let text = page.text();
    for said in ["Erase these records", "C-17", "C-18", SAMPLES[0].email] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let seen = version(&scene.sam, &task).await;
    let both = futures_util::future::join(
        send(&scene.sam, &task, &seen, &[("act", "done")]),
        send(&scene.vera, &task, &seen, &[("act", "done")]),
    );
    let (one, other) = both.await;
    assert_eq!(one.status.max(other.status), 409, "the second is told");
    scene.app.run_jobs().await;
    assert_eq!(kept(&scene.app), 0);
    assert!(scene.rows() < before);
    assert_eq!(scene.app.events("request.completed", &reference), 1);
    let page = scene
        .person
        .get(&format!("/requests/{reference}"))
        .await
        .page();
    let receipt = page
        .attributes("main a[href^='/receipts/']", "href")
        .remove(0);
    let receipt = scene
        .person
        .get(&format!("{receipt}/file"))
        .await
        .page()
        .html();
    assert!(receipt.contains("paper_archive"), "{receipt}");
}

#[actix_web::test]
async fn what_could_not_be_erased_by_hand_is_a_failure_that_staff_see_and_try_again() {
    let scene = Scene::set().await;
    let before = scene.rows();
    let reference = scene.agree().await;
    let task = open_task(&scene.sam).await;
    let why = [("act", "could-not"), ("why", "The cellar is flooded.")];
    answer(&scene.sam, &task, &why).await.location();
    assert_eq!((kept(&scene.app), scene.rows()), (2, before));
    let page = scene
        .sam
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(
        page.text().contains("The manual desk could not change it"),
        "{}",
        page.text()
    );
    assert!(
        !page.text().contains("cellar"),
        "the reason stands with the task"
    );
    assert!(
        scene
            .sam
            .get(&task)
            .await
            .text()
            .contains("The cellar is flooded.")
    );
    scene
        .act(&scene.sam, &reference, "retry", &[])
        .await
        .location();
    scene.app.run_jobs().await;
    let again = open_task(&scene.sam).await;
    assert_ne!(again, task);
    answer(&scene.sam, &again, &[("act", "done")])
        .await
        .location();
    scene.app.run_jobs().await;
    assert_eq!(kept(&scene.app), 0);
    assert_eq!(scene.app.events("request.completed", &reference), 1);
}

#[actix_web::test]
async fn a_job_that_is_repeated_asks_once_and_completes_once() {
    use candor::jobs::Lease;
    use candor::requests::{carry_out, queries};
    let scene = Scene::set().await;
    let reference = scene.agree().await;
    let found = reference.clone();
    let id = scene
        .app
        .app
        .db
        .read_now(|conn| Ok(queries::find_by_reference(conn, &found)?.id));
    let id = id.unwrap();
    let repeat = || {
        let app = scene.app.app.clone();
        async move {
            let run = move || carry_out::carry_out(&app, id, &Lease::default());
            tokio::task::spawn_blocking(run).await.unwrap().unwrap();
        }
    };
    repeat().await;
    repeat().await;
    let task = open_task(&scene.sam).await;
    answer(&scene.sam, &task, &[("act", "done")])
        .await
        .location();
    // As if the worker had been killed after the sources were changed: they are, and nobody has noted it.
    let (app, person) = (scene.app.app.clone(), SAMPLES[0].email);
    let executed = tokio::task::spawn_blocking(move || {
        let request = app
            .db
            .read_now(|conn| Ok(queries::find(conn, id)?))
            .unwrap();
        let plan = candor::requests::review::plan_of(&app, &request).unwrap();
        app.sources
            .execute(&candor::sources::Identities::email(person), &plan)
    });
    let done = executed.await.unwrap().unwrap();
    assert!(
        matches!(done, candor::sources::Outcome::Done(_)),
        "{done:?}"
    );
    assert_eq!(kept(&scene.app), 0);
    repeat().await;
    repeat().await;
    assert_eq!(scene.app.events("request.completed", &reference), 1);
    assert!(open_tasks(&scene.sam).await.is_empty());
    assert_eq!(
        scene.app.run_jobs().await.min(1),
        1,
        "the job itself finds nothing left to do"
    );
}

#[actix_web::test]
async fn what_nobody_confirmed_is_not_changed_here() {
    let scene = Scene::set().await;
    let app = scene.app.app.clone();
    let refused = tokio::task::spawn_blocking(move || {
        let person = candor::sources::Identities::email(SAMPLES[0].email);
        let scope =
            candor::sources::Scope::Collections(["paper_archive.contracts".to_owned()].into());
        let plan = app
            .sources
            .plan_erasure(&person, (&scope, "us-ca"), &[], app.clock.today());
        app.sources.execute(&person, &plan.unwrap())
    });
    let refused = refused.await.unwrap().unwrap_err();
    assert!(
        refused.to_string().contains("nobody has confirmed"),
        "{refused}"
    );
    assert_eq!(kept(&scene.app), 2);
}

#[actix_web::test]
async fn what_is_found_for_a_deletion_is_in_the_plan_that_staff_decide_on() {
    let app = TestApp::start_with_archive();
    let scene = Scene::come(app).await;
    let plan = scene.person.get(EVERYTHING).await.page();
    assert!(
        plan.text().contains("people look through Paper archive"),
        "{}",
        plan.text()
    );
    let reference = scene.file_deletion().await;
    let page = scene
        .sam
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(page.text().contains("Signed contracts"), "{}", page.text());
    assert_eq!(scene.app.events("request.replanned", &reference), 1);
    let stands = scene.page(&reference).await;
    assert!(
        stands.contains("Confirmed"),
        "planning is no review: {stands}"
    );
}

/// Two would agree to a plan without what was found, which then would not be carried out.
#[actix_web::test]
async fn nobody_accepts_a_plan_that_is_being_made_anew() {
    let app = TestApp::start_with_archive();
    let scene = Scene::come(app).await;
    let page = scene.person.get(EVERYTHING).await.page();
    let filed = scene.person.submit(&page, EVERYTHING, &[]).await;
    let reference = filed.location().split('/').nth(2).unwrap().to_owned();
    let task = open_task(&scene.sam).await;
    answer(&scene.sam, &task, FOUND).await.location();

    let url = format!("/staff/requests/{reference}");
    let page = scene.sam.get(&url).await.page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let fields: Vec<_> = names.iter().map(|name| (&**name, "accepted")).collect();
    let refused = scene.act(&scene.sam, &reference, "decide", &fields).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("the plan is being made anew"));

    scene.app.run_jobs().await;
    scene.grant(&reference).await;
    // What was found is to be erased as well.
    open_task(&scene.sam).await;
}
