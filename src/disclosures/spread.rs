//! The job that spreads a cause: one notice for each recipient whom it concerns, all in one transaction.

use chrono::NaiveDateTime;

use super::causes::{self, concerned};
use super::content::{self, Handles, Told};
use super::data;
use super::messages::RecipientNotice;
use super::model::{Cause, CauseKind, Channel, Notice, NoticeState};
use super::queries::{self, Move};
use super::untold;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::jobs::{self, Job};
use crate::register::Recipient;

/// Writes the notices, and what sends them. Those that were written before are left alone.
pub fn spread(app: &App, cause_id: i64) -> AppResult<()> {
    let own = app.clone();
    app.db.write_now(move |conn| {
        let cause = queries::find_cause(conn, cause_id)?;
        let handles = content::handles(conn, &own, &cause)?;
        let told = content::told(conn, &own, &cause)?;
        if cause.kind == CauseKind::Statement && told.said.is_none() {
            return Ok(());
        }
        let now = own.clock.now();
        // Whoever does not get the data for a use need not know that the person objects to it; who was told that it
        // rests hears of the end, also where the register says otherwise by now.
        let only = told.restricted.as_ref();
        let only = only.and_then(|it| it.activity.as_ref());
        let know_it = match only {
            Some(_) => queries::list_told_before(conn, &cause)?,
            None => Vec::new(),
        };
        let everybody = untold::is_for_everybody(conn, &own, &cause)?;
        let about = (cause.kind, &*cause.object);
        let sold = untold::can_have_been_sold(conn, &own, &cause)?;
        for recipient in concerned(&own.register, about, everybody) {
            if !sold && untold::buys_alone(&own.register, recipient) {
                continue;
            }
            let is_for_it = only.is_none_or(|it| recipient.activities.contains(it));
            if !is_for_it && !know_it.contains(&recipient.key) {
                continue;
            }
            let told = told.clone().to(&recipient.key);
            let is_about_data = !told.changed.is_empty() || !told.kept.is_empty();
            if data::are_named(cause.kind) && !is_about_data {
                continue;
            }
            let Some(notice) = queries::insert(conn, &cause, recipient, now)? else {
                continue;
            };
            replace_earlier(conn, &own, (&notice, &cause), now)?;
            match notice.channel {
                Channel::Webhook => {
                    let job = Job::CallRecipient {
                        notice_id: notice.id,
                    };
                    jobs::enqueue(conn, &job, now)?;
                }
                Channel::Mail => mail(conn, &own, (&notice, &cause), (recipient, told), &handles)?,
                Channel::Feed | Channel::Desk => {}
            }
        }
        Ok(())
    })?;
    app.wake.notify_one();
    Ok(())
}

/// Ends what the recipient was told before of the same person and has not answered, where nothing is left of it: nobody
/// is to be chased for a choice that no longer holds.
fn replace_earlier(
    conn: &mut AnyConnection,
    app: &App,
    (notice, cause): (&Notice, &Cause),
    now: NaiveDateTime,
) -> AppResult<()> {
    let (Some(person_id), CauseKind::OptOut | CauseKind::OptIn) = (cause.person_id, cause.kind)
    else {
        return Ok(());
    };
    for (earlier, its_cause) in queries::list_unanswered(conn, person_id, notice)? {
        if causes::is_void(conn, &app.register, &its_cause, &notice.recipient)? {
            // One that is answered at this moment is settled so.
            queries::advance(conn, &earlier, &Move::to(NoticeState::Replaced), now)?;
        }
    }
    Ok(())
}

fn mail(
    conn: &mut AnyConnection,
    app: &App,
    (notice, cause): (&Notice, &Cause),
    (recipient, told): (&Recipient, Told),
    handles: &Handles,
) -> AppResult<()> {
    let Some(address) = &recipient.contact else {
        return Ok(());
    };
    let now = app.clock.now();
    let message = RecipientNotice {
        recipient: recipient.name.clone(),
        kind: cause.kind,
        people: [&handles.emails[..], &handles.phones[..]].concat(),
        purposes: content::purposes(&app.register, cause, &recipient.key),
        told,
        due_on: cause.due_on,
        warns_within: recipient.warns_within,
        answer: format!("/notices/{}", notice.key),
    };
    app.mailer.enqueue(conn, address, &message, now)?;
    let sent = Move::to(NoticeState::Sent);
    queries::advance(conn, notice, &sent, now)?;
    Ok(())
}
