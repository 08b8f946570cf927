//! The portal looks at its own public pages.

use actix_web::http::header;
use actix_web::{App, HttpResponse, HttpServer, web};
use candor::accounts::model::Role;
use candor::db::schema::{choices, monitor_results, notices};
use candor::jobs::{self, Job};
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::TestApp;

/// An hour passes, and the pages are looked at.
async fn watch(app: &TestApp) {
    app.app.clock.advance(TimeDelta::hours(1));
    let now = app.app.clock.now();
    let written = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::WatchPages, now));
    written.await.unwrap();
    app.run_jobs().await;
}

async fn states(app: &TestApp) -> Vec<String> {
    let staff = app.staff("sam", Role::Agent).await;
    let page = staff.get("/staff/health").await.page();
    page.texts("td[data-label=State]")
}

#[actix_web::test]
async fn what_is_well_is_kept_with_its_history_and_is_nobodys_choice() {
    let app = TestApp::start_watching("");
    app.staff("alice", Role::Admin).await;
    watch(&app).await;
    let found = states(&app).await;
    assert_eq!(found, ["Well", "Well", "Well"]);
    watch(&app).await;
    let staff = app.sign_in_again("sam", Role::Agent).await;
    let page = staff.get("/staff/health").await.page();
    assert_eq!(page.texts("td[data-label=State]").len(), 6);
    assert!(
        page.text()
            .contains("Forms to opt out: 1; to allow it again: 2.")
    );
    assert!(app.mails_to("alice@staff.example.org").is_empty());

    let made_by: Vec<String> = app
        .app
        .db
        .read_now(|conn| Ok(choices::table.select(choices::made_by).load(conn)?))
        .unwrap();
    assert!(
        !made_by.is_empty() && made_by.iter().all(|it| it == "monitor"),
        "{made_by:?}"
    );
    let told: i64 = app
        .app
        .db
        .read_now(|conn| Ok(notices::table.count().get_result(conn)?))
        .unwrap();
    assert_eq!(told, 0);
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &[]).await;
    let now = app.app.clock.now();
    let count = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::CountRequests, now));
    count.await.unwrap();
    app.run_jobs().await;
    let auditor = app.staff("olga", Role::Auditor).await;
    let page = auditor.get("/staff/metrics").await.page();
    let at = page
        .texts("tbody th")
        .iter()
        .position(|it| it == "Opt out of sale and sharing");
    assert_eq!(page.texts("tbody td")[at.unwrap() * 8], "1");
}

/// Pages on which opting out takes so many forms.
fn pages_with(forms: usize) -> &'static str {
    let page = move |path: web::Path<String>| {
        let step: usize = path.parse().unwrap_or_default();
        async move {
            HttpResponse::Ok().body(match step {
                0 => "<form action=\"/do-not-sell\"> <dd>Off".to_owned(),
                step if step == forms => "<main>You are opted out.".to_owned(),
                step => format!("<main><form method=\"post\" action=\"/{step}\">Really?"),
            })
        }
    };
    let form = |path: web::Path<String>| async move {
        let next = path.parse().unwrap_or(0) + 1;
        let to = (header::LOCATION, format!("/{next}"));
        HttpResponse::SeeOther().insert_header(to).finish()
    };
    let pages = move || {
        App::new()
            .route("/{step}", web::get().to(page))
            .route("/{step}", web::post().to(form))
    };
    let server = HttpServer::new(pages)
        .workers(1)
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = format!("http://{}", server.addrs()[0]);
    actix_web::rt::spawn(server.run());
    address.leak()
}

#[actix_web::test]
async fn forms_are_counted_and_opting_out_takes_no_more_of_them_than_allowing_it_again() {
    for (forms, state) in [(2, "Well"), (3, "Fails")] {
        let app = TestApp::start_watching(pages_with(forms));
        watch(&app).await;
        let staff = app.staff("sam", Role::Agent).await;
        let page = staff.get("/staff/health").await.page();
        let said = format!("Forms to opt out: {forms}; to allow it again: 2.");
        let rows = page.texts("tbody tr");
        let row = rows.iter().find(|row| row.contains(&said));
        assert!(row.is_some_and(|row| row.contains(state)), "{rows:?}");
    }
}

#[actix_web::test]
async fn nobody_else_can_pass_for_the_monitor() {
    let app = TestApp::start_watching("");
    let client = reqwest::Client::new();
    let form = client
        .post(format!("{}/do-not-sell", app.address()))
        .header("sec-fetch-site", "same-origin")
        .header("candor-monitor", "1770631200.0000")
        .form(&[("email", "")]);
    form.send().await.unwrap();
    let made_by: String = app
        .app
        .db
        .read_now(|conn| Ok(choices::table.select(choices::made_by).first(conn)?))
        .unwrap();
    assert_eq!(made_by, "visitor-form");
}

#[actix_web::test]
async fn admins_get_one_mail_when_a_check_begins_to_fail() {
    // Nothing is there to answer.
    let app = TestApp::start_watching("http://127.0.0.1:9");
    app.staff("alice", Role::Admin).await;
    app.staff("bert", Role::Agent).await;
    watch(&app).await;
    watch(&app).await;
    let mails = app.mails_to("alice@staff.example.org");
    assert_eq!(mails.len(), 1, "once for all that fails");
    assert!(mails[0].subject.starts_with("Alarm"));
    assert!(mails[0].text.contains("/do-not-sell does not answer."));
    assert!(app.mails_to("bert@staff.example.org").is_empty());
    assert_eq!(states(&app).await[..3], ["Fails", "Fails", "Fails"]);
}

#[actix_web::test]
async fn admins_get_one_mail_when_it_is_well_again() {
    let app = TestApp::start_watching("");
    app.staff("alice", Role::Admin).await;
    let now = app.app.clock.now();
    let failed = app.app.db.write(move |conn| {
        let failed = diesel::insert_into(monitor_results::table).values((
            monitor_results::name.eq("links"),
            monitor_results::at.eq(now),
            monitor_results::is_well.eq(false),
            monitor_results::words.eq("A link leads to nowhere."),
        ));
        Ok(failed.execute(conn)?)
    });
    failed.await.unwrap();
    watch(&app).await;
    watch(&app).await;
    let mails = app.mails_to("alice@staff.example.org");
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "The public pages are well again");
}

#[actix_web::test]
async fn without_the_setting_nothing_is_looked_at() {
    let app = TestApp::start();
    watch(&app).await;
    assert!(states(&app).await.is_empty());
}
