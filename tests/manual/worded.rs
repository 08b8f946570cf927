//! What stands on the desk and in one's data says things as they are.

use super::{LIST, found};
use crate::support::TestApp;

#[actix_web::test]
async fn who_did_a_task_stands_in_its_place_when_it_is_done() {
    let app = TestApp::start_with_archive();
    let (_, sam, _) = found(&app).await;
    let done = sam.get(&format!("{LIST}?state=closed")).await.page();
    let who = done.texts("td[data-label='Who does it, or did']");
    assert_eq!(who, ["sam"]);
    let task = done.attributes("tbody th a", "href").remove(0);
    let page = sam.get(&task).await.page().text();
    assert!(page.contains(", by sam"), "{page}");
    assert!(!page.contains("Who does it"), "{page}");
}

#[actix_web::test]
async fn one_record_is_one_record() {
    let app = TestApp::start_with_archive();
    let (ada, ..) = found(&app).await;
    let page = ada.get("/data").await.page().text();
    assert!(page.contains("1 record in 1 category:"), "{page}");
}
