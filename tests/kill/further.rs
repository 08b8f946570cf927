//! Corrections, packages, choices of an account, and deletions that wait for a source, while processes are killed.

use candor::db::schema::{choices, identities, packages, receipts, request_items, requests};
use candor::requests::model::Request;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use reqwest::multipart::Form;
use sha2::{Digest, Sha256};

use super::journeys::{Claim, agree, persist, persist_until, reference_of};
use super::mails::Mails;
use super::{CORRECTIONS, count};
use crate::support::{Actor, Answer, TestApp};

const CITY: &str = "Neuhafen Ost";
const EVERYTHING: &str = "/requests/new/deletion/plan?everything=yes";
const PACKAGES: &str = "/data/export";

/// Has the city put right: filed by the person, granted by staff.
pub async fn correct(person: &Actor, first: &Actor, second: &Actor) -> Claim {
    let of = ("/data/people/contact_details", "=city");
    let reference = propose(person, of, CITY).await;
    agree(&reference, first, second).await;
    Claim::Corrected(reference)
}

/// Files the correction of a field of that page; gives the reference. A source that is being written may not answer at
/// once; the page says so, and offers nothing to correct.
pub async fn propose(person: &Actor, (path, field): (&str, &str), value: &'static str) -> String {
    let page = persist_until(
        || person.try_get(path),
        |page| form_of(page, field).is_some(),
    );
    let form = form_of(&page.await, field).unwrap();
    let proposal = || Form::new().text("value", value).text("reason", "It is so.");
    let filed = persist(|| person.try_post_multipart(&form, proposal())).await;
    reference_of(&filed)
}

/// Where a field is put right.
fn form_of(page: &Answer, field: &str) -> Option<String> {
    let mut links = page.attributes("article dd a", "href").into_iter();
    links.find(|it| it.ends_with(field))
}

/// Asks for a package of all data, unless the page shows that it was asked for: the answer may have been lost.
pub async fn pack(person: &Actor, email: &str) -> Claim {
    let ask = || async {
        let page = person.try_get(PACKAGES).await?;
        if page.texts("ul.rows > li").is_empty() {
            person.try_post(PACKAGES, &[]).await?;
            return None;
        }
        Some(page)
    };
    persist(ask).await;
    Claim::Packed(email.to_owned())
}

/// Turns a use off that is on by default.
pub async fn turn_off(person: &Actor, email: &str) -> Claim {
    let done = persist(|| person.try_post("/choices/marketing/opt-out", &[])).await;
    done.location();
    Claim::TurnedOff(email.to_owned())
}

/// They ask for a deletion while the source is away, before anything is killed. It is back before a worker looks.
pub async fn file_later(app: &TestApp, emails: &[String]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for email in emails {
        let person = app
            .person_again(email.strip_suffix("@example.org").unwrap())
            .await;
        app.source.go_away();
        let page = person.get(EVERYTHING).await.page();
        let filed = person.submit(&page, EVERYTHING, &[]).await;
        app.source.come_back();
        claims.push(Claim::PlannedLater(reference_of(&filed)));
    }
    claims
}

/// What was claimed has happened, once.
pub async fn check(app: &TestApp, mails: &Mails, claims: &[Claim]) {
    for claim in claims {
        match claim {
            Claim::Corrected(reference) => check_correction(app, mails, reference),
            Claim::Packed(email) => check_package(app, mails, email).await,
            Claim::TurnedOff(email) => check_choice(app, mails, email),
            Claim::PlannedLater(reference) => check_plan(app, mails, reference),
            _ => {}
        }
    }
    let source = app.source.connect();
    let sql = "SELECT count(*) FROM contact_details WHERE city = ?";
    let put_right: u32 = source.query_row(sql, [CITY], |row| row.get(0)).unwrap();
    assert_eq!(put_right, CORRECTIONS, "cities in the source");
}

/// A request as it is on record.
pub fn request(app: &TestApp, reference: &str) -> Request {
    count(app, |conn| {
        let named = requests::table.filter(requests::reference.eq(reference));
        named.select(Request::as_select()).first(conn)
    })
}

pub fn check_correction(app: &TestApp, mails: &Mails, reference: &str) {
    let done = request(app, reference);
    let proofs: i64 = count(app, |conn| {
        let mine = receipts::table.filter(receipts::object.eq(reference));
        mine.filter(receipts::kind.eq("correction"))
            .count()
            .get_result(conn)
    });
    let state = (done.state.as_str(), proofs);
    assert_eq!(state, ("completed", 1), "{reference}: {:?}", done.failure);
    let told = mails.about("request_completed", reference);
    assert_eq!(told, 1, "{reference}");
}

pub fn person(app: &TestApp, email: &str) -> i64 {
    count(app, |conn| {
        let known = identities::table.filter(identities::value.eq(email));
        known.select(identities::person_id).first(conn)
    })
}

/// There is one package, whole, and one mail that tells of it.
async fn check_package(app: &TestApp, mails: &Mails, email: &str) {
    let id = person(app, email);
    let own: Vec<(String, String)> = count(app, |conn| {
        let own = packages::table.filter(packages::person_id.eq(id));
        own.select((packages::state, packages::sha256)).load(conn)
    });
    let told = mails.to(email, "package_ready", &[]);
    assert_eq!((own.len(), told), (1, 1), "packages of {email}, and mails");
    let (state, sha256) = &own[0];
    assert_eq!(state, "ready", "the package of {email}");
    let name = email.strip_suffix("@example.org").unwrap();
    let person = app.person_again(name).await;
    let page = person.get(PACKAGES).await.page();
    let link = page.attributes("a[download]", "href").remove(0);
    let file = person.get(&link).await.page().body;
    let digest = HEXLOWER.encode(&Sha256::digest(&file));
    assert_eq!(&digest, sha256, "what is in the package of {email}");
}

fn check_choice(app: &TestApp, mails: &Mails, email: &str) {
    let id = person(app, email);
    let states: Vec<String> = count(app, |conn| {
        let own = choices::table.filter(choices::person_id.eq(id));
        let own = own.filter(choices::activity.eq("marketing"));
        own.select(choices::state).load(conn)
    });
    assert_eq!(states, ["opted-out"], "{email}");
    let told = mails.to(email, "choice_changed", &["Opted out of: "]);
    assert_eq!(told, 1, "mails of the choice of {email}");
}

fn check_plan(app: &TestApp, mails: &Mails, reference: &str) {
    let planned = request(app, reference);
    assert!(!planned.awaits_plan(), "{reference} has a plan");
    let items: i64 = count(app, |conn| {
        let own = request_items::table.filter(request_items::request_id.eq(planned.id));
        own.count().get_result(conn)
    });
    assert!(items > 0, "{reference} says what goes");
    let told = mails.about("deletion_planned", reference);
    assert_eq!(told, 1, "{reference}");
}
