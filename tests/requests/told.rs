//! Telling people without e-mail how their request ended, and forgetting how to reach them.

use candor::accounts::model::Role;
use candor::db::schema::request_senders;
use chrono::TimeDelta;
use diesel::prelude::*;

use super::entered::{enter, newest};
use crate::support::TestApp;

/// Rule: I9, 11 CCR 7060(d).
#[actix_web::test]
async fn how_to_reach_them_is_sealed_and_erased_when_they_know_how_it_ended() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    enter(&sam, &[]).await.location();
    let request = newest(&app);
    let contact = || {
        let read = app.app.db.read_now(|conn| {
            Ok(request_senders::table
                .select(request_senders::contact)
                .first::<Option<Vec<u8>>>(conn)?)
        });
        read.unwrap()
    };
    assert!(!String::from_utf8_lossy(&contact().unwrap()).contains("Elm"));
    let url = format!("/staff/requests/{}", request.reference);
    let act = |what: &str| format!("{url}/{what}");
    let page = sam.get(&url).await.page();
    sam.submit(&page, &act("confirmed"), &[]).await.location();
    let page = sam.get(&url).await.page();
    sam.submit(&page, &act("identity"), &[("identity", "unverified")])
        .await
        .location();
    let page = vera.get(&url).await.page();
    vera.submit(&page, &act("approve"), &[]).await.location();
    app.run_jobs().await;
    let page = vera.get(&url).await.page();
    for words in [
        "No mail reaches them",
        "What the person is to be told",
        "Tell them how it ended",
        "12 Elm Street",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
    vera.submit(&page, &act("told"), &[]).await.location();
    assert_eq!(contact(), None);
    assert_eq!(vera.submit(&page, &act("told"), &[]).await.status, 409);
    assert_eq!(
        app.events("request.sender_forgotten", &request.reference),
        1
    );
}

/// Rule: I9, 11 CCR 7060(d).
#[actix_web::test]
async fn how_to_reach_them_is_erased_after_a_month_without_a_word_of_staff() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    enter(&sam, &[]).await.location();
    let url = format!("/staff/requests/{}", newest(&app).reference);
    for (who, action, fields) in [
        (&sam, "confirmed", vec![]),
        (&sam, "identity", vec![("identity", "unverified")]),
        (&vera, "approve", vec![]),
    ] {
        let page = who.get(&url).await.page();
        let action = format!("{url}/{action}");
        who.submit(&page, &action, &fields).await.location();
    }
    let kept = || {
        let read = app.app.db.read_now(|conn| {
            let kept = request_senders::table.filter(request_senders::contact.is_not_null());
            Ok(kept.count().get_result::<i64>(conn)?)
        });
        read.unwrap()
    };
    app.app.clock.advance(TimeDelta::days(29));
    app.run_jobs().await;
    assert_eq!(kept(), 1);
    app.app.clock.advance(TimeDelta::days(1));
    app.run_jobs().await;
    assert_eq!(kept(), 0);
}
