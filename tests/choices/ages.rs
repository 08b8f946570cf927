//! What staff enter of ages, and what follows for choices.

use candor::accounts::model::Role;
use candor::choices::{MadeBy, State, refusables};
use candor::db::schema::{age_entries, minors};
use diesel::prelude::*;

use super::{all_changes, approve_word};
use crate::api::{Program, hash_of};
use crate::support::{Actor, TestApp};

const NEW: &str = "/staff/ages/new";
const PARENT: &str = "/staff/ages/parents/new";

const WORD: [(&str, &str); 5] = [
    ("whom", "noor@example.org"),
    ("channel", "phone"),
    ("received_on", "2026-02-09"),
    ("reason", "They typed 2015 in place of 1985."),
    ("evidence", "They read us the code that we mailed them."),
];

fn word(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&WORD[..], more].concat()
}

/// What rests on consent, and the two rights.
fn protected(app: &TestApp) -> Vec<String> {
    let all = refusables(&app.app.register).into_iter();
    let all = all.filter(|it| it.two_steps || it.needs_consent);
    all.map(|it| it.key.to_owned()).collect()
}

async fn tags(person: &Actor, keys: &[String]) -> Vec<String> {
    let page = person.get("/choices").await.page();
    let tag = |key: &String| page.texts(&format!("#{key} .tag")).remove(0);
    keys.iter().map(tag).collect()
}

async fn child(app: &TestApp) -> Actor {
    let noor = app.person("noor").await;
    noor.post("/choices/age", &[("born_on", "2015-03-01")])
        .await
        .location();
    noor
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn whatever_rests_on_consent_is_off_for_a_child_even_if_the_child_agreed_to_it() {
    let app = TestApp::start();
    let noor = app.person("noor").await;
    let keys = protected(&app);
    assert!(keys.len() > 3, "{keys:?}");
    assert!(tags(&noor, &keys).await.contains(&"On".to_owned()));
    for step in ["opt-out", "opt-in"] {
        noor.post(
            &format!("/choices/marketing/{step}"),
            &[("confirmed", "yes")],
        )
        .await;
    }
    let program = Program::of(&app).await;
    let hash = hash_of(&app, "noor@example.org");
    noor.post("/choices/age", &[("born_on", "2015-03-01")])
        .await
        .location();
    assert!(tags(&noor, &keys).await.iter().all(|it| it == "Off"));
    let changes = all_changes(&app);
    let by_law = changes.iter().filter(|it| it.made_by == MadeBy::Law);
    let by_law: Vec<_> = by_law.map(|it| it.activity.clone()).collect();
    assert!(by_law.contains(&"marketing".to_owned()), "{by_law:?}");
    // As any other change that turns off.
    let told = program.get(&format!("/choices/email/{hash}")).await.json;
    for choice in told["choices"].as_array().unwrap() {
        let is_protected = keys.iter().any(|it| choice["activity"] == **it);
        assert!(!is_protected || choice["state"] == "opted-out", "{choice}");
    }
    let feed = program.get("/changes").await.json.to_string();
    assert!(feed.contains("marketing"), "{feed}");
    assert!(
        app.mails_to("noor")
            .pop()
            .unwrap()
            .text
            .contains("Opted out")
    );
}

/// A birthday is no consent: what is declared later is off too, and stays off at 13 and 16.
#[actix_web::test]
async fn what_was_not_chosen_stays_off_when_a_child_grows_up() {
    let app = TestApp::start();
    let noor = child(&app).await;
    // As if nothing of it had been written down: the register declared it later.
    let forget = app.app.db.write(|conn| {
        use candor::db::schema::choices;
        let marketing = choices::table.filter(choices::activity.eq("marketing"));
        Ok(diesel::delete(marketing).execute(conn)?)
    });
    assert_eq!(forget.await.unwrap(), 1);
    let marketing = ["marketing".to_owned()];
    for years in [0, 3, 3] {
        app.app.clock.advance(chrono::TimeDelta::days(years * 366));
        let noor = app.person_again("noor").await;
        assert_eq!(tags(&noor, &marketing).await, ["Off"]);
    }
    drop(noor);
}

/// At 13 they decide for themselves (Civ. 1798.120(c)).
#[actix_web::test]
async fn who_is_between_thirteen_and_sixteen_turns_it_on_by_themselves() {
    let app = TestApp::start();
    let noor = app.person("noor").await;
    noor.post("/choices/age", &[("born_on", "2011-03-01")])
        .await
        .location();
    let keys = protected(&app);
    assert!(tags(&noor, &keys).await.iter().all(|it| it == "Off"));
    let mail = app.mails_to("noor").pop().unwrap().text;
    assert!(mail.contains("If you want it otherwise"), "{mail}");
    for key in &keys {
        let path = format!("/choices/{key}/opt-in");
        noor.post(&path, &[("confirmed", "yes")]).await.location();
    }
    assert!(tags(&noor, &keys).await.iter().all(|it| it == "On"));
}

#[actix_web::test]
async fn a_mistyped_year_is_put_right_by_staff_and_turns_nothing_on() {
    let app = TestApp::start();
    let noor = child(&app).await;
    let sam = app.staff("sam", Role::Agent).await;
    let keys = protected(&app);
    let page = sam.get("/staff/ages").await.page();
    assert_eq!(
        page.attributes("main a[href='/staff/ages/new']", "href")
            .len(),
        1
    );
    let done = sam.post(NEW, &word(&[("born_on", "1985-03-01")])).await;
    assert_eq!(done.location(), "/staff/ages");
    assert!(tags(&noor, &keys).await.iter().all(|it| it == "Off"));
    let page = noor.get("/choices").await.page();
    assert!(page.text().contains("before we put your age right"));
    assert!(
        !page.text().contains("before 1 March 2031"),
        "nobody must wait until then"
    );
    let known = app
        .app
        .db
        .read_now(|conn| Ok(minors::table.count().get_result::<i64>(conn)?));
    assert_eq!(known.unwrap(), 0, "of who is older nothing is kept");

    // The history, the mail, the record, and what the person reads.
    let history = noor.get("/choices/history").await.page();
    assert!(history.text().contains("before we put your age right"));
    let mail = app.mails_to("noor").pop().unwrap();
    assert_eq!(mail.subject, "We have put your age right");
    assert!(mail.text.contains("This has turned nothing on"));
    assert_eq!(app.events("age.put_right", "account"), 1);
    let own = noor.get("/choices/age").await.page();
    assert!(own.text().contains("you are 16 or older"), "{}", own.text());
    let entry = sam.get("/staff/ages").await.page();
    let entry = entry.attributes("main tbody a", "href").remove(0);
    let read = sam.get(&entry).await.page().text();
    assert!(read.contains("in place of 1985") && read.contains("the code that we mailed them"));
    let log = noor.get("/account/access-log").await.page();
    assert!(log.text().contains("What our staff entered of your age"));
    let sealed = app.app.db.read_now(|conn| {
        let all = age_entries::table.select(age_entries::reason);
        Ok(all.first::<Vec<u8>>(conn)?)
    });
    assert!(!String::from_utf8_lossy(&sealed.unwrap()).contains("1985"));

    // They can turn it on themselves now.
    noor.post("/choices/marketing/opt-in", &[("confirmed", "yes")])
        .await
        .location();
    assert_eq!(tags(&noor, &["marketing".to_owned()]).await, ["On"]);
}

#[actix_web::test]
async fn what_somebody_turned_on_is_not_touched_when_their_age_is_put_right() {
    let app = TestApp::start();
    let noor = app.person("noor").await;
    noor.post("/choices/age", &[("born_on", "2011-03-01")])
        .await
        .location();
    noor.post("/choices/marketing/opt-in", &[("confirmed", "yes")])
        .await
        .location();
    let sam = app.staff("sam", Role::Agent).await;
    sam.post(NEW, &word(&[("born_on", "2010-12-01")]))
        .await
        .location();
    let sale = ["marketing", "sale-or-sharing"].map(str::to_owned);
    assert_eq!(tags(&noor, &sale).await, ["On", "Off"]);
    let page = noor.get("/choices/age").await.page();
    assert!(page.text().contains("you will be 16 on 1 December 2026"));
}

async fn put_right(app: &TestApp, sam: &Actor, born_on: &'static str) {
    let put = sam.post(NEW, &word(&[("born_on", born_on)])).await;
    assert_eq!(put.location(), "/staff/ages");
    assert_eq!(app.failed_jobs(), []);
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn what_a_parent_allowed_holds_on_for_a_child_whose_age_is_put_right() {
    let app = TestApp::start();
    let noor = child(&app).await;
    let sam = app.staff("sam", Role::Agent).await;
    let fields = word(&[
        ("what", "marketing"),
        ("what", "sale-or-sharing"),
        ("verified_by", "signed-form"),
    ]);
    sam.post(PARENT, &fields).await.location();
    approve_word(&app.staff("vera", Role::Supervisor).await).await;
    let keys = ["marketing", "sale-or-sharing", "limit-sensitive"].map(str::to_owned);
    for born_on in ["2015-06-01", "2014-06-01"] {
        put_right(&app, &sam, born_on).await;
        assert_eq!(tags(&noor, &keys).await, ["On", "On", "Off"], "{born_on}");
    }
    // They were 14 all the time: it was for them to decide.
    put_right(&app, &sam, "2011-06-01").await;
    assert_eq!(tags(&noor, &keys).await, ["Off", "Off", "Off"]);
    let page = noor.get("/choices").await.page();
    assert!(page.text().contains("it is for you to decide"));
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn what_somebody_turned_on_at_fourteen_stays_theirs_unless_they_were_a_child() {
    let app = TestApp::start();
    let noor = app.person("noor").await;
    noor.post("/choices/age", &[("born_on", "2011-03-01")])
        .await
        .location();
    let keys = ["marketing", "sale-or-sharing"].map(str::to_owned);
    for key in &keys {
        let path = format!("/choices/{key}/opt-in");
        noor.post(&path, &[("confirmed", "yes")]).await.location();
    }
    let sam = app.staff("sam", Role::Agent).await;
    for born_on in ["2012-03-01", "2010-12-01"] {
        put_right(&app, &sam, born_on).await;
        assert_eq!(tags(&noor, &keys).await, ["On", "On"], "{born_on}");
    }
    put_right(&app, &sam, "2015-03-01").await;
    assert_eq!(tags(&noor, &keys).await, ["Off", "Off"]);
}

/// Of a child we may learn by others.
#[actix_web::test]
async fn who_turns_out_to_be_younger_is_opted_out_at_once() {
    let app = TestApp::start();
    let noor = app.person("noor").await;
    let sam = app.staff("sam", Role::Supervisor).await;
    sam.post(NEW, &word(&[("born_on", "2015-03-01")]))
        .await
        .location();
    assert!(
        tags(&noor, &protected(&app))
            .await
            .iter()
            .all(|it| it == "Off")
    );
    let changes = all_changes(&app);
    assert!(changes.iter().all(|it| it.made_by == MadeBy::Law));
    let page = noor.get("/choices/age").await.page();
    assert!(page.text().contains("For your parent or guardian"));
}

#[actix_web::test]
async fn an_age_is_not_entered_without_a_reason_evidence_or_somebody_whose_it_is() {
    let app = TestApp::start();
    child(&app).await;
    let sam = app.staff("sam", Role::Agent).await;
    let with = |name: &'static str, value: &'static str| {
        let mut fields = word(&[("born_on", "1985-03-01")]);
        fields.retain(|it| it.0 != name);
        fields.push((name, value));
        fields
    };
    for (name, value, said) in [
        (
            "whom",
            "nobody@example.org",
            "Nobody has an account by this",
        ),
        ("born_on", "1885-03-01", "Nobody is as old as that"),
        ("born_on", "2015-03-01", "what we know of their age already"),
        ("channel", "", "Choose how it came"),
        ("received_on", "2026-02-14", "still to come"),
        ("reason", " ", "Say what was asked for"),
        ("evidence", "", "Say what shows that it is so"),
    ] {
        let answer = sam.post(NEW, &with(name, value)).await;
        answer.refuses(name, said);
    }
    let entries = app
        .app
        .db
        .read_now(|conn| Ok(age_entries::table.count().get_result::<i64>(conn)?));
    assert_eq!(entries.unwrap(), 0);
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn a_parent_allows_what_a_child_cannot_once_it_was_made_sure_that_it_is_one() {
    let app = TestApp::start();
    let noor = child(&app).await;
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get(PARENT).await.page();
    assert_eq!(
        page.attributes("input[name=what]", "value"),
        protected(&app)
    );
    assert!(
        page.attributes("input[name=what][checked]", "value")
            .is_empty()
    );
    let refused = sam.post(PARENT, &word(&[("what", "marketing")])).await;
    refused.refuses("verified_by", "Choose how it was made sure of");
    let refused = sam.post(PARENT, &word(&[("verified_by", "call")])).await;
    refused.refuses("what", "Choose what they allow");
    let fields = word(&[
        ("what", "marketing"),
        ("what", "sale-or-sharing"),
        ("verified_by", "signed-form"),
    ]);
    sam.post(PARENT, &fields).await.location();
    approve_word(&app.staff("vera", Role::Supervisor).await).await;
    let twice = sam.post(PARENT, &fields).await;
    twice.refuses("what", "All of it is on already");
    let asked = ["marketing", "sale-or-sharing", "limit-sensitive"].map(str::to_owned);
    assert_eq!(tags(&noor, &asked).await, ["On", "On", "Off"]);
    let changes = all_changes(&app);
    let parents = changes.iter().filter(|it| it.made_by == MadeBy::Parent);
    assert!(parents.clone().all(|it| it.state == State::OptedIn));
    assert_eq!(parents.count(), 2);
    assert_eq!(app.events("parent.allowed", "account"), 1);
    let mail = app.mails_to("noor").pop().unwrap();
    assert!(
        mail.text.contains("by your parent or guardian"),
        "{}",
        mail.text
    );
    let own = noor.get("/choices/age").await.page().text();
    assert!(
        own.contains("We made sure that it was them by a signed form"),
        "{own}"
    );

    // Turning off takes nobody's word.
    noor.post("/choices/marketing/opt-out", &[])
        .await
        .location();
    assert_eq!(tags(&noor, &asked[..1]).await, ["Off"]);
}

#[actix_web::test]
async fn nobody_allows_anything_for_who_is_thirteen_or_older() {
    let app = TestApp::start();
    let noor = app.person("noor").await;
    let sam = app.staff("sam", Role::Agent).await;
    let fields = word(&[("what", "marketing"), ("verified_by", "call")]);
    for born_on in ["", "2012-03-01"] {
        if !born_on.is_empty() {
            noor.post("/choices/age", &[("born_on", born_on)]).await;
        }
        sam.post(PARENT, &fields)
            .await
            .refuses("whom", "turns it on themselves");
    }
}
