//! Building a package: one pass over the sources, written as it is read.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Seek, Write};
use std::ops::ControlFlow;

use askama::Template;
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::beside::Beside;
use super::chunks::ChunkWriter;
use super::model::{Package, State};
use super::queries::{self, Chunk, Completed};
use super::ready;
use super::report::{Entry, Foot, Head, Heading};
use super::tables::{self, CSV_HEAD};
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::choices::Stopped;
use crate::disclosures::receiving::lists;
use crate::error::{AppError, AppResult};
use crate::jobs::Lease;
use crate::manual::standing::{self, Standing};
use crate::my_data::identities_of;
use crate::my_data::kept::{self, AllKept, Kept, KeptRecord};
use crate::my_data::ledger::{RecordCard, in_words, record_card};
use crate::my_data::redactions::Redactions;
use crate::my_data::set_aside::SetAside;
use crate::my_data::statements::Statements;
use crate::register::{Category, CollectionKey};
use crate::requests::corrected::watch::Watch;

/// So long the job tries again when a source does not answer. After that the person gets what could be read.
const WAIT_FOR_SOURCES: TimeDelta = TimeDelta::minutes(15);

/// Larger files of a package are written to the disk.
const SPOOLED: usize = 64 * 1024;

/// The files of a package while they are written. Temporary files have no name, so that nothing of them stays.
struct Files<'a> {
    app: &'a App,
    zip: ZipWriter<StreamWriter<ChunkWriter>>,
    report: SpooledTempFile,
    json: SpooledTempFile,
    csv: Option<(CollectionKey, csv::Writer<SpooledTempFile>)>,
    checksums: BTreeMap<String, String>,
    records: i64,
    undated: i64,
    /// What is written now stays after a deletion.
    is_kept: bool,
}

/// Builds the package and makes it downloadable, with the event and the mail. Safe to repeat.
pub fn build(app: &App, package_id: i64, lease: &Lease) -> AppResult<()> {
    let built = build_all(app, package_id, lease);
    let is_wanted = |conn: &mut _| Ok(queries::is_building(conn, package_id)?);
    // A package that has ended meanwhile is no failure.
    if built.is_err() && !app.db.read_now(is_wanted)? {
        return Ok(());
    }
    built
}

fn build_all(app: &App, package_id: i64, lease: &Lease) -> AppResult<()> {
    let found = app.db.read_now(|conn| {
        let package =
            queries::find(conn, package_id)?.filter(|package| package.state == State::Building);
        let identities = package
            .as_ref()
            .map(|package| identities_of(conn, package.person_id));
        let Some((package, identities)) = package.zip(identities.transpose()?) else {
            return Ok(None);
        };
        let redactions = Redactions::load(conn, &app.keys, package.person_id)?;
        let said = Statements::load(conn, &app.keys, package.person_id)?;
        let stopped = Stopped::load(conn, app, package.person_id)?;
        let residence = find_residence(conn, package.person_id)?;
        let beside = Beside::load(conn, app, (package.person_id, &residence))?;
        let told = (said, stopped, residence, beside);
        Ok(Some((package, identities, redactions, told)))
    })?;
    let Some((package, identities, redactions, told)) = found else {
        return Ok(());
    };
    let (said, stopped, residence, beside) = told;
    let mut watch = Watch::of(app, package.person_id)?;
    let mut failed = Ok(());
    let today = app.clock.today();
    let mut kept = kept::list(app, (package.person_id, &identities))?;
    kept.records
        .retain(|it| package.dates().has(it.record.date));
    let of_kept: HashSet<_> = kept.records.iter().map(|it| it.record.id.clone()).collect();
    let mut seen = HashSet::new();
    // What staff can save, to print and send, never has what must not fall into wrong hands.
    let told = match package.request_id {
        Some(_) => Vec::new(),
        None => app
            .laws
            .told_in_a_copy(&residence, app.laws.day_in(&residence, app.clock.now())),
    };
    let mut files = Files::begin(app, &package, (&residence, !told.is_empty()))?;
    let what = (package.dates(), told.as_slice());
    let unread = app
        .sources
        .for_each_telling(&identities, what, &mut |key, record| {
            watch.look(app, key, &record);
            if of_kept.contains(&record.id) {
                seen.insert((key.clone(), record.id.clone()));
            }
            let mut card = record_card(&app.register, key, &record, today);
            redactions.apply(key, &mut card);
            said.apply(key, &mut card);
            card.mark(&stopped);
            files.undated += i64::from(record.date.is_none() && !package.dates().is_all());
            failed = lease.check().and_then(|()| files.add(key, &card));
            if failed.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    failed?;
    watch.end(app)?;
    kept.records
        .retain(|it| !seen.contains(&(it.key.clone(), it.record.id.clone())));
    let unread = unread.into_iter().map(|(key, _)| key);
    let unread: BTreeSet<_> = unread.chain(kept.unread.iter().cloned()).collect();
    let unread: Vec<_> = unread.iter().map(ToString::to_string).collect();
    let waited = app.clock.now() - package.requested_at;
    if !unread.is_empty() && waited < WAIT_FOR_SOURCES {
        return Err(AppError::Unavailable(format!(
            "{} collections could not be read",
            unread.len()
        )));
    }
    files.add_kept(&kept, |it| {
        let mut card = record_card(&app.register, &it.key, &it.record, today);
        redactions.apply(&it.key, &mut card);
        said.apply(&it.key, &mut card);
        card.mark(&stopped);
        card.keep(&it.why);
        card
    })?;
    let standings = standing::of_person(app, package.person_id)?;
    let by_hand: Vec<_> = standings.0.iter().map(Standing::in_words).collect();
    let set_aside = SetAside::where_one_lives(app, &residence);
    let (last, completed) = files.end(
        (&unread, &by_hand, &kept.lines),
        (&stopped, &set_aside, &beside),
    )?;
    ready::announce(app, &package, (last, completed), redactions)
}

impl<'a> Files<'a> {
    fn begin(app: &'a App, package: &Package, (residence, tells): (&str, bool)) -> AppResult<Self> {
        let mut report = temporary();
        let head = Head {
            organisation: &app.site.organisation,
            contact: &app.site.contact,
            package,
            made_on: in_words(app.laws.day_in(residence, app.clock.now())),
            tells,
        };
        write(&mut report, &head.render()?)?;
        let mut json = temporary();
        write(
            &mut json,
            &format!(
                "{{\"organisation\":{},\"records\":[",
                json!(app.site.organisation)
            ),
        )?;
        Ok(Files {
            app,
            zip: ZipWriter::new_stream(ChunkWriter::new(app, package.id)),
            report,
            json,
            csv: None,
            checksums: BTreeMap::new(),
            records: 0,
            undated: 0,
            is_kept: false,
        })
    }

    fn add(&mut self, key: &CollectionKey, record: &RecordCard) -> AppResult<()> {
        if self.csv.as_ref().is_none_or(|(current, _)| current != key) {
            self.begin_collection(key)?;
        }
        write(&mut self.report, &Entry { record }.render()?)?;
        let comma = if self.records == 0 { "" } else { "," };
        let mut object = tables::json(record);
        object["collection"] = json!(key.to_string());
        write(&mut self.json, &format!("{comma}\n{object}"))?;
        if let Some((_, csv)) = &mut self.csv {
            tables::write_csv(csv, record).map_err(anyhow::Error::from)?;
        }
        self.records += 1;
        Ok(())
    }

    /// Adds what deletions had to leave, and what we know the person by does not lead to any more.
    fn add_kept(
        &mut self,
        kept: &AllKept,
        card: impl Fn(&KeptRecord) -> RecordCard,
    ) -> AppResult<()> {
        self.end_collection()?;
        self.is_kept = true;
        for it in &kept.records {
            self.add(&it.key, &card(it))?;
        }
        Ok(())
    }

    fn begin_collection(&mut self, key: &CollectionKey) -> AppResult<()> {
        self.end_collection()?;
        let mut csv = csv::Writer::from_writer(temporary());
        csv.write_record(CSV_HEAD).map_err(anyhow::Error::from)?;
        self.csv = Some((key.clone(), csv));
        let Some(collection) = self.app.register.collection(key) else {
            return Ok(());
        };
        let category = self.app.register.category_of_collection(collection);
        let heading = Heading {
            title: &collection.title,
            description: &collection.description,
            category: category.map(|it| it.title.as_str()).unwrap_or_default(),
            statutory: &category.map(Category::statutory).unwrap_or_default(),
            file: &self.csv_name(key),
            is_kept: self.is_kept,
        };
        write(&mut self.report, &heading.render()?)
    }

    fn end_collection(&mut self) -> AppResult<()> {
        let Some((key, csv)) = self.csv.take() else {
            return Ok(());
        };
        let file = csv
            .into_inner()
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        let name = self.csv_name(&key);
        self.put(&name, file)
    }

    fn end(
        mut self,
        (unread, by_hand, kept): (&[String], &[String], &[Kept]),
        (stopped, set_aside, beside): (&Stopped, &SetAside, &Beside<'_>),
    ) -> AppResult<(Chunk, Completed)> {
        self.end_collection()?;
        let register = self.app.register.clone();
        let (sold, disclosed) = lists(&register, stopped);
        let foot = Foot {
            sold: &sold,
            disclosed: &disclosed,
            kept,
            set_aside,
            beside: &beside.render()?,
            unread,
            by_hand,
            records: self.records,
            undated: self.undated,
        };
        write(&mut self.report, &foot.render()?)?;
        write(
            &mut self.json,
            &format!(
                "\n],{}\"sold_or_shared_with\":{},\"disclosed_for_our_work_to\":{},\"not_read\":{},\"looked_up_by_hand\":{},\"stays_after_a_deletion\":{},\"not_searched\":{}}}\n",
                beside.json(),
                tables::recipients(&sold),
                tables::recipients(&disclosed),
                json!(unread),
                json!(by_hand),
                tables::kept(kept),
                set_aside.json()
            ),
        )?;
        let report = std::mem::replace(&mut self.report, temporary());
        self.put("report.html", report)?;
        let data = std::mem::replace(&mut self.json, temporary());
        self.put("data.json", data)?;
        let manifest = json!({
            "made_at": self.app.clock.now().and_utc().to_rfc3339(),
            "organisation": self.app.site.organisation,
            "records": self.records,
            "records_without_date": self.undated,
            "not_read": unread,
            "looked_up_by_hand": by_hand,
            "not_searched": set_aside.json(),
            "sha256": self.checksums,
        });
        let mut file = temporary();
        write(&mut file, &format!("{manifest:#}\n"))?;
        self.put("manifest.json", file)?;
        let chunks = self.zip.finish().map_err(anyhow::Error::from)?.into_inner();
        let written = chunks.end();
        let completed = Completed {
            records: self.records,
            bytes: written.bytes,
            sha256: written.sha256,
            unread: unread.join(" "),
        };
        Ok((written.last, completed))
    }

    /// Of each collection there may be two: what is found, and what stays after a deletion.
    fn csv_name(&self, key: &CollectionKey) -> String {
        let plain = |text: &str| {
            text.replace(
                |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-',
                "_",
            )
        };
        let folder = if self.is_kept { "csv/stays" } else { "csv" };
        format!(
            "{folder}/{}.{}.csv",
            plain(&key.dataset),
            plain(&key.collection)
        )
    }

    /// Adds a finished file to the ZIP, and its checksum to the manifest.
    fn put(&mut self, name: &str, mut file: SpooledTempFile) -> AppResult<()> {
        let mut copy = || -> anyhow::Result<String> {
            file.rewind()?;
            self.zip.start_file(name, SimpleFileOptions::default())?;
            let mut sum = Summing {
                into: &mut self.zip,
                digest: Sha256::new(),
            };
            io::copy(&mut file, &mut sum)?;
            Ok(HEXLOWER.encode(&sum.digest.finalize()))
        };
        let checksum = copy()?;
        self.checksums.insert(name.to_owned(), checksum);
        Ok(())
    }
}

/// Takes the checksum of what passes through.
struct Summing<W> {
    into: W,
    digest: Sha256,
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.into.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.into.flush()
    }
}

/// In memory while it is small, as most are.
fn temporary() -> SpooledTempFile {
    SpooledTempFile::new(SPOOLED)
}

fn write(file: &mut SpooledTempFile, text: &str) -> AppResult<()> {
    Ok(file
        .write_all(text.as_bytes())
        .map_err(anyhow::Error::from)?)
}
