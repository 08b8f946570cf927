//! The live structure of a PostgreSQL database.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tokio_postgres::Row;

use super::{
    Column, ColumnKind, Fault, ForeignKey, Schema, Shows, Table, TableName, TableRules,
    postgres_link::{Link, cell},
    sql::Statement,
};

const COLUMNS: &str = "
SELECT n.nspname::text, c.relname::text, a.attname::text,
       coalesce(base.typname, t.typname)::text,
       format_type(coalesce(base.oid, t.oid),
         CASE WHEN coalesce(base.typname, t.typname) = 'numeric' THEN greatest(a.atttypmod, t.typtypmod) END),
       NOT a.attnotnull AND NOT t.typnotnull,
       CASE WHEN coalesce(base.typname, t.typname) IN ('varchar', 'bpchar') AND greatest(a.atttypmod, t.typtypmod) > 4
            THEN (greatest(a.atttypmod, t.typtypmod) - 4)::int8 END,
       a.attgenerated <> '' OR a.attidentity = 'a'
         OR (c.relkind IN ('v', 'm', 'f') AND NOT pg_column_is_updatable(c.oid, a.attnum, true)), t.typtype = 'c',
       c.relkind::text
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type base ON base.oid = t.typbasetype AND t.typtype = 'd'
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
ORDER BY array_position(current_schemas(false), n.nspname), n.nspname, c.relname, a.attnum";

const KEYS: &str = "
SELECT n.nspname::text, c.relname::text, i.indisprimary,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
             WHERE k.place <= i.indnkeyatts ORDER BY k.place)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY n.nspname, c.relname, i.indisprimary DESC, i.indexrelid";

/// A key of theirs holds for their own rows, and not for those of the tables that inherit from them.
const HEIRS: &str = "
SELECT n.nspname::text, c.relname::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)";

/// Parts of tables, with the one that they are of.
const PARTITIONS: &str = "
SELECT n.nspname::text, c.relname::text, whole_n.nspname::text, whole.relname::text
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class whole ON whole.oid = i.inhparent AND whole.relkind = 'p'
JOIN pg_namespace whole_n ON whole_n.oid = whole.relnamespace";

/// Of unique indexes that are no keys: their columns, what else they are made of, and whether one row alone may be empty.
const INDEXES: &str = "
SELECT n.nspname::text, c.relname::text,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum = ANY(i.indkey::int2[]) AND a.attnum > 0),
       coalesce(pg_get_expr(i.indexprs, i.indrelid), ''),
       i.indpred IS NOT NULL OR i.indexprs IS NOT NULL,
       coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false')::bool
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND i.indisvalid
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')";

/// Those of tables, and those of the types of their columns.
const CHECKS: &str = "
SELECT n.nspname::text, c.relname::text, pg_get_expr(k.conbin, k.conrelid)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c'
UNION ALL
SELECT n.nspname::text, c.relname::text,
       regexp_replace(pg_get_expr(k.conbin, 0), '\\mVALUE\\M', quote_ident(a.attname), 'g')
FROM pg_constraint k
JOIN pg_attribute a ON a.atttypid = k.contypid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND k.contypid <> 0";

/// Of columns whose type has a few values of its own, which these are.
const CHOICES: &str = "
SELECT n.nspname::text, c.relname::text, a.attname::text,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)
FROM pg_type t
JOIN pg_attribute a ON a.atttypid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.typtype = 'e'";

const FOREIGN_KEYS: &str = "
SELECT n.nspname::text, c.relname::text, other_n.nspname::text, other.relname::text,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (number, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place),
       ARRAY(SELECT CASE WHEN a.attcollation <> r.attcollation THEN format('%I.%I', s.nspname, o.collname) END
             FROM unnest(k.conkey, k.confkey) WITH ORDINALITY u (number, referenced, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number
             JOIN pg_attribute r ON r.attrelid = k.confrelid AND r.attnum = u.referenced
             LEFT JOIN pg_collation o ON o.oid = r.attcollation LEFT JOIN pg_namespace s ON s.oid = o.collnamespace
             ORDER BY u.place)
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class other ON other.oid = k.confrelid
JOIN pg_namespace other_n ON other_n.oid = other.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
ORDER BY k.oid";

/// All tables, views and foreign tables outside the catalogues; first those that are meant where no schema is named.
pub(super) fn read(link: &Link, wait: Duration) -> Result<Schema, Fault> {
    let catalogue = Catalogue {
        link,
        ends: Instant::now() + wait,
    };
    let mut tables: Vec<Table> = Vec::new();
    let mut places: HashMap<TableName, usize> = HashMap::new();
    catalogue.each(COLUMNS, |row| {
        let name = table_name(row, 0)?;
        let kind: Option<String> = cell(row, 9)?;
        let at = *places.entry(name.clone()).or_insert_with(|| {
            tables.push(Table {
                name,
                columns: Vec::new(),
                row_key: Vec::new(),
                unique: Vec::new(),
                foreign_keys: Vec::new(),
                rules: TableRules {
                    shows: shows(kind.as_deref()),
                    ..TableRules::default()
                },
            });
            tables.len() - 1
        });
        tables[at].columns.push(column(row)?);
        Ok(())
    })?;
    let mut with_table = |text: &str, note: &dyn Fn(&mut Table, &Row) -> Result<(), Fault>| {
        catalogue.each(text, |row| match places.get(&table_name(row, 0)?) {
            Some(at) => note(&mut tables[*at], row),
            None => Ok(()),
        })
    };
    with_table(KEYS, &|table, row| {
        let columns: Vec<String> = cell(row, 3)?.unwrap_or_default();
        table.add_key(columns, cell(row, 2)?.unwrap_or_default());
        Ok(())
    })?;
    with_table(INDEXES, &|table, row| {
        table.note_index(row)?;
        Ok(())
    })?;
    with_table(HEIRS, &|table, _| {
        let rules = &mut table.rules;
        (rules.has_heirs, rules.repeats) = (true, true);
        Ok(())
    })?;
    with_table(PARTITIONS, &|table, row| {
        table.rules.part_of = Some(table_name(row, 2)?);
        Ok(())
    })?;
    with_table(CHECKS, &|table, row| {
        table.add_check(cell(row, 2)?.unwrap_or_default());
        Ok(())
    })?;
    with_table(CHOICES, &|table, row| {
        let (column, values): (Option<String>, Option<_>) = (cell(row, 2)?, cell(row, 3)?);
        table.rules.choices.extend(column.zip(values));
        Ok(())
    })?;
    with_table(FOREIGN_KEYS, &|table, row| {
        table.foreign_keys.push(ForeignKey {
            columns: cell(row, 4)?.unwrap_or_default(),
            table: table_name(row, 2)?,
            referenced: cell(row, 5)?.unwrap_or_default(),
            collations: cell(row, 6)?.unwrap_or_default(),
        });
        Ok(())
    })?;
    let mut schema = Schema::new(tables);
    catalogue.each("SELECT current_database()::text", |row| {
        schema.database = cell(row, 0)?;
        Ok(())
    })?;
    Ok(schema)
}

impl Table {
    fn note_index(&mut self, row: &Row) -> Result<(), Fault> {
        let mut columns: Vec<String> = cell(row, 2)?.unwrap_or_default();
        let expression: String = cell(row, 3)?.unwrap_or_default();
        columns.extend(self.named_in(&expression));
        if cell(row, 5)?.unwrap_or_default() {
            self.rules.one_empty.extend(columns.iter().cloned());
        }
        if cell(row, 4)?.unwrap_or_default() {
            self.rules.collides.extend(columns);
        }
        Ok(())
    }
}

/// What the server tells of its tables, within a time.
struct Catalogue<'a> {
    link: &'a Link,
    ends: Instant,
}

impl Catalogue<'_> {
    fn each(
        &self,
        text: &str,
        mut each: impl FnMut(&Row) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let left = || self.ends.saturating_duration_since(Instant::now());
        let statement = Statement {
            text: text.to_owned(),
            params: Vec::new(),
        };
        let mut rows = self.link.query(&statement, left())?;
        while let Some(row) = rows.next(left())? {
            each(&row)?;
        }
        Ok(())
    }
}

fn table_name(row: &Row, at: usize) -> Result<TableName, Fault> {
    Ok(TableName {
        schema: cell(row, at)?,
        name: cell(row, at + 1)?.unwrap_or_default(),
    })
}

fn shows(kind: Option<&str>) -> Option<Shows> {
    match kind? {
        "v" => Some(Shows::Now),
        "m" => Some(Shows::Then),
        _ => None,
    }
}

fn column(row: &Row) -> Result<Column, Fault> {
    let type_name: String = cell(row, 3)?.unwrap_or_default();
    let written: String = cell(row, 4)?.unwrap_or_default();
    let length: Option<i64> = cell(row, 6)?;
    let is_object = cell(row, 8)?.unwrap_or_default();
    Ok(Column {
        name: cell(row, 2)?.unwrap_or_default(),
        kind: if is_object {
            ColumnKind::Json
        } else {
            kind_of(&type_name)
        },
        // Written as `character` and `bit`, they would cut every value to one letter.
        sql_type: match &*type_name {
            // A domain of addresses is read as they are.
            "bpchar" | "inet" => type_name,
            "bit" => "\"bit\"".to_owned(),
            _ => written,
        },
        nullable: cell(row, 5)?.unwrap_or_default(),
        length: length.and_then(|length| u32::try_from(length).ok()),
        generated: cell(row, 7)?.unwrap_or_default(),
        inside: None,
    })
}

fn kind_of(type_name: &str) -> ColumnKind {
    match type_name {
        "int2" | "int4" | "int8" | "oid" => ColumnKind::Integer,
        "numeric" | "float4" | "float8" => ColumnKind::Number,
        "text" | "varchar" | "bpchar" | "citext" | "name" => ColumnKind::Text,
        "bool" => ColumnKind::Bool,
        "date" => ColumnKind::Date,
        "timestamp" | "timestamptz" => ColumnKind::DateTime,
        "bytea" => ColumnKind::Bytes,
        "uuid" => ColumnKind::Uuid,
        "json" | "jsonb" => ColumnKind::Json,
        // So the database calls the types of lists.
        _ if type_name.starts_with('_') => ColumnKind::Json,
        _ => ColumnKind::Other,
    }
}
