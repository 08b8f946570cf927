use candor::disclosures::model::NoticeState::{Acknowledged, Sent};
use candor::disclosures::spread;
use candor::requests::life::{By, advance};
use candor::requests::model::State;
use chrono::NaiveDate;

use super::{BRIGHTFIELD, NOTHING, all_notices, app_calling, states};
use crate::support::TestApp;
use crate::support::recipient::Recipient;

/// Rule: C5, §7026(f).
#[actix_web::test]
async fn an_opt_out_of_sale_is_told_to_everybody_who_bought_and_to_nobody_else() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    app.run_jobs().await;
    let told = [
        (BRIGHTFIELD.to_owned(), Acknowledged),
        ("lumen-reach".to_owned(), Sent),
        ("talentgraph-exchange".to_owned(), Sent),
    ];
    assert_eq!(states(&app), told);
    // 15 business days after Monday 9 February, in the earliest reading.
    let due_on = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    assert!(all_notices(&app).iter().all(|it| it.due_on == due_on));

    let mails = app.mails_to("optout@lumen-reach.example.com");
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("- ada@example.org"));
    assert!(mails[0].text.contains("2 March 2026"));
    let call = server.sent().remove(0);
    assert!(!call.body.contains("ada@example.org"), "only as a hash");

    let page = ada.get("/disclosures").await.page();
    let told = page.texts("section table, table:last-of-type tbody th");
    assert!(told.iter().any(|it| it.contains("Brightfield Audiences")));
    assert!(page.text().contains("Confirmed"));
    let eve = app.person("eve").await.get("/disclosures").await.page();
    assert!(eve.text().contains("Nobody had to be told yet"));
}

#[actix_web::test]
async fn each_choice_is_told_to_its_own_recipients_also_when_it_is_allowed_again() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    ada.post("/choices/analytics/opt-in", &[("confirmed", "yes")])
        .await;
    app.run_jobs().await;
    let told = all_notices(&app).into_iter().map(|it| it.recipient);
    assert_eq!(told.collect::<Vec<_>>(), ["figurewise", "figurewise"]);
    let mails = app.mails_to("privacy@figurewise.example.com");
    assert!(mails[0].text.contains("Stop using this person's data"));
    assert!(mails[0].text.contains("no longer do what the law"));
    assert!(mails[0].text.contains("tell us within 5 business days"));
    assert!(mails[1].text.contains("You may use this person's data"));
}

#[actix_web::test]
async fn what_somebody_unknown_opted_out_of_by_address_is_told_and_a_browsers_is_not() {
    let app = TestApp::start();
    app.visitor().post("/do-not-sell", &NOTHING).await;
    app.visitor().with_signal().get("/do-not-sell").await.page();
    app.run_jobs().await;
    assert!(all_notices(&app).is_empty());
    let email = [("email", "nora@example.org"), ("only", "sale-or-sharing")];
    app.visitor().post("/do-not-sell", &email).await;
    app.run_jobs().await;
    assert_eq!(all_notices(&app).len(), 3);
    let mails = app.mails_to("optout@lumen-reach.example.com");
    assert!(mails[0].text.contains("- nora@example.org"));
}

/// Rule: E1, §7022(b).
#[actix_web::test]
async fn a_correction_that_was_carried_out_is_told_to_who_works_for_us_or_bought_but_not_to_authorities()
 {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let contact = maya.get("/data/people/contact_details").await.page();
    let links = contact.attributes("article dd a", "href").into_iter();
    let form = links.into_iter().find(|it| it.ends_with("=city")).unwrap();
    let typed = reqwest::multipart::Form::new().text("value", "Port Ellery");
    let filed = maya.post_multipart(&form, typed).await;
    let reference = filed.location().split('/').nth(2).unwrap().to_owned();
    let own = app.app.clone();
    let done = app.app.db.write(move |conn| {
        let by = By::system(&own);
        let mut request = candor::requests::queries::find_by_reference(conn, &reference)?;
        for to in [
            State::InReview,
            State::Approved,
            State::Executing,
            State::Completed,
        ] {
            request = advance(conn, &request, to, &by)?;
        }
        Ok(())
    });
    done.await.unwrap();
    app.run_jobs().await;
    let told: Vec<_> = all_notices(&app)
        .into_iter()
        .map(|it| it.recipient)
        .collect();
    for recipient in ["northbay-hosting", "lumen-reach", "projobsector-learning"] {
        assert!(told.iter().any(|it| it == recipient), "{recipient}");
    }
    for recipient in ["authorities", "employers"] {
        assert!(told.iter().all(|it| it != recipient), "{recipient}");
    }
}

#[actix_web::test]
async fn what_is_spread_twice_is_told_once() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    app.run_jobs().await;
    let own = app.app.clone();
    let again = actix_web::web::block(move || spread::spread(&own, 1));
    again.await.unwrap().unwrap();
    assert_eq!(all_notices(&app).len(), 3);
    assert_eq!(app.mails_to("optout@lumen-reach.example.com").len(), 1);
}
