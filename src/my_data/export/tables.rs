//! Records as JSON and as CSV, with the ids and explanations of the pages.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use crate::disclosures::receiving::Line;
use crate::my_data::kept::Kept;
use crate::my_data::ledger::{DatumLine, RecordCard};
use crate::web::csv::cell;

/// A record as one JSON object.
pub(super) fn json(record: &RecordCard) -> Json {
    let data: Vec<_> = record.data.iter().map(datum).collect();
    let mut object = json!({ "id": record.id, "record": record.title(), "data": data });
    if let Some(why) = &record.stays {
        object["stays"] = json!(why);
    }
    object
}

/// What deletions had to leave, as a list of JSON.
pub(super) fn kept(lines: &[Kept]) -> Json {
    let line = |it: &Kept| {
        json!({
            "collection": it.key.to_string(),
            "title": it.title,
            "records": it.count,
            "until": it.until,
            "why": it.why_in_words(),
            "deletion": it.reference,
        })
    };
    lines.iter().map(line).collect()
}

fn datum(line: &DatumLine) -> Json {
    let facts = &line.facts;
    json!({
        "field": line.path,
        "title": facts.title,
        "category": facts.category,
        "category_in_the_law": facts.statutory,
        "value": if line.is_empty { Json::Null } else { Json::from(line.plain.as_str()) },
        "shown": !line.is_masked,
        "source": facts.source,
        "used_for": facts.purposes,
        "may_receive_it": facts.recipients,
        "kept": line.kept,
        "your_statement": line.statement,
        "sensitive": facts.is_sensitive,
        "required": facts.required.as_ref().map(|it| json!({ "basis": it.basis, "without_it": it.consequence })),
    })
}

/// Who receives data, as a list of JSON.
pub(super) fn recipients(lines: &[Line<'_>]) -> Json {
    let line = |it: &Line<'_>| {
        json!({
            "name": it.recipient.name,
            "role": it.recipient.role.title(),
            "what_they_do": it.recipient.purpose,
            "data": it.data,
            "data_in_the_law": it.statutory,
            "what_for": it.purposes,
        })
    };
    lines.iter().map(line).collect()
}

/// Writes a record as rows of CSV, one per datum.
pub(super) fn write_csv(into: &mut csv::Writer<impl Write>, record: &RecordCard) -> io::Result<()> {
    for line in &record.data {
        let facts = &line.facts;
        let value = if line.is_empty { "" } else { &line.plain };
        let required = facts
            .required
            .as_ref()
            .map(|it| format!("{} Without it: {}", it.basis, it.consequence));
        let row = [
            &record.id,
            &facts.title,
            value,
            &facts.category,
            &facts.statutory,
            &facts.source,
            &facts.purposes.join("; "),
            &facts.recipients.join("; "),
            &line.kept,
            &required.unwrap_or_default(),
            line.statement.as_deref().unwrap_or_default(),
        ];
        into.write_record(row.map(|text| cell(text).into_owned()))
            .map_err(io::Error::other)?;
    }
    Ok(())
}

/// The first row of every CSV file.
pub(super) const CSV_HEAD: [&str; 11] = [
    "id",
    "datum",
    "value",
    "category",
    "category in the law",
    "where it comes from",
    "used for",
    "may receive it",
    "kept",
    "required",
    "your statement",
];
