//! Writing the file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;
use tempfile::NamedTempFile;

use super::file::{FORMAT, Head, KIND, KeyOf, OptOut, Writer};
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::identity_hash;
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt};
use crate::audit::{self, Actor, Event};
use crate::choices::feed::by_subject;
use crate::choices::handles;
use crate::choices::model::{Choice, State, Subject};
use crate::choices::queries::{list_current, list_opt_outs_after};
use crate::db::AnyConnection;
use crate::db::schema::identities;
use crate::disclosures::causes::{self, Whose};
use crate::keys::hmac_hex;

/// So many choices are read at once.
const BATCH: i64 = 1_000;

/// The keys that the other company gave, one for each kind of identity.
pub type AgreedKeys = HashMap<IdentityKind, Vec<u8>>;

/// What was written.
#[derive(Debug, Default)]
pub struct Given {
    /// So many opt-outs.
    pub lines: u64,
    /// So many of these under our own keys, by the kind of identity.
    pub under_own_keys: BTreeMap<&'static str, u64>,
    /// The id of the receipt.
    pub receipt: String,
}

struct Giver<'a> {
    app: &'a App,
    agreed: Option<&'a AgreedKeys>,
    writer: Writer<BufWriter<NamedTempFile>>,
    given: Given,
    /// Our own hashes of addresses that were written under the agreed keys.
    named: HashSet<String>,
}

/// Writes every opt-out that holds into a new file that only this user can read; the file is there when it is whole.
pub fn give(
    app: &App,
    to: &str,
    agreed: Option<&AgreedKeys>,
    path: &Path,
) -> anyhow::Result<Given> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .with_context(|| format!("cannot write {}", path.display()))?;
    let now = app.clock.now();
    let head = Head {
        format: FORMAT.to_owned(),
        version: 1,
        issuer: app.site.organisation.clone(),
        to: to.to_owned(),
        made_at: now.and_utc(),
    };
    let mut giver = Giver {
        app,
        agreed,
        writer: Writer::begin(BufWriter::new(file), &head)?,
        given: Given::default(),
        named: HashSet::new(),
    };
    if agreed.is_some() {
        giver.add_known_addresses()?;
        giver.add_kept_handles()?;
    }
    giver.add_all()?;
    giver.end(to, path, now)
}

impl Giver<'_> {
    fn add_all(&mut self) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let read = self.app.db.read_now(|conn| {
                let found = list_opt_outs_after(conn, after, BATCH)?;
                let people = found.iter().filter_map(|it| it.person_id).collect();
                let claimed = claimed(conn, &found)?;
                Ok((identities_of(conn, people)?, claimed, found))
            });
            let (known, claimed, found) = read?;
            let Some(last) = found.last() else {
                return Ok(());
            };
            after = last.id;
            for choice in &found {
                match choice.person_id {
                    Some(id) => {
                        for identity in known.get(&id).into_iter().flatten() {
                            self.add_person(choice, identity)?;
                        }
                    }
                    None if claimed.contains(&choice.subject) => {}
                    None => self.add_unknown(choice)?,
                }
            }
        }
    }

    /// An account number of ours is another person's at the other company, so under agreed keys it is left out.
    fn add_person(&mut self, choice: &Choice, identity: &Identity) -> anyhow::Result<()> {
        let (hash, key) = match self.agreed {
            Some(_) if identity.kind == IdentityKind::External => return Ok(()),
            Some(agreed) => (
                agreed_hash(agreed, identity.kind, &identity.value),
                KeyOf::Agreed,
            ),
            None => (Some(identity.hash.clone()), KeyOf::Issuer),
        };
        match hash {
            Some(hash) => self.add(choice, identity.kind, hash, key),
            None => Ok(()),
        }
    }

    /// Somebody without an account is known by our own hash alone, unless an address was on record.
    fn add_unknown(&mut self, choice: &Choice) -> anyhow::Result<()> {
        match by_subject(&choice.subject) {
            Some((kind, hash)) if !self.named.contains(&hash) => {
                self.add(choice, kind, hash, KeyOf::Issuer)
            }
            _ => Ok(()),
        }
    }

    /// Where recipients had to be told of somebody without an account, the address is kept, sealed. With it they can be
    /// named under the agreed keys, once each: the address is on record with everything that they chose.
    fn add_known_addresses(&mut self) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            let own = self.app.clone();
            let read = self
                .app
                .db
                .read_now(|conn| causes::list_handles_after(conn, &own.keys, after, BATCH));
            let found = read?;
            let Some((last, _)) = found.last() else {
                return Ok(());
            };
            after = *last;
            for (_, typed) in found {
                self.add_typed(&typed)?;
            }
        }
    }

    /// The same of those of whom nobody had to be told.
    fn add_kept_handles(&mut self) -> anyhow::Result<()> {
        let mut after = String::new();
        loop {
            let keys = &self.app.keys;
            let read = self
                .app
                .db
                .read_now(|conn| handles::list_after(conn, keys, &after, BATCH));
            let found = read?;
            let Some((last, _)) = found.last() else {
                return Ok(());
            };
            after.clone_from(last);
            for (_, typed) in found {
                self.add_typed(&typed)?;
            }
        }
    }

    fn add_typed(&mut self, typed: &str) -> anyhow::Result<()> {
        let kind = Whose::kind_of(typed);
        let hash = identity_hash(&self.app.keys, kind, typed);
        let agreed = self.agreed.and_then(|it| agreed_hash(it, kind, typed));
        let Some(agreed) = agreed.filter(|_| self.named.insert(hash.clone())) else {
            return Ok(());
        };
        let read = self.app.db.read_now(|conn| {
            let current = list_current(conn, &[Subject::Identity(kind, hash)])?;
            let is_claimed = !claimed(conn, &current)?.is_empty();
            Ok(if is_claimed { Vec::new() } else { current })
        });
        for choice in read?.iter().filter(|it| it.state == State::OptedOut) {
            self.add(choice, kind, agreed.clone(), KeyOf::Agreed)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        choice: &Choice,
        kind: IdentityKind,
        hash: String,
        key: KeyOf,
    ) -> anyhow::Result<()> {
        self.given.lines += 1;
        if key == KeyOf::Issuer {
            *self.given.under_own_keys.entry(kind.as_str()).or_default() += 1;
        }
        self.writer.add(&OptOut {
            kind,
            hash,
            key,
            choice: choice.activity.clone(),
            since: choice.at,
        })
    }

    /// Signs it, keeps the receipt, and puts the file in its place.
    fn end(mut self, to: &str, path: &Path, now: NaiveDateTime) -> anyhow::Result<Given> {
        let facts = json!(self.writer.facts(to));
        let new = NewReceipt {
            issuer: &self.app.site.organisation,
            person_id: None,
            kind: KIND,
            object: "choices",
            facts: facts.clone(),
        };
        let receipt = receipts::sign(&self.app.keys, &new, now);
        let signed = receipt.to_file(&self.app.keys);
        self.given.receipt.clone_from(&receipt.id);
        let mut buffered = self.writer.end(&signed)?;
        buffered.flush()?;
        let file = buffered.into_inner()?;
        file.as_file().sync_all()?;
        self.app.db.write_now(move |conn| {
            receipts::keep(conn, &receipt)?;
            let event = Event {
                actor: Actor::System,
                action: "choices.handed_over",
                person: None,
                object: &receipt.id,
                detail: facts,
            };
            Ok(audit::record(conn, &event, now)?)
        })?;
        file.persist_noclobber(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(self.given)
    }
}

fn agreed_hash(keys: &AgreedKeys, kind: IdentityKind, value: &str) -> Option<String> {
    Some(hmac_hex(keys.get(&kind)?, value.as_bytes()))
}

/// Those of the choices by identity whose identity is a person's by now: what the person chose is what holds for it.
fn claimed(conn: &mut AnyConnection, found: &[Choice]) -> QueryResult<HashSet<String>> {
    let subjects = found.iter().filter_map(|it| by_subject(&it.subject));
    let hashes: Vec<_> = subjects.map(|(_, hash)| hash).collect();
    let known: Vec<(String, String)> = identities::table
        .filter(identities::hash.eq_any(hashes))
        .select((identities::kind, identities::hash))
        .load(conn)?;
    let subjects = known.into_iter().filter_map(|(kind, hash)| {
        let kind = kind.parse().ok()?;
        Some(Subject::Identity(kind, hash).to_string())
    });
    Ok(subjects.collect())
}

struct Identity {
    kind: IdentityKind,
    value: String,
    hash: String,
}

fn identities_of(
    conn: &mut AnyConnection,
    mut people: Vec<i64>,
) -> QueryResult<HashMap<i64, Vec<Identity>>> {
    people.sort_unstable();
    people.dedup();
    let rows: Vec<(i64, String, String, String)> = identities::table
        .filter(identities::person_id.eq_any(people))
        .order(identities::id)
        .select((
            identities::person_id,
            identities::kind,
            identities::value,
            identities::hash,
        ))
        .load(conn)?;
    let mut known = HashMap::<i64, Vec<Identity>>::new();
    for (person_id, kind, value, hash) in rows {
        let kind = kind.parse().ok();
        let identity = kind.map(|kind| Identity { kind, value, hash });
        known.entry(person_id).or_default().extend(identity);
    }
    Ok(known)
}
