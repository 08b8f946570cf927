//! The doors to the portal's own database.

use std::pin::Pin;
use std::sync::mpsc::channel;

use candor::db::{AnyConnection, Db, without_password};
use candor::error::AppResult;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use futures_util::future::{join_all, join3};

fn insert(conn: &mut AnyConnection, number: i64) -> AppResult<()> {
    let insert = diesel::sql_query("INSERT INTO numbers VALUES (?)");
    insert.bind::<BigInt, _>(number).execute(conn)?;
    Ok(())
}

#[actix_web::test]
async fn of_units_that_share_a_savepoint_the_one_that_fails_is_rolled_back_alone() {
    type Unit<'a> = Pin<Box<dyn Future<Output = AppResult<()>> + 'a>>;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("portal.db").display());
    let db = Db::open(&url, 1).unwrap();
    let table = |conn: &mut AnyConnection| match conn {
        AnyConnection::Sqlite(conn) => {
            Ok(conn.batch_execute("CREATE TABLE numbers (number BIGINT UNIQUE)")?)
        }
        AnyConnection::Postgres(_) => unreachable!(),
    };
    db.write(table).await.unwrap();

    let (go_on, wait) = channel::<()>();
    // All others queue up behind it, and so come into one commit.
    let first = db.write(move |_| {
        wait.recv().unwrap();
        Ok(())
    });
    let mut units: Vec<Unit<'_>> = Vec::new();
    for number in [1, 2, 1, 3] {
        units.push(Box::pin(
            db.write_repeatable(move |conn| insert(conn, number)),
        ));
        units.push(Box::pin(db.write(move |conn| insert(conn, 10 * number))));
        units.push(Box::pin(
            db.write_repeatable(move |conn| insert(conn, 100 + number)),
        ));
        units.push(Box::pin(
            db.write_repeatable(move |conn| insert(conn, 200 + number)),
        ));
    }
    // They are begun in this order.
    let (first, units, ()) = join3(first, join_all(units), async { go_on.send(()).unwrap() }).await;
    first.unwrap();
    let succeeded: Vec<_> = units.iter().map(Result::is_ok).collect();
    let expected = [[true; 4], [true; 4], [false; 4], [true; 4]];
    assert_eq!(succeeded, expected.concat());
    let count = db.read_now(|conn| {
        let count = diesel::dsl::sql::<BigInt>("SELECT COUNT(*) FROM numbers");
        Ok(count.get_result::<i64>(conn)?)
    });
    assert_eq!(count.unwrap(), 12);
}

#[test]
fn the_dump_connects_as_the_portal_does_and_shows_no_password() {
    for (given, shown, password) in [
        (
            "postgres://candor:a%20b@db:5433/portal?sslmode=verify-full&sslrootcert=/ca.pem",
            "postgres://candor@db:5433/portal?sslmode=verify-full&sslrootcert=/ca.pem",
            Some("a b"),
        ),
        (
            "postgres://candor@db/portal?password=secret&sslmode=require",
            "postgres://candor@db/portal?sslmode=require",
            Some("secret"),
        ),
        (
            "postgres:///portal?host=/run/postgresql",
            "postgres:///portal?host=/run/postgresql",
            None,
        ),
    ] {
        let (url, taken) = without_password(given.parse().unwrap());
        assert_eq!((url.as_str(), taken.as_deref()), (shown, password));
    }
}
