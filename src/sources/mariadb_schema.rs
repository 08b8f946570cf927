//! The live structure of a MariaDB or MySQL database.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use mysql_async::Row;

use super::{
    Column, ColumnKind, Fault, ForeignKey, Schema, Shows, Table, TableName, TableRules,
    mariadb_link::Link, mariadb_sql::quoted, sql::Statement,
};

const COLUMNS: &str = "
SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, DATA_TYPE, IS_NULLABLE, CHARACTER_MAXIMUM_LENGTH, EXTRA, COLLATION_NAME
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = DATABASE()
ORDER BY TABLE_NAME, ORDINAL_POSITION";

/// Of these, `json_valid` alone says that a long text is JSON. In MySQL, checks do not name their table.
const CHECKS: &str = "
SELECT /*M! TABLE_NAME, CHECK_CLAUSE */ /*!50700 '', '' */
FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = DATABASE()";

/// They hold nothing themselves.
const VIEWS: &str = "
SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'VIEW'";

/// Of the others, a row belongs to one row of one table, and is changed with it.
const COMPUTED: &str = "
SELECT TABLE_NAME FROM information_schema.VIEWS
WHERE TABLE_SCHEMA = DATABASE() AND IS_UPDATABLE <> 'YES'";

/// What could not be taken back, or would stay as history, is not changed either.
const FIXED: &str = "
SELECT t.TABLE_NAME FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
WHERE t.TABLE_SCHEMA = DATABASE() AND (e.TRANSACTIONS <> 'YES' OR t.TABLE_TYPE = 'SYSTEM VERSIONED')";

/// What unique columns are computed of, as it stands for an index of an expression.
const COMPUTED_UNIQUE: &str = "
SELECT c.TABLE_NAME, c.GENERATION_EXPRESSION
FROM information_schema.COLUMNS c JOIN information_schema.STATISTICS s
  ON s.TABLE_SCHEMA = DATABASE() AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME
WHERE c.TABLE_SCHEMA = DATABASE() AND s.NON_UNIQUE = 0 AND c.GENERATION_EXPRESSION <> ''";

const KEYS: &str = "
SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0
ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX";

const FOREIGN_KEYS: &str = "
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_COLUMN_NAME,
       IF(REFERENCED_TABLE_SCHEMA = DATABASE(), '', CONCAT(REFERENCED_TABLE_SCHEMA, '.')), REFERENCED_TABLE_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION";

/// Whether tables of other databases of the server refer to ours, as far as we may see them.
const ARE_ELSEWHERE: &str = "
SELECT 1 FROM information_schema.KEY_COLUMN_USAGE
WHERE REFERENCED_TABLE_SCHEMA = DATABASE() AND TABLE_SCHEMA <> DATABASE() LIMIT 1";

/// The columns by which they do, beginning as above.
const ELSEWHERE: &str = "
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.COLUMN_TYPE, c.DATA_TYPE, c.IS_NULLABLE, c.CHARACTER_MAXIMUM_LENGTH, c.EXTRA, c.COLLATION_NAME,
       k.TABLE_SCHEMA, k.CONSTRAINT_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.COLUMNS c
  ON c.TABLE_SCHEMA = k.TABLE_SCHEMA AND c.TABLE_NAME = k.TABLE_NAME AND c.COLUMN_NAME = k.COLUMN_NAME
WHERE k.REFERENCED_TABLE_SCHEMA = DATABASE() AND k.TABLE_SCHEMA <> DATABASE()
ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION";

/// All tables and views of the database that the URL names.
pub(super) fn read(link: &Link, wait: Duration) -> Result<Schema, Fault> {
    let catalogue = &Catalogue {
        link,
        ends: Instant::now() + wait,
    };
    let mut tables = tables(catalogue)?;
    let places = tables.iter().enumerate();
    let places: HashMap<_, _> = places.map(|(at, it)| (it.name.name.clone(), at)).collect();
    let at = |row: &Row| places.get(&text(row, 0)).copied();
    catalogue.each(CHECKS, |row| {
        if let Some(at) = at(row) {
            tables[at].note_check(text(row, 1));
        }
    })?;
    catalogue.each(COMPUTED_UNIQUE, |row| {
        if let Some(at) = at(row) {
            let named = tables[at].named_in(&text(row, 1));
            tables[at].rules.collides.extend(named);
        }
    })?;
    catalogue.each(VIEWS, |row| {
        if let Some(at) = at(row) {
            tables[at].rules.shows = Some(Shows::Now);
        }
    })?;
    for fixed in [COMPUTED, FIXED] {
        catalogue.each(fixed, |row| {
            if let Some(at) = at(row) {
                tables[at].compute();
            }
        })?;
    }
    let mut keys = Groups::new();
    catalogue.each(KEYS, |row| {
        if let Some(at) = at(row) {
            gather(&mut keys, (at, text(row, 1)), row);
        }
    })?;
    for ((at, name), rows) in keys {
        let columns: Vec<String> = rows.iter().map(|row| text(row, 2)).collect();
        // A part of an index that is no column has no name, and such an index is none of columns.
        if columns.iter().all(|it| tables[at].column(it).is_some()) {
            tables[at].add_key(columns, name == "PRIMARY");
        }
    }
    let mut foreign_keys = Groups::new();
    catalogue.each(FOREIGN_KEYS, |row| {
        if let Some(at) = at(row) {
            gather(&mut foreign_keys, (at, text(row, 1)), row);
        }
    })?;
    for ((at, _), rows) in foreign_keys {
        tables[at].foreign_keys.push(ForeignKey {
            columns: rows.iter().map(|row| text(row, 2)).collect(),
            // One in another database is none of ours, and so is its name.
            table: table_name(text(&rows[0], 4) + &text(&rows[0], 5)),
            referenced: rows.iter().map(|row| text(row, 3)).collect(),
            collations: Vec::new(),
        });
    }
    tables.extend(elsewhere(catalogue)?);
    let mut schema = Schema::new(tables);
    catalogue.each("SELECT DATABASE()", |row| {
        schema.database = Some(text(row, 0));
    })?;
    Ok(schema)
}

/// Tables of other databases that refer to ours: of each reference, its columns alone.
fn elsewhere(catalogue: &Catalogue<'_>) -> Result<Vec<Table>, Fault> {
    let (mut are_any, mut rows) = (false, Groups::new());
    catalogue.each(ARE_ELSEWHERE, |_| are_any = true)?;
    if are_any {
        let name = |row: &Row| format!("{}.{}.{}", text(row, 8), text(row, 0), text(row, 9));
        catalogue.each(ELSEWHERE, |row| {
            gather(&mut rows, (0, name(row)), row);
        })?;
    }
    let table = |rows: Vec<Row>| {
        let (schema, name) = (text(&rows[0], 8), text(&rows[0], 0));
        let key = ForeignKey {
            columns: rows.iter().map(|row| text(row, 1)).collect(),
            table: table_name(text(&rows[0], 10)),
            referenced: rows.iter().map(|row| text(row, 11)).collect(),
            collations: Vec::new(),
        };
        Table {
            name: TableName {
                name: format!("{schema}.{name}"),
                schema: Some(schema),
            },
            columns: rows.iter().map(column).collect(),
            row_key: Vec::new(),
            unique: Vec::new(),
            foreign_keys: vec![key],
            rules: TableRules::default(),
        }
    };
    Ok(rows.into_iter().map(|(_, rows)| table(rows)).collect())
}

fn tables(catalogue: &Catalogue<'_>) -> Result<Vec<Table>, Fault> {
    let mut tables: Vec<Table> = Vec::new();
    catalogue.each(COLUMNS, |row| {
        let name = text(row, 0);
        if tables.last().is_none_or(|table| table.name.name != name) {
            tables.push(Table {
                name: table_name(name),
                columns: Vec::new(),
                row_key: Vec::new(),
                unique: Vec::new(),
                foreign_keys: Vec::new(),
                rules: TableRules::default(),
            });
        }
        if let Some(table) = tables.last_mut() {
            table.columns.push(column(row));
        }
    })?;
    Ok(tables)
}

/// Rows that belong together, by the position of their table and the name of what they describe; none is empty.
type Groups = Vec<((usize, String), Vec<Row>)>;

fn gather(groups: &mut Groups, name: (usize, String), row: &Row) {
    match groups.last_mut() {
        Some((last, rows)) if *last == name => rows.push(row.clone()),
        _ => groups.push((name, vec![row.clone()])),
    }
}

impl Table {
    fn note_check(&mut self, check: String) {
        let is_json = |name: &str| check == format!("json_valid({})", quoted(name));
        match self.columns.iter_mut().find(|it| is_json(&it.name)) {
            Some(column) => {
                column.kind = ColumnKind::Json;
                "json".clone_into(&mut column.sql_type);
            }
            None => self.add_check(check),
        }
    }
}

/// What the server tells of its tables, within a time.
struct Catalogue<'a> {
    link: &'a Link,
    ends: Instant,
}

impl Catalogue<'_> {
    fn each(&self, text: &str, mut each: impl FnMut(&Row)) -> Result<(), Fault> {
        let statement = Statement {
            text: text.to_owned(),
            params: Vec::new(),
        };
        let mut next = |row: Row| {
            each(&row);
            Ok(ControlFlow::Continue(()))
        };
        let left = self.ends.saturating_duration_since(Instant::now());
        self.link.query(&statement, left, &mut next).map(drop)
    }
}

/// A cell of the catalogue; empty where it holds nothing.
fn text(row: &Row, at: usize) -> String {
    row.get_opt::<String, _>(at)
        .and_then(Result::ok)
        .unwrap_or_default()
}

fn table_name(name: String) -> TableName {
    TableName { schema: None, name }
}

fn column(row: &Row) -> Column {
    let (written, data_type, extra) = (text(row, 2), text(row, 3), text(row, 6));
    let (extra, collation) = (extra.to_lowercase(), text(row, 7));
    let kind = kind_of(&data_type, &written);
    let mut sql_type = written;
    if kind == ColumnKind::Text {
        sql_type = format!("{sql_type} collate {collation}");
    }
    if extra.contains("on update") {
        sql_type.push_str(" on update current_timestamp");
    }
    // Of texts and bytes without a length of their own, how much they take is not known in characters.
    let has_length = matches!(&*data_type, "char" | "varchar" | "binary" | "varbinary");
    let length: Option<u32> = row.get_opt::<u32, _>(5).and_then(Result::ok);
    Column {
        name: text(row, 1),
        kind,
        sql_type,
        nullable: text(row, 4) == "YES",
        length: length.filter(|_| has_length),
        generated: extra.contains("virtual generated") || extra.contains("stored generated"),
        inside: None,
    }
}

fn kind_of(data_type: &str, written: &str) -> ColumnKind {
    match data_type {
        // So `BOOLEAN` is written.
        "tinyint" if written.starts_with("tinyint(1)") => ColumnKind::Bool,
        "bit" if written == "bit(1)" => ColumnKind::Bool,
        // The largest are no whole numbers of ours.
        "bigint" if written.contains("unsigned") => ColumnKind::Number,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => ColumnKind::Integer,
        "decimal" | "float" | "double" | "bit" => ColumnKind::Number,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => ColumnKind::Text,
        "date" => ColumnKind::Date,
        "datetime" | "timestamp" => ColumnKind::DateTime,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            ColumnKind::Bytes
        }
        "uuid" => ColumnKind::Uuid,
        "json" => ColumnKind::Json,
        _ => ColumnKind::Other,
    }
}
