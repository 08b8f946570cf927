//! Machines that take part in decisions of weight: told of before, and refused in one step by anybody.

use candor::accounts::model::Role;
use candor::choices::State;
use candor::jobs::Job;
use candor::register::{Exception, Register};

use super::all_changes;
use crate::support::{Answer, TestApp};

const PAGE: &str = "/automated-decisions";
const KEY: &str = "automated-decisions";

/// What 11 CCR 7220(c) wants said.
const SAID: [&str; 8] = [
    "When an employer asks us for candidates for a job",
    "Who is proposed to an employer for a job",
    "Your working life",
    "Skills count most",
    "A score from 0 to 100",
    "The employer decides whom to invite",
    "looks through those profiles by hand",
    "Nobody is treated worse for saying no or for asking",
];

fn says_no(page: &Answer) -> bool {
    let buttons = page.texts("main form button");
    buttons
        .iter()
        .any(|it| it == "Opt out of decisions by machines")
}

/// Rule: A6, 11 CCR 7220(b), (c).
#[actix_web::test]
async fn before_a_machine_decides_along_people_read_what_for_how_and_how_to_say_no() {
    let app = TestApp::start();
    let (visitor, maya) = (app.visitor(), app.person("maya.okafor").await);
    for actor in [&visitor, &maya] {
        let page = actor.get(PAGE).await.page();
        for words in SAID {
            assert!(page.text().contains(words), "{words}: {}", page.text());
        }
        assert!(says_no(&page), "{}", page.text());
    }
    for page in [
        visitor.get("/").await.page(),
        visitor.get("/do-not-sell").await.page(),
        maya.get("/choices").await.page(),
        maya.get("/data/careers/match_scores").await.page(),
    ] {
        let links = page.attributes("a", "href");
        assert!(links.iter().any(|it| it.starts_with(PAGE)), "{links:?}");
    }
}

/// Rule: A6, 11 CCR 7220(c)(3); A5, 11 CCR 7222.
#[actix_web::test]
async fn the_notice_leads_to_asking_how_a_decision_was_made_where_the_law_gives_that() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let form = "/requests/new/decision";
    let links = ada.get(PAGE).await.page().attributes("main a", "href");
    assert!(links.iter().all(|it| it != form), "not yet: {links:?}");
    app.app.clock.advance(chrono::TimeDelta::days(326));
    let ada = app.person_again("ada").await;
    let links = ada.get(PAGE).await.page().attributes("main a", "href");
    assert!(links.iter().any(|it| it == form), "{links:?}");
    assert_eq!(ada.get(form).await.status, 200);
}

/// Rule: C7, 11 CCR 7221(m), (n); A6, 11 CCR 7220(c)(2).
#[actix_web::test]
async fn a_visitor_opts_out_of_machines_without_an_account_and_it_holds_when_they_sign_in() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let page = visitor.get(PAGE).await.page();
    let email = [("email", "newcomer@example.org")];
    let done = visitor.submit(&page, "/do-not-sell", &email).await;
    let page = visitor.get(done.location()).await.page();
    assert!(page.text().contains("Opted out of decisions by machines"));
    let changes = all_changes(&app);
    assert!(
        changes
            .iter()
            .all(|it| it.activity == KEY && it.state == State::OptedOut)
    );
    assert_eq!(changes.len(), 2, "for the address and for the browser");

    app.sign_in_by_mail(&visitor, "newcomer@example.org").await;
    let page = visitor.get("/choices").await.page();
    assert_eq!(page.texts(&format!("#{KEY} .tag")), ["Off"]);
    assert_eq!(page.texts("#analytics .tag"), ["On"], "nothing else");
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let now = app.app.clock.now();
    let count = move |conn: &mut _| candor::jobs::enqueue(conn, &Job::CountRequests, now);
    app.app.db.write(count).await.unwrap();
    app.run_jobs().await;
    let figures = auditor.get("/staff/metrics").await.page();
    let titles = figures.texts("tbody th");
    let at = titles
        .iter()
        .position(|it| it == "Opt out of decisions by machines");
    assert_eq!(figures.texts("tbody td")[at.unwrap() * 8], "1");
}

#[actix_web::test]
async fn who_is_signed_in_says_no_in_one_step_and_whoever_gets_the_data_for_it_is_told() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get(PAGE).await.page();
    let opt_out = "/choices/automated-decisions/opt-out";
    ada.submit(&page, opt_out, &[]).await.location();
    assert!(!says_no(&ada.get(PAGE).await.page()));
    app.run_jobs().await;
    let told = app.mails_to("employers@projobsector.com");
    assert_eq!(told.len(), 1, "who gets profiles that are proposed");
    let again = ada.get("/choices").await.page();
    assert_eq!(again.attributes(&format!("#{KEY} form"), "method"), ["get"]);
}

fn with_exception(register: &mut Register) {
    for activity in &mut register.activities {
        if let Some(machine) = &mut activity.machine {
            machine.exception = Some(Exception::HumanAppeal);
            machine.grounds = Some("Write to us, and Vera looks at it again.".to_owned());
            machine.otherwise = None;
        }
    }
}

/// Rule: A6, 11 CCR 7220(c)(2)(A), 7221(b).
#[actix_web::test]
async fn where_there_is_no_opt_out_the_notice_names_the_exception_and_how_to_have_a_person_look() {
    let app = TestApp::start_declaring(with_exception);
    let ada = app.person("ada").await;
    let page = ada.get(PAGE).await.page();
    assert!(!says_no(&page));
    for words in ["11 CCR 7221(b)(1)", "Vera looks at it again"] {
        assert!(page.text().contains(words), "{}", page.text());
    }
    let opt_out = "/choices/automated-decisions/opt-out";
    assert_eq!(ada.post(opt_out, &[]).await.status, 404);
}

#[actix_web::test]
async fn where_no_machine_decides_that_is_said_and_has_no_switch() {
    let app = TestApp::start_declaring(|register| {
        register.activities.retain(|it| it.machine.is_none());
    });
    let visitor = app.visitor();
    let page = visitor.get(PAGE).await.page();
    assert!(page.text().contains("No machine of ours takes part"));
    let only = [("only", KEY)];
    visitor.post("/do-not-sell", &only).await.location();
    let changes = all_changes(&app);
    assert!(changes.iter().all(|it| it.activity != KEY), "{changes:?}");
}
