//! The SQL of PostgreSQL. Every value travels as text and is cast to its column's type.

use std::fmt::Write;

use super::{
    Column, ColumnKind, Inside, Table,
    postgres::Postgres,
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
            // Lists are read as JSON, which writes them in other brackets.
            ColumnKind::Json if column.sql_type.ends_with("[]") => {
                format!(
                    "translate(${position}::text, '[]', '{{}}')::{}",
                    column.sql_type
                )
            }
            _ => format!("${position}::text::{}", key_type(column)),
        }
    }

    fn list(&self, position: usize, column: &Column) -> String {
        match column.kind {
            ColumnKind::Bytes => format!("= ANY(${position}::bytea[])"),
            _ => format!("= ANY(${position}::text[]::{}[])", key_type(column)),
        }
    }

    fn holds(&self, position: usize, column: &Column, inside: &Inside, any_case: bool) -> String {
        let name = quoted(&inside.column);
        let json = if column.is_packed() {
            format!("to_jsonb({name})")
        } else {
            format!("{name}::jsonb")
        };
        let mut path = "$".to_owned();
        for key in &inside.keys {
            let _ = write!(path, ".{}", serde_json::Value::from(key.as_str()));
        }
        let path = path.replace('\'', "''");
        let held = if any_case {
            "lower(held #>> '{}')"
        } else {
            "held #>> '{}'"
        };
        format!(
            "EXISTS (SELECT FROM jsonb_path_query({json}, '{path}[*]') AS held \
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
    /// A list or an object of the database's own kind, which is read as JSON and cannot be written as such.
    fn is_packed(&self) -> bool {
        let is_json = matches!(&*self.sql_type, "json" | "jsonb");
        let is_text = matches!(
            &*self.sql_type,
            "text" | "character varying" | "bpchar" | "citext" | "name"
        );
        !is_json && (self.kind == ColumnKind::Json || (self.inside.is_some() && !is_text))
    }
}

/// The type to compare with: whole numbers by the largest, so that a key that is too large finds nothing.
fn key_type(column: &Column) -> &str {
    match column.kind {
        ColumnKind::Integer => "int8",
        _ => &column.sql_type,
    }
}
