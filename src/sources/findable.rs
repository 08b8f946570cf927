//! Whether a row can be looked up again by its key, and no other is found with it. One that cannot would count as gone
//! when nothing is found, or be changed for another, so it is never planned to be changed.

use std::{collections::HashMap, ops::ControlFlow};

use super::{
    Column, ColumnKind, Connected, Filter, Form, Inner, Select, SourceError, Table, Value,
    layout::Layout,
};

/// Rows that are looked up at a time.
const BATCH: usize = 500;

/// Why such a row stays.
const NOT_FOUND_AGAIN: &str = "The system that holds it does not find it by its key, so that it cannot be changed on its own.";

/// The same where it finds others, too.
const FOUND_WITH_OTHERS: &str = "The system that holds it gives several records the same key, so that none of them can be changed on its own.";

type Row = Vec<Value>;

/// A row that stays, and why.
type Lost = (Row, &'static str);

impl Table {
    /// Whether the key of a row certainly finds it again, whatever the source; of others, it is tried.
    pub(super) fn certainly_finds(&self, key: &[Value]) -> bool {
        let mut cells = self.row_key.iter().zip(key);
        !self.rules.repeats
            && cells
                .all(|(name, cell)| self.column(name).is_some_and(|it| it.certainly_holds(cell)))
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
    ) -> Result<(Vec<Row>, Vec<Lost>), SourceError> {
        let (mut found, mut lost) = (Vec::new(), Vec::new());
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<_> = rows.by_ref().take(BATCH).collect();
            // As an id gives it back.
            let key = |row: &Row| {
                let json = serde_json::to_vec(layout.key(row)).ok()?;
                serde_json::from_slice::<Row>(&json).ok()
            };
            let keys: Vec<_> = batch.iter().map(key).collect();
            let is_whole = |key: &&Vec<Value>| !key.is_empty() && !key.iter().any(Value::is_null);
            let asked: Vec<_> = keys.iter().flatten().filter(is_whole).cloned().collect();
            let by_key = self.by_key(connected, layout, asked)?;
            for (row, key) in batch.into_iter().zip(keys) {
                let fingerprint = layout.fingerprint(self, &row);
                match key.and_then(|key| by_key.get(&key)).map(Vec::as_slice) {
                    Some([again]) if *again == fingerprint => found.push(row),
                    Some([_, _, ..]) => lost.push((row, FOUND_WITH_OTHERS)),
                    _ => lost.push((row, NOT_FOUND_AGAIN)),
                }
            }
        }
        Ok((found, lost))
    }

    /// The fingerprints of all rows that these keys find.
    fn by_key(
        &self,
        connected: &Connected,
        layout: &Layout<'_>,
        keys: Vec<Row>,
    ) -> Result<HashMap<Row, Vec<String>>, SourceError> {
        let mut found: HashMap<_, Vec<_>> = HashMap::new();
        let filter = Filter::keys(keys);
        let select = Select {
            table: layout.table,
            columns: &layout.columns,
            filter: &filter,
            form: Form::Rows,
        };
        if !filter.is_empty() {
            let mut note = |row: Row| {
                let rows = found.entry(layout.key(&row).to_vec()).or_default();
                rows.push(layout.fingerprint(self, &row));
                ControlFlow::Continue(())
            };
            let source = &connected.source;
            source.select(&select, connected.limits.step, &mut note)?;
        }
        Ok(found)
    }
}
