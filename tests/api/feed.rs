use candor::db::AdvisoryLock;
use candor::db::schema::choices;
use diesel::prelude::*;
use serde_json::json;

use super::{Program, hash_of};
use crate::support::TestApp;

const NOTHING: [(&str, &str); 0] = [];

#[actix_web::test]
async fn a_cache_reads_every_change_once_in_order_and_goes_on_where_it_was() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let program = Program::of(&app).await;
    let empty = program.get("/changes").await.json;
    assert_eq!(
        (&empty["changes"], &empty["more"]),
        (&json!([]), &json!(false))
    );

    ada.post("/choices/opt-out", &NOTHING).await;
    let email = [("email", "nora@example.org"), ("only", "sale-or-sharing")];
    app.visitor().post("/do-not-sell", &email).await;
    let all = program.get("/changes").await.json;
    let all = all["changes"].as_array().unwrap();
    let expected = candor::choices::refusables(&app.app.register).len() + 1;
    assert_eq!(all.len(), expected, "browsers are nobody's business");
    let last = json!({
        "identities": [{ "type": "email", "hash": hash_of(&app, "nora@example.org") }],
        "activity": "sale-or-sharing",
        "state": "opted-out",
        "made_by": "visitor-form",
        "at": "2026-02-09T10:00:00+00:00",
    });
    assert_eq!(all[expected - 1], last);
    assert_eq!(
        all[0]["identities"][0]["hash"],
        hash_of(&app, "ada@example.org")
    );

    let (mut read, mut next) = (Vec::new(), empty["next"].as_str().unwrap().to_owned());
    loop {
        let page = program
            .get(&format!("/changes?after={next}&limit=3"))
            .await
            .json;
        read.extend(page["changes"].as_array().unwrap().clone());
        page["next"].as_str().unwrap().clone_into(&mut next);
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(read, *all);
    let later = program.get(&format!("/changes?after={next}")).await.json;
    assert_eq!(
        (&later["changes"], &later["next"]),
        (&json!([]), &json!(next))
    );
    ada.post("/choices/analytics/opt-in", &[("confirmed", "yes")])
        .await;
    let later = program.get(&format!("/changes?after={next}")).await.json;
    assert_eq!(later["changes"].as_array().unwrap().len(), 1);
    assert_eq!(later["changes"][0]["state"], "opted-in");
}

#[actix_web::test]
async fn what_commits_late_is_not_missed() {
    let app = TestApp::start();
    if app.app.db.is_sqlite() {
        return; // One writer commits in the order of ids.
    }
    let program = Program::of(&app).await;
    let ada = app.person("ada").await;
    let mut conn = diesel::PgConnection::establish(app.database_url()).unwrap();
    diesel::sql_query("BEGIN").execute(&mut conn).unwrap();
    let share = format!(
        "SELECT pg_advisory_xact_lock_shared({})",
        AdvisoryLock::ChoiceFeed.key()
    );
    diesel::sql_query(share).execute(&mut conn).unwrap();
    diesel::insert_into(choices::table)
        .values((
            choices::subject.eq("email:late"),
            choices::activity.eq("analytics"),
            choices::number.eq(1),
            choices::state.eq("opted-out"),
            choices::at.eq(app.app.clock.now()),
            choices::made_by.eq("person"),
        ))
        .execute(&mut conn)
        .unwrap();
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    let commit = async {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(300)).await;
        diesel::sql_query("COMMIT").execute(&mut conn).unwrap();
    };
    let (both, ()) = tokio::join!(program.get("/changes"), commit);
    let both = both.json;
    let hashes: Vec<_> = both["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["identities"][0]["hash"].clone())
        .collect();
    assert_eq!(
        hashes,
        [json!("late"), json!(hash_of(&app, "ada@example.org"))]
    );
}

#[actix_web::test]
async fn a_cursor_or_limit_that_cannot_be_is_refused_and_so_is_any_other_name() {
    let app = TestApp::start();
    let program = Program::of(&app).await;
    for query in [
        "after=nothing",
        "after=1.2",
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=1&limit=2",
        "since=3",
        "cursor=3",
    ] {
        let refused = program.get(&format!("/changes?{query}")).await;
        assert_eq!(
            (refused.status, &refused.json["code"]),
            (400, &json!("bad_request")),
            "{query}"
        );
    }
}

/// A cache that goes on from there would miss what is written next.
#[actix_web::test]
async fn a_place_that_the_feed_has_not_come_to_is_told_and_no_empty_answer() {
    let app = TestApp::start();
    let program = Program::of(&app).await;
    assert_eq!(program.get("/changes?after=1").await.status, 409);
    let ada = app.person("ada").await;
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    let next = program.get("/changes").await.json["next"].clone();
    let next: i64 = next.as_str().unwrap().parse().unwrap();
    let status = async |place: i64| program.get(&format!("/changes?after={place}")).await.status;
    assert_eq!((status(0).await, status(next).await), (200, 200));
    assert_eq!(status(next + 1).await, 409);
}
