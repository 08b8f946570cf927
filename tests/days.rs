//! Days are those of the person, wherever one is known: who lives in California has another day than UTC in the evening.

use candor::accounts::model::Role;
use chrono::TimeDelta;

use crate::disclosures::ledger::{import, line};
use crate::support::{Actor, TestApp};

/// It is 20:32 on 9 February 2026 in California, and the 10th in UTC.
async fn in_the_evening() -> (TestApp, Actor) {
    let app = TestApp::start();
    app.app.clock.advance(TimeDelta::minutes(18 * 60 + 32));
    let maya = app.person_in("maya.okafor", "us-ca").await;
    (app, maya)
}

async fn register(auditor: &Actor, year: i32) -> String {
    let path = format!("/staff/register.csv?year={year}");
    auditor.get(&path).await.html()
}

/// Rule: C15, 11 CCR 7101(b).
#[actix_web::test]
async fn the_register_tells_opt_outs_and_requests_by_the_day_of_the_person() {
    let (app, maya) = in_the_evening().await;
    maya.post("/choices/sale-or-sharing/opt-out", &[]).await;
    let asked = [("question", "What do you hold?")];
    let page = maya.get("/requests/new/access").await.page();
    let filed = maya.submit(&page, "/requests/new/access", &asked).await;
    let request = filed.location().trim_end_matches("/filed");
    let shown = maya.get(request).await.page().text();
    assert!(shown.contains("9 February 2026"), "{shown}");
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let rows = register(&auditor, 2026).await;
    assert!(
        rows.contains("2026-02-09,opt-out: sale-or-sharing,"),
        "{rows}"
    );
    assert!(rows.contains("2026-02-09,access,"), "{rows}");
    assert!(!rows.contains("2026-02-10"), "{rows}");
}

#[actix_web::test]
async fn an_opt_out_in_the_last_evening_of_a_year_stands_in_the_register_of_that_year() {
    let (app, _) = in_the_evening().await;
    app.app.clock.advance(TimeDelta::days(325));
    let ada = app.person_in("ada", "us-ca").await;
    ada.post("/choices/sale-or-sharing/opt-out", &[]).await;
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let (before, after) = (
        register(&auditor, 2026).await,
        register(&auditor, 2027).await,
    );
    assert!(before.contains("2026-12-31,opt-out"), "{before}");
    assert!(!after.contains("opt-out"), "{after}");
}

#[actix_web::test]
async fn disclosures_and_packages_are_told_by_the_day_of_the_person() {
    let (app, maya) = in_the_evening().await;
    let email = "maya.okafor@example.org";
    let at = |moment: &str| {
        line("brightfield-audiences", email, 1)
            .replace("2026-01-01", moment)
            .replace("advertising-audiences", "sale-or-sharing")
    };
    // A day without a time is that day everywhere.
    let lines = [at("2026-02-09T03:00:00Z"), at("2026-02-07")];
    let (status, report, said) = import(&app, &lines);
    assert_eq!(status, 0, "{report}{said}");
    let page = maya.get("/disclosures").await.page();
    let said = page.text();
    assert!(
        said.contains("2 times, from 7 February 2026 to 8 February 2026"),
        "{said}"
    );

    maya.post("/data/export", &[]).await.location();
    while app.run_jobs().await > 0 {}
    let page = maya.get("/data/export").await.page();
    let download = page.attributes("a[download]", "href").remove(0);
    let file = maya.get(&download).await;
    let name = file.headers["content-disposition"].to_str().unwrap();
    assert!(name.contains("my-data-2026-02-09.zip"), "{name}");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file.body)).unwrap();
    let mut report = String::new();
    let mut entry = zip.by_name("report.html").unwrap();
    std::io::Read::read_to_string(&mut entry, &mut report).unwrap();
    assert!(report.contains("Made on 9 February 2026"));
}

/// It is ten in the morning in UTC, and eleven in Berlin.
#[actix_web::test]
async fn times_are_those_of_where_the_person_lives_on_pages_on_receipts_and_in_mails() {
    let app = TestApp::start();
    let lena = app.person_in("lena", "de").await;
    let opt_out = "/choices/analytics/opt-out";
    let done = lena.post(opt_out, &[]).await;
    let choices = lena.get(done.location()).await.page();
    let receipt = choices.attributes("#analytics .hint a", "href").remove(0);
    let asked = [("question", "What do you hold?")];
    let page = lena.get("/requests/new/access").await.page();
    let filed = lena.submit(&page, "/requests/new/access", &asked).await;
    let request = filed.location().trim_end_matches("/filed").to_owned();
    let shown = lena.get(&request).await.page().text();
    assert!(shown.contains("Times are those of Berlin"), "{shown}");
    let receipts = lena.get("/receipts").await.page().text();
    let history = lena.get("/choices/history").await.page().text();
    let mail = app.mails_to("lena").remove(0).text;
    let receipt = lena.get(&receipt).await.page().text();
    for text in [
        &choices.text(),
        &shown,
        &receipts,
        &history,
        &mail,
        &receipt,
    ] {
        assert!(text.contains("9 February 2026, 11:00 CET"), "{text}");
        assert!(!text.contains("UTC"), "one zone: {text}");
    }
    let sam = app.staff("sam", Role::Agent).await;
    let staffs = sam.get(&format!("/staff{request}")).await.page().text();
    assert!(staffs.contains("9 February 2026, 10:00 UTC"), "{staffs}");
    assert!(!staffs.contains("CET"), "the organisation's: {staffs}");
}
