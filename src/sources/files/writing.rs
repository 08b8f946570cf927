//! Writes what a transaction changes: new files, read back before they take the place of the old ones.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    Files,
    folder::{Lock, Replaced, Stamp, not_written},
    lines::{Line, Lines},
    rest::{at_rest, meddled},
};
use crate::sources::{
    ColumnKind, EachRow, Fault, Filter, SourceError, Table, Value,
    overlay::{Alteration, Altered, Store},
};

/// For a file to which somebody is writing.
const WAIT: Duration = Duration::from_secs(1);

/// The right to write, and the files as they were when they were first read under it.
pub(super) struct Writing<'a> {
    files: &'a Files,
    lock: Lock,
    stamps: RefCell<BTreeMap<PathBuf, Stamp>>,
}

impl<'a> Writing<'a> {
    pub const fn new(files: &'a Files, lock: Lock) -> Self {
        Self {
            files,
            lock,
            stamps: RefCell::new(BTreeMap::new()),
        }
    }

    /// The file of a table; an error when somebody else has written to it since it was first asked for.
    fn file(&self, table: &Table) -> Result<(PathBuf, Stamp), Fault> {
        let path = self.files.folder.file(&table.name.name)?;
        let known = self.stamps.borrow().get(&path).copied();
        let now = match known {
            Some(_) => Stamp::of(&path)?,
            None => at_rest(&path, Instant::now() + WAIT)?,
        };
        let seen = *self.stamps.borrow_mut().entry(path.clone()).or_insert(now);
        if seen == now {
            Ok((path, now))
        } else {
            Err(meddled())
        }
    }

    /// Writes the new file of a table, and reads it back.
    fn prepare(&self, altered: &Altered) -> Result<Replaced, Fault> {
        let (path, old) = self.file(&altered.table)?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let new = self.files.folder.new_file(&name);
        let kept = write(&path, &new, altered)?;
        read_back(&path, &new, altered, kept)?;
        Ok(Replaced { file: name, old })
    }

    fn apply(&self, altered: &[Altered]) -> Result<(), Fault> {
        let altered = altered.iter().filter(|it| !it.rows.is_empty());
        let prepared = altered.map(|it| self.prepare(it));
        let prepared: Vec<_> = prepared.collect::<Result<_, _>>()?;
        // Once more for all of them together, as late as can be.
        for Replaced { file, old } in &prepared {
            if Stamp::of(&self.files.folder.0.join(file))? != *old {
                return Err(meddled());
            }
        }
        self.files.folder.commit(&self.lock, &prepared)
    }
}

impl Store for Writing<'_> {
    fn key(&self) -> &str {
        &self.files.key
    }

    fn scan(
        &self,
        table: &Table,
        _: &Filter,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let file = self.file(table).map_err(|fault| self.files.error(fault));
        let (file, _) = file?;
        let ends = Cell::new(Instant::now() + wait);
        self.files.scan((&file, table), &ends, each)
    }

    fn apply(&self, altered: &[Altered], _: Duration) -> Result<(), SourceError> {
        let applied = self.apply(altered);
        if applied.is_err() {
            // What was prepared holds data of people.
            let _ = self.files.folder.tidy(&self.lock);
        }
        applied.map_err(|fault| self.files.error(fault))
    }
}

/// Writes the file as it will be. Gives the number of its records.
fn write(path: &Path, new: &Path, altered: &Altered) -> Result<usize, Fault> {
    let mut lines = Lines::open(path)?;
    let broken = |error: std::io::Error| not_written(&error);
    let file = File::create(new).map_err(broken)?;
    let permissions = fs::metadata(path).map_err(broken)?.permissions();
    file.set_permissions(permissions).map_err(broken)?;
    let mut output = BufWriter::with_capacity(1 << 16, file);
    output.write_all(&lines.head).map_err(broken)?;
    let (mut kept, mut met) = (0, 0);
    while let Some(line) = lines.next()? {
        let Some((values, alteration)) = altered.about(&line) else {
            kept += usize::from(!line.is_blank());
            output.write_all(line.raw).map_err(broken)?;
            continue;
        };
        met += 1;
        if values != alteration.before {
            return Err(meddled());
        }
        if let Some(after) = &alteration.after {
            kept += 1;
            let changed = altered.changed(&values, after);
            output.write_all(&line.with(&changed)).map_err(broken)?;
        }
    }
    if met != altered.rows.len() {
        return Err(meddled());
    }
    let file = output
        .into_inner()
        .map_err(|error| not_written(error.error()))?;
    file.sync_all().map_err(broken)?;
    Ok(kept)
}

/// Reads the new file: what is changed is as it should be, and nothing else is another.
fn read_back(path: &Path, new: &Path, altered: &Altered, kept: usize) -> Result<(), Fault> {
    let (mut old, mut new) = (Lines::open(path)?, Lines::open_as(new, path)?);
    if old.head != new.head {
        return Err(Fault::NotReadBack);
    }
    let mut read = 0;
    while let Some(line) = old.next()? {
        let alteration = altered.about(&line).map(|(_, it)| it);
        if alteration.is_some_and(|it| it.after.is_none()) {
            continue;
        }
        let written = new.next()?.ok_or(Fault::NotReadBack)?;
        read += usize::from(!written.is_blank());
        let is_right = match alteration.and_then(|it| it.after.as_ref()) {
            Some(after) => written.values(&altered.table) == *after,
            None => written.raw == line.raw,
        };
        if !is_right {
            return Err(Fault::NotReadBack);
        }
    }
    if read == kept && new.next()?.is_none() {
        Ok(())
    } else {
        Err(Fault::NotReadBack)
    }
}

impl Altered {
    /// What becomes of a record, if it is one that is changed, with what it holds.
    fn about(&self, line: &Line<'_>) -> Option<(Vec<Value>, &Alteration)> {
        if line.is_blank() {
            return None;
        }
        let values = line.values(&self.table);
        let alteration = self.rows.get(&self.table.key_of(&values)?)?;
        Some((values, alteration))
    }

    fn changed<'a>(
        &'a self,
        before: &[Value],
        after: &'a [Value],
    ) -> Vec<(&'a str, &'a Value, ColumnKind)> {
        let columns = self.table.own_columns().zip(before.iter().zip(after));
        let changed = columns.filter(|(_, (before, after))| before != after);
        changed
            .map(|(column, (_, after))| (column.name.as_str(), after, column.kind))
            .collect()
    }
}
