use std::process::Command;

use candor::audit::receipts::ReceiptFile;
use reqwest::multipart::{Form, Part};

use super::all_changes;
use crate::support::{Answer, TestApp};

const NOTHING: [(&str, &str); 0] = [];

async fn verify(app: &TestApp, text: &str) -> Answer {
    let form = Form::new().text("text", text.to_owned());
    app.visitor().post_multipart("/receipts/verify", form).await
}

async fn file_of_ada(app: &TestApp) -> String {
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let id = all_changes(app).remove(0).receipt_id.unwrap();
    let file = ada.get(&format!("/receipts/{id}/file")).await.page();
    assert_eq!(
        file.headers["content-disposition"],
        format!("attachment; filename=\"receipt-{id}.json\"")
    );
    file.html()
}

#[actix_web::test]
async fn a_person_finds_reads_and_keeps_their_receipts_and_nobody_elses() {
    let app = TestApp::start();
    let (ada, eve) = (app.person("ada").await, app.person("eve").await);
    let empty = ada.get("/receipts").await;
    assert!(empty.text().contains("No receipts yet"));
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let list = ada.get("/receipts").await.page();
    let links = list.attributes(".rows a", "href");
    assert_eq!(links.len(), 1);
    let receipt = ada.get(&links[0]).await.page();
    assert!(receipt.text().contains("Opted out of sale and sharing"));
    assert!(receipt.text().contains("9 February 2026, 02:00 PST"));
    let said = receipt.texts(".facts dd");
    assert!(said.contains(&"Sale and sharing of your data".to_owned()));
    assert!(said.contains(&"your account, on every device".to_owned()));
    let has_key = |it: &String| it.contains("sale-or-sharing") || it.contains("opted-out");
    assert!(!said.iter().any(has_key), "{said:?}");
    for path in [links[0].clone(), format!("{}/file", links[0])] {
        assert_eq!(eve.get(&path).await.status, 404);
        let asked = app.visitor().get(&path).await;
        assert!(asked.location().starts_with("/sign-in"));
    }
    let hers = eve.get("/receipts").await;
    assert!(hers.texts(".rows li").is_empty());
}

#[actix_web::test]
async fn a_visitors_receipt_is_seen_by_whoever_has_its_address() {
    let app = TestApp::start();
    let done = app.visitor().post("/do-not-sell", &NOTHING).await;
    let path = done.location().replace("/do-not-sell/done", "/receipts");
    app.visitor().get(&path).await.page();
    app.person("ada").await.get(&path).await.page();
}

#[actix_web::test]
async fn long_lists_of_receipts_are_paged_by_key() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    for _ in 0..14 {
        ada.post("/choices/analytics/opt-out", &NOTHING).await;
        ada.post("/choices/analytics/opt-in", &[("confirmed", "yes")])
            .await;
    }
    let first = ada.get("/receipts").await;
    let older = first.attributes("a[rel=next]", "href").remove(0);
    let second = ada.get(&older).await.page();
    let mut all = first.attributes(".rows a", "href");
    all.extend(second.attributes(".rows a", "href"));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 28, "none twice and none left out");
}

#[actix_web::test]
async fn anybody_can_check_a_receipt_by_pasting_it_or_by_its_file() {
    let app = TestApp::start();
    let text = file_of_ada(&app).await;
    let pasted = verify(&app, &text).await.page().text();
    assert!(pasted.contains("This receipt is valid"));
    assert!(pasted.contains("Opted out of sale and sharing"));
    let part = Part::bytes(text.into_bytes()).file_name("receipt.json");
    let form = Form::new().text("text", "").part("file", part);
    let sent = app.visitor().post_multipart("/receipts/verify", form).await;
    assert!(sent.page().text().contains("This receipt is valid"));
}

#[actix_web::test]
async fn a_receipt_that_was_changed_or_signed_by_somebody_else_is_not_valid() {
    let app = TestApp::start();
    let text = file_of_ada(&app).await;
    let changed = text.replace("opted-out", "opted-in");
    assert_ne!(changed, text);
    let answer = verify(&app, &changed).await.page();
    assert!(answer.text().contains("This receipt is not valid"));

    let stranger = candor::keys::Keys::new([9; 32]);
    let receipt: ReceiptFile = serde_json::from_str(&text).unwrap();
    let forged = ReceiptFile {
        signature: stranger.sign(receipt.body.as_bytes()),
        public_key: stranger.public_key(),
        ..receipt
    };
    let answer = verify(&app, &serde_json::to_string(&forged).unwrap()).await;
    assert!(answer.text().contains("This receipt is not valid"));
    let refused = verify(&app, "not a receipt").await;
    refused.refuses("text", "This is not a receipt.");
    let refused = verify(&app, " ").await;
    refused.refuses("text", "Paste a receipt");
}

#[actix_web::test]
async fn the_command_line_tells_a_valid_receipt_from_another() {
    let app = TestApp::start();
    let text = file_of_ada(&app).await;
    let published = app.visitor().get("/.well-known/candor-receipts.json").await;
    let key: serde_json::Value = serde_json::from_slice(&published.body).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = key["public_key"].as_str().unwrap();
    let check_with = |key: &str, name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command.args(["receipt", "verify"]).arg(&path);
        command.args(["--key", key]);
        command.output().unwrap()
    };
    let check = |name: &str, text: &str| check_with(key, name, text);
    let valid = check("valid.json", &text);
    assert!(valid.status.success());
    assert!(String::from_utf8_lossy(&valid.stdout).contains("opted-out"));
    let changed = check("changed.json", &text.replace("opted-out", "opted-in"));
    assert_eq!(changed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&changed.stderr).contains("not valid"));

    let bogus = check_with("bogus", "valid.json", &text);
    let told = String::from_utf8_lossy(&bogus.stderr);
    assert!(
        !bogus.status.success() && told.contains("--key is no public key"),
        "{told}"
    );
}
