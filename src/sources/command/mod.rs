//! `candor sources`: what manifests and sources say together, without the portal.

mod check;
mod find;
mod format;
mod plan;
mod replay;
mod scan;

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use chrono::NaiveDateTime;
use clap::{Args, Subcommand, ValueEnum};
use ipnet::IpNet;

use super::{Around, Identities, Limits, Source, Sources, open_with, opening};
use crate::config::{self, Addresses, Settings};
use crate::law::STRICTEST;
use crate::register::{Finding, Register};

/// Commands wait longer than pages.
const WAIT: Duration = Duration::from_mins(1);

const FIND_HELP: &str = "\
It prints one JSON object, with a member for each collection:
  {\"dataset:collection\": {\"records\": [{…}, …], \"rows\": 2, \"shared\": 1}}
`rows` counts every record that the manifests' references lead to. A record to which other people's records lead as
well has `\"shared\": true`, or `\"_shared\"` where a field of its own is called so; `shared` counts these. They are never
erased for one person alone. What must never be disclosed, such as passwords and account numbers, is told as
{\"held\": \"…\"} without its value.
A collection that could not be read to the end has `error`.

Exit status: 0, 1 when a collection could not be read, 2 when nothing could be looked for.";

const PLAN_HELP: &str = "\
It changes nothing. It prints one JSON object, with a list for each collection of which something would be changed,
or kept for a reason:
  {\"dataset:collection\": [{\"action\": \"mask\", \"records\": 2, \"fields\": [\"name\"], \"reason\": null, …}]}
The actions:
  delete   the records go
  mask     the records stay, without these fields
  follow   they only show what other records hold, and go with those
  cut      their link to a record that stays is emptied
  keep     they stay for a legal reason: `basis` cites it, `until` is the last day
  leave    they stay because they cannot be changed, or because they are other people's as well

Exit status: 0, 1 when a source could not be read, 2 when nothing could be planned.";

const CHECK_HELP: &str = "\
It names each place where they differ, one a line: tables and columns that are gone, new ones that no manifest
describes, types, lengths and keys that are others, foreign keys that are no references, fields without a category, and
what the register plans to erase or to correct where the account may not write: it tries on no row, and takes it back.
It reads files to their end, and names each that cannot be read. It warns of files that are passed over, and of
addresses with a space around them, by which a database finds nobody.

Exit status: 0 when they agree, 1 when they do not, 2 when that cannot be told.";

const REPLAY_HELP: &str = "\
The portal remembers by keyed hashes whose data it erased, and which. It looks for these people in all sources, and
erases again what had been erased since the backup was taken. Who was erased before that, and is there again, has come
back on purpose. What was corrected since, and holds the old value again, the worker writes again, and tells the person.
It is safe to repeat: what is erased already is not found again.

Exit status: 0, 1 when a source could not be read or changed, 2 when it could not start.";

const SCAN_HELP: &str = "\
It prints tables, keys, types and foreign keys as fideslang, with a guess at the category of each column from its name
and from the shape of some values. No value is printed or sent anywhere. What the account may not read is drafted too,
from names alone, and says so. Read the draft before you use it. An address with a password is better named by
--source-file FILE, which holds KEY=URL, or by CANDOR_SOURCES, than typed.

Exit status: 0, 1 when not all could be read, 2 when the address is wrong.";

/// Look into the company's databases, as manifests describe them
#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// Print every record that is found about a person
    #[command(after_help = FIND_HELP)]
    Find(Look),
    /// Print what an erasure would do, without doing it
    #[command(after_help = PLAN_HELP)]
    Plan {
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        look: Look,
        /// Erase only data of this category and beneath it, such as user.contact; may be given several times
        #[arg(long = "category", value_name = "CATEGORY")]
        categories: Vec<String>,
        /// The person's law, such as us-ca or eu-gdpr: what other laws make you keep does not concern them
        #[arg(long, value_name = "LAW", default_value = STRICTEST)]
        law: String,
    },
    /// Tell where manifests and live databases no longer agree
    #[command(after_help = CHECK_HELP)]
    Check(Place),
    /// Erase again what had been erased, after a source was restored from a backup
    #[command(after_help = REPLAY_HELP)]
    Replay {
        /// When the backup was taken, in UTC, such as 2026-11-23T04:30
        #[arg(long, value_name = "TIME", value_parser = replay::time)]
        since: NaiveDateTime,
        /// Tell only what would be erased
        #[arg(long)]
        dry_run: bool,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Draft a manifest from a live database
    #[command(after_help = SCAN_HELP)]
    Scan {
        /// Its address; else it is the source of the key, or the only one that is given
        url: Option<String>,
        /// The key that the dataset gets
        #[arg(long)]
        key: Option<String>,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        addresses: Addresses,
        #[expect(missing_docs, reason = "clap would take it for the description")]
        #[command(flatten)]
        around: Networks,
    },
}

/// Where to look.
#[derive(Debug, Args)]
pub struct Place {
    /// The folder with the manifests, or one manifest
    #[arg(long, value_name = "DIR")]
    manifests: PathBuf,
    #[command(flatten)]
    addresses: Addresses,
    #[command(flatten)]
    around: Networks,
}

/// Where services may be.
#[derive(Debug, Args)]
pub struct Networks {
    /// Private networks in which a service may be, there without TLS too; none by default
    #[arg(
        long = "outbound-network",
        env = "CANDOR_OUTBOUND_NETWORKS",
        value_delimiter = ',',
        value_name = "NETWORK"
    )]
    networks: Vec<IpNet>,
}

/// For whom to look, and where.
#[derive(Debug, Args)]
pub struct Look {
    #[command(flatten)]
    place: Place,
    /// A handle of the person, such as email=ada@example.org; may be given several times
    #[arg(long = "identity", value_name = "KIND=VALUE", required = true)]
    identities: Vec<String>,
    /// In which form to print
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Table,
}

/// Why a command could not start; one sentence each.
#[derive(Debug)]
struct Faults(Vec<String>);

impl SourcesCommand {
    /// Runs it; what is wrong goes to standard error.
    pub fn run(self) -> ExitCode {
        let done = match self {
            Self::Find(look) => find::run(&look),
            Self::Plan {
                look,
                categories,
                law,
            } => plan::run(&look, categories, &law),
            Self::Check(place) => check::run(&place),
            Self::Scan {
                url,
                key,
                addresses,
                around,
            } => scan::run((url, key), &addresses, &around.networks),
            Self::Replay {
                since,
                dry_run,
                settings,
            } => replay::run(&settings, since, dry_run),
        };
        done.unwrap_or_else(|Faults(faults)| {
            for fault in faults {
                eprintln!("candor: {fault}");
            }
            ExitCode::from(2)
        })
    }
}

const NONE: &str =
    "no source is given: give --source KEY=URL or --source-file FILE, or set CANDOR_SOURCES";

/// The sources that are given, and their addresses.
fn given(addresses: &Addresses, faults: &mut Vec<String>) -> Vec<(String, String)> {
    let mut wrong = config::Faults::default();
    let given = addresses.check(&mut wrong);
    let told = wrong.list().iter();
    faults.extend(told.map(|it| format!("{}: {}; {}", it.name, it.wrong, it.way_out)));
    given
}

impl Place {
    /// The sources that are given, with the part of the manifests that is about them.
    fn open(&self) -> Result<Sources, Faults> {
        let (mut register, warnings) =
            Register::load(&self.manifests).map_err(|findings| Faults::of(&findings))?;
        for warning in warnings {
            eprintln!("warning: {warning}");
        }
        let sources = self.connect(&register)?;
        let named: BTreeSet<_> = register
            .datasets
            .iter()
            .map(|it| it.source.clone())
            .collect();
        let given: BTreeSet<_> = sources.iter().map(|source| source.key()).collect();
        for key in named.iter().filter(|key| !given.contains(key.as_str())) {
            eprintln!(
                "warning: the source `{key}` is not given: what it holds, and leads to, is left out"
            );
        }
        register
            .datasets
            .retain(|it| given.contains(it.source.as_str()));
        let limits = Limits {
            read: WAIT,
            step: WAIT,
        };
        // Nothing that the secret makes is printed, so that any will do.
        Ok(Sources::with(
            Arc::new(register),
            sources,
            &rand::random(),
            limits,
        ))
    }

    /// All that are given, or all that is wrong with them.
    fn connect(&self, register: &Register) -> Result<Vec<Arc<dyn Source>>, Faults> {
        let (mut sources, mut faults) = (Vec::<Arc<dyn Source>>::new(), Vec::new());
        let around = Around {
            networks: &self.around.networks,
            register: Some(register),
            desk: None,
        };
        for (key, url) in given(&self.addresses, &mut faults) {
            match open_with(&key, &url, &around) {
                Ok(source) => sources.push(source),
                Err(fault) => faults.push(fault),
            }
        }
        if sources.is_empty() && faults.is_empty() {
            faults.push(NONE.to_owned());
        }
        faults.extend(opening::quarrels(&sources));
        faults.extend(undescribed(register, &sources));
        if !faults.is_empty() {
            return Err(Faults(faults));
        }
        for by_hand in sources.iter().filter(|source| source.is_by_hand()) {
            let key = by_hand.key();
            eprintln!(
                "warning: people look the source `{key}` up by hand: what they found is in the portal alone"
            );
        }
        Ok(sources)
    }
}

/// What is given and in no manifest; a sentence each.
fn undescribed(register: &Register, sources: &[Arc<dyn Source>]) -> Vec<String> {
    let named: BTreeSet<_> = register
        .datasets
        .iter()
        .map(|it| it.source.as_str())
        .collect();
    let expected = if named.is_empty() {
        "the manifests describe no dataset at all".to_owned()
    } else {
        let named: Vec<_> = named.iter().copied().collect();
        format!("expected one of {}", named.join(", "))
    };
    let given: BTreeSet<_> = sources.iter().map(|source| source.key()).collect();
    let undescribed = given.difference(&named);
    undescribed
        .map(|key| format!("no dataset is in the source `{key}`; {expected}"))
        .collect()
}

impl Look {
    fn open(&self) -> Result<(Sources, Identities), Faults> {
        let sources = self.place.open()?;
        let person = self.person(sources.register())?;
        for missing in sources.without_column() {
            let Finding { place, wrong, .. } = missing;
            eprintln!("warning: {place}: {wrong}: what it is to hold is not found");
        }
        Ok((sources, person))
    }

    fn person(&self, register: &Register) -> Result<Identities, Faults> {
        let collections = register.datasets.iter().flat_map(|it| &it.collections);
        let fields = collections.flat_map(|it| it.identities());
        let kinds: BTreeSet<_> = fields.filter_map(|field| field.identity.clone()).collect();
        let (mut person, mut faults, mut unknown) = (Identities::default(), vec![], vec![]);
        for given in &self.identities {
            match given.split_once('=') {
                Some((kind, value)) if kinds.contains(kind) && !value.is_empty() => {
                    person = person.with(kind, value);
                }
                Some((kind, value)) if !value.is_empty() => unknown.push(format!(
                    "no field of the manifests is the identity `{kind}`; expected one of {}",
                    kinds.iter().cloned().collect::<Vec<_>>().join(", ")
                )),
                _ => faults.push("--identity is not of the form KIND=VALUE".to_owned()),
            }
        }
        // A person may be known by more than these sources hold.
        if person == Identities::default() {
            faults.append(&mut unknown);
        }
        for warning in unknown {
            eprintln!("warning: {warning}");
        }
        if faults.is_empty() {
            Ok(person)
        } else {
            Err(Faults(faults))
        }
    }
}

impl Faults {
    fn of(findings: &[Finding]) -> Self {
        Self(findings.iter().map(ToString::to_string).collect())
    }
}
