//! What was sent twice, by a second click or a page that was loaded again, is one thing.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::asked::NewRequest;
use super::details::open_item;
use super::evidence::File;
use super::life::By;
use super::model::{Message, Request};
use super::sealed::{self, What};
use super::{periods, queries};
use crate::db::AnyConnection;
use crate::db::schema::request_messages;
use crate::error::AppResult;

/// Who asks for the same again so soon has not meant to ask twice.
pub const SOON: TimeDelta = TimeDelta::minutes(10);

/// Who writes the same again so soon has not meant to write twice.
pub const AT_ONCE: TimeDelta = TimeDelta::minutes(1);

/// The person's open request that was filed a moment ago and says the same. The caller has locked a row of theirs.
pub(super) fn find(
    conn: &mut AnyConnection,
    person_id: i64,
    new: &NewRequest,
    by: &By<'_>,
) -> AppResult<Option<Request>> {
    let open = queries::list_open_of_kind(conn, person_id, new.kind)?;
    let lately = open.into_iter().filter(|it| it.created_at > by.now - SOON);
    for request in lately.filter(|it| it.channel == new.channel) {
        if says_the_same(conn, &request, new, by)? {
            return Ok(Some(request));
        }
    }
    Ok(None)
}

fn says_the_same(
    conn: &mut AnyConnection,
    request: &Request,
    new: &NewRequest,
    by: &By<'_>,
) -> AppResult<bool> {
    let plan = new.plan.as_ref().map(|plan| &plan.hash);
    if request.appeal_of != new.appeal_of || request.plan_hash.as_ref() != plan {
        return Ok(false);
    }
    if request.scope != new.scope().map(serde_json::to_string).transpose()? {
        return Ok(false);
    }
    if periods::find(conn, request.id)? != new.dates {
        return Ok(false);
    }
    let is_said = note(request, by)? == new.note.trim() && news(request, by)? == new.news.trim();
    if !is_said || !is_backed_by(conn, request, new.evidence.as_ref())? {
        return Ok(false);
    }
    let mut proposed = Vec::new();
    for item in queries::list_items(conn, request.id)? {
        let open = open_item(&by.app.keys, &request.reference, item)?;
        if let (Some(record), Some(field)) = (open.item.record, open.item.field) {
            proposed.push((record, field, open.new_value, open.reason));
        }
    }
    let values = new.items.iter().filter_map(|it| it.correction.as_ref());
    let values = values.map(|it| (&it.record, &it.field, &it.new_value, it.reason.trim()));
    let before = proposed
        .iter()
        .map(|(record, field, value, reason)| (record, field, value, reason.as_str()));
    Ok(values.eq(before))
}

/// What stands with a request in words.
pub(super) fn note(request: &Request, by: &By<'_>) -> AppResult<String> {
    let sealed = request.note.as_deref();
    sealed::open_text(&by.app.keys, &request.reference, What::Note, sealed)
}

/// What is new since the same was denied, as it stands with a request.
fn news(request: &Request, by: &By<'_>) -> AppResult<String> {
    let sealed = request.news.as_deref();
    sealed::open_text(&by.app.keys, &request.reference, What::News, sealed)
}

/// Whether that is the file that a request was sent with, or it has none as well.
pub(super) fn is_backed_by(
    conn: &mut AnyConnection,
    request: &Request,
    file: Option<&File>,
) -> QueryResult<bool> {
    let sent = queries::list_attachments(conn, request.id)?;
    let sent = sent.iter().map(|it| it.sha256.clone());
    Ok(sent.eq(file.map(File::sha256)))
}

/// Whether the newest message on a request is the same, of the same author, and was written at this moment.
pub(super) fn is_written(
    conn: &mut AnyConnection,
    request: &Request,
    body: &str,
    by: &By<'_>,
) -> AppResult<bool> {
    let newest = Message::query()
        .filter(request_messages::request_id.eq(request.id))
        .order(request_messages::id.desc())
        .first(conn)
        .optional()?;
    let newest = newest.filter(|it| it.author == by.who.party() && it.at > by.now - AT_ONCE);
    let Some(message) = newest else {
        return Ok(false);
    };
    let sealed = Some(message.body.as_slice());
    Ok(sealed::open_text(&by.app.keys, &request.reference, What::Message, sealed)? == body)
}
