//! The form in which people write what they found: as it is shown, as it was sent, and what is wrong with it.

use std::collections::BTreeMap;

use actix_multipart::{Multipart, MultipartError};
use futures_util::StreamExt;

use super::check::{self, Ways, collections};
use super::upload::{self, MOST_RECORDS};
use super::values;
use crate::error::{AppError, AppResult};
use crate::register::{Collection, CollectionKey, Correctable, Field, Input, Kind, Register};
use crate::sources::{Cells, Found, Value, Way};
use crate::web::words;

/// So many records of a collection are typed; for more there are files.
const MOST_ROWS: usize = 50;

/// A form with all its files that is larger is refused.
const LARGEST: usize = 3 * upload::LARGEST;

/// So much a part of a form takes beside its name and content.
const OF_A_PART: usize = 128;

/// What was sent: texts by name, and files with their names.
#[derive(Debug, Default)]
pub struct Sent {
    texts: BTreeMap<String, String>,
    files: BTreeMap<String, (String, Vec<u8>)>,
}

impl Sent {
    /// Reads a form with files.
    pub async fn read(mut payload: Multipart) -> AppResult<Self> {
        let (mut sent, mut size) = (Sent::default(), 0);
        while let Some(field) = payload.next().await {
            let mut field = field.map_err(|error| unreadable(&error))?;
            let Some(name) = field.name().map(str::to_owned) else {
                continue;
            };
            let disposition = field.content_disposition();
            let file = disposition.and_then(|it| it.get_filename().map(str::to_owned));
            let mut content = Vec::new();
            size += name.len() + OF_A_PART;
            while let Some(chunk) = field.next().await {
                let chunk = chunk.map_err(|error| unreadable(&error))?;
                size += chunk.len();
                if size > LARGEST {
                    return Err(AppError::TooLarge);
                }
                content.extend_from_slice(&chunk);
            }
            match file {
                Some(file) if !content.is_empty() => drop(sent.files.insert(name, (file, content))),
                Some(_) => {}
                None => {
                    let text = String::from_utf8_lossy(&content).into_owned();
                    sent.texts.insert(name, text);
                }
            }
        }
        Ok(sent)
    }

    /// A text as typed; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The version of the task that its page showed.
    pub fn version(&self) -> i64 {
        self.text("version").parse().unwrap_or_default()
    }

    fn rows(&self, at: usize) -> usize {
        let rows = self.text(&format!("c{at}-rows")).parse();
        rows.unwrap_or(1).clamp(1, MOST_ROWS)
    }

    /// One more record of a collection, as a button asks for it: its position behind `add-c`.
    pub fn add(&mut self, act: &str) -> bool {
        let Some(at) = act.strip_prefix("add-c").and_then(|it| it.parse().ok()) else {
            return false;
        };
        let rows = (self.rows(at) + 1).min(MOST_ROWS);
        self.texts.insert(format!("c{at}-rows"), rows.to_string());
        true
    }
}

fn unreadable(error: &MultipartError) -> AppError {
    AppError::BadRequest(format!("This form could not be read: {error}."))
}

/// What is wrong with an answer: the names of fields, and the sentence beside each.
pub type Faults = Vec<(String, String)>;

/// A collection as the form shows it.
pub struct Part {
    /// What people call it.
    pub title: String,
    /// One or two plain sentences; may be empty.
    pub description: String,
    /// Its position, `c0`.
    pub id: String,
    /// The names of its fields, as a file has them.
    pub names: String,
    /// How many records are typed.
    pub rows: Vec<Vec<Control>>,
    /// Whether one more may be typed.
    pub can_add: bool,
}

/// A field of a record.
pub struct Control {
    /// Its name in the form.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it takes.
    pub hint: String,
    /// Type of the input; `area` and `choice` are no inputs.
    pub kind: &'static str,
    /// As typed, else what is known.
    pub value: String,
    /// Whether it may be left empty.
    pub is_optional: bool,
}

/// The form of a task: every collection of its system with what was typed.
pub fn parts(register: &Register, source: &str, ways: &Ways, sent: &Sent) -> Vec<Part> {
    let all = collections(register, source).into_iter().enumerate();
    let parts = all.map(|(at, (key, collection))| {
        let rows = sent.rows(at);
        let known = ways.get(&key).map_or(&[][..], Vec::as_slice);
        let row = |row: usize| {
            let fields = collection.fields.iter().enumerate();
            let controls = fields.map(|(number, field)| {
                let name = control_name((at, row), number);
                let known = check::known(known, &field.name);
                let typed = sent.texts.get(&name).cloned();
                let value = typed.unwrap_or_else(|| prefilled(known));
                control(field, name, known, value)
            });
            controls.collect()
        };
        let names: Vec<_> = collection
            .fields
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        Part {
            title: collection.title.clone(),
            description: collection.description.clone(),
            id: format!("c{at}"),
            names: names.join(", "),
            rows: (0..rows).map(row).collect(),
            can_add: rows < MOST_ROWS,
        }
    });
    parts.collect()
}

/// What a record of the person's must hold, where that is certain.
fn prefilled(known: Option<&[Value]>) -> String {
    let first = known.and_then(<[Value]>::first);
    first.map(ToString::to_string).unwrap_or_default()
}

fn control(field: &Field, name: String, known: Option<&[Value]>, value: String) -> Control {
    let data_type = field.data_type;
    let is_list = data_type.is_some_and(|it| it.array);
    let is_long = matches!(&field.correctable, Correctable::By(Input::LongText(_)))
        || field.length.is_some_and(|length| length > 300);
    let kind = match data_type.map(|it| it.kind) {
        _ if is_list || is_long || !field.fields.is_empty() => "area",
        Some(Kind::Object) => "area",
        Some(Kind::Boolean) => "choice",
        Some(Kind::Date) => "date",
        Some(Kind::DateTime) => "datetime-local",
        _ => "text",
    };
    let hint = match known {
        Some(known) => {
            let known: Vec<_> = known.iter().take(5).map(ToString::to_string).collect();
            format!(
                "The records are theirs where this is {}.",
                known.join(" or ")
            )
        }
        None if kind == "text" && data_type.is_none_or(|it| it.kind == Kind::String) => {
            field.description.clone()
        }
        None => values::expected(field).to_owned(),
    };
    Control {
        name,
        label: field.title.clone(),
        hint,
        kind,
        value,
        is_optional: !field.primary_key,
    }
}

impl Control {
    /// Whether it is one line.
    pub fn is_line(&self) -> bool {
        !matches!(self.kind, "area" | "choice")
    }
}

/// Where a record comes from: the name of the control or file beside which a fault stands, and the line.
struct Origin {
    beside: String,
    line: Option<u64>,
}

/// What was found, as it was sent; or what is wrong with it, and nothing is taken.
pub fn read(
    register: &Register,
    source: &str,
    ways: &Ways,
    sent: &Sent,
) -> Result<Vec<Found>, Faults> {
    let mut reading = Reading::default();
    for (at, (key, collection)) in collections(register, source).into_iter().enumerate() {
        let known = ways.get(&key).map_or(&[][..], Vec::as_slice);
        for row in 0..sent.rows(at) {
            reading.row((at, row), (&key, collection), known, sent);
        }
        reading.file(at, (&key, collection), sent);
        let of_it = reading.found.iter_mut().filter(|it| it.key == key);
        of_it.for_each(|found| check::fill(collection, known, found));
    }
    reading.check(register, source, ways);
    if reading.faults.is_empty() {
        Ok(reading.found)
    } else {
        Err(reading.faults)
    }
}

/// Whether records were typed, or files chosen.
pub fn has_records(register: &Register, source: &str, ways: &Ways, sent: &Sent) -> bool {
    let mut all = collections(register, source).into_iter().enumerate();
    let is_typed = all.any(|(at, (key, collection))| {
        let known = ways.get(&key).map_or(&[][..], Vec::as_slice);
        (0..sent.rows(at)).any(|row| is_typed((at, row), collection, known, sent))
    });
    is_typed || !sent.files.is_empty()
}

fn control_name((at, row): (usize, usize), number: usize) -> String {
    format!("c{at}-r{row}-f{number}")
}

/// Whether anything stands in a record but what stood there before.
fn is_typed(place: (usize, usize), collection: &Collection, known: &[Way], sent: &Sent) -> bool {
    let mut fields = collection.fields.iter().enumerate();
    fields.any(|(number, field)| {
        let text = sent.text(&control_name(place, number)).trim();
        !text.is_empty() && text != prefilled(check::known(known, &field.name))
    })
}

#[derive(Default)]
struct Reading {
    found: Vec<Found>,
    origins: Vec<Origin>,
    faults: Faults,
}

impl Reading {
    /// A record that was typed; one in which nothing stands but what stood there before is none.
    fn row(
        &mut self,
        place: (usize, usize),
        (key, collection): (&CollectionKey, &Collection),
        known: &[Way],
        sent: &Sent,
    ) {
        if !is_typed(place, collection, known, sent) {
            return;
        }
        let name = |number: usize| control_name(place, number);
        let mut cells = Cells::new();
        for (number, field) in collection.fields.iter().enumerate() {
            let given = Value::Text(sent.text(&name(number)).to_owned());
            match values::typed(field, &given) {
                Ok(held) if held.is_null() => {}
                Ok(held) => drop(cells.insert(field.name.clone(), held)),
                Err(wrong) => self.faults.push((name(number), wrong)),
            }
        }
        let mut fields = collection.fields.iter();
        let leading = fields.position(|field| check::known(known, &field.name).is_some());
        self.origins.push(Origin {
            beside: name(leading.unwrap_or_default()),
            line: None,
        });
        let key = key.clone();
        self.found.push(Found { key, cells });
    }

    fn file(&mut self, at: usize, (key, collection): (&CollectionKey, &Collection), sent: &Sent) {
        let name = format!("c{at}-file");
        let Some((file, content)) = sent.files.get(&name) else {
            return;
        };
        match upload::read(file, content.clone(), collection) {
            Ok(lines) if lines.is_empty() => {
                let wrong = "There is no record in this file.".to_owned();
                self.faults.push((name, wrong));
            }
            Ok(lines) => {
                for (line, cells) in lines {
                    self.origins.push(Origin {
                        beside: name.clone(),
                        line: Some(line),
                    });
                    let key = key.clone();
                    self.found.push(Found { key, cells });
                }
            }
            Err(wrong) => self.faults.push((name, wrong)),
        }
    }

    fn check(&mut self, register: &Register, source: &str, ways: &Ways) {
        if !self.faults.is_empty() {
            return;
        }
        let beside_first = || "c0-r0-f0".to_owned();
        if self.found.is_empty() {
            let wrong = "Enter what you found, or send a file. If there is nothing, say so below.";
            self.faults.push((beside_first(), wrong.to_owned()));
        }
        if self.found.len() > MOST_RECORDS {
            let most = words::number(MOST_RECORDS);
            let wrong = format!("These are more than {most} records of one person.");
            self.faults.push((beside_first(), wrong));
            return;
        }
        for (at, wrong) in check::faults(register, source, &self.found, ways) {
            let origin = &self.origins[at];
            let wrong = match origin.line {
                Some(line) => format!("line {line}: {wrong}"),
                None => wrong,
            };
            self.faults.push((origin.beside.clone(), wrong));
        }
    }
}
