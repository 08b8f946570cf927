//! What the register adds to the live structure of a source: keys where it has none, and places inside of columns.

use super::{Column, ColumnKind, Schema, Table, TableName, inside::Inside, schema::JSON};

/// What the register adds to the live structure of one table.
#[derive(Debug, Clone)]
pub(super) struct Addition {
    pub table: TableName,
    /// The columns that name a row, where the source itself has no key.
    pub row_key: Vec<String>,
    /// Places inside of columns by which records lead to each other, with the names of these links.
    pub inside: Vec<(String, Inside)>,
    /// The declared fields with their types, where the source has none.
    pub types: Vec<(String, ColumnKind)>,
}

impl Schema {
    /// The same with what the register adds.
    pub(super) fn with<'a>(mut self, additions: impl IntoIterator<Item = &'a Addition>) -> Self {
        for addition in additions {
            if let Some(at) = self.place_of(&addition.table) {
                self.tables[at].add(addition);
            }
        }
        self
    }
}

impl Table {
    fn add(&mut self, addition: &Addition) {
        self.add_types(&addition.types);
        let is_there = |name: &String| self.column(name).is_some();
        if self.row_key.is_empty() && addition.row_key.iter().all(is_there) {
            self.row_key.clone_from(&addition.row_key);
            self.rules.repeats = !self.unique.contains(&self.row_key);
        }
        for (name, inside) in &addition.inside {
            let Some(column) = self.column(&inside.column).cloned() else {
                continue;
            };
            if self.columns.iter().all(|it| it.name != *name) {
                self.columns.push(Column {
                    name: name.clone(),
                    kind: ColumnKind::Any,
                    nullable: false,
                    generated: true,
                    length: None,
                    inside: Some(Inside {
                        column: column.name,
                        ..inside.clone()
                    }),
                    sql_type: column.sql_type,
                });
            }
        }
    }

    /// In JSON, what no record holds is empty, not missing.
    fn add_types(&mut self, types: &[(String, ColumnKind)]) {
        let is_open = self.columns.iter().all(|column| column.sql_type == JSON);
        for (name, kind) in types {
            let named = |it: &Column| it.name.eq_ignore_ascii_case(name);
            match self.columns.iter().position(named) {
                // What a service says of its own counts where the register says nothing.
                Some(at)
                    if *kind == ColumnKind::Any && self.columns[at].kind != ColumnKind::Text => {}
                Some(at) => self.columns[at].kind = *kind,
                None if is_open => self
                    .columns
                    .push(Column::untyped(name.clone(), JSON, *kind)),
                None => {}
            }
        }
    }
}
