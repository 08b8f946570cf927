//! A deletion of which something was found by hand is planned anew, so that what was found is in the plan that staff
//! decide on.

use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::my_data::identities_of;
use crate::requests::life::By;
use crate::requests::model::{Kind, Request, State};
use crate::requests::{queries, review};

/// The job: safe to repeat. What is decided already stays as it is.
pub fn plan(app: &App, request_id: i64) -> AppResult<()> {
    let (request, person) = app.db.read_now(|conn| {
        let request = queries::find(conn, request_id)?;
        let person = identities_of(conn, request.person_id)?;
        Ok((request, person))
    })?;
    if !is_open(&request) {
        return Ok(());
    }
    let plan = review::plan_of_deletion(app, &request, &person)?;
    if request.plan_hash.as_ref() == Some(&plan.hash) {
        return Ok(());
    }
    let own = app.clone();
    let planned = app.db.write_now(move |conn| {
        let now = queries::find(conn, request_id)?;
        // Somebody may be deciding on it: then it is planned again in a moment.
        if now.version != request.version && is_open(&now) {
            return Err(AppError::Unavailable("the request has changed".to_owned()));
        }
        if is_open(&now) {
            review::replan_undecided(conn, &now, &plan, &By::system(&own))?;
        }
        Ok(())
    });
    app.wake.notify_one();
    planned
}

fn is_open(request: &Request) -> bool {
    let reviewed = [
        State::Acknowledged,
        State::Verifying,
        State::InReview,
        State::WaitingForPerson,
    ];
    request.kind == Kind::Deletion && reviewed.contains(&request.state) && request.outcome.is_none()
}
