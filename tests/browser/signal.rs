//! Global Privacy Control as a browser sends it: with everything that it fetches.

use serde_json::json;

use super::driver::{Browser, Scripts};
use super::is_wanted;
use crate::support::TestApp;

const OFF_FOR_ACCOUNT: &str = "sale and sharing are off for your account and this browser";
const OFF_FOR_BROWSER: &str = "sale and sharing are off for this browser";

/// From here on the browser sends the signal, or no longer.
async fn send_signal(browser: &Browser, on: bool) {
    browser.devtools("Network.enable", json!({})).await;
    let headers = if on {
        json!({ "Sec-GPC": "1" })
    } else {
        json!({})
    };
    let all = json!({ "headers": headers });
    browser.devtools("Network.setExtraHTTPHeaders", all).await;
}

async fn open(app: &TestApp) -> Browser {
    let browser = Browser::open(app.address(), Scripts::Off).await;
    browser.be(None).await;
    browser
}

async fn look(browser: &Browser, path: &str) -> String {
    browser.go(path).await;
    let found = browser.find("//*[@class='signal']").await;
    match found.first() {
        Some(line) => browser.text(line).await,
        None => String::new(),
    }
}

#[actix_web::test]
async fn a_visitor_whose_browser_sends_it_has_opted_out_and_stays_out_when_it_stops() {
    if !is_wanted() {
        return;
    }
    let app = TestApp::start();
    let browser = open(&app).await;
    assert_eq!(look(&browser, "/do-not-sell").await, "");
    browser.says("Opt out of sale and sharing").await;

    send_signal(&browser, true).await;
    for path in ["/", "/do-not-sell", "/policy"] {
        assert!(look(&browser, path).await.contains(OFF_FOR_BROWSER));
    }
    send_signal(&browser, false).await;
    assert_eq!(look(&browser, "/do-not-sell").await, "");
    browser.says("by your browser's signal").await;
}

#[actix_web::test]
async fn a_person_whose_browser_sends_it_has_opted_out_once_and_on_every_device() {
    if !is_wanted() {
        return;
    }
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let browser = open(&app).await;
    browser.be(ada.session_cookie().as_deref()).await;
    assert_eq!(look(&browser, "/choices").await, "");
    assert_eq!(sale(&browser).await, "On");

    send_signal(&browser, true).await;
    for path in ["/choices", "/choices/history", "/data"] {
        assert!(look(&browser, path).await.contains(OFF_FOR_ACCOUNT));
    }
    browser.go("/choices/history").await;
    let made = r#"//td[@data-label='Made'][contains(., "by your browser's signal")]"#;
    let lines = browser.find(made).await;
    assert_eq!(lines.len(), 1, "a change is recorded, not each request");
    send_signal(&browser, false).await;
    assert_eq!(look(&browser, "/choices").await, "");
    assert_eq!(sale(&browser).await, "Off");
}

/// What the switch of sale and sharing says.
async fn sale(browser: &Browser) -> String {
    let found = browser
        .find("//*[@id='sale-or-sharing']//*[contains(@class, 'tag')]")
        .await;
    browser.text(&found[0]).await
}
