//! The SQL of MariaDB and MySQL. Their comparisons follow the collation of a column: `Ada`, `ada` and `adá` may be one
//! value to them. Here each is compared twice: as the column does, so that its index helps, and byte by byte.

use mysql_async::Value as Raw;

use super::{
    Column, ColumnKind, Inside, Table, TableName, Value,
    mariadb::MariaDb,
    sql::{Dialect, Param, Statement},
};

/// Longer lists travel as one JSON text.
const LONG: usize = 4_096;

/// So many characters has the longest whole number.
const WHOLE_NUMBER: usize = 20;

/// Stands around the position of a value in a statement until it is bound: no name can hold it.
const MARK: char = '\0';

/// A name in backticks.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace(MARK, "").replace('`', "``"))
}

impl Dialect for MariaDb {
    fn key(&self) -> &str {
        &self.key
    }

    fn quoted(&self, name: &str) -> String {
        quoted(name)
    }

    /// One of another database has its name before its own.
    fn table(&self, table: &Table) -> String {
        let TableName { schema, name } = &table.name;
        let elsewhere = schema.as_ref().and_then(|schema| {
            let own = name.strip_prefix(schema.as_str())?.strip_prefix('.')?;
            Some(format!("{}.{}", quoted(schema), quoted(own)))
        });
        elsewhere.unwrap_or_else(|| quoted(name))
    }

    fn read(&self, column: &Column) -> String {
        match column.kind {
            ColumnKind::Text | ColumnKind::Integer | ColumnKind::Bytes => held(column),
            // A bit as a number.
            ColumnKind::Bool => format!("{} + 0", held(column)),
            _ => text(column),
        }
    }

    fn group(&self, column: &Column) -> String {
        match column.kind {
            ColumnKind::Text | ColumnKind::Any => exact(column),
            _ => held(column),
        }
    }

    fn guard(&self, position: usize, column: &Column) -> String {
        let (held, value) = (held(column), self.one(position, column));
        match column.kind {
            ColumnKind::Number if is_float(column) => format!("CONCAT({held}) + 0e0 <=> {value}"),
            ColumnKind::Integer
            | ColumnKind::Bool
            | ColumnKind::Number
            | ColumnKind::Bytes
            | ColumnKind::DateTime => format!("{held} <=> {value}"),
            _ => format!("{} <=> {value}", exact(column)),
        }
    }

    fn one(&self, position: usize, column: &Column) -> String {
        Form::of(column).marked(position)
    }

    /// A value with letters that its column cannot hold would be an error.
    fn forms(&self, column: &Column, value: &Value) -> Vec<Value> {
        let mut forms = column.forms_of(value);
        forms.retain(|form| column.writes(form.as_text().unwrap_or_default()));
        forms
    }

    fn list(&self, position: usize, column: &Column) -> String {
        format!("IN ({})", self.one(position, column))
    }

    /// Anywhere in the column: whoever asks looks at the place.
    fn holds(&self, position: usize, column: &Column, _: &Inside, any_case: bool) -> String {
        let name = held(column);
        let value = if any_case { "LOWER(held.v)" } else { "held.v" };
        let json = format!(
            "IF(JSON_VALID({name}), JSON_EXTRACT({name}, '$', '$**.*', '$**[*]'), JSON_ARRAY({name}))"
        );
        format!(
            "EXISTS (SELECT 1 FROM JSON_TABLE({json}, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS held \
             WHERE CAST({value} AS BINARY) IN ({}))",
            Form::Text.marked(position)
        )
    }

    fn any_case(&self, column: &Column) -> String {
        format!("CAST(LOWER({}) AS BINARY)", text(column))
    }

    fn is_among(
        &self,
        (position, count): (usize, usize),
        column: &Column,
        any_case: bool,
    ) -> String {
        let list = self.list(position, column);
        let raw = format!("{} {list}", held(column));
        match column.kind {
            ColumnKind::Text => {
                let exactly = if any_case {
                    self.any_case(column)
                } else {
                    exact(column)
                };
                let exactly = format!("{exactly} {list}");
                // Where case counts in a column, its index does not help to find what is written otherwise.
                if count > LONG || (any_case && !column.is_collated()) {
                    exactly
                } else {
                    format!("({raw} AND {exactly})")
                }
            }
            ColumnKind::Uuid if count <= LONG => raw,
            ColumnKind::Integer | ColumnKind::Bool | ColumnKind::Number | ColumnKind::Bytes => raw,
            // Written with all its decimals, a time is looked for as it is read.
            ColumnKind::DateTime if column.sql_type.contains('(') => {
                let text = text(column);
                let short = format!("TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM {text}))");
                format!("CAST({short} AS BINARY) {list}")
            }
            // A text that is no date is no error when dates are looked for by it.
            _ => format!("{} {list}", exact(column)),
        }
    }

    fn is_among_as_source(
        &self,
        (position, _): (usize, usize),
        column: &Column,
        _: bool,
    ) -> String {
        format!("{} {}", held(column), self.list(position, column))
    }

    /// Most collations pass over the spaces behind a text.
    fn weighs(&self, position: usize, column: &Column) -> Option<String> {
        let collation = column.collation()?;
        let (letters, _) = collation.split_once('_')?;
        let text = format!("CONVERT(held.v USING {letters}) COLLATE {collation}");
        let counts_spaces = ["_nopad_", "_0900_"]
            .iter()
            .any(|it| collation.contains(it));
        let text = if counts_spaces {
            text
        } else {
            format!("RTRIM({text})")
        };
        let texts = self.one(position, column);
        Some(format!(
            "SELECT held.v, HEX(WEIGHT_STRING({text})) FROM JSON_TABLE({texts}, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS held"
        ))
    }

    fn is_row_among(&self, columns: &str, rows: &[String]) -> String {
        format!("{columns} IN ({})", rows.join(", "))
    }

    /// Written out, because an index does not help to compare whole rows.
    fn is_after(&self, columns: &[String], values: &[String]) -> String {
        let mut both = columns.iter().zip(values).rev();
        let last = both.next();
        let last = last.map_or("1 = 0".to_owned(), |(name, value)| {
            format!("{name} > {value}")
        });
        both.fold(last, |rest, (name, value)| {
            format!("{name} >= {value} AND ({name} > {value} OR ({rest}))")
        })
    }

    /// Some columns note the time of every change unless they are set themselves.
    fn kept(&self, table: &Table, set: &[(String, Value)]) -> Vec<String> {
        let is_set = |column: &Column| set.iter().any(|(name, _)| *name == column.name);
        let columns = table.columns.iter();
        columns
            .filter(|it| it.sql_type.contains(" on update ") && !is_set(it))
            .map(|it| format!("{0} = {0}", quoted(&it.name)))
            .collect()
    }
}

impl Column {
    /// Whether a text is of letters of its character set, which the name of the collation begins with.
    fn writes(&self, text: &str) -> bool {
        let collation = self.sql_type.rsplit_once(" collate ");
        let letters = collation.and_then(|(_, collation)| collation.split('_').next());
        let last = match letters {
            Some("ascii") => '\u{7f}',
            Some("latin1") => '\u{ff}',
            Some("utf8" | "utf8mb3" | "ucs2") => '\u{ffff}',
            _ => return true,
        };
        // What is called latin1 is the code page 1252.
        let is_more = |letter| letters == Some("latin1") && LATIN1_MORE.contains(letter);
        text.chars().all(|it| it <= last || is_more(it))
    }
}

const LATIN1_MORE: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

fn held(column: &Column) -> String {
    quoted(column.inside.as_ref().map_or(&column.name, |it| &it.column))
}

fn text(column: &Column) -> String {
    let held = held(column);
    match column.sql_type.split(['(', ' ']).next() {
        Some("bit") => format!("CONVERT({held} + 0 USING utf8mb4)"),
        Some(shape) if SHAPES.contains(&shape) => format!("ST_AsText({held})"),
        _ => format!("CONVERT({held} USING utf8mb4)"),
    }
}

/// The bytes of the text, so that case, accents and spaces behind it count.
fn exact(column: &Column) -> String {
    format!("CAST({} AS BINARY)", text(column))
}

/// The types of what lies on a map.
const SHAPES: [&str; 8] = [
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
];

fn is_float(column: &Column) -> bool {
    ["float", "double"]
        .iter()
        .any(|it| column.sql_type.starts_with(it))
}

/// How a value is written so that it is compared as its column is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Text,
    Hex,
    Decimal,
    Float,
}

impl Form {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Plain, "p"),
        (Self::Text, "t"),
        (Self::Hex, "h"),
        (Self::Decimal, "d"),
        (Self::Float, "f"),
    ];

    fn of(column: &Column) -> Self {
        match column.kind {
            ColumnKind::Integer | ColumnKind::Bool => Self::Plain,
            ColumnKind::Bytes => Self::Hex,
            ColumnKind::Number if is_float(column) => Self::Float,
            ColumnKind::Number => Self::Decimal,
            _ => Self::Text,
        }
    }

    fn marked(self, position: usize) -> String {
        let all = Self::ALL.iter();
        let letter = all.filter(|(it, _)| *it == self).map(|(_, letter)| *letter);
        let letter: String = letter.collect();
        format!("{MARK}{letter}{position}{MARK}")
    }

    fn of_mark(mark: &str) -> Option<(Self, usize)> {
        let (form, letter) = Self::ALL.iter().find(|(_, it)| mark.starts_with(it))?;
        Some((*form, mark[letter.len()..].parse().ok()?))
    }

    fn around(self, value: &str) -> String {
        match self {
            Self::Plain | Self::Text => value.to_owned(),
            Self::Hex => format!("UNHEX({value})"),
            Self::Decimal => format!("CAST({value} AS DECIMAL(65, 30))"),
            Self::Float => format!("({value} + 0e0)"),
        }
    }

    fn raw(self, value: &Value) -> Raw {
        match value {
            Value::Null | Value::Many(_) => Raw::NULL,
            Value::Bytes(bytes) if self == Self::Hex => {
                Raw::Bytes(data_encoding::HEXLOWER.encode(bytes).into_bytes())
            }
            Value::Bytes(bytes) => Raw::Bytes(bytes.clone()),
            Value::Integer(number) if self != Self::Text => Raw::Int(*number),
            Value::Bool(flag) if self != Self::Text => Raw::Int(i64::from(*flag)),
            Value::Bool(flag) => Raw::Bytes(flag.to_string().into_bytes()),
            other => Raw::Bytes(other.to_string().into_bytes()),
        }
    }

    /// The type of the values of a long list: as narrow as they are, because only narrow ones are looked up quickly.
    fn kind(self, values: &[Value]) -> String {
        let is_whole = |value: &Value| matches!(value, Value::Integer(_));
        if self != Self::Text && values.iter().all(is_whole) {
            return "BIGINT".to_owned();
        }
        let lengths = values.iter().map(|value| match self.raw(value) {
            Raw::Bytes(bytes) => bytes.len(),
            _ => WHOLE_NUMBER,
        });
        match lengths.max().unwrap_or_default().next_power_of_two() {
            length @ ..=512 => format!("VARCHAR({})", length.max(16)),
            _ => "LONGTEXT".to_owned(),
        }
    }

    /// A list in brackets: of so many values that few statements differ, else as one text.
    fn list(self, values: &[Value], params: &mut Vec<Raw>) -> String {
        if values.len() > LONG {
            let kind = self.kind(values);
            let json = values.iter().map(|value| match (self.raw(value), value) {
                (Raw::Int(number), _) => number.into(),
                (Raw::Bytes(bytes), _) => String::from_utf8_lossy(&bytes).into_owned().into(),
                _ => serde_json::Value::Null,
            });
            let json: serde_json::Value = json.collect();
            params.push(Raw::Bytes(json.to_string().into_bytes()));
            let rows = format!("JSON_TABLE(?, '$[*]' COLUMNS (v {kind} PATH '$')) AS held");
            return match self {
                // Written down once, with an index; else a list that is looked for in every row is read for every row.
                Self::Text => format!(
                    "SELECT v FROM (SELECT DISTINCT CAST(held.v AS BINARY) AS v FROM {rows}) AS wanted"
                ),
                _ => format!("SELECT {} FROM {rows}", self.around("held.v")),
            };
        }
        let last = values.last().unwrap_or(&Value::Null);
        let count = values.len().next_power_of_two();
        let padded = values.iter().chain(std::iter::repeat(last)).take(count);
        params.extend(padded.map(|value| self.raw(value)));
        vec![self.around("?"); count].join(", ")
    }
}

/// A statement as the driver takes it, with a question mark for each value.
pub(super) fn bound(statement: &Statement) -> (String, Vec<Raw>) {
    let (mut text, mut params) = (String::new(), Vec::new());
    for (at, part) in statement.text.split(MARK).enumerate() {
        let mark = if at % 2 == 1 {
            Form::of_mark(part)
        } else {
            None
        };
        let param = mark.and_then(|(form, position)| {
            Some((form, statement.params.get(position.checked_sub(1)?)?))
        });
        match param {
            None => text.push_str(part),
            Some((form, Param::One(value))) => {
                params.push(form.raw(value));
                text.push_str(&form.around("?"));
            }
            Some((form, Param::List(values))) => text.push_str(&form.list(values, &mut params)),
        }
    }
    (text, params)
}
