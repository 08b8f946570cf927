//! Conditions, put together.

use chrono::{NaiveDate, NaiveTime};

use super::{ColumnKind, Value};

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
