//! Children: who turns out to be one, and what a parent allows, while processes are killed.

use candor::choices::MadeBy;
use candor::clock::Clock;
use candor::db::schema::{age_entries, choices, minors, parent_approvals};
use chrono::NaiveDate;
use diesel::prelude::*;

use super::count;
use super::further::{check_correction, person, propose};
use super::journeys::{Claim, agree, persist};
use super::mails::Mails;
use crate::support::{Actor, TestApp};

/// Of a child, on the day of the journeys and for years to come.
const BORN_ON: &str = "2024-05-05";
const SIXTEEN_ON: &str = "2040-05-05";
const PARENT: &str = "/staff/ages/parents/new";
const ALLOWED: &str = "marketing";

/// Has the date of birth put right: filed by the person, granted by staff.
pub async fn be_born(person: &Actor, email: &str, staff: &[Actor; 2]) -> Claim {
    let of = ("/data/people/profiles", "=birth_date");
    let reference = propose(person, of, BORN_ON).await;
    agree(&reference, &staff[0], &staff[1]).await;
    Claim::Younger {
        reference,
        email: email.to_owned(),
    }
}

/// Says that they are a child, and has something allowed: on the word of a parent that one staff member enters and another
/// approves.
pub async fn be_allowed(child: &Actor, email: &str, staff: &[Actor; 2]) -> Claim {
    let born = [("born_on", BORN_ON)];
    let told = persist(|| child.try_post("/choices/age", &born)).await;
    told.location();
    let today = Clock::system().now().date().to_string();
    let word = [
        ("whom", email),
        ("what", ALLOWED),
        ("verified_by", "call"),
        ("channel", "phone"),
        ("received_on", &*today),
        ("reason", "They want the news of jobs."),
        ("evidence", "We rang them back."),
    ];
    let entered = persist(|| staff[0].try_post(PARENT, &word)).await;
    // When the answer was lost, the word waits already, or is on.
    assert!(matches!(entered.status, 303 | 422), "{}", entered.text());
    approve_all(&staff[1]).await;
    Claim::Allowed(email.to_owned())
}

/// Approves whatever waits, of this child and of others.
async fn approve_all(supervisor: &Actor) {
    loop {
        let page = persist(|| supervisor.try_get("/staff/ages")).await;
        let heads = page.texts("main tbody th");
        let entries = page.attributes("main tbody th a", "href");
        let both = entries.into_iter().zip(heads);
        let mut waiting = both.filter(|(_, head)| head.contains("Waits")).peekable();
        if waiting.peek().is_none() {
            return;
        }
        for (entry, _) in waiting {
            let approve = format!("{entry}/approve");
            let done = persist(|| supervisor.try_post(&approve, &[])).await;
            assert!(matches!(done.status, 303 | 409), "{}", done.text());
        }
    }
}

/// What was claimed has happened, once.
pub fn check(app: &TestApp, mails: &Mails, claims: &[Claim]) {
    for claim in claims {
        match claim {
            Claim::Younger { reference, email } => {
                check_correction(app, mails, reference);
                check_age(app, mails, email);
            }
            Claim::Allowed(email) => check_allowed(app, mails, email),
            _ => {}
        }
    }
    let source = app.source.connect();
    let sql = "SELECT count(*) FROM profiles WHERE birth_date = ?";
    let put_right: u32 = source.query_row(sql, [BORN_ON], |row| row.get(0)).unwrap();
    assert_eq!(put_right, super::BIRTHS, "dates of birth in the source");
    let put_right = app.events("age.put_right", "account");
    assert_eq!(put_right, i64::from(super::BIRTHS), "ages put right");
}

/// What was chosen of something, oldest first: how, and by what.
fn changes(app: &TestApp, person_id: i64, key: &str) -> Vec<(String, String)> {
    count(app, |conn| {
        let own = choices::table.filter(choices::person_id.eq(person_id));
        let own = own.filter(choices::activity.eq(key)).order(choices::id);
        own.select((choices::state, choices::made_by)).load(conn)
    })
}

fn sixteen_on(app: &TestApp, person_id: i64) -> Vec<NaiveDate> {
    count(app, |conn| {
        let own = minors::table.filter(minors::person_id.eq(person_id));
        own.select(minors::sixteen_on).load(conn)
    })
}

fn off_by_law() -> (String, String) {
    let law = MadeBy::Law.as_str();
    ("opted-out".to_owned(), law.to_owned())
}

/// It is known that they are a child, what takes a consent is off, and they were told of both.
fn check_age(app: &TestApp, mails: &Mails, email: &str) {
    let id = person(app, email);
    assert_eq!(
        sixteen_on(app, id),
        [SIXTEEN_ON.parse().unwrap()],
        "{email}"
    );
    assert_eq!(changes(app, id, ALLOWED), [off_by_law()], "{email}");
    let told = mails.to(email, "age_put_right", &["corrected your date of birth"]);
    assert_eq!(told, 1, "mails of the age of {email}");
}

/// One word is on record and approved, and it is on by that.
fn check_allowed(app: &TestApp, mails: &Mails, email: &str) {
    let id = person(app, email);
    assert_eq!(
        sixteen_on(app, id),
        [SIXTEEN_ON.parse().unwrap()],
        "{email}"
    );
    let on = ("opted-in".to_owned(), MadeBy::Parent.as_str().to_owned());
    assert_eq!(changes(app, id, ALLOWED), [off_by_law(), on], "{email}");
    let outcomes: Vec<Option<String>> = count(app, |conn| {
        let own = age_entries::table.left_join(parent_approvals::table);
        let own = own.filter(age_entries::person_id.eq(id));
        own.select(parent_approvals::outcome.nullable()).load(conn)
    });
    assert_eq!(outcomes, [Some("approved".to_owned())], "words for {email}");
    let told = mails.to(email, "choice", &["by your parent or guardian"]);
    assert_eq!(told, 1, "mails of what was allowed for {email}");
}
