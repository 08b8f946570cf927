//! Whether a row can be looked up again by its key. One that cannot would count as gone when nothing is found, so it is
//! never planned to be changed.

use std::collections::HashMap;

use super::{
    Column, ColumnKind, Connected, Inner, SourceError, Table, Value, execute, layout::Layout,
};

/// Rows that are looked up at a time.
const BATCH: usize = 500;

/// Why such a row stays.
pub(super) const NOT_FOUND_AGAIN: &str = "The system that holds it does not find it by its key, so that it cannot be changed on its own.";

type Row = Vec<Value>;

impl Table {
    /// Whether the key of a row certainly finds it again, whatever the source; of others, it is tried.
    pub(super) fn certainly_finds(&self, key: &[Value]) -> bool {
        let mut cells = self.row_key.iter().zip(key);
        cells.all(|(name, cell)| self.column(name).is_some_and(|it| it.certainly_holds(cell)))
    }
}

impl Column {
    fn certainly_holds(&self, cell: &Value) -> bool {
        let is_clean = |text: &String| !text.contains('\0');
        match (self.kind, cell) {
            (ColumnKind::Integer | ColumnKind::Any, Value::Integer(_)) => true,
            // Of floats, MariaDB tells only the first digits.
            (ColumnKind::Number, Value::Integer(_)) => !self.sql_type.starts_with("float"),
            (ColumnKind::Text | ColumnKind::Uuid | ColumnKind::Any, Value::Text(text)) => {
                is_clean(text)
            }
            _ => false,
        }
    }
}

impl Inner {
    /// Parts rows into those that their key finds, as an erasure would look for them, and the others.
    pub(super) fn part_by_key(
        &self,
        connected: &Connected,
        layout: &Layout<'_>,
        rows: Vec<Row>,
    ) -> Result<(Vec<Row>, Vec<Row>), SourceError> {
        let (mut found, mut lost) = (Vec::new(), Vec::new());
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
            let key = |row: &Row| {
                let id = layout.id(self, row);
                self.secrets.row_key(&layout.node.key, &id)
            };
            let keys: Vec<_> = batch.iter().map(key).collect();
            let is_whole = |key: &&Vec<Value>| !key.is_empty() && !key.iter().any(Value::is_null);
            let asked: Vec<_> = keys.iter().flatten().filter(is_whole).cloned().collect();
            let mut by_key = HashMap::new();
            if !asked.is_empty() {
                by_key = execute::rows(layout, &asked, |select, each| {
                    connected.source.select(select, self.limits.step, each)
                })?;
            }
            for (row, key) in batch.into_iter().zip(keys) {
                let again = key.and_then(|key| by_key.get(&key));
                let is_it = again.is_some_and(|it| {
                    layout.fingerprint(self, it) == layout.fingerprint(self, &row)
                });
                if is_it { &mut found } else { &mut lost }.push(row);
            }
        }
        Ok((found, lost))
    }
}
