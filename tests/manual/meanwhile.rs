//! Corrections by hand, and what happens while people are at an erasure.

use candor::requests::life::By;
use candor::requests::{execution, queries};
use reqwest::multipart::Form;

use super::deciding::Scene;
use super::{LIST, answer, kept, open_task, open_tasks, states};

#[actix_web::test]
async fn a_correction_by_hand_names_old_and_new_and_ends_with_a_receipt() {
    let scene = Scene::set().await;
    let collection = scene
        .person
        .get("/data/paper_archive/contracts")
        .await
        .page();
    let links = collection.attributes("article dd a", "href").into_iter();
    let link = links
        .into_iter()
        .find(|link| link.ends_with("field=name"))
        .unwrap();
    let form = Form::new()
        .text("value", "Maya Okafor")
        .text("reason", "It was cut.");
    let filed = scene.person.post_multipart(&link, form).await;
    let reference = filed.location().strip_prefix("/requests/").unwrap();
    let reference = reference.strip_suffix("/filed").unwrap().to_owned();
    assert!(
        open_tasks(&scene.sam).await.is_empty(),
        "there is nothing to look up"
    );
    scene.accept(&reference).await;
    scene.app.run_jobs().await;
    assert!(
        scene
            .page(&reference)
            .await
            .contains("People change it by hand")
    );
    let task = open_task(&scene.sam).await;
    let text = scene.sam.get(&task).await.page().text();
    for said in ["M. Okafor", "Maya Okafor", "C-1"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    answer(&scene.sam, &task, &[("act", "done")])
        .await
        .location();
    scene.app.run_jobs().await;
    let page = scene
        .person
        .get("/data/paper_archive/contracts")
        .await
        .page();
    assert!(page.text().contains("Maya Okafor"), "{}", page.text());
    assert_eq!(scene.app.events("request.completed", &reference), 1);
    assert!(scene.page(&reference).await.contains("Signed receipt"));
}

#[actix_web::test]
async fn a_hold_that_is_placed_meanwhile_keeps_people_from_erasing() {
    let scene = Scene::set().await;
    let reference = scene.agree().await;
    let task = open_task(&scene.sam).await;
    let holds = format!("/staff/holds/new?request={reference}");
    let page = scene.vera.get(&holds).await.page();
    let fields = [
        ("kind", "legal"),
        ("reason", "A dispute about your contract."),
        ("basis", "Cal. Civ. Code 1798.145(a)(5)"),
    ];
    scene
        .vera
        .submit(&page, "/staff/holds/new", &fields)
        .await
        .location();
    assert!(
        scene
            .sam
            .get(&task)
            .await
            .page()
            .text()
            .contains("Do not erase it")
    );
    let late = answer(&scene.sam, &task, &[("act", "done")]).await;
    assert_eq!(late.status, 409);
    assert!(late.text().contains("A hold was placed since"));
    let why = [("act", "could-not"), ("why", "There is a hold.")];
    answer(&scene.sam, &task, &why).await.location();
    assert_eq!(kept(&scene.app), 2);
    assert_eq!(states(&scene.app).len(), 3);
    assert!(
        scene
            .sam
            .get(LIST)
            .await
            .text()
            .contains("Nothing to do by hand")
    );
}

#[actix_web::test]
async fn what_was_asked_of_people_ends_when_the_deletion_is_planned_again() {
    let scene = Scene::set().await;
    let reference = scene.agree().await;
    let task = open_task(&scene.sam).await;
    let (own, named) = (scene.app.app.clone(), reference.clone());
    let failed = scene.app.app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &named)?;
        execution::fail(conn, &request, "Another source is away.", &By::system(&own))
    });
    failed.await.unwrap();
    let early = answer(&scene.sam, &task, &[("act", "done")]).await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("not being carried out now"));

    scene
        .act(&scene.sam, &reference, "review-again", &[])
        .await
        .location();
    assert!(open_tasks(&scene.sam).await.is_empty());
    assert_eq!(scene.app.events("manual.cancelled", &reference), 1);
    assert_eq!(kept(&scene.app), 2);
    let page = scene.sam.get(&task).await.page();
    assert!(
        !page.text().contains("It is done"),
        "nobody erases by the old plan"
    );
}

#[actix_web::test]
async fn a_denial_cancels_what_is_open_and_a_request_that_is_opened_again_has_it_looked_up() {
    let scene = Scene::come(crate::support::TestApp::start_with_archive()).await;
    let denied = super::ask(&scene.person).await;
    let asked = open_task(&scene.sam).await;
    let denial = [
        ("outcome", "denied"),
        ("ground", "EXCESSIVE_145H3"),
        ("reason", "You asked for the same twice."),
    ];
    scene
        .act(&scene.sam, &denied, "decide", &denial)
        .await
        .location();
    scene
        .act(&scene.vera, &denied, "approve", &[])
        .await
        .location();
    assert_eq!(states(&scene.app), [("cancelled".to_owned(), None)]);

    let url = format!("/requests/{denied}");
    let page = scene.person.get(&url).await.page();
    let words = [("appeal", "It is in the cellar.")];
    let filed = scene
        .person
        .submit(&page, &format!("{url}/appeal"), &words)
        .await;
    let appeal = filed.location().strip_prefix("/requests/").unwrap();
    let appeal = appeal.strip_suffix("/filed").unwrap().to_owned();
    let kim = scene
        .app
        .staff("kim", candor::accounts::model::Role::Agent)
        .await;
    let granted = [("outcome", "approved"), ("reason", "You are right.")];
    scene
        .act(&kim, &appeal, "decide", &granted)
        .await
        .location();
    let again = open_task(&scene.sam).await;
    assert_ne!(again, asked);
}
