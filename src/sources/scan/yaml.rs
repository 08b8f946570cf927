//! The draft as fideslang's YAML.

use std::{collections::BTreeSet, fmt::Write};

use super::{Draft, Drafted, Standing};
use crate::sources::{Column, ColumnKind};

const NOT_PERSONAL: &str = "system.operations";

pub(super) fn write(
    key: &str,
    namespace: Option<&str>,
    others: &BTreeSet<&str>,
    drafts: &[Draft<'_>],
) -> String {
    let mut text = String::from(
        "# A draft: look at every category. Its confidence, from 0 to 100, stands behind it where it was guessed.\n",
    );
    let name = scalar(key);
    if !others.is_empty() {
        let others: Vec<_> = others.iter().map(|it| scalar(it)).collect();
        let _ = writeln!(text, "# Left out are the schemas {}.", others.join(", "));
    }
    let _ = write!(text, "dataset:\n  - fides_key: {name}\n    name: {name}\n");
    if let Some(namespace) = namespace.filter(|it| *it != "public") {
        let schema = scalar(namespace);
        let _ = writeln!(text, "    fides_meta: {{namespace: {{schema: {schema}}}}}");
    }
    let none = if drafts.is_empty() { " []" } else { "" };
    let _ = writeln!(text, "    collections:{none}");
    for draft in drafts {
        collection(&mut text, key, draft);
    }
    text
}

fn collection(text: &mut String, key: &str, draft: &Draft<'_>) {
    let _ = writeln!(text, "      - name: {}", scalar(&draft.table.name.name));
    if draft.standing == Standing::Apart {
        let _ = write!(
            text,
            "        # No identity leads here. Is it about people? Then name an identity or a reference.\n        \
             fides_meta: {{skip_processing: true}}\n"
        );
    }
    if let Some(why) = &draft.unread {
        let _ = writeln!(
            text,
            "        # No value was looked at, so that categories are guessed from names alone: {why}"
        );
    }
    if draft.is_untyped {
        let said = match &draft.key[..] {
            [] => {
                "No column is another in every record: nothing in it can be corrected or erased before one has `primary_key: true`. Types are guessed"
            }
            _ => "Is its key really another in every record, for ever? Key and types are guessed",
        };
        let _ = writeln!(text, "        # {said} from what is there now.");
    }
    let _ = writeln!(text, "        fields:");
    for column in &draft.columns {
        field(text, key, draft, column);
    }
}

fn field(text: &mut String, key: &str, draft: &Draft<'_>, drafted: &Drafted<'_>) {
    let column = drafted.column;
    let category = drafted
        .guess
        .as_ref()
        .map_or(NOT_PERSONAL, |it| it.category);
    let _ = writeln!(text, "          - name: {}", scalar(&column.name));
    let sure = drafted
        .guess
        .as_ref()
        .map(|it| format!(" # {}", it.confidence));
    let _ = writeln!(
        text,
        "            data_categories: [{category}]{}",
        sure.unwrap_or_default()
    );
    for (table, other) in &drafted.beside {
        let field = scalar(&format!("{table}.{other}"));
        let _ = writeln!(
            text,
            "            # It names a row by {field}. Whose record this is, other fields say."
        );
    }
    let mut meta = Vec::new();
    if draft.key.contains(&column.name) {
        meta.push("primary_key: true".to_owned());
    }
    let identity = drafted.guess.as_ref().and_then(|it| it.identity);
    // By an object nobody is found.
    let is_listed = identity.is_some() && column.kind == ColumnKind::Json;
    let data_type = drafted.data_type.or(is_listed.then_some("string[]"));
    meta.extend(data_type.map(|it| format!("data_type: {}", scalar(it))));
    meta.extend(column.length.map(|it| format!("length: {it}")));
    meta.extend(identity.map(|it| format!("identity: {it}")));
    let references = drafted.references.iter().map(|(table, other, direction)| {
        let field = scalar(&format!("{table}.{other}"));
        let dataset = scalar(key);
        format!("{{dataset: {dataset}, field: {field}, direction: {direction}}}")
    });
    let references: Vec<_> = references.collect();
    if !references.is_empty() {
        meta.push(format!("references: [{}]", references.join(", ")));
    }
    if !meta.is_empty() {
        let _ = writeln!(text, "            fides_meta: {{{}}}", meta.join(", "));
    }
}

pub(super) fn data_type(column: &Column) -> Option<&'static str> {
    Some(match column.kind {
        ColumnKind::Integer => "integer",
        // The largest of these are no numbers of ours, and whole all the same.
        ColumnKind::Number if column.sql_type.starts_with("bigint") => "integer",
        ColumnKind::Number => "float",
        ColumnKind::Text | ColumnKind::Uuid => "string",
        ColumnKind::Bool => "boolean",
        ColumnKind::Date => "date",
        ColumnKind::DateTime => "datetime",
        ColumnKind::Json if column.sql_type.ends_with("[]") => {
            let whole = ["smallint", "integer", "bigint"];
            let are_whole = whole.iter().any(|it| column.sql_type.starts_with(it));
            if are_whole { "integer[]" } else { "string[]" }
        }
        ColumnKind::Json | ColumnKind::Bytes | ColumnKind::Any | ColumnKind::Other => return None,
    })
}

/// A name as YAML reads it back: quoted, unless it is a plain word.
fn scalar(name: &str) -> String {
    let is_word = name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "_.".contains(it));
    let is_special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if is_word && !is_special.contains(&&*name.to_lowercase()) {
        name.to_owned()
    } else {
        serde_json::Value::from(name).to_string()
    }
}
