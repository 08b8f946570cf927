//! The live structure of a SQLite file.

use rusqlite::{Connection, Result};

use super::{Column, ColumnKind, ForeignKey, Schema, Shows, Table, TableName, TableRules, rules};

/// All tables and views, those of extensions too. What they keep under names of their own is left out.
pub(super) fn read(connection: &Connection) -> Result<Schema> {
    let mut listed = connection.prepare_cached(
        "SELECT name, type, wr, strict FROM pragma_table_list \
         WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?;
    let listed = listed.query_map([], |row| {
        let (name, kind, wr): (String, String, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((name, kind, !wr, row.get(3)?))
    })?;
    let mut tables = Vec::new();
    for row in listed {
        let (name, kind, has_rowid, is_strict): (_, _, _, bool) = row?;
        match table(connection, &name, has_rowid && kind != "view") {
            Ok(mut table) => {
                if is_strict {
                    table.keep_types();
                }
                // Where triggers change something in its place, it cannot be told of how many rows.
                if kind == "view" {
                    table.compute();
                    table.rules.shows = Some(Shows::Now);
                }
                tables.push(table);
            }
            // Of an extension that is not here, or of a table that is gone.
            Err(_) if kind != "table" => {}
            Err(error) => return Err(error),
        }
    }
    let mut schema = Schema::new(tables);
    name_referenced(&mut schema);
    Ok(schema)
}

/// A foreign key that names no columns means the primary key of the other table.
fn name_referenced(schema: &mut Schema) {
    let all = schema.clone();
    let keys = schema
        .tables
        .iter_mut()
        .flat_map(|table| &mut table.foreign_keys);
    for key in keys.filter(|key| key.referenced.is_empty()) {
        if let Some(target) = all.table(&key.table) {
            key.referenced.clone_from(&target.row_key);
        }
    }
}

fn table(connection: &Connection, name: &str, has_rowid: bool) -> Result<Table> {
    let (mut columns, mut row_key) = columns(connection, name)?;
    for key in without_case(connection, name)? {
        let named = columns.iter_mut().find(|it| it.name == key);
        if let Some(column) = named {
            column.sql_type.push_str(" collate nocase");
        }
    }
    if row_key.is_empty() && has_rowid {
        let alias = ["rowid", "_rowid_", "oid"]
            .into_iter()
            .find(|alias| !columns.iter().any(|it| it.name.eq_ignore_ascii_case(alias)));
        if let Some(alias) = alias {
            columns.push(row_number(alias));
            row_key.push(alias.to_owned());
        }
    }
    let mut table = Table {
        unique: unique(connection, name)?,
        foreign_keys: foreign_keys(connection, name)?,
        name: table_name(name),
        columns,
        row_key,
        rules: TableRules::default(),
    };
    add_rules(connection, &mut table)?;
    Ok(table)
}

/// What is written in the statements with which a table and its indexes were created.
fn add_rules(connection: &Connection, table: &mut Table) -> Result<()> {
    let mut created = connection.prepare_cached(
        "SELECT s.sql FROM sqlite_schema AS s WHERE s.type = 'table' AND s.name = ?1",
    )?;
    let created = created.query_map([&table.name.name], |row| row.get::<_, Option<String>>(0))?;
    for statement in created.collect::<Result<Vec<_>>>()?.into_iter().flatten() {
        for check in rules::checks_in(&rules::without_comments(&statement)) {
            table.add_check(check);
        }
    }
    let mut indexes = connection.prepare_cached(
        "SELECT s.sql FROM pragma_index_list(?1) AS i JOIN sqlite_schema AS s ON s.name = i.name \
         WHERE i.\"unique\" AND s.sql IS NOT NULL \
         AND (i.partial OR EXISTS (SELECT 1 FROM pragma_index_info(i.name) AS c WHERE c.cid = -2))",
    )?;
    let indexes = indexes.query_map([&table.name.name], |row| row.get::<_, String>(0))?;
    for statement in indexes.collect::<Result<Vec<_>>>()? {
        let statement = rules::without_comments(&statement);
        let columns = statement.split_once('(').map_or("", |(_, columns)| columns);
        let named = table.named_in(rules::before_condition(columns));
        table.rules.collides.extend(named);
    }
    Ok(())
}

impl Table {
    /// Elsewhere, a column of bytes takes anything.
    fn keep_types(&mut self) {
        for column in &mut self.columns {
            if column.sql_type == "BLOB" {
                column.kind = ColumnKind::Bytes;
            }
        }
    }
}

impl Column {
    /// Whether 1 and '1', which are one key here, are two to it: SQLite's columns without a type.
    pub(super) fn parts_types(&self) -> bool {
        self.kind == ColumnKind::Any && matches!(&*self.sql_type, "" | "BLOB" | "ANY")
    }
}

fn table_name(name: &str) -> TableName {
    TableName {
        schema: None,
        name: name.to_owned(),
    }
}

/// SQLite's own number of a row, for tables without a primary key.
fn row_number(alias: &str) -> Column {
    Column {
        name: alias.to_owned(),
        kind: ColumnKind::Integer,
        sql_type: "INTEGER".to_owned(),
        nullable: false,
        length: None,
        generated: true,
        inside: None,
    }
}

fn columns(connection: &Connection, table: &str) -> Result<(Vec<Column>, Vec<String>)> {
    let mut listed = connection.prepare_cached(
        "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1",
    )?;
    let mut rows = listed.query([table])?;
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let (name, sql_type): (String, String) = (row.get(0)?, row.get(1)?);
        let (position, hidden): (i64, i64) = (row.get(3)?, row.get(4)?);
        if position > 0 {
            key.push((position, name.clone()));
        }
        columns.push(Column {
            kind: kind_of(&sql_type),
            length: length_of(&sql_type),
            nullable: !row.get::<_, bool>(2)? && position == 0,
            generated: hidden != 0,
            inside: None,
            name,
            // Large letters, as names of types of other servers have small ones, and mean something there.
            sql_type: sql_type.to_ascii_uppercase(),
        });
    }
    key.sort();
    Ok((columns, key.into_iter().map(|(_, name)| name).collect()))
}

/// SQLite's affinity rules, with the kinds of value that the usual names promise.
fn kind_of(sql_type: &str) -> ColumnKind {
    let name = sql_type.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match name.as_str() {
        _ if has(&["INT"]) => ColumnKind::Integer,
        _ if has(&["CHAR", "CLOB", "TEXT"]) => ColumnKind::Text,
        _ if has(&["BLOB"]) => ColumnKind::Any,
        _ if has(&["BOOL"]) => ColumnKind::Bool,
        _ if has(&["TIMESTAMP", "DATETIME"]) => ColumnKind::DateTime,
        "DATE" => ColumnKind::Date,
        _ if has(&["REAL", "FLOA", "DOUB", "DEC", "NUMERIC"]) => ColumnKind::Number,
        _ => ColumnKind::Any,
    }
}

/// The n of `VARCHAR(n)`.
fn length_of(sql_type: &str) -> Option<u32> {
    let (name, rest) = sql_type.split_once('(')?;
    let number = rest.split(')').next()?.trim();
    (kind_of(name) == ColumnKind::Text).then(|| number.parse().ok())?
}

/// The columns of unique indexes. One of an expression says nothing about the columns beside it.
fn unique(connection: &Connection, table: &str) -> Result<Vec<Vec<String>>> {
    let mut listed = connection.prepare_cached(
        "SELECT i.name FROM pragma_index_list(?1) AS i WHERE i.\"unique\" AND NOT i.partial \
         AND NOT EXISTS (SELECT 1 FROM pragma_index_info(i.name) AS c WHERE c.cid = -2)",
    )?;
    let mut columns =
        connection.prepare_cached("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
    let indexes: Vec<String> = listed
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_>>()?;
    let mut of = |index: String| -> Result<Option<Vec<String>>> {
        let parts = columns.query_map([index], |row| row.get::<_, Option<String>>(0))?;
        parts.collect()
    };
    let all = indexes.into_iter().map(|index| of(index).transpose());
    all.flatten().collect()
}

/// Columns of keys in which letter case makes no difference. Of others it is not told.
fn without_case(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let mut listed = connection.prepare_cached(
        "SELECT c.name FROM pragma_index_list(?1) AS i, pragma_index_xinfo(i.name) AS c \
         WHERE i.origin <> 'c' AND c.key AND c.coll = 'NOCASE' COLLATE NOCASE AND c.name IS NOT NULL",
    )?;
    listed.query_map([table], |row| row.get(0))?.collect()
}

fn foreign_keys(connection: &Connection, table: &str) -> Result<Vec<ForeignKey>> {
    let mut listed = connection.prepare_cached(
        "SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
    )?;
    let mut rows = listed.query([table])?;
    let mut keys: Vec<(i64, ForeignKey)> = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if keys.last().is_none_or(|(last, _)| *last != id) {
            let target: String = row.get(1)?;
            let key = ForeignKey {
                columns: Vec::new(),
                table: table_name(&target),
                referenced: Vec::new(),
                collations: Vec::new(),
            };
            keys.push((id, key));
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(row.get(2)?);
            key.referenced.extend(row.get::<_, Option<String>>(3)?);
        }
    }
    Ok(keys.into_iter().map(|(_, key)| key).collect())
}
