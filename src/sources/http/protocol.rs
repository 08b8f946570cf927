//! What is said to a service and what it answers; `docs/http-source.md` is the same for who writes one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::sources::{
    Column, ColumnKind, Filter, Table, TableName, Value, Way,
    overlay::{Alteration, Altered},
    record::json_of,
    rules::TableRules,
};

/// Records that are asked for at a time.
pub(super) const PAGE: usize = 500;

pub(super) type Members = Map<String, Json>;

/// A request, as the body of a call.
#[derive(Debug, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Request<'a> {
    Describe,
    Find(Find<'a>),
    Change { changes: Vec<Change<'a>> },
}

/// Which records.
#[derive(Debug, Serialize)]
pub(super) struct Find<'a> {
    pub collection: &'a str,
    /// One of these is met; left out when all records are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Holds<'a>>>,
    /// The key is one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<Members>>,
    pub limit: usize,
    /// From the answer before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A field that holds one of some values.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Holds<'a> {
    pub field: &'a str,
    pub one_of: Vec<Json>,
    #[serde(skip_serializing_if = "is_false")]
    pub ignore_case: bool,
    /// Anywhere inside of the field's object or list.
    #[serde(skip_serializing_if = "is_false")]
    pub inside: bool,
}

/// What becomes of one record, if it still is as expected.
#[derive(Debug, Serialize)]
pub(super) struct Change<'a> {
    pub collection: &'a str,
    pub key: Members,
    pub expect: Members,
    #[serde(flatten)]
    pub act: Act,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Act {
    Set(Members),
    Delete(bool),
}

#[derive(Debug, Deserialize)]
pub(super) struct Described {
    pub collections: Vec<DescribedCollection>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DescribedCollection {
    name: String,
    #[serde(default)]
    key: Vec<String>,
    fields: Vec<DescribedField>,
}

#[derive(Debug, Deserialize)]
struct DescribedField {
    name: String,
    #[serde(default, rename = "type")]
    kind: FieldKind,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    unique: bool,
    length: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FieldKind {
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
    Date,
    DateTime,
    Json,
}

#[derive(Debug, Deserialize)]
pub(super) struct Found {
    pub records: Vec<Members>,
    #[serde(default)]
    pub cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Changed {
    pub changed: usize,
}

impl<'a> Find<'a> {
    /// The question of a filter. A period is no part of it: whoever asks looks at the days.
    pub fn new(table: &'a Table, filter: &Filter) -> Self {
        let any = filter.any.as_ref();
        let keys = filter.keys.as_ref();
        Self {
            collection: &table.name.name,
            any: any.map(|any| any.iter().filter_map(|way| Holds::of(table, way)).collect()),
            keys: keys.map(|keys| keys.iter().map(|key| key_of(table, key)).collect()),
            limit: PAGE,
            cursor: None,
        }
    }
}

impl<'a> Holds<'a> {
    fn of(table: &'a Table, way: &Way) -> Option<Self> {
        let column = table.column(&way.column)?;
        let forms = |value| match large(column, value) {
            Some(number) => vec![number],
            None => column.forms_of(value).iter().map(json_of).collect(),
        };
        Some(Self {
            field: column.inside.as_ref().map_or(&column.name, |it| &it.column),
            one_of: way.values.iter().flat_map(forms).collect(),
            ignore_case: way.any_case,
            inside: column.inside.is_some(),
        })
    }
}

/// All changes, in an order of their own: by collection and key.
pub(super) fn changes(altered: &[Altered]) -> Vec<Change<'_>> {
    let changes = altered.iter().flat_map(|it| {
        let mut rows: Vec<_> = it
            .rows
            .values()
            .map(|row| Change::of(&it.table, row))
            .collect();
        rows.sort_by_cached_key(|change| Json::from(change.key.clone()).to_string());
        rows
    });
    changes.collect()
}

impl<'a> Change<'a> {
    fn of(table: &'a Table, Alteration { before, after }: &Alteration) -> Self {
        let named = |row: &[Value], is_meant: &dyn Fn(usize, &Column) -> bool| {
            let columns = table.own_columns().zip(row).enumerate();
            let meant = columns.filter(|(at, (column, _))| is_meant(*at, column));
            let members =
                meant.map(|(_, (column, value))| (column.name.clone(), member(column, value)));
            members.collect::<Members>()
        };
        let act = after.as_ref().map_or(Act::Delete(true), |after| {
            Act::Set(named(after, &|at, _| after[at] != before[at]))
        });
        let is_key = |_: usize, column: &Column| table.row_key.contains(&column.name);
        Self {
            collection: &table.name.name,
            key: named(before, &is_key),
            expect: named(before, &|_, _| true),
            act,
        }
    }
}

/// A record in the order of the table's own columns.
pub(super) fn row(table: &Table, record: &Members) -> Vec<Value> {
    let value = |column: &Column| {
        let member = record.get(&column.name);
        member.map_or(Value::Null, crate::sources::record::value_of)
    };
    table.own_columns().map(value).collect()
}

fn key_of(table: &Table, key: &[Value]) -> Members {
    let both = table.row_key.iter().zip(key);
    let member = |(name, value): (&String, &Value)| {
        let column = table.column(name);
        let form = column.and_then(|it| it.kind.form_of(value));
        let large = column.and_then(|it| large(it, value));
        let member = large.unwrap_or_else(|| json_of(form.as_ref().unwrap_or(value)));
        (name.clone(), member)
    };
    both.map(member).collect()
}

/// A value as a member; what was an object or a list is one again.
fn member(column: &Column, value: &Value) -> Json {
    let text = value.as_text().filter(|_| column.kind == ColumnKind::Json);
    let object = text.and_then(|it| serde_json::from_str(it).ok());
    let number = || large(column, value);
    object.or_else(number).unwrap_or_else(|| json_of(value))
}

/// The number that stands as text here because it is too large for ours.
fn large(column: &Column, value: &Value) -> Option<Json> {
    let is_number = matches!(column.kind, ColumnKind::Integer | ColumnKind::Number);
    let text = value.as_text().filter(|_| is_number)?;
    let number: u64 = text.parse().ok()?;
    (i64::try_from(number).is_err() && number.to_string() == text).then(|| Json::from(number))
}

impl DescribedCollection {
    pub fn table(self) -> Table {
        let unique = self.fields.iter().filter(|field| field.unique);
        Table {
            name: TableName {
                schema: None,
                name: self.name,
            },
            unique: unique.map(|field| vec![field.name.clone()]).collect(),
            columns: self
                .fields
                .into_iter()
                .map(DescribedField::column)
                .collect(),
            row_key: self.key,
            foreign_keys: Vec::new(),
            rules: TableRules::default(),
        }
    }
}

impl DescribedField {
    fn column(self) -> Column {
        let (kind, written) = match self.kind {
            FieldKind::Text => (ColumnKind::Text, "text"),
            FieldKind::Integer => (ColumnKind::Integer, "integer"),
            FieldKind::Number => (ColumnKind::Number, "number"),
            FieldKind::Boolean => (ColumnKind::Bool, "boolean"),
            FieldKind::Date => (ColumnKind::Date, "date"),
            FieldKind::DateTime => (ColumnKind::DateTime, "date_time"),
            FieldKind::Json => (ColumnKind::Json, "json"),
        };
        Column {
            name: self.name,
            kind,
            sql_type: written.to_owned(),
            nullable: !self.required,
            length: self.length,
            generated: self.read_only,
            inside: None,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
