//! A file of records: CSV with a header, or JSON lines. All of it is taken, or none.

use crate::register::Collection;
use crate::sources::{Cells, read_sent};

use super::values::typed;

/// So many records of one person are taken.
pub const MOST_RECORDS: usize = 2_000;

/// The largest file that is taken, in bytes.
pub const LARGEST: usize = 5 * 1024 * 1024;

/// So many faults are told at once.
const TOLD: usize = 5;

/// A record with the line on which it begins.
pub type Line = (u64, Cells);

/// Reads the records of a collection from a file; the ending of its name says how it is written.
///
/// # Errors
/// A sentence with line and what was expected.
pub fn read(name: &str, content: Vec<u8>, collection: &Collection) -> Result<Vec<Line>, String> {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    // Only whoever sent it reads its own name, which may tell of the person.
    let plain = match ending.as_deref() {
        Some("csv") => "file.csv",
        Some("jsonl") => "file.jsonl",
        _ => return Err("Send a file whose name ends with .csv or .jsonl.".to_owned()),
    };
    if content.len() > LARGEST {
        return Err("The file is larger than 5 MB. Send a smaller one.".to_owned());
    }
    let has_header = plain == "file.csv";
    let (mut lines, mut faults) = (Vec::new(), Faults::default());
    let read = read_sent(plain, content, &mut |line, cells| {
        let mut record = Cells::new();
        for (name, given) in cells {
            let field = collection.fields.iter().find(|it| it.name == name);
            let Some(field) = field else {
                // A header is wrong once, on its own line.
                let line = if has_header { 1 } else { line };
                if !has_header || lines.is_empty() {
                    let known = names(collection);
                    faults.push(format!("line {line}, {name}: expected one of {known}."));
                }
                continue;
            };
            match typed(field, &given) {
                Ok(held) if held.is_null() => {}
                Ok(held) => drop(record.insert(name, held)),
                Err(wrong) => faults.push(format!("line {line}, {name}: {wrong}")),
            }
        }
        for key in collection.fields.iter().filter(|it| it.primary_key) {
            if !record.contains_key(&key.name) && faults.is_empty() {
                faults.push(format!("line {line}: {} is missing.", key.name));
            }
        }
        // More are refused as a whole; they need not be held.
        if lines.len() <= MOST_RECORDS {
            lines.push((line, record));
        }
    });
    if let Err(fault) = read {
        faults.push(fault.replacen(plain, name, 1));
    }
    if faults.is_empty() {
        Ok(lines)
    } else {
        Err(faults.in_words())
    }
}

/// The first faults, and how many more there are.
#[derive(Default)]
struct Faults {
    told: Vec<String>,
    more: usize,
}

impl Faults {
    fn push(&mut self, fault: String) {
        if self.told.len() < TOLD {
            self.told.push(fault);
        } else {
            self.more += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    fn in_words(mut self) -> String {
        if self.more > 0 {
            self.told.push(format!("and {} more.", self.more));
        }
        self.told.join(" ")
    }
}

fn names(collection: &Collection) -> String {
    let names: Vec<_> = collection
        .fields
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    names.join(", ")
}
