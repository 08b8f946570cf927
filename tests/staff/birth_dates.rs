//! A date of birth that is corrected: what it tells of somebody's age holds for their choices.

use candor::accounts::model::Role;
use candor::choices::MadeBy;
use candor::db::schema::{choices, events, minors};
use candor::demo::source::SAMPLES;
use candor::jobs::{self, Job};
use chrono::TimeDelta;
use diesel::prelude::*;
use reqwest::multipart::Form;

use super::{accept_all, held, reference_of};
use crate::support::{Actor, Answer, TestApp};

const BORN_ON: &str =
    "SELECT birth_date FROM profiles p JOIN accounts a ON a.id = p.account_id WHERE a.email = ?1";

async fn sample_in(app: &TestApp, residence: &str) -> (Actor, &'static str) {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    (app.person_in(name, residence).await, name)
}

async fn send(person: &Actor, born_on: &'static str) -> Answer {
    let collection = person.get("/data/people/profiles").await.page();
    let links = collection.attributes("article dd a", "href");
    let mut links = links.iter();
    let link = links.find(|it| it.ends_with("field=birth_date")).unwrap();
    let form = Form::new()
        .text("value", born_on)
        .text("reason", "It is on my passport.");
    person.post_multipart(link, form).await
}

async fn correct(app: &TestApp, person: &Actor, agent: &Actor, born_on: &'static str) {
    let reference = reference_of(&send(person, born_on).await);
    accept_all(agent, &reference).await.location();
    app.run_jobs().await;
    assert_eq!(held(app, BORN_ON), born_on);
}

async fn tags(person: &Actor) -> Vec<String> {
    let page = person.get("/choices").await.page();
    let tags = ["#sale-or-sharing .tag", "#marketing .tag"];
    tags.iter().flat_map(|it| page.texts(it)).collect()
}

/// Who acted when the choices were changed, with what brought it about.
fn acts(app: &TestApp) -> Vec<(String, String)> {
    let all = app.app.db.read_now(|conn| {
        let changes = events::table.filter(events::action.eq("choice.changed"));
        let rows = changes.select((events::actor, events::detail));
        Ok(rows.order(events::id).load(conn)?)
    });
    all.unwrap()
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn a_corrected_date_of_birth_under_sixteen_opts_the_person_out_as_if_staff_had_entered_it() {
    let app = TestApp::start();
    let (person, name) = sample_in(&app, "us-ca").await;
    let agent = app.staff("sam", Role::Agent).await;
    assert_eq!(tags(&person).await, ["On", "On"]);
    correct(&app, &person, &agent, "2013-05-05").await;
    assert_eq!(tags(&person).await, ["Off", "Off"]);
    let own = person.get("/choices/age").await.page().text();
    assert!(own.contains("you will be 16 on 5 May 2029"), "{own}");
    assert!(own.contains("You are under 13, so they decide"), "{own}");
    let turned = acts(&app);
    assert_eq!(turned.len(), 1, "{turned:?}");
    assert!(
        turned[0].0.starts_with("system") && turned[0].1.contains("\"law\""),
        "{turned:?}"
    );
    assert_eq!(app.events("age.put_right", "account"), 1);
    let mails = app.mails_to(name);
    let told = mails
        .iter()
        .find(|it| it.subject == "We have put your age right");
    let told = &told.unwrap().text;
    assert!(
        told.contains("We have corrected your date of birth"),
        "{told}"
    );
    // Nobody turns it on but a parent, as where staff entered the age.
    let confirmed = [("confirmed", "yes")];
    person
        .post("/choices/sale-or-sharing/opt-in", &confirmed)
        .await;
    assert_eq!(tags(&person).await, ["Off", "Off"]);
}

#[actix_web::test]
async fn a_corrected_date_of_birth_puts_right_the_age_that_was_known_and_turns_nothing_on() {
    let app = TestApp::start();
    let (person, _) = sample_in(&app, "us-ca").await;
    let agent = app.staff("sam", Role::Agent).await;
    let mistyped = [("born_on", "2015-03-01")];
    person.post("/choices/age", &mistyped).await.location();
    correct(&app, &person, &agent, "1985-03-01").await;
    assert_eq!(tags(&person).await, ["Off", "Off"]);
    let page = person.get("/choices").await.page().text();
    assert!(page.contains("before we put your age right"), "{page}");
    let known = app
        .app
        .db
        .read_now(|conn| Ok(minors::table.count().get_result::<i64>(conn)?));
    assert_eq!(known.unwrap(), 0, "of who is older nothing is kept");
    let confirmed = [("confirmed", "yes")];
    person.post("/choices/marketing/opt-in", &confirmed).await;
    assert_eq!(tags(&person).await, ["Off", "On"]);
}

#[actix_web::test]
async fn a_corrected_date_of_birth_of_an_adult_changes_no_choice() {
    let app = TestApp::start();
    let (person, name) = sample_in(&app, "us-ca").await;
    let agent = app.staff("sam", Role::Agent).await;
    correct(&app, &person, &agent, "1985-03-01").await;
    assert_eq!(tags(&person).await, ["On", "On"]);
    let by_law = app.app.db.read_now(|conn| {
        let by_law = choices::table.filter(choices::made_by.eq(MadeBy::Law.as_str()));
        Ok(by_law.count().get_result::<i64>(conn)?)
    });
    assert_eq!(by_law.unwrap(), 0);
    let mails = app.mails_to(name);
    assert!(
        mails
            .iter()
            .all(|it| it.subject != "We have put your age right")
    );
}

#[actix_web::test]
async fn a_date_of_birth_on_which_nobody_can_have_been_born_is_refused_at_the_form() {
    let app = TestApp::start();
    let (person, _) = sample_in(&app, "us-ca").await;
    for (born_on, fault) in [
        (
            "2990-01-01",
            "The day of birth lies before today. Check the year.",
        ),
        (
            "1890-01-01",
            "Nobody is as old as that. Check the year of birth.",
        ),
    ] {
        let refused = send(&person, born_on).await;
        refused.refuses("value", fault);
        assert_eq!(refused.attributes("#value", "value"), [born_on]);
    }
}

/// An import brings the value before the correction back, which is found at night and written over.
async fn undo_and_repair(app: &TestApp, before: &str) {
    let sql = "UPDATE profiles SET birth_date = ?2 WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)";
    let source = app.source.connect();
    source.execute(sql, [SAMPLES[0].email, before]).unwrap();
    app.app.clock.advance(TimeDelta::days(1));
    let now = app.app.clock.now();
    let watch = move |conn: &mut _| jobs::enqueue(conn, &Job::WatchCorrections, now);
    app.app.db.write(watch).await.unwrap();
    app.run_jobs().await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let page = agent.get("/staff/corrections").await.page();
    let repair = page
        .attributes("form[action$='/repair']", "action")
        .remove(0);
    agent.submit(&page, &repair, &[]).await.location();
    app.run_jobs().await;
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn a_date_of_birth_under_sixteen_that_is_written_again_protects_whoever_was_taken_for_older()
{
    let app = TestApp::start();
    let (person, name) = sample_in(&app, "us-ca").await;
    let agent = app.staff("sam", Role::Agent).await;
    let before = held(&app, BORN_ON);
    correct(&app, &person, &agent, "2013-05-05").await;
    let email = format!("{name}@example.org");
    let older = [
        ("whom", &*email),
        ("born_on", "1985-03-01"),
        ("channel", "phone"),
        ("received_on", "2026-02-09"),
        ("reason", "They said that they are grown."),
        ("evidence", "They told us on the phone."),
    ];
    agent.post("/staff/ages/new", &older).await.location();
    for key in ["sale-or-sharing", "marketing"] {
        let on = format!("/choices/{key}/opt-in");
        person.post(&on, &[("confirmed", "yes")]).await.location();
    }
    assert_eq!(tags(&person).await, ["On", "On"]);

    undo_and_repair(&app, &before).await;
    assert_eq!(held(&app, BORN_ON), "2013-05-05");
    let person = app.person_again(name).await;
    assert_eq!(tags(&person).await, ["Off", "Off"]);
    let own = person.get("/choices/age").await.page().text();
    assert!(own.contains("you will be 16 on 5 May 2029"), "{own}");
    let turned = acts(&app).pop().unwrap();
    assert!(
        turned.0.starts_with("system") && turned.1.contains("\"law\""),
        "{turned:?}"
    );
    let mails = app.mails_to(name);
    let told = mails
        .iter()
        .filter(|it| it.subject == "We have put your age right");
    assert_eq!(told.count(), 3);
}

#[actix_web::test]
async fn a_date_of_birth_that_is_written_again_makes_nobody_older_than_they_said_since() {
    let app = TestApp::start();
    let (person, name) = sample_in(&app, "us-ca").await;
    let agent = app.staff("sam", Role::Agent).await;
    let before = held(&app, BORN_ON);
    correct(&app, &person, &agent, "1985-03-01").await;
    let young = [("born_on", "2015-03-01")];
    person.post("/choices/age", &young).await.location();

    undo_and_repair(&app, &before).await;
    assert_eq!(held(&app, BORN_ON), "1985-03-01");
    let person = app.person_again(name).await;
    let own = person.get("/choices/age").await.page().text();
    assert!(own.contains("you will be 16 on 1 March 2031"), "{own}");
    assert_eq!(app.events("age.put_right", "account"), 0);
}
