//! The policy: reading and comparing its versions, publishing one, telling people of it.

mod command;
mod comparing;
mod demo;
mod for_you;
mod promises;
mod publishing;
mod reading;
mod reviewing;
mod telling;

use candor::audit::Actor;
use candor::policy::{self, Draft, PolicyVersion};
use chrono::NaiveTime;

use crate::support::TestApp;

/// A version that begins on that day, with this text.
fn draft(effective_on: &str, body: &str) -> Draft {
    let effective_on = effective_on.parse().unwrap();
    let version = Draft::usual_version(effective_on);
    Draft {
        summary: format!("New in {version}."),
        version,
        title: "Privacy policy".to_owned(),
        effective_on,
        body: body.to_owned(),
    }
}

const SHORT: &str = "## Data\n\nWe keep your name.\n";

/// Puts a version into the history as if it had been published long ago.
async fn take_over(app: &TestApp, draft: Draft) -> PolicyVersion {
    let now = app.app.clock.now();
    let published_at = draft.effective_on.and_time(NaiveTime::MIN).min(now);
    let written = app
        .app
        .db
        .write(move |conn| policy::take_over(conn, &draft, published_at, Actor::System, now));
    written.await.unwrap().unwrap()
}

/// Publishes a version as a command would.
async fn publish(app: &TestApp, draft: Draft) -> PolicyVersion {
    let now = app.app.clock.now();
    let written = app
        .app
        .db
        .write(move |conn| policy::publish(conn, &draft, Actor::System, now));
    written.await.unwrap().unwrap()
}
