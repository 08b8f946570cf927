//! Appeals that came by letter, telephone or mail, which staff enter at the denied request.

use actix_web::HttpResponse;
use chrono::NaiveDate;

use super::enter_pages::day_there;
use super::sent::Sent;
use crate::accounts::guard::CaseWorker;
use crate::error::AppResult;
use crate::requests::appeal_letters::{self, AppealLetter};
use crate::requests::dates::fault_of_receipt;
use crate::requests::model::{Channel, Request};
use crate::requests::{queries, senders};

/// How an appeal comes that nobody types into the portal, as (value, words).
pub const CHANNELS: [(&str, &str); 3] = [
    ("letter", "A letter"),
    ("phone", "A telephone call"),
    ("mail", "A mail"),
];

/// Puts it on record with the day on which it came, and leads to it.
pub async fn enter(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let reference = sent.reference.clone();
    let found = sent.app.db.read(move |conn| {
        let denied = queries::find_by_reference(conn, &reference)?;
        let address = queries::find_address(conn, denied.person_id)?;
        Ok((denied, address.is_some()))
    });
    let (denied, has_address) = found.await?;
    let letter = match check(&sent, &denied, has_address) {
        Ok(letter) => letter,
        Err(faults) => return sent.refuse(&worker, faults).await,
    };
    let entered = sent.act(&worker, move |conn, denied, by| {
        appeal_letters::enter(conn, denied, &letter, by)
    });
    match entered.await {
        Ok(appeal) if has_address => sent.on_to(
            &appeal.reference,
            "The appeal is on record, and its receipt was confirmed by mail.",
        ),
        Ok(appeal) => sent.on_to(
            &appeal.reference,
            "The appeal is on record. Now confirm its receipt to them.",
        ),
        Err(error) => sent.end(&worker, Err(error)).await,
    }
}

type Fault = (&'static str, &'static str);

fn check(sent: &Sent, denied: &Request, has_address: bool) -> Result<AppealLetter, Vec<Fault>> {
    let channel = sent.text("appeal_channel");
    let is_known = CHANNELS.iter().any(|(it, _)| *it == channel);
    let channel = channel.parse::<Channel>().ok().filter(|_| is_known);
    let laws = &sent.app.laws;
    let there = &denied.residence;
    let today = laws.day_in(there, sent.app.clock.now());
    let typed = sent.text("appeal_received_on").parse::<NaiveDate>().ok();
    let received_on = typed.map(|typed| day_there(&sent.app, there, typed));
    let decided_on = denied.decided_at.map(|at| laws.day_in(there, at));
    let (words, contact) = (sent.text("appeal_words"), sent.text("appeal_contact"));
    let day = "appeal_received_on";
    let receipt = fault_of_receipt(received_on, today);
    let faults = [
        (channel.is_none(), "appeal_channel", "Choose how it came."),
        (receipt.is_some(), day, receipt.unwrap_or_default()),
        (
            received_on < decided_on && received_on.is_some(),
            day,
            "On this day nothing was denied yet.",
        ),
        (
            words.is_empty() || words.chars().count() > 4000,
            "appeal_words",
            "Write what they said, in at most 4,000 characters.",
        ),
        (
            contact.is_empty() && !has_address,
            "appeal_contact",
            "Write how we can answer them.",
        ),
        (
            contact.chars().count() > 500,
            "appeal_contact",
            "Write at most 500 characters.",
        ),
    ];
    let wrong = faults.into_iter().filter(|(is_wrong, ..)| *is_wrong);
    let wrong: Vec<_> = wrong.map(|(_, field, fault)| (field, fault)).collect();
    match (channel, received_on) {
        (Some(channel), Some(received_on)) if wrong.is_empty() => Ok(AppealLetter {
            channel,
            received_on,
            words,
            contact,
        }),
        _ => Err(wrong),
    }
}

/// They have been told, the way that the request or the appeal came, how it ended.
pub async fn told(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let told = sent.act(&worker, |conn, request, by| {
        let sender = senders::queries::find(conn, request.id)?;
        let is_kept = sender.is_some_and(|it| it.contact.is_some());
        let reach = appeal_letters::reach(conn, &by.app.keys, request)?;
        if is_kept {
            senders::told(conn, request, by)?;
        }
        if !is_kept || reach.is_some_and(|it| it.is_over) {
            appeal_letters::told(conn, request, by)?;
        }
        Ok(())
    });
    let done = told
        .await
        .map(|()| "It is noted. How to reach them was erased.");
    sent.end(&worker, done).await
}
