use candor::choices::{MadeBy, State};
use chrono::TimeDelta;

use super::{all_changes, count_receipts, events_of_choices};
use crate::support::TestApp;

const NOTHING: [(&str, &str); 0] = [];

#[actix_web::test]
async fn the_opt_out_of_a_browser_does_not_end_while_it_is_in_use() {
    let app = TestApp::start();
    let visitor = app.visitor();
    visitor.post("/do-not-sell", &NOTHING).await.location();
    let young = visitor.get("/").await;
    assert!(!young.headers.contains_key("set-cookie"));
    app.app.clock.advance(TimeDelta::days(31));
    let fetched = visitor.get("/healthz").await;
    assert!(!fetched.headers.contains_key("set-cookie"));
    for path in ["/", "/policy"] {
        let page = visitor.get(path).await;
        let cookie = page.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("candor_browser="), "{cookie}");
        assert!(cookie.contains("Max-Age=34128000"), "{cookie}");
    }
    let page = visitor.get("/do-not-sell").await.text();
    assert!(page.contains("Off since 9 February 2026, 02:00 PST"));
}

/// Rule: I4, 11 CCR 7060(b).
#[actix_web::test]
async fn a_visitor_opts_out_with_one_button_and_no_address() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let page = visitor.get("/do-not-sell").await.page();
    let asked = page.attributes("main input", "name");
    assert_eq!(asked, ["email"], "nothing but the address is asked for");
    let now = page.texts("section[aria-labelledby=state] dd");
    assert_eq!(now, ["On. You have not chosen yet."; 3]);

    let done = visitor.submit(&page, "/do-not-sell", &NOTHING).await;
    let cookie = done.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("candor_browser=") && cookie.contains("HttpOnly"));
    assert!(cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=34128000"));
    let receipt = visitor.get(done.location()).await.page();
    assert_eq!(receipt.texts("h1"), ["You have opted out"]);
    let text = receipt.text();
    assert!(text.contains("Opted out of sale and sharing"));
    assert!(text.contains("Use of sensitive data limited"));
    assert!(text.contains("It holds for this browser."));

    let changes = all_changes(&app);
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().all(|it| it.state == State::OptedOut));
    assert!(changes.iter().all(|it| it.made_by == MadeBy::VisitorForm));
    assert!(changes.iter().all(|it| it.person_id.is_none()));
    let later = visitor.get("/do-not-sell").await.text();
    assert!(
        later.contains("Off since 9 February 2026, 02:00 PST, by the form without an account.")
    );
}

#[actix_web::test]
async fn repeating_it_in_the_same_browser_changes_nothing_and_says_so() {
    let app = TestApp::start();
    let visitor = app.visitor();
    visitor.post("/do-not-sell", &NOTHING).await;
    let again = visitor.post("/do-not-sell", &NOTHING).await;
    let page = visitor.get(again.location()).await.page();
    assert!(
        page.text()
            .contains("You had opted out already. Nothing was changed.")
    );
    assert_eq!((all_changes(&app).len(), count_receipts(&app)), (2, 1));
}

#[actix_web::test]
async fn each_of_the_two_can_be_chosen_alone() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let page = visitor.get("/do-not-sell").await;
    let only = [("only", "limit-sensitive")];
    visitor.submit(&page, "/do-not-sell", &only).await;
    let chosen = |app| {
        let changes = all_changes(app).into_iter();
        changes.map(|it| it.activity).collect::<Vec<_>>()
    };
    assert_eq!(chosen(&app), ["limit-sensitive"]);
    visitor.post("/do-not-sell", &NOTHING).await;
    assert_eq!(chosen(&app), ["limit-sensitive", "sale-or-sharing"]);
}

/// Rule: I4, 11 CCR 7060(b).
#[actix_web::test]
async fn with_an_address_the_mail_is_a_notice_and_the_choice_already_holds() {
    let app = TestApp::start();
    let email = [("email", " Nora@Example.org ")];
    let done = app.visitor().post("/do-not-sell", &email).await;
    assert!(done.location().starts_with("/do-not-sell/done/"));
    let changes = all_changes(&app).into_iter();
    let subjects: Vec<_> = changes.map(|it| it.subject).collect();
    for kind in ["email:", "browser:"] {
        let of_kind = subjects.iter().filter(|it| it.starts_with(kind));
        assert_eq!(of_kind.count(), 2);
    }
    let mails = app.mails_to("nora");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("You need to do nothing else."));
    for text in [format!("{:?}", events_of_choices(&app)), subjects.join(" ")] {
        assert!(!text.contains("nora"), "an address in {text}");
    }
}

#[actix_web::test]
async fn with_the_address_of_a_person_it_holds_for_their_account() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let email = [("email", "ada@example.org")];
    app.visitor().post("/do-not-sell", &email).await;
    let page = ada.get("/choices").await;
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    assert!(page.text().contains("by the form without an account"));
    assert_eq!(app.mails_to("ada").len(), 1);
    let receipt = page.attributes("#sale-or-sharing a", "href");
    ada.get(&receipt[0]).await.page();
}

/// They come along when an address is copied from a page or a mail.
#[actix_web::test]
async fn characters_of_no_width_in_an_address_change_nothing() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let email = [("email", "\u{feff}ada@\u{ad}exam\u{200b}ple.org\u{2060}")];
    app.visitor().post("/do-not-sell", &email).await;
    let page = ada.get("/choices").await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
}

#[actix_web::test]
async fn the_answer_does_not_tell_whether_an_address_is_known_or_opted_out_already() {
    let app = TestApp::start();
    app.person("ada").await;
    let mut answers = Vec::new();
    for email in ["ada@example.org", "ada@example.org", "nobody@example.org"] {
        let visitor = app.visitor();
        let done = visitor.post("/do-not-sell", &[("email", email)]).await;
        let page = visitor.get(done.location()).await.page();
        let reference = page.texts(".reference").remove(0);
        answers.push(page.text().replace(&reference, "REFERENCE"));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(app.mails_to("ada").len(), 1, "no second mail for a repeat");
}

/// Rule: I4, 11 CCR 7026(c): what is asked for beyond the opt-out itself never stands in its way.
#[actix_web::test]
async fn a_mistyped_address_comes_back_and_the_browser_has_opted_out_already() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let mistyped = [("email", "ada@"), ("only", "sale-or-sharing")];
    let answer = visitor.post("/do-not-sell", &mistyped).await;
    answer.refuses("email", "This browser has opted out. For your address too,");
    assert_eq!(answer.attributes("#email", "value"), ["ada@"]);
    assert_eq!(all_changes(&app).len(), 1);
    let text = visitor.get("/do-not-sell").await.page().text();
    assert!(text.contains("Off since"), "{text}");
    assert!(
        answer.text().contains("Off since"),
        "the page says so at once"
    );

    let mended = [("email", "ada@example.org"), mistyped[1]];
    let done = visitor.post("/do-not-sell", &mended).await;
    assert!(done.location().starts_with("/do-not-sell/done/"));
    assert_eq!(app.mails_to("ada").len(), 1);
}

#[actix_web::test]
async fn somebody_who_causes_too_many_mails_still_opts_people_out() {
    let app = TestApp::start();
    for number in 0..32 {
        let email = format!("p{number}@example.org");
        let visitor = app.visitor();
        let done = visitor.post("/do-not-sell", &[("email", &email)]).await;
        assert!(done.location().starts_with("/do-not-sell/done/"));
    }
    assert_eq!(all_changes(&app).len(), 32 * 4);
    assert_eq!(app.mails_to("p29").len(), 1);
    assert!(app.mails_to("p31").is_empty());
}

/// Rule: O3, 11 CCR 7026(a).
#[actix_web::test]
async fn a_signed_in_person_taps_once_and_types_nothing() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/do-not-sell").await.page();
    assert!(page.attributes("main input", "name").is_empty());
    let done = ada.submit(&page, "/do-not-sell", &NOTHING).await;
    let receipt = ada.get(done.location()).await.page();
    assert!(
        receipt
            .text()
            .contains("It holds for your account, on every device.")
    );
    assert_eq!(app.visitor().get(done.location()).await.status, 404);
    let again = ada.post("/do-not-sell", &NOTHING).await;
    assert_eq!(again.location(), "/do-not-sell?unchanged=yes");
    assert_eq!(app.mails_to("ada").len(), 1);
}

#[actix_web::test]
async fn a_browser_that_does_not_say_where_a_form_came_from_can_opt_out_and_nothing_else() {
    let app = TestApp::start();
    let opt_out = |with: &[(&'static str, &'static str)]| {
        let visitor = with.iter().fold(app.visitor(), |it, (name, value)| {
            it.with_header(name, value)
        });
        async move {
            visitor
                .post_from_nowhere("/do-not-sell", &NOTHING)
                .await
                .status
        }
    };
    assert_eq!(opt_out(&[]).await, 303);
    assert_eq!(opt_out(&[("origin", "null")]).await, 303);
    let elsewhere = ("origin", "https://elsewhere.example");
    let cross_site = ("sec-fetch-site", "cross-site");
    assert_eq!(opt_out(&[elsewhere]).await, 400);
    assert_eq!(opt_out(&[cross_site]).await, 400);
    assert_eq!(opt_out(&[("origin", "null"), cross_site]).await, 400);
    let sign_in = [("email", "ada@example.org")];
    let refused = app.visitor().post_from_nowhere("/sign-in", &sign_in).await;
    assert_eq!(refused.status, 400);
    let ada = app.person("ada").await;
    let refused = ada.post_from_nowhere("/do-not-sell", &NOTHING).await;
    assert_eq!(
        refused.status, 400,
        "with an account it is no plain opt-out"
    );
}

#[actix_web::test]
async fn where_nothing_is_sold_the_form_says_so_and_still_takes_an_opt_out() {
    let app = TestApp::start_declaring(|register| {
        for activity in &mut register.activities {
            activity.sale_or_sharing = false;
        }
    });
    let visitor = app.visitor();
    let stands = async || visitor.get("/do-not-sell").await.texts("#state + dl dd");
    assert_eq!(stands().await[0], "We do nothing of the kind at present.");
    let ada = app.person("ada").await.get("/choices").await.page();
    assert_eq!(ada.texts("#sale-or-sharing .tag")[0], "Not done");
    visitor.post("/do-not-sell", &[("email", "")]).await;
    assert!(stands().await[0].starts_with("Off"));
}
