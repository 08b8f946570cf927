//! Counting no further than a page needs to say: a count must not read a whole table.

use std::fmt;

use diesel::backend::Backend;
use diesel::dsl::Limit;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::{LimitDsl, LoadQuery};
use diesel::sql_types::BigInt;

use super::AnyConnection;

/// More than this is not counted.
pub const COUNTED: i64 = 1000;

/// A count that stops at [`COUNTED`], and says so: `1,000+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub i64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= COUNTED {
            return f.write_str("1,000+");
        }
        write!(f, "{}", self.0)
    }
}

/// Counts the rows of a query up to [`COUNTED`]. It selects a column of the index that it walks, so that no row is read.
pub fn count_up_to<Q>(conn: &mut AnyConnection, rows: Q) -> QueryResult<Count>
where
    Q: LimitDsl,
    Counted<Limit<Q>>: for<'a> LoadQuery<'a, AnyConnection, i64>,
{
    Counted(rows.limit(COUNTED)).get_result(conn).map(Count)
}

/// How many rows a query gives: `SELECT COUNT(*) FROM (…)`, which diesel has no words for.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Counted<Q>(Q);

impl<Q: Query> Query for Counted<Q> {
    type SqlType = BigInt;
}

impl<Q> RunQueryDsl<AnyConnection> for Counted<Q> {}

impl<Q, DB> QueryFragment<DB> for Counted<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT COUNT(*) FROM (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(") AS counted");
        Ok(())
    }
}
