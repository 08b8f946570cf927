//! What staff are to look at before they answer: a repeat of what was answered lately, more requests than the law
//! gives for nothing, a flood, signs of fraud. A flag stops nothing. It says its reason; a staff member sets it aside,
//! or finds it right, with a reason that is mailed to the person, who can answer it. A refusal is a denial like any
//! other, by two.

use chrono::{Months, NaiveDateTime};
use diesel::prelude::*;
use serde_json::json;

use super::handling::post_message;
use super::life::{By, changed, record, touch};
use super::model::{Decision, Item, Kind, Outcome, Request};
use super::sealed::{self, What};
use super::{how_often, queries};
use crate::accounts::signs;
use crate::db::schema::{request_flags, request_items, requests};
use crate::db::{AnyConnection, OptionalText, text_enum};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;

/// A denied correction need not be looked at again for so long, unless there is something new.
const SAME_CORRECTION: Months = Months::new(6);

text_enum! {
    /// What is to be looked at.
    pub enum FlagKind {
        /// More requests in twelve months than the law gives for nothing. No ground to refuse by itself.
        Repeat = "repeat",
        /// The same value was in a correction that was denied lately.
        SameCorrection = "same-correction",
        /// Many of one kind in a short time.
        Flood = "flood",
        /// Somebody else may have got into the account. Nothing is granted before staff have judged it.
        Abused = "abused",
        /// A parent asks for somebody who is no child, by what we hold, or of whom nobody could look. Nothing is granted before staff have judged it.
        NotAChild = "not-a-child",
        /// Staff see signs that it is fraudulent or abusive.
        Fraud = "fraud",
        /// Staff find it manifestly unfounded or excessive.
        Excessive = "excessive",
    }
}

text_enum! {
    /// What staff make of a flag.
    pub enum Judgement {
        /// The request is answered as any other.
        SetAside = "set-aside",
        /// It is a ground to refuse; the person was told.
        Upheld = "upheld",
    }
}

impl FlagKind {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            FlagKind::Repeat => "More often than the law asks for",
            FlagKind::SameCorrection => "The same correction was denied lately",
            FlagKind::Flood => "Many in a short time",
            FlagKind::Abused => "The account may be in other hands",
            FlagKind::NotAChild => "The person may be no child for whom a parent decides",
            FlagKind::Fraud => "Signs of fraud or abuse",
            FlagKind::Excessive => "Unfounded or excessive",
        }
    }

    /// Whether staff raise it themselves.
    pub fn is_raised_by_staff(self) -> bool {
        matches!(self, FlagKind::Fraud | FlagKind::Excessive)
    }
}

/// Something to look at, as the database keeps it.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_flags)]
pub struct Flag {
    /// Internal.
    pub id: i64,
    /// What.
    #[diesel(deserialize_as = String)]
    pub kind: FlagKind,
    /// Sealed: the reason.
    pub reason: Vec<u8>,
    /// Which staff member raised it; otherwise a rule did.
    pub raised_by: Option<i64>,
    /// What staff made of it.
    #[diesel(deserialize_as = OptionalText<Judgement>)]
    pub judgement: Option<Judgement>,
    /// Sealed: why, as the person was told when it was found right.
    pub why: Option<Vec<u8>>,
    /// By whom.
    pub judged_by: Option<i64>,
}

/// A flag with its texts opened.
#[derive(Debug, Clone)]
pub struct OpenFlag {
    /// The flag.
    pub flag: Flag,
    /// The reason.
    pub reason: String,
    /// Why it was judged so.
    pub why: String,
}

/// The flags of a request, oldest first.
pub fn list(conn: &mut AnyConnection, keys: &Keys, request: &Request) -> AppResult<Vec<OpenFlag>> {
    let mut flags: Vec<Flag> = Flag::query()
        .filter(request_flags::request_id.eq(request.id))
        .load(conn)?;
    flags.sort_unstable_by_key(|it| it.id);
    let open =
        |sealed: Option<&[u8]>| sealed::open_text(keys, &request.reference, What::Flag, sealed);
    let mut opened = Vec::new();
    for flag in flags {
        opened.push(OpenFlag {
            reason: open(Some(&flag.reason))?,
            why: open(flag.why.as_deref())?,
            flag,
        });
    }
    Ok(opened)
}

/// Applies the rules to a request of whom it is known, and raises what they say. What is raised already stays.
pub(super) fn look(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let by = By::system_at(by);
    if let Some(reason) = how_often::repeat(conn, request, &by)? {
        raise(conn, request, FlagKind::Repeat, &reason, &by)?;
    }
    if let Some(reason) = same_correction(conn, request, &by)? {
        raise(conn, request, FlagKind::SameCorrection, &reason, &by)?;
    }
    if let Some(signs) = signs::look(conn, request.person_id, by.now)? {
        let reason = format!(
            "{} Make sure that it was the person who asks, for example by the phone, before you grant it.",
            signs.words
        );
        raise(conn, request, FlagKind::Abused, &reason, &by)?;
    }
    if let Some(reason) = how_often::flood(conn, request)? {
        raise(conn, request, FlagKind::Flood, &reason, &by)?;
    }
    Ok(())
}

/// Raises a flag for a reason; a second one of its kind is not raised.
///
/// # Errors
/// [`crate::error::AppError::Conflict`] when staff raise it on a request that is closed or has changed.
pub fn raise(
    conn: &mut AnyConnection,
    request: &Request,
    kind: FlagKind,
    reason: &str,
    by: &By<'_>,
) -> AppResult<()> {
    if by.who.staff_id().is_some() {
        if request.state.is_closed() {
            return Err(changed());
        }
        touch!(conn, request);
    }
    let known = request_flags::table
        .filter(request_flags::request_id.eq(request.id))
        .filter(request_flags::kind.eq(kind.as_str()));
    if known.count().get_result::<i64>(conn)? > 0 {
        return Ok(());
    }
    diesel::insert_into(request_flags::table)
        .values((
            request_flags::request_id.eq(request.id),
            request_flags::kind.eq(kind.as_str()),
            request_flags::reason.eq(seal(request, reason, by)),
            request_flags::raised_by.eq(by.who.staff_id()),
            request_flags::raised_at.eq(by.now),
        ))
        .execute(conn)?;
    Ok(record(
        conn,
        request,
        "request.flagged",
        json!({ "flag": kind }),
        by,
    )?)
}

/// A staff member sets a flag aside, or finds it right: then the person is told why, and can answer.
///
/// # Errors
/// [`crate::error::AppError::Conflict`] when it was judged already, or the request is closed or has changed.
pub fn judge(
    conn: &mut AnyConnection,
    request: &Request,
    flag_id: i64,
    (judgement, why): (Judgement, &str),
    by: &By<'_>,
) -> AppResult<()> {
    if request.state.is_closed() {
        return Err(changed());
    }
    let touched = touch!(conn, request);
    let open = request_flags::table
        .filter(request_flags::id.eq(flag_id))
        .filter(request_flags::request_id.eq(request.id))
        .filter(request_flags::judgement.is_null());
    let judged = diesel::update(open)
        .set((
            request_flags::judgement.eq(judgement.as_str()),
            request_flags::why.eq(seal(request, why, by)),
            request_flags::judged_by.eq(by.who.staff_id()),
            request_flags::judged_at.eq(by.now),
        ))
        .execute(conn)?;
    if judged == 0 {
        return Err(changed());
    }
    let detail = json!({ "judgement": judgement });
    record(conn, request, "request.flag_judged", detail, by)?;
    match judgement {
        Judgement::SetAside => Ok(()),
        Judgement::Upheld => post_message(conn, &touched, why, by),
    }
}

/// What comes from an account that looks abused, or for a child that is none, is granted only when a staff member has
/// looked at that.
///
/// # Errors
/// [`AppError::Conflict`] otherwise.
pub(super) fn may_be_granted(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Outcome,
) -> AppResult<()> {
    let stops = [FlagKind::Abused.as_str(), FlagKind::NotAChild.as_str()];
    let open: Option<String> = request_flags::table
        .filter(request_flags::request_id.eq(request.id))
        .filter(request_flags::kind.eq_any(stops))
        .filter(
            request_flags::judgement
                .is_null()
                .or(request_flags::judgement.eq(Judgement::Upheld.as_str())),
        )
        .select(request_flags::kind)
        .first(conn)
        .optional()?;
    let Some(kind) = open.filter(|_| outcome != Outcome::Denied) else {
        return Ok(());
    };
    let no_child = "The person may be no child, and then no parent asks for them.";
    let is_no_child = Some(no_child).filter(|_| kind == FlagKind::NotAChild.as_str());
    let why = is_no_child.unwrap_or("The account may be in other hands.");
    Err(AppError::Conflict(format!(
        "{why} Look at that first, and set the flag aside, before you grant anything."
    )))
}

fn seal(request: &Request, text: &str, by: &By<'_>) -> Vec<u8> {
    sealed::seal(&by.app.keys, &request.reference, What::Flag, text)
}

/// The same value of the same record was refused in the last six months.
fn same_correction(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
) -> AppResult<Option<String>> {
    for item in queries::list_items(conn, request.id)? {
        let denied = find_refused_lately(conn, request, &item, by.now)?;
        if let Some(reference) = denied {
            return Ok(Some(format!(
                "The same value was in {reference}, which was refused in the last six months. Look whether there is something new."
            )));
        }
    }
    Ok(None)
}

/// Whether a correction of the person was denied lately.
pub(super) fn is_denied_lately(
    conn: &mut AnyConnection,
    request: &Request,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let denied = [Outcome::Denied.as_str(), Outcome::PartlyApproved.as_str()];
    let count: i64 = requests::table
        .filter(requests::person_id.eq(request.person_id))
        .filter(requests::id.lt(request.id))
        .filter(requests::kind.eq(Kind::Correction.as_str()))
        .filter(requests::decided_at.ge(lately(now)))
        .filter(requests::closed_at.is_not_null())
        .filter(requests::outcome.eq_any(denied))
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}

fn lately(now: NaiveDateTime) -> NaiveDateTime {
    now.checked_sub_months(SAME_CORRECTION).unwrap_or(now)
}

/// The request by which the same value was refused in the six months before this one.
pub(super) fn find_refused_lately(
    conn: &mut AnyConnection,
    request: &Request,
    item: &Item,
    now: NaiveDateTime,
) -> QueryResult<Option<String>> {
    let (Some(record), Some(field)) = (&item.record, &item.field) else {
        return Ok(None);
    };
    requests::table
        .inner_join(request_items::table)
        .filter(requests::person_id.eq(request.person_id))
        .filter(requests::id.lt(request.id))
        .filter(requests::kind.eq(Kind::Correction.as_str()))
        .filter(requests::decided_at.ge(lately(now)))
        .filter(requests::closed_at.is_not_null())
        .filter(request_items::dataset.eq(&item.dataset))
        .filter(request_items::collection.eq(&item.collection))
        .filter(request_items::record.eq(record))
        .filter(request_items::field.eq(field))
        .filter(request_items::decision.eq(Decision::Refused.as_str()))
        .order(requests::id.desc())
        .select(requests::reference)
        .first(conn)
        .optional()
}

/// What a refused judgement lacks, in a sentence.
pub fn fault(judgement: Option<Judgement>, why: &str) -> Option<&'static str> {
    match judgement {
        None => Some("Choose what you make of it."),
        Some(_) if why.chars().count() > 2000 => Some("Write at most 2,000 characters."),
        Some(Judgement::Upheld) if why.trim().is_empty() => {
            Some("Write the reason, as the person is to read it.")
        }
        Some(_) => None,
    }
}
