//! Appeals by letter, telephone and mail, from people without an account.

use candor::accounts::model::Role;
use candor::db::schema::{appeal_contacts, outbox, request_senders, requests as table};
use candor::requests::model::{Channel, Kind, Request, State};
use chrono::TimeDelta;
use diesel::prelude::*;

use super::find;
use crate::support::{Actor, Answer, TestApp};

const LETTER: [(&str, &str); 4] = [
    ("appeal_channel", "letter"),
    ("appeal_received_on", "2026-02-20"),
    ("appeal_words", "I sent you my old address. Look again."),
    ("appeal_contact", "Maya Okafor, 12 Elm Street, Richmond"),
];

struct Desk {
    sam: Actor,
    vera: Actor,
    kim: Actor,
}

async fn act(who: &Actor, reference: &str, what: &str, fields: &[(&str, &str)]) -> Answer {
    let url = format!("/staff/requests/{reference}");
    let page = who.get(&url).await.page();
    who.submit(&page, &format!("{url}/{what}"), fields).await
}

fn newest(app: &TestApp) -> Request {
    let found = app
        .app
        .db
        .read_now(|conn| Ok(Request::query().order(table::id.desc()).first(conn)?));
    found.unwrap()
}

/// A deletion by letter from Virginia that was denied, on 9 February, because nobody knew who asked.
async fn denied(app: &TestApp) -> (Desk, String) {
    let desk = Desk {
        sam: app.staff("sam", Role::Agent).await,
        vera: app.staff("vera", Role::Supervisor).await,
        kim: app.staff("kim", Role::Agent).await,
    };
    let page = desk.sam.get("/staff/requests/new").await.page();
    let letter = [
        ("channel", "letter"),
        ("received_on", "2026-02-04"),
        ("wants", "deletion"),
        ("contact", "Maya Okafor, 12 Elm Street, Richmond"),
        ("residence", "us-va"),
    ];
    let entered = desk.sam.submit(&page, "/staff/requests/new", &letter).await;
    entered.location();
    let reference = newest(app).reference;
    act(&desk.sam, &reference, "confirmed", &[])
        .await
        .location();
    let unknown = [("identity", "unverified")];
    act(&desk.sam, &reference, "identity", &unknown)
        .await
        .location();
    act(&desk.vera, &reference, "approve", &[]).await.location();
    assert_eq!(find(app, &reference).state, State::Denied);
    app.run_jobs().await;
    (desk, reference)
}

fn count_contacts(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(appeal_contacts::table.count().get_result(conn)?));
    count.unwrap()
}

/// Of how many people without an address it is kept how to answer their first letter.
fn count_senders(app: &TestApp) -> i64 {
    let count = app.app.db.read_now(|conn| {
        let kept = request_senders::table.filter(request_senders::contact.is_not_null());
        Ok(kept.count().get_result(conn)?)
    });
    count.unwrap()
}

/// Rule: A4, the column "appeal answered in" (Va. Code 59.1-577(C)); I1.
#[actix_web::test]
async fn an_appeal_by_letter_counts_from_its_day_and_is_confirmed_by_staff() {
    let app = TestApp::start();
    let (desk, reference) = denied(&app).await;
    app.app.clock.advance(TimeDelta::days(14));
    let denied_at = format!("/staff/requests/{reference}");
    let seen_before = desk.vera.get(&denied_at).await.page();
    let entered = act(&desk.sam, &reference, "appeal", &LETTER).await;
    let appeal = newest(&app);
    let url = format!("/staff/requests/{}", appeal.reference);
    assert_eq!(entered.location(), url);
    assert_eq!(
        (appeal.kind, appeal.channel, appeal.state),
        (Kind::Appeal, Channel::Letter, State::Received)
    );
    assert_eq!(appeal.appeal_of, Some(find(&app, &reference).id));
    assert_eq!(appeal.received_on.to_string(), "2026-02-20");
    assert_eq!((appeal.due_on - appeal.received_on).num_days(), 60);
    let mails = app.app.db.read_now(|conn| {
        let to_others = outbox::table.filter(outbox::kind.ne("request_waits"));
        Ok(to_others.count().get_result::<i64>(conn)?)
    });
    assert_eq!(mails.unwrap(), 0, "there is no address");

    let page = desk.kim.get(&url).await.page();
    for words in ["By letter", "12 Elm Street", "Look again", "21 April 2026"] {
        assert!(page.text().contains(words), "{words}");
    }
    let title = page.texts("title").concat();
    assert!(!title.contains("Elm Street"), "{title}");
    act(&desk.kim, &appeal.reference, "confirmed", &[])
        .await
        .location();
    let confirmed = find(&app, &appeal.reference);
    assert_eq!(confirmed.state, State::Acknowledged);

    let enter = format!("{denied_at}/appeal");
    let twice = desk.vera.submit(&seen_before, &enter, &LETTER).await;
    assert_eq!(twice.status, 409);
    assert!(twice.text().contains(&appeal.reference), "{}", twice.text());
    assert_eq!(newest(&app).id, appeal.id);
}

/// Rule: A4; I9, 11 CCR 7060(d).
#[actix_web::test]
async fn how_to_reach_them_is_kept_until_they_have_been_told_how_it_ended() {
    let app = TestApp::start();
    let (desk, reference) = denied(&app).await;
    app.app.clock.advance(TimeDelta::days(14));
    act(&desk.sam, &reference, "appeal", &LETTER)
        .await
        .location();
    let appeal = newest(&app).reference;
    act(&desk.kim, &appeal, "confirmed", &[]).await.location();
    let own = [("outcome", "approved"), ("reason", "You are right.")];
    let own = act(&desk.sam, &appeal, "decide", &own).await;
    assert_eq!(own.status, 409, "sam had a part in the denial");
    let granted = [("outcome", "approved"), ("reason", "You are right.")];
    act(&desk.kim, &appeal, "decide", &granted).await.location();
    assert_eq!(find(&app, &appeal).state, State::Completed);
    let open = find(&app, &reference);
    assert_eq!(open.state, State::InReview);
    assert_eq!(open.due_on.to_string(), "2026-04-21");
    let page = desk.kim.get(&format!("/staff/requests/{reference}")).await;
    assert!(page.page().text().contains("12 Elm Street"));
    let early = desk
        .kim
        .post(
            &format!("/staff/requests/{appeal}/told"),
            &[("version", &find(&app, &appeal).version.to_string())],
        )
        .await;
    assert_eq!(early.status, 409, "what came of it is not decided");

    let deny = [
        ("outcome", "denied"),
        ("ground", "UNVERIFIED"),
        ("reason", "Nobody could be reached."),
    ];
    let own = act(&desk.sam, &reference, "decide", &deny).await;
    assert_eq!(own.status, 409, "sam had a part in the denial");
    act(&desk.kim, &reference, "decide", &deny).await.location();
    act(&desk.vera, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    assert_eq!(count_contacts(&app), 1, "they have yet to be told");
    act(&desk.sam, &reference, "told", &[]).await.location();
    assert_eq!(count_contacts(&app), 0);
    let page = desk.sam.get(&format!("/staff/requests/{appeal}")).await;
    assert!(!page.page().text().contains("12 Elm Street"));
}

/// Rule: I9, 11 CCR 7060(d).
#[actix_web::test]
async fn how_to_reach_them_is_kept_as_long_as_the_request_is_open_again_and_a_month_longer() {
    let app = TestApp::start();
    let (desk, reference) = denied(&app).await;
    app.app.clock.advance(TimeDelta::days(14));
    let entered = act(&desk.sam, &reference, "appeal", &LETTER).await;
    entered.location();
    let appeal = newest(&app).reference;
    act(&desk.kim, &appeal, "confirmed", &[]).await.location();
    let granted = [("outcome", "approved"), ("reason", "You are right.")];
    act(&desk.kim, &appeal, "decide", &granted).await.location();
    app.app.clock.advance(TimeDelta::days(31));
    app.run_jobs().await;
    assert_eq!((count_senders(&app), count_contacts(&app)), (1, 1));

    let deny = [
        ("outcome", "denied"),
        ("ground", "UNVERIFIED"),
        ("reason", "Nobody could be reached."),
    ];
    act(&desk.kim, &reference, "decide", &deny).await.location();
    act(&desk.vera, &reference, "approve", &[]).await.location();
    app.app.clock.advance(TimeDelta::days(29));
    app.run_jobs().await;
    assert_eq!((count_senders(&app), count_contacts(&app)), (1, 1));
    app.app.clock.advance(TimeDelta::days(2));
    app.run_jobs().await;
    assert_eq!((count_senders(&app), count_contacts(&app)), (0, 0));
    assert_eq!(app.events("request.sender_forgotten", &reference), 1);
    assert_eq!(app.events("request.sender_forgotten", &appeal), 1);
}

#[actix_web::test]
async fn who_has_an_address_is_told_by_mail_that_their_letter_came() {
    let app = TestApp::start();
    let (desk, reference) = denied(&app).await;
    let person_id = find(&app, &reference).person_id;
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let known = app.app.db.write(move |conn| {
        let email = candor::accounts::model::IdentityKind::Email;
        let value = "maya@example.org";
        Ok(candor::accounts::queries::add_identity(
            conn,
            &keys,
            person_id,
            (email, value),
            now,
        )?)
    });
    known.await.unwrap();
    app.app.clock.advance(TimeDelta::days(14));
    let call = [
        ("appeal_channel", "phone"),
        ("appeal_received_on", "2026-02-23"),
        ("appeal_words", "Look again."),
        ("appeal_contact", "Maya Okafor, 12 Elm Street, Richmond"),
    ];
    act(&desk.sam, &reference, "appeal", &call).await.location();
    let appeal = newest(&app);
    assert_eq!(appeal.state, State::Acknowledged);
    assert_eq!(count_contacts(&app), 0, "she is reached by mail");
    let mail = app.mails_to("maya").pop().unwrap();
    assert!(mail.text.contains("24 April 2026"), "{}", mail.text);
    assert!(mail.text.contains("It came by telephone"), "{}", mail.text);
    assert!(!mail.text.contains("You signed in"), "{}", mail.text);
}

#[actix_web::test]
async fn an_appeal_that_cannot_have_come_so_is_refused_and_what_was_typed_is_kept() {
    let app = TestApp::start();
    let (desk, reference) = denied(&app).await;
    app.app.clock.advance(TimeDelta::days(14));
    let refusals = [
        ("appeal_channel", "portal", "Choose how it came."),
        ("appeal_received_on", "", "Enter the day"),
        ("appeal_received_on", "2026-02-24", "still to come"),
        (
            "appeal_received_on",
            "2026-02-08",
            "On this day nothing was denied yet.",
        ),
        ("appeal_words", " ", "Write what they said"),
        ("appeal_contact", " ", "Write how we can answer them."),
    ];
    for (field, value, sentence) in refusals {
        let mut fields = LETTER.to_vec();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let refused = act(&desk.sam, &reference, "appeal", &fields).await;
        refused.refuses(field, sentence);
        let kept = field == "appeal_words" || refused.html().contains("my old address");
        assert!(kept, "what was typed is kept");
    }
    let auditor = app.staff("aud", Role::Auditor).await;
    let page = auditor.get(&format!("/staff/requests/{reference}")).await;
    assert!(!page.page().text().contains("Put the appeal on record"));
}
