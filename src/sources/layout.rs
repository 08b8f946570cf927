//! Which columns of a collection are read, and where in a row each stands.

use std::{
    borrow::Cow,
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use chrono::NaiveDate;
use serde_json::Value as Json;

use super::{
    Column, ColumnKind, Datum, Held, Inner, Inside, Record, SourceError, Table, Target, Value,
    Work, connector,
    graph::Node,
    masking::{Cell, Strategy},
    record::{self, Fixed, Shown, Told},
};
use crate::register::Field;

/// The columns of one collection.
pub(super) struct Layout<'a> {
    pub node: &'a Node,
    pub table: &'a Table,
    /// What to select: row key, declared fields, link columns; each once.
    pub columns: Vec<String>,
    /// Declared fields that the table has, with their position.
    pub fields: Vec<(&'a Field, usize)>,
    links: Vec<(&'a Column, usize)>,
    date: Option<usize>,
    /// What tells whether a row has changed: where it stands, and whether it is an object, of which some sources have a form
    /// of their own. What the source computes changes only with the rest. Asked for where rows are changed.
    hashed: OnceCell<Vec<(usize, bool)>>,
    /// Of each column why nothing can be typed into it. Asked for where rows are shown to the person.
    fixed: OnceCell<Vec<Option<Fixed>>>,
}

impl<'a> Layout<'a> {
    /// A declared field that the table lacks holds nothing and is left out; a link that it lacks is an error.
    pub fn new(inner: &'a Inner, node: &'a Node, table: &'a Table) -> Result<Self, SourceError> {
        let mut layout = Self {
            node,
            table,
            columns: table.row_key.clone(),
            fields: Vec::new(),
            links: Vec::new(),
            date: None,
            hashed: OnceCell::new(),
            fixed: OnceCell::new(),
        };
        for field in &node.collection(&inner.register).fields {
            if table.column(&field.name).is_some() {
                let position = layout.position(&field.name);
                layout.fields.push((field, position));
            }
        }
        for column in table.foreign_keys.iter().flat_map(|key| &key.columns) {
            layout.position(column);
        }
        for link in &node.links {
            let column = table.column(link);
            let column = column.ok_or_else(|| connector::missing(&node.source, table, link))?;
            let held = column.inside.as_ref().map_or(link, |inside| &inside.column);
            let at = layout.position(held);
            layout.links.push((column, at));
        }
        layout.date = node
            .date
            .as_ref()
            .filter(|it| table.column(it).is_some())
            .map(|it| layout.position(it));
        Ok(layout)
    }

    fn to_hash(&self) -> Vec<(usize, bool)> {
        let (key, is_all_computed) = (&self.table.row_key, self.table.is_computed());
        let columns = self.columns.iter().enumerate();
        let hashed = columns.filter_map(|(at, name)| {
            let column = self.table.column(name);
            let is_computed = column.is_some_and(|it| it.generated) && !key.contains(name);
            (is_all_computed || !is_computed).then(|| (at, is_json(column)))
        });
        hashed.collect()
    }

    fn position(&mut self, column: &str) -> usize {
        if let Some(known) = self.find(column) {
            return known;
        }
        self.columns.push(column.to_owned());
        self.columns.len() - 1
    }

    /// Where a column stands; `None` when it is not among those that are read.
    pub fn find(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|it| it == column)
    }

    /// The row key of a row.
    pub fn key<'r>(&self, row: &'r [Value]) -> &'r [Value] {
        &row[..self.table.row_key.len()]
    }

    /// The link columns of a row in their comparable form, as the walk keeps them.
    pub fn links(&self, row: &[Value]) -> Vec<Value> {
        let links = self.links.iter();
        links.map(|(column, at)| column.link(&row[*at])).collect()
    }

    /// The value of one of them, by its place.
    pub fn link_at(&self, row: &[Value], place: usize) -> Value {
        let (column, at) = self.links[place];
        column.link(&row[at])
    }

    /// The value of one link or column in its comparable form; nothing for a column that is not read.
    pub fn link(&self, row: &[Value], link: &str) -> Value {
        let column = self.table.column(link);
        let inside = column.and_then(|column| column.inside.as_ref());
        let cell = self.find(inside.map_or(link, |inside| &inside.column));
        let linked = cell.zip(column).map(|(at, column)| column.link(&row[at]));
        linked.unwrap_or(Value::Null)
    }

    /// Tells whether a row has changed.
    pub fn fingerprint(&self, inner: &Inner, row: &[Value]) -> String {
        let hashed = self.hashed.get_or_init(|| self.to_hash());
        let cells = hashed.iter();
        let cells = cells.map(|(at, is_json)| plain(&row[*at], *is_json));
        let plain: Vec<_> = cells.collect();
        inner.secrets.fingerprint(plain.iter().map(AsRef::as_ref))
    }

    /// Tells whether a row holds what is written into it.
    pub fn written(
        &self,
        inner: &Inner,
        row: &[Value],
        (set, cut): (&BTreeMap<String, Strategy>, &[String]),
    ) -> String {
        let names: BTreeSet<_> = set.keys().chain(cut).collect();
        let cells = names
            .into_iter()
            .filter_map(|name| Some((name, &row[self.find(name)?])));
        let plain: Vec<_> = cells
            .map(|(name, cell)| plain(cell, is_json(self.table.column(name))))
            .collect();
        inner.secrets.fingerprint(plain.iter().map(AsRef::as_ref))
    }

    /// What a row holds at the place to which these keys lead, the first of them being its column; nothing where a list is
    /// on the way. `None` for a column that is not read.
    pub fn held_at(&self, row: &[Value], keys: &[String]) -> Option<Value> {
        let (column, keys) = keys.split_first()?;
        let (_, at) = self.fields.iter().find(|(it, _)| it.name == *column)?;
        if keys.is_empty() {
            return Some(row[*at].clone());
        }
        let inside = Inside {
            column: column.clone(),
            keys: keys.to_vec(),
        };
        Some(inside.plain_key(&row[*at]).unwrap_or(Value::Null))
    }

    /// Whether its rows go with those that they show, and it can be looked whether they did: by their key, else by what the
    /// person is known by, which leads to all of them only where nothing else does.
    pub fn follows(&self) -> bool {
        let names_people = !self.node.identities.is_empty() && self.node.incoming.is_empty();
        self.table.follows() && (self.has_key() || names_people)
    }

    /// Whether its rows can be told apart.
    pub fn has_key(&self) -> bool {
        !self.table.row_key.is_empty()
    }

    /// Whether a row is certainly found again: by its key, or where nothing is done to it, by whose it is.
    pub fn certainly_finds(&self, row: &[Value]) -> bool {
        let by_person = !self.has_key() && self.follows();
        by_person || self.table.certainly_finds(self.key(row))
    }

    /// The day on which the record came about.
    pub fn date(&self, row: &[Value]) -> Option<NaiveDate> {
        record::day(&row[self.date?])
    }

    /// The column of that day.
    pub fn date_column(&self) -> Option<&str> {
        self.date.map(|at| self.columns[at].as_str())
    }

    /// The id of a row.
    pub fn id(&self, inner: &Inner, row: &[Value]) -> String {
        inner.secrets.record_id(&self.node.key, self.key(row))
    }

    /// The values that a masked row gets, by column.
    pub fn new_values(
        &self,
        inner: &Inner,
        row: &[Value],
        (set, cut): (&BTreeMap<String, Strategy>, &[String]),
    ) -> Vec<(String, Value)> {
        let name = self.name(inner, row);
        let masked = set
            .iter()
            .filter(|(column, _)| !cut.contains(column))
            .filter_map(|(column, strategy)| {
                let cell = self.cell(inner, (row, &name), column)?;
                Some((column.clone(), strategy.value(cell)?))
            });
        let emptied = cut.iter().map(|name| (name.clone(), Value::Null));
        masked.chain(emptied).collect()
    }

    /// Names a row in what stands in for its values: two collections may hold the same, as a view and its table do.
    fn name(&self, inner: &Inner, row: &[Value]) -> String {
        inner.secrets.fingerprint(self.key(row))
    }

    fn cell<'c>(
        &'c self,
        inner: &'c Inner,
        (row, name): (&'c [Value], &'c str),
        column: &str,
    ) -> Option<Cell<'c>> {
        Some(Cell {
            secrets: &inner.secrets,
            record: name,
            column: self.table.column(column)?,
            held: &row[self.find(column)?],
        })
    }

    /// Takes from the masks of a row what it does not take, and gives the fields that are left as they are.
    pub fn leave_unfit(
        &self,
        inner: &Inner,
        row: &[Value],
        set: &mut BTreeMap<String, Strategy>,
    ) -> Vec<String> {
        let (name, mut left) = (self.name(inner, row), Vec::new());
        set.retain(|column, strategy| {
            let Some(cell) = self.cell(inner, (row, &name), column) else {
                return true;
            };
            let (is_kept, unfit) = strategy.leave_unfit(cell);
            left.extend(unfit);
            is_kept
        });
        left
    }

    /// The row with new values in it.
    pub fn with(&self, row: &[Value], values: &[(String, Value)]) -> Vec<Value> {
        let mut row = row.to_vec();
        for (column, value) in values {
            if let Some(at) = self.find(column) {
                row[at] = value.clone();
            }
        }
        row
    }

    /// A row that is to get new values; `None` when it holds them already.
    pub fn target(
        &self,
        inner: &Inner,
        row: &[Value],
        set: &BTreeMap<String, Strategy>,
        cut: Vec<String>,
    ) -> Option<Target> {
        let id = self.id(inner, row);
        let values = self.new_values(inner, row, (set, &cut));
        let before = self.fingerprint(inner, row);
        let new = self.with(row, &values);
        let after = self.fingerprint(inner, &new);
        (before != after).then(|| Target {
            id,
            before,
            after: Some(after),
            written: Some(self.written(inner, &new, (set, &cut))),
            cut,
        })
    }

    /// The record as it may leave this layer: with everything masked that must never be disclosed.
    pub fn record(&self, inner: &Inner, row: Vec<Value>) -> Record {
        self.record_telling(inner, row, &[])
    }

    /// The same with what of that may be told.
    pub fn record_telling(&self, inner: &Inner, row: Vec<Value>, told: Told<'_>) -> Record {
        Record {
            id: self.id(inner, &row),
            date: self.date(&row),
            fields: self.data(row, told),
        }
    }

    fn data(&self, mut row: Vec<Value>, told: Told<'_>) -> Vec<Datum> {
        let mut data = Vec::with_capacity(self.fields.len());
        for (field, at) in &self.fields {
            let fixed = self.fixed(*at, &row);
            let cell = std::mem::replace(&mut row[*at], Value::Null);
            let mut shown = Vec::new();
            record::disclose(field, cell, told, &mut shown);
            let shown = shown.into_iter().map(Datum::from);
            data.extend(shown.map(|it| Datum { fixed, ..it }));
        }
        data
    }

    /// Why nothing can be typed in the place of a cell, where that is so.
    pub fn fixed(&self, at: usize, row: &[Value]) -> Option<Fixed> {
        let is_binary = matches!(row[at], Value::Bytes(_));
        let fixed = self.fixed.get_or_init(|| {
            let names = self.columns.iter();
            names.map(|name| self.table.fixed(name)).collect()
        });
        fixed[at].or_else(|| is_binary.then_some(Fixed::Binary))
    }

    /// What may be shown of a row.
    pub fn shown(&self, mut row: Vec<Value>) -> Vec<Shown<'a>> {
        let mut fields = Vec::with_capacity(self.fields.len());
        for (field, at) in &self.fields {
            let cell = std::mem::replace(&mut row[*at], Value::Null);
            record::disclose(field, cell, &[], &mut fields);
        }
        fields
    }
}

fn is_json(column: Option<&Column>) -> bool {
    column.is_some_and(|column| column.kind == ColumnKind::Json)
}

/// A cell in the one form of what it holds.
fn plain(cell: &Value, is_json: bool) -> Cow<'_, Value> {
    let json = is_json.then(|| cell.as_text().map(serde_json::from_str::<Json>));
    match json.flatten() {
        Some(Ok(json)) => Cow::Owned(Value::Text(json.to_string())),
        _ => Cow::Borrowed(cell),
    }
}

impl Target {
    /// A record that goes.
    pub(super) fn gone(id: String, before: String) -> Self {
        Self {
            id,
            before,
            after: None,
            written: None,
            cut: Vec::new(),
        }
    }
}

impl Work {
    /// What is done to records of a collection.
    pub(super) fn on(
        node: &Node,
        set: Option<BTreeMap<String, Strategy>>,
        targets: Vec<Target>,
    ) -> Self {
        Self {
            source: node.source.clone(),
            dataset: node.key.dataset.clone(),
            collection: node.key.collection.clone(),
            set,
            targets,
        }
    }
}

impl Record {
    /// What a field holds, by its path.
    pub fn held(&self, path: &str) -> Option<&Held> {
        let datum = self.fields.iter().find(|datum| datum.path == path);
        datum.map(|Datum { value, .. }| value)
    }
}
