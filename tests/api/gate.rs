use candor::api::gate::{REFUSALS_A_MINUTE, REQUESTS_A_MINUTE};
use candor::routes::{self, Who};
use chrono::TimeDelta;
use serde_json::json;

use super::{Program, hash_of};
use crate::support::TestApp;

#[actix_web::test]
async fn no_route_but_the_description_answers_without_a_good_token() {
    let app = TestApp::start();
    app.person("ada").await;
    let known = hash_of(&app, "ada@example.org");
    let stranger = Program::with(&app, "candor_of-nobody");
    for (who, method, pattern) in routes::API {
        let path = pattern
            .replace("{identity_type}", "email")
            .replace("{hash}", &known);
        let reply = if *method == "get" {
            stranger.get(&path).await
        } else {
            stranger.post(&path, &json!({})).await
        };
        let expected = if *who == Who::Anyone { 200 } else { 401 };
        assert_eq!(reply.status, expected, "{pattern}");
        if expected == 401 {
            assert_eq!(reply.json["code"], "unauthorized");
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
        }
    }
    assert_eq!(stranger.get("/changes?limit=x").await.status, 401);
    let url = format!("{}/choices/email/{known}", stranger.base);
    let bare = stranger.client.get(&url).send().await.unwrap();
    let unknown = stranger
        .get(&format!("/choices/email/{}", "0".repeat(64)))
        .await;
    assert_eq!((bare.status().as_u16(), unknown.status), (401, 401));
    let same: serde_json::Value = bare.json().await.unwrap();
    assert_eq!(same, unknown.json, "whatever exists");
}

#[actix_web::test]
async fn a_token_ends_and_one_that_was_taken_back_is_refused_within_ten_seconds() {
    let app = TestApp::start();
    let (ends, revoked) = (Program::of(&app).await, Program::of(&app).await);
    for program in [&ends, &revoked] {
        assert_eq!(program.get("/changes").await.status, 200);
    }
    let (now, id) = (app.app.clock.now(), 2);
    app.app
        .db
        .write(move |conn| {
            candor::api::queries::revoke(conn, candor::audit::Actor::System, id, now)
        })
        .await
        .unwrap();
    app.app.clock.advance(TimeDelta::seconds(10));
    assert_eq!(revoked.get("/changes").await.status, 401);
    assert_eq!(ends.get("/changes").await.status, 200);
    app.app
        .clock
        .advance(TimeDelta::days(1) - TimeDelta::seconds(10));
    assert_eq!(ends.get("/changes").await.status, 401);
}

#[actix_web::test]
async fn who_guesses_tokens_is_put_off_and_others_are_not() {
    let app = TestApp::start();
    let good = Program::of(&app).await;
    assert_eq!(good.get("/changes").await.status, 200);
    for number in 0..REFUSALS_A_MINUTE {
        let guess = Program::with(&app, &format!("candor_{number}"));
        assert_eq!(guess.get("/changes").await.status, 401);
    }
    let beyond = Program::with(&app, "candor_beyond").get("/changes").await;
    assert_eq!(
        (beyond.status, &beyond.json["code"]),
        (429, &json!("too_many"))
    );
    assert_eq!(beyond.headers["retry-after"], "60");
    let another = Program::of(&app).await;
    for good in [good, another] {
        app.app.clock.advance(TimeDelta::seconds(10));
        assert_eq!(good.get("/changes").await.status, 200);
    }
    app.app.clock.advance(TimeDelta::seconds(40));
    assert_eq!(
        Program::with(&app, "candor_later")
            .get("/changes")
            .await
            .status,
        401
    );
}

#[actix_web::test]
async fn a_token_may_ask_so_often_in_a_minute() {
    let app = TestApp::start();
    let program = Program::of(&app).await;
    let identity = json!({ "type": "email", "hash": hash_of(&app, "nobody@example.org") });
    let thousand = json!({ "identities": vec![identity; 1000] });
    for _ in 0..REQUESTS_A_MINUTE / 1000 {
        assert_eq!(program.post("/choices/batch", &thousand).await.status, 200);
    }
    let beyond = program.get("/changes").await;
    assert_eq!(
        (beyond.status, &beyond.headers["retry-after"]),
        (429, &"60".parse().unwrap())
    );
    app.app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(program.get("/changes").await.status, 200);
}

#[actix_web::test]
async fn the_description_names_every_route_and_no_other() {
    let app = TestApp::start();
    let document = Program::with(&app, "").get("/openapi.json").await.json;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: std::collections::BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect();
    let built: std::collections::BTreeSet<_> = routes::API
        .iter()
        .map(|(_, method, path)| format!("{method} {path}"))
        .collect();
    assert_eq!(described, built);
}
