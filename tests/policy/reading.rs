use chrono::{Days, NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::{SHORT, draft, take_over};
use crate::support::TestApp;

#[actix_web::test]
async fn the_page_shows_the_version_in_force_with_its_contents() {
    let app = TestApp::start();
    take_over(&app, draft("2025-01-01", SHORT)).await;
    let body = "We are careful.\n\n## What we keep\n\nYour name.\n\n## Your rights\n\nAsk us.\n";
    take_over(&app, draft("2026-02-01", body)).await;

    let page = app.visitor().get("/policy").await.page();
    assert_eq!(page.texts("h1"), ["Privacy policy"]);
    assert!(
        page.text()
            .contains("Version 2026-02, since 1 February 2026")
    );
    assert_eq!(page.texts(".contents li"), ["What we keep", "Your rights"]);
    let links = page.attributes(".contents a", "href");
    for link in &links {
        assert_eq!(page.texts(&format!(".policy h2{link}")).len(), 1, "{link}");
    }
    let compare = page.attributes("main a[href*=compare]", "href");
    assert_eq!(compare, ["/policy/compare/2025-01/2026-02"]);
    assert!(
        page.attributes("main a", "href")
            .contains(&"/policy/versions".to_owned())
    );
}

#[actix_web::test]
async fn a_coming_version_is_announced_and_takes_over_on_its_day() {
    let app = TestApp::start();
    take_over(&app, draft("2026-01-01", SHORT)).await;
    take_over(&app, draft("2026-02-10", SHORT)).await;

    let before = app.visitor().get("/policy").await.page();
    assert!(
        before
            .text()
            .contains("A new version is coming From 10 February 2026")
    );
    let coming = app.visitor().get("/policy/2026-02").await.page();
    assert!(coming.text().contains("Not yet in force"));

    app.app.clock.advance(TimeDelta::days(1));
    let after = app.visitor().get("/policy").await.page();
    assert!(
        after
            .text()
            .contains("Version 2026-02, since 10 February 2026")
    );
    assert!(!after.text().contains("A new version is coming"));
    let old = app.visitor().get("/policy/2026-01").await.page();
    assert!(
        old.text()
            .contains("from 1 January 2026 until 10 February 2026")
    );
    assert!(
        old.attributes("main a", "href")
            .contains(&"/policy".to_owned())
    );
}

#[actix_web::test]
async fn without_a_version_the_page_says_whom_to_ask() {
    let app = TestApp::start();
    let page = app.visitor().get("/policy").await.page();
    assert!(page.text().contains("There is no policy in force here yet"));
    assert_eq!(app.visitor().get("/policy/2026-01").await.status, 404);
    app.visitor().get("/policy/versions").await.page();
}

#[actix_web::test]
async fn what_is_written_as_html_is_shown_and_not_run() {
    let app = TestApp::start();
    let body = "## Data\n\n<script>alert(1)</script>\n\nSee <b>this</b> and \
                [that](javascript:alert(1)) and ![a picture](https://example.org/x.png).\n\n### Main\n\nMore.\n";
    take_over(&app, draft("2026-01-01", body)).await;
    let page = app.visitor().get("/policy").await.page();
    assert!(
        page.text().contains("<script>alert(1)</script>"),
        "{}",
        page.html()
    );
    for dangerous in [
        ".policy script",
        ".policy b",
        ".policy [href^=javascript]",
        ".policy img",
    ] {
        assert_eq!(page.texts(dangerous), [] as [String; 0], "{dangerous}");
    }
    // The page has a `main` of its own.
    assert_eq!(page.attributes(".policy h3", "id"), ["main-2"]);
}

#[actix_web::test]
async fn links_to_sites_of_others_lead_to_the_page_before_them() {
    let app = TestApp::start();
    let body = "## Help\n\n\\<a href=\"leaving:0\" Ask [the authority](https://authority.example.org/a?b=1&c=2 \"Its site\") or \
                [us](/requests), <http://other.example.org>, [nobody](leaving:0), <mailto:us@example.org>, \
                [sly](//sly.example.org/a) or [slyer](\\\\\\\\slyer.example.org), [here](#help).\n";
    take_over(&app, draft("2026-01-01", body)).await;
    let page = app.visitor().get("/policy").await.page();
    let links = page.attributes(".policy a", "href");
    let leaving = |url| candor::leaving::path(&app.app.keys, url);
    let expected = [
        &leaving("https://authority.example.org/a?b=1&c=2"),
        "/requests",
        &leaving("http://other.example.org"),
        "#",
        "mailto:us@example.org",
        &leaving("https://sly.example.org/a"),
        &leaving("https://slyer.example.org/"),
        "#help",
    ];
    assert_eq!(links, expected);
    let shown = app.visitor().get(&links[0]).await.page();
    assert!(shown.text().contains("authority.example.org"));
}

#[actix_web::test]
async fn a_table_names_its_columns_and_rows() {
    let app = TestApp::start();
    let body = "## How long\n\n| Data | Kept |\n|---|---|\n| Name | 2 years |\n";
    take_over(&app, draft("2026-01-01", body)).await;
    let page = app.visitor().get("/policy").await.page();
    assert_eq!(page.texts(".policy thead th[scope=col]"), ["Data", "Kept"]);
    assert_eq!(page.texts(".policy tbody th[scope=row]"), ["Name"]);
    assert_eq!(page.attributes(".policy td", "data-label"), ["Kept"]);
    assert_eq!(
        page.attributes(".policy table", "aria-labelledby"),
        ["how-long"]
    );
}

#[actix_web::test]
async fn a_long_list_of_versions_goes_on_at_the_next_page() {
    let app = TestApp::start();
    let first = NaiveDate::from_ymd_opt(2022, 1, 5).unwrap();
    for number in 0..25 {
        let day = first + Days::new(number * 31);
        take_over(&app, draft(&day.to_string(), SHORT)).await;
    }
    let page = app.visitor().get("/policy/versions").await.page();
    assert_eq!(page.texts(".rows > li").len(), 20);
    let older = page.attributes("a[rel=next]", "href");
    let rest = app.visitor().get(&older[0]).await.page();
    let names = rest.texts(".rows h2");
    assert_eq!(names.first().unwrap(), "Version 2022-05");
    assert_eq!(names.last().unwrap(), "Version 2022-01");
    assert_eq!(names.len(), 5);
    assert_eq!(rest.attributes("a[rel=next]", "href"), [] as [String; 0]);
}

#[actix_web::test]
async fn a_text_that_is_not_what_was_published_is_not_shown() {
    use candor::db::schema::policy_versions;
    let app = TestApp::start();
    let now = app.app.clock.now();
    let written = app.app.db.write(move |conn| {
        let version = diesel::insert_into(policy_versions::table).values((
            policy_versions::version.eq("forged"),
            policy_versions::title.eq("Privacy policy"),
            policy_versions::summary.eq("Nothing."),
            policy_versions::effective_on.eq(now.date()),
            policy_versions::published_at.eq(now),
            policy_versions::body_hash.eq("0".repeat(64)),
            policy_versions::body.eq("## Data\n\nWe sell all of it.\n"),
        ));
        Ok(version.execute(conn)?)
    });
    written.await.unwrap();
    let answer = app.visitor().get("/policy").await;
    assert_eq!(answer.status, 500);
    assert!(!answer.text().contains("We sell"));
}

/// Which text held when somebody chose is a part of what they chose.
#[actix_web::test]
async fn the_history_of_choices_names_the_version_under_which_each_was_made() {
    let app = TestApp::start();
    take_over(&app, draft("2026-01-01", SHORT)).await;
    let ada = app.person("ada").await;
    let nothing: [(&str, &str); 0] = [];
    ada.post("/choices/analytics/opt-out", &nothing).await;
    let page = ada.get("/choices/history").await.page();
    let link = page.attributes("td[data-label=Policy] a", "href").remove(0);
    assert_eq!(link, "/policy/2026-01");
    assert_eq!(ada.get(&link).await.status, 200);
    let file = ada.get("/choices/history.json").await;
    assert!(file.html().contains("\"policy_version\": \"2026-01\""));
    let table = ada.get("/choices/history.csv").await;
    assert!(table.html().contains(",2026-01,"));
}
