use candor::accounts::model::Role;
use candor::db::AnyConnection;
use candor::db::schema::{causes, request_items};
use candor::disclosures::model::NoticeState::{Acknowledged, Sent};
use candor::disclosures::spread;
use candor::requests::life::{By, advance};
use candor::requests::model::{Request, State};
use candor::requests::{execution, queries};
use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::{BRIGHTFIELD, NOTHING, all_notices, app_calling, states};
use crate::support::recipient::Recipient;
use crate::support::{Actor, TestApp};

/// Rule: C5, 11 CCR 7026(f); O6, 11 CCR 7026(f)(2).
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
    let purposes = mails[0].text.split("Purposes:").nth(1).unwrap();
    let purposes = purposes.split("The last day").next().unwrap();
    assert!(purposes.contains("their data"), "{purposes}");
    assert!(!purposes.contains("your"), "{purposes}");
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
    assert!(mails[1].text.contains("This person allows it: you may use"));
    assert!(mails[0].text.contains("no longer do what the law"));
    assert!(mails[0].text.contains("tell us within 5 business days"));
    for body in [&mails[0].text, &mails[0].html] {
        assert!(
            body.contains("gives you data about people"),
            "who we are to them"
        );
    }
    let allowed = &mails[1];
    assert!(
        allowed
            .text
            .contains("you may use their data for the purposes below")
    );
    assert!(!allowed.text.contains("last day"), "{}", allowed.text);
    assert!(!allowed.subject.contains("done by"), "{}", allowed.subject);
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

/// Files a deletion of everything; gives its reference.
pub(super) async fn ask_to_erase_everything(person: &Actor) -> String {
    let everything = "/requests/new/deletion/plan?everything=yes";
    let page = person.get(everything).await.page();
    let filed = person.submit(&page, everything, &NOTHING).await;
    filed.location().split('/').nth(2).unwrap().to_owned()
}

/// Brings a request to its end, as if all of it had been carried out.
pub(super) async fn complete(
    app: &TestApp,
    reference: &str,
    do_it: impl FnOnce(&mut AnyConnection, &Request, &By<'_>) + Send + 'static,
) {
    let (own, reference) = (app.app.clone(), reference.to_owned());
    let done = app.app.db.write(move |conn| {
        let by = By::system(&own);
        let mut request = queries::find_by_reference(conn, &reference)?;
        do_it(conn, &request, &by);
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
}

/// Rule: E1, 11 CCR 7022(b).
#[actix_web::test]
async fn a_correction_is_told_to_those_alone_who_get_the_datum_and_with_what_is_right() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let contact = maya.get("/data/people/contact_details").await.page();
    let links = contact.attributes("article dd a", "href").into_iter();
    let form = links.into_iter().find(|it| it.ends_with("=city")).unwrap();
    let typed = reqwest::multipart::Form::new().text("value", "Port Ellery");
    let filed = maya.post_multipart(&form, typed).await;
    let reference = filed.location().split('/').nth(2).unwrap().to_owned();
    complete(&app, &reference, |conn, request, by| {
        let item = queries::list_items(conn, request.id).unwrap().remove(0);
        execution::mark_applied(conn, request, item.id, by).unwrap();
    })
    .await;
    let view = app
        .app
        .register
        .describe("people", "contact_details", "city");
    let get_it: Vec<_> = view.unwrap().recipients().map(|it| &*it.key).collect();
    let all = all_notices(&app);
    assert!(all.iter().any(|it| it.recipient == "northbay-hosting"));
    for notice in &all {
        assert!(get_it.contains(&&*notice.recipient), "{}", notice.recipient);
        assert!(!["authorities", "employers"].contains(&&*notice.recipient));
    }
    let mail = app
        .mails_to("privacy@northbay-hosting.example.com")
        .remove(0);
    assert!(
        mail.text
            .contains("Their contact details – City: Port Ellery")
    );
    assert!(mail.html.contains("Port Ellery"));
    assert!(!mail.subject.contains("Port Ellery"));
    let hosting = all.iter().find(|it| it.recipient == "northbay-hosting");
    let link = format!("/notices/{}", hosting.unwrap().key);
    let page = app.visitor().get(&link).await.page().text();
    assert!(page.contains("Their contact details – City"));
    assert!(
        !page.contains("Port Ellery"),
        "whoever has the link reads no value"
    );
}

/// Rule: E1, 11 CCR 7022(b).
#[actix_web::test]
async fn a_deletion_is_told_to_those_alone_who_got_what_was_erased() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let reference = ask_to_erase_everything(&maya).await;
    complete(&app, &reference, |conn, request, _| {
        let contact = request_items::table
            .filter(request_items::request_id.eq(request.id))
            .filter(request_items::collection.eq("contact_details"));
        let accepted = diesel::update(contact)
            .set(request_items::decision.eq("accepted"))
            .execute(conn);
        assert!(accepted.unwrap() > 0);
    })
    .await;
    let deletions = app.app.db.read_now(|conn| {
        let all = causes::table.filter(causes::kind.eq("deletion"));
        Ok(all.select(causes::id).load::<i64>(conn)?)
    });
    let deletions = deletions.unwrap();
    let told = all_notices(&app).into_iter();
    let told = told.filter(|it| deletions.contains(&it.cause_id));
    let told: Vec<_> = told.map(|it| it.recipient).collect();
    assert!(told.iter().any(|it| it == "northbay-hosting"));
    for recipient in ["figurewise", "lumen-reach", "projobsector-learning"] {
        assert!(told.iter().all(|it| it != recipient), "{recipient}");
    }
    let mail = app
        .mails_to("privacy@northbay-hosting.example.com")
        .remove(0);
    let data: Vec<_> = mail
        .text
        .lines()
        .filter(|it| it.starts_with("- "))
        .collect();
    let erased = ["- maya.okafor@example.org", "- Their contact details"];
    assert_eq!(data[..2], erased);
    // Behind them stands what had to stay, and what for.
    let mut kept = data[2..].iter();
    assert!(
        kept.all(|it| it.contains("A law makes us keep it.")),
        "{data:?}"
    );
}

#[actix_web::test]
async fn a_notice_names_no_use_that_is_none_of_the_recipients() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/opt-out", &NOTHING).await;
    app.run_jobs().await;
    let mails = app.mails_to("optout@lumen-reach.example.com");
    assert_eq!(mails.len(), 1);
    for activity in &app.app.register.activities {
        let line = format!("- {}", activity.title.replace("your ", "their "));
        let is_named = mails[0].text.lines().any(|it| it == line);
        assert_eq!(is_named, activity.key == "sale-or-sharing", "{line}");
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

#[actix_web::test]
async fn staff_see_who_gets_what_on_which_terms_and_how_they_are_told() {
    let app = TestApp::start_declaring(|register| {
        let mut named = register.recipients.iter_mut();
        let figurewise = named.find(|it| it.key == "figurewise").unwrap();
        figurewise.contract_on = None;
        figurewise.contact = Some("https://hooks.example.org/in/secret-path".to_owned());
    });
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/recipients").await.page();
    assert_eq!(
        page.texts("tbody th").len(),
        app.app.register.recipients.len()
    );
    let text = page.text();
    assert!(text.contains("Signed on 1 February 2023; data processing agreement of 2023"));
    assert!(text.contains("last confirmed on 12 January 2026"));
    assert!(text.contains("privacy@northbay-hosting.example.com"));
    assert_eq!(page.texts("td .tag"), ["Missing"]);
    assert!(text.contains("hooks.example.org") && !text.contains("secret-path"));
    let admin = app.staff("ada", Role::Admin).await;
    assert_eq!(admin.get("/staff/recipients").await.status, 403);
}

/// The blame for a late decision is not theirs.
#[actix_web::test]
async fn who_is_told_late_of_a_deletion_has_days_to_erase_too() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let reference = ask_to_erase_everything(&maya).await;
    app.app.clock.advance(TimeDelta::days(60));
    complete(&app, &reference, |conn, request, by| {
        assert!(request.due_on < by.now.date());
        let items = request_items::table.filter(request_items::request_id.eq(request.id));
        let accepted = request_items::decision.eq("accepted");
        diesel::update(items).set(accepted).execute(conn).unwrap();
    })
    .await;

    let today = app.app.clock.today();
    let notices = all_notices(&app).into_iter();
    let days = notices.map(|it| (it.due_on - today).num_days());
    assert_eq!(days.min(), Some(5));
}
