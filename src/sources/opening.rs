//! Opens sources by their addresses. The scheme of one says of which kind it is.

use std::{collections::HashMap, sync::Arc, time::Duration};

use ipnet::IpNet;

use super::{
    EachOf, EachRow, Fault, Query, Readable, Schema, Select, Source, SourceError, Transaction,
    Usage,
    files::Files,
    http::Http,
    manual::{Desk, Manual},
    mariadb::MariaDb,
    postgres::Postgres,
    sqlite::Sqlite,
};
use crate::register::Register;

/// Opens the source that a URL names, without reaching out for it yet: one that is down now may come back.
///
/// # Errors
/// A sentence for the operator when the URL is of no known kind; it does not repeat the URL, which may hold a password.
pub fn open(key: &str, url: &str) -> Result<Arc<dyn Source>, String> {
    open_in(key, url, &[])
}

/// The same for services that may also be in these private networks.
///
/// # Errors
/// As above.
pub fn open_in(key: &str, url: &str, networks: &[IpNet]) -> Result<Arc<dyn Source>, String> {
    let around = Around {
        networks,
        ..Around::default()
    };
    open_with(key, url, &around)
}

/// What sources need beside their address.
#[derive(Clone, Copy, Default)]
pub struct Around<'a> {
    /// Private networks in which services may be.
    pub networks: &'a [IpNet],
    /// What a system without a structure of its own holds.
    pub register: Option<&'a Register>,
    /// Keeps what people found.
    pub desk: Option<&'a Arc<dyn Desk>>,
}

/// Whether a URL begins with the scheme of a kind of source.
pub fn is_of_known_kind(url: &str) -> bool {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    KINDS.contains(&scheme)
}

/// What [`open_with`] opens.
const KINDS: [&str; 9] = [
    "sqlite",
    "postgres",
    "postgresql",
    "mariadb",
    "mysql",
    "files",
    "http",
    "https",
    "manual",
];

/// The same with all that any kind of source may need.
///
/// # Errors
/// As above.
pub fn open_with(key: &str, url: &str, around: &Around<'_>) -> Result<Arc<dyn Source>, String> {
    let fault = |fault| format!("source `{key}`: {fault}");
    let (url, usage) = Usage::parted(url).map_err(fault)?;
    let source = of_kind(key, (&url, &usage), around)?;
    // What people look up by hand is apart by its key alone.
    let place = (!source.is_by_hand()).then(|| place(&url));
    Ok(Arc::new(Opened {
        source,
        place,
        usage,
    }))
}

/// Where a URL leads, whichever of the names of its scheme it bears.
fn place(url: &str) -> String {
    let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
    let scheme = match scheme {
        "postgresql" => "postgres",
        "mysql" => "mariadb",
        other => other,
    };
    format!("{scheme}:{rest}")
}

fn of_kind(
    key: &str,
    (url, usage): (&str, &Usage),
    around: &Around<'_>,
) -> Result<Box<dyn Source>, String> {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    match scheme {
        "sqlite" => Ok(Box::new(Sqlite::open(key, url, usage)?)),
        "postgres" | "postgresql" => Ok(Box::new(Postgres::open(key, url, usage)?)),
        "mariadb" | "mysql" => Ok(Box::new(MariaDb::open(key, url, usage)?)),
        "files" => Ok(Box::new(Files::open(key, url)?)),
        "http" | "https" => Ok(Box::new(Http::open(key, url, around.networks)?)),
        "manual" => match around.register {
            Some(register) => {
                let desk = around.desk.cloned();
                Ok(Box::new(Manual::open(key, register, desk)))
            }
            None => Err(format!(
                "source `{key}`: people look it up by hand, so that there is nothing to connect to"
            )),
        },
        _ => Err(format!(
            "source `{key}`: the URL must start with sqlite:, postgres:, mysql:, files:, http:, https: or manual:"
        )),
    }
}

/// The sources that are apart, and the keys of others, each with the one at the same place.
pub(super) fn apart(
    sources: Vec<Arc<dyn Source>>,
) -> (Vec<Arc<dyn Source>>, HashMap<String, String>) {
    let (mut apart, mut same) = (Vec::<Arc<dyn Source>>::new(), HashMap::new());
    for source in sources {
        let mut known = apart.iter();
        let is_there =
            |it: &&Arc<dyn Source>| source.place().is_some() && it.place() == source.place();
        if let Some(known) = known.find(is_there) {
            same.insert(source.key().to_owned(), known.key().to_owned());
        } else {
            apart.push(source);
        }
    }
    (apart, same)
}

/// What is wrong with sources at one place of which not the same is said.
pub(super) fn quarrels(sources: &[Arc<dyn Source>]) -> Vec<String> {
    let quarrel = |(at, source): (usize, &Arc<dyn Source>)| {
        let mut before = sources[..at].iter();
        let place = source.place()?;
        let other = before.find(|it| it.place() == Some(place) && it.usage() != source.usage())?;
        Some(format!(
            "source `{}`: it has the address of `{}`, and another way in which it is used: say the same behind both",
            source.key(),
            other.key()
        ))
    };
    sources.iter().enumerate().filter_map(quarrel).collect()
}

/// A source with what its address says of it.
struct Opened {
    source: Box<dyn Source>,
    place: Option<String>,
    usage: Usage,
}

impl Source for Opened {
    fn key(&self) -> &str {
        self.source.key()
    }

    fn is_untyped(&self) -> bool {
        self.source.is_untyped()
    }

    fn is_by_hand(&self) -> bool {
        self.source.is_by_hand()
    }

    fn usage(&self) -> Usage {
        self.usage
    }

    fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    fn ping(&self, wait: Duration) -> Result<(), SourceError> {
        self.source.ping(wait)
    }

    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        self.source.schema(wait)
    }

    fn readable(&self, wait: Duration) -> Result<Readable, SourceError> {
        self.source.readable(wait)
    }

    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        self.source.select(select, wait, each)
    }

    fn select_all(
        &self,
        selects: &[Select<'_>],
        wait: Duration,
        each: EachOf<'_>,
    ) -> Vec<Result<(), SourceError>> {
        self.source.select_all(selects, wait, each)
    }

    fn query(
        &self,
        query: &Query<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        self.source.query(query, wait, each)
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        if self.usage.read_only {
            return Err(SourceError::new(self.key(), Fault::ReadOnly));
        }
        self.source.begin(wait)
    }
}
