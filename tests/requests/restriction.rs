//! Data in dispute, which are kept and not used.

use candor::accounts::model::Role;
use candor::db::schema::requests as table;
use candor::jobs::{Job, enqueue};
use candor::requests::model::{Kind, State};
use diesel::prelude::*;

use super::{file_access, find, reference_of};
use crate::support::TestApp;

const FORM: &str = "/requests/new/restriction";
const WRONG: [(&str, &str); 2] = [
    ("case", "accuracy"),
    ("what", "The rating in the notes on my interview of May."),
];

/// Rule: A4.R, GDPR Art. 18(1), 12(3).
#[actix_web::test]
async fn a_person_asks_to_have_data_kept_and_not_used_and_staff_see_to_it() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let lena = app.person_in("lena", "de").await;
    let page = lena.get(FORM).await.page();
    let reference = reference_of(&lena.submit(&page, FORM, &WRONG).await);
    let request = find(&app, &reference);
    assert_eq!(
        (request.kind, &*request.law),
        (Kind::Restriction, "eu-gdpr")
    );
    assert_eq!(request.due_on.to_string(), "2026-03-09");
    let told = app.mails_to("lena").pop().unwrap();
    assert!(told.text.contains("restriction") && told.text.contains("9 March 2026"));

    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let text = page.text();
    assert!(text.contains("I want it checked before you use it further"));
    assert!(
        text.contains("See to it in the systems concerned"),
        "{text}"
    );
    let answer = [
        ("outcome", "approved"),
        ("reason", "Nobody sees it now."),
        ("restricts", TOLD),
    ];
    let decided = agent.submit(&page, &format!("{url}/decide"), &answer).await;
    decided.location();
    assert_eq!(find(&app, &reference).state, State::Completed);
    let told = app.mails_to("lena").pop().unwrap();
    for body in [&told.text, &told.html] {
        assert!(body.contains("do not use them until the question is settled"));
        assert!(!body.contains("checked the result"), "nobody read it back");
    }
    let own = lena.get(&format!("/requests/{reference}")).await.page();
    assert_eq!(
        own.texts("p.lead"),
        ["We keep the data, and do not use them. We tell you before we use them again."]
    );
    assert!(
        !own.text().contains("carried out and checked"),
        "nobody read it back"
    );
    let receipts = lena.get("/receipts").await.page();
    assert!(
        receipts
            .text()
            .contains("A restriction was put into effect"),
        "{}",
        receipts.text()
    );
}

/// Rule: A4.R: a denial has a ground of the law and takes two.
#[actix_web::test]
async fn a_restriction_is_denied_on_a_ground_of_the_law_by_two() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let supervisor = app.staff("sue", Role::Supervisor).await;
    let lena = app.person_in("lena", "de").await;
    let page = lena.get(FORM).await.page();
    let reference = reference_of(&lena.submit(&page, FORM, &WRONG).await);
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let deny = [
        ("outcome", "denied"),
        ("ground", "NO_GROUND_18_1"),
        ("reason", "It was checked last week."),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &deny).await.location();
    assert_eq!(find(&app, &reference).state, State::InReview);
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();
    let told = app.mails_to("lena").pop().unwrap();
    assert!(told.text.contains("GDPR Art. 18(1)"), "{}", told.text);
}

#[actix_web::test]
async fn a_restriction_says_why_and_of_what_or_comes_back_as_typed() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get(FORM).await.page();
    let refused = ada.submit(&page, FORM, &[("what", "My rating")]).await;
    refused.refuses("case", "Choose why.");
    assert!(
        refused.html().contains("My rating"),
        "what was typed is kept"
    );
    let refused = ada.submit(&page, FORM, &[("case", "claim")]).await;
    refused.refuses("what", "Say which data");
}

/// What staff write for the recipients of WRONG.
pub const TOLD: &str = "The rating in interview notes of May, for choosing among applicants.";

pub async fn grant(app: &TestApp) -> (crate::support::Actor, crate::support::Actor, String) {
    let agent = app.staff("sam", Role::Agent).await;
    let lena = app.person_in("lena", "de").await;
    let page = lena.get(FORM).await.page();
    let reference = reference_of(&lena.submit(&page, FORM, &WRONG).await);
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let answer = [
        ("outcome", "approved"),
        ("reason", "Nobody sees it now."),
        ("restricts", TOLD),
    ];
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &answer).await.location();
    app.run_jobs().await;
    (agent, lena, reference)
}

/// Rule: A4.N, GDPR Art. 19.
#[actix_web::test]
async fn who_got_the_data_is_told_of_a_restriction_by_itself_and_person_and_staff_see_it() {
    let app = TestApp::start();
    let (agent, lena, reference) = grant(&app).await;
    let mails = app.mails_to("privacy@northbay-hosting.example.com");
    assert_eq!(mails.len(), 1, "the recipient is told once");
    // She never agreed to sale, so that no broker has her data.
    assert!(app.mails_to("optout@lumen-reach.example.com").is_empty());
    for body in [&mails[0].text, &mails[0].html] {
        assert!(body.contains("Keep what you got from us"), "{body}");
        assert!(body.contains(TOLD) && body.contains("lena@example.org"));
        assert!(!body.contains("I want it checked"), "not why");
    }
    assert!(!mails[0].subject.contains("lena"));
    for page in [
        lena.get(&format!("/requests/{reference}")).await.page(),
        agent
            .get(&format!("/staff/requests/{reference}"))
            .await
            .page(),
    ] {
        let rows = page.texts("section[aria-labelledby=told] tbody tr");
        let row = rows
            .iter()
            .find(|it| it.contains("Northbay Hosting"))
            .unwrap();
        assert!(row.contains("The restriction"), "{row}");
        assert!(row.contains("Told, no answer yet"), "{row}");
        assert!(rows.iter().all(|it| !it.contains("Authorities")));
    }
    let all = lena.get("/disclosures").await.page();
    assert!(all.text().contains("To keep your data and not to use them"));
}

/// Rule: A4.N, GDPR Art. 18(3), 19.
#[actix_web::test]
async fn the_person_is_told_a_week_before_a_restriction_ends_and_the_recipients_when_it_does() {
    let app = TestApp::start();
    let (agent, lena, reference) = grant(&app).await;
    let url = format!("/staff/requests/{reference}");
    let end = format!("{url}/restriction/end");
    let page = agent.get(&url).await.page();
    let refused = agent.submit(&page, &end, &[("ends", " ")]).await;
    refused.refuses("ends", "Write why, for the person to read");
    let why = [("ends", "The rating was checked, and it is right.")];
    agent.submit(&page, &end, &why).await.location();
    let told = app.mails_to("lena").pop().unwrap();
    for body in [&told.subject, &told.text, &told.html] {
        assert!(body.contains("ill be used again"), "{body}");
    }
    assert!(told.text.contains("16 February 2026"), "{}", told.text);
    assert!(
        !told.text.contains("The rating was checked"),
        "only on the page"
    );
    let own = lena.get(&format!("/requests/{reference}")).await.page();
    assert!(own.text().contains("The rating was checked"));
    assert_eq!(
        own.texts("p.lead"),
        [
            "We will use the data again from 16 February 2026 on. If you do not agree, write to us below before that day."
        ]
    );

    app.app.clock.advance(chrono::TimeDelta::days(6));
    app.run_jobs().await;
    let host = "privacy@northbay-hosting.example.com";
    assert_eq!(app.mails_to(host).len(), 1, "not before the day");
    app.app.clock.advance(chrono::TimeDelta::days(1));
    app.run_jobs().await;
    let mails = app.mails_to(host);
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.contains("has ended") && mails[1].text.contains(TOLD));
    assert!(mails[1].subject.contains("end of a restriction"));
    let page = agent.get(&url).await.page();
    assert!(page.text().contains("It ended on 16 February 2026"));
    assert!(page.text().contains("The end of the restriction"));
}

/// Rule: A4.R, GDPR Art. 18(3).
#[actix_web::test]
async fn an_end_against_which_the_person_wrote_does_not_come_while_nobody_has_answered() {
    let app = TestApp::start();
    let (agent, lena, reference) = grant(&app).await;
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let why = [("ends", "It was checked.")];
    agent
        .submit(&page, &format!("{url}/restriction/end"), &why)
        .await
        .location();
    let own = format!("/requests/{reference}");
    let page = lena.get(&own).await.page();
    let no = [("message", "No! It is still wrong.")];
    lena.submit(&page, &format!("{own}/messages"), &no)
        .await
        .location();
    app.app.clock.advance(chrono::TimeDelta::days(8));
    app.run_jobs().await;
    let told = app.mails_to("lena").pop().unwrap();
    assert!(told.text.contains("That does not happen"), "{}", told.text);
    let page = agent.get(&url).await.page();
    assert!(page.text().contains("The data are kept and not used"));
}

#[actix_web::test]
async fn an_end_that_was_called_off_does_not_come() {
    let app = TestApp::start();
    let (agent, _, reference) = grant(&app).await;
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let end = format!("{url}/restriction/end");
    let why = [("ends", "It was checked.")];
    agent.submit(&page, &end, &why).await.location();
    let page = agent.get(&url).await.page();
    let keep = format!("{url}/restriction/keep");
    agent.submit(&page, &keep, &[]).await.location();
    let told = app.mails_to("lena").pop().unwrap();
    assert!(told.text.contains("That does not happen"), "{}", told.text);
    app.app.clock.advance(chrono::TimeDelta::days(8));
    app.run_jobs().await;
    assert_eq!(
        app.mails_to("privacy@northbay-hosting.example.com").len(),
        1
    );
    let page = agent.get(&url).await.page();
    assert!(page.text().contains("The data are kept and not used"));
}

#[actix_web::test]
async fn a_restriction_that_stands_is_not_purged() {
    let app = TestApp::start();
    let (.., reference) = grant(&app).await;
    let ada = app.person("ada").await;
    let taken_back = file_access(&ada).await;
    let page = ada.get(&format!("/requests/{taken_back}")).await.page();
    let withdraw = format!("/requests/{taken_back}/withdraw");
    ada.submit(&page, &withdraw, &[]).await.location();
    app.app.clock.advance(chrono::TimeDelta::days(800));
    let now = app.app.clock.now();
    let purge = move |conn: &mut _| enqueue(conn, &Job::PurgeRequests, now);
    app.app.db.write(purge).await.unwrap();
    app.run_jobs().await;
    let left = app
        .app
        .db
        .read_now(|conn| Ok(table::table.select(table::reference).load::<String>(conn)?));
    assert_eq!(left.unwrap(), [reference]);
}

#[actix_web::test]
async fn a_restriction_is_not_granted_before_it_is_said_what_recipients_are_told() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let lena = app.person_in("lena", "de").await;
    let page = lena.get(FORM).await.page();
    let reference = reference_of(&lena.submit(&page, FORM, &WRONG).await);
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let answer = [("outcome", "approved"), ("reason", "Nobody sees it now.")];
    let decide = format!("{url}/decide");
    let refused = agent.submit(&page, &decide, &answer).await;
    refused.refuses("restricts", "Write for the recipients");
    assert_eq!(find(&app, &reference).state, State::Acknowledged);
}
