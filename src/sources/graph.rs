//! How each collection is reached from a person's identities, as the register declares it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
};

use super::{
    ColumnKind, Fault, Schema, Source, SourceError, Table, TableName, Way, addition::Addition,
    inside::Inside, naming::names_here, strangers::Stranger,
};
use crate::register::{Collection, CollectionKey, Dataset, Direction, Field, Kind, Register};

/// All collections that are read, and the ways between them.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub nodes: Vec<Node>,
    by_key: HashMap<CollectionKey, usize>,
    /// Keys of sources that are another one, which goes by the key behind.
    same: HashMap<String, String>,
}

/// One collection.
#[derive(Debug)]
pub(super) struct Node {
    pub key: CollectionKey,
    /// Key of the source that holds it.
    pub source: String,
    pub table: TableName,
    /// The name of the database, where the manifest says it.
    pub database: Option<String>,
    /// Links that hold identities, with their kind: where the search starts. A link is a column, or a place inside
    /// of one.
    pub identities: Vec<(String, String)>,
    /// Those of these links that stand in the elements of a list of objects, each of which may be about another person.
    pub crowds: BTreeSet<String>,
    /// The ways that lead here.
    pub incoming: Vec<Edge>,
    /// The links by whose values other collections are reached.
    pub outgoing: BTreeSet<String>,
    /// The links that matter for reaching: what leads here, what leads on, what names the person.
    pub links: Vec<String>,
    /// Nothing of its own turn or a later one leads here, but what it leads to itself in a circle.
    pub turn: usize,
    /// What leads here from collections that are not processed.
    pub strangers: Vec<Stranger>,
    /// What is inside of a column, by the name of the link.
    pub inside: BTreeMap<String, Inside>,
    /// The date of a record.
    pub date: Option<String>,
    /// Positions of its dataset and of itself in the register.
    place: (usize, usize),
}

/// One way between two collections: rows here whose `column` equals the `from_column` of a row there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub from: usize,
    pub from_column: String,
    pub column: String,
    /// The row there holds the reference, and many may hold the same: a row here need not be about those there.
    pub upward: bool,
}

impl Graph {
    pub fn new(register: &Register, same: HashMap<String, String>) -> Self {
        let mut graph = Self {
            same,
            ..Self::default()
        };
        for (at, dataset) in register.datasets.iter().enumerate() {
            for (position, collection) in dataset.collections.iter().enumerate() {
                if !collection.skip_processing {
                    graph.add(dataset, collection, (at, position));
                }
            }
        }
        for dataset in &register.datasets {
            for collection in &dataset.collections {
                let key = CollectionKey::new(&dataset.key, &collection.name);
                if collection.skip_processing {
                    graph.fear(register, dataset, collection);
                }
                graph.connect(register, &key, collection);
            }
        }
        for node in &mut graph.nodes {
            node.links = node.all_links();
        }
        graph.take_turns();
        graph
    }

    /// The key by which a source goes.
    pub fn source<'a>(&'a self, key: &'a str) -> &'a str {
        self.same.get(key).map_or(key, String::as_str)
    }

    /// The position of a collection.
    pub fn position(&self, key: &CollectionKey) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The collections through which these are reached, and they themselves.
    pub fn ancestors(&self, of: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<_> = of.into_iter().collect();
        while let Some(node) = waiting.pop() {
            if found.insert(node) {
                waiting.extend(self.nodes[node].incoming.iter().map(|edge| edge.from));
            }
        }
        found
    }

    /// Says in which order collections are read, so that one is read when all is known by which it is reached. Those of
    /// a circle lead to each other, and have the same turn.
    fn take_turns(&mut self) {
        let before: Vec<_> = (0..self.nodes.len())
            .map(|at| self.ancestors([at]))
            .collect();
        let mut order: Vec<_> = (0..self.nodes.len()).collect();
        order.sort_by_key(|at| before[*at].len());
        for at in order {
            // Who leads here and has as much before it is in a circle with it.
            let is_earlier = |from: usize| before[from].len() < before[at].len();
            let circle = before[at].iter().filter(|it| !is_earlier(**it));
            let edges = circle.flat_map(|it| &self.nodes[*it].incoming);
            let earlier = edges.filter(|edge| is_earlier(edge.from));
            let turns = earlier.map(|edge| self.nodes[edge.from].turn + 1);
            self.nodes[at].turn = turns.max().unwrap_or(0);
        }
    }

    fn add(&mut self, dataset: &Dataset, collection: &Collection, place: (usize, usize)) {
        let key = CollectionKey::new(&dataset.key, &collection.name);
        let mut node = Node {
            source: self.source(&dataset.source).to_owned(),
            table: TableName {
                schema: dataset.namespace.clone(),
                name: collection.name.clone(),
            },
            database: dataset.database.clone(),
            identities: Vec::new(),
            crowds: BTreeSet::new(),
            incoming: Vec::new(),
            outgoing: BTreeSet::new(),
            links: Vec::new(),
            turn: 0,
            strangers: Vec::new(),
            inside: BTreeMap::new(),
            date: collection.date_field().map(|field| field.path.clone()),
            place,
            key: key.clone(),
        };
        for field in collection.identities() {
            let link = node.link(collection, &field.path);
            if is_in_list(&collection.fields, &field.path) {
                node.crowds.insert(link.clone());
            }
            node.identities
                .extend(field.identity.clone().map(|kind| (link, kind)));
        }
        self.by_key.insert(key, self.nodes.len());
        self.nodes.push(node);
    }

    /// Adds the ways that a collection declares; a reference to what the register does not know leads nowhere.
    fn connect(&mut self, register: &Register, key: &CollectionKey, collection: &Collection) {
        let Some(here) = self.position(key) else {
            return;
        };
        for field in collection.all_fields() {
            for reference in &field.references {
                let other = CollectionKey::new(&reference.dataset, &reference.collection);
                let Some(there) = self.position(&other) else {
                    continue;
                };
                let declared = self.nodes[there].collection(register);
                let there = (there, &*self.nodes[there].link(declared, &reference.field));
                let here = (here, &*self.nodes[here].link(collection, &field.path));
                let holds_here = !names_here(collection, field, (&other, declared));
                if matches!(reference.direction, Direction::From | Direction::Both) {
                    self.lead(there, here, !holds_here);
                }
                if matches!(reference.direction, Direction::To | Direction::Both) {
                    self.lead(here, there, holds_here);
                }
            }
        }
    }

    /// Notes what a collection leads to that is not processed, as far as its columns hold it.
    fn fear(&mut self, register: &Register, dataset: &Dataset, collection: &Collection) {
        for field in &collection.fields {
            for reference in &field.references {
                let other = CollectionKey::new(&reference.dataset, &reference.collection);
                let at = self.position(&other);
                let leads = matches!(reference.direction, Direction::To | Direction::Both);
                let Some(at) = at.filter(|_| leads) else {
                    continue;
                };
                let declared = self.nodes[at].collection(register);
                let column = self.nodes[at].link(declared, &reference.field);
                let source = self.source(&dataset.source).to_owned();
                self.nodes[at].strangers.push(Stranger {
                    source,
                    table: TableName {
                        schema: dataset.namespace.clone(),
                        name: collection.name.clone(),
                    },
                    from_column: field.name.clone(),
                    column,
                });
            }
        }
    }

    /// What the register adds to the tables of one source.
    pub fn additions(&self, register: &Register, source: &dyn Source) -> Vec<Addition> {
        let nodes = self.nodes.iter().filter(|node| node.source == source.key());
        let types = |node: &Node| {
            let fields = node.collection(register).fields.iter();
            let types = fields.map(|field| (field.name.clone(), kind_of(field)));
            types.filter(|_| source.is_untyped()).collect()
        };
        let additions = nodes.map(|node| Addition {
            table: node.table.clone(),
            row_key: node.declared_key(register),
            inside: node.inside.clone().into_iter().collect(),
            types: types(node),
        });
        additions.collect()
    }

    fn lead(
        &mut self,
        (from, from_column): (usize, &str),
        (to, column): (usize, &str),
        upward: bool,
    ) {
        let edge = Edge {
            from,
            from_column: from_column.to_owned(),
            column: column.to_owned(),
            upward,
        };
        if !self.nodes[to].incoming.contains(&edge) {
            self.nodes[to].incoming.push(edge);
            self.nodes[from].outgoing.insert(from_column.to_owned());
        }
    }
}

impl Node {
    /// Its declaration.
    pub fn collection<'a>(&self, register: &'a Register) -> &'a Collection {
        &register.datasets[self.place.0].collections[self.place.1]
    }

    fn all_links(&self) -> Vec<String> {
        let identities = self.identities.iter().map(|(column, _)| column);
        let incoming = self.incoming.iter().map(|edge| &edge.column);
        let strangers = self.strangers.iter().map(|it| &it.column);
        let all: BTreeSet<_> = self
            .outgoing
            .iter()
            .chain(identities)
            .chain(incoming)
            .chain(strangers)
            .collect();
        all.into_iter().cloned().collect()
    }

    /// Where a link stands among the links.
    pub fn place_of(&self, link: &str) -> usize {
        let found = self.links.binary_search_by(|it| (**it).cmp(link));
        found.expect("what leads somewhere is among the links")
    }

    /// The name of the link at a field: its column, or a place inside of a column.
    fn link(&mut self, collection: &Collection, path: &str) -> String {
        let is_column = |field: &Field| {
            field.path == path && !field.data_type.is_some_and(|data_type| data_type.array)
        };
        let keys = keys_to(&collection.fields, path);
        let Some((column, keys)) = keys.as_deref().and_then(<[String]>::split_first) else {
            return path.to_owned();
        };
        if collection.fields.iter().any(is_column) {
            return column.clone();
        }
        let name = format!("{path}[]");
        let inside = Inside {
            column: column.clone(),
            keys: keys.to_vec(),
        };
        self.inside.insert(name.clone(), inside);
        name
    }

    /// Whether a way leads to what is inside of a column.
    pub fn is_inside(&self, way: &Way) -> bool {
        self.inside.contains_key(&way.column)
    }

    /// Whether all elements of a list count, not only those by which a row was reached.
    pub fn takes_all(&self, register: &Register, link: &str) -> bool {
        let fields = &self.collection(register).fields;
        wants_all(fields, link.trim_end_matches("[]"))
    }

    /// The columns that name one row by the manifest; none when it says nothing, or means what is inside of one.
    fn declared_key(&self, register: &Register) -> Vec<String> {
        let fields = self.collection(register).fields.iter();
        let fields = fields.filter(|field| field.primary_key);
        fields.map(|field| field.name.clone()).collect()
    }

    /// Whether everything about its rows follows from the one collection that leads here, so that they need not be
    /// read to know whose they are.
    pub fn is_simple(&self) -> bool {
        let by_one_way = self.incoming.len() == 1 && self.identities.is_empty();
        let by_name = self.incoming.is_empty();
        self.outgoing.is_empty() && self.inside.is_empty() && (by_one_way || by_name)
    }
}

/// The table of a node, in the database that its manifest means.
pub(super) fn table<'a>(schema: &'a Schema, node: &Node) -> Result<&'a Table, SourceError> {
    place(schema, node).map(|at| &schema.tables[at])
}

/// Where it stands there.
pub(super) fn place(schema: &Schema, node: &Node) -> Result<usize, SourceError> {
    let missing = |what: &str, name: &str| {
        let fault = Fault::Missing(format!("{what} `{name}`"));
        SourceError::new(&node.source, fault)
    };
    let (said, is) = (&node.database, &schema.database);
    if let Some(said) = said
        .as_ref()
        .filter(|said| is.as_ref().is_some_and(|it| it != *said))
    {
        return Err(missing("database", said));
    }
    let place = schema.place_of(&node.table);
    place.ok_or_else(|| missing("table", &node.table.name))
}

/// The kind of column that a field declares.
pub(super) fn kind_of(field: &Field) -> ColumnKind {
    match field.data_type.map(|it| (it.kind, it.array)) {
        _ if !field.fields.is_empty() => ColumnKind::Json,
        Some((_, true) | (Kind::Object, _)) => ColumnKind::Json,
        Some((Kind::Integer, _)) => ColumnKind::Integer,
        Some((Kind::Float, _)) => ColumnKind::Number,
        Some((Kind::Boolean, _)) => ColumnKind::Bool,
        Some((Kind::Date, _)) => ColumnKind::Date,
        Some((Kind::DateTime, _)) => ColumnKind::DateTime,
        Some((Kind::String | Kind::ObjectId, _)) => ColumnKind::Text,
        None => ColumnKind::Any,
    }
}

/// Whether a field, or one that it is nested in, asks for all elements.
fn wants_all(fields: &[Field], path: &str) -> bool {
    on_the_way(fields, path).any(|field| field.return_all_elements)
}

/// Whether a field is nested in a list.
fn is_in_list(fields: &[Field], path: &str) -> bool {
    let is_list = |field: &Field| field.data_type.is_some_and(|it| it.array);
    on_the_way(fields, path).any(|field| field.path != path && is_list(field))
}

/// The fields that a nested field stands in, and it itself.
fn on_the_way<'a>(fields: &'a [Field], path: &'a str) -> Box<dyn Iterator<Item = &'a Field> + 'a> {
    let here = fields.iter().filter(move |field| {
        let rest = path.strip_prefix(&*field.path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    Box::new(here.flat_map(move |field| iter::once(field).chain(on_the_way(&field.fields, path))))
}

/// The names from a column to a nested field.
pub(super) fn keys_to(fields: &[Field], path: &str) -> Option<Vec<String>> {
    fields.iter().find_map(|field| {
        let below = || keys_to(&field.fields, path);
        let below = if field.path == path {
            Some(Vec::new())
        } else {
            below()
        }?;
        Some([vec![field.name.clone()], below].concat())
    })
}
