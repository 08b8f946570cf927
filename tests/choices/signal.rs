use candor::choices::{MadeBy, State};
use chrono::TimeDelta;

use super::{all_changes, count_receipts, events_of_choices};
use crate::support::{Actor, TestApp};

const NOTHING: [(&str, &str); 0] = [];
const FOR_BROWSER: &str = "Opt-out request honoured: sale and sharing are off for this browser.";
const FOR_ACCOUNT: &str =
    "Opt-out request honoured: sale and sharing are off for your account and this browser.";
const CONFLICT: &str = "Opt-out request honoured: you had allowed sale and sharing, and your browser's signal has turned it off for your account.";

/// What the status line of a page says; nothing without one.
async fn line(actor: &Actor, path: &str) -> String {
    let page = actor.get(path).await.page();
    page.texts(".signal").pop().unwrap_or_default()
}

async fn allow_sale(actor: &Actor) {
    actor
        .post("/choices/sale-or-sharing/opt-out", &NOTHING)
        .await;
    let confirmed = [("confirmed", "yes")];
    actor
        .post("/choices/sale-or-sharing/opt-in", &confirmed)
        .await;
}

/// Subject, state and cause of each choice on sale and sharing, oldest first.
fn record(app: &TestApp) -> Vec<(String, State, MadeBy)> {
    let changes = all_changes(app).into_iter();
    let of_sale = changes.filter(|it| it.activity == "sale-or-sharing");
    let kind = |subject: String| subject.split(':').next().unwrap().to_owned();
    of_sale
        .map(|it| (kind(it.subject), it.state, it.made_by))
        .collect()
}

fn by_signal(kind: &str) -> (String, State, MadeBy) {
    (kind.to_owned(), State::OptedOut, MadeBy::Signal)
}

/// Who looks at a page.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    Unknown,
    /// A browser that sent the signal once, signed in nowhere.
    BrowserThatSentIt,
    /// Somebody else's browser, after another one sent the signal.
    OtherBrowser,
    Person,
    PersonWhoSentIt,
    PersonWhoAllowedSale,
    /// They allowed it, and then cleared their cookies: nobody knows them.
    ForgottenPerson,
}

impl Who {
    async fn come(self, app: &TestApp) -> Actor {
        match self {
            Who::Unknown => app.visitor(),
            Who::BrowserThatSentIt => sent_once(app.visitor()).await,
            Who::OtherBrowser => {
                sent_once(app.visitor()).await;
                app.visitor()
            }
            Who::Person => app.person("ada").await,
            Who::PersonWhoSentIt => sent_once(app.person("ada").await).await,
            Who::PersonWhoAllowedSale => {
                let ada = app.person("ada").await;
                allow_sale(&ada).await;
                ada
            }
            Who::ForgottenPerson => {
                allow_sale(&app.person("ada").await).await;
                app.visitor()
            }
        }
    }
}

async fn sent_once(actor: Actor) -> Actor {
    let actor = actor.with_signal();
    actor.get("/do-not-sell").await.page();
    actor.without_signal()
}

/// Who comes with which headers, what the line says, whose choices the signal then has brought about, and how sale
/// and sharing stand for them.
type Decision = (
    Who,
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
    &'static str,
);

const DECISIONS: &[Decision] = &[
    (Who::Unknown, &["1"], FOR_BROWSER, &["browser"], "Off"),
    (Who::Unknown, &["0", "1"], FOR_BROWSER, &["browser"], "Off"),
    (Who::Unknown, &["1", "1"], FOR_BROWSER, &["browser"], "Off"),
    (Who::Unknown, &[], "", &[], "On"),
    (Who::Unknown, &["0"], "", &[], "On"),
    (Who::Unknown, &["true"], "", &[], "On"),
    (Who::Unknown, &["1;x=2"], "", &[], "On"),
    (Who::Unknown, &["11"], "", &[], "On"),
    (Who::BrowserThatSentIt, &[], "", &[], "Off"),
    (Who::BrowserThatSentIt, &["0"], "", &[], "Off"),
    (Who::BrowserThatSentIt, &["1"], FOR_BROWSER, &[], "Off"),
    (Who::OtherBrowser, &[], "", &[], "On"),
    (
        Who::Person,
        &["1"],
        FOR_ACCOUNT,
        &["browser", "person"],
        "Off",
    ),
    (Who::Person, &[], "", &[], "On"),
    (Who::Person, &["0"], "", &[], "On"),
    (Who::PersonWhoSentIt, &[], "", &[], "Off"),
    (
        Who::PersonWhoAllowedSale,
        &["1"],
        CONFLICT,
        // They had turned it off here before, so this browser is off already.
        &["person"],
        "Off",
    ),
    (Who::PersonWhoAllowedSale, &[], "", &[], "On"),
    (
        Who::ForgottenPerson,
        &["1"],
        FOR_BROWSER,
        &["browser"],
        "Off",
    ),
];

/// Rule: O1, 11 CCR 7025.
#[actix_web::test]
async fn the_signal_is_decided_on_as_the_table_says() {
    for (who, headers, expected, subjects, state) in DECISIONS {
        let app = TestApp::start();
        let mut actor = who.come(&app).await;
        for value in *headers {
            actor = actor.with_header("sec-gpc", value);
        }
        let already = record(&app).len();
        let case = format!("{who:?} with {headers:?}");
        let page = actor.get("/do-not-sell").await.page();
        let line = page.texts(".signal").pop().unwrap_or_default();
        assert_eq!(line, *expected, "{case}");
        let brought_about: Vec<_> = subjects.iter().map(|it| by_signal(it)).collect();
        assert_eq!(record(&app)[already..], brought_about, "{case}");
        let now = page.texts("section[aria-labelledby=state] dd").remove(0);
        assert!(now.starts_with(state), "{case}: {now}");
    }
}

/// Rule: O1, 11 CCR 7025.
#[actix_web::test]
async fn where_nothing_is_sold_or_shared_the_line_says_so_and_nothing_is_recorded() {
    let app = TestApp::start_declaring(|register| {
        register.activities.retain(|it| !it.sale_or_sharing);
    });
    let ada = app.person("ada").await.with_signal();
    let said = line(&ada, "/do-not-sell").await;
    assert!(said.starts_with("We do not sell or share your data."));
    assert!(record(&app).is_empty());
}

#[actix_web::test]
async fn many_pages_with_the_signal_are_one_row_one_event_and_one_cookie() {
    let app = TestApp::start();
    let visitor = app.visitor().with_signal();
    let first = visitor.get("/do-not-sell").await;
    let cookie = first.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("candor_browser="));
    for path in ["/", "/do-not-sell", "/receipts/verify", "/policy"] {
        let page = visitor.get(path).await;
        assert!(!page.headers.contains_key("set-cookie"), "{path}");
        assert_eq!(page.texts(".signal"), [FOR_BROWSER], "{path}");
    }
    assert_eq!(record(&app), [by_signal("browser")]);
    assert_eq!(events_of_choices(&app).len(), 1);
    assert_eq!(count_receipts(&app), 0);
}

#[actix_web::test]
async fn what_is_not_a_page_brings_nothing_about() {
    let app = TestApp::start();
    let visitor = app.visitor().with_signal();
    for path in [
        "/.well-known/gpc.json",
        "/healthz",
        "/nothing-here.png",
        "/static/candor.css",
    ] {
        visitor.get(path).await;
    }
    let picture = app
        .visitor()
        .with_signal()
        .with_header("sec-fetch-dest", "image");
    picture.get("/do-not-sell").await;
    assert!(record(&app).is_empty());
}

/// Rule: O1, 11 CCR 7025.
#[actix_web::test]
async fn whoever_is_signed_in_is_opted_out_by_the_signal_of_any_request() {
    let app = TestApp::start();
    let ada = app.person("ada").await.with_signal();
    let script = ada.with_header("sec-fetch-dest", "script");
    for _ in 0..2 {
        assert_eq!(script.get("/gpp.js").await.status, 200);
    }
    assert_eq!(record(&app), [by_signal("person")]);
    assert_eq!(app.mails_to("ada").len(), 1);
}

/// Rule: O1, 11 CCR 7025.
#[actix_web::test]
async fn a_browser_that_stops_sending_the_signal_stays_opted_out() {
    let app = TestApp::start();
    let visitor = app.visitor().with_signal();
    visitor.get("/do-not-sell").await;
    let visitor = visitor.without_signal();
    assert_eq!(line(&visitor, "/do-not-sell").await, "");
    let page = visitor.get("/do-not-sell").await.text();
    assert!(page.contains("Off since 9 February 2026, 02:00 PST, by your browser's signal."));
    assert!(record(&app).iter().all(|it| it.1 == State::OptedOut));
}

#[actix_web::test]
async fn a_person_is_opted_out_once_with_receipt_mail_and_history_and_later_pages_write_nothing() {
    let app = TestApp::start();
    let ada = app.person("ada").await.with_signal();
    for _ in 0..3 {
        assert_eq!(line(&ada, "/choices").await, FOR_ACCOUNT);
    }
    assert_eq!(record(&app), [by_signal("browser"), by_signal("person")]);
    assert_eq!((count_receipts(&app), app.mails_to("ada").len()), (1, 1));
    assert!(
        app.mails_to("ada")[0]
            .text
            .contains("by your browser's signal")
    );

    let elsewhere = app.visitor();
    app.sign_in_by_mail(&elsewhere, "ada@example.org").await;
    let page = elsewhere.get("/choices").await;
    assert_eq!(
        page.texts("#sale-or-sharing .tag"),
        ["Off"],
        "on every device"
    );
}

/// Rule: O1, 11 CCR 7025; O3, 11 CCR 7026(a).
#[actix_web::test]
async fn signing_in_after_the_signal_opts_the_account_out_too() {
    let app = TestApp::start();
    let visitor = app.visitor().with_signal();
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    assert_eq!(line(&visitor, "/choices").await, FOR_ACCOUNT);
    let outs: Vec<_> = record(&app).into_iter().map(|it| (it.0, it.1)).collect();
    let out = |kind: &str| (kind.to_owned(), State::OptedOut);
    assert_eq!(outs, [out("browser"), out("person")]);
}

#[actix_web::test]
async fn a_conflict_is_noted_in_the_audit_log_and_honoured_in_every_open_session() {
    let app = TestApp::start();
    let with_signal = app.person("ada").await.with_signal();
    line(&with_signal, "/choices").await;
    app.app.clock.advance(TimeDelta::minutes(1));
    let elsewhere = app.visitor();
    app.sign_in_by_mail(&elsewhere, "ada@example.org").await;
    allow_sale(&elsewhere).await;
    assert_eq!(record(&app).last().unwrap().1, State::OptedIn);

    assert_eq!(line(&with_signal, "/choices").await, CONFLICT);
    assert_eq!(line(&with_signal, "/choices").await, FOR_ACCOUNT);
    assert_eq!(record(&app).last().unwrap(), &by_signal("person"));
    let noted = events_of_choices(&app).pop().unwrap();
    assert_eq!(noted["replaced_consent"], true);
}

#[actix_web::test]
async fn who_allows_sale_knowing_of_the_signal_is_followed_in_this_session_alone() {
    let app = TestApp::start();
    let ada = app.person("ada").await.with_signal();
    let confirm = ada.get("/choices/sale-or-sharing/opt-in").await;
    assert!(
        confirm
            .text()
            .contains("Your browser sends an opt-out signal.")
    );
    ada.submit(&confirm, "/choices/sale-or-sharing/opt-in", &NOTHING)
        .await;
    assert!(line(&ada, "/choices").await.contains("we follow that"));
    assert_eq!(record(&app).last().unwrap().1, State::OptedIn);

    let next = app.visitor().with_signal();
    app.sign_in_by_mail(&next, "ada@example.org").await;
    assert_eq!(line(&next, "/choices").await, CONFLICT);
    assert_eq!(
        line(&ada, "/choices").await,
        FOR_ACCOUNT,
        "the line is true again"
    );
}

#[actix_web::test]
async fn programs_without_cookies_cannot_fill_the_database() {
    let app = TestApp::start();
    for _ in 0..65 {
        app.visitor().with_signal().get("/do-not-sell").await.page();
    }
    assert_eq!(record(&app).len(), 60);
    let beyond = app.visitor().with_signal();
    let honoured = line(&beyond, "/do-not-sell").await;
    assert_eq!(
        honoured,
        "Opt-out request honoured: sale and sharing are off for this browser."
    );
    assert_eq!(record(&app).len(), 60);
    let quiet = beyond.without_signal();
    app.sign_in_by_mail(&quiet, "ada@example.org").await;
    let page = quiet.get("/choices").await.page();
    assert_eq!(
        page.texts("#sale-or-sharing .tag"),
        ["Off"],
        "what the cookie alone says joins the account"
    );
}

#[actix_web::test]
async fn a_forged_cookie_does_not_pass_for_an_opt_out() {
    let app = TestApp::start();
    let forger = app.visitor().with_signal();
    let forged = forger.with_header("cookie", "candor_browser=abc.sl.0000");
    assert_eq!(line(&forged, "/do-not-sell").await, FOR_BROWSER);
    assert_eq!(record(&app), [by_signal("browser")]);
}

/// Rule: O2, 11 CCR 7026(g).
#[actix_web::test]
async fn the_portal_says_that_it_honours_the_signal_and_shows_what_was_sent() {
    let app = TestApp::start();
    app.visitor().with_signal().get("/").await.page();
    app.app.clock.advance(TimeDelta::days(30));
    let statement = app.visitor().get("/.well-known/gpc.json").await;
    let statement: serde_json::Value = serde_json::from_slice(&statement.body).unwrap();
    let since_it_began = serde_json::json!({ "gpc": true, "lastUpdate": "2026-02-09" });
    assert_eq!(statement, since_it_began);
    let page = app.visitor().with_signal().get("/do-not-sell/signal").await;
    assert!(
        page.text()
            .contains("Your browser sends the opt-out signal")
    );
    assert!(page.text().contains("Sec-GPC: 1"));
    assert!(page.headers["vary"].to_str().unwrap().contains("Sec-GPC"));
    assert_eq!(page.headers["cache-control"], "no-store");
    let without = app.visitor().get("/do-not-sell/signal").await.text();
    assert!(without.contains("Your browser sends no opt-out signal"));
}

#[actix_web::test]
async fn the_first_page_says_of_the_signal_what_the_others_say() {
    const PLACE: &str = "section[aria-labelledby=signal] p";
    let app = TestApp::start();
    let unknown = app.visitor().with_signal().get("/").await.page();
    assert!(unknown.texts(PLACE)[0].contains(FOR_BROWSER));
    let ada = app.person("ada").await.with_signal();
    let confirm = ada.get("/choices/sale-or-sharing/opt-in").await;
    ada.submit(&confirm, "/choices/sale-or-sharing/opt-in", &NOTHING)
        .await;
    let said = ada.get("/").await.page().texts(PLACE).remove(0);
    assert!(said.contains("we follow that"), "{said}");
    assert!(!said.contains("do nothing else"), "{said}");
}

/// A browser that comes by a broken link first is opted out there, once.
#[actix_web::test]
async fn a_page_that_is_not_there_honours_the_signal_too() {
    let app = TestApp::start();
    let visitor = app.visitor().with_signal();
    for _ in 0..2 {
        let nothing = visitor.get("/nothing-here").await;
        assert_eq!(nothing.status, 404);
        assert_eq!(nothing.texts(".signal"), [FOR_BROWSER]);
    }
    visitor.get("/").await.page();
    assert_eq!(record(&app), [by_signal("browser")]);
}
