//! The company's databases: finds every record about a person, shows it, corrects it, erases it, and proves it.
//!
//! ```text
//! register ─► graph ─► walk (which values lead on, one read per collection and step) ─► shared (whose rows they are)
//!                        ├─► person_data   overview, page, record, for_each: what is shown and exported
//!                        ├─► planning ─► Plan ─► execute     an erasure: planned, agreed, carried out, read back
//!                        ├─► correction                      one cell: planned, guarded, read back
//!                        └─► visiting                        everything that was reached, for `candor sources find`
//! due: records whose time is up, whosever they are; by date, in batches
//! ```
//! Everything is read live through [`Source`], one file per kind of database. Calls block: use them in jobs, or
//! through [`Sources::apart`]. A person's rows are asked for together with what makes them the person's, so that an id of
//! someone else's record finds nothing. Values that must never be disclosed are masked here and leave masked.

mod addition;
mod back;
mod budget;
pub mod command;
mod composite;
mod conditions;
mod connector;
mod correction;
mod crowds;
mod dates;
mod drafting;
mod drift;
mod due;
mod effect;
mod error;
mod execute;
mod fate;
pub mod faults;
mod files;
mod findable;
mod fitting;
mod graph;
mod grounded;
mod groups;
mod handles;
mod holders;
mod http;
mod identities;
mod ids;
mod inside;
mod kept;
mod layout;
mod left;
mod likeness;
mod limits;
mod links;
mod manual;
mod mariadb;
mod mariadb_link;
mod mariadb_schema;
mod mariadb_sql;
mod mariadb_write;
mod masking;
mod names;
mod naming;
mod one_record;
mod opening;
mod order;
mod overlay;
mod overwriting;
mod periods;
mod person_data;
mod personal;
mod plan;
mod planning;
mod pointing;
mod pool;
mod postgres;
mod postgres_link;
mod postgres_schema;
mod postgres_server;
mod postgres_sql;
mod query;
mod ranges;
mod reader;
mod record;
mod resuming;
mod rules;
mod scan;
mod schema;
mod shared;
mod sift;
pub mod splice;
mod spread;
mod sql;
mod sqlite;
mod sqlite_faults;
mod sqlite_schema;
mod staying;
mod strangers;
mod summing;
mod threads;
mod totals;
mod trial;
mod usage;
mod value;
mod visiting;
mod waiter;
mod walk;
mod ways;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

pub use back::{Back, Erased};
pub use connector::{Act, Change, EachOf, EachRow, Filter, Form, Select, Source, Transaction, Way};
pub use correction::{Corrected, Correction, CorrectionError, Standing};
pub use dates::Dates;
pub use due::{Ask, DueBatch, Shield};
pub use effect::{Done, Effect};
pub use error::{Fault, Rule, SourceError};
pub use execute::Outcome;
pub use files::read_sent;
pub use holders::{Holder, Holders};
pub use identities::Identities;
pub use ids::Secrets;
pub use inside::Inside;
pub use left::{Stayed, StaysBy, StillThere, There, Why};
pub use limits::Limits;
pub use manual::{Cells, Desk, Drawers, Found, Kept, KeptChange, Mark, is_by_hand};
pub use masking::{Shape, Strategy};
pub use opening::{Around, is_of_known_kind, open, open_in, open_with};
pub use person_data::{CollectionSummary, Counts, EachRecord, Page};
pub use plan::{Action, FOLLOWS, Hold, Item, Keeper, Known, Plan, Scope, Stop, Target, Work};
pub use pointing::Pointing;
pub use query::{Padded, Query, Readable, Weighing};
pub use record::{Datum, Fixed, Held, Record, Shown, Told, json_of, value_of};
pub use resuming::SoFar;
pub use rules::{Check, Shows, TableRules};
pub use schema::{Column, ColumnKind, ForeignKey, Schema, Table, TableName};
pub use trial::Trial;
pub use usage::Usage;
pub use value::{Value, number};
pub use visiting::{Visited, Visitor};

use ipnet::IpNet;

use crate::register::Register;
use addition::Addition;
use budget::{Budget, Budgets};
use graph::{Graph, table};

/// All connected sources, with the register that says what they hold. Cheap to clone.
#[derive(Clone)]
pub struct Sources(Arc<Inner>);

struct Inner {
    register: Arc<Register>,
    graph: Graph,
    connected: BTreeMap<String, Connected>,
    secrets: Secrets,
    limits: Limits,
    turns: threads::Turns,
}

/// A source, and the structure that it last told.
struct Connected {
    source: Arc<dyn Source>,
    limits: Limits,
    additions: Vec<Addition>,
    schema: RwLock<Option<Arc<Schema>>>,
}

/// Whether a source can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Key of the source.
    pub source: String,
    /// What is wrong, if anything is.
    pub error: Option<SourceError>,
}

impl Sources {
    /// Opens sources by (key, URL), such as `("crm", "sqlite:crm.db")`. The secret (`keys.derive("sources")`) makes record
    /// ids and fingerprints: with another one, plans and links made before mean nothing. Sources that are down now are no
    /// error.
    ///
    /// # Errors
    /// One sentence for the operator for each URL of no known kind; none repeats a URL.
    pub fn open(
        register: Arc<Register>,
        urls: &[(String, String)],
        secret: &[u8; 32],
    ) -> Result<Self, Vec<String>> {
        Self::open_in(register, urls, secret, &[])
    }

    /// The same for services that may also be in these private networks.
    ///
    /// # Errors
    /// As above.
    pub fn open_in(
        register: Arc<Register>,
        urls: &[(String, String)],
        secret: &[u8; 32],
        networks: &[IpNet],
    ) -> Result<Self, Vec<String>> {
        Self::open_at(register, urls, secret, (networks, None))
    }

    /// The same with a desk that keeps what people look up by hand.
    ///
    /// # Errors
    /// As above.
    pub fn open_at(
        register: Arc<Register>,
        urls: &[(String, String)],
        secret: &[u8; 32],
        (networks, desk): (&[IpNet], Option<&Arc<dyn Desk>>),
    ) -> Result<Self, Vec<String>> {
        let (mut sources, mut faults) = (Vec::new(), Vec::new());
        let around = Around {
            networks,
            register: Some(&register),
            desk,
        };
        for (key, url) in urls {
            match open_with(key, url, &around) {
                Ok(source) => sources.push(source),
                Err(fault) => faults.push(fault),
            }
        }
        faults.extend(opening::quarrels(&sources));
        if faults.is_empty() {
            Ok(Self::with(register, sources, secret, Limits::default()))
        } else {
            Err(faults)
        }
    }

    /// The same with sources that are open already and limits of one's own.
    pub fn with(
        register: Arc<Register>,
        sources: Vec<Arc<dyn Source>>,
        secret: &[u8; 32],
        limits: Limits,
    ) -> Self {
        let (sources, same) = opening::apart(sources);
        let graph = Graph::new(&register, same);
        let connected = sources.into_iter().map(|source| {
            let connected = Connected {
                additions: graph.additions(&register, &*source),
                limits: limits.of(&source.usage()),
                source: source.clone(),
                schema: RwLock::new(None),
            };
            (source.key().to_owned(), connected)
        });
        Self(Arc::new(Inner {
            connected: connected.collect(),
            graph,
            secrets: Secrets::new(secret),
            register,
            limits,
            turns: threads::Turns::default(),
        }))
    }

    /// What the sources hold.
    pub fn register(&self) -> &Arc<Register> {
        &self.0.register
    }

    /// Keys of the sources that the register names and no address was given for: what they hold is not found.
    pub fn without_address(&self) -> BTreeSet<&str> {
        let named = self.0.graph.nodes.iter().map(|node| node.source.as_str());
        named
            .filter(|key| !self.0.connected.contains_key(*key))
            .collect()
    }

    /// Whether any record is found by a handle of this kind: `email`, `phone_number`, or an external id.
    pub fn finds_by(&self, kind: &str) -> bool {
        let mut nodes = self.0.graph.nodes.iter();
        nodes.any(|node| node.identities.iter().any(|(_, it)| it == kind))
    }

    /// Keys of the sources in which people look things up by hand.
    pub fn by_hand(&self) -> Vec<&str> {
        let is_named = |key: &str| self.0.graph.nodes.iter().any(|it| it.source == key);
        let connected = self.0.connected.iter();
        let by_hand = connected.filter(|(_, it)| it.source.is_by_hand());
        by_hand
            .map(|(key, _)| key.as_str())
            .filter(|key| is_named(key))
            .collect()
    }

    /// Whether people look things up by hand in the source of this key.
    pub fn is_by_hand(&self, source: &str) -> bool {
        let connected = self.0.connected.get(source);
        connected.is_some_and(|it| it.source.is_by_hand())
    }

    /// Asks every source whether it can be read, side by side.
    pub fn health(&self) -> Vec<Health> {
        let inner = &*self.0;
        let all = inner.connected.keys().map(|key| (key.clone(), ()));
        let asked = inner.side_by_side(all, |connected, ()| {
            connected.source.ping(connected.limits.read)
        });
        let health = asked.into_iter().map(|(source, answer)| Health {
            source,
            error: answer.err(),
        });
        health.collect()
    }
}

impl Inner {
    /// Does one piece of work per source, in threads of their own when there are several sources.
    fn side_by_side<T: Send, R: Send>(
        &self,
        work: impl IntoIterator<Item = (String, T)>,
        of: impl Fn(&Connected, T) -> Result<R, SourceError> + Sync,
    ) -> Vec<(String, Result<R, SourceError>)> {
        let one = |key: &str, work: T| of(self.connected(key)?, work);
        let work: Vec<_> = work.into_iter().collect();
        if work.len() < 2 {
            return work
                .into_iter()
                .map(|(key, work)| (key.clone(), one(&key, work)))
                .collect();
        }
        std::thread::scope(|scope| {
            let one = &one;
            let start = |(key, work): (String, T)| {
                let name = key.clone();
                (key, scope.spawn(move || one(&name, work)))
            };
            let threads: Vec<_> = work.into_iter().map(start).collect();
            let join = |(key, thread): (String, std::thread::ScopedJoinHandle<'_, _>)| {
                let crashed = || {
                    Err(SourceError::new(
                        &key,
                        Fault::Failed("connector".to_owned()),
                    ))
                };
                let answer = thread.join().unwrap_or_else(|_| crashed());
                (key, answer)
            };
            threads.into_iter().map(join).collect()
        })
    }

    /// How long calls to a source may take.
    fn limits(&self, source: &str) -> Limits {
        self.connected(source).map_or(self.limits, |it| it.limits)
    }

    /// Whether nothing in a source is ever changed.
    fn is_read_only(&self, source: &str) -> bool {
        self.connected(source)
            .is_ok_and(|it| it.source.usage().read_only)
    }

    fn connected(&self, key: &str) -> Result<&Connected, SourceError> {
        let fault = || Fault::Unavailable("not connected".to_owned());
        let key = self.graph.source(key);
        self.connected
            .get(key)
            .ok_or_else(|| SourceError::new(key, fault()))
    }
}

impl Connected {
    /// The live structure, as last seen.
    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        let seen = self.schema.read();
        let seen = seen.unwrap_or_else(PoisonError::into_inner).clone();
        seen.map_or_else(|| self.fresh_schema(wait), Ok)
    }

    /// The live structure, looked at anew.
    fn fresh_schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        let schema = self.source.schema(wait)?;
        let schema = Arc::new(Schema::clone(&schema).with(&self.additions));
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = Some(schema.clone());
        Ok(schema)
    }

    /// Forgets the structure after a fault that says that it has changed, or may have: what is there now is looked at
    /// the next time.
    fn notice<T>(&self, result: Result<T, SourceError>) -> Result<T, SourceError> {
        if let Err(error) = &result
            && matches!(error.fault, Fault::Missing(_) | Fault::Failed(_))
        {
            *self.schema.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        result
    }
}
