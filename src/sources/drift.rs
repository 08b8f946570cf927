//! What manifests say and databases no longer do, and the other way round.

mod contents;
mod rights;

use std::collections::BTreeSet;

use super::{
    Column, ColumnKind, Schema, SourceError, Sources, Table, TableName, graph::Node,
    personal::leaves, table,
};
use crate::register::{Collection, Dataset, Field, Finding, Kind, Place};

impl Sources {
    /// Compares the manifests of every source with its live structure. Gives what differs, each at its place in the
    /// manifests, and the sources that did not answer.
    pub fn drift(&self) -> (Vec<Finding>, Vec<SourceError>) {
        let (mut findings, mut errors) = (Vec::new(), Vec::new());
        for (_, found) in self.drift_by_source() {
            match found {
                Ok(found) => findings.extend(found),
                Err(error) => errors.push(error),
            }
        }
        findings.sort();
        (findings, errors)
    }

    /// The same, source by source, each by its key.
    pub fn drift_by_source(&self) -> Vec<(String, Result<Vec<Finding>, SourceError>)> {
        let inner = &*self.0;
        let all = inner.connected.keys().map(|key| (key.clone(), key.clone()));
        inner.side_by_side(all, |connected, key| {
            let schema = connected.fresh_schema(connected.limits.step)?;
            Ok(self.drift_of(&key, &schema))
        })
    }

    /// The fields of which the live tables have no column: what they held is not found. A source that does not answer
    /// is left out.
    pub fn without_column(&self) -> Vec<Finding> {
        let inner = &*self.0;
        let all = inner.connected.keys().map(|key| (key.clone(), key.clone()));
        let missing = inner.side_by_side(all, |connected, key| {
            let schema = connected.schema(connected.limits.step)?;
            let mut drift = Drift {
                findings: Vec::new(),
                schema: &schema,
            };
            for node in inner.graph.nodes.iter().filter(|it| it.source == key) {
                if let Ok(table) = table(&schema, node) {
                    drift.missing_columns(node.collection(&inner.register), table);
                }
            }
            Ok(drift.findings)
        });
        let missing = missing.into_iter().filter_map(|(_, found)| found.ok());
        let mut missing: Vec<_> = missing.flatten().collect();
        missing.sort();
        missing
    }

    fn drift_of(&self, source: &str, schema: &Schema) -> Vec<Finding> {
        let register = self.register();
        let mut drift = Drift {
            findings: Vec::new(),
            schema,
        };
        let mut declared = BTreeSet::new();
        let datasets = register.datasets.iter();
        let datasets: Vec<_> = datasets
            .filter(|it| self.0.graph.source(&it.source) == source)
            .collect();
        for dataset in &datasets {
            drift.database(dataset);
            for collection in &dataset.collections {
                let name = super::TableName {
                    schema: dataset.namespace.clone(),
                    name: collection.name.clone(),
                };
                match schema.table(&name) {
                    Some(table) => {
                        declared.insert(table.name.clone());
                        drift.collection(collection, table);
                    }
                    None => drift.missing_table(collection),
                }
            }
        }
        for node in self.0.graph.nodes.iter().filter(|it| it.source == source) {
            drift.links(node, register.dataset(&node.key.dataset));
        }
        for table in schema
            .tables
            .iter()
            .filter(|it| !declared.contains(&it.name))
            .filter(|it| !schema.is_part_of(it, &|whole| declared.contains(whole)))
        {
            if let Some(dataset) = datasets.iter().find(|it| is_of(schema, it, table)) {
                drift.new_table(dataset, table);
            }
        }
        drift.findings
    }
}

struct Drift<'a> {
    findings: Vec<Finding>,
    schema: &'a Schema,
}

impl Drift<'_> {
    fn find(&mut self, place: &Place, wrong: String, expected: impl Into<String>) {
        let finding = Finding {
            place: place.clone(),
            wrong,
            expected: expected.into(),
        };
        // A column may be part of several keys.
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn database(&mut self, dataset: &Dataset) {
        let both = dataset.database.as_ref().zip(self.schema.database.as_ref());
        if let Some((said, is)) = both.filter(|(said, is)| said != is) {
            let wrong = format!("the source is not the database `{said}`");
            self.find(&dataset.place, wrong, format!("`{is}`, or another address"));
        }
    }

    fn missing_table(&mut self, collection: &Collection) {
        let wrong = format!("the source has no table `{}`", collection.name);
        let tables = self.schema.tables.iter();
        // The same one may be in several schemas.
        let tables: BTreeSet<_> = tables.map(|table| &*table.name.name).collect();
        let tables: Vec<_> = tables.into_iter().collect();
        let expected = format!("one of {}", tables.join(", "));
        self.find(&collection.place, wrong, expected);
    }

    fn missing_columns(&mut self, collection: &Collection, table: &Table) {
        let fields = collection.fields.iter();
        for field in fields.filter(|field| table.column(&field.name).is_none()) {
            let columns: Vec<_> = own_columns(table).map(|it| it.name.clone()).collect();
            let wrong = format!("the table has no column `{}`", field.name);
            let expected = format!("one of {}", columns.join(", "));
            self.find(&field.place, wrong, expected);
        }
    }

    fn collection(&mut self, collection: &Collection, table: &Table) {
        self.missing_columns(collection, table);
        for field in &collection.fields {
            if let Some(column) = table.column(&field.name) {
                self.field(field, column);
            }
        }
        let is_new = |column: &&Column| {
            let mut fields = collection.fields.iter();
            !fields.any(|field| field.name.eq_ignore_ascii_case(&column.name))
        };
        for column in own_columns(table).filter(is_new) {
            let wrong = format!("the column `{}` is not described", column.name);
            self.find(&collection.place, wrong, "a field with `data_categories`");
        }
        self.key(collection, table);
    }

    fn field(&mut self, field: &Field, column: &Column) {
        if let (Some(said), Some(length)) = (field.length, column.length)
            && said > length
        {
            let wrong = format!("`length: {said}` is longer than the column takes");
            self.find(&field.place, wrong, format!("at most {length}"));
        }
        for field in leaves(field)
            .into_iter()
            .filter(|it| it.categories.is_empty())
        {
            let wrong = "it has no category, so that nobody is told of it, and it is never erased";
            self.find(&field.place, wrong.to_owned(), "`data_categories`");
        }
        let Some(said) = field.data_type else { return };
        let is_right = if said.array {
            holds_lists(column)
        } else {
            is_like(said.kind, column)
        };
        if !is_right {
            let list = if said.array { "[]" } else { "" };
            let wrong = format!("`data_type: {}{list}` is not the column's type", said.kind);
            self.find(&field.place, wrong, format!("one for {}", column.sql_type));
        }
    }

    fn key(&mut self, collection: &Collection, table: &Table) {
        let said: BTreeSet<_> = collection
            .primary_key()
            .iter()
            .map(|it| it.name.to_lowercase())
            .collect();
        let held: BTreeSet<_> = table.row_key.iter().map(|it| it.to_lowercase()).collect();
        let is_hidden = table
            .row_key
            .iter()
            .any(|it| table.column(it).is_none_or(Column::is_row_number));
        if !said.is_empty() && !held.is_empty() && !is_hidden && said != held {
            let wrong = "its `primary_key` is not the one of the table".to_owned();
            self.find(&collection.place, wrong, table.row_key.join(", "));
        }
    }

    /// References that the source enforces, of which the manifest says nothing.
    fn links(&mut self, node: &Node, dataset: Option<&Dataset>) {
        let Ok(table) = table(self.schema, node) else {
            return;
        };
        let collection = dataset.and_then(|it| it.collection(&node.key.collection));
        let Some(collection) = collection else { return };
        self.unsaid_lists(node, table, collection);
        // One that refers to another row of its own table says nothing of whose it is.
        let is_own = |name: &TableName| {
            self.schema
                .table(name)
                .is_some_and(|it| it.name == table.name)
        };
        for key in table.foreign_keys.iter().filter(|it| !is_own(&it.table)) {
            for column in &key.columns {
                let mut fields = collection.fields.iter();
                let field = fields.find(|it| it.name.eq_ignore_ascii_case(column));
                let is_linked = node.links.iter().any(|it| it.eq_ignore_ascii_case(column));
                let Some(field) = field.filter(|it| !is_linked && it.references.is_empty()) else {
                    continue;
                };
                let wrong = format!(
                    "the column refers to `{}`, which the manifest does not say",
                    key.table.name
                );
                self.find(&field.place, wrong, "`references` under `fides_meta`");
            }
        }
    }

    /// Columns of lists or objects by whose values people are found, which the manifest takes for plain ones: nobody is.
    fn unsaid_lists(&mut self, node: &Node, table: &Table, collection: &Collection) {
        for field in &collection.fields {
            let is_link = node.links.contains(&field.name);
            let column = table.column(&field.name).filter(|_| is_link);
            let Some(column) = column.filter(|it| it.kind == ColumnKind::Json) else {
                continue;
            };
            let (wrong, expected) = if column.sql_type.ends_with("[]") {
                let wrong = "the column holds lists, which the manifest does not say";
                (wrong, "`data_type: string[]` or the like")
            } else {
                let wrong =
                    "the column holds lists or objects, by none of whose values anybody is found";
                (
                    wrong,
                    "`data_type: string[]` or the like, or `fields` that say what is inside",
                )
            };
            self.find(&field.place, wrong.to_owned(), expected);
        }
    }

    fn new_table(&mut self, dataset: &Dataset, table: &Table) {
        let wrong = format!("the table `{}` is not described", table.name.name);
        self.find(
            &dataset.place,
            wrong,
            "a collection, with `skip_processing: true` when it is not about people",
        );
    }
}

/// Whether a table is where a dataset has its own.
fn is_of(schema: &Schema, dataset: &Dataset, table: &Table) -> bool {
    let first = schema.tables.first();
    let usual = first.and_then(|it| it.name.schema.as_ref());
    let said = dataset.namespace.as_ref().or(usual);
    let is = table.name.schema.as_ref().or(schema.database.as_ref());
    said.is_none() || is.is_none() || said == is
}

/// The columns of the source itself.
fn own_columns(table: &Table) -> impl Iterator<Item = &Column> {
    let columns = table.columns.iter();
    columns.filter(|column| column.inside.is_none() && !column.is_row_number())
}

/// Whether a column may well hold lists, which are written as JSON where there is no type for them.
const fn holds_lists(column: &Column) -> bool {
    matches!(
        column.kind,
        ColumnKind::Json | ColumnKind::Text | ColumnKind::Any | ColumnKind::Other
    )
}

/// Whether a column may well hold values of a declared type. SQLite's columns hold anything.
fn is_like(kind: Kind, column: &Column) -> bool {
    // There yes and no may be written as numbers, and days and times in SQLite.
    let is_sqlite = !column.sql_type.contains(|it: char| it.is_lowercase());
    let is_number = matches!(kind, Kind::Integer | Kind::Float);
    match column.kind {
        ColumnKind::Any | ColumnKind::Other => true,
        ColumnKind::Text => !matches!(kind, Kind::Integer | Kind::Float | Kind::Boolean),
        ColumnKind::Uuid => matches!(kind, Kind::String | Kind::ObjectId),
        ColumnKind::Integer => matches!(
            kind,
            Kind::Integer | Kind::Float | Kind::Boolean | Kind::ObjectId
        ),
        ColumnKind::Number => matches!(kind, Kind::Integer | Kind::Float),
        ColumnKind::Bool => {
            let takes_numbers = is_sqlite || column.sql_type.starts_with("tinyint");
            kind == Kind::Boolean || (is_number && takes_numbers)
        }
        ColumnKind::Date | ColumnKind::DateTime => {
            matches!(kind, Kind::Date | Kind::DateTime | Kind::String) || (is_number && is_sqlite)
        }
        ColumnKind::Bytes => matches!(kind, Kind::String | Kind::Object),
        ColumnKind::Json => matches!(kind, Kind::Object | Kind::String),
    }
}
