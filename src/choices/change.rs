//! One act on choices: planned on what was read, proved and told of, then written at once.
//!
//! Signing the receipt and rendering the mail come before the transaction, so that the one writer of SQLite
//! only inserts rows. If another change comes first, the unique number refuses the rows and the act is
//! planned again.

use chrono::NaiveDateTime;
use serde_json::{Value, json};

use super::messages::ChoiceChanged;
use super::model::{Choice, MadeBy, NewChoice, State, Subject, no_solicit_until};
use super::{queries, refusable};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt, Receipt};
use crate::audit::{self, Actor, Event};
use crate::db::{AnyConnection, text_enum};
use crate::error::{AppError, AppResult};
use crate::mail;

/// So often an act is planned before it gives way to others.
const ATTEMPTS: usize = 5;

text_enum! {
    /// How far an act reaches.
    pub enum Scope {
        /// The account: every device and channel.
        Account = "account",
        /// This browser.
        Browser = "browser",
        /// Whoever has the address, and this browser.
        EmailAndBrowser = "email-and-browser",
    }
}

/// When an act leaves a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Never.
    None,
    /// When it changed something.
    OfChange,
    /// Each time, so that the answer does not tell whether something was changed.
    OfEach,
}

/// What is to be chosen, for whom and by what.
#[derive(Debug, Clone)]
pub struct Act {
    /// Whose choices.
    pub subjects: Vec<Subject>,
    /// Which: see [`refusable`].
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
    /// Whose the receipt is; none for visitors.
    pub owner: Option<i64>,
    /// When it leaves a receipt.
    pub proof: Proof,
    /// Who is told of a change.
    pub mail_to: Option<String>,
}

/// What an act came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether anything was changed.
    pub changed: bool,
    /// The id of the receipt.
    pub receipt: Option<String>,
}

impl Act {
    /// An act for a person's own account.
    pub fn of_person(person: &Person, keys: Vec<String>, state: State, made_by: MadeBy) -> Act {
        Act {
            subjects: vec![Subject::Person(person.id)],
            keys,
            state,
            made_by,
            scope: Scope::Account,
            pseudonym: Some(person.pseudonym.clone()),
            staff_id: None,
            owner: Some(person.id),
            proof: Proof::OfChange,
            mail_to: Some(person.email.clone()),
        }
    }

    /// Carries the act out: in effect, on record, proved and told of in one transaction.
    pub async fn carry_out(self, app: &App) -> AppResult<Outcome> {
        for _ in 0..ATTEMPTS {
            let subjects = self.subjects.clone();
            let current = app
                .db
                .read(move |conn| Ok(queries::list_current(conn, &subjects)?));
            let plan = self.plan(app, &current.await?, app.clock.now())?;
            let Some(plan) = plan else {
                return Ok(Outcome {
                    changed: false,
                    receipt: None,
                });
            };
            let outcome = plan.outcome();
            match app.db.write(move |conn| plan.write(conn)).await {
                Err(AppError::Conflict(_)) => {}
                written => {
                    written?;
                    app.wake.notify_one();
                    return Ok(outcome);
                }
            }
        }
        Err(AppError::conflict(
            "This choice was changed several times at this moment.",
        ))
    }

    /// What the act would write; none when nothing is to be changed or proved.
    pub(super) fn plan(
        &self,
        app: &App,
        current: &[Choice],
        now: NaiveDateTime,
    ) -> AppResult<Option<Plan>> {
        let mut changes = self.changes(app, current, now);
        if changes.is_empty() && self.proof != Proof::OfEach {
            return Ok(None);
        }
        let receipt = (self.proof != Proof::None).then(|| self.sign(app, &changes, now));
        for change in &mut changes {
            change.receipt_id = receipt.as_ref().map(|it| it.id.clone());
        }
        let mail = self.tell(app, &changes, receipt.as_ref(), now)?;
        let replaced_consent = current.iter().any(|it| it.state != self.state);
        Ok(Some(Plan {
            pseudonym: self.pseudonym.clone(),
            staff_id: self.staff_id,
            by_visitor: self.owner.is_none(),
            detail: json!({
                "choices": self.affected(&changes),
                "state": self.state,
                "made_by": self.made_by,
                "scope": self.scope,
                "replaced_consent": replaced_consent && self.state == State::OptedOut,
            }),
            changes,
            receipt,
            mail,
            now,
        }))
    }

    fn changes(&self, app: &App, current: &[Choice], now: NaiveDateTime) -> Vec<NewChoice> {
        let mut changes = Vec::new();
        for subject in &self.subjects {
            let name = subject.to_string();
            for key in &self.keys {
                let newest = current
                    .iter()
                    .find(|it| it.subject == name && it.activity == *key);
                let holds = match newest {
                    Some(choice) => choice.state == self.state,
                    // A refusal and a consent are worth recording even where they hold by default.
                    None => self.state == State::OptedIn && !needs_consent(app, key),
                };
                if !holds {
                    changes.push(NewChoice {
                        subject: name.clone(),
                        person_id: subject.person_id(),
                        activity: key.clone(),
                        number: newest.map_or(1, |it| it.number + 1),
                        state: self.state.as_str(),
                        at: now,
                        made_by: self.made_by.as_str(),
                        policy_version: None,
                        no_solicit_until: no_solicit_until(self.state, now),
                        receipt_id: None,
                    });
                }
            }
        }
        changes
    }

    /// The keys that a receipt names: what was changed, or everything asked for when it must not tell the two apart.
    fn affected(&self, changes: &[NewChoice]) -> Vec<&str> {
        let keys = self.keys.iter().map(String::as_str);
        keys.filter(|key| {
            self.proof == Proof::OfEach || changes.iter().any(|it| it.activity == *key)
        })
        .collect()
    }

    fn outcomes(&self, app: &App, changes: &[NewChoice]) -> Vec<String> {
        let affected = self.affected(changes);
        let all = refusable::refusables(&app.register);
        let named = all.iter().filter(|it| affected.contains(&it.key));
        named.map(|it| it.outcome(self.state)).collect()
    }

    fn sign(&self, app: &App, changes: &[NewChoice], now: NaiveDateTime) -> Receipt {
        let affected = self.affected(changes);
        let new = NewReceipt {
            issuer: &app.site.organisation,
            person_id: self.owner,
            kind: "choice",
            object: if let [key] = affected[..] {
                key
            } else {
                "choices"
            },
            facts: json!({
                "outcome": self.outcomes(app, changes),
                "choices": affected,
                "state": self.state,
                "made_by": self.made_by,
                "scope": self.scope,
                "in_effect_since": now.and_utc().to_rfc3339(),
            }),
        };
        receipts::sign(&app.keys, &new, now)
    }

    /// The mail about a change; a browser has no address.
    fn tell(
        &self,
        app: &App,
        changes: &[NewChoice],
        receipt: Option<&Receipt>,
        now: NaiveDateTime,
    ) -> AppResult<Option<mail::Prepared>> {
        let concerns_address = |it: &NewChoice| !it.subject.starts_with("browser:");
        let (Some(address), Some(receipt)) = (&self.mail_to, receipt) else {
            return Ok(None);
        };
        if !changes.iter().any(concerns_address) {
            return Ok(None);
        }
        let message =
            ChoiceChanged::new(self.made_by, self.outcomes(app, changes), &receipt.id, now);
        app.mailer.prepare(address, &message).map(Some)
    }
}

fn needs_consent(app: &App, key: &str) -> bool {
    refusable::find(&app.register, key).is_ok_and(|it| it.needs_consent)
}

/// All rows of one act.
#[derive(Debug)]
pub(super) struct Plan {
    pseudonym: Option<String>,
    staff_id: Option<i64>,
    by_visitor: bool,
    detail: Value,
    changes: Vec<NewChoice>,
    receipt: Option<Receipt>,
    mail: Option<mail::Prepared>,
    now: NaiveDateTime,
}

impl Plan {
    fn outcome(&self) -> Outcome {
        Outcome {
            changed: !self.changes.is_empty(),
            receipt: self.receipt.as_ref().map(|it| it.id.clone()),
        }
    }

    /// Writes everything, or fails with a conflict when another change came first.
    pub(super) fn write(&self, conn: &mut AnyConnection) -> AppResult<()> {
        if !self.changes.is_empty() && !queries::append(conn, &self.changes)? {
            return Err(AppError::conflict(
                "This choice was changed at the same moment.",
            ));
        }
        if let Some(receipt) = &self.receipt {
            receipts::keep(conn, receipt)?;
        }
        if let Some(mail) = &self.mail {
            mail.write(conn, self.now)?;
        }
        let event = Event {
            actor: match (self.staff_id, &self.pseudonym) {
                (Some(id), _) => Actor::Staff(id),
                (None, Some(pseudonym)) if !self.by_visitor => Actor::Person(pseudonym),
                _ => Actor::Visitor,
            },
            action: if self.changes.is_empty() {
                "choice.repeated"
            } else {
                "choice.changed"
            },
            person: self.pseudonym.as_deref(),
            object: self.receipt.as_ref().map_or("browser", |it| &it.id),
            detail: self.detail.clone(),
        };
        Ok(audit::record(conn, &event, self.now)?)
    }
}
