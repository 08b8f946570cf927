//! What the law asks of the organisation itself, whatever people ask for.

use candor::register::RecipientRole;
use chrono::TimeDelta;
use reqwest::multipart::Form;

use crate::support::{Actor, TestApp};

const OFF: [(&str, &str); 0] = [];

/// Somebody of whom the sample database holds some of everything.
const MAYA: &str = "maya.okafor";

/// Rule: C10, Civ. 1798.125(b)(3).
#[actix_web::test]
async fn who_refused_an_incentive_is_not_asked_again_for_twelve_months() {
    let app = TestApp::start_declaring(|register| {
        let like = register.activity("analytics").unwrap().clone();
        register.activities.push(candor::register::Activity {
            key: "points".to_owned(),
            title: "Points for your data".to_owned(),
            ..like
        });
    });
    let ada = app.person("ada").await;
    ada.post("/choices/points/opt-out", &OFF).await.location();
    let promise = "We will not ask you to turn it on before 9 February 2027.";
    let points = ada.get("/choices").await.page().texts("#points");
    assert!(points[0].contains(promise), "{points:?}");
    app.app.clock.advance(TimeDelta::days(364));
    assert!(ada.get("/choices").await.text().contains(promise));
    app.app.clock.advance(TimeDelta::days(1));
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    assert!(!ada.get("/choices").await.text().contains("We will not ask"));
}

/// What a person can do from each of their pages: the addresses of links and forms that are not about one thing.
async fn offers(person: &Actor) -> Vec<(&'static str, Vec<String>)> {
    const PAGES: [&str; 9] = [
        "/",
        "/data",
        "/data/export",
        "/disclosures",
        "/policy",
        "/account",
        "/requests/new/access",
        "/requests/new/deletion",
        "/data/people/contact_details",
    ];
    let mut offers = Vec::new();
    for path in PAGES {
        let page = person.get(path).await.page();
        let mut all = page.attributes("nav a, main a.button", "href");
        all.extend(page.attributes("main form[method=post]", "action"));
        offers.push((path, all));
    }
    offers
}

/// Rule: N2, Civ. 1798.125.
#[actix_web::test]
async fn nobody_can_do_less_for_having_used_their_rights() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let before = offers(&maya).await;
    maya.post("/choices/opt-out", &OFF).await.location();
    let question = [("question", "Who called me in March?")];
    let asked = maya.post("/requests/new/access", &question).await;
    asked.location();
    let contact = maya.get("/data/people/contact_details").await.page();
    let links = contact.attributes("article dd a", "href").into_iter();
    let city = links.into_iter().find(|it| it.ends_with("=city")).unwrap();
    let wrong = Form::new().text("value", "Port Ellery");
    maya.post_multipart(&city, wrong).await.location();
    let page = maya.get("/requests").await.page();
    let first = page.attributes("main a[href^='/requests/PR']", "href");
    for request in first {
        maya.post(&format!("{request}/withdraw"), &OFF)
            .await
            .location();
    }
    assert_eq!(offers(&maya).await, before);
}

/// Rule: N2, Civ. 1798.125.
#[actix_web::test]
async fn what_may_be_refused_has_no_consequence_in_the_register() {
    let app = TestApp::start();
    let register = &app.app.register;
    let refusable: Vec<_> = register.refusable().collect();
    assert!(!refusable.is_empty());
    for activity in refusable {
        assert_eq!(activity.mandatory, None, "{}", activity.key);
    }
}

/// Rule: P1, Civ. 1798.100(a)(3).
#[actix_web::test]
async fn each_category_on_the_page_of_ones_data_says_how_long_it_is_kept() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    let kept = maya.get("/data").await.page().texts("td[data-label=Kept]");
    assert!(kept.len() > 10);
    for words in kept {
        let says = ["until", "day", "month", "year", "after", "as long"];
        assert!(says.iter().any(|it| words.contains(it)), "{words}");
    }
}

/// Rule: P2, Civ. 1798.100(d).
#[actix_web::test]
async fn everybody_who_receives_data_is_shown_with_their_role_and_bound_by_a_contract() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/disclosures").await.page();
    let rows = page.texts("main table tbody th");
    for recipient in &app.app.register.recipients {
        let shown = rows.iter().find(|it| it.starts_with(&recipient.name));
        let shown = shown.unwrap_or_else(|| panic!("{} is not shown", recipient.key));
        assert!(shown.contains(recipient.role.title()), "{shown}");
        let is_bound = !matches!(
            recipient.role,
            RecipientRole::ServiceProvider | RecipientRole::Contractor | RecipientRole::ThirdParty
        );
        assert!(is_bound || recipient.contract_on.is_some(), "{shown}");
    }
}

/// Rule: I10, 11 CCR 7060(e).
#[actix_web::test]
async fn showing_who_you_are_costs_nothing_and_takes_no_notary() {
    let app = TestApp::start();
    let visitor = app.visitor();
    for path in ["/request", "/request/agent", "/sign-in"] {
        let page = visitor.get(path).await.page();
        assert!(page.text().contains("costs nothing"), "{path}");
        let asked = page.attributes("input, select", "name").join(" ");
        for word in ["card", "fee", "amount", "notary"] {
            assert!(!asked.contains(word), "{path} asks for {word}");
        }
    }
    let agent = visitor.get("/request/agent").await.page();
    assert!(agent.text().contains("It need not be notarised"));
    let letter = [
        ("wants", "pieces"),
        ("email", "maya.okafor@example.org"),
        ("residence", "us-ca"),
    ];
    visitor.post("/request", &letter).await.location();
    let mail = app.mails_to(MAYA).pop().unwrap().text;
    let link = mail.lines().find(|it| it.contains("/request/link/"));
    let link = link.unwrap().trim_start_matches(app.address()).to_owned();
    let page = visitor.get(&link).await.page();
    visitor.submit(&page, &link, &[("answer", "mine")]).await;
    let mine = visitor.get("/request/mine").await.page();
    assert!(mine.text().contains("you need no notary"));
}
