//! What a person sees of their data, and the package.

use std::io::Read;

use candor::demo::source::SAMPLES;
use candor::jobs::Lease;
use candor::my_data::export::build;

use crate::support::{Actor, Answer, TestApp};

/// The first of the listed people, signed in.
async fn sample(app: &TestApp) -> Actor {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    app.person(name).await
}

/// Follows the first link to a page of that kind.
async fn follow(actor: &Actor, page: &Answer, selector: &str) -> Answer {
    let links = page.attributes(selector, "href");
    actor
        .get(links.first().unwrap_or_else(|| panic!("no {selector}")))
        .await
        .page()
}

/// Rule: K1, Civ. 1798.110; I18, 11 CCR 7024(g).
#[actix_web::test]
async fn a_person_sees_every_category_and_each_datum_explained() {
    let app = TestApp::start();
    let person = sample(&app).await;

    let overview = person.get("/data").await.page();
    assert!(overview.texts("h2").len() > 5, "{:?}", overview.texts("h2"));
    assert_eq!(overview.attributes("svg.flows", "aria-hidden"), ["true"]);

    let collection = follow(&person, &overview, ".rows h3 a").await;
    for column in [
        "Where it comes from",
        "Used for",
        "May receive it",
        "Kept",
        "Required",
    ] {
        assert!(
            collection.texts("th").iter().any(|text| text == column),
            "{column}"
        );
    }
    let record = follow(&person, &collection, "article h3 a").await;
    for term in [
        "Where it comes from",
        "Used for",
        "May receive it",
        "Kept",
        "Required",
    ] {
        assert!(record.texts("dt").iter().any(|text| text == term), "{term}");
    }
}

#[actix_web::test]
async fn a_record_of_somebody_else_is_no_page_like_one_that_is_missing() {
    let app = TestApp::start();
    let (owner, stranger) = (sample(&app).await, app.person("nobody.in.particular").await);
    let overview = owner.get("/data").await.page();
    let collection = follow(&owner, &overview, ".rows h3 a").await;
    let url = collection.attributes("article h3 a", "href").remove(0);

    assert_eq!(owner.get(&url).await.status, 200);
    assert_eq!(stranger.get(&url).await.status, 404);
    assert_eq!(owner.get(&format!("{url}x")).await.status, 404);
    assert_eq!(
        owner.get("/data/people/no_such_collection").await.status,
        404
    );
}

/// Rule: K3, 11 CCR 7024(d).
#[actix_web::test]
async fn what_must_never_be_disclosed_is_said_to_be_held_and_not_shown() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let number: String = app
        .source
        .connect()
        .query_row(
            "SELECT card_number FROM payment_cards JOIN accounts ON accounts.id = account_id WHERE email = ?",
            [SAMPLES[0].email],
            |row| row.get(0),
        )
        .unwrap();
    let page = person.get("/data/billing/payment_cards").await.page();
    assert!(
        page.text()
            .contains("We hold your financial account number"),
        "{}",
        page.text()
    );
    assert!(!page.html().contains(&number));
}

/// Rule: K5, 11 CCR 7023(j); K3, 11 CCR 7024(d).
#[actix_web::test]
async fn whether_a_hidden_value_matches_is_told_five_times_a_day_and_the_value_never() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let source = app.source.connect();
    let sql = "SELECT card_number FROM payment_cards JOIN accounts ON accounts.id = account_id WHERE email = ?";
    let number: String = source
        .query_row(sql, [SAMPLES[0].email], |row| row.get(0))
        .unwrap();
    let cards = person.get("/data/billing/payment_cards").await.page();
    let links = cards.attributes("article dd a", "href");
    let url = links
        .iter()
        .find(|it| it.ends_with("/check/card_number"))
        .unwrap();
    let page = person.get(url).await.page();
    person
        .submit(&page, url, &[("value", " ")])
        .await
        .refuses("value", "Type the value");
    let spaced = format!("{} {}", &number[..4], &number[4..]);
    for (typed, words) in [
        (spaced.as_str(), "It matches"),
        ("4000 1234", "It does not match"),
    ] {
        let answer = person.submit(&page, url, &[("value", typed)]).await.page();
        assert!(answer.text().contains(words), "{}", answer.text());
        assert!(!answer.html().contains(&number) && !answer.html().contains(typed));
    }
    for _ in 0..3 {
        person.submit(&page, url, &[("value", "1")]).await.page();
    }
    let many = person.submit(&page, url, &[("value", &number)]).await;
    assert_eq!(many.status, 429);
    let open = url.replace("/check/card_number", "/check/brand");
    assert_eq!(
        person.get(&open).await.status,
        404,
        "what is shown is not checked"
    );
    let other = app.person("tom").await;
    assert_eq!(other.get(url).await.status, 404);
}

#[actix_web::test]
async fn a_long_collection_is_read_page_by_page_without_a_gap() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let held: i64 = app
        .source
        .connect()
        .query_row(
            "SELECT count(*) FROM page_views JOIN accounts ON accounts.id = account_id WHERE email = ?",
            [SAMPLES[0].email],
            |row| row.get(0),
        )
        .unwrap();
    let mut ids = Vec::new();
    let mut next = Some("/data/activity/page_views".to_owned());
    while let Some(url) = next {
        let page = person.get(&url).await.page();
        ids.extend(page.attributes("article", "id"));
        next = page.attributes(".pager a[rel=next]", "href").pop();
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    let held = usize::try_from(held).unwrap();
    assert_eq!((all, ids.len()), (held, held));
}

/// Rule: K2, Civ. 1798.130(a)(3)(B).
#[actix_web::test]
async fn a_package_is_built_mailed_and_downloaded_with_a_record_of_it() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let page = person.get("/data/export").await.page();
    person.submit(&page, "/data/export", &[]).await;
    let waiting = person.get("/data/export").await.page();
    assert!(waiting.text().contains("Being made"));

    build_packages(&app).await;
    let mails = app.mails_to(SAMPLES[0].email);
    assert_eq!(
        mails.last().unwrap().subject,
        "Your data is ready to download"
    );

    let ready = person.get("/data/export").await.page();
    let link = ready.attributes("a[download]", "href").remove(0);
    let download = person.get(&link).await.page();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&download.body)).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        zip.by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    };
    let manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).unwrap();
    let data: serde_json::Value = serde_json::from_str(&read("data.json")).unwrap();
    let report = read("report.html");
    let records = data["records"].as_array().unwrap();
    assert_eq!(manifest["records"], records.len());
    for record in records {
        let id = record["id"].as_str().unwrap();
        assert!(
            report.contains(&format!("id {id}")),
            "{id} is not in the report"
        );
        let csv = format!("csv/{}.csv", record["collection"].as_str().unwrap());
        assert!(manifest["sha256"].get(&csv).is_some(), "{csv}");
    }
    assert!(!report.contains("src=") && !report.contains("<link"));
    assert!(
        person
            .get("/data/export")
            .await
            .text()
            .contains("Downloaded on")
    );

    assert_eq!(
        app.person("nobody.in.particular")
            .await
            .get(&link)
            .await
            .status,
        404
    );
}

/// Rule: I5, 11 CCR 7061(a); I17, 11 CCR 7024(f).
#[actix_web::test]
async fn a_package_needs_a_fresh_confirmation_and_ends_after_a_week() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let page = person.get("/data/export").await.page();
    person.submit(&page, "/data/export", &[]).await;
    build_packages(&app).await;
    let link = person
        .get("/data/export")
        .await
        .attributes("a[download]", "href")
        .remove(0);
    app.app.clock.advance(chrono::TimeDelta::minutes(11));
    assert!(
        person
            .get(&link)
            .await
            .location()
            .starts_with("/step-up?next=")
    );
    app.app.clock.advance(chrono::TimeDelta::days(7));
    assert!(
        person
            .get("/data/export")
            .await
            .attributes("a[download]", "href")
            .is_empty()
    );
}

#[actix_web::test]
async fn a_period_that_cannot_be_is_refused_beside_its_field() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let page = person.get("/data/export").await.page();
    let refused = person
        .submit(
            &page,
            "/data/export",
            &[("from", "2026-02-01"), ("to", "2026-01-01")],
        )
        .await;
    refused.refuses("to", "before the first day");
    let refused = person
        .submit(&page, "/data/export", &[("from", "yesterday")])
        .await;
    refused.refuses("from", "year, month, day");
    assert_eq!(refused.attributes("#from", "value"), ["yesterday"]);
}

/// A source that hangs holds up the pages that need it, for as long as a call may take, and no other.
#[actix_web::test]
async fn a_source_that_hangs_does_not_hold_up_the_opt_out() {
    use std::rc::Rc;
    use std::time::{Duration, Instant};
    let app = TestApp::start();
    let person = Rc::new(sample(&app).await);
    let turns: Vec<_> = (0..16)
        .map(|_| {
            let hangs = || std::thread::sleep(Duration::from_secs(4));
            let sources = app.app.sources.clone();
            actix_web::rt::spawn(async move { sources.apart(hangs).await })
        })
        .collect();
    actix_web::rt::task::yield_now().await;
    let pages: Vec<_> = (0..12)
        .map(|_| {
            let person = person.clone();
            actix_web::rt::spawn(async move { person.get("/data").await.status })
        })
        .collect();
    actix_web::rt::time::sleep(Duration::from_millis(200)).await;

    let start = Instant::now();
    app.visitor().post("/do-not-sell", &[]).await.location();

    assert!(start.elapsed() < Duration::from_secs(3));
    for page in pages {
        assert_eq!(page.await.unwrap(), 503);
    }
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "{:?}",
        start.elapsed()
    );
    for turn in turns {
        turn.await.unwrap().unwrap();
    }
    assert_eq!(person.get("/data").await.status, 200);
}

/// Runs the jobs that build packages, as a worker would.
async fn build_packages(app: &TestApp) {
    use candor::db::schema::packages;
    use diesel::prelude::*;
    let ids: Vec<i64> = app
        .app
        .db
        .read_now(|conn| {
            Ok(packages::table
                .filter(packages::state.eq("building"))
                .select(packages::id)
                .load(conn)?)
        })
        .unwrap();
    for id in ids {
        let app = app.app.clone();
        let built = tokio::task::spawn_blocking(move || build::build(&app, id, &Lease::default()));
        built.await.unwrap().unwrap();
    }
}

/// What the picture of the overview names.
fn drawn(overview: &Answer) -> String {
    overview.texts("svg.flows text").join("; ")
}

#[actix_web::test]
async fn what_a_person_has_stopped_is_said_wherever_it_stands() {
    const STOPPED: &str = "You have stopped this on 9 February 2026";
    let app = TestApp::start();
    let person = sample(&app).await;
    let before = person.get("/disclosures").await.page().text();
    assert!(before.contains("In the law: Identifiers (A)"), "{before}");
    assert!(before.contains("You can stop this") && !before.contains(STOPPED));
    let overview = person.get("/data").await.page();
    assert!(!overview.text().contains(STOPPED) && drawn(&overview).contains("Lumen Reach"));
    assert!(
        overview
            .texts("td[data-label='Comes from']")
            .contains(&"You gave it to us".to_owned())
    );
    person.post("/choices/sale-or-sharing/opt-out", &[]).await;

    let after = person.get("/disclosures").await.page().text();
    assert!(after.contains(STOPPED) && !after.contains("You can stop this under"));
    let overview = person.get("/data").await.page();
    let cell = |name: &str| {
        overview
            .texts(&format!("td[data-label='{name}']"))
            .join("\n")
    };
    assert!(cell("Used for").contains(STOPPED));
    assert!(!drawn(&overview).contains("Lumen Reach"), "nothing flows");
    assert!(drawn(&overview).contains("Northbay Hosting"));
    let lumen = format!("Lumen Reach: {STOPPED}");
    assert!(cell("May receive it").contains(&lumen));
    assert!(!cell("May receive it").contains(&format!("Northbay Hosting: {STOPPED}")));
}

#[actix_web::test]
async fn a_record_whose_time_is_over_says_so() {
    const OVER: &str = "; its time is over, and it is to be erased";
    let app = TestApp::start();
    let person = sample(&app).await;
    app.app.clock.advance(chrono::TimeDelta::days(365 * 12));
    app.sign_in_by_mail(&person, SAMPLES[0].email).await;
    let overview = person.get("/data").await.page();
    let mut is_said = false;
    for url in overview.attributes(".rows h3 a", "href") {
        is_said |= person.get(&url).await.page().text().contains(OVER);
    }
    assert!(is_said);
}
