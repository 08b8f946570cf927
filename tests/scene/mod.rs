//! A portal in use, with an object of each kind, and a sample of every route on it.

mod table;

use candor::accounts::model::Role;
use candor::db::AnyConnection;
use candor::db::schema::{
    age_entries, disclosures, identities, manual_tasks, notices, outbox, proposed_addresses,
    request_attachments, retention_runs, sessions, sites, staff,
};
use candor::demo;
use candor::disclosures::ledger;
use candor::jobs::{self, Job};
use candor::leaving;
use candor::reports::queries;
use candor::requests::decisions::{self, Because};
use candor::requests::life::{By, advance};
use candor::requests::model::{Decision, State};
use candor::requests::queries as requests;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use reqwest::multipart::{Form, Part};

use crate::support::{Actor, TestApp};

pub use table::{ROUTES, Route, Sample, Seen, Whose};

/// Somebody of whom the sample database holds some of everything.
pub const MAYA: &str = "maya.okafor";

/// Maya's data, requests, choices and package, and the staff who work on them.
pub struct Scene {
    pub app: TestApp,
    pub maya: Actor,
    names: Vec<(&'static str, String)>,
}

impl Scene {
    pub async fn set(app: TestApp) -> Self {
        let now = app.app.clock.now();
        let published = app.app.db.write(move |conn| {
            demo::sites::add_all(conn, now)?;
            demo::policy::take_over_all(conn, now)
        });
        published.await.unwrap();
        let maya = app.person(MAYA).await;
        let vera = app.staff("vera", Role::Supervisor).await;
        let mut scene = Scene {
            app,
            maya,
            names: Vec::new(),
        };
        scene.use_it(&vera).await;
        scene
    }

    /// Everything that a person can begin is begun.
    async fn use_it(&mut self, vera: &Actor) {
        let (app, maya) = (&self.app, &self.maya);
        let contact = maya.get("/data/people/contact_details").await.page();
        let record = contact.attributes("article h3 a", "href").remove(0);
        let cards = maya.get("/data/billing/payment_cards").await.page();
        let mut checks = cards.attributes("article dd a", "href").into_iter();
        let check = checks
            .find(|it| it.ends_with("/check/card_number"))
            .unwrap();
        let links = contact.attributes("article dd a", "href").into_iter();
        let correction_form = links.into_iter().find(|it| it.ends_with("=city")).unwrap();
        let evidence = Part::bytes(&b"I live in Port Ellery."[..]).file_name("letter.txt");
        let proposal = Form::new()
            .text("value", "Port Ellery")
            .text("reason", "I moved.")
            .part("evidence", evidence);
        let correction = reference(
            maya.post_multipart(&correction_form, proposal)
                .await
                .location(),
        );

        let statement = refused_health(app, maya).await;

        let plan = "/requests/new/deletion/plan?everything=yes";
        let page = maya.get(plan).await.page();
        let deletion = reference(maya.submit(&page, plan, &[]).await.location());

        maya.post("/choices/opt-out", &[]).await.location();
        maya.post("/data/export", &[]).await.location();
        let disclosure = disclose(app).await;
        count_and_publish(app).await;
        while app.run_jobs().await > 0 {}
        let export = maya.get("/data/export").await.page();
        let package = export.attributes("a[download]", "href").remove(0);
        app.deliver_mail().await;

        let receipts = maya.get("/receipts").await.page();
        let receipts = receipts.attributes("main h2 a", "href");
        let receipt = receipts[0].replace("/receipts/", "");
        let opted_out = app.visitor().post("/do-not-sell", &[("email", "")]).await;
        let done = opted_out.location().replace("/do-not-sell/done/", "");

        let to_name = letter_about_city(vera).await;
        let offer = offered_address(app, vera).await;

        let letter = [
            ("wants", "deletion"),
            ("email", "nora@example.org"),
            ("residence", "us-ca"),
        ];
        app.visitor().post("/request", &letter).await.location();
        let mail = app.mails_to("nora").remove(0).text;
        let link = mail.lines().find(|it| it.contains("/request/link/"));
        let request_link = link.unwrap().trim_start_matches(app.address()).to_owned();

        put_an_age_right(app, vera).await;

        let proposed = proposed_address(app, vera, "pablo").await;

        let number = |of: fn(&mut AnyConnection) -> QueryResult<i64>| number_of(app, of);
        self.names = vec![
            ("{record}", record),
            ("{check}", check),
            (
                "{redaction}",
                correction_form.replace(
                    "/requests/new/correction",
                    &format!("/staff/requests/{correction}/redactions/new"),
                ),
            ),
            (
                "{naming}",
                correction_form.replace(
                    "/requests/new/correction",
                    &format!("/staff/requests/{to_name}/corrections/new"),
                ),
            ),
            ("{correction form}", correction_form),
            ("{correction}", correction),
            ("{deletion}", deletion),
            ("{package}", package),
            ("{request link}", request_link),
            ("{offer}", offer),
            ("{proposed}", proposed),
            ("{second address}", number(second_address)),
            ("{receipt}", receipt),
            ("{disclosure}", disclosure),
            ("{visitor's receipt}", done),
            ("{statement}", statement),
            ("{attachment}", number(first_attachment)),
            ("{member}", number(first_member)),
            ("{session}", number(first_session)),
            ("{mail}", number(last_mail)),
            ("{manual}", number(first_task)),
            ("{site}", number(first_site)),
            ("{age}", number(last_age)),
            (
                "{leaving}",
                leaving::path(&app.app.keys, "https://learning.projobsector.com/"),
            ),
            ("{run}", number(last_run)),
            (
                "{notice key}",
                app.app.db.read_now(|conn| Ok(last_notice(conn)?)).unwrap(),
            ),
        ];
    }

    /// The address of a sample: names in braces stand for what is in the scene.
    pub fn address(&self, sample: &str) -> String {
        let put = |address: String, (name, value): &(&str, String)| address.replace(name, value);
        let address = self.names.iter().fold(sample.to_owned(), put);
        assert!(!address.contains('{'), "nothing in the scene is {address}");
        address
    }
}

/// A correction of health data that was refused: where the person may say something of it.
async fn refused_health(app: &TestApp, maya: &Actor) -> String {
    let answers = maya.get("/data/people/equal_opportunity_answers").await;
    let links = answers.page().attributes("article dd a", "href");
    let mut links = links.into_iter();
    let form = links.find(|it| it.ends_with("=disability")).unwrap();
    let proposal = Form::new().text("value", "None that I know of");
    let filed = maya.post_multipart(&form, proposal).await;
    let (own, reference) = (app.app.clone(), reference(filed.location()));
    let denied = app.app.db.write(move |conn| {
        let by = By::system(&own);
        let request = requests::find_by_reference(conn, &reference)?;
        let request = advance(conn, &request, State::InReview, &by)?;
        let item = requests::list_items(conn, request.id)?.remove(0).id;
        let because = Because {
            ground: "ACCURATE_7023B",
            facts: "You told us so in March.",
        };
        let refused = (Decision::Refused, because);
        let request = decisions::decide_item(conn, &request, item, refused, &by)?;
        advance(conn, &request, State::Denied, &by)?;
        Ok(format!("/requests/{reference}/items/{item}/statement"))
    });
    denied.await.unwrap()
}

/// What staff entered of somebody's age.
async fn put_an_age_right(app: &TestApp, vera: &Actor) {
    app.person("kim").await;
    let age = [
        ("whom", "kim@example.org"),
        ("born_on", "2011-05-04"),
        ("channel", "phone"),
        ("received_on", "2026-02-09"),
        ("reason", "A teacher told us."),
        ("evidence", "The school confirmed it by letter."),
    ];
    vera.post("/staff/ages/new", &age).await.location();
}

/// A letter of Maya's that says that her city is wrong, and not what is right.
async fn letter_about_city(vera: &Actor) -> String {
    let letter = [
        ("channel", "letter"),
        ("received_on", "2026-02-04"),
        ("wants", "correction"),
        ("field", "people/contact_details/city"),
        ("email", &format!("{MAYA}@example.org")),
        ("residence", "us-ca"),
        ("note", "My city is wrong."),
    ];
    let entered = vera.post("/staff/requests/new", &letter).await;
    let url = entered.location().to_owned();
    let page = vera.get(&url).await.page();
    let known = [("identity", "verified"), ("vouched", "She called.")];
    vera.submit(&page, &format!("{url}/identity"), &known)
        .await
        .location();
    url.replace("/staff/requests/", "")
}

/// Somebody has lost the mailbox of their account, and another address waits for another supervisor: the number of it.
async fn proposed_address(app: &TestApp, vera: &Actor, name: &str) -> String {
    app.person(name).await;
    let email = format!("{name}@example.org");
    let offered = format!("{name}.new@example.org");
    let lost = [
        ("email", email.as_str()),
        ("why", "lost"),
        ("offered", offered.as_str()),
    ];
    vera.post("/staff/closed-addresses/new", &lost)
        .await
        .location();
    number_of(app, last_proposed)
}

/// The same of somebody else, approved: the link that went there.
async fn offered_address(app: &TestApp, vera: &Actor) -> String {
    let proposed = proposed_address(app, vera, "olga").await;
    let otto = app.staff("otto", Role::Supervisor).await;
    let approve = format!("/staff/closed-addresses/{proposed}/approve");
    otto.post(&approve, &[]).await.location();
    let mail = app.mails_to("olga.new").remove(0).text;
    let link = mail.lines().find(|it| it.contains("/address/offered/"));
    link.unwrap().trim_start_matches(app.address()).to_owned()
}

fn last_proposed(conn: &mut AnyConnection) -> QueryResult<i64> {
    let ids = proposed_addresses::table.select(proposed_addresses::id);
    ids.order(proposed_addresses::id.desc()).first(conn)
}

fn number_of(app: &TestApp, of: fn(&mut AnyConnection) -> QueryResult<i64>) -> String {
    let found = app.app.db.read_now(move |conn| Ok(of(conn)?));
    found.unwrap().to_string()
}

/// Maya gets another address, now that no mail of hers is waited for.
fn second_address(conn: &mut AnyConnection) -> QueryResult<i64> {
    let first = identities::table.filter(identities::value.eq(format!("{MAYA}@example.org")));
    let (person, at) = first
        .select((identities::person_id, identities::verified_at))
        .first::<(i64, NaiveDateTime)>(conn)?;
    diesel::insert_into(identities::table)
        .values((
            identities::person_id.eq(person),
            identities::kind.eq("email"),
            identities::value.eq("maya.second@example.org"),
            identities::hash.eq("of nobody else"),
            identities::verified_at.eq(at),
        ))
        .returning(identities::id)
        .get_result(conn)
}

/// The figures are counted tonight, and everybody may see them.
async fn count_and_publish(app: &TestApp) {
    let now = app.app.clock.now();
    let published = app.app.db.write(move |conn| {
        queries::make_figures_public(conn, true, now)?;
        jobs::enqueue(conn, &Job::CountInsights, now)?;
        jobs::enqueue(conn, &Job::PlanRetention, now)?;
        jobs::enqueue(conn, &Job::CheckDrift, now)?;
        jobs::enqueue(conn, &Job::CountRequests, now)
    });
    published.await.unwrap();
}

/// A court gets something about Maya, and an advertiser though she stopped it; gives the number of the first
/// disclosure.
async fn disclose(app: &TestApp) -> String {
    let line = ledger::line::Line {
        recipient: "County court of Elm".to_owned(),
        kind: "authority".to_owned(),
        identity_type: "email".to_owned(),
        identity: format!("{MAYA}@example.org"),
        categories: vec!["user.contact".to_owned()],
        purpose: "An order in a civil case".to_owned(),
        legal_basis: "legal-obligation".to_owned(),
        at: "2026-01-09".to_owned(),
        ..ledger::line::Line::default()
    };
    let now = app.app.clock.now();
    let after_stop = ledger::line::Line {
        recipient: "brightfield-audiences".to_owned(),
        kind: String::new(),
        activity: "sale-or-sharing".to_owned(),
        legal_basis: "consent".to_owned(),
        at: now.and_utc().to_rfc3339(),
        ..line.clone()
    };
    let check = |line: ledger::line::Line| line.check(&app.app.register, &app.app.keys, now);
    let new = [line, after_stop].map(|it| check(it).unwrap());
    let own = app.app.clone();
    let recorded = app.app.db.write(move |conn| {
        let rules = ledger::model::Rules {
            register: &own.register,
            laws: &own.laws,
        };
        ledger::queries::record(conn, rules, &new, "a test", now)?;
        Ok(disclosures::table
            .order(disclosures::id)
            .select(disclosures::id)
            .first::<i64>(conn)?)
    });
    recorded.await.unwrap().to_string()
}

fn reference(filed: &str) -> String {
    let path = filed.strip_prefix("/requests/").unwrap();
    path.strip_suffix("/filed").unwrap().to_owned()
}

fn first_attachment(conn: &mut AnyConnection) -> QueryResult<i64> {
    request_attachments::table
        .select(request_attachments::id)
        .first(conn)
}

fn first_member(conn: &mut AnyConnection) -> QueryResult<i64> {
    staff::table.select(staff::id).first(conn)
}

fn first_session(conn: &mut AnyConnection) -> QueryResult<i64> {
    sessions::table
        .filter(sessions::person_id.is_not_null())
        .select(sessions::id)
        .first(conn)
}

/// Of the deletion, for which people look something up by hand.
fn first_task(conn: &mut AnyConnection) -> QueryResult<i64> {
    manual_tasks::table.select(manual_tasks::id).first(conn)
}

fn last_age(conn: &mut AnyConnection) -> QueryResult<i64> {
    let newest = age_entries::table.order(age_entries::id.desc());
    newest.select(age_entries::id).first(conn)
}

fn first_site(conn: &mut AnyConnection) -> QueryResult<i64> {
    sites::table.select(sites::id).first(conn)
}

fn last_notice(conn: &mut AnyConnection) -> QueryResult<String> {
    notices::table
        .order(notices::id.desc())
        .select(notices::key)
        .first(conn)
}

fn last_run(conn: &mut AnyConnection) -> QueryResult<i64> {
    let all = retention_runs::table.order(retention_runs::id.desc());
    all.select(retention_runs::id).first(conn)
}

fn last_mail(conn: &mut AnyConnection) -> QueryResult<i64> {
    outbox::table
        .order(outbox::id.desc())
        .select(outbox::id)
        .first(conn)
}
