//! Telling an agent that something it asked for has changed. The status object is all that is sent; the protocol gives
//! it no signature, so an agent that wants to be sure asks again.

use chrono::NaiveDateTime;

use super::{queries, status};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};

/// Leaves a job when the request in the queue came from an agent that wants to be told.
pub fn tell_later(conn: &mut AnyConnection, request_id: i64, now: NaiveDateTime) -> AppResult<()> {
    match queries::find_to_tell(conn, request_id)? {
        Some(id) => jobs::enqueue(conn, &Job::TellAgent { id }, now),
        None => Ok(()),
    }
}

/// The job: sends how it stands now.
pub fn tell(app: &App, id: &str) -> AppResult<()> {
    let found = app.db.read_now(|conn| {
        let (asked, _) = queries::find_with_agent(conn, id)?;
        let object = status::find(conn, app, &asked)?;
        Ok((asked.status_callback, object))
    });
    let (Some(url), object) = found? else {
        return Ok(());
    };
    let body = serde_json::to_string(&object)?;
    let headers = [("content-type", "application/json".to_owned())];
    let call = app.outbound.post(&url, &headers, body);
    let answered = tokio::runtime::Handle::current().block_on(call)?;
    if (200..300).contains(&answered) {
        Ok(())
    } else {
        let words = format!("the agent answered {answered}");
        Err(AppError::Unavailable(words))
    }
}
