//! A service that answers in JSON, for systems without a database that could be connected to. `docs/http-source.md`
//! describes what it has to answer.
//!
//! What it finds is looked at again here, so that a service which answers too much shows nobody another's data. All
//! changes of a transaction are one call, which it carries out as a whole or not at all; then they are read back.

mod client;
mod protocol;

use std::{
    cell::Cell,
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher,
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use ipnet::IpNet;
use uuid::Uuid;

use super::{
    EachRow, Fault, Filter, Schema, Select, Source, SourceError, Table, Transaction, Value,
    overlay::{Altered, Overlay, Store},
    sift::Sift,
};
use client::Client;
use protocol::{Changed, Described, Find, Found, PAGE, Request};

/// A service.
pub(super) struct Http {
    key: String,
    client: Client,
}

impl Http {
    /// `https://candor:SECRET@host/path`; also `http://`, to an address in one of the networks.
    pub fn open(key: &str, url: &str, networks: &[IpNet]) -> Result<Self, String> {
        let client = Client::new(url, networks);
        let client = client.map_err(|wrong| format!("source `{key}`: {wrong}"))?;
        Ok(Self {
            key: key.to_owned(),
            client,
        })
    }

    fn error(&self, fault: Fault) -> SourceError {
        SourceError::new(&self.key, fault)
    }

    fn described(&self, wait: Duration) -> Result<Described, SourceError> {
        let answer = self.client.ask(&Request::Describe, None, wait);
        answer.map_err(|fault| self.error(fault))
    }

    fn find(
        &self,
        table: &Table,
        filter: &Filter,
        ends: &Cell<Instant>,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let mut find = Find::new(table, filter);
        let (mut seen, hasher) = (HashSet::new(), RandomState::new());
        // Pages may overlap. Where no key tells records apart, two that are alike are two.
        let (mut met, has_key) = (HashSet::new(), !table.row_key.is_empty());
        loop {
            let request = Request::Find(find);
            let left = ends.get().saturating_duration_since(Instant::now());
            let found: Result<Found, _> = self.client.ask(&request, None, left);
            let found = found.map_err(|fault| self.error(fault))?;
            for record in &found.records {
                let row = protocol::row(table, record);
                if has_key && !met.insert(hasher.hash_one(&row)) {
                    continue;
                }
                if each(row).is_break() {
                    return Ok(());
                }
            }
            let Some(cursor) = found.cursor else {
                return Ok(());
            };
            if !seen.insert(hasher.hash_one(&cursor)) {
                let wrong = "the same cursor was answered twice".to_owned();
                return Err(self.error(Fault::Malformed(wrong)));
            }
            let Request::Find(asked) = request else {
                return Ok(());
            };
            find = Find {
                cursor: Some(cursor),
                ..asked
            };
        }
    }

    /// Whether all rows are as they should be.
    fn read_back(&self, altered: &Altered, wait: Duration) -> Result<(), SourceError> {
        let keys: Vec<_> = altered.rows.keys().cloned().collect();
        for keys in keys.chunks(PAGE) {
            let mut open: HashSet<_> = keys.iter().collect();
            let filter = Filter::keys(keys.to_vec());
            let mut is_right = true;
            let ends = Cell::new(Instant::now() + wait);
            self.find(&altered.table, &filter, &ends, &mut |row| {
                let key = altered.table.key_of(&row).unwrap_or_default();
                if let Some(alteration) = altered.rows.get(&key) {
                    open.remove(&key);
                    let after = alteration.after.as_ref();
                    is_right &= after.is_some_and(|after| is_as(&row, &alteration.before, after));
                }
                ControlFlow::Continue(())
            })?;
            let mut gone = open.into_iter().filter_map(|key| altered.rows.get(key));
            if !is_right || gone.any(|it| it.after.is_some()) {
                return Err(self.error(Fault::NotReadBack));
            }
        }
        Ok(())
    }
}

/// Whether what was to be changed is; the service may keep the rest up to date in its own way.
fn is_as(row: &[Value], before: &[Value], after: &[Value]) -> bool {
    let cells = row.iter().zip(before.iter().zip(after));
    let mut changed = cells.filter(|(_, (before, after))| before != after);
    changed.all(|(cell, (_, after))| cell == after)
}

impl Source for Http {
    fn key(&self) -> &str {
        &self.key
    }

    fn ping(&self, wait: Duration) -> Result<(), SourceError> {
        self.described(wait).map(drop)
    }

    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        let collections = self.described(wait)?.collections.into_iter();
        let tables = collections
            .map(protocol::DescribedCollection::table)
            .collect();
        Ok(Arc::new(Schema::new(tables)))
    }

    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let sift = Sift::new(&self.key, select)?;
        let scan = &mut |ends: &Cell<Instant>, each: EachRow<'_>| {
            self.find(select.table, select.filter, ends, each)
        };
        sift.run_in_time(wait, scan, each)
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        Ok(Box::new(Overlay::new(self, wait)))
    }
}

impl Store for &Http {
    fn key(&self) -> &str {
        &self.key
    }

    fn scan(
        &self,
        table: &Table,
        filter: &Filter,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let ends = Cell::new(Instant::now() + wait);
        self.find(table, filter, &ends, each)
    }

    fn apply(&self, altered: &[Altered], wait: Duration) -> Result<(), SourceError> {
        let changes = protocol::changes(altered);
        let asked = changes.len();
        let key = Uuid::new_v4().to_string();
        let request = Request::Change { changes };
        let answer: Result<Changed, _> = self.client.ask(&request, Some(&key), wait);
        let answer = answer.map_err(|fault| self.error(fault))?;
        if answer.changed != asked {
            return Err(self.error(Fault::NotReadBack));
        }
        altered.iter().try_for_each(|it| self.read_back(it, wait))
    }
}
