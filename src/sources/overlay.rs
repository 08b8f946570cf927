//! A transaction in sources that know none: changes are gathered, laid over what is read, and handed over together.

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::ControlFlow,
    time::Duration,
};

use super::{
    Act, Change, EachRow, Fault, Filter, Form, Select, SourceError, Table, Transaction, Value,
    sift::{Sift, comparable, place},
};

/// What can be read as a whole, and changed at once.
pub(super) trait Store {
    /// Key of the source.
    fn key(&self) -> &str;

    /// Hands over every row that meets the filter, in the order of the table's own columns. Others may be among them.
    fn scan(
        &self,
        table: &Table,
        filter: &Filter,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError>;

    /// Makes all of it lasting and reads it back, or leaves everything as it was. What a service has answered to have done is
    /// done, also where it does not read back.
    fn apply(&self, altered: &[Altered], wait: Duration) -> Result<(), SourceError>;
}

/// What is changed in one table, by row key in comparable form.
pub(super) struct Altered {
    pub table: Table,
    pub rows: HashMap<Vec<Value>, Alteration>,
}

/// One row as it is, and as it will be: gone, when there is none.
pub(super) struct Alteration {
    pub before: Vec<Value>,
    pub after: Option<Vec<Value>>,
}

/// A transaction. It remembers the rows that it read by their keys last: they are changed next.
pub(super) struct Overlay<S> {
    store: S,
    wait: Duration,
    altered: Vec<Altered>,
    seen: HashMap<Vec<Value>, Vec<Vec<Value>>>,
    seen_in: Option<Table>,
}

impl<S: Store> Overlay<S> {
    pub fn new(store: S, wait: Duration) -> Self {
        Self {
            store,
            wait,
            altered: Vec::new(),
            seen: HashMap::new(),
            seen_in: None,
        }
    }

    /// The rows of a key as the source holds them.
    fn held(&mut self, change: &Change<'_>) -> Result<Vec<Vec<Value>>, SourceError> {
        let key = comparable(change.key);
        let is_seen = self
            .seen_in
            .as_ref()
            .is_some_and(|it| it.name == change.table.name);
        if !is_seen || !self.seen.contains_key(&key) {
            let filter = Filter::keys(vec![change.key.to_vec()]);
            let select = Select {
                table: change.table,
                columns: &[],
                filter: &filter,
                form: Form::Rows,
            };
            self.select(&select, self.wait, &mut |_| ControlFlow::Continue(()))?;
        }
        Ok(self.seen.get(&key).cloned().unwrap_or_default())
    }

    fn altered(&mut self, table: &Table) -> &mut HashMap<Vec<Value>, Alteration> {
        let known = self
            .altered
            .iter()
            .position(|it| it.table.name == table.name);
        let at = known.unwrap_or_else(|| {
            self.altered.push(Altered {
                table: table.clone(),
                rows: HashMap::new(),
            });
            self.altered.len() - 1
        });
        &mut self.altered[at].rows
    }
}

impl<S: Store> Transaction for Overlay<S> {
    fn select(
        &mut self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let sift = Sift::new(self.store.key(), select)?;
        let mut altered = self.altered.iter();
        let altered = altered.find(|it| it.table.name == select.table.name);
        let (store, seen) = (&self.store, &mut self.seen);
        if select.filter.keys.is_some() {
            self.seen_in = Some(select.table.clone());
        }
        let mut scan = |each: EachRow<'_>| {
            if select.filter.keys.is_some() {
                seen.clear();
            }
            store.scan(select.table, select.filter, wait, &mut |row| {
                let key = sift.key_of(&row);
                let alteration = altered.and_then(|it| it.rows.get(&key));
                if sift.asks_for(&key) {
                    seen.entry(key).or_default().push(row.clone());
                }
                match alteration {
                    None => each(row),
                    Some(Alteration { after: None, .. }) => ControlFlow::Continue(()),
                    Some(Alteration {
                        after: Some(after), ..
                    }) => each(after.clone()),
                }
            })
        };
        sift.run(&mut scan, each)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<usize, SourceError> {
        let source = self.store.key().to_owned();
        let mut held = self.held(change)?;
        if held.len() > 1 {
            let wrong = format!(
                "several records of `{}` have the same key",
                change.table.name.name
            );
            return Err(SourceError::new(&source, Fault::Malformed(wrong)));
        }
        let Some(before) = held.pop() else {
            return Ok(0);
        };
        let entry = self.altered(change.table).entry(comparable(change.key));
        let now = match &entry {
            Entry::Occupied(known) => known.get().after.clone(),
            Entry::Vacant(_) => Some(before.clone()),
        };
        let Some(mut row) = now else {
            return Ok(0);
        };
        let place = |name: &str| place(&source, change.table, name);
        for (name, value) in change.expect {
            if row[place(name)?] != *value {
                return Ok(0);
            }
        }
        let after = match change.act {
            Act::Delete => None,
            Act::Set(values) => {
                for (name, value) in values {
                    let at = place(name)?;
                    let column = change.table.column(name);
                    let form = column.and_then(|column| column.kind.form_of(value));
                    row[at] = form.unwrap_or_else(|| value.clone());
                }
                Some(row)
            }
        };
        entry
            .or_insert(Alteration {
                before,
                after: None,
            })
            .after = after;
        Ok(1)
    }

    fn commit(self: Box<Self>) -> Result<(), SourceError> {
        if self.altered.iter().all(|it| it.rows.is_empty()) {
            return Ok(());
        }
        self.store.apply(&self.altered, self.wait)
    }
}
