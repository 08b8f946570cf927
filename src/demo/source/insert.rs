//! One row into one table, with its statement prepared once.

/// `insert!(db, skills { account_id: 7, name: "Rust" })?` is the new row's id.
macro_rules! insert {
    ($db:expr, $table:ident { $($column:ident: $value:expr),+ $(,)? }) => {
        $db.prepare_cached(concat!(
            "INSERT INTO ", stringify!($table), " (id", $(", ", stringify!($column),)+
            ") VALUES (NULL", $(", :", stringify!($column),)+ ")"
        ))
        .and_then(|mut statement| statement.insert(rusqlite::params![$($value),+]))
    };
}
pub(super) use insert;
