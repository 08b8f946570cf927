//! What a source would not take: masks that one of its conditions forbids, and values to which others refer. Known of
//! before anything is written, so that people are told what stays, and staff can choose another mask.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use super::{
    Connected, Filter, Form, Inner, Query, Schema, Select, SourceError, Trial, Value,
    layout::Layout, masking::Strategy, rules::Check, trial::MOST, walk::number,
};

pub(super) const NOT_TAKEN: &str =
    "A rule of the system that holds it takes no other value that could stand there.";
pub(super) const REFERRED_TO: &str =
    "Other records in the system that holds it refer to it, so it stays as it is.";

/// The key of a row, and what it holds in some columns.
type Held = (Vec<Value>, Vec<Value>);

/// The collection whose rows are looked at.
pub(super) struct Fitting<'a> {
    pub inner: &'a Inner,
    pub connected: &'a Connected,
    pub schema: &'a Schema,
    pub layout: &'a Layout<'a>,
}

/// A row that is to be masked.
pub(super) struct Masked<'a> {
    pub row: &'a [Value],
    pub set: &'a mut BTreeMap<String, Strategy>,
    pub cut: &'a BTreeSet<String>,
    /// Fields that stay after all, and why.
    pub left: BTreeMap<String, &'static str>,
    /// Masks that a condition forbids.
    tried: Vec<(String, Strategy)>,
}

impl Fitting<'_> {
    /// Takes from the masks what the source would not take.
    pub fn fit(&self, rows: &mut [Masked<'_>]) -> Result<(), SourceError> {
        self.leave_referred(rows)?;
        let mut is_settled = false;
        while !is_settled {
            is_settled = true;
            for check in &self.layout.table.rules.checks {
                let is_met = self.meet(check, rows)?;
                is_settled &= is_met;
            }
        }
        Ok(())
    }

    /// Leaves the values to which others refer: they would follow, or forbid it.
    fn leave_referred(&self, rows: &mut [Masked<'_>]) -> Result<(), SourceError> {
        let to = self.layout.table;
        for (from, by) in self.schema.pointing_at(to) {
            let is_meant =
                |it: &&mut Masked<'_>| by.referenced.iter().any(|name| it.set.contains_key(name));
            let meant: Vec<_> = rows.iter_mut().filter(is_meant).collect();
            let keys = meant.iter().map(|it| self.layout.key(it.row).to_vec());
            let keys: Vec<_> = keys.collect();
            let (connected, wait) = (self.connected, self.connected.limits.step);
            let pointed_at = connected.pointed_at((to, &keys), [(from, by)], wait)?;
            for masked in meant {
                if pointed_at.contains(self.layout.key(masked.row)) {
                    for name in &by.referenced {
                        masked.leave(name, REFERRED_TO);
                    }
                }
            }
        }
        Ok(())
    }

    /// Changes what a condition forbids; whether there was nothing.
    fn meet(&self, check: &Check, rows: &mut [Masked<'_>]) -> Result<bool, SourceError> {
        let is_meant =
            |it: &&mut Masked<'_>| check.columns.iter().any(|name| it.set.contains_key(name));
        let mut meant: Vec<_> = rows.iter_mut().filter(is_meant).collect();
        let mut is_met = true;
        for batch in meant.chunks_mut(MOST) {
            for at in self.broken(check, batch)? {
                if let Some(masked) = batch.get_mut(at) {
                    is_met = false;
                    self.give_way(check, masked);
                }
            }
        }
        Ok(is_met)
    }

    /// Masks in another way what a condition is about, and leaves it where there is none.
    fn give_way(&self, check: &Check, masked: &mut Masked<'_>) {
        let mut others = Vec::new();
        for name in &check.columns {
            if let Some(tried) = masked.set.get(name) {
                masked.tried.push((name.clone(), tried.clone()));
                others.extend(self.another(name, masked).map(|it| (name.clone(), it)));
            }
        }
        if others.is_empty() {
            for name in &check.columns {
                masked.leave(name, NOT_TAKEN);
            }
        }
        masked.set.extend(others);
    }

    /// What a column may be masked with that was not tried: nothing, or what fits it.
    fn another(&self, name: &str, masked: &Masked<'_>) -> Option<Strategy> {
        if let Some(Strategy::Within(_)) = masked.set.get(name) {
            // Only a part of it is meant.
            return None;
        }
        let table = self.layout.table;
        let nothing = table.takes_none(name).then_some(Strategy::Null);
        let mut fields = self.layout.fields.iter();
        let field = fields.find(|(field, _)| field.name == name && field.fields.is_empty());
        let fitting = field
            .zip(table.column(name))
            .and_then(|((field, _), column)| Strategy::fitting(field, table, column));
        let is_new = |it: &Strategy| {
            let mut tried = masked.tried.iter();
            !tried.any(|(of, tried)| of == name && tried == it)
        };
        nothing.into_iter().chain(fitting).find(is_new)
    }

    /// The places of rows that would break a condition.
    fn broken(&self, check: &Check, batch: &[&mut Masked<'_>]) -> Result<Vec<usize>, SourceError> {
        let keys = batch.iter().map(|it| self.layout.key(it.row).to_vec());
        self.broken_by(check, &keys.collect::<Vec<_>>(), &|at, held| {
            self.as_masked(check, batch[at], held)
        })
    }

    /// The same for rows of these keys, each with what its columns would hold instead. A condition that cannot be asked
    /// about is met when the row is written.
    fn broken_by(
        &self,
        check: &Check,
        keys: &[Vec<Value>],
        changed: &dyn Fn(usize, &[Value]) -> Vec<Value>,
    ) -> Result<Vec<usize>, SourceError> {
        let held = self.held(check, keys.to_vec())?;
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        for (at, key) in keys.iter().enumerate() {
            if let Some((_, values)) = held.iter().find(|(known, _)| known == key) {
                rows.push(changed(at, values));
                places.push(at);
            }
        }
        let trial = Trial {
            table: self.layout.table,
            check,
            rows: &rows,
        };
        let (wait, mut broken) = (self.connected.limits.step, Vec::new());
        let source = &self.connected.source;
        let asked = source.query(&Query::Trial(trial), wait, &mut |row| {
            let place = row
                .first()
                .map(number)
                .and_then(|it| usize::try_from(it).ok());
            broken.extend(place.and_then(|at| places.get(at)).copied());
            ControlFlow::Continue(())
        });
        match asked {
            Err(error) if error.is_temporary() => Err(error),
            Err(_) => Ok(Vec::new()),
            Ok(()) => Ok(broken),
        }
    }

    /// The condition that a row would break with a value in one of its columns, if there is one.
    pub fn breaks(
        &self,
        row: &[Value],
        column: &str,
        value: &Value,
    ) -> Result<Option<&Check>, SourceError> {
        let key = self.layout.key(row).to_vec();
        for check in &self.layout.table.rules.checks {
            let Some(at) = check.columns.iter().position(|it| it == column) else {
                continue;
            };
            let with_value = |_, held: &[Value]| {
                let mut held = held.to_vec();
                held[at] = value.clone();
                held
            };
            if !self
                .broken_by(check, std::slice::from_ref(&key), &with_value)?
                .is_empty()
            {
                return Ok(Some(check));
            }
        }
        Ok(None)
    }

    /// What rows hold in the columns of a condition, by their keys.
    fn held(&self, check: &Check, keys: Vec<Vec<Value>>) -> Result<Vec<Held>, SourceError> {
        let table = self.layout.table;
        let filter = Filter::keys(keys);
        let columns = [&table.row_key[..], &check.columns].concat();
        let select = Select {
            table,
            columns: &columns,
            filter: &filter,
            form: Form::Rows,
        };
        let rows = select.rows(&*self.connected.source, self.connected.limits.step)?;
        let parted = rows.into_iter().map(|mut row| {
            let held = row.split_off(table.row_key.len());
            (row, held)
        });
        Ok(parted.collect())
    }

    /// What the columns of a condition would hold.
    fn as_masked(&self, check: &Check, masked: &Masked<'_>, held: &[Value]) -> Vec<Value> {
        let cut: Vec<_> = masked.cut.iter().cloned().collect();
        let new = self
            .layout
            .new_values(self.inner, masked.row, (masked.set, &cut));
        let columns = check.columns.iter().zip(held);
        let values = columns.map(|(name, held)| {
            let new = new.iter().find(|(it, _)| it == name);
            new.map_or(held, |(_, value)| value).clone()
        });
        values.collect()
    }
}

impl<'a> Masked<'a> {
    pub const fn new(
        row: &'a [Value],
        set: &'a mut BTreeMap<String, Strategy>,
        cut: &'a BTreeSet<String>,
    ) -> Self {
        Self {
            row,
            set,
            cut,
            left: BTreeMap::new(),
            tried: Vec::new(),
        }
    }

    fn leave(&mut self, column: &str, why: &'static str) {
        if let Some(strategy) = self.set.remove(column) {
            let fields = strategy.fields(column).into_iter();
            self.left.extend(fields.map(|field| (field, why)));
        }
    }
}
