//! What is kept long enough is counted at night, and erased when a supervisor has approved it.

use candor::accounts::model::Role;
use candor::db::schema::{restrictions, retention_lines, retention_runs};
use candor::demo::source::SAMPLES;
use candor::jobs::{self, Job};
use candor::sources::Shield;
use diesel::prelude::*;

use super::{ON_SEARCHES, place, sample, searches};
use crate::support::{Actor, TestApp};

const LIST: &str = "/staff/periods";

/// All searches are older than their 395 days, but that of the others are not.
pub(super) fn make_old(app: &TestApp) -> i64 {
    let sql = "UPDATE search_terms SET searched_at = '2024-01-01 10:00:00'";
    let changed = app.source.connect().execute(sql, []).unwrap();
    i64::try_from(changed).unwrap()
}

/// How many searches there are of the sample person.
pub(super) fn searches_of_sample(app: &TestApp) -> i64 {
    searches_of(app, SAMPLES[0].email)
}

fn searches_of(app: &TestApp, email: &str) -> i64 {
    let sql = "SELECT count(*) FROM search_terms JOIN accounts ON accounts.id = account_id WHERE email = ?";
    let source = app.source.connect();
    let count = source.query_row(sql, [email], |row| row.get(0));
    count.unwrap()
}

pub(super) async fn run(app: &TestApp, job: Job) {
    let now = app.app.clock.now();
    let asked = app.app.db.write(move |conn| jobs::enqueue(conn, &job, now));
    asked.await.unwrap();
    app.run_jobs().await;
}

/// The line of the searches: what goes, what stays although due.
pub(super) fn line(app: &TestApp) -> (i64, i64, i64) {
    let found = app.app.db.read_now(|conn| {
        let lines = retention_lines::table.filter(retention_lines::collection.eq("search_terms"));
        let lines = lines.order(retention_lines::id.desc()).select((
            retention_lines::to_delete,
            retention_lines::shielded,
            retention_lines::kept,
        ));
        Ok(lines.first(conn)?)
    });
    found.unwrap()
}

/// Files an access request.
async fn ask(person: &Actor) {
    let path = "/requests/new/access";
    let page = person.get(path).await.page();
    let question = [("question", "What did you note about me?")];
    person.submit(&page, path, &question).await.location();
}

pub(super) async fn approve(supervisor: &Actor) {
    let page = supervisor.get(LIST).await.page();
    let form = page.attributes("form[action$='/approve']", "action");
    supervisor.submit(&page, &form[0], &[]).await.location();
}

/// Rule: P1, Civ. 1798.100(a)(3).
#[actix_web::test]
async fn what_is_kept_long_enough_goes_when_a_supervisor_approves_and_not_before() {
    let app = TestApp::start();
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let old = make_old(&app);
    run(&app, Job::PlanRetention).await;
    assert_eq!(line(&app), (old, 0, 0));
    assert_eq!(searches(&app), old, "nothing goes by itself");
    let page = supervisor.get(LIST).await.page();
    assert!(page.text().contains("What you searched for"));
    assert!(page.text().contains("To approve"));

    approve(&supervisor).await;
    app.run_jobs().await;
    assert_eq!(searches(&app), 0);
    let page = supervisor.get(LIST).await.page();
    assert!(page.text().contains("Nothing waits to be erased"));
    assert!(page.text().contains("The last run was counted on"));
    let receipt = page.attributes("a[href^='/receipts/']", "href");
    let receipt = app.visitor().get(&receipt[0]).await.page();
    assert!(receipt.text().contains("kept long enough"));
    assert!(receipt.text().contains("What you searched for (deleted:"));

    run(&app, Job::PlanRetention).await;
    let page = supervisor.get(LIST).await.page();
    assert!(page.text().contains("Nothing is due"), "{}", page.text());
    assert!(
        page.text()
            .contains("nothing was kept for longer than its period")
    );
}

#[actix_web::test]
async fn what_is_held_or_asked_about_stays_although_it_is_due() {
    let app = TestApp::start();
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    sample(&app).await;
    let old = make_old(&app);
    let own = searches_of_sample(&app);
    assert!(own > 0 && own < old);
    place(&supervisor, ON_SEARCHES).await.location();
    run(&app, Job::PlanRetention).await;
    assert_eq!(line(&app), (old - own, own, 0));

    ask(&app.person("tom").await).await;
    approve(&supervisor).await;
    app.run_jobs().await;
    assert_eq!(searches(&app), own);
    assert_eq!(searches_of_sample(&app), own);

    let of_all = [
        ON_SEARCHES[0],
        ON_SEARCHES[2],
        ON_SEARCHES[3],
        ON_SEARCHES[4],
    ];
    place(&supervisor, &of_all).await.location();
    run(&app, Job::PlanRetention).await;
    assert_eq!(
        line(&app),
        (0, 0, own),
        "a hold on all keeps them before a shield does"
    );
}

#[actix_web::test]
async fn the_data_of_everybody_who_asks_stay() {
    let app = TestApp::start();
    let old = make_old(&app);
    let mut own = 0;
    for sample in &SAMPLES[..3] {
        let (name, _) = sample.email.split_once('@').unwrap();
        ask(&app.person(name).await).await;
        own += searches_of(&app, sample.email);
    }
    assert!(own > searches_of_sample(&app) && own < old);
    run(&app, Job::PlanRetention).await;
    assert_eq!(line(&app), (old - own, own, 0));
}

#[actix_web::test]
async fn a_request_that_is_filed_after_the_approval_still_keeps_the_persons_data() {
    let app = TestApp::start();
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let person = sample(&app).await;
    make_old(&app);
    run(&app, Job::PlanRetention).await;
    approve(&supervisor).await;
    ask(&person).await;
    let own = searches_of_sample(&app);
    app.run_jobs().await;
    assert_eq!(searches(&app), own);
}

/// Rule: A4.R, GDPR Art. 18(2).
#[actix_web::test]
async fn data_that_are_kept_and_not_used_for_the_persons_sake_stay_until_the_restriction_ends() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    let person = app.person_in(name, "de").await;
    let old = make_old(&app);
    let own = searches_of_sample(&app);
    let form = "/requests/new/restriction";
    let page = person.get(form).await.page();
    let asked = [
        ("case", "claim"),
        ("what", "Everything: I need it in court."),
    ];
    let filed = person.submit(&page, form, &asked).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let url = format!("/staff/requests/{}", path.strip_suffix("/filed").unwrap());
    let page = agent.get(&url).await.page();
    let granted = [
        ("outcome", "approved"),
        ("reason", "Nobody uses them now."),
        ("restricts", "All searches."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &granted).await.location();
    assert!(agent.get(&url).await.text().contains("Done"));
    run(&app, Job::PlanRetention).await;
    assert_eq!(line(&app), (old - own, own, 0));

    let now = app.app.clock.now();
    let ended = app.app.db.write(move |conn| {
        let all = diesel::update(restrictions::table);
        Ok(all.set(restrictions::ended_at.eq(now)).execute(conn)?)
    });
    assert_eq!(ended.await.unwrap(), 1);
    run(&app, Job::PlanRetention).await;
    assert_eq!(line(&app), (old, 0, 0));
}

/// A worker is killed between a batch in the source and the note of it.
#[actix_web::test]
async fn a_batch_that_was_done_by_a_worker_that_was_killed_is_counted_once() {
    let app = TestApp::start();
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let old = make_old(&app);
    run(&app, Job::PlanRetention).await;
    approve(&supervisor).await;
    let parts = app.app.clone();
    let killed = tokio::task::spawn_blocking(move || {
        use candor::retention::periods::{changes, queries};
        let key = candor::register::CollectionKey::new("activity", "search_terms");
        let ask = candor::sources::Ask {
            today: parts.clock.today(),
            holds: &[],
            shield: &Shield::default(),
            minds_references: true,
        };
        let batch = parts.sources.due(&key, &ask, (None, 3)).unwrap();
        let (begun, run) = (batch.clone(), 1);
        let wrote = parts.db.write_now(move |conn| {
            let lines = queries::list_lines(conn, run)?;
            let line = lines.iter().find(|it| it.collection == "search_terms");
            changes::begin_batch(conn, line.unwrap(), &begun)
        });
        wrote.unwrap();
        assert!(parts.sources.carry_out_due(&batch.works).unwrap());
    });
    killed.await.unwrap();
    assert_eq!(searches(&app), old - 3);
    app.run_jobs().await;
    assert_eq!(searches(&app), 0);
    let counted: i64 = app
        .app
        .db
        .read_now(|conn| {
            let line =
                retention_lines::table.filter(retention_lines::collection.eq("search_terms"));
            Ok(line.select(retention_lines::deleted).first(conn)?)
        })
        .unwrap();
    assert_eq!(counted, old);
}

#[actix_web::test]
async fn an_admin_may_have_it_done_without_approval() {
    let app = TestApp::start();
    let admin = app.staff("ada", Role::Admin).await;
    make_old(&app);
    let page = admin.get(LIST).await.page();
    assert!(
        page.text()
            .contains("A supervisor has to approve each plan")
    );
    let path = "/staff/periods/approval";
    admin.post(path, &[("without", "true")]).await.location();
    run(&app, Job::PlanRetention).await;
    assert_eq!(searches(&app), 0);
    let states: Vec<String> = app
        .app
        .db
        .read_now(|conn| {
            Ok(retention_runs::table
                .select(retention_runs::state)
                .load(conn)?)
        })
        .unwrap();
    assert_eq!(states, ["done"]);
}

/// Rule: P1, Civ. 1798.100(a)(3).
#[actix_web::test]
async fn every_category_on_the_page_says_how_long_it_is_kept() {
    let app = TestApp::start();
    let page = sample(&app).await.get("/data").await.page();
    let kept = page.texts("main tbody td[data-label='Kept']");
    assert!(kept.len() > 5);
    assert_eq!(kept.len(), page.texts("main tbody tr").len());
    assert!(kept.iter().all(|it| !it.is_empty()), "{kept:?}");
    for category in &app.app.register.categories {
        assert!(
            !category.retention.in_words().is_empty(),
            "{}",
            category.key
        );
    }
}

/// A source that refuses what another collection waits for.
#[actix_web::test]
async fn what_waits_for_another_stays_when_that_cannot_be_erased() {
    let app = TestApp::start_declaring(|register| {
        let mut datasets = register.datasets.iter_mut();
        let activity = datasets.find(|it| it.key == "activity").unwrap();
        let mut collections = activity.collections.iter_mut();
        let searches = collections.find(|it| it.name == "search_terms").unwrap();
        let first = candor::register::CollectionKey::new("activity", "page_views");
        searches.erase_after.push(first);
    });
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let old = make_old(&app);
    let source = app.source.connect();
    let views = "UPDATE page_views SET viewed_at = '2024-01-01 10:00:00'";
    assert!(source.execute(views, []).unwrap() > 0);
    let refuse =
        "CREATE TRIGGER never BEFORE DELETE ON page_views BEGIN SELECT RAISE(ABORT, 'no'); END";
    source.execute_batch(refuse).unwrap();

    run(&app, Job::PlanRetention).await;
    approve(&supervisor).await;
    app.run_jobs().await;

    assert_eq!(searches(&app), old, "they wait for the page views");
    let failures: Vec<Option<String>> = app
        .app
        .db
        .read_now(|conn| {
            let lines = retention_lines::table.filter(retention_lines::failure.is_not_null());
            let lines = lines.order(retention_lines::id);
            Ok(lines.select(retention_lines::failure).load(conn)?)
        })
        .unwrap();
    let failures: Vec<_> = failures.into_iter().flatten().collect();
    let waits = "`activity.page_views` has to be erased before it, which could not be done.";
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert_eq!(failures[1], waits);
    source.execute_batch("DROP TRIGGER never").unwrap();

    run(&app, Job::PlanRetention).await;
    approve(&supervisor).await;
    app.run_jobs().await;
    assert_eq!(searches(&app), 0);
}

#[actix_web::test]
async fn a_worker_that_was_thought_dead_does_not_go_back_behind_another() {
    use candor::retention::periods::{changes, queries};
    let app = TestApp::start();
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    make_old(&app);
    run(&app, Job::PlanRetention).await;
    approve(&supervisor).await;
    let now = app.app.clock.now();
    let wrote = app.app.db.write(move |conn| {
        let lines = queries::list_lines(conn, 1)?;
        let line = lines.iter().find(|it| it.collection == "search_terms");
        let known = line.unwrap();
        // Everything in it belongs to somebody whose data stay, so that no count changes.
        let through = candor::sources::DueBatch {
            next: Some("a".to_owned()),
            ..Default::default()
        };
        let next = changes::end_batch(conn, known, (&through, true), now)?;
        let late = [
            changes::begin_batch(conn, known, &through).is_err(),
            changes::end_batch(conn, known, (&through, true), now).is_err(),
        ];
        changes::begin_batch(conn, &next, &through)?;
        Ok(late)
    });
    assert_eq!(wrote.await.unwrap(), [true, true]);
}

#[actix_web::test]
async fn what_comes_while_it_is_carried_out_is_seen() {
    use candor::retention::periods::shields::Shields;
    let app = TestApp::start();
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let person = sample(&app).await;
    let look = |app: &TestApp| {
        let app = app.app.clone();
        tokio::task::spawn_blocking(move || Shields::now(&app, &[]).unwrap())
    };
    let are_current = |app: &TestApp, shields: &Shields| shields.are_current(&app.app).unwrap();
    let shields = look(&app).await.unwrap();
    assert!(are_current(&app, &shields));

    place(&supervisor, ON_SEARCHES).await.location();
    assert!(!are_current(&app, &shields));
    let shields = look(&app).await.unwrap();
    assert!(are_current(&app, &shields));
    ask(&person).await;
    assert!(!are_current(&app, &shields));
}
