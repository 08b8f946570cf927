//! Objecting to a use that has no switch, for reasons of one's own situation.

use candor::accounts::model::Role;
use candor::db::schema::{causes, notices};
use candor::register::Register;
use candor::requests::model::{Kind, State};
use candor::requests::restrictions;
use diesel::prelude::*;

use super::{find, reference_of};
use crate::support::{Actor, TestApp};

const FORM: &str = "/requests/new/objection";

async fn object(person: &Actor) -> String {
    let page = person.get("/choices").await.page();
    let links = page.attributes("main a[href^='/requests/new/objection']", "href");
    assert_eq!(links, ["/requests/new/objection?activity=security"]);
    let page = person.get(&links[0]).await.page();
    assert_eq!(page.attributes("input[checked]", "value"), ["security"]);
    let why = [
        ("activity", "security"),
        ("why", "My work needs me unseen."),
    ];
    reference_of(&person.submit(&page, FORM, &why).await)
}

/// How the use rests: whether it does, and until when.
fn rests(app: &TestApp, reference: &str) -> (bool, Option<String>) {
    let request = find(app, reference);
    let found = app
        .app
        .db
        .read_now(move |conn| Ok(restrictions::find(conn, request.id)?));
    let found = found.unwrap().unwrap();
    let ends_on = found.ends_on.map(|it| it.to_string());
    (found.ended_at.is_none(), ends_on)
}

async fn decide(staff: &Actor, reference: &str, fields: &[(&str, &str)]) {
    let url = format!("/staff/requests/{reference}");
    let page = staff.get(&url).await.page();
    let sent = staff.submit(&page, &format!("{url}/decide"), fields).await;
    sent.location();
}

/// Rule: A4.O, GDPR Art. 21(1), 18(1)(d).
#[actix_web::test]
async fn a_use_rests_while_an_objection_to_it_is_looked_at_and_stops_when_it_is_granted() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "de").await;
    let agent = app.staff("sam", Role::Agent).await;
    let reference = object(&ada).await;
    let request = find(&app, &reference);
    assert_eq!((request.kind, &*request.law), (Kind::Objection, "eu-gdpr"));
    assert_eq!(request.due_on.to_string(), "2026-03-09");
    assert_eq!(rests(&app, &reference), (true, None));
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    let rest = "We do not use your data for it until we have answered";
    assert!(page.text().contains(rest), "{}", page.text());
    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(
        page.text().contains("may not be used for it"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("My work needs me unseen."));

    let choices = ada.get("/choices").await.text();
    assert!(
        choices.contains("This rests while we look at your objection"),
        "{choices}"
    );

    app.run_jobs().await;
    let granted = [("outcome", "approved"), ("reason", "We stop it for you.")];
    decide(&agent, &reference, &granted).await;
    let over = "We do not do this any more, since you objected to it";
    let choices = ada.get("/choices").await;
    assert!(choices.text().contains(over), "{}", choices.text());
    let page = choices.page();
    let again = page.attributes("main a[href^='/requests/new/objection']", "href");
    assert!(again.is_empty(), "{again:?}");
    let disclosures = ada.get("/disclosures").await.text();
    assert!(disclosures.contains(over), "{disclosures}");
    let eve = app.person_in("eve", "de").await;
    assert!(!eve.get("/choices").await.text().contains(over));
    assert_eq!(find(&app, &reference).state, State::Completed);
    app.run_jobs().await;
    let mails = app.mails_to("privacy@papercheck.example.com");
    assert_eq!(mails.len(), 2);
    assert!(mails[0].text.contains("while an objection is looked at"));
    assert!(mails[1].subject.contains("objection of a person"));
    assert!(mails[1].text.contains("not to be used for it any more"));
    app.app.clock.advance(chrono::TimeDelta::days(30));
    app.run_jobs().await;
    assert_eq!(rests(&app, &reference), (true, None));
}

/// Rule: A4.O, GDPR Art. 21(1), 18(3).
#[actix_web::test]
async fn an_objection_is_denied_on_compelling_grounds_by_two_and_the_use_goes_on_a_week_later() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "de").await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = object(&ada).await;
    let denied = [
        ("outcome", "denied"),
        ("ground", "COMPELLING_21_1"),
        ("reason", "Somebody tries to get into your account."),
    ];
    decide(&agent, &reference, &denied).await;
    assert_eq!(rests(&app, &reference), (true, None), "only proposed");
    let url = format!("/staff/requests/{reference}");
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();
    assert_eq!(find(&app, &reference).state, State::Denied);
    let end = Some("2026-02-16".to_owned());
    assert_eq!(rests(&app, &reference), (true, end.clone()));
    let mails = app.mails_to("ada");
    let kinds: Vec<_> = mails.iter().map(|it| it.kind.as_str()).collect();
    assert!(kinds.contains(&"request_decided") && kinds.contains(&"restriction_ends"));
    app.run_jobs().await;
    assert_eq!(rests(&app, &reference), (true, end.clone()));
    app.app.clock.advance(chrono::TimeDelta::days(8));
    app.run_jobs().await;
    assert_eq!(rests(&app, &reference), (false, end));
}

#[actix_web::test]
async fn an_objection_names_a_use_and_says_why_and_ends_when_it_is_taken_back() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "de").await;
    let page = ada.get(FORM).await.page();
    let silent = ada.submit(&page, FORM, &[("activity", "security")]).await;
    silent.refuses("why", "Say what in your situation speaks against it");
    let elsewhere = [("activity", "analytics"), ("why", "I do not like it.")];
    let switched = ada.post(FORM, &elsewhere).await;
    switched.refuses("activity", "Choose a use.");
    let nothing = [("activity", ""), ("why", "")];
    let empty = ada.post(FORM, &nothing).await;
    let named = empty.attributes(".error-summary a", "href");
    assert_eq!(named, ["#activity", "#why"], "in the order of the page");
    let reference = object(&ada).await;
    let url = format!("/requests/{reference}");
    let page = ada.get(&url).await.page();
    let withdraw = format!("{url}/withdraw");
    ada.submit(&page, &withdraw, &[]).await.location();
    app.run_jobs().await;
    assert!(!rests(&app, &reference).0);
}

/// Rule: A4.O, GDPR Art. 19, 21(1).
#[actix_web::test]
async fn who_does_not_get_data_for_a_use_is_not_told_that_a_person_objects_to_it() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "de").await;
    object(&ada).await;
    app.run_jobs().await;
    let told = app.app.db.read_now(|conn| {
        let all = notices::table.order(notices::id);
        Ok(all.select(notices::recipient).load::<String>(conn)?)
    });
    let told = told.unwrap();
    assert!(!told.is_empty());
    for key in told {
        let recipient = app.app.register.recipient(&key).unwrap();
        let is_for_it = recipient.activities.iter().any(|it| it == "security");
        assert!(is_for_it, "{key} gets nothing for it");
    }
}

/// Who was told of what: kind of the cause and recipient.
fn told(app: &TestApp) -> Vec<(String, String)> {
    let told = app.app.db.read_now(|conn| {
        let all = notices::table.order(notices::id);
        let all: Vec<(i64, String)> = all
            .select((notices::cause_id, notices::recipient))
            .load(conn)?;
        let kinds = all.into_iter().map(|(id, recipient)| {
            let cause = causes::table.find(id).select(causes::kind);
            Ok((cause.first(conn)?, recipient))
        });
        kinds.collect()
    });
    told.unwrap()
}

/// How the register changes meanwhile, and what recipients read then.
type Change<'a> = (&'a dyn Fn(&mut Register), &'a str);

/// Rule: A4.O, GDPR Art. 19, 21(1).
#[actix_web::test]
async fn the_same_are_told_that_an_objection_is_granted_whatever_the_use_is_called_by_then() {
    let renamed = |register: &mut Register| {
        let mut all = register.activities.iter_mut();
        all.find(|it| it.key == "security").unwrap().title = "Safe sign-in".to_owned();
    };
    let gone = |register: &mut Register| register.activities.retain(|it| it.key != "security");
    let changes: [Change<'_>; 2] = [
        (&renamed, "Safe sign-in: not to be used for it any more"),
        (&gone, ": not to be used for it any more"),
    ];
    for (change, words) in changes {
        let mut app = TestApp::start();
        let ada = app.person_in("ada", "de").await;
        let agent = app.staff("sam", Role::Agent).await;
        let reference = object(&ada).await;
        app.run_jobs().await;
        let rest = told(&app);
        assert!(!rest.is_empty());
        let granted = [("outcome", "approved"), ("reason", "We stop it for you.")];
        decide(&agent, &reference, &granted).await;
        app.redeclare(change);
        app.run_jobs().await;
        let stop = told(&app).split_off(rest.len());
        let names = |all: &[(String, String)]| -> Vec<String> {
            all.iter().map(|(_, recipient)| recipient.clone()).collect()
        };
        assert_eq!(names(&stop), names(&rest));
        assert!(stop.iter().all(|(kind, _)| kind == "objection"));
        let mail = app.mails_to("privacy@papercheck.example.com").pop();
        let text = mail.unwrap().text;
        assert!(text.contains(words), "{text}");
    }
}

/// Rule: A4.O, GDPR Art. 18(3), 21(1).
#[actix_web::test]
async fn an_objection_that_is_taken_back_after_an_appeal_rests_no_longer() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "de").await;
    let (sam, kim, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("kim", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = object(&ada).await;
    let denied = [
        ("outcome", "denied"),
        ("ground", "COMPELLING_21_1"),
        ("reason", "Somebody tries to get into your account."),
    ];
    decide(&sam, &reference, &denied).await;
    let url = format!("/staff/requests/{reference}");
    let page = ruth.get(&url).await.page();
    let approve = format!("{url}/approve");
    ruth.submit(&page, &approve, &[]).await.location();
    let own = format!("/requests/{reference}");
    let page = ada.get(&own).await.page();
    let why = [("appeal", "Nobody does. It was me.")];
    let appeal = ada.submit(&page, &format!("{own}/appeal"), &why).await;
    let granted = [("outcome", "approved"), ("reason", "You are right.")];
    decide(&kim, &reference_of(&appeal), &granted).await;
    assert_eq!(rests(&app, &reference), (true, None));
    app.app.clock.advance(chrono::TimeDelta::minutes(1));
    let page = ada.get(&own).await.page();
    let says = [("message", "Thank you. Then I need nothing more.")];
    ada.submit(&page, &format!("{own}/messages"), &says)
        .await
        .location();
    let page = ada.get(&own).await.page();
    let withdraw = format!("{own}/withdraw");
    ada.submit(&page, &withdraw, &[]).await.location();
    app.run_jobs().await;
    assert!(!rests(&app, &reference).0, "it rests for ever");
    assert!(told(&app).iter().any(|(it, _)| it == "restriction-lifted"));
    let last = app.mails_to("ada").pop().unwrap();
    assert_eq!(last.kind, "request_withdrawn");
    app.app.clock.advance(chrono::TimeDelta::days(8));
    app.run_jobs().await;
    assert!(!rests(&app, &reference).0);
}

/// Rule: A4.O, GDPR Art. 21(1), 19.
#[actix_web::test]
async fn an_objection_that_is_granted_in_part_does_not_say_that_the_use_has_stopped() {
    let app = TestApp::start();
    let ada = app.person_in("ada", "de").await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = object(&ada).await;
    let goes_on = "We stop the profile, and go on to check each sign-in.";
    let part = [
        ("outcome", "partly_approved"),
        ("ground", "COMPELLING_21_1"),
        ("reason", goes_on),
        ("restricts", "No profile of the person is made."),
    ];
    app.run_jobs().await;
    let told = || app.mails_to("privacy@papercheck.example.com");
    assert_eq!(told().len(), 1, "while it is looked at");
    let page = agent.get(&format!("/staff/requests/{reference}")).await;
    let decide_at = format!("/staff/requests/{reference}/decide");
    let silent = agent.submit(&page.page(), &decide_at, &part[..3]).await;
    silent.refuses("restricts", "which part of the use stops");
    decide(&agent, &reference, &part).await;
    let choices = ada.get("/choices").await.page();
    let tags = choices.texts("section[aria-labelledby=security-title] .tag");
    assert_eq!(tags, ["Not done"], "only proposed");
    app.run_jobs().await;
    assert_eq!(told().len(), 1, "only proposed");
    let url = format!("/staff/requests/{reference}");
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();
    assert_eq!(find(&app, &reference).state, State::Completed);
    let choices = ada.get("/choices").await.page();
    let tags = choices.texts("section[aria-labelledby=security-title] .tag");
    assert_eq!(tags, ["Partly not done"]);
    let shown = choices.text();
    assert!(
        shown.contains("What rests: No profile of the person is made."),
        "{shown}"
    );
    assert!(shown.contains("What is left of it goes on."));
    let mails = app.mails_to("ada").into_iter();
    let subjects: Vec<_> = mails.map(|it| it.subject).collect();
    let is_told = |it: &String| it.starts_with("Your objection is granted in part: ");
    assert!(subjects.iter().any(is_told), "{subjects:?}");
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    let said = page.text();
    assert!(said.contains("for a part of what you objected to") && said.contains(goes_on));
    assert!(
        !said.contains("We keep the data, and do not use them"),
        "{said}"
    );
    app.run_jobs().await;
    let told = told();
    assert_eq!(told.len(), 2, "as of a whole grant");
    assert!(told[1].subject.contains("objection of a person"));
    for part in ["any more in this part", "No profile of the person is made."] {
        assert!(told[1].text.contains(part), "{}", told[1].text);
    }
    let mail = app.mails_to("ada").pop().unwrap();
    assert_eq!(mail.kind, "request_completed");
    for body in [&mail.text, &mail.html] {
        assert!(
            body.contains("for a part of what you objected to"),
            "{body}"
        );
    }
}
