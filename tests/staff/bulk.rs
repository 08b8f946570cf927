use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use chrono::TimeDelta;

use super::{act, file_correction, four_eyes::file_access, sample};
use crate::support::{Actor, Answer, TestApp};

const BULK: &str = "/staff/requests/bulk";

/// Picks every request of the queue.
async fn pick_all(staff: &Actor) -> Answer {
    let page = staff.get("/staff/requests").await.page();
    let picks = page.attributes("input[name=pick]", "value");
    let fields: Vec<_> = picks.iter().map(|it| ("pick", it.as_str())).collect();
    staff.post(BULK, &fields).await.page()
}

/// The fields of a form as the page has them, with these in place of its own.
fn filled<'a>(
    hidden: &'a [(String, String)],
    own: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = hidden
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !own.iter().any(|(one, _)| one == name));
    kept.chain(own.iter().copied()).collect()
}

#[actix_web::test]
async fn several_requests_are_shown_before_and_have_a_result_each() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let (first, second) = (
        file_correction(&person, "Port Ellery").await,
        file_access(&person).await,
    );
    let chosen = pick_all(&agent).await;
    assert_eq!(chosen.texts("tbody th"), [first.clone(), second.clone()]);
    let hidden = chosen.fill(BULK, &[]);
    let empty = agent
        .post(BULK, &filled(&hidden, &[("step", "chosen")]))
        .await;
    empty.refuses("action", "Choose what to do");

    let write = [
        ("action", "write"),
        ("reply", "in-work"),
        ("language", "en"),
    ];
    let preview = agent.post(BULK, &filled(&hidden, &write)).await.page();
    assert_eq!(
        preview.texts("tbody td"),
        ["The person will get the message."; 2]
    );
    let text = preview.texts("main blockquote").concat();
    assert!(text.contains("You have our answer by"), "{text}");
    assert_eq!(
        app.mails_to(SAMPLES[0].email).len(),
        2,
        "nothing was done yet"
    );

    // Somebody is faster with one of them.
    act(&ruth, &first, "assign", &[("assignee", "me")])
        .await
        .location();
    let action = format!("{BULK}/do");
    let hidden = preview.fill(&action, &[]);
    let result = agent.post(&action, &filled(&hidden, &[])).await.page();
    let words = result.texts("tbody td");
    assert!(
        words[0].starts_with("Not done This request has changed"),
        "{words:?}"
    );
    assert_eq!(words[1], "Done.");
    let mails = app.mails_to(SAMPLES[0].email);
    assert_eq!(mails.len(), 3);
    assert!(mails[2].text.contains(&second));
    let again = agent.post(&action, &filled(&hidden, &[])).await.page();
    assert!(again.texts("tbody td")[1].starts_with("Not done"));
    assert_eq!(app.mails_to(SAMPLES[0].email).len(), 3, "sent once");
}

#[actix_web::test]
async fn what_was_chosen_for_several_stays_chosen_when_the_form_comes_back() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    file_access(&person).await;
    let hidden = pick_all(&agent).await.fill(BULK, &[]);
    let chosen = [("action", ""), ("reply", "in-work"), ("language", "es")];
    let refused = agent.post(BULK, &filled(&hidden, &chosen)).await;
    refused.refuses("action", "Choose what to do");
    let selected = refused.attributes("option[selected]", "value");
    assert_eq!(selected, ["in-work", "es"]);
    let unseen = [("action", "extend"), ("extension", "Later\u{202e}.")];
    let refused = agent.post(BULK, &filled(&hidden, &unseen)).await;
    refused.refuses("extension", "characters that cannot be seen");
    let long = "a".repeat(2001);
    let long = [("action", "extend"), ("extension", long.as_str())];
    let refused = agent.post(BULK, &filled(&hidden, &long)).await;
    refused.refuses("extension", "in at most 2,000 characters");
}

#[actix_web::test]
async fn what_cannot_be_done_is_said_in_the_preview_and_left_out() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let (first, second) = (file_access(&person).await, file_access(&person).await);
    let why = [("extension", "The archive is being moved.")];
    act(&agent, &first, "extend", &why).await.location();
    let chosen = pick_all(&agent).await;
    let hidden = chosen.fill(BULK, &[]);
    let extend = [("action", "extend"), why[0]];
    let preview = agent.post(BULK, &filled(&hidden, &extend)).await.page();
    let rows = preview.texts("tbody tr");
    let row = |reference: &str| rows.iter().find(|it| it.starts_with(reference)).unwrap();
    assert!(row(&first).contains("It was extended once"));
    assert!(row(&second).contains("Its date will be moved to 10 May 2026"));
    assert_eq!(preview.texts("main blockquote"), [why[0].1]);
    let action = format!("{BULK}/do");
    let hidden = preview.fill(&action, &[]);
    let result = agent.post(&action, &filled(&hidden, &[])).await.page();
    assert_eq!(result.texts("tbody th"), [second]);
    assert_eq!(result.texts("tbody td"), ["Done."]);
}

/// Rule: C3, 11 CCR 7021(b): what the preview says of a date is what happens.
#[actix_web::test]
async fn the_preview_of_more_time_counts_days_where_people_live() {
    let app = TestApp::start();
    let person = sample(&app).await;
    app.staff("sam", Role::Agent).await;
    let reference = file_access(&person).await;
    let preview = async |hours| {
        app.app.clock.advance(TimeDelta::hours(hours));
        let agent = app.sign_in_again("sam", Role::Agent).await;
        let chosen = pick_all(&agent).await;
        let hidden = chosen.fill(BULK, &[]);
        let extend = [("action", "extend"), ("extension", "The archive is moved.")];
        let page = agent.post(BULK, &filled(&hidden, &extend)).await.page();
        page.texts("tbody tr").concat()
    };
    let last_evening = preview(45 * 24 + 15).await;
    assert!(last_evening.contains(&reference));
    assert!(
        last_evening.contains("Its date will be moved"),
        "{last_evening}"
    );
    let next_morning = preview(9).await;
    assert!(
        next_morning.contains("Its date has passed"),
        "{next_morning}"
    );
}
