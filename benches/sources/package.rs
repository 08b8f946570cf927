//! From filing to the sealed package, beside the queries by hand.

use std::sync::Arc;

use candor::accounts::queries::create_person;
use candor::app::{App, Parts};
use candor::clock::Clock;
use candor::config::Site;
use candor::db::{self, Db};
use candor::jobs::{self, Job, Lease};
use candor::keys::Keys;
use candor::law::Laws;
use candor::mail::Mailer;
use candor::my_data::export::{build, queries};
use candor::outbound::Outbound;
use candor::sources::{Dates, Sources};
use rusqlite::Connection;

use super::process::{in_turns, tell};
use super::{rounds, sample};

fn app(folder: &std::path::Path) -> App {
    let site = Arc::new(Site {
        organisation: "Sample".to_owned(),
        contact: "contact@example.org".to_owned(),
        base_url: "http://localhost".parse().unwrap(),
        demo: false,
        trusted_proxies: Vec::new(),
        metrics_token: None,
        drp_business_id: None,
    });
    let url = format!("sqlite://{}", folder.join("portal.db").display());
    let db = Db::open(&url, 2).unwrap();
    db::migrate(&db).unwrap();
    let keys = Arc::new(Keys::new([7; 32]));
    let register = sample::register();
    let source = format!("sqlite:{}", folder.join("sample.db").display());
    let urls = [(sample::KEY.to_owned(), source)];
    let sources = Sources::open(register.clone(), &urls, &keys.derive("sources")).unwrap();
    App::new(Parts {
        db,
        clock: Clock::system(),
        keys,
        mailer: Mailer::new(site.clone()),
        site,
        register,
        sources,
        outbound: Outbound::new(&[]).unwrap(),
        laws: Arc::new(Laws::built_in()),
        wake: Arc::new(tokio::sync::Notify::new()),
    })
}

pub fn measure(size: u64) {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::open(folder.path().join("sample.db")).unwrap();
    connection.execute_batch(sample::SQLITE).unwrap();
    let app = app(folder.path());
    let (keys, now) = (app.keys.clone(), app.clock.now());
    let person = app
        .db
        .write_now(move |conn| Ok(create_person(conn, &keys, sample::EMAIL, "us-ca", now)?));
    let id = person.unwrap().id;
    let by_hand = || assert_eq!(sample::by_hand_on_sqlite(&connection), sample::ROWS);
    let ours = || {
        let now = app.clock.now();
        let package = app.db.write_now(move |conn| {
            let package = queries::ask(conn, id, Dates::default(), now)?;
            jobs::enqueue(conn, &Job::BuildPackage { id: package.id }, now)?;
            Ok(package.id)
        });
        build::build(&app, package.unwrap(), &Lease::default()).unwrap();
    };
    let (hand, own) = in_turns(rounds(size), by_hand, ours);
    tell(hand, own, "at most 5; waits for the disk at each commit");
}
