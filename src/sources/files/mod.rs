//! A folder of files: one `name.csv` or `name.jsonl` for each table.
//!
//! Files have no types and keys of their own: the register's are theirs. Every search reads a file from its beginning,
//! record by record. A change writes the whole file anew; see [`folder`] for how that cannot stop halfway.

mod csv;
mod folder;
mod jsonl;
mod lines;
mod rest;
mod writing;

use std::{
    borrow::Cow,
    cell::Cell,
    collections::HashMap,
    io::Cursor,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Column, ColumnKind, EachRow, Fault, Readable, Schema, Select, Source, SourceError, Table,
    TableName, Transaction, Value, connector::missing, overlay::Overlay, rules::TableRules,
    schema::JSON, sift::Sift,
};
use folder::{Folder, Stamp};
use lines::{Format, Lines};
use rest::{Held, undisturbed};
use writing::Writing;

/// Records between two looks at the clock.
const LOOKS: u32 = 1_000;

/// The type of a column of a file with a header.
const CELL: &str = "text of a file";

impl Column {
    /// A cell as records lead by it: what people type into files has spaces around it that mean nothing.
    pub(super) fn unpadded<'c>(&self, cell: &'c Value) -> Cow<'c, Value> {
        let is_of_file = self.sql_type == CELL || self.sql_type == JSON;
        let padded = |text: &&str| text.starts_with(' ') || text.ends_with(' ');
        match cell.as_text().filter(padded) {
            Some(text) if is_of_file => Cow::Owned(Value::Text(text.trim().to_owned())),
            _ => Cow::Borrowed(cell),
        }
    }
}

/// Reads the records of a file that was sent, each with its line and its cells as they are written.
///
/// # Errors
/// A sentence with the line; it repeats no value.
pub fn read_sent(
    name: &str,
    content: Vec<u8>,
    each: &mut dyn FnMut(u64, Vec<(String, Value)>),
) -> Result<(), String> {
    let read = || {
        let mut lines = Lines::read(Path::new(name), Box::new(Cursor::new(content)))?;
        loop {
            let cells = match lines.next()? {
                None => return Ok(()),
                Some(line) if line.is_blank() => continue,
                Some(line) => line.cells(),
            };
            each(lines.number, cells);
        }
    };
    read().map_err(|fault: Fault| fault.to_string())
}

/// A folder of files.
pub(super) struct Files {
    key: String,
    folder: Folder,
    /// The columns of files that were read for them as a whole.
    known: Mutex<HashMap<PathBuf, (Stamp, Vec<String>)>>,
}

impl Files {
    /// `files:///absolute/path` or `files:path`.
    pub fn open(key: &str, url: &str) -> Result<Self, String> {
        let path = url.trim_start_matches("files:");
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(format!(
                "source `{key}`: the URL names no folder, as in files:///var/lib/archive"
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            folder: Folder(PathBuf::from(path)),
            known: Mutex::default(),
        })
    }

    fn error(&self, fault: Fault) -> SourceError {
        SourceError::new(&self.key, fault)
    }

    /// The columns of a file: its header, or whatever any line of JSON holds.
    fn columns(&self, path: &Path, ends: Instant) -> Result<Vec<String>, Fault> {
        let stamp = Stamp::of(path)?;
        let mut lines = Lines::open(path)?;
        if !lines.header.is_empty() {
            return Ok(lines.header);
        }
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, columns)) = known().get(path).filter(|(seen, _)| *seen == stamp) {
            return Ok(columns.clone());
        }
        let (mut columns, mut read) = (Vec::<String>::new(), 0_u32);
        while let Some(line) = lines.next()? {
            read = read.wrapping_add(1);
            if read.is_multiple_of(LOOKS) && Instant::now() > ends {
                return Err(Fault::TimedOut);
            }
            for name in line.names() {
                if !columns.iter().any(|it| it == name) {
                    columns.push(name.to_owned());
                }
            }
        }
        known().insert(path.to_owned(), (stamp, columns.clone()));
        Ok(columns)
    }

    fn table(&self, name: String, path: &Path, ends: Instant) -> Result<Table, Fault> {
        let columns = undisturbed(path, ends, &mut || (self.columns(path, ends), false));
        let columns = columns?.into_iter();
        let written = match Format::of(path) {
            Some(Format::Csv) => CELL,
            _ => JSON,
        };
        let column = |name| Column::untyped(name, written, ColumnKind::Any);
        Ok(Table {
            name: TableName { schema: None, name },
            columns: columns.map(column).collect(),
            row_key: Vec::new(),
            unique: Vec::new(),
            foreign_keys: Vec::new(),
            rules: TableRules::default(),
        })
    }

    /// Reads a file to its end.
    fn read_through(path: &Path, ends: Instant) -> Result<(), Fault> {
        let mut lines = Lines::open(path)?;
        while lines.next()?.is_some() {
            if Instant::now() > ends {
                return Err(Fault::TimedOut);
            }
        }
        Ok(())
    }

    /// Hands over every record of a file, until the time ends.
    fn scan(
        &self,
        (path, table): (&Path, &Table),
        ends: &Cell<Instant>,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let fault = |fault| self.error(fault);
        let mut lines = Lines::open(path).map_err(fault)?;
        for column in table.own_columns() {
            if !lines.header.is_empty() && !lines.header.contains(&column.name) {
                return Err(missing(&self.key, table, &column.name));
            }
        }
        let mut read = 0;
        while let Some(line) = lines.next().map_err(fault)? {
            read += 1;
            if read % LOOKS == 0 && Instant::now() > ends.get() {
                return Err(self.error(Fault::TimedOut));
            }
            if line.is_blank() {
                continue;
            }
            if each(line.values(table)).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Source for Files {
    fn key(&self) -> &str {
        &self.key
    }

    fn is_untyped(&self) -> bool {
        true
    }

    fn ping(&self, wait: Duration) -> Result<(), SourceError> {
        let ping = || {
            self.folder.settle(wait)?;
            self.folder.files().map(drop)
        };
        ping().map_err(|fault| self.error(fault))
    }

    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        let ends = Instant::now() + wait;
        let read = || {
            self.folder.settle(wait)?;
            let files = self.folder.files()?.into_iter();
            let tables = files.map(|(name, path)| self.table(name, &path, ends));
            tables.collect::<Result<_, _>>()
        };
        let tables = read().map_err(|fault| self.error(fault))?;
        Ok(Arc::new(Schema::new(tables)))
    }

    fn readable(&self, wait: Duration) -> Result<Readable, SourceError> {
        let list = || {
            self.folder.settle(wait)?;
            Ok((self.folder.files()?, self.folder.passed_over()?))
        };
        let (files, passed_over) = list().map_err(|fault| self.error(fault))?;
        let (mut tables, mut faults) = (Vec::new(), Vec::new());
        for (name, path) in files {
            let ends = Instant::now() + wait;
            let read = undisturbed(&path, ends, &mut || {
                (Self::read_through(&path, ends), false)
            });
            match read.and_then(|()| self.table(name, &path, ends)) {
                Ok(table) => tables.push(table),
                Err(fault) => faults.push(self.error(fault)),
            }
        }
        Ok(Readable {
            schema: Arc::new(Schema::new(tables)),
            faults,
            passed_over,
        })
    }

    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let file = || {
            self.folder.settle(wait)?;
            self.folder.file(&select.table.name.name)
        };
        let file = file().map_err(|fault| self.error(fault))?;
        let sift = Sift::new(&self.key, select)?;
        let mut held = Held::new(each);
        let read = undisturbed(&file, Instant::now() + wait, &mut || {
            held.start_again();
            let scan = &mut |ends: &Cell<Instant>, each: EachRow<'_>| {
                self.scan((&file, select.table), ends, each)
            };
            let read = sift.run_in_time(wait, scan, &mut |row| held.take(row));
            (read.map_err(|error| error.fault), held.are_handed())
        });
        read.map_err(|fault| self.error(fault))?;
        let _ = held.hand_over();
        Ok(())
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        let lock = || {
            let lock = self.folder.lock(wait)?;
            self.folder.try_writing(&lock).map(|()| lock)
        };
        let writing = Writing::new(self, lock().map_err(|fault| self.error(fault))?);
        Ok(Box::new(Overlay::new(writing, wait)))
    }
}
