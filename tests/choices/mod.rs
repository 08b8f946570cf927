mod account;
mod ages;
mod ages_and_places;
mod budget;
mod consent_ages;
mod gpp;
mod handing_over;
mod incentives;
mod joining;
mod machines;
mod minors;
mod moving;
mod receipts;
mod refused_before;
mod script;
mod second_word;
mod signal;
mod staff;
mod visitor;

use candor::choices::Choice;
use candor::db::schema::{self, choices, events};
use diesel::prelude::*;

use crate::support::{Actor, TestApp};

/// Where the word of a parent is entered.
const PARENT: &str = "/staff/ages/parents/new";

/// A word by which a child's data are sold.
const WORD: [(&str, &str); 7] = [
    ("whom", "noor@example.org"),
    ("channel", "phone"),
    ("received_on", "2026-02-09"),
    ("reason", "They want advertisements."),
    ("evidence", "We rang them back."),
    ("verified_by", "call"),
    ("what", "sale-or-sharing"),
];

/// Another staff member approves the word of a parent that was entered last.
async fn approve_word(supervisor: &Actor) {
    let page = supervisor.get("/staff/ages").await.page();
    let entry = page.attributes("main th a", "href").remove(0);
    let page = supervisor.get(&entry).await.page();
    let approve = format!("{entry}/approve");
    let approved = supervisor.submit(&page, &approve, &[]).await;
    assert_eq!(approved.location(), "/staff/ages");
}

/// Every change ever recorded, oldest first.
fn all_changes(app: &TestApp) -> Vec<Choice> {
    app.app
        .db
        .read_now(|conn| Ok(Choice::query().order(choices::id).load(conn)?))
        .unwrap()
}

fn count_receipts(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(schema::receipts::table.count().get_result(conn)?));
    count.unwrap()
}

/// The details of the events about choices, oldest first.
fn events_of_choices(app: &TestApp) -> Vec<serde_json::Value> {
    let details: Vec<String> = app
        .app
        .db
        .read_now(|conn| {
            Ok(events::table
                .filter(events::action.like("choice.%"))
                .order(events::id)
                .select(events::detail)
                .load(conn)?)
        })
        .unwrap();
    let parsed = details.iter().map(|it| serde_json::from_str(it).unwrap());
    parsed.collect()
}
