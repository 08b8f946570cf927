//! Shortly before its date a request of which nobody knows who asks: the denial for that, as it would be sent, for staff
//! to propose (11 CCR 7021(b)). Nothing is sent by itself.

use chrono::TimeDelta;

use super::case::Case;
use crate::app::App;
use crate::law::Cause;
use crate::requests::model::{Outcome, State};
use crate::requests::reminders::UNVERIFIED_BEFORE;
use crate::requests::review::Judgement;
use crate::requests::senders::model::{Degree, Sender, Wants};
use crate::requests::{dates, denial, pause};

/// Whoever asks has had so long to show who they are before the denial stands ready, however late a letter was entered.
const TIME_TO_PROVE: TimeDelta = TimeDelta::days(5);

/// What a denial for this says to the person; the mail has the rest that the law asks for.
pub(super) const UNVERIFIED: &str =
    "We could not make sure that the request comes from the person whose data it is about.";

/// What is put before staff.
#[derive(Debug, Clone)]
pub struct Unverified {
    /// The code of the law's ground.
    ground: String,
    /// Where that stands.
    pub cite: String,
    /// What the person would read of the case.
    pub reason: String,
    /// Whether who asks is known well enough for the categories of data, which the law has us answer then.
    pub is_known_for_less: bool,
}

impl Unverified {
    /// What is to be put before staff of a request, once its date is near.
    pub fn of(app: &App, case: &Case) -> Option<Self> {
        let request = &case.details.request;
        let sender = case.sender.as_ref().filter(|it| it.wants.needs_proof())?;
        let left = dates::days_left(&app.laws, request, app.clock.now());
        let is_near = u64::try_from(left).map_or(true, |left| left <= UNVERIFIED_BEFORE);
        // Where the clock stands still meanwhile, no date comes near.
        let runs = !pause::is_on(&app.laws, request);
        let had_time = app.clock.now() - request.created_at >= TIME_TO_PROVE;
        if request.state != State::Verifying || !is_near || !runs || !had_time {
            return None;
        }
        let ground = denial::ground_for(&app.laws, request, Cause::Unverified)?;
        let points = usize::try_from(sender.points).unwrap_or_default();
        Some(Unverified {
            ground: ground.code,
            cite: ground.cite,
            reason: reason(sender),
            is_known_for_less: sender.wants == Wants::Pieces
                && points >= Degree::Reasonable.points(),
        })
    }

    /// What staff have typed in place of what stands ready.
    pub fn reason_or<'a>(&'a self, typed: &'a str) -> &'a str {
        if typed.is_empty() {
            &self.reason
        } else {
            typed
        }
    }

    /// It as a judgement, for a look at what the person would read.
    pub fn judgement(&self) -> Judgement {
        Judgement {
            items: Vec::new(),
            outcome: Some(Outcome::Denied),
            ground: self.ground.clone(),
            reason: self.reason.clone(),
            restricts: String::new(),
        }
    }
}

/// It tells nothing of what is held, and repeats nothing that the law's ground says beside it.
fn reason(sender: &Sender) -> String {
    let what_failed = if sender.email.is_some() && sender.mailbox_at.is_none() {
        "Nobody followed the link in the mail that we sent for that."
    } else if sender.attempts > 0 {
        "What was typed for that was not enough to be sure."
    } else {
        UNVERIFIED
    };
    what_failed.to_owned()
}
