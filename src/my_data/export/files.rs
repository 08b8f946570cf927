//! The files of a package, written one record after the other and sealed as they grow.

use std::collections::BTreeMap;
use std::io::{self, Seek, Write};

use askama::Template;
use data_encoding::HEXLOWER;
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::beside::Beside;
use super::chunks::ChunkWriter;
use super::model::Package;
use super::queries::{Chunk, Completed};
use super::report::{Entry, Foot, Head, Heading};
use super::tables::{self, CSV_HEAD};
use crate::app::App;
use crate::choices::Stopped;
use crate::disclosures::receiving::lists;
use crate::error::AppResult;
use crate::my_data::kept::{AllKept, Kept, KeptRecord};
use crate::my_data::ledger::{RecordCard, in_words};
use crate::my_data::set_aside::SetAside;
use crate::register::{Category, CollectionKey};

/// Larger files of a package are written to the disk.
const SPOOLED: usize = 64 * 1024;

/// The files of a package while they are written. Temporary files have no name, so that nothing of them stays.
pub(super) struct Files<'a> {
    app: &'a App,
    zip: ZipWriter<StreamWriter<ChunkWriter>>,
    report: SpooledTempFile,
    json: SpooledTempFile,
    csv: Option<(CollectionKey, csv::Writer<SpooledTempFile>)>,
    checksums: BTreeMap<String, String>,
    records: i64,
    /// Of those, how many have no date by which they could be chosen.
    pub undated: i64,
    /// What is written now stays after a deletion.
    is_kept: bool,
}

impl<'a> Files<'a> {
    /// With the beginning of the report, which says whether it `tells` what is masked elsewhere.
    pub fn begin(
        app: &'a App,
        package: &Package,
        (residence, tells): (&str, bool),
    ) -> AppResult<Self> {
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

    /// Adds one, after all others of its collection.
    pub fn add(&mut self, key: &CollectionKey, record: &RecordCard) -> AppResult<()> {
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
    pub fn add_kept(
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

    /// Ends all of them; gives the last piece, and what to write down of the whole.
    pub fn end(
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
