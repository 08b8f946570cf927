//! What an access request finds in the sample, beside the same queries written by hand on the bare driver.

use std::{
    collections::BTreeMap,
    hint::black_box,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::targets::Targets;
use candor::{
    register::{CollectionKey, Register},
    sources::{Identities, SourceError, Sources, Visited, Visitor},
};
use rusqlite::Connection;
use tokio_postgres::{Client, NoTls};

pub const MANIFEST: &str = include_str!("../../tests/data/fides/postgres_example_test_dataset.yml");
const SQLITE: &str = include_str!("../../tests/data/fides/postgres_sample.sqlite.sql");
const POSTGRES: &str = include_str!("../../tests/data/fides/postgres_sample.sql");
pub const KEY: &str = "postgres_example_test_dataset";
pub const EMAIL: &str = "customer-1@example.com";
const ROUNDS: u32 = 300;
/// What the sample holds about the person.
const ROWS: u64 = 21;

/// Collection, columns, and the conditions: a column, and where its values come from.
type Query = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// As somebody would write them who knows the tables. `email` is the person's address.
const QUERIES: &[Query] = &[
    (
        "customer",
        "id, address_id, created, email, name",
        &[("email", "email")],
    ),
    (
        "employee",
        "id, address_id, email, name",
        &[("email", "email")],
    ),
    (
        "report",
        "id, email, month, name, total_visits, year",
        &[("email", "email")],
    ),
    ("visit", "email, last_visit", &[("email", "email")]),
    (
        "service_request",
        "id, alt_email, closed, email, employee_id, opened",
        &[
            ("email", "email"),
            ("alt_email", "email"),
            ("employee_id", "employee.0"),
        ],
    ),
    (
        "login",
        "id, customer_id, time",
        &[("customer_id", "customer.0")],
    ),
    (
        "orders",
        "id, customer_id, shipping_address_id",
        &[("customer_id", "customer.0")],
    ),
    (
        "payment_card",
        "id, billing_address_id, ccn, code, customer_id, name, preferred",
        &[("customer_id", "customer.0")],
    ),
    (
        "order_item",
        "order_id, product_id, quantity",
        &[("order_id", "orders.0")],
    ),
    ("product", "id, name, price", &[("id", "order_item.1")]),
    (
        "address",
        "id, city, house, state, street, zip",
        &[
            ("id", "customer.1"),
            ("id", "employee.1"),
            ("id", "orders.2"),
            ("id", "payment_card.1"),
        ],
    ),
];

/// Whose the rows are that are looked up: how many rows lead to each key, of anybody. Table and column that lead, and
/// where the keys come from.
const QUESTIONS: &[(&str, &str, &str)] = &[
    ("customer", "address_id", "address.0"),
    ("employee", "address_id", "address.0"),
    ("orders", "shipping_address_id", "address.0"),
    ("payment_card", "billing_address_id", "address.0"),
    ("order_item", "product_id", "product.0"),
];

/// What is asked by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The rows.
    Rows,
    /// The rows, and whether others lead to them: the very statements that we make.
    RowsAndWhose,
}

#[derive(Default)]
struct Counted(u64);

impl Visitor for Counted {
    fn record(&mut self, _: &CollectionKey, record: Visited<'_>) -> ControlFlow<()> {
        black_box(record);
        self.0 += 1;
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &CollectionKey, error: Option<SourceError>) -> ControlFlow<()> {
        assert_eq!(error, None);
        ControlFlow::Continue(())
    }
}

fn sources(url: &str) -> Sources {
    let (register, _) = Register::parse(&[("sample.yml", MANIFEST)]).expect("the sample loads");
    let urls = [(KEY.to_owned(), url.to_owned())];
    Sources::open(Arc::new(register), &urls, &[7; 32]).expect("the URL is right")
}

fn ours(sources: &Sources) -> u64 {
    let mut counted = Counted::default();
    sources.visit(&Identities::email(EMAIL), &mut counted);
    counted.0
}

type Found = BTreeMap<&'static str, Vec<Vec<String>>>;

/// The values that stand in a column of what was found, such as `address.0`.
fn keys(found: &Found, from: &str) -> Vec<String> {
    let (other, at) = from.split_once('.').expect("a table and a position");
    let at: usize = at.parse().expect("a position");
    let values = found[other].iter().map(|row| row[at].clone());
    let mut keys: Vec<_> = values.filter(|it| !it.is_empty()).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// The statement of a query, and its values; `None` where nothing can be found.
fn statement(
    query: &Query,
    found: &Found,
    placeholder: &dyn Fn(usize) -> String,
) -> Option<(String, Vec<String>)> {
    let (table, columns, conditions) = query;
    let (mut ways, mut values) = (Vec::new(), Vec::new());
    for (column, from) in *conditions {
        let keys = match *from {
            "email" => vec![EMAIL.to_owned()],
            from => keys(found, from),
        };
        if !keys.is_empty() {
            let first = values.len();
            let places: Vec<_> = (0..keys.len())
                .map(|at| placeholder(first + at + 1))
                .collect();
            ways.push(format!("{column} IN ({})", places.join(", ")));
            values.extend(keys);
        }
    }
    (!ways.is_empty()).then(|| {
        (
            format!("SELECT {columns} FROM {table} WHERE {}", ways.join(" OR ")),
            values,
        )
    })
}

/// The questions of whose rows were found; none about a table of which nothing was.
fn questions(
    found: &Found,
    placeholder: impl Fn(usize) -> String,
) -> impl Iterator<Item = (String, Vec<String>)> {
    QUESTIONS.iter().filter_map(move |(table, column, from)| {
        let keys = keys(found, from);
        let places: Vec<_> = (1..=keys.len()).map(&placeholder).collect();
        let places = places.join(", ");
        let text = format!(
            "SELECT {column}, count(*) FROM {table} WHERE {column} IN ({places}) GROUP BY {column}"
        );
        (!keys.is_empty()).then_some((text, keys))
    })
}

pub fn by_hand_on_sqlite(connection: &Connection, asked: Asked) -> u64 {
    let mut found = Found::new();
    for query in QUERIES {
        let statement = statement(query, &found, &|at| format!("?{at}"));
        let rows = statement.map(|(text, values)| rows_on_sqlite(connection, &text, values));
        found.insert(query.0, rows.unwrap_or_default());
    }
    if asked == Asked::RowsAndWhose {
        for (text, keys) in questions(&found, |at| format!("?{at}")) {
            black_box(rows_on_sqlite(connection, &text, keys));
        }
    }
    found.values().map(|rows| rows.len() as u64).sum()
}

fn rows_on_sqlite(connection: &Connection, text: &str, values: Vec<String>) -> Vec<Vec<String>> {
    let mut prepared = connection.prepare_cached(text).expect("the query is right");
    let width = prepared.column_count();
    let read = prepared.query_map(rusqlite::params_from_iter(values), |row| {
        let cell = |at| {
            row.get_ref(at).map(|it| match it {
                rusqlite::types::ValueRef::Null => String::new(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                rusqlite::types::ValueRef::Real(number) => number.to_string(),
                rusqlite::types::ValueRef::Text(text) | rusqlite::types::ValueRef::Blob(text) => {
                    String::from_utf8_lossy(text).into_owned()
                }
            })
        };
        (0..width).map(cell).collect::<Result<Vec<_>, _>>()
    });
    let rows = read.expect("it runs").map(|row| row.expect("a row"));
    rows.collect()
}

type Known = BTreeMap<String, tokio_postgres::Statement>;

async fn by_hand_on_postgres(client: &Client, known: &mut Known, asked: Asked) -> u64 {
    let mut found = Found::new();
    for query in QUERIES {
        let mut rows = Vec::new();
        let placeholder = |at: usize| format!("(${at}::text)");
        if let Some((text, values)) = statement(query, &found, &placeholder) {
            rows = rows_on_postgres(client, known, (as_text(&text, query), values)).await;
        }
        found.insert(query.0, rows);
    }
    if asked == Asked::RowsAndWhose {
        for (text, keys) in questions(&found, |at| format!("(${at}::text::int8)")) {
            let text = text.replace(", count(*)", "::text, count(*)::text");
            black_box(rows_on_postgres(client, known, (text, keys)).await);
        }
    }
    found.values().map(|rows| rows.len() as u64).sum()
}

async fn rows_on_postgres(
    client: &Client,
    known: &mut Known,
    (text, values): (String, Vec<String>),
) -> Vec<Vec<String>> {
    if !known.contains_key(&text) {
        let prepared = client.prepare(&text).await.expect("the query is right");
        known.insert(text.clone(), prepared);
    }
    let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
        values.iter().map(|it| it as _).collect();
    let read = client.query(&known[&text], &values).await.expect("it runs");
    let cells = |row: &tokio_postgres::Row| {
        (0..row.len())
            .map(|at| row.get::<_, Option<String>>(at).unwrap_or_default())
            .collect()
    };
    read.iter().map(cells).collect()
}

/// Columns read as text, keys that are numbers compared as such.
fn as_text(text: &str, (_, columns, conditions): &Query) -> String {
    let cast: Vec<_> = columns
        .split(", ")
        .map(|column| format!("{column}::text"))
        .collect();
    let mut text = text.replacen(columns, &cast.join(", "), 1);
    let is_number = |column: &str| matches!(column, "id" | "employee_id" | "customer_id");
    if conditions.iter().all(|(column, _)| is_number(column)) {
        text = text.replace("::text)", "::text::int8)");
    } else {
        text = text.replace("employee_id IN (", "employee_id::text IN (");
    }
    text
}

/// Gives how many times longer it takes than the same statements by hand.
fn measure(
    name: &str,
    mut by_hand: impl FnMut(Asked) -> u64,
    mut ours: impl FnMut() -> u64,
) -> f64 {
    let (mut rows, mut whose, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        rows.push(timed(|| by_hand(Asked::Rows)));
        whose.push(timed(|| by_hand(Asked::RowsAndWhose)));
        own.push(timed(&mut ours));
    }
    let (rows, whose, own) = (median(rows), median(whose), median(own));
    let times = |hand: Duration| own.as_secs_f64() / hand.as_secs_f64();
    println!(
        "| {name} | {rows:.1?} | {whose:.1?} | {own:.1?} | {:.2} | {:.2} |",
        times(rows),
        times(whose)
    );
    times(whose)
}

fn timed(mut work: impl FnMut() -> u64) -> Duration {
    let start = Instant::now();
    assert_eq!(work(), ROWS);
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "a benchmark has no settings")]
fn server() -> Option<String> {
    std::env::var("CANDOR_TEST_DATABASE").ok()
}

/// The sample as a file of SQLite, and the bare driver's connection to it.
pub fn in_folder(folder: &Path) -> (PathBuf, Connection) {
    let path = folder.join("sample.db");
    let connection = Connection::open(&path).expect("a database");
    connection.execute_batch(SQLITE).expect("the sample loads");
    (path, connection)
}

/// Finds what the sample holds about one person, on SQLite and, where there is a server, on PostgreSQL.
pub fn find(targets: &mut Targets) {
    println!(
        "\n## A person of the sample: {ROWS} records in {} tables\n",
        QUERIES.len()
    );
    println!("| source | rows by hand | and whose they are | candor | of rows | of both |");
    println!("|---|---|---|---|---|---|");
    let folder = tempfile::tempdir().expect("a folder");
    let (path, connection) = in_folder(folder.path());
    let opened = sources(&format!("sqlite:{}", path.display()));
    let ratio = measure(
        "SQLite",
        |asked| by_hand_on_sqlite(&connection, asked),
        || ours(&opened),
    );
    targets.at_most("the sample on SQLite, of the same statements", ratio, 1.5);
    if let Some(server) = server() {
        let ratio = on_postgres(&server);
        targets.at_most(
            "the sample on PostgreSQL, of the same statements",
            ratio,
            1.5,
        );
    }
}

fn on_postgres(server: &str) -> f64 {
    let name = format!("candor_bench_{}", std::process::id());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let connect = |url: &str| {
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a server");
            tokio::spawn(connection);
            client
        })
    };
    let (base, _) = server.rsplit_once('/').expect("a database in the URL");
    let url = format!("{base}/{name}");
    let admin = connect(server);
    runtime
        .block_on(admin.batch_execute(&format!("CREATE DATABASE {name}")))
        .expect("a database");
    let client = connect(&url);
    runtime
        .block_on(client.batch_execute(POSTGRES))
        .expect("the sample loads");
    let ratio = {
        let opened = sources(&url);
        let mut known = BTreeMap::new();
        let by_hand = |asked| runtime.block_on(by_hand_on_postgres(&client, &mut known, asked));
        measure("PostgreSQL", by_hand, || ours(&opened))
    };
    drop(client);
    let _ = runtime.block_on(admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
    ratio
}
