//! A deletion is about what the newest answer of the desk says, and can be asked for by whom the archive alone knows.

use candor::accounts::model::Role;
use candor::requests::model::Action;
use candor::requests::queries;

use super::deciding::{EVERYTHING, Scene};
use super::{CONTRACT, answer, kept, open_task};
use crate::support::TestApp;

const NOTHING: &[(&str, &str)] = &[("act", "nothing")];

/// One of the two contracts that were found before.
const ONE: &[(&str, &str)] = &[
    ("act", "found"),
    ("c0-r0-f0", "C-17"),
    ("c0-r0-f3", "M. Okafor"),
];

/// How many contracts a deletion would erase.
fn contracts(app: &TestApp, reference: &str) -> i64 {
    let reference = reference.to_owned();
    let items = app.app.db.read_now(|conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        Ok(queries::list_items(conn, request.id)?)
    });
    let items = items.unwrap().into_iter();
    let contracts = items.filter(|it| it.collection == "contracts" && it.action == Action::Delete);
    contracts.map(|it| it.count).sum()
}

#[actix_web::test]
async fn what_is_no_longer_found_is_not_to_be_erased() {
    let scene = Scene::set().await;
    let reference = scene.file_deletion_with(NOTHING).await;
    assert_eq!(contracts(&scene.app, &reference), 0);
    assert_eq!(kept(&scene.app), 0);
}

#[actix_web::test]
async fn fewer_records_than_before_are_asked_of_the_desk_one_by_one() {
    let scene = Scene::set().await;
    let reference = scene.file_deletion_with(ONE).await;
    assert_eq!(contracts(&scene.app, &reference), 1);
    scene.grant(&reference).await;
    let task = open_task(&scene.sam).await;
    let text = scene.sam.get(&task).await.page().text();
    assert!(text.contains("C-17"), "{text}");
    assert!(!text.contains("And 1 more"), "{text}");
    answer(&scene.sam, &task, &[("act", "done")])
        .await
        .location();
    scene.app.run_jobs().await;
    assert_eq!(scene.app.events("request.completed", &reference), 1);
}

#[actix_web::test]
async fn whom_the_archive_alone_knows_can_ask_for_deletion() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let page = ada.get(EVERYTHING).await.page();
    assert!(page.text().contains("people look through Paper archive"));
    assert_eq!(page.texts("main button"), ["Yes, delete what they find"]);
    let filed = ada.submit(&page, EVERYTHING, &[]).await;
    let reference = filed.location().strip_prefix("/requests/").unwrap();
    let reference = reference.strip_suffix("/filed").unwrap();
    assert_eq!(contracts(&app, reference), 0);
    let task = open_task(&sam).await;
    answer(&sam, &task, CONTRACT).await.location();
    app.run_jobs().await;
    assert_eq!(contracts(&app, reference), 1);
}
