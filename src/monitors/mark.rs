//! How the portal knows its own visits: a header that only it can make, good for some minutes.

use actix_web::HttpRequest;
use chrono::NaiveDateTime;

use crate::app::App;
use crate::choices::MadeBy;
use crate::keys::Keys;

/// The header.
pub const HEADER: &str = "candor-monitor";

const PURPOSE: &str = "visit of the monitor";

/// So many seconds it is good, before and after.
const GOOD_FOR: i64 = 300;

/// The header's value for a visit now.
pub fn make(keys: &Keys, now: NaiveDateTime) -> String {
    let at = now.and_utc().timestamp().to_string();
    let hash = keys.hash(PURPOSE, at.as_bytes());
    format!("{at}.{hash}")
}

/// What brings a choice about that this request makes: our own check, or whatever it is otherwise.
pub fn made_by(app: &App, request: &HttpRequest, otherwise: MadeBy) -> MadeBy {
    let value = request
        .headers()
        .get(HEADER)
        .and_then(|it| it.to_str().ok());
    match value {
        Some(value) if is_ours(&app.keys, value, app.clock.now()) => MadeBy::Monitor,
        _ => otherwise,
    }
}

fn is_ours(keys: &Keys, value: &str, now: NaiveDateTime) -> bool {
    let Some((at, hash)) = value.split_once('.') else {
        return false;
    };
    let is_fresh = at
        .parse::<i64>()
        .is_ok_and(|at| at.abs_diff(now.and_utc().timestamp()) <= GOOD_FOR.unsigned_abs());
    is_fresh && keys.hash_matches(PURPOSE, at.as_bytes(), hash)
}
