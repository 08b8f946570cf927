//! Telling recipients of opt-outs, corrections and deletions.

mod answering;
mod calling;
mod escalating;
mod fetching;
pub mod ledger;
mod left;
mod stopped;
mod telling;

use candor::db::schema::notices;
use candor::disclosures::model::{Notice, NoticeState};
use candor::jobs::worker;
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::TestApp;
use crate::support::recipient::Recipient;

const NOTHING: [(&str, &str); 0] = [];

/// A recipient by sale in the register of ProJobSector.
const BRIGHTFIELD: &str = "brightfield-audiences";

/// ProJobSector, where Brightfield is told by calls to that server.
pub fn app_calling(server: &Recipient) -> TestApp {
    let url = format!("{}/notices", server.address);
    TestApp::start_declaring(move |register| {
        for recipient in &mut register.recipients {
            if recipient.key == BRIGHTFIELD {
                recipient.contact = Some(url.clone());
            }
        }
    })
}

/// Every notice, oldest first.
fn all_notices(app: &TestApp) -> Vec<Notice> {
    let all = app
        .app
        .db
        .read_now(|conn| Ok(Notice::query().order(notices::id).load(conn)?));
    all.unwrap()
}

/// Keys of recipients and how their notices stand.
fn states(app: &TestApp) -> Vec<(String, NoticeState)> {
    let all = all_notices(app).into_iter();
    all.map(|it| (it.recipient, it.state)).collect()
}

fn state_of(app: &TestApp, recipient: &str) -> NoticeState {
    let all = all_notices(app).into_iter();
    let mut own = all.filter(|it| it.recipient == recipient);
    own.next_back().unwrap().state
}

/// Everything that is due, now and in the days to come.
async fn let_days_pass(app: &TestApp, days: i64) {
    for _ in 0..days * 4 {
        worker::run_due(&app.app).await.unwrap();
        app.app.clock.advance(TimeDelta::hours(6));
    }
    worker::run_due(&app.app).await.unwrap();
}
