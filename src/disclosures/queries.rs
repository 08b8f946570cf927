//! Causes and notices: finding, listing, and the guarded moves of a notice.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::feed;
use super::model::{About, Cause, CauseKind, Channel, Notice, NoticeState};
use crate::db::schema::{causes, notices, requests};
use crate::db::{AnyConnection, Count, both, count_up_to};
use crate::keys::random_token;
use crate::register::{Recipient, Register};
use crate::requests::model::State;

/// A cause by id.
pub fn find_cause(conn: &mut AnyConnection, id: i64) -> QueryResult<Cause> {
    Cause::query().filter(causes::id.eq(id)).first(conn)
}

/// A notice by id, with its cause.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<(Notice, Cause)> {
    let notice = Notice::query().filter(notices::id.eq(id)).first(conn)?;
    let cause = find_cause(conn, notice.cause_id)?;
    Ok((notice, cause))
}

/// A notice by the end of its link, with its cause.
pub fn find_by_key(conn: &mut AnyConnection, key: &str) -> QueryResult<(Notice, Cause)> {
    let notice = Notice::query().filter(notices::key.eq(key)).first(conn)?;
    let cause = find_cause(conn, notice.cause_id)?;
    Ok((notice, cause))
}

/// Writes a notice; `None` when this recipient has one of this cause already.
pub fn insert(
    conn: &mut AnyConnection,
    cause: &Cause,
    recipient: &Recipient,
    now: NaiveDateTime,
) -> QueryResult<Option<Notice>> {
    if Channel::of(recipient) == Channel::Feed {
        feed::share(conn)?;
    }
    let inserted: Option<i64> = both!(conn, |conn| diesel::insert_into(notices::table)
        .values((
            notices::cause_id.eq(cause.id),
            notices::person_id.eq(cause.person_id),
            notices::recipient.eq(&recipient.key),
            notices::channel.eq(Channel::of(recipient).as_str()),
            notices::key.eq(random_token()),
            notices::state.eq(NoticeState::Waiting.as_str()),
            notices::due_on.eq(cause.due_on),
            notices::has_last_day.eq(cause.kind.has_last_day()),
            notices::attempts.eq(0),
            notices::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .returning(notices::id)
        .get_result(conn)
        .optional())?;
    inserted
        .map(|id| Notice::query().filter(notices::id.eq(id)).first(conn))
        .transpose()
}

/// Keys of the recipients who were told of an earlier cause about the same thing of the same person.
pub fn list_told_before(conn: &mut AnyConnection, cause: &Cause) -> QueryResult<Vec<String>> {
    let earlier = causes::table
        .filter(causes::person_id.eq(cause.person_id))
        .filter(causes::object.eq(&cause.object))
        .filter(causes::id.lt(cause.id))
        .select(causes::id)
        .load::<i64>(conn)?;
    notices::table
        .filter(notices::cause_id.eq_any(earlier))
        .select(notices::recipient)
        .distinct()
        .load(conn)
}

/// What became of a notice.
#[derive(Debug, Clone)]
pub struct Move {
    /// How it stands now.
    pub state: NoticeState,
    /// Why, if there is more to say.
    pub words: Option<String>,
}

impl Move {
    /// Of which there is no more to say.
    pub fn to(state: NoticeState) -> Self {
        Move { state, words: None }
    }
}

/// Moves a notice that stands as it was read; `false` when it does no more.
pub fn advance(
    conn: &mut AnyConnection,
    notice: &Notice,
    to: &Move,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let is_answer = matches!(to.state, NoticeState::Acknowledged | NoticeState::Refused);
    let is_over = is_answer || to.state == NoticeState::Replaced;
    let is_sent = is_answer || to.state == NoticeState::Sent;
    let as_read = notices::table
        .filter(notices::id.eq(notice.id))
        .filter(notices::state.eq(notice.state.as_str()))
        .filter(notices::attempts.eq(notice.attempts));
    let moved = diesel::update(as_read)
        .set((
            notices::state.eq(to.state.as_str()),
            notices::attempts.eq(notice.attempts + 1),
            notices::sent_at.eq(notice.sent_at.or(is_sent.then_some(now))),
            notices::answered_at.eq(is_over.then_some(now)),
            notices::words.eq(&to.words),
        ))
        .execute(conn)?;
    Ok(moved == 1)
}

/// A person's notices with what they are about, newest first: so many, older than that one.
pub fn list_of_person(
    conn: &mut AnyConnection,
    person_id: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(Notice, About)>> {
    let found = Notice::query()
        .filter(notices::person_id.eq(person_id))
        .filter(notices::id.lt(before.unwrap_or(i64::MAX)))
        .order(notices::id.desc())
        .limit(limit)
        .load(conn)?;
    with_kinds(conn, found)
}

/// The notices about a person's request, by its reference, newest first, at most so many.
pub fn list_of_request(
    conn: &mut AnyConnection,
    person_id: i64,
    reference: &str,
    limit: i64,
) -> QueryResult<Vec<(Notice, About)>> {
    // By way of the person, of whom there are few causes: what opts out is not to keep an index of references as well.
    let about: Vec<i64> = causes::table
        .filter(causes::person_id.eq(person_id))
        .filter(causes::object.eq(reference))
        .select(causes::id)
        .load(conn)?;
    if about.is_empty() {
        return Ok(Vec::new());
    }
    let found = Notice::query()
        .filter(notices::cause_id.eq_any(about))
        .order(notices::id.desc())
        .limit(limit)
        .load(conn)?;
    with_kinds(conn, found)
}

/// What the recipient of a notice was told before it of a person and has not answered, with what brought it about.
pub fn list_unanswered(
    conn: &mut AnyConnection,
    person_id: i64,
    before: &Notice,
) -> QueryResult<Vec<(Notice, Cause)>> {
    let unanswered: Vec<Notice> = Notice::query()
        .filter(notices::person_id.eq(person_id))
        .filter(notices::id.lt(before.id))
        .filter(notices::recipient.eq(&before.recipient))
        .filter(notices::answered_at.is_null())
        .load(conn)?;
    let with_causes = unanswered.into_iter().map(|notice| {
        let cause = find_cause(conn, notice.cause_id)?;
        Ok((notice, cause))
    });
    with_causes.collect()
}

/// Notices that stand so, newest first: so many, older than that one.
pub fn list_in_state(
    conn: &mut AnyConnection,
    state: NoticeState,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(Notice, About)>> {
    let found = Notice::query()
        .filter(notices::state.eq(state.as_str()))
        .filter(notices::id.lt(before.unwrap_or(i64::MAX)))
        .order(notices::id.desc())
        .limit(limit)
        .load(conn)?;
    with_kinds(conn, found)
}

/// Whether the day of a notice has passed without an answer.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn is_silent(today: NaiveDate) -> _ {
    notices::answered_at
        .is_null()
        .and(notices::has_last_day)
        .and(notices::due_on.lt::<NaiveDate>(today))
}

/// Notices whose day has passed without an answer, the oldest first: so many.
pub fn list_silent(
    conn: &mut AnyConnection,
    today: NaiveDate,
    limit: i64,
) -> QueryResult<Vec<(Notice, About)>> {
    let found = Notice::query()
        .filter(is_silent(today))
        .order((notices::due_on, notices::id))
        .limit(limit)
        .load(conn)?;
    with_kinds(conn, found)
}

/// How many stand so.
pub fn count_in_state(conn: &mut AnyConnection, state: NoticeState) -> QueryResult<Count> {
    let there = notices::table.filter(notices::state.eq(state.as_str()));
    count_up_to(conn, there.select(notices::id))
}

/// Of how many the day has passed without an answer.
pub fn count_silent(conn: &mut AnyConnection, today: NaiveDate) -> QueryResult<Count> {
    let silent = notices::table.filter(is_silent(today));
    count_up_to(conn, silent.select(notices::due_on))
}

/// A notice with what it is of, the name of the recipient, and the day on which it was written where the person is.
pub type Told = (Notice, About, String, NaiveDate);

/// The same with the names of the recipients, and with days as they are where the person is.
pub fn named(
    register: &Register,
    notices: Vec<(Notice, About)>,
    day: impl Fn(&Notice) -> NaiveDate,
) -> Vec<Told> {
    let named = notices.into_iter().map(|(notice, kind)| {
        let name = register.recipient_name(&notice.recipient).to_owned();
        let on = day(&notice);
        (notice, kind, name, on)
    });
    named.collect()
}

fn with_kinds(conn: &mut AnyConnection, found: Vec<Notice>) -> QueryResult<Vec<(Notice, About)>> {
    let ids = found.iter().map(|it| it.cause_id);
    let about: Vec<Cause> = Cause::query()
        .filter(causes::id.eq_any(ids.collect::<Vec<_>>()))
        .load(conn)?;
    let denied = denied_deletions(conn, &about)?;
    let of = |id| {
        let cause = about.iter().find(|it| it.id == id)?;
        Some(About {
            kind: cause.kind,
            is_denied: cause.kind == CauseKind::Deletion && denied.contains(&cause.object),
        })
    };
    let with_kinds = found
        .into_iter()
        .filter_map(|it| of(it.cause_id).map(|about| (it, about)));
    Ok(with_kinds.collect())
}

/// The references of the deletions among some causes of which nothing was erased.
fn denied_deletions(conn: &mut AnyConnection, about: &[Cause]) -> QueryResult<Vec<String>> {
    let deletions = about.iter().filter(|it| it.kind == CauseKind::Deletion);
    let references: Vec<_> = deletions.map(|it| &it.object).collect();
    if references.is_empty() {
        return Ok(Vec::new());
    }
    requests::table
        .filter(requests::reference.eq_any(references))
        .filter(requests::state.eq(State::Denied.as_str()))
        .select(requests::reference)
        .load(conn)
}

/// Begins anew with a notice that was given up or refused; `false` when it no longer stands as it was read.
pub fn restart(conn: &mut AnyConnection, notice: &Notice) -> QueryResult<bool> {
    let as_read = notices::table
        .filter(notices::id.eq(notice.id))
        .filter(notices::state.eq(notice.state.as_str()));
    let restarted = diesel::update(as_read)
        .set((
            notices::state.eq(NoticeState::Waiting.as_str()),
            notices::attempts.eq(0),
            notices::answered_at.eq(None::<NaiveDateTime>),
            notices::escalated_at.eq(None::<NaiveDateTime>),
            notices::words.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(restarted == 1)
}
