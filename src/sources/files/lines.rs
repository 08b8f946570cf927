//! Reads a file record by record, and writes a record with other values in it. What is not changed keeps every byte.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader, Read},
    ops::Range,
    path::{Path, PathBuf},
};

use super::{csv, folder::fault_of, jsonl};
use crate::sources::{Column, ColumnKind, Fault, Table, Value};

/// A longer record is taken for a mistake.
const LONGEST: u64 = 16 << 20;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// With a header.
    Csv,
    /// One object a line.
    JsonLines,
}

/// A file that is being read.
pub(super) struct Lines {
    path: PathBuf,
    format: Format,
    input: Box<dyn BufRead>,
    /// The first bytes of the file up to the first record, which are kept: byte order mark and header.
    pub head: Vec<u8>,
    /// The columns of a CSV file.
    pub header: Vec<String>,
    delimiter: u8,
    buffer: Vec<u8>,
    /// The line on which the record begins that was read last.
    pub number: u64,
    next: u64,
}

/// One record, or an empty line.
pub(super) struct Line<'a> {
    /// With its line end.
    pub raw: &'a [u8],
    cells: Cells<'a>,
}

enum Cells<'a> {
    None,
    Csv {
        cells: Vec<Range<usize>>,
        header: &'a [String],
        delimiter: u8,
    },
    Json(jsonl::Members<'a>),
}

impl Format {
    /// The format of a file with this ending.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

impl Lines {
    /// Opens a file and reads its header.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        Self::open_as(path, path)
    }

    /// The same for a file that is to take the place of the one at `path`.
    pub fn open_as(file: &Path, path: &Path) -> Result<Self, Fault> {
        let file = File::open(file).map_err(|error| fault_of(&error, path))?;
        Self::read(path, Box::new(BufReader::with_capacity(1 << 16, file)))
    }

    /// The same for what comes from elsewhere, as if it stood in that file.
    pub fn read(path: &Path, input: Box<dyn BufRead>) -> Result<Self, Fault> {
        let mut lines = Self {
            path: path.to_owned(),
            format: Format::of(path).unwrap_or(Format::JsonLines),
            input,
            head: Vec::new(),
            header: Vec::new(),
            delimiter: b',',
            buffer: Vec::new(),
            number: 1,
            next: 1,
        };
        let start = lines
            .input
            .fill_buf()
            .map_err(|error| fault_of(&error, path))?;
        if start.starts_with(BOM) {
            lines.head.extend(BOM);
            lines.input.consume(BOM.len());
        }
        if lines.format == Format::Csv {
            lines.read_header()?;
        }
        Ok(lines)
    }

    fn read_header(&mut self) -> Result<(), Fault> {
        self.read_record()?;
        self.head.extend(&self.buffer);
        let (record, _) = without_end(&self.buffer);
        if record.trim_ascii().is_empty() {
            return Err(self.fault("there is no header that names the columns"));
        }
        if record.contains(&b'\r') {
            return Err(self.fault("its lines end with CR alone, where LF or CR LF is expected"));
        }
        self.delimiter = csv::delimiter(record);
        let cells = csv::split(record, self.delimiter).map_err(|wrong| self.fault(wrong))?;
        let names = cells.into_iter().map(|cell| csv::text(&record[cell]));
        let names: Option<Vec<_>> = names
            .map(|it| it.map(|name| name.trim().to_owned()))
            .collect();
        self.header = names.ok_or_else(|| self.fault("this is not UTF-8"))?;
        let mut seen = BTreeSet::new();
        for name in &self.header {
            if name.is_empty() {
                return Err(self.fault("the header has a column without a name"));
            }
            if !seen.insert(name.to_lowercase()) {
                return Err(self.fault(&format!("the header names `{name}` twice")));
            }
        }
        Ok(())
    }

    /// The next record or empty line.
    pub fn next(&mut self) -> Result<Option<Line<'_>>, Fault> {
        if !self.read_record()? {
            return Ok(None);
        }
        let cells = self.cells()?;
        Ok(Some(Line {
            raw: &self.buffer,
            cells,
        }))
    }

    fn cells(&self) -> Result<Cells<'_>, Fault> {
        let (record, _) = without_end(&self.buffer);
        if record.trim_ascii().is_empty() {
            return Ok(Cells::None);
        }
        if str::from_utf8(record).is_err() {
            return Err(self.fault("this is not UTF-8"));
        }
        if self.format == Format::JsonLines {
            let members = jsonl::parse(record).map_err(|wrong| self.fault(&wrong))?;
            return Ok(Cells::Json(members));
        }
        let cells = csv::split(record, self.delimiter).map_err(|wrong| self.fault(wrong))?;
        if cells.len() != self.header.len() {
            let (are, said) = (cells.len(), self.header.len());
            return Err(self.fault(&format!("cells: {are}; columns in the header: {said}")));
        }
        Ok(Cells::Csv {
            cells,
            header: &self.header,
            delimiter: self.delimiter,
        })
    }

    /// Fills the buffer with the next record and its line end; `false` at the end of the file.
    fn read_record(&mut self) -> Result<bool, Fault> {
        self.buffer.clear();
        self.number = self.next;
        let mut is_open = false;
        loop {
            let start = self.buffer.len();
            let left = LONGEST.saturating_sub(start as u64);
            let mut input = (&mut self.input).take(left);
            let read = input.read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|error| fault_of(&error, &self.path))?;
            let is_ended = self.buffer.ends_with(b"\n");
            self.next += u64::from(is_ended);
            if !is_ended && self.buffer.len() as u64 >= LONGEST {
                return Err(self.fault("this record is longer than 16 MiB"));
            }
            is_open ^= self.format == Format::Csv && csv::turns(&self.buffer[start..]);
            if read == 0 || !is_ended || !is_open {
                return Ok(!self.buffer.is_empty());
            }
        }
    }

    /// What is wrong with the record that was read last, and where it begins.
    fn fault(&self, wrong: &str) -> Fault {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Fault::Malformed(format!("{name}, line {}: {wrong}", self.number))
    }
}

impl Line<'_> {
    /// Whether it is no record.
    pub const fn is_blank(&self) -> bool {
        matches!(self.cells, Cells::None)
    }

    /// The names of what a line of JSON holds.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let members = match &self.cells {
            Cells::Json(members) => &members.0[..],
            _ => &[],
        };
        members.iter().map(|(name, _)| &**name)
    }

    /// Every cell with its name, as it is written.
    pub fn cells(&self) -> Vec<(String, Value)> {
        match &self.cells {
            Cells::None => Vec::new(),
            Cells::Json(members) => {
                let names = members.0.iter().map(|(name, _)| name.to_string());
                self.named(names)
            }
            Cells::Csv { header, .. } => self.named(header.iter().cloned()),
        }
    }

    fn named(&self, names: impl Iterator<Item = String>) -> Vec<(String, Value)> {
        let read = |(at, name): (usize, String)| {
            let column = Column::untyped(name.clone(), "", ColumnKind::Any);
            (name, self.value(at, &column))
        };
        names.enumerate().map(read).collect()
    }

    /// The cells of the table's own columns.
    pub fn values(&self, table: &Table) -> Vec<Value> {
        let columns = table.own_columns().enumerate();
        columns.map(|(at, column)| self.value(at, column)).collect()
    }

    /// The cell of a column, which is most likely at this place: tables have the columns of the header.
    fn value(&self, likely: usize, column: &Column) -> Value {
        match &self.cells {
            Cells::None => Value::Null,
            Cells::Json(members) => members.value(&column.name),
            Cells::Csv { cells, header, .. } => {
                let is_it = |it: &String| *it == column.name;
                let at = header.get(likely).filter(|it| is_it(it)).map(|_| likely);
                let at = at.or_else(|| header.iter().position(is_it));
                let cell = at.and_then(|at| csv::text(&self.raw[cells[at].clone()]));
                cell.map_or(Value::Null, |text| typed(&text, column.kind))
            }
        }
    }

    /// The record with other values in some columns.
    pub fn with(&self, changes: &[(&str, &Value, ColumnKind)]) -> Vec<u8> {
        let (_, end) = without_end(self.raw);
        let record = match &self.cells {
            Cells::None => String::new(),
            Cells::Json(members) => members.with(changes),
            Cells::Csv {
                cells,
                header,
                delimiter,
            } => {
                let cell = |(cell, name): (&Range<usize>, &String)| {
                    let change = changes.iter().find(|(it, ..)| it == name);
                    match change {
                        Some((_, value, _)) => csv::cell(&plain(value), *delimiter).into_owned(),
                        None => String::from_utf8_lossy(&self.raw[cell.clone()]).into_owned(),
                    }
                };
                let cells: Vec<_> = cells.iter().zip(*header).map(cell).collect();
                cells.join(&char::from(*delimiter).to_string())
            }
        };
        [record.as_bytes(), end].concat()
    }
}

/// A record and its line end.
fn without_end(raw: &[u8]) -> (&[u8], &[u8]) {
    let record = raw.strip_suffix(b"\n").unwrap_or(raw);
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    raw.split_at(record.len())
}

/// What a cell of a CSV file holds, as its column is declared; the text itself where that would not give it back.
fn typed(text: &str, kind: ColumnKind) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    let held = Value::Text(text.to_owned());
    match kind {
        ColumnKind::Bool => kind.form_of(&held).unwrap_or(held),
        ColumnKind::Integer | ColumnKind::Number => {
            let number = kind.form_of(&held);
            number.filter(|it| it.to_string() == text).unwrap_or(held)
        }
        _ => held,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        other => other.to_string(),
    }
}
