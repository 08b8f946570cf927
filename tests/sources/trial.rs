//! One company for all trials: a person's rows in two tables, some to be masked and some to go, beside another's.

use std::{sync::Arc, thread, time::Duration};

use candor::{
    register::Register,
    sources::{
        Fault, Identities, Limits, Outcome, Plan, Scope, Source, SourceError, Sources, open,
    },
};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection,
    sql_types::BigInt,
};

use super::{
    company::{Company, today},
    database::{Database, Dump, Kind},
    maria::Session,
    own_server::OwnServer,
};

const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: happy, data_categories: [user.content]}
      - name: notes
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: text, data_categories: [user.content]}
";

const TABLES: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), happy BOOLEAN);
CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER, text VARCHAR(30) NOT NULL);
";

const ROWS: &str = "
INSERT INTO people VALUES (1, 'ada@example.org', true), (2, 'ada@example.org', NULL), (3, 'eve@example.org', false);
INSERT INTO notes VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'hers'), (4, 1, 'four');
";

/// Of calls: to be waited for in tests.
const STEP: Duration = Duration::from_secs(3);

/// The company with its database, and what an erasure gives when nothing is in its way.
pub struct Trial {
    pub company: Company,
    pub kind: Kind,
    pub before: Dump,
    expected: Outcome,
    after: Dump,
}

impl Trial {
    pub fn on(kind: Kind) -> Self {
        let sql = format!("{TABLES}{ROWS}");
        Self::of(kind, Company::on(kind, register(), &[("shop", &sql)]))
    }

    /// On a server of the test's own.
    pub fn at(server: &OwnServer) -> Self {
        let (kind, url, sql) = (server.kind, server.url(), format!("{TABLES}{ROWS}"));
        let database = match kind {
            Kind::Postgres => Database::on_postgres(url, &sql),
            _ => Database::on_mariadb(url, &sql),
        };
        let databases = [("shop".to_owned(), database)].into();
        Self::of(kind, Company::at(register(), databases, 4))
    }

    fn of(kind: Kind, company: Company) -> Self {
        let before = company.dump("shop");
        let plan = company.plan(&ada(), &Scope::All);
        let expected = company.sources.execute(&ada(), &plan).unwrap();
        let trial = Self {
            after: company.dump("shop"),
            company,
            kind,
            before,
            expected,
        };
        trial.reset();
        trial
    }

    /// On every kind of database that has a server.
    pub fn on_servers() -> impl Iterator<Item = Self> {
        let kinds = Kind::all().into_iter();
        kinds.filter(|it| *it != Kind::Sqlite).map(Self::on)
    }

    pub fn on_all() -> impl Iterator<Item = Self> {
        Kind::all().into_iter().map(Self::on)
    }

    /// The rows as they were in the beginning.
    pub fn reset(&self) {
        let run = format!("DELETE FROM notes; DELETE FROM people; {ROWS}");
        self.company.run("shop", &run);
        assert_eq!(self.company.dump("shop"), self.before);
    }

    /// Another portal's sources at the same database, by another URL.
    pub fn by(url: &str) -> Sources {
        let source: Arc<dyn Source> = open("shop", url).unwrap();
        let limits = Limits {
            read: STEP,
            step: STEP,
        };
        Sources::with(Arc::new(register()), vec![source], &[7; 32], limits)
    }

    pub fn plan(&self) -> Plan {
        self.company.plan(&ada(), &Scope::All)
    }

    /// Nothing came of it: every row is as before, and what is told names nobody and no value.
    #[track_caller]
    pub fn is_untouched(&self, error: &SourceError, told: &str) {
        assert_eq!(
            self.company.dump("shop"),
            self.before,
            "{:?}: {error}",
            self.kind
        );
        assert_eq!(
            error.to_string(),
            format!("source `shop`: {told}"),
            "{:?}",
            self.kind
        );
    }

    /// The same plan is carried out now, with the same result as if nothing had been in its way.
    #[track_caller]
    pub fn completes(&self, sources: &Sources, plan: &Plan) {
        let outcome = sources.execute(&ada(), plan).unwrap();
        assert_eq!(outcome, self.expected, "{:?}", self.kind);
        assert_eq!(self.company.dump("shop"), self.after, "{:?}", self.kind);
    }

    /// Whether everything is done already.
    pub fn is_done(&self) -> bool {
        self.company.dump("shop") == self.after
    }

    /// A session of somebody else.
    pub fn other(&self) -> Other {
        let url = self.company.url("shop");
        match self.kind {
            Kind::Sqlite => Other::Sqlite(self.company.connect("shop")),
            Kind::Postgres => Other::Postgres(Box::new(PgConnection::establish(&url).unwrap())),
            Kind::MariaDb => Other::MariaDb(Box::new(Session::new(&url))),
        }
    }
}

fn register() -> Register {
    Register::parse(&[("shop.yml", MANIFEST)]).unwrap().0
}

pub fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// A plan of other sources.
pub fn plan_by(sources: &Sources) -> Result<Plan, SourceError> {
    sources.plan_erasure(&ada(), (&Scope::All, "us-ca"), &[], today())
}

/// Whether a source was lost, so that another try may help.
pub fn is_lost(error: &SourceError) -> bool {
    error.is_temporary() && matches!(error.fault, Fault::Unavailable(_) | Fault::TimedOut)
}

pub enum Other {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgConnection>),
    MariaDb(Box<Session>),
}

/// Sessions at this database that wait for a lock.
const POSTGRES_WAITING: &str = "SELECT count(*) AS waiting FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()";
const MARIADB_WAITING: &str = "SELECT COUNT(*) FROM information_schema.innodb_trx t
    JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
    WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
}

impl Other {
    /// Until somebody waits for what it has locked.
    pub fn until_waited_for(&mut self) {
        for _ in 0..60 {
            let waiting = match self {
                Self::Sqlite(_) => panic!("it does not tell who waits"),
                Self::Postgres(connection) => {
                    // In a transaction the first answer would stay.
                    let forget = "SELECT pg_stat_clear_snapshot()";
                    connection.batch_execute(forget).unwrap();
                    let waiting = diesel::sql_query(POSTGRES_WAITING);
                    waiting
                        .get_result::<Waiting>(&mut **connection)
                        .unwrap()
                        .waiting
                }
                Self::MariaDb(session) => session.ask(MARIADB_WAITING).parse().unwrap(),
            };
            if waiting > 0 {
                return;
            }
            // MariaDB tells the same again when it is asked sooner than that.
            thread::sleep(Duration::from_millis(150));
        }
        panic!("nobody waits");
    }

    pub fn run(&mut self, sql: &str) {
        match self {
            Self::Sqlite(connection) => connection.execute_batch(sql).unwrap(),
            Self::Postgres(connection) => connection.batch_execute(sql).unwrap(),
            Self::MariaDb(session) => session.run(sql),
        }
    }
}
