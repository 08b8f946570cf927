use reqwest::Method;
use serde_json::{Value, json};

use super::Agent;
use crate::support::TestApp;

#[actix_web::test]
async fn an_agent_pairs_and_another_pairing_makes_its_token_a_new_one() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "AA_one-1").await;
    let good = agent.send(Method::GET, "/agent/AA_one-1", None).await;
    assert_eq!((good.status, good.json), (200, json!({})));
    app.app.clock.advance(chrono::TimeDelta::seconds(1));
    let again = agent.pair(&app).await;
    assert_eq!(again.json["agent-id"], "AA_one-1");
    let before = agent.send(Method::GET, "/agent/AA_one-1", None).await;
    assert_eq!(before.status, 401, "the token before is good no more");
}

#[actix_web::test]
async fn the_token_of_one_agent_is_not_anothers() {
    let app = TestApp::start();
    let (one, other) = (
        Agent::paired(&app, "one").await,
        Agent::paired(&app, "other").await,
    );
    let crossed = one.send(Method::GET, "/agent/other", None).await;
    assert_eq!(
        (crossed.status, &crossed.json["code"]),
        (403, &json!("403"))
    );
    let forged = Agent { id: "one", ..other };
    let claimed = forged.pair(&app).await;
    assert_eq!((claimed.status, claimed.text.as_str()), (403, ""));
}

#[actix_web::test]
async fn whatever_is_wrong_with_a_pairing_is_answered_by_a_bare_403() {
    let app = TestApp::start();
    let agent = Agent::pinned(&app, "one").await;
    let with = |key: &str, value: &str| {
        let mut claims = agent.claims(&app);
        claims[key] = Value::from(value);
        agent.sign(&claims)
    };
    let good = agent.sign(&agent.claims(&app));
    let mut tampered = data_encoding::BASE64.decode(good.as_bytes()).unwrap();
    *tampered.last_mut().unwrap() = b' ';
    let bodies = [
        with("agent-id", "other"),
        with("business-id", "somebody-else"),
        with("issued-at", "2026-02-09T10:05:00.000+00:00"),
        with("expires-at", "2026-02-09T10:00:00Z"),
        with("expires-at", "2026-02-09T12:00:00Z"),
        with("expires-at", "2026-02-09T10:10:00"),
        with("drp.version", "0.9.4"),
        data_encoding::BASE64.encode(&tampered),
        "no base64".to_owned(),
        "c2hvcnQ=".to_owned(),
        String::new(),
    ];
    for body in bodies {
        let refused = agent
            .send(Method::POST, "/agent/one", Some(body.clone()))
            .await;
        assert_eq!((refused.status, refused.text.as_str()), (403, ""), "{body}");
    }
    let elsewhere = agent
        .send(Method::POST, "/agent/unknown", Some(good.clone()))
        .await;
    assert_eq!((elsewhere.status, elsewhere.text.as_str()), (403, ""));
    let taken = agent
        .send(Method::POST, "/agent/one", Some(good.clone()))
        .await;
    assert_eq!(taken.status, 200);
    let replayed = agent.send(Method::POST, "/agent/one", Some(good)).await;
    assert_eq!((replayed.status, replayed.text.as_str()), (403, ""));
}

#[actix_web::test]
async fn other_addresses_and_missing_tokens_are_answered_in_json() {
    let app = TestApp::start();
    let agent = Agent::pinned(&app, "one").await;
    let nowhere = agent.send(Method::GET, "/nothing-here", None).await;
    assert_eq!(
        (nowhere.status, &nowhere.json["code"]),
        (404, &json!("404"))
    );
    for (method, path) in [
        (Method::GET, "/agent/one"),
        (Method::POST, "/data-rights-request"),
        (Method::GET, "/data-rights-request/1"),
        (Method::DELETE, "/data-rights-request/1"),
    ] {
        let refused = agent.send(method, path, None).await;
        assert_eq!(
            (refused.status, &refused.json["code"]),
            (401, &json!("401")),
            "{path}"
        );
        assert_eq!(refused.json["fatal"], false);
    }
}

#[actix_web::test]
async fn a_body_that_is_too_large_is_said_to_be_so() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let large = "x".repeat(100 * 1024);
    for path in ["/agent/one", "/data-rights-request"] {
        let refused = agent.send(Method::POST, path, Some(large.clone())).await;
        assert_eq!(
            (refused.status, &refused.json["code"]),
            (413, &json!("413")),
            "{path}"
        );
        assert_eq!(refused.json["fatal"], true);
    }
}
