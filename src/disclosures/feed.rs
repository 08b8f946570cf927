//! The feed of a recipient that fetches what concerns it, in place of being called.
//!
//! It reads on from a cursor, and what it has not answered it can read again from the start. With several writers a
//! notice may be committed after one with a higher number, so that on PostgreSQL every writer of such notices shares a
//! lock until its commit, and the reader waits for them. SQLite has one writer.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer_pages::{LONGEST, settle};
use super::content::{self, Body};
use super::model::{Cause, Channel, Notice, NoticeState};
use super::queries::Move;
use crate::app::App;
use crate::audit::Actor;
use crate::db::schema::{causes, notices};
use crate::db::{AdvisoryLock, AnyConnection, text_enum};
use crate::error::AppResult;
use crate::web::paging;

text_enum! {
    /// What a recipient says that it did.
    pub enum Done {
        /// All that was asked.
        Done = "done",
        /// It will not, or can not.
        Refused = "refused",
    }
}

/// An answer to a notice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NoticeAnswer)]
pub struct Answer {
    /// The notice's id.
    pub id: String,
    /// `done` or `refused`.
    pub answer: Done,
    /// Why it is refused, in at most 1,000 characters.
    #[serde(default)]
    pub reason: String,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is noted now.
    Noted,
    /// The same had been answered before.
    Known,
    /// It cannot be taken, for that reason.
    Refused(&'static str),
}

/// Has the reader of the feed wait for the end of this transaction.
pub(super) fn share(conn: &mut AnyConnection) -> QueryResult<()> {
    AdvisoryLock::NoticeFeed.share(conn)
}

/// Whether the feed has come to that place: a database that was restored may not have, and whoever reads on from there
/// would miss what is written next.
pub fn has_reached(conn: &mut AnyConnection, place: i64) -> QueryResult<bool> {
    let there = notices::table.filter(notices::id.ge(place));
    Ok(place == 0 || diesel::select(exists(there)).get_result(conn)?)
}

/// The notices that a recipient has not answered, after that one: so many, oldest first, each with its number, and
/// whether there are more. They count as sent from now on, so that this is a write.
pub fn fetch(
    conn: &mut AnyConnection,
    app: &App,
    recipient: &str,
    (after, limit): (i64, usize),
    now: NaiveDateTime,
) -> AppResult<(Vec<(i64, Body)>, bool)> {
    AdvisoryLock::NoticeFeed.take(conn)?;
    let mut found: Vec<Notice> = Notice::query()
        .filter(notices::recipient.eq(recipient))
        .filter(notices::answered_at.is_null())
        .filter(notices::channel.eq(Channel::Feed.as_str()))
        .filter(notices::id.gt(after))
        .order(notices::id)
        .limit(paging::one_more(limit))
        .load(conn)?;
    let more = paging::cut(&mut found, limit).is_some();
    let waiting = found.iter().filter(|it| it.state == NoticeState::Waiting);
    let waiting: Vec<_> = waiting.map(|it| it.id).collect();
    if !waiting.is_empty() {
        let fetched = notices::table
            .filter(notices::id.eq_any(waiting))
            .filter(notices::state.eq(NoticeState::Waiting.as_str()));
        diesel::update(fetched)
            .set((
                notices::state.eq(NoticeState::Sent.as_str()),
                notices::attempts.eq(notices::attempts + 1),
                notices::sent_at.eq(now),
            ))
            .execute(conn)?;
    }
    let ids: Vec<_> = found.iter().map(|it| it.cause_id).collect();
    let about: Vec<Cause> = Cause::query().filter(causes::id.eq_any(ids)).load(conn)?;
    let mut handles = content::handles_of_all(conn, app, &about)?;
    let about: HashMap<_, _> = about.into_iter().map(|it| (it.id, it)).collect();
    let mut bodies = Vec::new();
    for notice in &found {
        let Some(cause) = about.get(&notice.cause_id) else {
            continue;
        };
        let handles = handles.remove(&cause.id).unwrap_or_default();
        let told = content::told(conn, app, cause)?;
        let body = content::body(app, (notice, cause), &handles, told);
        bodies.push((notice.id, body));
    }
    Ok((bodies, more))
}

/// Notes what a recipient answers to its own notices; in the order of the answers.
pub fn answer(
    conn: &mut AnyConnection,
    recipient: &str,
    answers: &[Answer],
    now: NaiveDateTime,
) -> AppResult<Vec<Taken>> {
    // Two of a recipient's processes that answer the same at once take turns.
    AdvisoryLock::NoticeFeed.take(conn)?;
    let keys: Vec<_> = answers.iter().map(|it| &it.id).collect();
    let own: Vec<Notice> = Notice::query()
        .filter(notices::key.eq_any(keys))
        .filter(notices::recipient.eq(recipient))
        .load(conn)?;
    let mut own: HashMap<_, _> = own.into_iter().map(|it| (it.key.clone(), it)).collect();
    let mut taken = Vec::with_capacity(answers.len());
    for answer in answers {
        let Some(notice) = own.get_mut(&answer.id) else {
            taken.push(Taken::Refused("there is no such notice"));
            continue;
        };
        let to = match answer.to() {
            Ok(to) => to,
            Err(reason) => {
                taken.push(Taken::Refused(reason));
                continue;
            }
        };
        taken.push(match notice.answered_at {
            Some(_) if notice.state == to.state => Taken::Known,
            _ if !notice.may_become(to.state) => Taken::Refused("it was answered otherwise before"),
            _ => {
                settle(conn, notice, &to, Actor::Visitor, now)?;
                (notice.state, notice.answered_at) = (to.state, Some(now));
                Taken::Noted
            }
        });
    }
    Ok(taken)
}

impl Answer {
    fn to(&self) -> Result<Move, &'static str> {
        let reason = self.reason.trim();
        match self.answer {
            Done::Done => Ok(Move::to(NoticeState::Acknowledged)),
            Done::Refused if reason.is_empty() => Err("say why it is refused"),
            Done::Refused if reason.chars().count() > LONGEST => {
                Err("the reason is longer than 1,000 characters")
            }
            Done::Refused => Ok(Move {
                state: NoticeState::Refused,
                words: Some(reason.to_owned()),
            }),
        }
    }
}

/// Where a feed goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page {
    /// What the recipient has to do, oldest first.
    pub notices: Vec<Body>,
    /// Where to go on, now or later.
    pub next: String,
    /// Whether there are more already.
    pub more: bool,
}
