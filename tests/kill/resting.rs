//! Moves from place to place, and uses that rest while an objection is looked at: whole or not at all.

use std::collections::BTreeSet;

use candor::choices::MadeBy;
use candor::db::schema::{causes, choices, identities, people, requests, restrictions};
use diesel::prelude::*;

use super::count;
use super::journeys::Claim;
use crate::support::TestApp;

/// What was claimed has happened, and whoever moved has everything turned off that takes a consent there.
pub fn check(app: &TestApp, claims: &[Claim]) {
    let moved: BTreeSet<i64> = count(app, |conn| {
        let there = people::table.filter(people::residence.eq("de"));
        there.select(people::id).load(conn)
    })
    .into_iter()
    .collect();
    let turned: BTreeSet<i64> = count(app, |conn| {
        let by_law = choices::table.filter(choices::made_by.eq(MadeBy::Residence.as_str()));
        let people = by_law.select(choices::person_id.assume_not_null());
        people.load(conn)
    })
    .into_iter()
    .collect();
    assert_eq!(moved, turned, "moved, and turned off for it");
    for claim in claims {
        match claim {
            Claim::Moved(email) => {
                let id: i64 = count(app, |conn| {
                    let known = identities::table.filter(identities::value.eq(email));
                    known.select(identities::person_id).first(conn)
                });
                assert!(moved.contains(&id), "{email}");
            }
            Claim::Rested(reference) => check_rest(app, reference),
            _ => {}
        }
    }
}

/// The use has rested and goes on, and recipients are told of both, once.
fn check_rest(app: &TestApp, reference: &str) {
    let is_over: bool = count(app, |conn| {
        let of_request = restrictions::table
            .inner_join(requests::table)
            .filter(requests::reference.eq(reference));
        let ended = of_request.select(restrictions::ended_at.is_not_null());
        ended.first(conn)
    });
    assert!(is_over, "the restriction of {reference} has ended");
    let mut told: Vec<String> = count(app, |conn| {
        let of_request = causes::table.filter(causes::object.eq(reference));
        of_request.select(causes::kind).load(conn)
    });
    told.sort_unstable();
    assert_eq!(told, ["restriction", "restriction-lifted"], "{reference}");
}
