//! Whatever a deletion had to leave, for whatever reason, is shown to the person as long as it is there, whatever became of
//! the request.

use candor::accounts::model::Role;
use candor::jobs::Job;
use candor::requests::queries;
use chrono::TimeDelta;

use super::periods::{approve, line, make_old, run, searches_of_sample};
use super::remainders::{after, again};
use super::{ON_SEARCHES, agree, place, sample, searches};
use crate::support::{Actor, TestApp};

const EVERYTHING: &str = "/requests/new/deletion/plan?everything=yes";
const SIGN_INS: &str = "/data/people/login_events";
const INVOICES: &str = "/data/billing/invoices";
const CARDS: &str = "/data/billing/payment_cards";
const REFUSED: &str = "Somebody broke into this account, and we look into it.";

/// The first number of a question to the source.
fn count(app: &TestApp, sql: &str) -> i64 {
    let source = app.source.connect();
    source.query_row(sql, [], |row| row.get(0)).unwrap()
}

const OF_SIGN_INS: &str =
    "SELECT count(*) FROM login_events JOIN accounts ON accounts.id = account_id
    WHERE email = 'maya.okafor@example.org'";
const OF_INVOICES: &str =
    "SELECT count(*) FROM invoices JOIN payment_cards ON payment_cards.id = payment_card_id
    JOIN accounts ON accounts.id = account_id WHERE email = 'maya.okafor@example.org'";

async fn file(person: &Actor, plan: &str) -> String {
    let page = person.get(plan).await.page();
    let filed = person.submit(&page, plan, &[]).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    path.strip_suffix("/filed").unwrap().to_owned()
}

/// Has all of a request agreed by two, but what it asks of one collection.
async fn decide(app: &TestApp, reference: &str, refused: Option<&str>, by: [&str; 2]) {
    let of = reference.to_owned();
    let items = app.app.db.read_now(move |conn| {
        let request = queries::find_by_reference(conn, &of)?;
        Ok(queries::list_items(conn, request.id)?)
    });
    let url = format!("/staff/requests/{reference}");
    let agent = app.staff(by[0], Role::Agent).await;
    let page = agent.get(&url).await.page();
    let mut fields = Vec::new();
    for item in items.unwrap().iter().filter(|it| it.is_open_to_staff()) {
        if refused == Some(&item.collection) {
            fields.push((format!("decision-{}", item.id), "refused"));
            fields.push((format!("reason-{}", item.id), REFUSED));
            fields.push((format!("ground-{}", item.id), "EXC_105D2"));
        } else {
            fields.push((format!("decision-{}", item.id), "accepted"));
        }
    }
    let fields: Vec<_> = fields.iter().map(|it| (it.0.as_str(), it.1)).collect();
    let decide = format!("{url}/decide");
    agent.submit(&page, &decide, &fields).await.location();
    let supervisor = app.staff(by[1], Role::Supervisor).await;
    let page = supervisor.get(&url).await.page();
    let approve = format!("{url}/approve");
    supervisor.submit(&page, &approve, &[]).await.location();
    app.run_jobs().await;
}

const TWO: [&str; 2] = ["sam", "ruth"];

async fn listed(app: &TestApp) -> String {
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    supervisor.get("/staff/returned").await.text()
}

/// How many records a page of a collection shows.
async fn shown(person: &Actor, url: &str) -> i64 {
    let page = person.get(url).await.page();
    page.texts("main article").len().try_into().unwrap()
}

/// How many records of a collection a package has that stay.
async fn in_package(app: &TestApp, person: &Actor, collection: &str) -> usize {
    let mut package = app.package_of(person, &[]).await;
    let Some(text) = package.find(&format!("csv/stays/{collection}.csv")) else {
        return 0;
    };
    let records = csv::Reader::from_reader(text.as_bytes())
        .into_records()
        .map(|it| it.unwrap()[0].to_owned());
    records.collect::<std::collections::HashSet<_>>().len()
}

/// Rule: E3, 11 CCR 7022(f); K1, Cal. Civ. Code 1798.110.
#[actix_web::test]
async fn what_staff_refused_to_erase_is_shown_and_given_and_never_offered_for_erasure() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let before = count(&app, OF_SIGN_INS);
    let reference = file(&person, EVERYTHING).await;
    decide(&app, &reference, Some("login_events"), TWO).await;
    after(&app, 1).await;
    let page = listed(&app).await;
    assert!(page.contains("Nothing came back"), "{page}");

    let person = again(&app).await;
    assert_eq!(shown(&person, SIGN_INS).await, before);
    let data = person.get("/data").await.text();
    assert!(data.contains(REFUSED), "{data}");
    let given = in_package(&app, &person, "people.login_events").await;
    assert_eq!(i64::try_from(given).unwrap(), before);
    let said = person.get(&format!("/requests/{reference}")).await.text();
    assert!(said.contains("That has no last day"), "{said}");

    // Years later as well, and no longer than it is there.
    after(&app, 3 * 366).await;
    let page = listed(&app).await;
    assert!(!page.contains("Sign-ins"), "{page}");
    let person = again(&app).await;
    assert_eq!(shown(&person, SIGN_INS).await, before);
    let source = app.source.connect();
    source.execute("DELETE FROM login_events", []).unwrap();
    let data = person.get("/data").await.text();
    assert!(!data.contains(REFUSED), "{data}");
    after(&app, 31).await;
    let person = again(&app).await;
    let said = person.get(&format!("/requests/{reference}")).await.text();
    assert!(!said.contains("That has no last day"), "{said}");
}

/// The plan of deleting the first card of the person's.
async fn deletion_of_card(person: &Actor) -> String {
    let page = person.get(CARDS).await.page();
    let links = page.attributes("article a", "href");
    let mut links = links.into_iter();
    links.find(|it| it.contains("/deletion/plan?")).unwrap()
}

/// Rule: K1, Cal. Civ. Code 1798.110: what is held is shown, whatever led to it.
#[actix_web::test]
async fn what_led_to_a_record_may_be_deleted_and_the_record_is_shown_and_can_be_deleted_still() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let before = count(&app, OF_INVOICES);
    assert!(before > 0);
    let reference = file(&person, &deletion_of_card(&person).await).await;
    decide(&app, &reference, None, TWO).await;
    let cut = before - count(&app, OF_INVOICES);
    assert!(cut > 0, "the source let go of them");

    let person = again(&app).await;
    assert_eq!(shown(&person, INVOICES).await, before);
    let data = person.get("/data").await.text();
    assert!(data.contains("You did not ask us to erase this."), "{data}");
    let given = in_package(&app, &person, "billing.invoices").await;
    assert_eq!(i64::try_from(given).unwrap(), cut);
    // A later deletion of everything knows of them.
    let plan = person.get(EVERYTHING).await.page();
    let lines = plan.texts("tbody tr");
    let line = lines.iter().find(|it| it.contains("invoices"));
    assert!(
        line.is_some_and(|it| it.contains(&before.to_string())),
        "{lines:?}"
    );
    // Nothing is erased of it by anybody's night.
    after(&app, 8 * 366).await;
    assert!(!listed(&app).await.contains("invoices"));
}

/// Buys something anew with a card, after a deletion.
fn buy(app: &TestApp) {
    let source = app.source.connect();
    let sql = "INSERT OR IGNORE INTO accounts (id, email, password_hash, status, language, created_at)
            VALUES (990001, 'maya.okafor@example.org', 'x', 'active', 'en', '2026-03-01 09:00:00');
        INSERT INTO payment_cards (id, account_id, card_number, holder, expires_on, added_on)
            VALUES (990001, 990001, '4111111111111111', 'Maya', '2030-01-01', '2026-03-01');
        INSERT INTO invoices (id, payment_card_id, number, description, amount_cents, currency, issued_on)
            VALUES (990001, 990001, 'N-1', 'A month', 900, 'USD', '2026-03-01'),
                   (990002, 990001, 'N-2', 'A month', 900, 'USD', '2026-03-02');";
    source.execute_batch(sql).unwrap();
}

#[actix_web::test]
async fn a_second_deletion_hides_nothing_of_what_the_first_one_left() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let reference = file(&person, EVERYTHING).await;
    decide(&app, &reference, None, TWO).await;
    let person = again(&app).await;
    let before = shown(&person, INVOICES).await;
    assert!(before > 2);
    app.app.clock.advance(TimeDelta::days(30));
    buy(&app);
    let person = again(&app).await;
    let plan = "/requests/new/deletion/plan?category=user.financial";
    let second = file(&person, plan).await;
    decide(&app, &second, None, ["una", "olga"]).await;

    let person = again(&app).await;
    assert_eq!(shown(&person, INVOICES).await, before + 2);
    let given = in_package(&app, &person, "billing.invoices").await;
    assert_eq!(
        i64::try_from(given).unwrap(),
        before + 2,
        "each of them once"
    );
}

/// Rule: A4: an appeal opens a request again; what it left is held all the while.
#[actix_web::test]
async fn while_a_deletion_is_reviewed_again_and_after_it_what_it_left_is_shown_still() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let reference = file(&person, EVERYTHING).await;
    decide(&app, &reference, Some("login_events"), TWO).await;
    let person = again(&app).await;
    let (invoices, sign_ins) = (
        shown(&person, INVOICES).await,
        shown(&person, SIGN_INS).await,
    );
    assert!(invoices > 0 && sign_ins > 0);
    let url = format!("/requests/{reference}");
    let page = person.get(&url).await.page();
    let words = [("appeal", "Please look at the sign-ins again.")];
    let filed = person.submit(&page, &format!("{url}/appeal"), &words).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let appeal = format!("/staff/requests/{}", path.strip_suffix("/filed").unwrap());
    let kim = app.staff("kim", Role::Agent).await;
    let page = kim.get(&appeal).await.page();
    let granted = [("outcome", "approved"), ("reason", "You are right.")];
    kim.submit(&page, &format!("{appeal}/decide"), &granted)
        .await
        .location();
    let vera = app.staff("vera", Role::Supervisor).await;
    let page = vera.get(&appeal).await.page();
    let approve = page.attributes("form[action$='/approve']", "action");
    if let Some(approve) = approve.first() {
        vera.submit(&page, approve, &[]).await.location();
    }
    app.run_jobs().await;

    let person = again(&app).await;
    let said = person.get(&url).await.text();
    assert!(said.contains("In review"), "{said}");
    assert_eq!(shown(&person, INVOICES).await, invoices);
    assert_eq!(shown(&person, SIGN_INS).await, sign_ins);
    decide(&app, &reference, None, ["lea", "nora"]).await;
    let person = again(&app).await;
    assert_eq!(
        count(
            &app,
            "SELECT count(*) FROM login_events WHERE account_id = 1"
        ),
        0
    );
    assert_eq!(shown(&person, SIGN_INS).await, 0);
    assert_eq!(shown(&person, INVOICES).await, invoices);
    let given = in_package(&app, &person, "billing.invoices").await;
    assert_eq!(i64::try_from(given).unwrap(), invoices);
}

/// Rule: C14, Civ. 1798.145(a)(2): what is held stays, although the rest of the person is erased and nothing leads to it.
#[actix_web::test]
async fn what_a_deletion_left_for_a_hold_stays_although_it_is_due() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    let own = searches_of_sample(&app);
    place(&supervisor, ON_SEARCHES).await.location();
    agree(&app, &person).await;
    app.run_jobs().await;
    assert_eq!(searches_of_sample(&app), 0, "nothing leads to them");
    let old = make_old(&app);
    run(&app, Job::PlanRetention).await;
    assert_eq!(line(&app), (old - own, own, 0));
    approve(&app.sign_in_again("ruth", Role::Supervisor).await).await;
    app.run_jobs().await;
    assert_eq!(searches(&app), own);
}

#[actix_web::test]
async fn of_a_deletion_that_was_denied_nobody_is_told_as_of_one_that_was_done() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let page = person.get(SIGN_INS).await.page();
    let links = page.attributes("article a", "href");
    let mut links = links.into_iter();
    let one = links.find(|it| it.contains("/deletion/plan?")).unwrap();
    let reference = file(&person, &one).await;
    decide(&app, &reference, Some("login_events"), TWO).await;
    let mails = app.mails_to("privacy@northbay-hosting.example.com");
    let subjects: Vec<_> = mails.iter().map(|it| it.subject.clone()).collect();
    let is_any = |words: &str| subjects.iter().any(|it| it.contains(words));
    assert!(is_any("what stays of a person's data"), "{subjects:?}");
    assert!(!is_any("deletion of a person's data"), "{subjects:?}");
    let person = again(&app).await;
    let own = person.get(&format!("/requests/{reference}")).await.page();
    let told = own.texts("#told ~ table td[data-label='Of what']");
    assert!(!told.is_empty());
    assert!(
        told.iter().all(|it| it.contains("for what alone")),
        "{told:?}"
    );
    let all = person.get("/disclosures").await.page();
    let all = all.texts("td[data-label='What']");
    assert!(
        all.iter().any(|it| it.contains("for what alone")),
        "{all:?}"
    );
    assert!(
        !all.iter().any(|it| it.contains("Your deletion")),
        "{all:?}"
    );
}

/// Whoever has their address erased, and nothing else, is not found by it any more: the rest is theirs all the same.
#[actix_web::test]
async fn where_the_handle_itself_is_erased_all_that_it_led_to_is_shown_and_erased_when_asked_for() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (all, own) = (searches(&app), searches_of_sample(&app));
    let part = "/requests/new/deletion/plan?category=user.contact";
    let reference = file(&person, part).await;
    decide(&app, &reference, None, TWO).await;
    assert_eq!(searches_of_sample(&app), 0, "the address is gone");
    assert_eq!(searches(&app), all);
    let person = again(&app).await;
    let data = person.get("/data").await.text();
    assert!(data.contains("What you searched for"), "{data}");
    let given = in_package(&app, &person, "activity.search_terms").await;
    assert_eq!(i64::try_from(given).unwrap(), own);

    let rest = file(&person, EVERYTHING).await;
    decide(&app, &rest, None, ["una", "olga"]).await;
    assert_eq!(searches(&app), all - own);
    let data = again(&app).await.get("/data").await.text();
    assert!(!data.contains("What you searched for"), "{data}");
}
