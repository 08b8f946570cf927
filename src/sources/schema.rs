//! The live structure of a source: what its tables really are, whatever the register says.

use std::{collections::HashMap, net::IpAddr, sync::OnceLock};

use super::{
    Value,
    inside::Inside,
    record::Fixed,
    rules::TableRules,
    value::{self, whole, whole_number},
};

/// Names one table; the schema is left out where a source has only one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableName {
    /// The namespace inside the database.
    pub schema: Option<String>,
    /// The table's own name.
    pub name: String,
}

/// All tables of a source.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Those of its own namespace first.
    pub tables: Vec<Table>,
    /// The database that it is, where a server has several.
    pub database: Option<String>,
    /// Where those of a name stand, which is written in small letters.
    by_name: HashMap<String, Vec<usize>>,
    /// By the table that they point at, the places of foreign keys and of the tables that have them.
    pointing: OnceLock<HashMap<TableName, Vec<(usize, usize)>>>,
}

/// One table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// In their own order.
    pub columns: Vec<Column>,
    /// The columns that name one row: the primary key, else what the source has in its place; may be empty.
    pub row_key: Vec<String>,
    /// Sets of columns of which each combination occurs once.
    pub unique: Vec<Vec<String>>,
    /// References that the source itself enforces.
    pub foreign_keys: Vec<ForeignKey>,
    /// What else it demands.
    pub rules: TableRules,
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What kind of value it takes.
    pub kind: ColumnKind,
    /// The type as the source writes it, for casts.
    pub sql_type: String,
    /// Whether it may be empty.
    pub nullable: bool,
    /// The longest text that it takes, in characters.
    pub length: Option<u32>,
    /// The source computes it; it cannot be written.
    pub generated: bool,
    /// It is no column of the source, but what is found inside of one.
    pub inside: Option<Inside>,
}

/// What kind of value a column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Whole numbers.
    Integer,
    /// Numbers with decimals.
    Number,
    /// Text.
    Text,
    /// Yes and no.
    Bool,
    /// Calendar days, written `YYYY-MM-DD`.
    Date,
    /// Days with times.
    DateTime,
    /// Bytes.
    Bytes,
    /// A UUID.
    Uuid,
    /// Objects and lists, read as JSON.
    Json,
    /// Whatever it is given, as in SQLite columns without a type.
    Any,
    /// Another type, read and written as its text.
    Other,
}

/// Columns whose values must be found in another table.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// The referring columns.
    pub columns: Vec<String>,
    /// The table referred to.
    pub table: TableName,
    /// The columns referred to, in the same order.
    pub referenced: Vec<String>,
    /// The collation by which each is compared, where its column and the one referred to have different ones.
    pub collations: Vec<Option<String>>,
}

impl Schema {
    /// With these tables, which keep their names.
    pub fn new(tables: Vec<Table>) -> Self {
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for (at, table) in tables.iter().enumerate() {
            let name = table.name.name.to_ascii_lowercase();
            by_name.entry(name).or_default().push(at);
        }
        Self {
            tables,
            database: None,
            by_name,
            pointing: OnceLock::new(),
        }
    }

    /// The table of this name; a name without a schema finds it in any. Where a database has no schemas, its own name is
    /// one.
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.place_of(name).map(|at| &self.tables[at])
    }

    /// Whether a table shows only some rows of one of these.
    pub(super) fn is_part_of(&self, table: &Table, whole: &dyn Fn(&TableName) -> bool) -> bool {
        let next = |table: &&Table| self.table(table.rules.part_of.as_ref()?);
        let mut wholes = std::iter::successors(next(&table), next);
        wholes.any(|it| whole(&it.name))
    }

    pub(super) fn place_of(&self, name: &TableName) -> Option<usize> {
        let in_schema = |at: &usize| {
            let own = self.tables[*at].name.schema.as_ref();
            let own = own.or(self.database.as_ref());
            own.is_none() || name.schema.is_none() || own == name.schema.as_ref()
        };
        let named = self.by_name.get(&name.name.to_ascii_lowercase())?;
        let mut places = named.iter().copied().filter(in_schema);
        places
            .clone()
            .find(|at| self.tables[*at].name.name == name.name)
            .or_else(|| places.next())
    }

    /// Every foreign key that points at a table, with the table that has it.
    pub fn pointing_at<'a>(
        &'a self,
        table: &Table,
    ) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> + use<'a> {
        let pointing = self.pointing.get_or_init(|| self.pointing_by_target());
        let places = pointing.get(&table.name).into_iter().flatten();
        places.map(|(at, key)| {
            let from = &self.tables[*at];
            (from, &from.foreign_keys[*key])
        })
    }

    fn pointing_by_target(&self) -> HashMap<TableName, Vec<(usize, usize)>> {
        let mut pointing: HashMap<_, Vec<_>> = HashMap::new();
        for (at, from) in self.tables.iter().enumerate() {
            for (place, key) in from.foreign_keys.iter().enumerate() {
                if let Some(to) = self.table(&key.table) {
                    let places = pointing.entry(to.name.clone()).or_default();
                    places.push((at, place));
                }
            }
        }
        pointing
    }
}

/// The type of a column that is a member of objects, as files of JSON lines hold them.
pub(super) const JSON: &str = "json";

impl Table {
    /// The primary key names a row; without one, a key whose columns are never empty does.
    pub(super) fn add_key(&mut self, columns: Vec<String>, is_primary: bool) {
        let never_empty = |name: &String| self.column(name).is_some_and(|it| !it.nullable);
        if is_primary || (self.row_key.is_empty() && columns.iter().all(never_empty)) {
            self.row_key.clone_from(&columns);
        }
        self.unique.push(columns);
    }

    /// The columns of the source itself.
    pub(super) fn own_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.inside.is_none())
    }

    /// Whether nothing can be written into a column: the source works it out itself, or the row is named by it.
    pub(super) fn is_fixed(&self, name: &str) -> bool {
        let generated = self.column(name).is_some_and(|it| it.generated);
        generated || self.row_key.iter().any(|it| it == name)
    }

    /// Why nothing can be typed into a column, where that is so whatever it holds.
    pub(super) fn fixed(&self, name: &str) -> Option<Fixed> {
        let is_binary = |column: &Column| column.kind == ColumnKind::Bytes;
        match self.column(name) {
            _ if self.is_fixed(name) => Some(Fixed::WorkedOut),
            column => column.is_some_and(is_binary).then_some(Fixed::Binary),
        }
    }

    /// Whether it only shows what other tables hold, as views do: none of its rows can be changed by itself.
    pub(super) fn is_computed(&self) -> bool {
        self.own_columns().all(|column| column.generated)
    }

    /// Says so.
    pub(super) fn compute(&mut self) {
        for column in &mut self.columns {
            column.generated = true;
        }
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let exact = self.columns.iter().find(|column| column.name == name);
        exact.or_else(|| {
            let mut columns = self.columns.iter();
            columns.find(|column| column.name.eq_ignore_ascii_case(name))
        })
    }

    /// Whether the source holds this column to values that another table has.
    pub(super) fn is_foreign(&self, column: &str) -> bool {
        let mut columns = self.foreign_keys.iter().flat_map(|key| &key.columns);
        columns.any(|it| it.eq_ignore_ascii_case(column))
    }

    /// Whether a value of this column may make a row collide with another.
    pub(super) fn is_in_unique(&self, column: &str) -> bool {
        let keys = self.unique.iter().chain([&self.row_key]).flatten();
        let mut columns = keys.chain(&self.rules.collides);
        columns.any(|it| it.eq_ignore_ascii_case(column))
    }

    /// Whether no two rows share a value of this column.
    pub fn is_unique(&self, column: &str) -> bool {
        let Some(column) = self.column(column) else {
            return false;
        };
        let is_it = |name: &String| self.column(name).is_some_and(|it| it.name == column.name);
        let mut keys = self.unique.iter().chain([&self.row_key]);
        let is_key = keys.any(|key| key.len() == 1 && is_it(&key[0]));
        is_key && !column.parts_types() && !self.rules.has_heirs
    }
}

impl Column {
    /// A column that takes anything, nothing too.
    pub(super) fn untyped(name: String, sql_type: &str, kind: ColumnKind) -> Self {
        Self {
            name,
            kind,
            sql_type: sql_type.to_owned(),
            nullable: true,
            length: None,
            generated: false,
            inside: None,
        }
    }

    /// Whether it is SQLite's own number of a row, which the table does not declare.
    pub(super) fn is_row_number(&self) -> bool {
        self.generated && matches!(&*self.name, "rowid" | "_rowid_" | "oid")
    }

    /// Whether it holds times with their zone, which are read as of Greenwich.
    pub(super) fn has_zone(&self) -> bool {
        self.sql_type.ends_with(" with time zone")
    }

    /// Whether it holds addresses in the internet, of one machine or of a network.
    pub(super) fn is_address(&self) -> bool {
        self.sql_type == "inet"
    }

    /// The value as this column holds it; `None` when it cannot. What MariaDB takes for yes and no may be any number.
    pub(super) fn form_of(&self, value: &Value) -> Option<Value> {
        if self.is_address() {
            return address(value.as_text()?).map(Value::Text);
        }
        let is_small = self.kind == ColumnKind::Bool && self.sql_type.starts_with("tinyint");
        let number = || integer(value).filter(|_| is_small).map(Value::Integer);
        self.kind.form_of(value).or_else(number)
    }

    /// The ways in which this column may hold a key that another column writes as `value`; none when it cannot.
    pub fn forms_of(&self, value: &Value) -> Vec<Value> {
        let written = self.form_of(value).into_iter();
        let other = match value {
            _ if self.kind != ColumnKind::Any => None,
            Value::Integer(number) => Some(Value::Text(number.to_string())),
            Value::Text(text) => whole_number(text).map(Value::Integer),
            _ => None,
        };
        written.chain(other).collect()
    }

    /// What a cell leads to, in the form in which columns of different types are compared.
    pub(super) fn link(&self, cell: &Value) -> Value {
        match &self.inside {
            Some(inside) => Value::many(inside.keys(cell)),
            None => self.unpadded(cell).as_key().unwrap_or(Value::Null),
        }
    }
}

impl ColumnKind {
    /// The value as a column of this kind holds it; `None` when it cannot.
    pub fn form_of(self, value: &Value) -> Option<Value> {
        match self {
            _ if value.is_null() => None,
            Self::Integer => integer(value).map(Value::Integer),
            Self::Number => number(value),
            Self::Bool => yes_or_no(value).map(Value::Bool),
            Self::Bytes => matches!(value, Value::Bytes(_)).then(|| value.clone()),
            Self::Any => Some(value.clone()),
            Self::Text | Self::Date | Self::DateTime | Self::Json | Self::Other => {
                text(value).map(Value::Text)
            }
            Self::Uuid => text(value).filter(|text| is_uuid(text)).map(Value::Text),
        }
    }
}

/// An address as it is read: that of one machine without the length that says so.
pub(super) fn address(text: &str) -> Option<String> {
    let (host, length) = text.split_once('/').unzip();
    let host: IpAddr = host.unwrap_or(text).parse().ok()?;
    let whole = if host.is_ipv4() { 32 } else { 128 };
    let length: u8 = length.map_or(Ok(whole), str::parse).ok()?;
    match length {
        _ if length > whole => None,
        _ if length == whole => Some(host.to_string()),
        _ => Some(format!("{host}/{length}")),
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Text(text) => whole_number(text),
        Value::Real(real) => whole(*real),
        Value::Bool(flag) => Some(i64::from(*flag)),
        Value::Null | Value::Bytes(_) | Value::Many(_) => None,
    }
}

fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Integer(_) | Value::Real(_) => Some(value.clone()),
        Value::Text(text) => {
            // As a binary number, one with many digits would be another.
            text.parse::<f64>().ok()?;
            Some(value::number(text.clone()))
        }
        _ => None,
    }
}

fn yes_or_no(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        Value::Text(text) => match text.as_str() {
            "true" | "t" | "yes" | "1" => Some(true),
            "false" | "f" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bytes(_) | Value::Many(_) => None,
        Value::Bool(flag) => Some(flag.to_string()),
        other => Some(other.to_string()),
    }
}

fn is_uuid(text: &str) -> bool {
    let hex = text.bytes().filter(u8::is_ascii_hexdigit).count();
    text.len() == 36 && hex == 32 && text.bytes().filter(|byte| *byte == b'-').count() == 4
}
