//! What the job counts in the sources, and what everybody sees of it.

use candor::accounts::model::Role;
use candor::db::schema::insight_cells;
use candor::insights::count::STANDS;
use candor::jobs::{self, Job};
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::TestApp;

/// Counts now.
async fn count(app: &TestApp) {
    let now = app.app.clock.now();
    let counted = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::CountInsights, now));
    counted.await.unwrap();
    app.run_jobs().await;
}

fn exact(app: &TestApp) -> Vec<(i64, String, String, Option<i64>)> {
    let rows = app.app.db.read_now(|conn| {
        Ok(insight_cells::table
            .order((insight_cells::release, insight_cells::position))
            .select((
                insight_cells::release,
                insight_cells::figure,
                insight_cells::label,
                insight_cells::counted,
            ))
            .load(conn)?)
    });
    rows.unwrap()
}

#[actix_web::test]
async fn every_person_is_in_one_group_of_each_figure() {
    let app = TestApp::start_at_declaring(TestApp::start_time(), 120, |_| {});
    count(&app).await;

    let people: i64 = app
        .source
        .connect()
        .query_row("SELECT count(*) FROM accounts", [], |row| row.get(0))
        .unwrap();
    let searched: i64 = app
        .source
        .connect()
        .query_row(
            "SELECT count(DISTINCT account_id) FROM search_terms WHERE searched_at >= '2025-02-09'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let rows = exact(&app);
    let of = |key: &str| {
        let own = rows.iter().filter(|(_, figure, ..)| figure == key);
        own.map(|(.., count)| count.unwrap()).collect::<Vec<_>>()
    };
    for key in ["searched", "saved-a-search", "applied", "age", "country"] {
        assert_eq!(of(key).iter().sum::<i64>(), people, "{key}");
    }
    assert_eq!(of("searched"), [searched, people - searched]);
    let germans: i64 = app
        .source
        .connect()
        .query_row(
            "SELECT count(*) FROM contact_details WHERE country = 'DE'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(of("country")[1], germans);
}

#[actix_web::test]
async fn everybody_sees_rounded_figures_as_bars_and_as_a_table() {
    let app = TestApp::start_at_declaring(TestApp::start_time(), 120, |_| {});
    let before = app.visitor().get("/insights").await.page();
    assert!(before.text().contains("Nothing was counted yet"));
    count(&app).await;

    let page = app.visitor().get("/insights").await.page();

    assert!(
        page.text()
            .contains("Release 1, counted on 9 February 2026")
    );
    let charts = page.attributes("svg.bars", "aria-label");
    assert_eq!(charts.len(), 5);
    assert_eq!(page.texts("table caption").len(), 5);
    let numbers = page.texts("tbody td");
    assert!(!numbers.is_empty());
    for number in &numbers {
        let is_round = number
            .parse::<u64>()
            .is_ok_and(|it| it >= 10 && it % 10 == 0);
        assert!(
            is_round || number == "Hidden, to protect small groups",
            "{number}"
        );
    }
    assert_eq!(app.visitor().get("/insights?release=2").await.status, 404);
}

#[actix_web::test]
async fn who_has_turned_counting_off_is_not_counted() {
    let app = TestApp::start_at_declaring(TestApp::start_time(), 40, |_| {});
    let email: String = app
        .source
        .connect()
        .query_row(
            "SELECT email FROM accounts ORDER BY id DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let visitor = app.visitor();
    app.sign_in_by_mail(&visitor, &email).await;
    visitor
        .post("/choices/analytics/opt-out", &[])
        .await
        .location();
    app.run_jobs().await;

    count(&app).await;

    let people: i64 = app
        .source
        .connect()
        .query_row("SELECT count(*) FROM accounts", [], |row| row.get(0))
        .unwrap();
    let rows = exact(&app);
    let ages = rows.iter().filter(|(_, figure, ..)| figure == "age");
    let counted: i64 = ages.map(|(.., count)| count.unwrap()).sum();
    assert_eq!(counted, people - 1);
}

/// How many people are counted in the first figure of ages.
fn counted(app: &TestApp) -> i64 {
    let rows = exact(app);
    let ages = rows.iter().filter(|(_, figure, ..)| figure == "age");
    ages.map(|(.., count)| count.unwrap()).sum()
}

/// Rule: A4.R, GDPR Art. 18(2).
#[actix_web::test]
async fn whose_data_may_not_be_used_and_who_was_erased_are_not_counted() {
    let app = TestApp::start_at_declaring(TestApp::start_time(), 40, |_| {});
    let source = app.source.connect();
    let people: i64 = source
        .query_row("SELECT count(*) FROM accounts", [], |row| row.get(0))
        .unwrap();
    let change = "UPDATE accounts SET email = ?1 WHERE id = (SELECT id FROM accounts ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    source.execute(change, ("lena@example.org", 0)).unwrap();
    source
        .execute(change, ("erased-0a1b2c@example.invalid", 1))
        .unwrap();

    let lena = app.person_in("lena", "de").await;
    let form = "/requests/new/restriction";
    let page = lena.get(form).await.page();
    let wrong = [("case", "accuracy"), ("what", "My age.")];
    let filed = lena.submit(&page, form, &wrong).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let url = format!("/staff/requests/{}", path.strip_suffix("/filed").unwrap());
    let agent = app.staff("sam", Role::Agent).await;
    let page = agent.get(&url).await.page();
    let answer = [
        ("outcome", "approved"),
        ("reason", "Nobody uses it now."),
        ("restricts", "All data, for anything."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &answer).await.location();
    app.run_jobs().await;

    count(&app).await;
    assert_eq!(counted(&app), people - 2);
}

#[actix_web::test]
async fn a_release_stands_until_enough_people_came_and_keeps_no_exact_count_after() {
    let app = TestApp::start_at_declaring(TestApp::start_time(), 120, |_| {});
    count(&app).await;
    let source = app.source.connect();
    let add = |from: i64, to: i64| {
        for id in from..to {
            source
                .execute(
                    "INSERT INTO accounts (id, email, password_hash, status, created_at) VALUES (?1, ?2, 'x', 'active', '2026-02-10 00:00:00')",
                    (id, format!("new{id}@example.org")),
                )
                .unwrap();
        }
    };
    add(900_000, 900_001);
    app.app.clock.advance(STANDS);
    count(&app).await;
    assert_eq!(exact(&app).iter().map(|it| it.0).max(), Some(1), "one came");

    add(900_001, 900_015);
    app.app.clock.advance(TimeDelta::days(1));
    count(&app).await;

    let rows = exact(&app);
    assert_eq!(rows.iter().map(|it| it.0).max(), Some(2));
    let kept = |release| rows.iter().filter(move |it| it.0 == release);
    assert!(kept(1).all(|it| it.3.is_none()));
    assert!(kept(2).all(|it| it.3.is_some()));
    let page = app.visitor().get("/insights").await.page();
    assert_eq!(page.texts("nav[aria-labelledby=releases] li").len(), 2);
    app.visitor().get("/insights?release=1").await.page();
}
