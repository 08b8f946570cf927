//! The script that answers other pages of the company.

use crate::support::{Actor, TestApp};

const CONFIRMED: [(&str, &str); 1] = [("confirmed", "yes")];

/// Other pages of the company ask the script: it must not say otherwise than the account.
#[actix_web::test]
async fn the_script_follows_who_allows_sale_in_their_account() {
    let app = TestApp::start();
    let visitor = app.visitor().with_signal();
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let sale = async |actor: &Actor| {
        let script = actor.get("/gpp.js").await.text();
        let at = script.find("\"SaleOptOut\":").unwrap();
        script[at + 13..=at + 13].to_owned()
    };
    assert_eq!(sale(&visitor).await, "1");
    visitor
        .post("/choices/sale-or-sharing/opt-in", &CONFIRMED)
        .await
        .location();
    assert_eq!(sale(&visitor).await, "2");
    let away = app.visitor().with_signal();
    assert_eq!(sale(&away).await, "1");
}
