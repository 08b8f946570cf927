//! What an address says of how its source is used.

use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use candor::{
    register::{CollectionKey, Register},
    sources::{
        Action, CorrectionError, Dates, Fault, Identities, Outcome, Scope, Source, Sources, Usage,
        open,
    },
};

use super::{
    company::{Company, shop, today},
    database::{Database, Kind},
};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name], candor: {correctable: true}}
      - name: logins
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
";

const SQL: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), name VARCHAR(20));
CREATE TABLE logins (id INTEGER PRIMARY KEY, person INTEGER, FOREIGN KEY (person) REFERENCES people (id));
INSERT INTO people VALUES (1, 'ada@example.org', 'Ada');
INSERT INTO logins VALUES (1, 1), (2, 1);
";

const WAIT: Duration = Duration::from_secs(4);

fn saying(url: &str, said: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{said}")
}

fn opened(manifest: &str, url: &str) -> Sources {
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(manifest))]).unwrap();
    let urls = [("shop".to_owned(), url.to_owned())];
    Sources::open(Arc::new(register), &urls, &[7; 32]).unwrap()
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

#[test]
fn of_a_source_that_is_only_read_people_are_told_before_that_nothing_in_it_is_changed() {
    for kind in Kind::all() {
        let database = Database::create(kind, SQL);
        let url = saying(&database.url(), "read_only=yes");
        let sources = opened(MANIFEST, &url);
        let before = database.dump();

        let plan = sources
            .plan_erasure(&ada(), (&Scope::All, "us-ca"), &[], today())
            .unwrap();

        let reason =
            "The system that holds it may only be read from here, so nothing in it is changed.";
        let items: Vec<_> = plan
            .items
            .iter()
            .map(|it| (&*it.collection, it.records, it.action.clone()))
            .collect();
        let leave = || Action::Leave {
            reason: reason.to_owned(),
        };
        let expected = [("people", 1, leave()), ("logins", 2, leave())];
        assert_eq!(items, expected, "{kind:?}");
        assert!(plan.is_empty(), "{kind:?}");
        assert_eq!(plan.stayed.len(), 3, "they are known to be there still");
        let outcome = sources.execute(&ada(), &plan).unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let page = sources.page(&ada(), &shop("people"), None, 1, Dates::default());
        let record = page.unwrap().records.remove(0).id;
        let place: (&CollectionKey, &str) = (&shop("people"), &record);
        let corrected = sources.plan_correction(&ada(), place, "name", "Ada L.");
        let told = CorrectionError::Invalid(reason.to_owned());
        assert_eq!(corrected.unwrap_err(), told, "{kind:?}");
        let begun = open("shop", &url).unwrap();
        let refused = begun.begin(WAIT).err().map(|it| it.fault);
        assert_eq!(refused, Some(Fault::ReadOnly), "{kind:?}");
        assert_eq!(database.dump(), before, "{kind:?}");
    }
}

#[test]
fn the_time_of_a_page_and_of_a_step_are_what_the_address_says() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for scheme in ["postgres", "mysql"] {
        let url = format!("{scheme}://candor@{address}/shop?page_time=100ms&step_time=300ms");
        let sources = opened(MANIFEST, &url);

        let start = Instant::now();
        let overview = sources.overview(&ada());
        let page_time = start.elapsed();
        let plan = sources.plan_erasure(&ada(), (&Scope::All, "us-ca"), &[], today());

        assert!(start.elapsed() < Duration::from_secs(3), "{scheme}");
        assert!(page_time >= Duration::from_millis(100), "{scheme}");
        let fault = &overview[0].counts.as_ref().unwrap_err().fault;
        assert_eq!(*fault, Fault::TimedOut, "{scheme}");
        assert_eq!(plan.unwrap_err().fault, Fault::TimedOut, "{scheme}");
    }
}

#[test]
fn a_source_has_as_many_connections_as_its_address_says() {
    for kind in Kind::all() {
        let database = Database::create(kind, SQL);
        let ping = |source: &dyn Source| source.ping(Duration::from_millis(300));

        let one = open("shop", &saying(&database.url(), "pool=1")).unwrap();
        let taken = one.begin(WAIT).unwrap();
        let refused = ping(&*one).unwrap_err();
        assert_eq!(refused.fault, Fault::TimedOut, "{kind:?}");
        drop(taken);
        assert_eq!(ping(&*one), Ok(()), "{kind:?}");

        let two = open("shop", &saying(&database.url(), "pool=2")).unwrap();
        let _taken = two.begin(WAIT).unwrap();
        assert_eq!(ping(&*two), Ok(()), "{kind:?}");
    }
}

#[test]
fn a_server_itself_ends_a_statement_that_takes_longer_than_its_address_says() {
    for kind in Kind::all() {
        let slow = match kind {
            Kind::Sqlite => continue,
            Kind::Postgres => "pg_sleep(4) IS NOT NULL",
            Kind::MariaDb => "SLEEP(4) = 0",
        };
        let slow = format!("CREATE VIEW slow AS SELECT id, email FROM people WHERE {slow};");
        let database = Database::create(kind, &[SQL, &slow].concat());
        let manifest = "
      - name: slow
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";
        let url = saying(&database.url(), "statement_timeout=200ms");
        let sources = opened(manifest, &url);

        let start = Instant::now();
        let overview = sources.overview(&ada());

        let fault = &overview[0].counts.as_ref().unwrap_err().fault;
        assert_eq!(*fault, Fault::TimedOut, "{kind:?}");
        assert!(start.elapsed() < Duration::from_secs(3), "{kind:?}");
    }
}

#[test]
fn what_an_address_says_is_parted_from_where_it_leads() {
    let url = "postgres://a:b@host/crm?sslmode=disable&pool=8&read_only=yes&step_time=500ms";

    let source = open("crm", url).unwrap();

    let expected = Usage {
        pool: Some(8),
        step_time: Some(Duration::from_millis(500)),
        read_only: true,
        ..Usage::default()
    };
    assert_eq!(source.usage(), expected);
    assert_eq!(
        source.place(),
        Some("postgres://a:b@host/crm?sslmode=disable")
    );
}

#[test]
fn what_an_address_says_wrongly_is_told_without_it() {
    for (url, expected) in [
        (
            "postgres://candor:secret@localhost/crm?pool=many",
            "`pool` is a number from 1 to 1000",
        ),
        ("sqlite:a.db?pool=0", "`pool` is a number from 1 to 1000"),
        (
            "files:a?page_time=5",
            "`page_time` is a time from 1ms to 24h, such as 500ms, 5s or 2m",
        ),
        ("mysql://a/b?read_only=maybe", "`read_only` is yes or no"),
        ("mysql://a/b?pool=1&pool=2", "`pool` is said twice"),
        (
            "files:a?statement_timeout=5s",
            "`statement_timeout` means nothing to a source of this kind",
        ),
        (
            "sqlite:a.db?mode=ro",
            "behind the question mark stands one of page_time, step_time, read_only, pool",
        ),
        (
            "manual:?x=1",
            "its address says nothing behind a question mark",
        ),
    ] {
        let told = open("crm", url).err().unwrap();
        assert_eq!(told, format!("source `crm`: {expected}"), "{url}");
    }
}

#[test]
fn two_keys_at_one_address_are_used_in_one_way() {
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
    let urls = [
        ("shop".to_owned(), "sqlite:a.db".to_owned()),
        ("crm".to_owned(), "sqlite:a.db?read_only=yes".to_owned()),
    ];

    let opened = Sources::open(Arc::new(register), &urls, &[7; 32]);

    let expected = "source `crm`: it has the address of `shop`, and another way in which it is used: say the same behind both";
    assert_eq!(opened.err().unwrap(), [expected]);
}
