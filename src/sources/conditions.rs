//! Conditions and lists, put together.

use chrono::{NaiveDate, NaiveTime};

use super::{ColumnKind, SourceError, Value, Way, sql::Builder};

/// Adds a word and what it is about; nothing where there is nothing.
pub(super) fn list(text: &mut String, word: &str, parts: impl Iterator<Item = String>) {
    for (at, part) in parts.enumerate() {
        text.push_str(if at == 0 { word } else { "," });
        text.push(' ');
        text.push_str(&part);
    }
}

/// The one that nothing meets.
pub(super) fn never() -> String {
    "1 = 0".to_owned()
}

/// All of them, in brackets by the hundred: a database may take no more than a thousand in a row.
pub(super) fn all_of(conditions: &[String]) -> String {
    let some = conditions.chunks(100).map(|some| some.join(" AND "));
    match &some.collect::<Vec<_>>()[..] {
        [few] => few.clone(),
        many => format!("({})", many.join(") AND (")),
    }
}

/// Each of them is enough.
pub(super) fn either(conditions: &[String]) -> String {
    match conditions {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    }
}

/// A day as the column writes it: text, or seconds since 1970 where times are numbers.
pub(super) fn start_of(day: NaiveDate, kind: ColumnKind) -> Value {
    match kind {
        ColumnKind::Integer | ColumnKind::Number => {
            Value::Integer(day.and_time(NaiveTime::MIN).and_utc().timestamp())
        }
        _ => Value::Text(day.to_string()),
    }
}

impl Builder<'_> {
    /// The condition that a way leads to a row. By a part of a key it leads to rows that hold the others, too: whoever bought
    /// in a shop is not looked for among all that was bought there.
    pub fn way(&mut self, way: &Way) -> Result<String, SourceError> {
        let column = self.column(&way.column)?;
        let how = (way.any_case, way.as_source);
        let mut all = vec![self.is_one_of(column, &way.values, how)];
        for beside in &way.beside {
            let columns = self.columns(&beside.columns)?;
            let mut any = Vec::with_capacity(columns.len() + 1);
            for column in &columns {
                let how = (beside.as_source, beside.as_source);
                any.push(self.is_one_of(column, &beside.values, how));
            }
            if columns.iter().all(|column| column.nullable) {
                let name = |name: &str| format!("{} IS NULL", self.dialect.quoted(name));
                let empty: Vec<_> = columns.iter().map(|it| name(&it.name)).collect();
                any.push(format!("({})", empty.join(" AND ")));
            }
            all.push(either(&any));
        }
        Ok(match &all[..] {
            [one] => one.clone(),
            several => format!("({})", several.join(" AND ")),
        })
    }
}
