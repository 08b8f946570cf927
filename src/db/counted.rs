//! Counting no further than a page needs to say: a count must not read a whole table.

use std::fmt;

/// More than this is not counted.
pub const COUNTED: i64 = 1000;

/// A count that stops at [`COUNTED`], and says so: `1000+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub i64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.0 >= COUNTED { "+" } else { "" };
        write!(f, "{}{more}", self.0)
    }
}

/// Counts the rows of a query, of which that column is never null. Where there are more than [`COUNTED`], the last one
/// that counts is looked for, and no row leaves the database.
macro_rules! counted {
    ($conn:expr, $column:expr, $found:expr) => {{
        let last: QueryResult<i64> = $found
            .select($column)
            .offset($crate::db::COUNTED - 1)
            .limit(1)
            .get_result($conn);
        $crate::db::Count(match last.optional()? {
            Some(_) => $crate::db::COUNTED,
            None => $found.count().get_result($conn)?,
        })
    }};
}
pub(crate) use counted;
