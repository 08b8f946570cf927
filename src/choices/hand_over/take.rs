//! Taking the opt-outs of another company in.

use std::path::Path;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::file::{self, Checked, KeyOf, OptOut};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::change::{Act, Proof};
use crate::choices::model::{MadeBy, State, Subject};
use crate::choices::queries::list_current;
use crate::choices::refusable;
use crate::db::AnyConnection;
use crate::db::schema::{identities, people};
use crate::error::AppResult;

/// So many lines are taken in one transaction.
const BATCH: usize = 200;

/// What became of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Off from now on.
    pub opted_out: u64,
    /// They had been off.
    pub known: u64,
    /// The person has allowed it here since, which stays.
    pub allowed_later: u64,
    /// The register has no such choice.
    pub no_such_choice: u64,
    /// Hashed under keys that are not ours.
    pub under_other_keys: u64,
    /// Whether any stands under keys of ours.
    #[serde(skip)]
    pub has_agreed: bool,
}

impl Taken {
    fn note(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::OptedOut => &mut self.opted_out,
            Outcome::Known => &mut self.known,
            Outcome::AllowedLater => &mut self.allowed_later,
            Outcome::NoSuchChoice => &mut self.no_such_choice,
            Outcome::UnderOtherKeys => &mut self.under_other_keys,
        };
        *count += 1;
    }
}

#[derive(Debug, Clone, Copy)]
enum Outcome {
    OptedOut,
    Known,
    AllowedLater,
    NoSuchChoice,
    UnderOtherKeys,
}

/// Takes a file in that was checked. It may be repeated: what was taken is known then. With `same_keys` the keys of the
/// issuer are this portal's own.
pub fn take(app: &App, path: &Path, checked: &Checked, same_keys: bool) -> anyhow::Result<Taken> {
    let mut taken = Taken::default();
    let mut lines = file::opt_outs(path)?;
    loop {
        let batch: Vec<OptOut> = lines.by_ref().take(BATCH).collect::<anyhow::Result<_>>()?;
        if batch.is_empty() {
            break;
        }
        taken.has_agreed |= batch.iter().any(|it| it.key == KeyOf::Agreed);
        let (own, now) = (app.clone(), app.clock.now());
        let outcomes = app.db.write_now(move |conn| {
            let each = batch
                .iter()
                .map(|line| take_one(&own, conn, line, same_keys, now));
            each.collect::<AppResult<Vec<_>>>()
        });
        for outcome in outcomes? {
            taken.note(outcome);
        }
    }
    let (now, counts) = (app.clock.now(), taken.clone());
    let (issuer, receipt) = (checked.head.issuer.clone(), checked.receipt.receipt.clone());
    app.db.write_now(move |conn| {
        let event = Event {
            actor: Actor::System,
            action: "choices.taken_over",
            person: None,
            object: &receipt,
            detail: json!({ "from": issuer, "lines": counts }),
        };
        Ok(audit::record(conn, &event, now)?)
    })?;
    Ok(taken)
}

fn take_one(
    app: &App,
    conn: &mut AnyConnection,
    line: &OptOut,
    same_keys: bool,
    now: NaiveDateTime,
) -> AppResult<Outcome> {
    if line.key == KeyOf::Issuer && !same_keys {
        return Ok(Outcome::UnderOtherKeys);
    }
    if refusable::find(&app.register, &line.choice).is_err() {
        return Ok(Outcome::NoSuchChoice);
    }
    let person: Option<(i64, String)> = identities::table
        .inner_join(people::table)
        .filter(identities::hash.eq(&line.hash))
        .filter(identities::kind.eq(line.kind.as_str()))
        .select((people::id, people::pseudonym))
        .first(conn)
        .optional()?;
    let subject = match &person {
        Some((id, _)) => Subject::Person(*id),
        None => Subject::Identity(line.kind, line.hash.clone()),
    };
    let current = list_current(conn, std::slice::from_ref(&subject))?;
    let newest = current.iter().find(|it| it.activity == line.choice);
    match newest {
        Some(choice) if choice.state == State::OptedOut => return Ok(Outcome::Known),
        Some(choice) if choice.at >= line.since => return Ok(Outcome::AllowedLater),
        _ => {}
    }
    let keys = vec![line.choice.clone()];
    let act = match &person {
        Some((id, pseudonym)) => {
            let whose = (*id, pseudonym.as_str(), None);
            Act::of_account(whose, keys, State::OptedOut, MadeBy::HandedOver)
        }
        None => Act {
            proof: Proof::Never,
            ..Act::new(vec![subject], keys, State::OptedOut, MadeBy::HandedOver)
        },
    };
    act.apply(app, conn, now)?;
    Ok(Outcome::OptedOut)
}
