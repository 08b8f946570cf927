use candor::accounts::members;
use candor::accounts::model::Role;
use candor::accounts::queries::find_active_staff;
use candor::audit::Actor;
use candor::db::schema::manual_tasks;
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use reqwest::multipart::Form;

use super::{
    CONTRACT, LIST, answer, ask, asked, found, open_task, open_tasks, send, states, version,
};
use crate::support::TestApp;

#[actix_web::test]
async fn before_anybody_was_asked_the_overview_says_so_and_offers_it() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let text = ada.get("/data").await.page().text();
    assert!(text.contains("Paper archive"), "{text}");
    assert!(text.contains("Nobody has been asked to do so for you"));
    ask(&ada).await;
    let page = ada.get("/data").await.page();
    let text = page.text();
    assert!(
        text.contains("They were asked on 9 February 2026"),
        "{text}"
    );
    assert!(text.contains("It will be here by 3 March 2026."), "{text}");
    assert!(
        page.attributes("form[action='/data/by-hand']", "method")
            .is_empty()
    );
    let again = ada.post("/data/by-hand", &[]).await;
    assert_eq!(again.status, 409, "it is asked for already");
}

#[actix_web::test]
async fn filing_opens_a_task_with_its_event_its_mail_and_a_date_before_the_answers() {
    let app = TestApp::start_with_archive();
    app.staff("vera", Role::Supervisor).await;
    let ada = app.person("ada").await;
    let reference = ask(&ada).await;
    assert_eq!(states(&app), [("open".to_owned(), None)]);
    assert_eq!(app.events("manual.opened", &reference), 1);
    let due: NaiveDate = app
        .app
        .db
        .read_now(|conn| {
            Ok(manual_tasks::table
                .select(manual_tasks::due_on)
                .first(conn)?)
        })
        .unwrap();
    // Half of the 45 days until 26 March.
    assert_eq!(due.to_string(), "2026-03-03");
    let mail = app.mails_to("vera@staff.example.org").remove(0);
    assert!(mail.subject.contains("Paper archive"), "{}", mail.subject);
    assert!(mail.text.contains(&reference) && mail.text.contains("/staff/manual/"));
    assert!(
        !mail.text.contains("ada"),
        "no personal data: {}",
        mail.text
    );
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    assert!(
        page.text()
            .contains("Somebody here does a part of it by hand")
    );
}

#[actix_web::test]
async fn the_task_says_whom_to_look_for_and_what_is_wanted_and_the_person_is_told_of_the_look() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _, task) = asked(&app).await;
    let page = sam.get(&task).await.page();
    let text = page.text();
    for said in [
        "ada@example.org",
        "Signed contracts",
        "Letters about contracts",
        "Enter a date, such as 2026-11-23.",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(page.attributes("#c0-r0-f1", "value"), ["ada@example.org"]);
    let log = ada.get("/account/access-log").await.page();
    assert!(log.text().contains("By what we know you"), "{}", log.text());
}

#[actix_web::test]
async fn what_was_found_is_on_the_persons_pages_and_on_nobody_elses() {
    let app = TestApp::start_with_archive();
    let (ada, sam, reference) = found(&app).await;
    assert_eq!(app.events("manual.answered", &reference), 1);
    assert!(open_tasks(&sam).await.is_empty());
    let text = ada.get("/data").await.page().text();
    assert!(text.contains("Signed contracts"), "{text}");
    assert!(
        text.contains("What they found is here until 10 May 2026."),
        "{text}"
    );
    let page = ada.get("/data/paper_archive/contracts").await.page();
    assert!(page.text().contains("Ada Countess"), "{}", page.text());
    assert!(page.text().contains("2 May 2019"), "{}", page.text());
    let record = page.attributes("article h3 a", "href").remove(0);
    ada.get(&record).await.page();

    let eve = app.person("eve").await;
    let page = eve.get("/data/paper_archive/contracts").await.page();
    assert!(!page.text().contains("Countess"));
    assert!(!eve.get("/data").await.text().contains("Signed contracts"));
    assert_eq!(eve.get(&record).await.status, 404);
}

#[actix_web::test]
async fn records_of_another_collection_are_reached_by_the_reference_to_what_was_found() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _, task) = asked(&app).await;
    let letter = [("c1-r0-f0", "C-17"), ("c1-r0-f1", "About the raise")];
    let both: Vec<_> = CONTRACT.iter().chain(&letter).copied().collect();
    answer(&sam, &task, &both).await.location();
    let page = ada.get("/data/paper_archive/letters").await.page();
    assert!(page.text().contains("About the raise"), "{}", page.text());
    let eve = app.person("eve").await;
    let page = eve.get("/data/paper_archive/letters").await.page();
    assert!(!page.text().contains("raise"));
}

#[actix_web::test]
async fn nothing_found_is_an_answer_too() {
    let app = TestApp::start_with_archive();
    let (ada, sam, _, task) = asked(&app).await;
    answer(&sam, &task, &[("act", "nothing")]).await.location();
    assert_eq!(
        states(&app),
        [("done".to_owned(), Some("nothing".to_owned()))]
    );
    let text = ada.get("/data").await.page().text();
    assert!(text.contains("and found nothing about you"), "{text}");
    let page = sam.get(&task).await.page();
    assert!(page.text().contains("Nothing found"));
    assert!(
        !page.text().contains("ada@example.org"),
        "no more need to know"
    );
}

#[actix_web::test]
async fn of_two_who_answer_at_once_the_second_is_told_and_nothing_is_done_twice() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let una = app.staff("una", Role::Agent).await;
    let reference = ask(&ada).await;
    let task = open_task(&sam).await;
    let seen = version(&sam, &task).await;
    let both = futures_util::future::join(
        send(&sam, &task, &seen, CONTRACT),
        send(&una, &task, &seen, CONTRACT),
    );
    let (one, other) = both.await;
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(app.events("manual.answered", &reference), 1);
    assert_eq!(super::kept(&app), 1);
    let again = send(&sam, &task, &seen, &[("act", "nothing")]).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("Somebody else has answered"));
}

#[actix_web::test]
async fn a_task_is_taken_by_one_found_among_ones_own_and_left_to_others() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    let page = answer(&sam, &task, &[("act", "take")]).await.page();
    let mine = sam.get(&format!("{LIST}?assignee=me")).await.page();
    assert_eq!(mine.attributes("tbody th a", "href"), [task.as_str()]);
    let nobodys = sam.get(&format!("{LIST}?assignee=nobody")).await.page();
    assert!(nobodys.attributes("tbody th a", "href").is_empty());
    let erasures = sam.get(&format!("{LIST}?purpose=erase")).await.page();
    assert!(erasures.attributes("tbody th a", "href").is_empty());
    let leave = format!("{task}/leave");
    sam.submit(&page, &leave, &[]).await.location();
    let nobodys = sam.get(&format!("{LIST}?assignee=nobody")).await.page();
    assert_eq!(nobodys.attributes("tbody th a", "href").len(), 1);
    let stale = sam.submit(&page, &leave, &[]).await;
    assert_eq!(stale.status, 409);
}

#[actix_web::test]
async fn a_withdrawn_request_cancels_its_task_and_an_answer_comes_too_late() {
    let app = TestApp::start_with_archive();
    let (ada, sam, reference, task) = asked(&app).await;
    let seen = version(&sam, &task).await;
    ada.post(&format!("/requests/{reference}/withdraw"), &[])
        .await
        .location();
    assert_eq!(states(&app), [("cancelled".to_owned(), None)]);
    assert_eq!(app.events("manual.cancelled", &reference), 1);
    assert!(open_tasks(&sam).await.is_empty());
    assert_eq!(send(&sam, &task, &seen, CONTRACT).await.status, 409);
    let text = ada.get("/data").await.page().text();
    assert!(text.contains("Nobody has been asked"), "{text}");
}

#[actix_web::test]
async fn nothing_is_granted_while_it_is_still_looked_up() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let reference = ask(&ada).await;
    let url = format!("/staff/requests/{reference}");
    let decide = || async {
        let page = sam.get(&url).await.page();
        let fields = [("outcome", "approved"), ("reason", "It is on your page.")];
        sam.submit(&page, &format!("{url}/decide"), &fields).await
    };
    let refused = decide().await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("The manual desk still looks up"));
    let task = open_task(&sam).await;
    answer(&sam, &task, CONTRACT).await.location();
    decide().await.location();
    let page = sam.get(&url).await.page();
    assert!(
        page.text().contains("Look it up in Paper archive"),
        "{}",
        page.text()
    );
}

#[actix_web::test]
async fn a_form_without_a_button_of_ours_is_no_answer() {
    let app = TestApp::start_with_archive();
    let (_, sam, _, task) = asked(&app).await;
    for act in ["", "add-c", "erase"] {
        assert_eq!(
            answer(&sam, &task, &[("act", act)]).await.status,
            400,
            "{act}"
        );
    }
    let done = answer(&sam, &task, &[("act", "done")]).await;
    assert_eq!(done.status, 409, "there is nothing to be done");
    let nothing = Form::new().text("act", "nothing");
    let strange = sam.post_multipart(&format!("{LIST}/0"), nothing).await;
    assert_eq!(strange.status, 404);
    assert_eq!(states(&app), [("open".to_owned(), None)]);
}

#[actix_web::test]
async fn supervisors_and_who_does_it_are_told_once_when_a_task_is_late() {
    let app = TestApp::start_with_archive();
    app.staff("vera", Role::Supervisor).await;
    let sam = app.staff("sam", Role::Agent).await;
    let ada = app.person("ada").await;
    ask(&ada).await;
    let task = open_task(&sam).await;
    answer(&sam, &task, &[("act", "take")]).await.page();
    let late = |name: &str| {
        let mails = app
            .mails_to(&format!("{name}@staff.example.org"))
            .into_iter();
        mails.filter(|mail| mail.kind == "manual_task_late").count()
    };
    for (days, told) in [(22, 0), (1, 1), (1, 1)] {
        app.app.clock.advance(TimeDelta::days(days));
        let now = app.app.clock.now();
        let watch = candor::jobs::Job::WatchDates;
        let asked = app
            .app
            .db
            .write(move |conn| candor::jobs::enqueue(conn, &watch, now));
        asked.await.unwrap();
        app.run_jobs().await;
        assert_eq!(
            (late("vera"), late("sam")),
            (told, told),
            "after {days} days"
        );
    }
    let text = ada.get("/data").await.page().text();
    assert!(text.contains("we are late"), "{text}");
    assert!(
        sam.get(&format!("{LIST}?due=late"))
            .await
            .text()
            .contains("Late")
    );
}

#[actix_web::test]
async fn whoever_can_work_no_more_leaves_their_tasks_to_others() {
    let app = TestApp::start_with_archive();
    let (_, sam, reference, task) = asked(&app).await;
    answer(&sam, &task, &[("act", "take")]).await.page();
    let ruth = app.staff("ruth", Role::Supervisor).await;
    app.staff("root", Role::Admin).await;
    let now = app.app.clock.now();
    let keys = app.app.keys.clone();
    let disabled = app.app.db.write(move |conn| {
        let sam = find_active_staff(conn, &keys, "sam@staff.example.org")?.unwrap();
        members::disable(conn, Actor::System, sam.id, now)
    });
    disabled.await.unwrap();
    let nobodys = ruth.get(&format!("{LIST}?assignee=nobody")).await.page();
    assert_eq!(nobodys.attributes("tbody th a", "href"), [task]);
    assert_eq!(app.events("manual.assigned", &reference), 2);
}
