//! How long packages are kept, how many are made, and by whom.

use candor::accounts::model::Role;
use candor::db::schema::{package_chunks, packages};
use candor::demo::source::SAMPLES;
use candor::jobs::{Job, enqueue};
use candor::my_data::export::queries::{self, Chunk, Completed};
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use crate::support::{Actor, Answer, TestApp};

const PATH: &str = "/data/export";

/// The first of the listed people, signed in.
async fn sample(app: &TestApp) -> Actor {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    app.person(name).await
}

async fn ask(person: &Actor) -> Answer {
    let page = person.get(PATH).await.page();
    person.submit(&page, PATH, &[]).await
}

fn count_chunks(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(package_chunks::table.count().get_result(conn)?));
    count.unwrap()
}

fn states(app: &TestApp) -> Vec<String> {
    let states = app.app.db.read_now(|conn| {
        let all = packages::table.order(packages::id);
        Ok(all.select(packages::state).load(conn)?)
    });
    states.unwrap()
}

#[actix_web::test]
async fn the_content_of_a_package_is_erased_when_its_week_is_over() {
    let app = TestApp::start();
    let person = sample(&app).await;
    ask(&person).await.location();
    app.run_jobs().await;
    assert!(count_chunks(&app) > 0);

    app.app.clock.advance(TimeDelta::days(7));
    let now = app.app.clock.now();
    let purge = move |conn: &mut _| enqueue(conn, &Job::PurgeExpired, now);
    app.app.db.write(purge).await.unwrap();
    app.run_jobs().await;

    assert_eq!(count_chunks(&app), 0);
    assert_eq!(states(&app), ["expired"]);
}

#[actix_web::test]
async fn a_deletion_that_is_done_leaves_no_copy_in_a_package() {
    let app = TestApp::start();
    let person = sample(&app).await;
    ask(&person).await.location();
    app.run_jobs().await;
    let plan = "/requests/new/deletion/plan?everything=yes";
    let page = person.get(plan).await.page();
    let filed = person.submit(&page, plan, &[]).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let url = format!("/staff/requests/{}", path.strip_suffix("/filed").unwrap());
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let page = agent.get(&url).await.page();
    let rest = [("rest", "accepted")];
    agent
        .submit(&page, &format!("{url}/decide"), &rest)
        .await
        .location();
    let page = supervisor.get(&url).await.page();
    supervisor
        .submit(&page, &format!("{url}/approve"), &[])
        .await
        .location();
    // One is asked for while the deletion waits for its turn.
    ask(&person).await.location();
    assert_eq!(states(&app), ["ready", "building"]);
    app.run_jobs().await;

    assert_eq!(count_chunks(&app), 0);
    assert_eq!(states(&app), ["expired", "expired"]);
}

#[actix_web::test]
async fn so_many_packages_are_made_in_a_day_and_no_more() {
    let app = TestApp::start();
    let person = sample(&app).await;
    for _ in 0..10 {
        ask(&person).await.location();
        let built = app.app.db.write(|conn| {
            let all = diesel::update(packages::table);
            Ok(all.set(packages::state.eq("expired")).execute(conn)?)
        });
        built.await.unwrap();
    }
    assert_eq!(ask(&person).await.status, 429);
    assert_eq!(states(&app).len(), 10);
}

#[actix_web::test]
async fn two_that_are_asked_for_at_the_same_moment_are_one() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let page = person.get(PATH).await.page();
    let both = futures_util::future::join(
        person.submit(&page, PATH, &[]),
        person.submit(&page, PATH, &[]),
    );
    let (one, other) = both.await;
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(states(&app), ["building"]);
}

#[actix_web::test]
async fn a_worker_that_lost_its_lease_adds_nothing_and_takes_nothing_away() {
    let app = TestApp::start();
    let person = sample(&app).await;
    ask(&person).await.location();
    let now = app.app.clock.now();
    let done = app.app.db.write(move |conn| {
        let id = packages::table.select(packages::id).first(conn)?;
        let chunk = |build, position, sealed: &[u8]| Chunk {
            build,
            position,
            sealed: sealed.to_vec(),
        };
        let slow = queries::add_chunk(conn, id, &chunk(None, 0, b"slow"))?;
        let fast = queries::add_chunk(conn, id, &chunk(None, 0, b"fast"))?;
        assert!(slow.is_some() && fast.is_some() && slow != fast);
        let late = chunk(slow, 1, b"late");
        assert_eq!(queries::add_chunk(conn, id, &late)?, None);
        let what = Completed {
            records: 1,
            bytes: 4,
            sha256: String::new(),
            unread: String::new(),
        };
        assert!(!queries::complete(conn, id, (&late, &what), now)?);
        assert!(queries::complete(
            conn,
            id,
            (&chunk(fast, 1, b"last"), &what),
            now
        )?);
        let again = chunk(None, 0, b"again");
        assert!(!queries::complete(conn, id, (&again, &what), now)?);
        let kept = package_chunks::table.select(package_chunks::sealed);
        Ok(kept.load::<Vec<u8>>(conn)?)
    });
    assert_eq!(done.await.unwrap(), [b"fast", b"last"]);
}

/// The readable and the machine-readable file of a package of that period.
async fn files_of(
    app: &TestApp,
    person: &Actor,
    period: [(&str, &str); 2],
) -> (String, serde_json::Value) {
    let mut package = app.package_of(person, &period).await;
    if let Some(table) = package.find("csv/people.contact_details.csv") {
        let names = "category,category in the law";
        assert!(table.lines().next().unwrap().contains(names), "{table}");
        assert!(table.contains("How to reach you,Customer records (B)"));
    }
    package.read()
}

/// Rule: K1, Cal. Civ. Code 1798.130(c): by the names of 1798.140(v).
#[actix_web::test]
async fn a_package_names_the_category_of_each_datum_as_the_law_does() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (report, data) = files_of(&app, &person, [("from", ""), ("to", "")]).await;
    for record in data["records"].as_array().unwrap() {
        for datum in record["data"].as_array().unwrap() {
            let name = |key: &str| datum[key].as_str().unwrap();
            let has_letter = name("category_in_the_law").ends_with(')');
            assert_eq!(has_letter, !name("category").is_empty(), "{datum}");
        }
    }
    assert!(report.contains("Category: How to reach you; in the law: Customer records (B)"));
    for list in ["sold_or_shared_with", "disclosed_for_our_work_to"] {
        for recipient in data[list].as_array().unwrap() {
            let names = recipient["data_in_the_law"].as_array().unwrap();
            assert!(!names.is_empty(), "{recipient}");
        }
    }
    assert!(report.contains("; in the law: Customer records (B), Internet"));
}

/// The ids of the records in a package of that period, with the dates of those that have one.
async fn records_of(app: &TestApp, person: &Actor, period: [(&str, &str); 2]) -> Vec<Dated> {
    let (_, data) = files_of(app, person, period).await;
    let records = data["records"].as_array().unwrap().iter();
    let dated = records.map(|record| {
        let title = record["record"].as_str().unwrap();
        let date = title
            .strip_prefix("Record of ")
            .map(|day| NaiveDate::parse_from_str(day, "%d %B %Y").unwrap());
        (record["id"].as_str().unwrap().to_owned(), date)
    });
    dated.collect()
}

type Dated = (String, Option<NaiveDate>);

/// Rule: C13, 11 CCR 7020.
#[actix_web::test]
async fn a_package_holds_everything_since_the_beginning_or_what_came_in_a_range_of_dates() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let all = records_of(&app, &person, [("from", ""), ("to", "")]).await;
    let (from, to) = ("2024-03-01", "2025-08-31");
    let (first, last): (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
    let is_within = |day: &NaiveDate| first <= *day && *day <= last;
    let dated = |records: &[Dated]| -> Vec<Dated> {
        let mut dated: Vec<_> = records
            .iter()
            .filter(|it| it.1.is_some())
            .cloned()
            .collect();
        dated.sort();
        dated
    };
    let of_range: Vec<Dated> = dated(&all)
        .into_iter()
        .filter(|it| it.1.as_ref().is_some_and(is_within))
        .collect();
    assert!(!of_range.is_empty() && of_range.len() < dated(&all).len());
    let some = records_of(&app, &person, [("from", from), ("to", to)]).await;
    let undated = some.iter().filter(|it| it.1.is_none()).count();
    assert_eq!(dated(&some), of_range);
    let since = NaiveDate::from_ymd_opt(2022, 1, 1).unwrap();
    let later: Vec<_> = dated(&all)
        .into_iter()
        .filter(|it| it.1 >= Some(since))
        .collect();
    let since_2022 = records_of(&app, &person, [("from", "2022-01-01"), ("to", "")]).await;
    assert_eq!(dated(&since_2022), later);

    let form = person.get(PATH).await.page();
    assert!(
        form.text()
            .contains("Records that have no date are in every package")
    );
    let (report, _) = files_of(&app, &person, [("from", from), ("to", to)]).await;
    let said = format!("{undated} of them have no date");
    assert!(undated > 1 && report.contains(&said), "{undated}");
    let (whole, _) = files_of(&app, &person, [("from", ""), ("to", "")]).await;
    assert!(!whole.contains("no date"));
}

/// Rule: K1, Cal. Civ. Code 1798.110(c), 1798.115(a): two separate lists, in the copy as on the page.
#[actix_web::test]
async fn a_package_says_in_two_lists_who_receives_data() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let everything = [("from", ""), ("to", "")];
    let (report, data) = files_of(&app, &person, everything).await;
    let names = |list: &str| -> Vec<String> {
        let lines = data[list].as_array().unwrap().iter();
        let names = lines.map(|line| line["name"].as_str().unwrap().to_owned());
        names.collect()
    };
    let (sold, disclosed) = (
        names("sold_or_shared_with"),
        names("disclosed_for_our_work_to"),
    );
    let page = person.get("/disclosures").await.page();
    let shown = page.texts("table tbody th").join("; ");
    for name in sold.iter().chain(&disclosed) {
        assert!(shown.contains(name), "{name} is not on the page: {shown}");
        assert!(report.contains(name), "{name}");
    }
    assert!(sold.contains(&"Lumen Reach".to_owned()), "{sold:?}");
    assert!(!disclosed.contains(&"Lumen Reach".to_owned()));
    assert!(disclosed.len() > 3, "{disclosed:?}");
    let first = &data["sold_or_shared_with"][0];
    assert!(!first["data"].as_array().unwrap().is_empty());
    assert!(!first["what_for"].as_array().unwrap().is_empty());
    let at = |words: &str| report.find(words).unwrap();
    assert!(at("By sale or sharing") < at("For our work"));
}

/// Rule: A4.15, GDPR Art. 15(1)(e), (f), (h).
#[actix_web::test]
async fn a_package_says_what_else_can_be_asked_where_to_complain_and_which_machines_take_part() {
    let app = TestApp::start();
    let person = app.person_in("lukas.brandt", "de").await;
    let (report, data) = app.package_of(&person, &[]).await.read();
    let machine = &data["decisions_by_machines"][0];
    let works = machine["how_it_works"].as_str().unwrap();
    let authority = data["you_can_complain_to"][0]["name"].as_str().unwrap();
    let rights = data["you_can_ask"].as_array().unwrap();
    assert_eq!(rights.len(), 6);
    for words in [works, authority, rights[1].as_str().unwrap(), "/requests"] {
        assert!(report.contains(words), "{words}");
    }
    assert_eq!(data["kept_and_not_used"], serde_json::json!([]));
    assert!(!report.contains("Kept, and not used"));
}
