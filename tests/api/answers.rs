use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use super::{Program, hash_of, state_of};
use crate::support::TestApp;

const NOTHING: [(&str, &str); 0] = [];

#[actix_web::test]
async fn a_program_learns_how_each_choice_stands_and_since_when() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let program = Program::of(&app).await;
    let path = format!("/choices/email/{}", hash_of(&app, "ada@example.org"));
    let before = program.get(&path).await.json;
    let sale = state_of(&before, "sale-or-sharing");
    assert_eq!(
        (&sale["state"], &sale["since"]),
        (&json!("opted-in"), &json!(null))
    );
    assert_eq!(before["gpp"]["string"], "DBABBg~BVqqqoCA.QA");

    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let after = program.get(&path).await.json;
    let sale = state_of(&after, "sale-or-sharing");
    let expected = json!({
        "activity": "sale-or-sharing",
        "state": "opted-out",
        "made_by": "person",
        "since": "2026-02-09T10:00:00+00:00",
        "ask_again_from": "2027-02-09",
    });
    assert_eq!(*sale, expected);
    assert_eq!(state_of(&after, "analytics")["state"], "opted-in");
    assert_eq!(
        after["gpp"],
        json!({ "string": "DBABBg~BVWqqoCA.QA", "sections": [8] })
    );
}

#[actix_web::test]
async fn the_hash_is_plain_hmac_that_any_system_can_make() {
    let app = TestApp::start();
    app.person("ada").await;
    let key = candor::accounts::queries::identity_key(
        &app.app.keys,
        candor::accounts::model::IdentityKind::Email,
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(b"ada@example.org");
    let hash = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
    let program = Program::of(&app).await;
    let known = program.get(&format!("/choices/email/{hash}")).await;
    assert_eq!(known.status, 200);
    assert_eq!(
        known.json["identity"],
        json!({ "type": "email", "hash": hash })
    );
}

#[actix_web::test]
async fn the_signal_of_an_account_stands_in_its_gpp_string() {
    let app = TestApp::start();
    let ada = app.person("ada").await.with_signal();
    ada.get("/choices").await.page();
    let program = Program::of(&app).await;
    let path = format!("/choices/email/{}", hash_of(&app, "ada@example.org"));
    let choices = program.get(&path).await.json;
    assert_eq!(choices["gpp"]["string"], "DBABBg~BVWqqoCA.YA");
}

#[actix_web::test]
async fn who_opted_out_by_address_alone_is_found_too() {
    let app = TestApp::start();
    let email = [("email", "nora@example.org")];
    app.visitor().post("/do-not-sell", &email).await;
    let program = Program::of(&app).await;
    let path = format!("/choices/email/{}", hash_of(&app, "nora@example.org"));
    let choices = program.get(&path).await.json;
    assert_eq!(
        state_of(&choices, "sale-or-sharing")["made_by"],
        "visitor-form"
    );
    assert_eq!(state_of(&choices, "limit-sensitive")["state"], "opted-out");
    // Nobody knows where they live, so what needs consent is off.
    assert_eq!(state_of(&choices, "marketing")["state"], "opted-out");
}

#[actix_web::test]
async fn whoever_is_not_known_is_answered_alike() {
    let app = TestApp::start();
    app.person("ada").await;
    let known = hash_of(&app, "ada@example.org");
    let program = Program::of(&app).await;
    let nobody = program
        .get(&format!(
            "/choices/email/{}",
            hash_of(&app, "nobody@example.org")
        ))
        .await;
    assert_eq!(nobody.status, 404);
    assert_eq!(nobody.json["code"], "not_found");
    for path in [
        format!("/choices/phone/{known}"),
        "/nothing-here".to_owned(),
    ] {
        let other = program.get(&path).await;
        assert_eq!(
            (other.status, other.json),
            (404, nobody.json.clone()),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_question_that_names_nobody_is_refused_and_not_answered_as_for_somebody_unknown() {
    let app = TestApp::start();
    app.person("ada").await;
    let known = hash_of(&app, "ada@example.org");
    let program = Program::of(&app).await;
    for (path, why) in [
        (format!("/choices/pigeon/{known}"), "there are email"),
        ("/choices/email/abc".to_owned(), "64 hexadecimal digits"),
        (
            "/choices/email/ada@example.org".to_owned(),
            "64 hexadecimal digits",
        ),
        (
            format!("/choices/email/{}", known.to_uppercase()),
            "with small letters",
        ),
    ] {
        let refused = program.get(&path).await;
        assert_eq!(refused.status, 400, "{path}");
        assert_eq!(refused.json["code"], "bad_request");
        let message = refused.json["message"].as_str().unwrap();
        assert!(message.contains(why), "{path}: {message}");
    }
}

#[actix_web::test]
async fn an_answer_that_has_not_changed_is_not_sent_again() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let program = Program::of(&app).await;
    let url = format!(
        "{}/choices/email/{}",
        program.base,
        hash_of(&app, "ada@example.org")
    );
    let first = program.send(program.client.get(&url)).await;
    let tag = first.headers["etag"].clone();
    assert_eq!(first.headers["cache-control"], "private, no-cache");
    let ask = || {
        program
            .client
            .get(&url)
            .header("if-none-match", tag.clone())
    };
    let same = program.send(ask()).await;
    assert_eq!((same.status, &same.headers["etag"]), (304, &tag));
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    let changed = program.send(ask()).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.headers["etag"], tag);
}

#[actix_web::test]
async fn many_identities_are_answered_at_once_with_a_fixed_number_of_queries() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    app.person("eve").await;
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    app.visitor()
        .post("/do-not-sell", &[("email", "nora@example.org")])
        .await;
    let program = Program::of(&app).await;
    let asked = |names: &[&str]| {
        let all = names.iter().map(|name| {
            json!({ "type": "email", "hash": hash_of(&app, &format!("{name}@example.org")) })
        });
        json!({ "identities": all.collect::<Vec<_>>() })
    };
    program.post("/choices/batch", &asked(&["ada"])).await;
    let few = asked(&["ada"]);
    let (_, one) = app
        .queries_during(program.post("/choices/batch", &few))
        .await;
    let more = asked(&["nora", "nobody", "ada", "eve"]);
    let (reply, four) = app
        .queries_during(program.post("/choices/batch", &more))
        .await;
    assert_eq!(one.len(), four.len(), "{four:?}");
    let found = reply.json["found"].as_array().unwrap();
    let states: Vec<_> = found
        .iter()
        .map(|it| &state_of(it, "analytics")["state"])
        .collect();
    assert_eq!(states, ["opted-in", "opted-out", "opted-in"]);
    assert_eq!(
        reply.json["not_found"][0]["hash"],
        hash_of(&app, "nobody@example.org")
    );

    let too_many = vec![more["identities"][0].clone(); 1001];
    let refused = program
        .post("/choices/batch", &json!({ "identities": too_many }))
        .await;
    assert_eq!(
        (refused.status, &refused.json["code"]),
        (400, &json!("bad_request"))
    );
    let unreadable = program.post("/choices/batch", &json!({ "ids": 1 })).await;
    assert_eq!(
        (unreadable.status, &unreadable.json["code"]),
        (400, &json!("bad_request"))
    );
    let said = unreadable.json["message"].as_str().unwrap();
    assert!(said.contains("without `identities`"), "{said}");
}

#[actix_web::test]
async fn the_script_for_other_sites_answers_with_the_choices_of_account_and_browser() {
    let app = TestApp::start();
    let string_of = async |actor: &crate::support::Actor| {
        let script = actor.get("/gpp.js").await;
        assert_eq!(
            script.headers["content-type"],
            "text/javascript; charset=utf-8"
        );
        assert_eq!(script.headers["cross-origin-resource-policy"], "same-site");
        assert!(script.headers["vary"].to_str().unwrap().contains("Sec-GPC"));
        let text = script.html();
        let start = text.split("\"gppString\":\"").nth(1).unwrap();
        start.split('"').next().unwrap().to_owned()
    };
    let visitor = app.visitor();
    assert_eq!(string_of(&visitor).await, "DBABBg~BVqqqoCA.QA");
    visitor
        .post("/do-not-sell", &[("only", "sale-or-sharing")])
        .await;
    assert_eq!(string_of(&visitor).await, "DBABBg~BVWqqoCA.QA");
    assert_eq!(
        string_of(&app.visitor().with_signal()).await,
        "DBABBg~BVWqqoCA.YA"
    );
    let ada = app.person("ada").await;
    ada.post("/choices/opt-out", &NOTHING).await;
    assert_eq!(string_of(&ada).await, "DBABBg~BVVVVUCA.QA");
}
