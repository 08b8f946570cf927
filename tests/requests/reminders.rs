use candor::accounts::model::Role;
use candor::jobs::{Job, enqueue};
use candor::requests::life::advance;
use candor::requests::model::State;
use candor::requests::{handling, reminders};
use chrono::{Days, TimeDelta};

use super::{file_access, find, staff_does, staff_member};
use crate::support::TestApp;

/// A day passes, and the dates are looked at as the worker does every hour.
async fn days_pass(app: &TestApp, days: i64) {
    app.app.clock.advance(TimeDelta::days(days));
    watch(app).await;
}

async fn watch(app: &TestApp) {
    let now = app.app.clock.now();
    let written = move |conn: &mut _| enqueue(conn, &Job::WatchDates, now);
    app.app.db.write(written).await.unwrap();
    app.run_jobs().await;
}

fn staff_mails(app: &TestApp, name: &str) -> Vec<String> {
    let mails = app.mails_to(&format!("{name}@staff.example.org"));
    mails.into_iter().map(|mail| mail.text).collect()
}

async fn give_to(app: &TestApp, member: &candor::accounts::guard::StaffMember, reference: &str) {
    staff_does(app, member, reference, |conn, request, by| {
        handling::assign(conn, &request, by.who.staff_id(), by)
    })
    .await
    .unwrap();
}

/// Rule: C2, 11 CCR 7021(b).
#[actix_web::test]
async fn staff_are_reminded_at_half_at_four_fifths_and_one_business_day_before_the_date() {
    let app = TestApp::start();
    let sam = staff_member(&app, "sam", Role::Agent).await;
    staff_member(&app, "vera", Role::Supervisor).await;
    let reference = file_access(&app.person("ada").await).await;
    give_to(&app, &sam, &reference).await;
    // 45 days from 9 February end on Thursday 26 March.
    let mut told = Vec::new();
    for day in 1..=45 {
        days_pass(&app, 1).await;
        told.push((
            day,
            staff_mails(&app, "sam").len(),
            staff_mails(&app, "vera").len(),
        ));
    }
    let at = |day: usize| (told[day - 1].1, told[day - 1].2);
    assert_eq!((at(21), at(22)), ((0, 0), (1, 0)));
    assert_eq!((at(35), at(36)), ((1, 0), (2, 0)));
    assert_eq!(
        (at(43), at(44)),
        ((2, 0), (3, 1)),
        "the last day goes to supervisors too"
    );
    assert_eq!(at(45), (3, 1));
    let mail = staff_mails(&app, "sam").remove(0);
    assert!(
        mail.contains(&reference) && mail.contains("26 March 2026"),
        "{mail}"
    );
    assert!(!mail.contains("ada"), "no personal data: {mail}");
}

/// Rule: C2, 11 CCR 7021(b).
#[actix_web::test]
async fn a_late_answer_is_told_to_the_person_with_the_reason_and_to_supervisors_once() {
    let app = TestApp::start();
    staff_member(&app, "vera", Role::Supervisor).await;
    let ada = app.person("ada").await;
    let reference = file_access(&ada).await;
    days_pass(&app, 45).await;
    assert_eq!(app.mails_to("ada").len(), 1, "the date has not passed");
    days_pass(&app, 1).await;
    for _ in 0..3 {
        days_pass(&app, 1).await;
    }
    let mails = app.mails_to("ada");
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].kind, "request_late");
    assert!(mails[1].text.contains("Nobody has looked at it in time."));
    assert!(mails[1].text.contains("cppa.ca.gov"), "{}", mails[1].text);
    let to_vera = staff_mails(&app, "vera");
    assert_eq!(
        to_vera.len(),
        2,
        "what was missed is one mail, then the late one"
    );
    assert!(to_vera[1].contains("It is late."));
    assert_eq!(app.events("request.notice_sent", &reference), 2);
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    for words in [
        "The date of our answer has passed",
        "Our answer is late: it was due by 26 March 2026",
        "Nobody has looked at it in time.",
        "You can also complain to an authority",
    ] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
}

/// Rule: C3, 11 CCR 7021(b).
#[actix_web::test]
async fn an_extension_moves_the_reminders_and_is_refused_after_the_first_period() {
    let app = TestApp::start();
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let ada = app.person("ada").await;
    let (early, late) = (file_access(&ada).await, file_access(&ada).await);
    let extend = |reference: String| {
        let until = find(&app, &reference).received_on + Days::new(90);
        let (app, sam) = (&app, &sam);
        async move {
            staff_does(app, sam, &reference, move |conn, request, by| {
                handling::extend(conn, &request, (until, until), "It is on paper.", by)
            })
            .await
        }
    };
    // 26 March, 23:00 in California, is 27 March in UTC: still the last day.
    app.app
        .clock
        .advance(TimeDelta::days(45) + TimeDelta::hours(20));
    extend(early.clone()).await.unwrap();
    app.app.clock.advance(TimeDelta::hours(1));
    assert!(
        extend(late.clone()).await.is_err(),
        "midnight has passed there"
    );
    let mails = app.mails_to("ada").len();
    watch(&app).await;
    let told = app.mails_to("ada").split_off(mails);
    assert_eq!(told.len(), 1, "only the one without extension is late");
    assert!(told[0].text.contains(&late));
    assert!(find(&app, &early).next_notice_on.is_some());
}

/// Rule: C2, 11 CCR 7021(b): the clock is never stopped.
#[actix_web::test]
async fn the_clock_runs_on_while_the_person_is_asked_or_checked() {
    let app = TestApp::start();
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let reference = file_access(&app.person("ada").await).await;
    let due = find(&app, &reference).due_on;
    for state in [State::Verifying, State::InReview, State::WaitingForPerson] {
        staff_does(&app, &sam, &reference, move |conn, request, by| {
            advance(conn, &request, state, by)
        })
        .await
        .unwrap();
        app.app.clock.advance(TimeDelta::days(14));
        assert_eq!(find(&app, &reference).due_on, due);
    }
    days_pass(&app, 4).await;
    let mail = app.mails_to("ada").pop().unwrap();
    assert!(mail.text.contains("have no answer yet"), "{}", mail.text);
}

/// Rule: A4.UK: the clock stops while the controller waits to hear who asks or what is meant.
#[actix_web::test]
async fn in_the_united_kingdom_the_clock_stands_still_while_the_person_is_asked() {
    let app = TestApp::start();
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let ada = app.person_in("ada", "gb").await;
    let reference = file_access(&ada).await;
    let filed = ada
        .get(&format!("/requests/{reference}/filed"))
        .await
        .page();
    assert!(
        filed
            .text()
            .contains("it moves by the days until you answer")
    );
    let due = find(&app, &reference).due_on;
    for state in [State::InReview, State::WaitingForPerson] {
        staff_does(&app, &sam, &reference, move |conn, request, by| {
            advance(conn, &request, state, by)
        })
        .await
        .unwrap();
    }
    days_pass(&app, 40).await;
    let is_late = |app: &TestApp| {
        let mut mails = app.mails_to("ada").into_iter();
        mails.any(|mail| mail.kind == "request_late")
    };
    assert!(!is_late(&app), "it is the person's turn");
    let url = format!("/requests/{reference}");
    let page = ada.get(&url).await.page();
    assert!(page.text().contains("the clock stands still"));
    let desk = app.sign_in_again("sam", Role::Agent).await;
    let seen = desk
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(seen.text().contains("(the clock stands still)"));
    assert!(
        !seen.text().to_lowercase().contains("late)"),
        "{}",
        seen.text()
    );
    let queue = desk.get("/staff/requests").await.page();
    assert!(
        queue.text().contains("the clock stands still"),
        "{}",
        queue.text()
    );
    let answer = [("message", "I mean the call in May.")];
    let action = format!("{url}/messages");
    ada.submit(&page, &action, &answer).await.location();
    assert_eq!(find(&app, &reference).due_on, due + chrono::Days::new(40));
    days_pass(&app, 28).await;
    assert!(!is_late(&app));
    days_pass(&app, 3).await;
    assert!(is_late(&app), "no date is missed unnoticed");
}

/// Rule: C4, 11 CCR 7021(b).
#[actix_web::test]
async fn at_day_40_staff_are_told_of_a_request_that_is_not_verified_and_nothing_closes() {
    let app = TestApp::start();
    let sam = staff_member(&app, "sam", Role::Agent).await;
    staff_member(&app, "vera", Role::Supervisor).await;
    let reference = file_access(&app.person("ada").await).await;
    give_to(&app, &sam, &reference).await;
    staff_does(&app, &sam, &reference, |conn, request, by| {
        advance(conn, &request, State::Verifying, by)
    })
    .await
    .unwrap();
    days_pass(&app, 39).await;
    assert!(staff_mails(&app, "vera").is_empty());
    days_pass(&app, 1).await;
    let mail = staff_mails(&app, "vera").remove(0);
    assert!(mail.contains("Nobody knows yet who asks."), "{mail}");
    days_pass(&app, 30).await;
    assert_eq!(find(&app, &reference).state, State::Verifying);
}

#[actix_web::test]
async fn nobody_is_told_of_what_is_closed_and_two_workers_tell_once() {
    let app = TestApp::start();
    staff_member(&app, "vera", Role::Supervisor).await;
    let ada = app.person("ada").await;
    let closed = file_access(&ada).await;
    ada.post(&format!("/requests/{closed}/withdraw"), &[])
        .await
        .location();
    let open = file_access(&ada).await;
    app.app.clock.advance(TimeDelta::days(23));
    let both = [app.app.clone(), app.app.clone()]
        .map(|app| tokio::task::spawn_blocking(move || reminders::watch(&app).unwrap()));
    for worker in both {
        worker.await.unwrap();
    }
    let mails = staff_mails(&app, "vera");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains(&open) && !mails[0].contains(&closed));
}

/// Rule: A4.
#[actix_web::test]
async fn a_day_ends_where_the_person_lives_not_where_their_law_was_made() {
    let app = TestApp::start();
    // One law, and an hour between them.
    let lisbon = file_access(&app.person_in("lisbon", "pt").await).await;
    let vienna = file_access(&app.person_in("vienna", "at").await).await;
    assert_eq!(find(&app, &lisbon).law, find(&app, &vienna).law);
    let due = find(&app, &vienna).due_on;
    // Half past eleven at night in Vienna, on the last day in UTC.
    let late = due.and_hms_opt(23, 30, 0).unwrap() - app.app.clock.now();
    app.app.clock.advance(late);
    watch(&app).await;
    let is_late = |name| {
        app.mails_to(name)
            .iter()
            .any(|it| it.kind == "request_late")
    };
    assert!(is_late("vienna"), "midnight has passed there");
    assert!(!is_late("lisbon"));
}

#[actix_web::test]
async fn who_works_is_asked_once_for_all_requests_of_a_round() {
    let app = TestApp::start();
    staff_member(&app, "vera", Role::Supervisor).await;
    let ada = app.person("ada").await;
    for _ in 0..5 {
        file_access(&ada).await;
    }
    app.app.clock.advance(TimeDelta::days(23));
    let parts = app.app.clone();
    // Started only when somebody listens: a blocking task that is spawned runs at once.
    let watching = async { tokio::task::spawn_blocking(move || reminders::watch(&parts)).await };
    let (done, queries) = app.queries_during(watching).await;
    done.unwrap().unwrap();
    let staff = queries
        .iter()
        .filter(|it| it.contains("disabled_at"))
        .count();
    assert_eq!(staff, 1, "{queries:#?}");
}
