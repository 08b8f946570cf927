//! How the portal's database answers the queries of each page: by index, in the order of an index, never by reading
//! a table that grows.

use std::collections::BTreeSet;

use candor::accounts::model::Role;
use candor::app::App;
use candor::db::AnyConnection;
use candor::jobs::{self, Job};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::scene::{ROUTES, Route, Sample, Scene, Seen};
use crate::support::{Actor, TestApp};

/// Tables that do not grow with people or requests: they may be read as a whole, and sorted.
const SMALL: &[&str] = &[
    "staff",
    "policy_versions",
    "policy_announcements",
    "policy_reviews",
    "sites",
    "periodic_work",
    "chain_head",
    "request_figures",
    "switches",
    "training_acknowledgements",
];

/// Tables of which one owner has few rows: these may be sorted.
const FEW_OF_EACH: &[&str] = &["saved_views", "sessions", "request_approvals", "choices"];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The steps by which the database would answer. Its tables may be empty: what is asked is what it could use.
fn plan(conn: &mut AnyConnection, query: &str) -> Vec<String> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}"));
            let steps: Vec<Step> = steps.load(conn).unwrap();
            steps.into_iter().map(|it| it.detail).collect()
        }
        AnyConnection::Postgres(conn) => {
            let parameters = (1..100)
                .take_while(|n| query.contains(&format!("${n}")))
                .count();
            let nulls = vec!["NULL"; parameters].join(", ");
            let arguments = if parameters > 0 {
                format!("({nulls})")
            } else {
                String::new()
            };
            for off in ["seqscan", "bitmapscan", "sort", "incremental_sort"] {
                let set = format!("SET enable_{off} = off");
                diesel::sql_query(set).execute(conn).unwrap();
            }
            for sql in [
                "SET plan_cache_mode = force_generic_plan".to_owned(),
                format!("PREPARE asked AS {query}"),
            ] {
                diesel::sql_query(sql).execute(conn).unwrap();
            }
            let lines = diesel::sql_query(format!("EXPLAIN (COSTS OFF) EXECUTE asked{arguments}"));
            let lines: Vec<Line> = lines.load(conn).unwrap();
            diesel::sql_query("DEALLOCATE asked").execute(conn).unwrap();
            lines.into_iter().map(|it| it.line).collect()
        }
    }
}

/// Whether a step of a query reads or sorts what grows.
fn is_slow(query: &str, step: &str) -> bool {
    let step = step.trim().trim_start_matches("->").trim();
    let is_about = |tables: &[&str]| tables.contains(&table_of(query));
    let reads_all =
        step.starts_with("SCAN ") && !step.contains(" USING ") || step.starts_with("Seq Scan on ");
    let sorts = step.contains("USE TEMP B-TREE FOR ORDER BY")
        || step.starts_with("Sort ")
        || step == "Sort";
    // The newest of all rows are read in the order of their ids, which SQLite calls a scan.
    let takes_the_newest = !query.contains(" WHERE ") && query.contains("DESC LIMIT");
    // What is counted was found, and limited, before.
    let is_found = ["SCAN CONSTANT ROW", "SCAN counted"].contains(&step);
    let may_read_all = is_about(SMALL) || takes_the_newest || is_found;
    reads_all && !may_read_all || sorts && !is_about(SMALL) && !is_about(FEW_OF_EACH)
}

/// The first table that a query names; of a count, the one whose rows are counted.
fn table_of(query: &str) -> &str {
    let rows = query.strip_prefix("SELECT COUNT(*) FROM (");
    let rest = rows
        .unwrap_or(query)
        .split(" FROM ")
        .nth(1)
        .unwrap_or_default();
    let name = rest.split([' ', ')', ',']).next().unwrap_or_default();
    name.trim_matches(['"', '`', '('])
}

/// Queries of the portal's tables, without the values that were bound.
fn questions(heard: Vec<String>) -> impl Iterator<Item = String> {
    let bare = heard.into_iter().map(|query| {
        let (sql, _) = query.split_once(" -- binds: ").unwrap_or((&query, ""));
        sql.to_owned()
    });
    bare.filter(|sql| sql.starts_with("SELECT") && sql.contains(" FROM "))
}

/// Each query with what is slow in its plan.
async fn faults(app: &App, queries: BTreeSet<String>) -> Vec<String> {
    let found = app.db.read(move |conn| {
        let mut faults = Vec::new();
        for query in queries {
            let plan = plan(conn, &query);
            if plan.iter().any(|step| is_slow(&query, step)) {
                faults.push(format!("{query}\n    {}", plan.join("\n    ")));
            }
        }
        Ok(faults)
    });
    found.await.unwrap()
}

/// Somebody who may see the page.
fn viewer<'a>(route: &Route, scene: &'a Scene, staff: &'a [(Role, Actor)]) -> &'a Actor {
    use candor::routes::Who;
    let role = match route.who {
        Who::Admin => Role::Admin,
        Who::Auditor => Role::Auditor,
        Who::Overseer
        | Who::Staff
        | Who::CaseReader
        | Who::CaseWorker
        | Who::Supervisor
        | Who::Mender => Role::Supervisor,
        Who::Anyone | Who::Account | Who::Person | Who::Token => return &scene.maya,
    };
    let found = staff.iter().find(|(it, _)| *it == role);
    &found.unwrap().1
}

#[actix_web::test]
async fn no_page_reads_a_whole_table_or_sorts_one() {
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let mut staff = Vec::new();
    for role in [Role::Supervisor, Role::Auditor, Role::Admin] {
        staff.push((role, scene.app.staff(role.as_str(), role).await));
    }
    let mut queries = BTreeSet::new();
    for route in ROUTES.iter().filter(|it| it.method == "get") {
        if matches!(route.how, Sample::Page(seen) if seen != Seen::AsUsual)
            || route.pattern.starts_with("/demo")
        {
            continue;
        }
        let address = scene.address(route.sample);
        let look = viewer(route, &scene, &staff).get(&address);
        let (_, heard) = scene.app.queries_during(look).await;
        queries.extend(questions(heard));
    }
    assert!(
        queries.len() > 40,
        "only {} queries were heard",
        queries.len()
    );
    let faults = faults(&scene.app.app, queries).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn the_queue_walks_an_index_whatever_the_filters() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let mut queries = BTreeSet::new();
    for state in ["", "closed", "all", "denied", "in_review", "proposed"] {
        for kind in ["", "deletion"] {
            for law in ["", "us-ca"] {
                for assignee in ["", "me", "nobody"] {
                    for rest in ["", "&due=late", "&after=2026-03-01_7", "&person=nobody"] {
                        let url = format!(
                            "/staff/requests?state={state}&kind={kind}&law={law}&assignee={assignee}{rest}"
                        );
                        let (_, heard) = app.queries_during(agent.get(&url)).await;
                        queries.extend(questions(heard));
                    }
                }
            }
        }
    }
    let search = agent.post("/staff/requests/search", &[("q", "ada@example.org")]);
    queries.extend(questions(app.queries_during(search).await.1));
    let faults = faults(&app.app, queries).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn what_waits_for_a_supervisor_is_counted_and_listed_by_an_index_of_its_own() {
    let app = TestApp::start();
    let supervisor = app.staff("una", Role::Supervisor).await;
    let heard = app
        .queries_during(supervisor.get("/staff/requests?state=proposed"))
        .await
        .1;
    let asked: BTreeSet<_> = questions(heard)
        .filter(|it| it.contains("outcome\" IS NOT NULL") || it.contains("outcome` IS NOT NULL"))
        .collect();
    assert!(asked.len() > 1, "{asked:?}");
    let found = app.app.db.read(move |conn| {
        let each = asked.into_iter();
        Ok(each
            .map(|query| (plan(conn, &query).join("\n"), query))
            .collect::<Vec<_>>())
    });
    for (plan, query) in found.await.unwrap() {
        // An empty table of PostgreSQL costs the same by the index of all states.
        let is_as_good = !app.app.db.is_sqlite() && plan.contains("requests_by_state");
        let is_found = plan.contains("requests_proposed") || is_as_good;
        assert!(is_found, "{query}\n{plan}");
    }
}

/// What is late is found by when it is late, whatever else there is: not by passing over what is not, or stands still.
#[actix_web::test]
async fn what_is_late_is_counted_and_listed_by_indexes_of_its_own() {
    let app = TestApp::start();
    let supervisor = app.staff("una", Role::Supervisor).await;
    let mut queries = BTreeSet::new();
    for page in ["/staff/requests?due=late", "/staff/workload"] {
        let heard = app.queries_during(supervisor.get(page)).await.1;
        queries.extend(
            questions(heard).filter(|it| it.contains("late_at\" <=") || it.contains("late_at` <=")),
        );
    }
    assert!(queries.len() > 3, "{queries:?}");
    let found = app.app.db.read(move |conn| {
        let each = queries.into_iter();
        Ok(each
            .map(|query| (plan(conn, &query).join("\n"), query))
            .collect::<Vec<_>>())
    });
    for (plan, query) in found.await.unwrap() {
        let index = match () {
            () if query.contains("ORDER BY") => "requests_running",
            () if query.contains("assignee_id") => "requests_lateness_of_assignee",
            () => "requests_by_lateness",
        };
        // An empty table of PostgreSQL costs the same by each of them.
        let is_as_good = !app.app.db.is_sqlite() && plan.contains("requests_lateness_of_assignee");
        assert!(plan.contains(index) || is_as_good, "{query}\n{plan}");
    }
}

#[actix_web::test]
async fn what_is_to_be_done_by_hand_walks_an_index_whatever_the_filters() {
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let app = &scene.app;
    let supervisor = app.staff("una", Role::Supervisor).await;
    let mut queries = BTreeSet::new();
    for state in ["", "closed"] {
        for source in ["", "paper_archive"] {
            for purpose in ["", "find"] {
                for assignee in ["", "me", "nobody"] {
                    for rest in ["", "&due=late", "&after=2026-03-01_7"] {
                        let url = format!(
                            "/staff/manual?state={state}&source={source}&purpose={purpose}&assignee={assignee}{rest}"
                        );
                        let (_, heard) = app.queries_during(supervisor.get(&url)).await;
                        queries.extend(questions(heard));
                    }
                }
            }
        }
    }
    // What was found is found again without reading what was found for others.
    let task = scene.address("/staff/manual/{manual}");
    let form = reqwest::multipart::Form::new()
        .text("version", "1")
        .text("act", "found")
        .text("c0-r0-f0", "C-17");
    let found = app
        .queries_during(supervisor.post_multipart(&task, form))
        .await;
    found.0.location();
    queries.extend(questions(found.1));
    for page in ["/data", "/data/paper_archive/contracts"] {
        queries.extend(questions(app.queries_during(scene.maya.get(page)).await.1));
    }
    let now = app.app.clock.now();
    let asked = app.app.db.write(move |conn| {
        jobs::enqueue(conn, &Job::WatchDates, now)?;
        jobs::enqueue(conn, &Job::PurgeExpired, now)
    });
    asked.await.unwrap();
    let (_, heard) = app.queries_during(app.run_jobs()).await;
    queries.extend(questions(heard).filter(|it| it.contains("manual_")));
    assert!(queries.iter().any(|it| it.contains("manual_links")));
    let faults = faults(&app.app, queries).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn what_is_looked_after_at_night_is_found_by_index() {
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let app = &scene.app;
    let supervisor = app.staff("una", Role::Supervisor).await;
    let nightly = [
        Job::WatchCorrections,
        Job::LookForErased {
            after_id: 0,
            began: None,
            missed: false,
        },
        Job::PlanRetention,
        Job::CheckDrift,
    ];
    let now = app.app.clock.now();
    let asked = app.app.db.write(move |conn| {
        let mut each = nightly.iter();
        each.try_for_each(|job| jobs::enqueue(conn, job, now))
    });
    asked.await.unwrap();
    let (_, mut heard) = app.queries_during(app.run_jobs()).await;
    let page = supervisor.get("/staff/periods").await.page();
    for approve in page.attributes("form[action$='/approve']", "action") {
        supervisor.submit(&page, &approve, &[]).await.location();
    }
    heard.extend(app.queries_during(app.run_jobs()).await.1);
    // How jobs are claimed is the worker's affair.
    let asked = questions(heard).filter(|it| table_of(it) != "jobs");
    let faults = faults(&app.app, asked.collect()).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn a_query_without_an_index_would_be_noticed() {
    let app = TestApp::start();
    let slow = [
        "SELECT id FROM requests WHERE failure = 'x'",
        "SELECT id FROM requests WHERE person_id = 1 ORDER BY failure",
    ];
    let found = faults(&app.app, slow.map(str::to_owned).into()).await;
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn the_embedded_database_is_compiled_as_the_settings_of_cargo_say() {
    #[derive(QueryableByName)]
    struct Compiled {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    let all: Vec<Compiled> = diesel::sql_query("PRAGMA compile_options")
        .load(&mut conn)
        .unwrap();
    let is_set = |option: &str| all.iter().any(|it| it.compile_options == option);
    for option in ["ENABLE_QPSG", "DQS=0", "DEFAULT_MEMSTATUS=0"] {
        assert!(is_set(option), "{option} comes from .cargo/config.toml");
    }
    assert!(!is_set("ENABLE_MEMORY_MANAGEMENT"));
}
