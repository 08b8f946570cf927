//! What an import or a backup brings of somebody of whom data were erased, and what they give anew.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use chrono::TimeDelta;

use super::returned::{Backup, act, erase, open, register_anew, sweep};
use super::{ON_SEARCHES, agree, agree_to, place, sample, searches};
use crate::support::TestApp;

/// The newest rows of a table that has an `email`, as an import brings them once more on that day.
const IMPORTED: &str = "
    INSERT INTO partner_data (email, partner_name, attribute, value, obtained_on)
        VALUES ('maya.okafor@example.org', 'Lantern', 'Interest', 'cooking', '2026-03-20');
    INSERT INTO newsletter_subscriptions (email, topic, subscribed_at)
        VALUES ('maya.okafor@example.org', 'Gardens', '2026-03-20 09:00:00');";

/// Rule: E2, 11 CCR 7022(d): what an import brings under a day of its own is noticed as well.
#[actix_web::test]
async fn what_an_import_brings_under_a_day_of_its_own_is_listed_with_what_is_not_certain() {
    let app = TestApp::start();
    let given = IMPORTED.replace("2026-03-20", "2026-02-01");
    app.source.connect().execute_batch(&given).unwrap();
    erase(&app).await;
    app.source.connect().execute_batch(IMPORTED).unwrap();
    app.app.clock.advance(TimeDelta::days(60));
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let lines = open(&agent).await.join(" ");
    assert!(
        lines.contains("1, of 20 March 2026 (not certain)"),
        "who gave it: {lines}"
    );
    let same = lines.replacen("1, of 20 March 2026 (not certain)", "", 1);
    assert!(
        same.contains("1, of 20 March 2026"),
        "what the partner gave again: {lines}"
    );
    assert!(!lines.contains("A customer"), "{lines}");

    // What a customer subscribes to anew is theirs; what a partner gives, nobody gave but the partner.
    register_anew(&app, "2026-03-21 09:00:00");
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let lines = open(&agent).await.join(" ");
    assert!(lines.contains("1, of 20 March 2026"), "{lines}");
    assert!(!lines.contains("not certain"), "{lines}");
    assert!(lines.contains("A customer"), "{lines}");

    let subscriptions = || -> i64 {
        let sql =
            "SELECT count(*) FROM newsletter_subscriptions WHERE email = 'maya.okafor@example.org'";
        app.source
            .connect()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    };
    let before = subscriptions();
    erase_again(&app).await;
    assert_eq!(subscriptions(), before, "what they gave stays");
}

async fn erase_again(app: &TestApp) {
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    act(&supervisor, "propose").await;
    let second = app.staff("una", Role::Supervisor).await;
    act(&second, "approve").await;
    app.run_jobs().await;
}

#[actix_web::test]
async fn of_what_is_not_certain_the_mail_says_so() {
    let app = TestApp::start();
    erase(&app).await;
    app.source.connect().execute_batch(IMPORTED).unwrap();
    app.app.clock.advance(TimeDelta::days(60));
    sweep(&app).await;
    erase_again(&app).await;
    let mails = app.mails_to(SAMPLES[0].email);
    let mail = mails.last().unwrap();
    assert!(
        mail.subject.contains("We found data about you"),
        "{}",
        mail.subject
    );
    assert!(
        mail.text.contains("We could not tell whether"),
        "{}",
        mail.text
    );
    assert!(!mail.text.contains("backup"), "{}", mail.text);
}

#[actix_web::test]
async fn more_than_what_two_agreed_on_is_not_erased_with_it() {
    let app = TestApp::start();
    erase(&app).await;
    app.source.connect().execute_batch(IMPORTED).unwrap();
    app.app.clock.advance(TimeDelta::days(60));
    sweep(&app).await;
    app.source.connect().execute_batch(IMPORTED).unwrap();
    erase_again(&app).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    let lines = open(&supervisor).await.join(" ");
    assert!(lines.contains("Nothing was erased"), "{lines}");
}

const EDUCATION: &str = "/requests/new/deletion/plan?category=user.education";

/// Whoever never left gives data anew: nothing of it came back.
#[actix_web::test]
async fn what_a_customer_adds_to_what_they_kept_is_neither_listed_nor_erased() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let backup = Backup::of(&app);
    agree_to(&app, &person, EDUCATION).await;
    app.run_jobs().await;
    let schools = |app: &TestApp| -> i64 {
        let sql = "SELECT count(*) FROM education";
        app.source
            .connect()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    };
    let left = schools(&app);
    let add = "INSERT INTO education (resume_id, school) SELECT resumes.id, 'School of Tomorrow'
        FROM resumes JOIN accounts ON accounts.id = account_id WHERE email = ? LIMIT 1";
    app.source
        .connect()
        .execute(add, [SAMPLES[0].email])
        .unwrap();
    app.app.clock.advance(TimeDelta::days(2));
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    assert_eq!(open(&agent).await, Vec::<String>::new());

    // The very rows that were erased are found all the same, and that the person is a customer is said.
    backup.restore(&app);
    assert!(schools(&app) > left);
    sweep(&app).await;
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let lines = open(&agent).await.join(" ");
    assert!(lines.contains("A customer"), "{lines}");
}

/// What leads to the data of a later erasure goes with that of an earlier one.
#[actix_web::test]
async fn of_two_erasures_of_one_person_the_later_is_settled_first() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let una = app.staff("una", Role::Supervisor).await;
    place(&una, ON_SEARCHES).await.location();
    let backup = Backup::of(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    let page = una.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$='/lift']", "action").remove(0);
    una.submit(&page, &lift, &[]).await.location();
    super::remainders::erase_what_is_left(&app).await;
    let left = searches(&app);
    backup.restore(&app);
    sweep(&app).await;

    let settle = async |action: &str, which: usize, by: &str| {
        let staff = app.sign_in_again(by, Role::Supervisor).await;
        let page = staff.get("/staff/returned").await.page();
        let forms = page.attributes(&format!("form[action$='/{action}']"), "action");
        staff.submit(&page, &forms[which], &[]).await.location();
    };
    settle("propose", 1, "ruth").await;
    settle("approve", 0, "olga").await;
    app.run_jobs().await;
    let ruth = app.sign_in_again("ruth", Role::Supervisor).await;
    let lines = open(&ruth).await.join(" ");
    assert!(lines.contains("Settle that first"), "{lines}");
    for _ in 0..2 {
        settle("propose", 0, "ruth").await;
        settle("approve", 0, "olga").await;
        app.run_jobs().await;
    }
    assert_eq!(searches(&app), left);
    assert!(open(&ruth).await.is_empty());
}
