//! Requests: filing, following, deciding.

mod access;
pub mod agents;
mod agents_mails;
mod appeal_letters;
mod appeals;
mod by_account;
pub mod by_mail;
mod collected;
mod complaint_by_letter;
mod contest;
mod correction;
mod days;
mod decisions;
mod deletion;
mod denied_before;
mod entered;
mod entered_late;
mod flags;
mod following;
mod given;
mod given_without_account;
mod handed_out;
mod held_otherwise;
mod in_the_way;
mod intake_command;
mod lives;
mod marked;
mod moves;
mod named;
mod named_source;
mod objection;
mod one_record;
mod over_limit;
mod parents;
mod periods;
mod recognised;
mod reminders;
mod repeats;
mod restriction;
mod rules;
mod statements;
mod stop_without_account;
mod told;
mod typed;
mod unanswered;
mod unconfirmed;
mod unplanned;
mod unverified;
pub mod views;
pub mod without_account;

use std::sync::atomic::{AtomicUsize, Ordering};

use candor::accounts::guard::StaffMember;
use candor::accounts::model::Role;
use candor::accounts::queries;
use candor::db::schema::request_steps;
use candor::error::AppResult;
use candor::register::CollectionKey;
use candor::requests::life::{By, MOVES};
use candor::requests::model::{Request, State};
use candor::requests::queries as requests;
use candor::sources::{Dates, Identities};
use diesel::prelude::*;

use crate::support::{Actor, Answer, TestApp};

/// Somebody of whom the sample database holds some of everything.
/// A ground on which any request may be denied under a law.
pub(super) fn ground_under(law: &str) -> &'static str {
    match law {
        "us-ca" | "us-other" | "strictest" => "PRIVILEGE",
        "eu-gdpr" | "uk-gdpr" => "EXCESSIVE_12_5",
        _ => "EXCESSIVE",
    }
}

const MAYA: &str = "maya.okafor";

/// The id of the person's first record in a collection.
fn first_record(app: &TestApp, name: &str, key: &CollectionKey) -> String {
    let identities = Identities::email(&format!("{name}@example.org"));
    let page = app
        .app
        .sources
        .page(&identities, key, None, 1, Dates::default());
    page.unwrap().records[0].id.clone()
}

/// Where the correction of a field of the person's first record begins.
fn correction_of(app: &TestApp, name: &str, collection: &str, field: &str) -> String {
    let (dataset, collection) = collection.split_once('.').unwrap();
    let key = CollectionKey::new(dataset, collection);
    let record = first_record(app, name, &key);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("dataset", dataset)
        .append_pair("collection", collection)
        .append_pair("record", &record)
        .append_pair("field", field)
        .finish();
    format!("/requests/new/correction?{query}")
}

/// Files an access request and gives its reference.
async fn file_access(person: &Actor) -> String {
    // Each asks something else: the same again at once would be the same request.
    static ASKED: AtomicUsize = AtomicUsize::new(1);
    let page = person.get("/requests/new/access").await.page();
    let number = ASKED.fetch_add(1, Ordering::Relaxed);
    let question = format!("What did your support note about my call? It was number {number}.");
    let fields = [("question", question.as_str())];
    let filed = person.submit(&page, "/requests/new/access", &fields).await;
    reference_of(&filed)
}

/// The reference in the address of the page after filing.
#[track_caller]
fn reference_of(filed: &Answer) -> String {
    let reference = filed.location().strip_prefix("/requests/");
    reference
        .and_then(|it| it.strip_suffix("/filed"))
        .unwrap()
        .to_owned()
}

/// The request as it is now.
pub fn find(app: &TestApp, reference: &str) -> Request {
    let reference = reference.to_owned();
    let found = app
        .app
        .db
        .read_now(|conn| Ok(requests::find_by_reference(conn, &reference)?));
    found.unwrap()
}

/// Somebody who works on requests.
async fn staff_member(app: &TestApp, name: &str, role: Role) -> StaffMember {
    app.staff(name, role).await;
    let keys = app.app.keys.clone();
    let email = format!("{name}@staff.example.org");
    let row = app
        .app
        .db
        .read_now(move |conn| Ok(queries::find_active_staff(conn, &keys, &email)?));
    let row = row.unwrap().unwrap();
    StaffMember {
        id: row.id,
        name: row.name,
        role,
    }
}

/// What a staff member does to a request, as a handler would.
async fn staff_does<T: Send + 'static>(
    app: &TestApp,
    member: &StaffMember,
    reference: &str,
    work: impl FnOnce(&mut candor::db::AnyConnection, Request, &By<'_>) -> AppResult<T> + Send + 'static,
) -> AppResult<T> {
    let (parts, member, reference) = (app.app.clone(), member.clone(), reference.to_owned());
    let done = app.app.db.write(move |conn| {
        let request = requests::find_by_reference(conn, &reference)?;
        work(conn, request, &By::staff(&parts, &member))
    });
    done.await
}

/// The state to which the timeline of a request leads from state to state as the table of moves allows, and the timeline.
fn walked(app: &TestApp, id: i64) -> (State, Vec<String>) {
    let own = request_steps::table.filter(request_steps::request_id.eq(id));
    let own = own.order(request_steps::id).select(request_steps::kind);
    let steps: Vec<String> = app.app.db.read_now(|conn| Ok(own.load(conn)?)).unwrap();
    let mut state = State::Received;
    for step in steps.iter().skip(1) {
        if step == "reopened" {
            assert!(matches!(state, State::Denied | State::Completed));
            state = State::InReview;
        } else if let Ok(next) = step.parse::<State>() {
            let row = MOVES.iter().find(|(from, _)| *from == state);
            let is_allowed = row.is_some_and(|(_, to)| to.contains(&next));
            assert!(is_allowed, "{state} to {next} in {steps:?}");
            state = next;
        }
    }
    (state, steps)
}
