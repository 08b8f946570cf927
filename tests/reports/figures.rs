use candor::accounts::model::Role;
use candor::db::schema::{causes, choices};
use candor::jobs::Job;
use candor::reports::model::{self, Figure, Line, Nature};
use candor::requests::decisions::{self, Because};
use candor::requests::life::{self, By};
use candor::requests::model::{Outcome, State};
use candor::requests::{execution, queries};
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::{file, run, sample};
use crate::support::{Actor, Answer, TestApp};

/// Answers a request that asks something.
async fn answer(staff: &Actor, reference: &str, outcome: &str, reason: &str) {
    let url = format!("/staff/requests/{reference}");
    let page = staff.get(&url).await.page();
    let fields = [("outcome", outcome), ("reason", reason)];
    let action = format!("{url}/decide");
    staff.submit(&page, &action, &fields).await.location();
}

/// The cells of the line of the table that begins with that title.
fn line(page: &Answer, title: &str) -> Vec<String> {
    let at = page.texts("tbody th").iter().position(|it| it == title);
    let cells = page.texts("tbody td");
    cells.chunks(8).nth(at.unwrap()).unwrap().to_vec()
}

/// Rule: C16, 11 CCR 7102; C8, 1798.135(c)(4): the days count from the letter, and whoever asks again is left alone
/// for longer.
#[actix_web::test]
async fn an_opt_out_by_letter_took_until_it_was_entered_and_each_letter_counts() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let enter = async |day: &str| {
        let typed = [
            ("email", "ada@example.org"),
            ("what", "sale-or-sharing"),
            ("channel", "letter"),
            ("received_on", day),
        ];
        sam.post("/staff/opt-outs/new", &typed).await.location();
    };
    enter("2026-02-03").await;
    enter("2026-02-05").await;
    enter("2026-02-05").await;
    let auditor = app.staff("ingrid", Role::Auditor).await;
    run(&app, Job::CountRequests).await;
    let page = auditor.get("/staff/metrics").await.page();
    let sale = line(&page, "Opt out of sale and sharing");
    assert_eq!(sale[..2], ["2", "2"], "{sale:?}");
    assert_eq!(sale[sale.len() - 1], "5.0", "six days and four: {sale:?}");
    let choices = app.app.db.read_now(|conn| {
        let on_record = choices::table.order(choices::id);
        Ok(on_record
            .select(choices::no_solicit_until)
            .load::<Option<NaiveDate>>(conn)?)
    });
    let until = choices.unwrap().into_iter().flatten();
    let until: Vec<_> = until.map(|it| it.to_string()).collect();
    assert_eq!(until, ["2027-02-03", "2027-02-05"]);
    let causes: i64 = app
        .app
        .db
        .read_now(|conn| Ok(causes::table.count().get_result(conn)?))
        .unwrap();
    assert_eq!(causes, 1, "recipients hear of it once");
}

/// Rule: C15, 11 CCR 7101(b): the date of a request is that on which it was received.
#[actix_web::test]
async fn an_opt_out_by_letter_stands_in_the_register_under_the_day_of_its_receipt() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    for (email, day) in [
        ("ada@example.org", "2026-02-05"),
        ("bea@example.org", "2025-12-30"),
        ("cyd@example.org", "2026-02-03"),
    ] {
        let typed = [
            ("email", email),
            ("what", "sale-or-sharing"),
            ("channel", "letter"),
            ("received_on", day),
        ];
        sam.post("/staff/opt-outs/new", &typed).await.location();
    }
    let auditor = app.staff("ingrid", Role::Auditor).await;
    for (year, days) in [
        (2025, &["2025-12-30"][..]),
        (2026, &["2026-02-03", "2026-02-05"]),
    ] {
        let path = format!("/staff/register.csv?year={year}");
        let csv = auditor.get(&path).await.page().html();
        let listed: Vec<_> = csv
            .lines()
            .skip(1)
            .map(|it| it.split(',').nth(1).unwrap())
            .collect();
        assert_eq!(listed, days, "{csv}");
        let rest = ",opt-out: sale-or-sharing,,by letter,2026-02-09,in effect at once,";
        assert_eq!(csv.matches(rest).count(), days.len(), "{csv}");
    }
}

/// Rule: C16, 11 CCR 7102.
#[actix_web::test]
async fn the_figures_tell_by_kind_what_became_of_requests_and_how_many_days_it_took() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, auditor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ingrid", Role::Auditor).await,
    );
    let (first, second, third) = (
        file(&person).await,
        file(&person).await,
        file(&person).await,
    );
    file(&person).await;
    app.app.clock.advance(TimeDelta::days(3));
    answer(&agent, &first, "approved", "Here it is.").await;
    app.app.clock.advance(TimeDelta::days(4));
    answer(&agent, &second, "approved", "Here it is.").await;
    let page = person.get(&format!("/requests/{third}")).await.page();
    let withdraw = format!("/requests/{third}/withdraw");
    person.submit(&page, &withdraw, &[]).await.location();
    person.post("/choices/opt-out", &[]).await.location();

    run(&app, Job::CountRequests).await;
    let page = auditor.get("/staff/metrics").await.page();
    let access = ["4", "2", "0", "0", "1", "1", "3", "5.0"];
    assert_eq!(line(&page, "Know what is held"), access);
    let sale = line(&page, "Opt out of sale and sharing");
    assert_eq!(sale[..2], ["1", "1"]);
    assert_eq!(line(&page, "Delete")[0], "0");
    let csv = auditor.get("/staff/metrics.csv?year=2026").await.page();
    assert!(csv.html().contains("Know what is held,4,2,0,0,1,1,3,5.0"));
    assert_eq!(auditor.get("/staff/metrics?year=2019").await.status, 404);

    run(&app, Job::CountRequests).await;
    let again = auditor.get("/staff/metrics").await.page();
    assert_eq!(
        line(&again, "Know what is held"),
        access,
        "counting again changes nothing"
    );
}

/// Rule: C16, 11 CCR 7102; C15, 11 CCR 7101(b): what is counted and listed are requests, not what they were written
/// down as.
#[actix_web::test]
async fn an_opt_out_for_a_browser_and_an_address_is_one_and_what_repeats_it_is_none() {
    let app = TestApp::start();
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let visitor = app.visitor();
    let both = [("email", "newcomer@example.org")];
    visitor.post("/do-not-sell", &both).await.location();
    // Signing in brings what was chosen before into the account.
    app.sign_in_by_mail(&visitor, "newcomer@example.org").await;
    let sale = visitor.get("/choices").await.page().text();
    assert!(
        sale.contains("by what you chose before you signed in"),
        "{sale}"
    );

    run(&app, Job::CountRequests).await;
    let page = auditor.get("/staff/metrics").await.page();
    assert_eq!(line(&page, "Opt out of sale and sharing")[..2], ["1", "1"]);
    assert_eq!(line(&page, "Limit the use of sensitive data")[0], "1");
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let csv = supervisor.get("/staff/register.csv?year=2026").await.page();
    let text = csv.html();
    assert_eq!(
        text.matches("opt-out: sale-or-sharing").count(),
        1,
        "{text}"
    );
    assert_eq!(
        text.matches("opt-out: limit-sensitive").count(),
        1,
        "{text}"
    );
}

/// Rule: C16, 11 CCR 7102.
#[actix_web::test]
async fn everybody_sees_the_figures_of_past_years_once_the_organisation_turns_them_on() {
    let app = TestApp::start();
    let (person, visitor) = (sample(&app).await, app.visitor());
    let admin = app.staff("abe", Role::Admin).await;
    file(&person).await;
    run(&app, Job::CountRequests).await;
    assert_eq!(visitor.get("/metrics-report").await.status, 404);

    let page = admin.get("/staff/metrics").await.page();
    let turn = "/staff/metrics/publication";
    admin.submit(&page, turn, &[]).await.location();
    let early = visitor.get("/metrics-report").await.page();
    assert!(early.texts("table").is_empty(), "this year is not over");
    app.app.clock.advance(TimeDelta::days(330));
    let page = visitor.get("/metrics-report").await.page();
    assert_eq!(line(&page, "Know what is held")[0], "1");
    visitor.get("/metrics-report.csv").await.page();

    let page = admin.get("/staff/metrics").await.page();
    admin.submit(&page, turn, &[]).await.location();
    assert_eq!(visitor.get("/metrics-report").await.status, 404);
}

/// Rule: C16, 11 CCR 7102: as the term and the register count.
#[actix_web::test]
async fn the_figures_count_days_and_years_where_the_person_lives() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let reference = file(&person).await;
    // Six in the evening of the second day after, in California.
    app.app.clock.advance(TimeDelta::hours(64));
    let agent = app.staff("sam", Role::Agent).await;
    answer(&agent, &reference, "approved", "Here it is.").await;
    let evening = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
    let evening = evening.and_hms_opt(4, 0, 0).unwrap();
    let now = app.app.clock.now();
    app.app.clock.advance(evening - now);
    let (name, _) = candor::demo::source::SAMPLES[0]
        .email
        .split_once('@')
        .unwrap();
    let person = app.person_again(name).await;
    person.post("/choices/opt-out", &[]).await.location();
    run(&app, Job::CountRequests).await;

    let auditor = app.staff("ingrid", Role::Auditor).await;
    let page = auditor.get("/staff/metrics?year=2026").await.page();
    let access = line(&page, "Know what is held");
    assert_eq!(access.last().unwrap(), "2.0", "{access:?}");
    assert_eq!(line(&page, "Opt out of sale and sharing")[0], "1");
    let next = auditor.get("/staff/metrics?year=2027").await;
    assert_eq!(next.status, 404, "nothing was asked for in it");
}

/// Rule: C15, 11 CCR 7101(b); E3.
#[actix_web::test]
async fn the_register_says_of_each_request_what_the_law_asks_for_and_names_nobody() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let (approved, open, denied) = (
        file(&person).await,
        file(&person).await,
        file(&person).await,
    );
    app.app.clock.advance(TimeDelta::days(2));
    answer(&agent, &approved, "approved", "Here it is.").await;
    person.post("/choices/opt-out", &[]).await.location();
    let url = format!("/staff/requests/{denied}");
    let page = agent.get(&url).await.page();
    let deny = [
        ("outcome", "denied"),
        ("ground", "OTHERS_RIGHTS_145K"),
        ("reason", "It is about your colleague."),
    ];
    let action = format!("{url}/decide");
    agent.submit(&page, &action, &deny).await.location();
    let page = supervisor.get(&url).await.page();
    let action = format!("{url}/approve");
    supervisor.submit(&page, &action, &[]).await.location();
    let letter = [
        ("wants", "deletion"),
        ("email", "nora@example.org"),
        ("residence", "us-ca"),
    ];
    app.visitor().post("/request", &letter).await.location();

    assert_eq!(agent.get("/staff/register.csv?year=2026").await.status, 403);
    let csv = supervisor.get("/staff/register.csv?year=2026").await.page();
    let text = csv.html();
    let row = format!("{approved},2026-02-09,access,us-ca,through the portal,2026-02-11,approved,");
    assert!(text.contains(&row), "{text}");
    assert!(text.contains(&format!(
        "{open},2026-02-09,access,us-ca,through the portal,,,"
    )));
    let row =
        ",2026-02-11,opt-out: sale-or-sharing,,through the portal,2026-02-11,in effect at once,";
    assert!(text.contains(row), "{text}");
    let row = format!(
        "{denied},2026-02-09,access,us-ca,through the portal,2026-02-11,denied,OTHERS_RIGHTS_145K\n"
    );
    assert!(text.contains(&row), "{text}");
    assert!(!text.contains("colleague"));
    assert!(text.contains(",2026-02-11,deletion,us-ca,by the form without an account,,,"));
    assert!(!text.contains('@') && !text.contains("What else?"));
    let this_year = supervisor.get("/staff/register.csv").await.page();
    assert_eq!(this_year.html(), text, "this year's, where none is named");
    let other = supervisor.get("/staff/register.csv?year=2025").await.page();
    assert_eq!(other.html().lines().count(), 1);
}

/// Grants a request, and fails to carry it out.
async fn fail(app: &TestApp, reference: &str) {
    let (own, reference) = (app.app.clone(), reference.to_owned());
    let failed = app.app.db.write(move |conn| {
        let by = By::system(&own);
        let request = queries::find_by_reference(conn, &reference)?;
        let request = life::advance(conn, &request, State::InReview, &by)?;
        let granted = (Outcome::Approved, Because::words("Here it is."));
        let request = decisions::decide(conn, &request, granted, &by)?;
        let request = execution::start(conn, &request, &by)?;
        execution::fail(conn, &request, "The source does not answer.", &by)
    });
    assert_eq!(failed.await.unwrap().state, State::ExecutionFailed);
}

/// Rule: C16, 11 CCR 7102; C15, 11 CCR 7101(b): what could not be carried out is not complied with.
#[actix_web::test]
async fn what_was_granted_and_is_not_carried_out_counts_as_open() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let reference = file(&person).await;
    app.app.clock.advance(TimeDelta::days(2));
    fail(&app, &reference).await;
    run(&app, Job::CountRequests).await;
    let page = supervisor.get("/staff/metrics").await.page();
    let open = ["1", "0", "0", "0", "0", "1", "–", "–"];
    assert_eq!(line(&page, "Know what is held"), open);
    let register = async || {
        let csv = supervisor.get("/staff/register.csv?year=2026").await.page();
        let text = csv.html();
        let row = text.lines().find(|it| it.starts_with(&reference));
        row.unwrap().to_owned()
    };
    assert!(register().await.ends_with("through the portal,,,"));

    let (own, of) = (app.app.clone(), reference.clone());
    let done = app.app.db.write(move |conn| {
        let by = By::system(&own);
        let request = queries::find_by_reference(conn, &of)?;
        let request = execution::start(conn, &request, &by)?;
        execution::complete(conn, &request, serde_json::json!({}), &by)
    });
    done.await.unwrap();
    run(&app, Job::CountRequests).await;
    let page = supervisor.get("/staff/metrics").await.page();
    assert_eq!(line(&page, "Know what is held")[1], "1");
    assert!(register().await.ends_with(",2026-02-11,approved,"));
}

#[test]
fn the_median_is_a_number_of_days_that_occurred() {
    let line = |answered: &[(i32, i64)]| {
        let figures = answered.iter().map(|(days, requests)| Figure {
            nature: Nature::Access,
            answer: model::Answer::Denied,
            days: *days,
            requests: *requests,
        });
        let line = Line::of(figures.collect::<Vec<_>>().iter());
        (line.median_days, line.mean_days)
    };
    assert_eq!(line(&[]), (None, None));
    assert_eq!(line(&[(9, 1), (2, 1), (40, 1)]).0, Some(9));
    assert_eq!(line(&[(30, 1), (3, 9)]), (Some(3), Some(5.7)));
}

#[actix_web::test]
async fn what_is_no_year_is_not_found_as_is_a_year_of_which_nothing_is_on_record() {
    let app = TestApp::start();
    let ruth = app.staff("ruth", Role::Supervisor).await;
    for path in ["metrics", "metrics.csv", "register.csv"] {
        for year in ["abc", "", "2026x", "99999999999", "2019"] {
            let path = format!("/staff/{path}?year={year}");
            let answer = ruth.get(&path).await;
            assert_eq!(answer.status, 404, "{path}");
        }
    }
    app.staff("ida", Role::Admin)
        .await
        .post("/staff/metrics/publication", &[("public", "true")])
        .await
        .location();
    let shown = app.visitor().get("/metrics-report?year=abc").await;
    assert_eq!(shown.status, 404);
}
