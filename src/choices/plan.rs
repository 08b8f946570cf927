//! The rows that an act will write.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::change::{Act, Outcome, Proof};
use super::handles::Kept;
use super::messages::ChoiceChanged;
use super::model::{Choice, MadeBy, NewChoice, State, no_solicit_until};
use super::proof::{Facts, KIND};
use super::refusable::SALE_OR_SHARING;
use super::stand::Stand;
use super::{handles, minors, queries, refusable, signal};
use crate::accounts::limits::Limit;
use crate::accounts::session_store;
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt, Receipt};
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::disclosures::causes::{self, Prepared, Whose};
use crate::disclosures::model::CauseKind;
use crate::error::{AppError, AppResult};
use crate::law::Decides;
use crate::mail;

/// So many mails can somebody cause who is not signed in. Beyond it the choice still holds; only the mail is left out.
const MAILS: Limit = Limit {
    purpose: "opt-out mails",
    max: 30,
    max_in_demo: 10_000,
    window: TimeDelta::hours(1),
};

/// All rows of one act.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of the act")]
pub(super) struct Plan {
    pseudonym: Option<String>,
    staff_id: Option<i64>,
    by_visitor: bool,
    by_system: bool,
    /// Whether anything stands otherwise than before; else it is asked for again.
    turns: bool,
    replaced_consent: bool,
    detail: Value,
    changes: Vec<NewChoice>,
    receipt: Option<Receipt>,
    mail: Option<mail::Prepared>,
    causes: Vec<Prepared>,
    handles: Vec<Kept>,
    mail_from: Option<String>,
    now: NaiveDateTime,
}

impl Plan {
    /// What the act would write; none when nothing is to be changed or proved.
    pub(super) fn make(
        app: &App,
        act: &Act,
        stand: &Stand,
        now: NaiveDateTime,
    ) -> AppResult<Option<Plan>> {
        let mut changes = changes(app, act, stand, now);
        if changes.is_empty() && act.proof != Proof::OfEach {
            return Ok(None);
        }
        let facts = facts(app, act, stand, &changes);
        let receipt = (act.proof != Proof::Never).then(|| sign(app, act, &facts, now));
        for change in &mut changes {
            change.receipt_id = receipt.as_ref().map(|it| it.id.clone());
        }
        let was = |it: &NewChoice| stand.newest(&it.subject, &it.activity).map(|it| it.state);
        let turned = changes.iter().filter(|it| was(it) != Some(act.state));
        let turned: Vec<_> = turned.collect();
        let is_news = |it: &&&NewChoice| {
            let was_off = act.made_by.is_request() && act.state == State::OptedOut;
            !(act.made_by.keeps_off() || was_off && stand.was_never_on(app, it))
        };
        let to_tell = turned.iter().filter(is_news).copied();
        let replaced_consent =
            act.state == State::OptedOut && turned.iter().any(|it| it.number > 1);
        let causes = causes(app, act, to_tell, now);
        Ok(Some(Plan {
            pseudonym: act.pseudonym.clone(),
            staff_id: act.staff_id,
            by_visitor: act.owner.is_none(),
            by_system: act.is_by_system
                || matches!(
                    act.made_by,
                    MadeBy::HandedOver | MadeBy::Monitor | MadeBy::Deletion
                ),
            replaced_consent,
            detail: detail(act, &facts, replaced_consent),
            mail: tell(app, (act, stand), &changes, facts, receipt.as_ref(), now)?,
            handles: handles::to_keep(&app.keys, &act.typed, (&changes, &causes)),
            causes,
            turns: !turned.is_empty(),
            mail_from: act.mail_from.clone(),
            changes,
            receipt,
            now,
        }))
    }

    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            changed: self.turns,
            replaced_consent: self.replaced_consent,
            receipt: self.receipt.as_ref().map(|it| it.id.clone()),
        }
    }

    /// Writes everything, or fails with a conflict when another change came first.
    pub(super) fn write(&self, app: &App, conn: &mut AnyConnection) -> AppResult<()> {
        if !self.changes.is_empty() && !queries::append(conn, &self.changes)? {
            return Err(AppError::conflict(
                "This choice was changed at the same moment.",
            ));
        }
        for cause in &self.causes {
            cause.write(conn)?;
        }
        handles::keep(conn, &self.handles)?;
        for change in self.changes.iter().filter(|it| it.number > 1) {
            // Sessions must look at the signal again, for what became of it there may no longer hold.
            if let (Some(person_id), SALE_OR_SHARING) = (change.person_id, &*change.activity) {
                session_store::forget(conn, person_id, signal::MARK)?;
            }
        }
        if let Some(receipt) = &self.receipt {
            receipts::keep(conn, receipt)?;
        }
        if let Some(mail) = &self.mail
            && self.may_mail(app, conn)?
        {
            mail.write(conn)?;
        }
        let event = Event {
            actor: self.actor(),
            action: if self.turns {
                "choice.changed"
            } else {
                "choice.repeated"
            },
            person: self.pseudonym.as_deref(),
            object: self.receipt.as_ref().map_or("browser", |it| &it.id),
            detail: self.detail.clone(),
        };
        Ok(audit::record(conn, &event, self.now)?)
    }

    fn actor(&self) -> Actor<'_> {
        if self.by_system {
            return Actor::System;
        }
        match (self.staff_id, &self.pseudonym) {
            (Some(id), _) => Actor::Staff(id),
            (None, Some(pseudonym)) if !self.by_visitor => Actor::Person(pseudonym),
            _ => Actor::Visitor,
        }
    }

    fn may_mail(&self, app: &App, conn: &mut AnyConnection) -> AppResult<bool> {
        let Some(network) = &self.mail_from else {
            return Ok(true);
        };
        MAILS.allows(app, conn, network, self.now)
    }
}

fn changes(app: &App, act: &Act, stand: &Stand, now: NaiveDateTime) -> Vec<NewChoice> {
    let mut changes = Vec::new();
    for subject in &act.subjects {
        let name = subject.to_string();
        for key in &act.keys {
            let newest = stand.newest(&name, key);
            let from = match (act.made_by, newest) {
                (MadeBy::Residence | MadeBy::Moved, _) | (MadeBy::Age, None) => None,
                // As long as for anybody who refused it then: the age that made it longer was wrong.
                (MadeBy::Age, Some(choice)) => Some(choice.at.date()),
                _ => Some(act.received_on(now)),
            };
            let quiet_until =
                from.and_then(|day| no_solicit_until(act.state, day, stand.sixteen_on));
            let renews = |choice: &Choice| {
                act.state == State::OptedOut
                    && act.made_by.renews()
                    && quiet_until > choice.no_solicit_until
            };
            let holds = match newest {
                // Who turns out to be a child is not asked before they are 16, even if they had opted out.
                Some(choice) if act.made_by == MadeBy::Law => {
                    choice.state == act.state && choice.no_solicit_until >= quiet_until
                }
                Some(choice) => {
                    choice.state == act.state && act.made_by != MadeBy::Age && !renews(choice)
                }
                // A refusal and a consent are worth recording even where they hold by default.
                None => act.state == State::OptedIn && !needs_consent(app, key),
            };
            if holds {
                continue;
            }
            // What was allowed meanwhile is off from now on alone.
            let is_first = |it: &&Choice| newest.is_none_or(|newest| newest.at < it.at);
            let first = act.repeated(key).map(|it| &it.first).filter(is_first);
            let quiet_until = match first {
                Some(first) => first.no_solicit_until.max(stand.sixteen_on),
                None => quiet_until,
            };
            changes.push(NewChoice {
                subject: name.clone(),
                person_id: subject.person_id(),
                activity: key.clone(),
                number: newest.map_or(1, |it| it.number + 1),
                state: act.state.as_str(),
                at: first.map_or(now, |it| it.at),
                made_by: act.made_by.as_str(),
                policy_version: stand.policy_version.clone(),
                no_solicit_until: quiet_until,
                receipt_id: None,
                channel: act.received.map(|it| it.channel.to_string()),
                received_on: act.received.map(|it| it.on),
            });
        }
    }
    changes
}

/// What recipients are to be told: what was changed for somebody whom they can know, and not what they know. A browser's
/// pseudonym is ours alone.
fn causes<'a>(
    app: &App,
    act: &Act,
    changes: impl Iterator<Item = &'a NewChoice>,
    now: NaiveDateTime,
) -> Vec<Prepared> {
    let known_for = |change: &NewChoice| {
        let repeated = act.repeated(&change.activity);
        repeated.map_or(&[][..], |it| &it.known_for[..])
    };
    let is_known = |change: &&NewChoice| {
        let repeated = act.repeated(&change.activity);
        repeated.is_some_and(|it| it.is_known)
    };
    let untold: Vec<_> = changes.filter(|it| !is_known(it)).collect();
    let of_subjects = untold
        .chunk_by(|one, other| one.subject == other.subject && known_for(one) == known_for(other));
    let causes = of_subjects.filter_map(|changes| {
        let typed = act.typed.iter();
        let mut typed = typed.filter(|(subject, _)| subject.to_string() == changes[0].subject);
        let whose = match changes[0].person_id {
            Some(id) => Whose::Person(id),
            None => Whose::Handle(typed.next()?.1.clone()),
        };
        let kind = match act.state {
            State::OptedOut => CauseKind::OptOut,
            State::OptedIn => CauseKind::OptIn,
        };
        let keys: Vec<_> = changes.iter().map(|it| &*it.activity).collect();
        let due_on = match act.received {
            Some(it) => causes::opt_out_due_from(app, it.on).max(now.date()),
            None => causes::opt_out_due(app, now),
        };
        let cause = causes::prepare(app, (kind, &whose), keys.join(" "), due_on, now)?;
        Some(cause.known_for(known_for(changes[0])))
    });
    causes.collect()
}

/// What the audit log says of it.
fn detail(act: &Act, facts: &Facts, replaced_consent: bool) -> Value {
    let mut detail = json!({
        "choices": facts.choices,
        "state": facts.state,
        "made_by": facts.made_by,
        "scope": facts.scope,
        "replaced_consent": replaced_consent,
    });
    if let Some(received) = act.received {
        detail["channel"] = json!(received.channel);
        detail["received_on"] = json!(received.on);
    }
    detail
}

pub(super) fn needs_consent(app: &App, key: &str) -> bool {
    refusable::find(&app.register, key).is_ok_and(|it| it.needs_consent)
}

/// What was changed, or everything asked for when the two must look the same.
fn facts(app: &App, act: &Act, stand: &Stand, changes: &[NewChoice]) -> Facts {
    let is_named = |key: &str| {
        act.keys.iter().any(|it| it == key)
            && (act.proof == Proof::OfEach || changes.iter().any(|it| it.activity == key))
    };
    let all = refusable::refusables(&app.register);
    let named: Vec<_> = all.iter().filter(|it| is_named(it.key)).collect();
    Facts {
        outcome: named.iter().map(|it| it.outcome(act.state)).collect(),
        choices: named.iter().map(|it| it.key.to_owned()).collect(),
        state: act.state,
        made_by: act.made_by,
        scope: act.scope,
        policy_version: stand.policy_version.clone(),
    }
}

fn sign(app: &App, act: &Act, facts: &Facts, now: NaiveDateTime) -> Receipt {
    let new = NewReceipt {
        issuer: &app.site.organisation,
        person_id: act.owner,
        kind: KIND,
        object: match &facts.choices[..] {
            [key] => key,
            _ => "choices",
        },
        facts: json!(facts),
    };
    receipts::sign(&app.keys, &new, now)
}

/// The mail about a change; a browser has no address.
fn tell(
    app: &App,
    (act, stand): (&Act, &Stand),
    changes: &[NewChoice],
    facts: Facts,
    receipt: Option<&Receipt>,
    now: NaiveDateTime,
) -> AppResult<Option<mail::Prepared>> {
    let (Some(address), Some(receipt)) = (&act.mail_to, receipt) else {
        return Ok(None);
    };
    if changes.iter().all(|it| it.subject.starts_with("browser:")) {
        return Ok(None);
    }
    let ages = minors::ages(app, &stand.residence);
    let is_for_others = ages.decides(stand.sixteen_on, now.date()) != Decides::Person;
    let is_protected = |key: &String| {
        refusable::find(&app.register, key).is_ok_and(|it| minors::is_protected(&it))
    };
    let is_for_others = is_for_others && facts.choices.iter().any(is_protected);
    let message = ChoiceChanged::new(
        facts,
        is_for_others,
        &receipt.id,
        (now, app.laws.zone(&stand.residence)),
    );
    app.mailer.prepare(address, &message, now).map(Some)
}
