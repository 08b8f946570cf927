//! One act on choices: planned on what was read, proved and told of, then written at once.
//!
//! Signing the receipt and rendering the mail come before the transaction, so that the one writer of SQLite
//! only inserts rows. If another change comes first, the unique number refuses the rows and the act is
//! planned again.

use chrono::{NaiveDate, NaiveDateTime};

use super::budget;
use super::model::{Choice, MadeBy, State, Subject};
use super::plan::Plan;
use super::proof::Scope;
use super::stand::Stand;
use crate::accounts::guard::Person;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::requests::model::Channel;

/// So often an act is planned before it gives way to others.
const ATTEMPTS: usize = 5;

/// When an act leaves a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Never.
    Never,
    /// When it changed something.
    OfChange,
    /// Each time, so that the answer does not tell whether something was changed.
    OfEach,
}

/// How and when the word came on which staff act.
#[derive(Debug, Clone, Copy)]
pub struct Received {
    /// By telephone, letter or mail.
    pub channel: Channel,
    /// On which day.
    pub on: NaiveDate,
}

/// What was chosen before under identities of a person, and holds for their account from now on.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// The first of these choices.
    pub first: Choice,
    /// The identities, as kinds and keyed hashes, for which recipients know of it.
    pub known_for: Vec<String>,
    /// Whether recipients know the person by no others.
    pub is_known: bool,
}

/// What is to be chosen, for whom and by what.
#[derive(Debug, Clone)]
pub struct Act {
    /// Whose choices.
    pub subjects: Vec<Subject>,
    /// Whether nothing can be on record of them: a browser whose pseudonym was made just now.
    pub are_new: bool,
    /// By what was typed for some of them, recipients know whom it is about: an e-mail address, or a number in E.164.
    pub typed: Vec<(Subject, String)>,
    /// Which: see [`super::refusable`].
    pub keys: Vec<String>,
    /// On or off.
    pub state: State,
    /// What brings it about.
    pub made_by: MadeBy,
    /// How far it reaches, as the receipt says it.
    pub scope: Scope,
    /// Stands for the person in the audit log; none for visitors.
    pub pseudonym: Option<String>,
    /// Who acts on the person's word, by id.
    pub staff_id: Option<i64>,
    /// Whether nobody acts, so that the audit log names the portal itself.
    pub is_by_system: bool,
    /// How and when their word came.
    pub received: Option<Received>,
    /// What of it was chosen before: it keeps its day, and recipients who know of it are not told again.
    pub repeats: Vec<Repeat>,
    /// Whose the receipt is; none for visitors.
    pub owner: Option<i64>,
    /// When it leaves a receipt.
    pub proof: Proof,
    /// Who is told of a change.
    pub mail_to: Option<String>,
    /// From which network the address was typed in, if it was: it bounds what mails somebody can cause.
    pub mail_from: Option<String>,
}

/// What an act came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether anything was changed.
    pub changed: bool,
    /// Whether a consent was among what was changed.
    pub replaced_consent: bool,
    /// The id of the receipt.
    pub receipt: Option<String>,
}

impl Act {
    /// The day from which terms count: that of its receipt.
    pub(super) fn received_on(&self, now: NaiveDateTime) -> NaiveDate {
        self.received.map_or(now.date(), |it| it.on)
    }

    /// Those of whom something may be on record.
    fn to_look_up(&self) -> Vec<Subject> {
        if self.are_new {
            return Vec::new();
        }
        self.subjects.clone()
    }

    /// What of a choice was chosen before.
    pub(super) fn repeated(&self, key: &str) -> Option<&Repeat> {
        self.repeats.iter().find(|it| it.first.activity == key)
    }

    /// An act of somebody of whom no more is known: a change leaves a receipt, and nobody is told by mail.
    pub fn new(subjects: Vec<Subject>, keys: Vec<String>, state: State, made_by: MadeBy) -> Act {
        Act {
            subjects,
            are_new: false,
            typed: Vec::new(),
            keys,
            state,
            made_by,
            scope: Scope::Identity,
            pseudonym: None,
            staff_id: None,
            is_by_system: false,
            received: None,
            repeats: Vec::new(),
            owner: None,
            proof: Proof::OfChange,
            mail_to: None,
            mail_from: None,
        }
    }

    /// An act for a person's own account.
    pub fn of_person(person: &Person, keys: Vec<String>, state: State, made_by: MadeBy) -> Act {
        let Person {
            id,
            pseudonym,
            email,
            ..
        } = person;
        Act::of_account((*id, pseudonym, Some(email)), keys, state, made_by)
    }

    /// The same by id, pseudonym and the address, if any, of somebody who is not signed in.
    pub fn of_account(
        (id, pseudonym, mail_to): (i64, &str, Option<&str>),
        keys: Vec<String>,
        state: State,
        made_by: MadeBy,
    ) -> Act {
        Act {
            scope: Scope::Account,
            pseudonym: Some(pseudonym.to_owned()),
            owner: Some(id),
            mail_to: mail_to.map(str::to_owned),
            ..Act::new(vec![Subject::Person(id)], keys, state, made_by)
        }
    }

    /// Carries the act out in the caller's transaction; gives the id of the receipt.
    pub fn apply(
        &self,
        app: &App,
        conn: &mut AnyConnection,
        now: NaiveDateTime,
    ) -> AppResult<Option<String>> {
        let stand = Stand::read(conn, &self.to_look_up(), now.date())?;
        let Some(plan) = Plan::make(app, self, &stand, now)? else {
            return Ok(None);
        };
        plan.write(app, conn)?;
        Ok(plan.outcome().receipt)
    }

    /// Carries the act out: in effect, on record, proved and told of in one transaction.
    pub async fn carry_out(self, app: &App) -> AppResult<Outcome> {
        let carried_out = self.carry_out_for(app, None).await?;
        Ok(carried_out.expect("what no network bounds is carried out"))
    }

    /// The same for somebody in a network; none, and nothing is written, when the network's [budget] is spent.
    ///
    /// [budget]: super::budget
    pub async fn carry_out_for(
        self,
        app: &App,
        network: Option<String>,
    ) -> AppResult<Option<Outcome>> {
        for _ in 0..ATTEMPTS {
            let (subjects, now) = (self.to_look_up(), app.clock.now());
            if network.as_ref().is_some_and(|it| app.spent.has(it, now)) {
                return Ok(None);
            }
            let stand = app
                .db
                .look_up(move |conn| Ok(Stand::read(conn, &subjects, now.date())?));
            let stand = stand.await?;
            let Some(plan) = Plan::make(app, &self, &stand, now)? else {
                return Ok(Some(Outcome {
                    changed: false,
                    replaced_consent: false,
                    receipt: None,
                }));
            };
            let (outcome, own_app, from) = (plan.outcome(), app.clone(), network.clone());
            let written = app.db.write_repeatable(move |conn| {
                plan.write(&own_app, conn)?;
                match &from {
                    Some(network) => budget::count(&own_app, conn, network, now),
                    None => Ok(()),
                }
            });
            match written.await {
                Err(AppError::Conflict(_)) => {}
                written => {
                    written?;
                    app.wake.notify_one();
                    return Ok(Some(outcome));
                }
            }
        }
        Err(AppError::conflict(
            "This choice was changed several times at this moment.",
        ))
    }
}
