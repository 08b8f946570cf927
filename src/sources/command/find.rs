//! `candor sources find`.

use std::{
    fmt::Write as _,
    io::{self, BufWriter, StdoutLock, Write},
    ops::ControlFlow,
    process::ExitCode,
};

use serde_json::{Map, Value as Json, json};

use super::{
    Faults, Format, Look,
    format::{self, Table},
};
use crate::{
    register::{Collection, CollectionKey, Field, Register},
    say,
    sources::{Held, Shown, SourceError, Value, Visited, Visitor, inside, record},
};

/// Records of one collection that a table shows.
const SHOWN: usize = 20;

pub(super) fn run(look: &Look) -> Result<ExitCode, Faults> {
    let (sources, person) = look.open()?;
    let register = sources.register().clone();
    let out = BufWriter::new(io::stdout().lock());
    let (failed, written) = match look.format {
        Format::Json => {
            let mut printer = Printer::new(&register, out);
            sources.visit(&person, &mut printer);
            printer.finish()
        }
        Format::Table => {
            let mut tables = Tables::new(&register, out);
            sources.visit(&person, &mut tables);
            tables.finish()
        }
    };
    say::unless_closed(written).map_err(|error| Faults(vec![error.to_string()]))?;
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Prints record after record, so that memory does not grow with their number.
struct Printer<'a> {
    register: &'a Register,
    out: BufWriter<StdoutLock<'a>>,
    written: io::Result<()>,
    /// Of the whole, of the collection, and those of it that are shared.
    collections: u64,
    rows: u64,
    shared: u64,
    failed: bool,
}

impl<'a> Printer<'a> {
    fn new(register: &'a Register, out: BufWriter<StdoutLock<'a>>) -> Self {
        Self {
            register,
            out,
            written: Ok(()),
            collections: 0,
            rows: 0,
            shared: 0,
            failed: false,
        }
    }

    fn put(&mut self, text: &str) -> ControlFlow<()> {
        if self.written.is_ok() {
            self.written = self.out.write_all(text.as_bytes());
        }
        if self.written.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }

    /// The beginning of a collection, once it is known which one comes.
    fn open(&mut self, key: &CollectionKey) {
        if self.rows == 0 {
            let before = if self.collections == 0 { "{" } else { "," };
            let name = Json::from(named(key));
            let _ = self.put(&format!("{before}\n{name}: {{\"records\": ["));
        }
    }

    fn finish(mut self) -> (bool, io::Result<()>) {
        let end = if self.collections == 0 {
            "{}\n"
        } else {
            "\n}\n"
        };
        let _ = self.put(end);
        let flushed = self.out.flush();
        (self.failed, self.written.and(flushed))
    }
}

impl Visitor for Printer<'_> {
    fn record(&mut self, key: &CollectionKey, record: Visited<'_>) -> ControlFlow<()> {
        self.open(key);
        let before = if self.rows == 0 { "\n  " } else { ",\n  " };
        self.rows += 1;
        self.shared += u64::from(record.shared);
        let json = object(self.register.collection(key), record);
        self.put(&format!("{before}{json}"))
    }

    fn end(&mut self, key: &CollectionKey, error: Option<SourceError>) -> ControlFlow<()> {
        self.open(key);
        let after = if self.rows == 0 { "" } else { "\n" };
        let mut text = format!(
            "{after}], \"rows\": {}, \"shared\": {}",
            self.rows, self.shared
        );
        if let Some(error) = error {
            self.failed = true;
            let _ = write!(text, ", \"error\": {}", Json::from(error.to_string()));
        }
        (self.rows, self.shared) = (0, 0);
        self.collections += 1;
        self.put(&(text + "}"))
    }
}

/// A record as an object; nested fields in objects of their own.
fn object(collection: Option<&Collection>, record: Visited<'_>) -> Json {
    let mut object = Map::new();
    for Shown { field, value } in record.fields {
        let nested = || crate::sources::graph::keys_to(&collection?.fields, &field.path);
        let value = held(field, value);
        match (field.path != field.name).then(nested).flatten() {
            Some(keys) => place(&mut object, &keys, value),
            None => drop(object.insert(field.path.clone(), value)),
        }
    }
    if record.shared {
        object.insert(flag(collection), true.into());
    }
    Json::Object(object)
}

/// The name under which a record is told to be shared: none of its fields has it.
fn flag(collection: Option<&Collection>) -> String {
    let fields = collection.map_or(&[][..], |it| &it.fields);
    let mut name = "shared".to_owned();
    while fields.iter().any(|field| field.name == name) {
        name.insert(0, '_');
    }
    name
}

fn place(object: &mut Map<String, Json>, keys: &[String], value: Json) {
    match keys {
        [] => {}
        [last] => {
            object.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            let inner = object.entry(first.clone()).or_insert_with(|| json!({}));
            if let Json::Object(inner) = inner {
                place(inner, rest, value);
            }
        }
    }
}

fn held(field: &Field, held: Held) -> Json {
    match held {
        Held::Empty => Json::Null,
        Held::Masked(what) => json!({"held": what.title()}),
        Held::Plain(value) => {
            let is_packed = !field.fields.is_empty()
                || field
                    .data_type
                    .is_some_and(|it| it.array || it.kind == crate::register::Kind::Object);
            let unpacked = is_packed.then(|| inside::parsed(&value)).flatten();
            unpacked.unwrap_or_else(|| json_of(&value))
        }
    }
}

/// Bytes may be anything, and are told so that they can be read back.
fn json_of(value: &Value) -> Json {
    match value {
        Value::Bytes(bytes) => json!({"base64": data_encoding::BASE64.encode(bytes)}),
        other => record::json_of(other),
    }
}

fn named(key: &CollectionKey) -> String {
    format!("{}:{}", key.dataset, key.collection)
}

/// Keeps a few records of each collection, to set them in columns.
struct Tables<'a> {
    register: &'a Register,
    out: BufWriter<StdoutLock<'a>>,
    summary: Table,
    details: Vec<(String, Table)>,
    kept: Option<Table>,
    rows: u64,
    shared: u64,
    total: u64,
    failed: bool,
}

impl<'a> Tables<'a> {
    fn new(register: &'a Register, out: BufWriter<StdoutLock<'a>>) -> Self {
        Self {
            register,
            out,
            summary: Table::new(["collection", "rows", "shared", ""]),
            details: Vec::new(),
            kept: None,
            rows: 0,
            shared: 0,
            total: 0,
            failed: false,
        }
    }

    fn finish(mut self) -> (bool, io::Result<()>) {
        self.summary
            .row(["in all".to_owned(), self.total.to_string()]);
        let mut text = self.summary.to_string();
        for (name, table) in self.details {
            let _ = write!(text, "\n{name}\n{table}");
        }
        let written = self.out.write_all(text.as_bytes());
        (self.failed, written.and(self.out.flush()))
    }
}

impl Visitor for Tables<'_> {
    fn record(&mut self, key: &CollectionKey, record: Visited<'_>) -> ControlFlow<()> {
        self.rows += 1;
        self.shared += u64::from(record.shared);
        let collection = self.register.collection(key);
        let table = self.kept.get_or_insert_with(|| {
            let fields = collection.map_or(&[][..], |it| &it.fields);
            let names = fields.iter().map(|field| field.name.as_str());
            Table::new(names.chain([&*flag(collection)]))
        });
        if self.rows <= SHOWN as u64 {
            let (shared, flag) = (record.shared, flag(collection));
            let json = object(collection, record);
            table.row_of(|name| match name {
                name if name == flag => if shared { "yes" } else { "" }.to_owned(),
                name => format::cell(&json[name]),
            });
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self, key: &CollectionKey, error: Option<SourceError>) -> ControlFlow<()> {
        self.failed |= error.is_some();
        let error = error.map_or_else(String::new, |error| error.to_string());
        let (rows, shared) = (self.rows.to_string(), self.shared.to_string());
        self.summary.row([named(key), rows, shared, error]);
        if let Some(mut table) = self.kept.take() {
            if self.rows > SHOWN as u64 {
                table.row([format!("… and {} more", self.rows - SHOWN as u64)]);
            }
            self.details.push((named(key), table));
        }
        self.total += self.rows;
        (self.rows, self.shared) = (0, 0);
        ControlFlow::Continue(())
    }
}
