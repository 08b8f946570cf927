//! The structure of a system that people look up by hand, as the register has it, and what leads to its records.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use crate::register::{Collection, CollectionKey, Field, Register};
use crate::sources::{
    Column, ColumnKind, Filter, Schema, Table, TableName, Value, Way,
    connector::Wanted,
    graph::{Graph, kind_of},
    inside::Inside,
    rules::TableRules,
    schema::JSON,
    sift::comparable,
};

/// The number of a record, where the manifest declares no key; the name is that of a database's own.
const NUMBER: &str = "rowid";

/// The values of a record, by column.
pub type Cells = BTreeMap<String, Value>;

/// What leads to a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Its number.
    Number(i64),
    /// A value in one of its columns, or its key.
    Value(String),
}

/// The structure of such a system, and what leads to its records.
pub struct Drawers {
    pub(super) schema: Arc<Schema>,
    links: HashMap<TableName, Vec<(String, Option<Inside>)>>,
    within: Vec<Lead>,
}

/// A record of one collection leads to those of another in the same system that hold the same value.
struct Lead {
    from: TableName,
    from_link: String,
    to: TableName,
    to_link: String,
}

/// A record that has just been found, before it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The collection.
    pub key: CollectionKey,
    /// What it holds.
    pub cells: Cells,
}

impl Drawers {
    /// What the register says of a source.
    pub fn of(register: &Register, source: &str) -> Self {
        let mut tables = Vec::new();
        for dataset in register.datasets_of(source) {
            for collection in &dataset.collections {
                tables.push(table(dataset.namespace.clone(), collection));
            }
        }
        let graph = Graph::new(register, HashMap::new());
        let nodes = graph.nodes.iter().filter(|node| node.source == source);
        let within = nodes.clone().flat_map(|node| {
            let edges = node.incoming.iter();
            let edges = edges.filter(|edge| graph.nodes[edge.from].source == source);
            edges.map(|edge| Lead {
                from: graph.nodes[edge.from].table.clone(),
                from_link: edge.from_column.clone(),
                to: node.table.clone(),
                to_link: edge.column.clone(),
            })
        });
        let within = within.collect();
        let links = nodes.map(|node| {
            let link = |name: String| {
                let inside = node.inside.get(&name).cloned();
                (name, inside)
            };
            let links = node.links.iter().cloned().map(link);
            (node.table.clone(), links.collect())
        });
        Self {
            within,
            links: links.collect(),
            schema: Arc::new(Schema::new(tables)),
        }
    }

    /// Where the records of a collection are kept, what leads to one (the values of its links, and its key), and which
    /// of these is its key. A record without a declared key is found by its number.
    pub fn file(&self, register: &Register, found: &Found) -> (String, Vec<Mark>, Option<Mark>) {
        let name = name_of(register, &found.key);
        let table = self.schema.table(&name);
        let marks = table.map(|table| self.marks(table, &found.cells));
        let key = table.filter(|table| !is_numbered(table));
        let key = key.map(|table| own_key(table, &found.cells));
        (place(&name), marks.unwrap_or_default(), key)
    }

    /// Which of some records are not known to be about a person: none of the ways by which records of their collection
    /// are the person's is in them, and no record that is the person's leads to them.
    pub fn strangers(
        &self,
        register: &Register,
        records: &[Found],
        ways: &HashMap<CollectionKey, Vec<Way>>,
    ) -> Vec<usize> {
        let names: Vec<_> = records
            .iter()
            .map(|it| name_of(register, &it.key))
            .collect();
        let wanted: HashMap<_, Vec<_>> = ways
            .iter()
            .map(|(key, ways)| {
                let wanted = ways.iter().map(|way| (&way.column, Wanted::by(way)));
                (key, wanted.collect())
            })
            .collect();
        let is_named = |at: &usize| {
            let mut ways = wanted.get(&records[*at].key).into_iter().flatten();
            ways.any(|(column, wanted)| {
                let keys = self.keys(&names[*at], column, &records[*at].cells);
                keys.iter().any(|key| wanted.has(key))
            })
        };
        // Who holds a value that another record may lead by.
        let mut holders: HashMap<(&TableName, &str, Value), Vec<usize>> = HashMap::new();
        for lead in &self.within {
            let ends = (0..records.len()).filter(|at| names[*at] == lead.to);
            for at in ends {
                for key in self.keys(&lead.to, &lead.to_link, &records[at].cells) {
                    let holder = (&lead.to, lead.to_link.as_str(), key);
                    holders.entry(holder).or_default().push(at);
                }
            }
        }
        let mut waiting: Vec<usize> = (0..records.len()).filter(is_named).collect();
        let mut own: HashSet<usize> = waiting.iter().copied().collect();
        while let Some(from) = waiting.pop() {
            for lead in self.within.iter().filter(|lead| lead.from == names[from]) {
                for key in self.keys(&lead.from, &lead.from_link, &records[from].cells) {
                    let reached = holders.get(&(&lead.to, lead.to_link.as_str(), key));
                    let reached = reached.into_iter().flatten();
                    waiting.extend(reached.filter(|at| own.insert(**at)));
                }
            }
        }
        (0..records.len()).filter(|at| !own.contains(at)).collect()
    }

    /// The values of a link in a record.
    fn keys(&self, name: &TableName, link: &str, cells: &Cells) -> Vec<Value> {
        let mut links = self.links.get(name).into_iter().flatten();
        let held = |column: &str| cells.get(column).unwrap_or(&Value::Null);
        match links.find(|(known, _)| known == link) {
            Some((_, Some(inside))) => inside.keys(held(&inside.column)),
            _ => held(link).as_key().into_iter().collect(),
        }
    }

    /// Everything that leads to a record.
    pub(super) fn marks(&self, table: &Table, cells: &Cells) -> Vec<Mark> {
        let mut marks = BTreeSet::new();
        for (link, _) in self.links.get(&table.name).into_iter().flatten() {
            let keys = self.keys(&table.name, link, cells);
            marks.extend(keys.iter().map(|key| mark(link, key)));
        }
        if !is_numbered(table) {
            marks.insert(own_key(table, cells));
        }
        marks.into_iter().collect()
    }

    /// What a filter asks for; none where it asks for everything.
    pub(super) fn asked(table: &Table, filter: &Filter) -> Option<Vec<Mark>> {
        let by_key = |keys: &Vec<Vec<Value>>| keys.iter().map(|key| key_mark(table, key)).collect();
        let by_way = |any: &Vec<Way>| {
            let values = any
                .iter()
                .flat_map(|way| way.values.iter().map(move |it| (&way.column, it)));
            let keys = values.filter_map(|(column, value)| Some((column, value.as_key()?)));
            keys.map(|(column, key)| mark(column, &key)).collect()
        };
        let keys = filter.keys.as_ref().map(by_key);
        keys.or_else(|| filter.any.as_ref().map(by_way))
    }
}

fn table(namespace: Option<String>, collection: &Collection) -> Table {
    let column = |field: &Field| {
        let kind = kind_of(field);
        let written = if kind == ColumnKind::Json {
            JSON
        } else {
            "text"
        };
        Column {
            length: field.length,
            nullable: !field.primary_key,
            ..Column::untyped(field.name.clone(), written, kind)
        }
    };
    let mut columns: Vec<_> = collection.fields.iter().map(column).collect();
    let keys = collection.fields.iter().filter(|field| field.primary_key);
    let mut row_key: Vec<_> = keys.map(|field| field.name.clone()).collect();
    if row_key.is_empty() {
        columns.push(Column {
            generated: true,
            nullable: false,
            ..Column::untyped(NUMBER.to_owned(), "integer", ColumnKind::Integer)
        });
        row_key.push(NUMBER.to_owned());
    }
    Table {
        name: TableName {
            schema: namespace,
            name: collection.name.clone(),
        },
        columns,
        unique: vec![row_key.clone()],
        row_key,
        foreign_keys: Vec::new(),
        rules: TableRules::default(),
    }
}

fn name_of(register: &Register, key: &CollectionKey) -> TableName {
    let dataset = register.dataset(&key.dataset);
    TableName {
        schema: dataset.and_then(|it| it.namespace.clone()),
        name: key.collection.clone(),
    }
}

/// Where the records of a collection are kept.
pub(super) fn place(name: &TableName) -> String {
    match &name.schema {
        Some(schema) => format!("{schema}.{}", name.name),
        None => name.name.clone(),
    }
}

fn own_key(table: &Table, cells: &Cells) -> Mark {
    let key = table.row_key.iter();
    let key = key.map(|it| cells.get(it).cloned().unwrap_or(Value::Null));
    key_mark(table, &key.collect::<Vec<_>>())
}

fn is_numbered(table: &Table) -> bool {
    let key = table.row_key.first().and_then(|name| table.column(name));
    key.is_some_and(Column::is_row_number)
}

/// Letter case makes no difference here: whoever asks looks again at what is found.
fn mark(link: &str, key: &Value) -> Mark {
    Mark::Value(format!("{link}\0{}", key.to_string().to_lowercase()))
}

/// What leads to the record of a key.
pub(super) fn key_mark(table: &Table, key: &[Value]) -> Mark {
    let key = comparable(key);
    match key.as_slice() {
        [Value::Integer(number)] if is_numbered(table) => Mark::Number(*number),
        key => {
            let parts: Vec<_> = key.iter().map(ToString::to_string).collect();
            Mark::Value(format!("\0{}", parts.join("\0")))
        }
    }
}
