//! A file of records: CSV with a header, or JSON lines. All of it is taken, or none.

use crate::register::Collection;
use crate::sources::{Cells, read_sent};

use super::values::typed;

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
    // Its own name may tell of the person.
    let shown = match ending.as_deref() {
        Some("csv") => "file.csv",
        Some("jsonl") => "file.jsonl",
        _ => return Err("Send a file whose name ends with .csv or .jsonl.".to_owned()),
    };
    if content.len() > LARGEST {
        return Err("The file is larger than 5 MB. Send a smaller one.".to_owned());
    }
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let read = read_sent(shown, content, &mut |line, cells| {
        let mut record = Cells::new();
        for (name, given) in cells {
            let field = collection.fields.iter().find(|it| it.name == name);
            let held = match field {
                Some(field) => typed(field, &given),
                None => Err(format!("expected one of {}", names(collection))),
            };
            match held {
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
        lines.push((line, record));
    });
    if let Err(fault) = read {
        faults.push(fault);
    }
    let more = faults.len().saturating_sub(TOLD);
    faults.truncate(TOLD);
    if more > 0 {
        faults.push(format!("and {more} more."));
    }
    if faults.is_empty() {
        Ok(lines)
    } else {
        Err(faults.join(" "))
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
