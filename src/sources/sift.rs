//! Which rows are meant and in which form, for sources that hand over all they have: the rows are looked at one by one.
//!
//! Memory grows with what a form asks for, which are all combinations where rows are grouped, and not with the rows: many
//! that do not come in order are read in passes.

use std::{
    cell::Cell,
    cmp::Ordering,
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
    time::{Duration, Instant},
};

use chrono::NaiveDate;

use super::{
    Column, Dates, EachRow, Fault, Form, Select, SourceError, Table, Value, Way,
    connector::{Wanted, missing},
    record,
};

/// Rows that are sorted in memory at a time.
const BATCH: usize = 5_000;

/// A place in the order: the key, and where it was met, as two may have the same.
type Place = (Ranked, u64);
type Scan<'a> = &'a mut dyn FnMut(EachRow<'_>) -> Result<(), SourceError>;
/// One that looks when its time ends.
type TimedScan<'a> = &'a mut dyn FnMut(&Cell<Instant>, EachRow<'_>) -> Result<(), SourceError>;

/// A question to rows that come in the order of the table's columns.
pub(super) struct Sift<'a> {
    form: Form<'a>,
    outputs: Vec<usize>,
    row_key: Vec<usize>,
    ways: Option<Vec<(&'a Column, usize, Wanted)>>,
    keys: Option<HashSet<Vec<Value>>>,
    period: Option<(usize, Dates)>,
}

/// What one reading gave.
struct Pass {
    first: BTreeMap<Place, Vec<Value>>,
    /// All rows came in the order of their keys.
    in_order: bool,
}

/// Values in an order: nothing, numbers, text, bytes.
#[derive(Clone)]
pub(super) struct Ranked(pub Vec<Value>);

impl<'a> Sift<'a> {
    /// An error when a column is not there, or a row key that the form needs.
    pub fn new(source: &str, select: &Select<'a>) -> Result<Self, SourceError> {
        let table = select.table;
        let place = |name: &String| place(source, table, name);
        let places = |names: &[String]| names.iter().map(place).collect::<Result<Vec<_>, _>>();
        let row_key = places(&table.row_key)?;
        let needs_key = matches!(select.form, Form::Page { .. }) || select.filter.keys.is_some();
        if row_key.is_empty() && needs_key {
            let fault = Fault::Missing(format!("primary key of `{}`", table.name.name));
            return Err(SourceError::new(source, fault));
        }
        let way = |way: &Way| {
            let column = table.column(&way.column);
            let column = column.ok_or_else(|| missing(source, table, &way.column))?;
            let wanted = Way {
                values: way.values.iter().filter_map(Value::as_key).collect(),
                ..way.clone()
            };
            Ok((column, place(&way.column)?, Wanted::by(&wanted)))
        };
        let filter = select.filter;
        let ways = filter.any.as_ref().map(|any| any.iter().map(way).collect());
        let period = filter.period.as_ref();
        let period = period.map(|(column, dates)| Ok((place(column)?, *dates)));
        Ok(Self {
            form: select.form,
            outputs: places(select.columns)?,
            row_key,
            ways: ways.transpose()?,
            keys: filter
                .keys
                .as_ref()
                .map(|keys| keys.iter().map(|key| comparable(key)).collect()),
            period: period.transpose()?,
        })
    }

    /// Whether one of the row keys that are asked for is this one, in comparable form.
    pub fn asks_for(&self, key: &[Value]) -> bool {
        self.keys.as_ref().is_some_and(|keys| keys.contains(key))
    }

    /// The row key, in comparable form.
    pub fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let key = self.row_key.iter();
        key.map(|at| row[*at].as_key().unwrap_or(Value::Null))
            .collect()
    }

    /// Hands over what is asked for; `scan` gives all rows, and may be called several times.
    pub fn run(&self, scan: Scan<'_>, each: EachRow<'_>) -> Result<(), SourceError> {
        match self.form {
            Form::Groups => self.groups(scan, each),
            _ if self.outputs.is_empty() => self.groups(scan, each),
            Form::Sorted if !self.row_key.is_empty() => self.sorted(scan, each),
            Form::Rows | Form::Sorted => scan(&mut |row| {
                if self.meets(&row) {
                    each(self.output(&row))
                } else {
                    ControlFlow::Continue(())
                }
            }),
            Form::First(limit) => {
                let mut left = limit;
                scan(&mut |row| {
                    if !self.meets(&row) {
                        return ControlFlow::Continue(());
                    }
                    left = left.saturating_sub(1);
                    let flow = each(self.output(&row));
                    if left == 0 {
                        ControlFlow::Break(())
                    } else {
                        flow
                    }
                })
            }
            Form::Page { after, limit } => {
                let after = after.map(|key| (Ranked(comparable(key)), u64::MAX));
                let page = self.pass(scan, after.as_ref(), limit)?;
                let _ = page.first.into_values().try_for_each(each);
                Ok(())
            }
        }
    }

    /// The same in time: `scan` may read until `ends`, which is put off whenever a row was handed over.
    pub fn run_in_time(
        &self,
        wait: Duration,
        scan: TimedScan<'_>,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let ends = Cell::new(Instant::now() + wait);
        self.run(&mut |each| scan(&ends, each), &mut |row| {
            let flow = each(row);
            ends.set(Instant::now() + wait);
            flow
        })
    }

    fn groups(&self, scan: Scan<'_>, each: EachRow<'_>) -> Result<(), SourceError> {
        let mut groups: HashMap<Vec<Value>, i64> = HashMap::new();
        if self.outputs.is_empty() {
            groups.insert(Vec::new(), 0);
        }
        scan(&mut |row| {
            if self.meets(&row) {
                *groups.entry(self.output(&row)).or_default() += 1;
            }
            ControlFlow::Continue(())
        })?;
        let _ = groups.into_iter().try_for_each(|(mut row, count)| {
            row.push(Value::Integer(count));
            each(row)
        });
        Ok(())
    }

    fn sorted(&self, scan: Scan<'_>, each: EachRow<'_>) -> Result<(), SourceError> {
        let mut after = None;
        loop {
            let Pass { first, in_order } = self.pass(scan, after.as_ref(), BATCH)?;
            let is_last = first.len() < BATCH;
            for (place, row) in first {
                if each(row).is_break() {
                    return Ok(());
                }
                after = Some(place);
            }
            if is_last {
                return Ok(());
            }
            if in_order {
                return self.rest(scan, after.as_ref(), each);
            }
        }
    }

    /// The rows after a place, as they come.
    fn rest(
        &self,
        scan: Scan<'_>,
        after: Option<&Place>,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let mut number = 0;
        scan(&mut |row| {
            if !self.meets(&row) {
                return ControlFlow::Continue(());
            }
            number += 1;
            let place = (Ranked(self.key_of(&row)), number);
            if after.is_none_or(|after| place > *after) {
                each(self.output(&row))
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    /// The first rows after a place in the order.
    fn pass(
        &self,
        scan: Scan<'_>,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Pass, SourceError> {
        let (mut first, mut number) = (BTreeMap::<Place, _>::new(), 0);
        let (mut last, mut in_order) = (None::<Place>, true);
        scan(&mut |row| {
            if !self.meets(&row) {
                return ControlFlow::Continue(());
            }
            number += 1;
            let place: Place = (Ranked(self.key_of(&row)), number);
            in_order &= last.as_ref().is_none_or(|last| *last < place);
            let is_behind = |(known, _): (&Place, &Vec<Value>)| *known < place;
            let is_out = first.len() >= limit && first.last_key_value().is_some_and(is_behind);
            if after.is_none_or(|after| place > *after) && !is_out {
                first.insert(place.clone(), self.output(&row));
            }
            if first.len() > limit {
                first.pop_last();
            }
            last = Some(place);
            ControlFlow::Continue(())
        })?;
        Ok(Pass { first, in_order })
    }

    fn output(&self, row: &[Value]) -> Vec<Value> {
        self.outputs.iter().map(|at| row[*at].clone()).collect()
    }

    fn meets(&self, row: &[Value]) -> bool {
        let leads = |(column, at, wanted): &(&Column, usize, Wanted)| {
            column
                .link(&row[*at])
                .keys()
                .iter()
                .any(|key| wanted.has(key))
        };
        let in_period =
            |(at, dates): (usize, Dates)| record::day(&row[at]).is_none_or(|it| is_in(dates, it));
        self.ways.as_ref().is_none_or(|ways| ways.iter().any(leads))
            && (self.keys.is_none() || self.asks_for(&self.key_of(row)))
            && self.period.is_none_or(in_period)
    }
}

fn is_in(dates: Dates, day: NaiveDate) -> bool {
    dates.from.is_none_or(|from| from <= day) && dates.to.is_none_or(|to| day <= to)
}

/// Where a column stands in a row; what is inside of another stands where that one does.
pub(super) fn place(source: &str, table: &Table, name: &str) -> Result<usize, SourceError> {
    let column = table.column(name);
    let held = column.map(|column| column.inside.as_ref().map_or(&column.name, |it| &it.column));
    let place = held.and_then(|held| table.own_columns().position(|it| it.name == *held));
    place.ok_or_else(|| missing(source, table, name))
}

impl Table {
    /// The row key of a row with its own columns, in comparable form; `None` where one of its columns is not there.
    pub(super) fn key_of(&self, row: &[Value]) -> Option<Vec<Value>> {
        let cells = self.row_key.iter().map(|name| {
            let column = self.column(name)?;
            let held = column.inside.as_ref().map_or(&column.name, |it| &it.column);
            let place = self.own_columns().position(|it| it.name == *held)?;
            Some(row[place].as_key().unwrap_or(Value::Null))
        });
        cells.collect()
    }
}

/// A row key in the form in which keys are compared.
pub(super) fn comparable(key: &[Value]) -> Vec<Value> {
    key.iter()
        .map(|it| it.as_key().unwrap_or(Value::Null))
        .collect()
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let both = self.0.iter().zip(&other.0);
        let mut orders = both.map(|(a, b)| order(a, b));
        orders.find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

fn order(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Integer(_) => 2,
        Value::Real(_) => 3,
        Value::Text(_) => 4,
        Value::Bytes(_) | Value::Many(_) => 5,
    };
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Real(a), Value::Real(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}
