//! What holds whatever happens.

use candor::audit::{chain, verify::verify};
use candor::choices::{Choice, MadeBy, State as Switch, refusables};
use candor::db::AnyConnection;
use candor::db::schema::{choices, minors, outbox, people, requests};
use candor::law::Decides;
use candor::requests::model::{Request, State};
use chrono::NaiveDate;
use diesel::prelude::*;

use crate::requests::walked;
use crate::support::TestApp;

fn read<T>(app: &TestApp, query: impl FnOnce(&mut AnyConnection) -> QueryResult<T>) -> T {
    app.app.db.read_now(|conn| Ok(query(conn)?)).unwrap()
}

/// What is on for a child was turned on by whoever decides for them where they live.
pub fn of_children(app: &TestApp) {
    let today = app.app.clock.today();
    let children: Vec<(i64, String, NaiveDate)> = read(app, |conn| {
        let known = people::table.inner_join(minors::table.on(minors::person_id.eq(people::id)));
        let of_them = (people::id, people::residence, minors::sixteen_on);
        known.select(of_them).load(conn)
    });
    let all = refusables(&app.app.register).into_iter();
    let protected = all.filter(|it| it.two_steps || it.needs_consent);
    let protected: Vec<String> = protected.map(|it| it.key.to_owned()).collect();
    for (id, residence, sixteen_on) in children {
        let ages = app.app.laws.consent_ages(&residence, today);
        for key in &protected {
            let newest: Option<Choice> = read(app, |conn| {
                let own = Choice::query().filter(choices::person_id.eq(id));
                let of_key = own.filter(choices::activity.eq(key));
                of_key.order(choices::id.desc()).first(conn).optional()
            });
            let Some(choice) = newest.filter(|it| it.state == Switch::OptedIn) else {
                continue;
            };
            let is_right = match ages.decides(Some(sixteen_on), choice.at.date()) {
                Decides::Parent => choice.made_by == MadeBy::Parent,
                Decides::Person => choice.made_by != MadeBy::Parent,
                Decides::Unsaid => false,
            };
            assert!(is_right, "{key} is on for a child by {:?}", choice.made_by);
        }
    }
}

/// Each request goes from state to state as the table of moves allows, and what is closed has a day on which it was.
pub fn of_requests(app: &TestApp) {
    let all: Vec<Request> = read(app, |conn| Request::query().load(conn));
    assert!(all.len() > 5, "only {} requests", all.len());
    for request in all {
        let (state, steps) = walked(app, request.id);
        assert_eq!(state, request.state, "{steps:?}");
        let is_over = matches!(state, State::Denied | State::Completed | State::Withdrawn);
        assert_eq!(is_over, request.closed_at.is_some(), "{steps:?}");
    }
}

/// Each mail has gone out, and what is said once of a request is said once.
pub fn of_mails(app: &TestApp) {
    let mails: Vec<(String, String, bool)> = read(app, |conn| {
        let sent = outbox::sent_at.is_not_null();
        let all = outbox::table.select((outbox::kind, outbox::body_text, sent));
        all.load(conn)
    });
    assert!(mails.iter().all(|it| it.2), "mails not sent");
    let references: Vec<String> = read(app, |conn| {
        requests::table.select(requests::reference).load(conn)
    });
    for reference in references {
        for kind in ["request_withdrawn", "request_extended"] {
            let of_it = mails.iter().filter(|it| it.0 == kind);
            let count = of_it.filter(|it| it.1.contains(&reference)).count();
            assert!(count <= 1, "{count} × {kind} of {reference}");
        }
    }
}

/// The log has no gap.
pub fn of_the_log(app: &TestApp) {
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let own = keys.clone();
    let linked = move |conn: &mut AnyConnection| chain::link(conn, &own, now);
    while app.app.db.read_now(&linked).unwrap() > 0 {}
    let verdict = read(app, |conn| verify(conn, &keys, None));
    assert_eq!((verdict.first_break, verdict.waiting), (None, 0));
}
