//! The SQL of PostgreSQL. Every value travels as text and is cast to its column's type.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::{
    Column, ColumnKind, Inside, Table, Value,
    postgres::Postgres,
    schema::address,
    sql::{Dialect, quoted},
};

impl Dialect for Postgres {
    fn key(&self) -> &str {
        &self.key
    }

    fn table(&self, table: &Table) -> String {
        let schema = table.name.schema.as_deref().unwrap_or("public");
        format!("{}.{}", quoted(schema), quoted(&table.name.name))
    }

    fn count(&self, number: usize) -> String {
        format!("{number}::bigint")
    }

    fn single(&self) -> &'static str {
        "1::bigint"
    }

    fn read(&self, column: &Column) -> String {
        let held = column.inside.as_ref().map_or(&column.name, |it| &it.column);
        let name = quoted(held);
        match column.kind {
            ColumnKind::Integer => format!("{name}::int8"),
            ColumnKind::Bool | ColumnKind::Bytes => name,
            _ if column.is_packed() => format!("to_jsonb({name})::text"),
            // Its text would say of a single address how long it is.
            _ if column.is_address() => format!("abbrev({name})"),
            _ => format!("{name}::text"),
        }
    }

    fn group(&self, column: &Column) -> String {
        self.read(column)
    }

    fn guard(&self, position: usize, column: &Column) -> String {
        // Some types, such as json, have no equality of their own; their text has.
        let (held, value) = match column.kind {
            ColumnKind::Integer => (self.read(column), format!("${position}::text::int8")),
            ColumnKind::Bool => (self.read(column), format!("${position}::text::bool")),
            ColumnKind::Bytes => (self.read(column), format!("${position}::bytea")),
            // 12.5 and 12.50 are one number.
            ColumnKind::Number => (quoted(&column.name), self.one(position, column)),
            _ => (self.read(column), format!("${position}::text")),
        };
        format!("{held} IS NOT DISTINCT FROM {value}")
    }

    fn one(&self, position: usize, column: &Column) -> String {
        match column.kind {
            ColumnKind::Bytes => format!("${position}::bytea"),
            // Lists and objects of its own kinds are read as JSON, and made of it again.
            ColumnKind::Json if column.is_packed() => format!(
                "(SELECT v FROM jsonb_to_record(jsonb_build_object('v', ${position}::text::jsonb)) AS held (v {}))",
                column.sql_type
            ),
            _ => format!("${position}::text::{}", key_type(column)),
        }
    }

    /// What a type does not take would be an error.
    fn forms(&self, column: &Column, value: &Value) -> Vec<Value> {
        let mut forms = column.forms_of(value);
        forms.retain(|form| column.takes(form.as_text().unwrap_or_default()));
        forms
    }

    /// Of its other types it is not known what they take: what they hold is compared as it is read.
    fn is_linked(
        &self,
        (position, count): (usize, usize),
        column: &Column,
        any_case: bool,
    ) -> String {
        if column.kind != ColumnKind::Other || column.is_address() {
            return self.is_among((position, count), column, any_case);
        }
        let mut held = self.read(column);
        if any_case {
            held = format!("lower({held})");
        }
        if count == 1 {
            format!("{held} = ${position}::text")
        } else {
            format!("{held} = ANY(${position}::text[])")
        }
    }

    fn list(&self, position: usize, column: &Column) -> String {
        match column.kind {
            ColumnKind::Bytes => format!("= ANY(${position}::bytea[])"),
            _ => format!("= ANY(${position}::text[]::{}[])", key_type(column)),
        }
    }

    /// Anywhere in the column, in however many lists: whoever asks looks at the place.
    fn holds(&self, position: usize, column: &Column, inside: &Inside, any_case: bool) -> String {
        let name = quoted(&inside.column);
        if column.is_text() {
            return holds_somewhere(position, &format!("{name}::text"), any_case);
        }
        let json = if column.is_packed() {
            format!("to_jsonb({name})")
        } else {
            format!("{name}::jsonb")
        };
        let held = if any_case {
            "lower(held #>> '{}')"
        } else {
            "held #>> '{}'"
        };
        format!(
            "EXISTS (SELECT FROM jsonb_path_query({json}, '$.**') AS held \
             WHERE {held} = ANY(${position}::text[]))"
        )
    }

    fn any_case(&self, column: &Column) -> String {
        let name = quoted(&column.name);
        let is_blind = column.sql_type.ends_with("citext");
        match column.kind {
            ColumnKind::Text if !is_blind => format!("lower({name}::text)"),
            _ => name,
        }
    }
}

impl Column {
    /// A list or an object of the database's own kind, which is read as JSON.
    fn is_packed(&self) -> bool {
        let is_json = matches!(&*self.sql_type, "json" | "jsonb");
        let is_open = self.inside.is_some() && !self.is_text();
        !is_json && (self.kind == ColumnKind::Json || is_open)
    }

    fn is_text(&self) -> bool {
        matches!(
            &*self.sql_type,
            "text" | "character varying" | "bpchar" | "citext" | "name"
        )
    }

    /// Whether a text is one of its values, where it is known what these look like.
    fn takes(&self, text: &str) -> bool {
        let is_ever = matches!(text, "infinity" | "-infinity");
        match self.kind {
            ColumnKind::Date => is_ever || text.parse::<NaiveDate>().is_ok(),
            ColumnKind::DateTime => is_ever || is_time(text),
            ColumnKind::Other if self.is_address() => address(text).is_some(),
            _ => true,
        }
    }
}

/// A day, with a time and a time zone or without.
fn is_time(text: &str) -> bool {
    let time = text.replacen('T', " ", 1);
    text.parse::<NaiveDate>().is_ok()
        || NaiveDateTime::parse_from_str(&time, "%Y-%m-%d %H:%M:%S%.f").is_ok()
        || DateTime::parse_from_str(&time, "%Y-%m-%d %H:%M:%S%.f%#z").is_ok()
}

/// The condition that a text holds one of some values anywhere between signs of JSON. It is not read as JSON, because
/// one text that is none would be an error. What holds a backslash may write its values otherwise, and is let through.
fn holds_somewhere(position: usize, name: &str, any_case: bool) -> String {
    let held = if any_case { "lower(held)" } else { "held" };
    let parts = [name, &format!("translate({name}, E'[]{{}}:, \\n\\r\\t', repeat('\"', 10))")].map(|text| {
        format!(
            "EXISTS (SELECT FROM unnest(string_to_array({text}, '\"')) AS held WHERE {held} = ANY(${position}::text[]))"
        )
    });
    format!("(strpos({name}, '\\') > 0 OR {})", parts.join(" OR "))
}

/// The type to compare with: numbers by the largest, so that a key that is too large finds nothing.
fn key_type(column: &Column) -> &str {
    match column.kind {
        ColumnKind::Integer => "int8",
        ColumnKind::Number => column.sql_type.split('(').next().unwrap_or_default(),
        _ => &column.sql_type,
    }
}
