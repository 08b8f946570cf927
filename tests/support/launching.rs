//! Portals that a few tests start otherwise than most.

use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use candor::app::{App, Parts};
use candor::db::Db;
use candor::keys::Keys;
use candor::law::Laws;
use candor::manual::desk::PortalDesk;
use candor::register::Register;
use candor::sources::Sources;
use chrono::NaiveDateTime;

use super::sample::{SampleSource, sample_register};
use super::{Launch, TestApp, archive};

/// The sources that are declared; what is no sample of ours is looked up by hand.
pub(super) fn open_sources(
    db: &Db,
    keys: &Arc<Keys>,
    (register, source): (&Arc<Register>, &SampleSource),
) -> Sources {
    let mut urls = source.urls();
    // Who declares a second source finds the same database there, by another way: at one address it would be the first.
    let (folder, name) = urls[0].1.rsplit_once('/').unwrap();
    let file = format!("{folder}/./{name}");
    for dataset in &register.datasets {
        let is_known = |(key, _): &(String, String)| *key == dataset.source;
        if dataset.source != archive::SOURCE && !urls.iter().any(is_known) {
            urls.push((dataset.source.clone(), file.clone()));
        }
    }
    if register.datasets_of(archive::SOURCE).next().is_some() {
        urls.push((archive::SOURCE.to_owned(), "manual:".to_owned()));
    }
    let desk = PortalDesk::open(db.clone(), keys.clone());
    let secret = keys.derive("sources");
    Sources::open_at(register.clone(), &urls, &secret, (&[], Some(&desk))).unwrap()
}

/// Read once for all tests.
pub(super) fn built_in_laws() -> Laws {
    static LAWS: LazyLock<Laws> = LazyLock::new(Laws::built_in);
    LAWS.clone()
}

impl TestApp {
    /// A command on that portal's database.
    pub fn command(&self, arguments: &[&str]) -> Output {
        self.command_under([7; 32], arguments)
    }

    /// The same with another master secret.
    pub fn command_under(&self, secret: [u8; 32], arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_candor"))
            .args(arguments)
            .args(["--database-url", self.database_url()])
            .args(["--secret-key", &data_encoding::BASE64.encode(&secret)])
            .args([
                "--register",
                concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register"),
            ])
            .output()
            .unwrap()
    }

    /// From now on its jobs run as after a restart under another register. Its pages stay as they are.
    pub fn redeclare(&mut self, change: impl FnOnce(&mut Register)) {
        let mut register = Arc::unwrap_or_clone(self.app.register.clone());
        change(&mut register);
        self.app = App::new(Parts {
            db: self.app.db.clone(),
            clock: self.app.clock.clone(),
            keys: self.app.keys.clone(),
            site: self.app.site.clone(),
            mailer: self.app.mailer.clone(),
            register: Arc::new(register),
            sources: self.app.sources.clone(),
            outbound: self.app.outbound.clone(),
            laws: self.app.laws.clone(),
            wake: self.app.wake.clone(),
            spent: self.app.spent.clone(),
        });
    }

    /// Looks every hour at the public pages at that address; at its own when the text is empty.
    pub fn start_watching(address: &'static str) -> Self {
        Self::launch(Launch {
            monitor: Some(address),
            ..Launch::default()
        })
    }

    /// Behind a proxy that people reach at that address.
    pub fn start_reached_at(base_url: &'static str) -> Self {
        Self::launch(Launch {
            base_url: Some(base_url),
            ..Launch::default()
        })
    }

    /// Waits so long for a form.
    pub fn start_waiting(patience: Duration) -> Self {
        Self::launch(Launch {
            patience,
            ..Launch::default()
        })
    }

    /// Has another master secret than the others.
    pub fn start_with_secret(secret: [u8; 32]) -> Self {
        Self::launch(Launch {
            secret,
            ..Launch::default()
        })
    }

    /// With a clock that stands at that time, and so many people in ProJobSector's own database; of an organisation that
    /// declares something else.
    pub fn start_at_declaring(
        time: NaiveDateTime,
        people: usize,
        change: impl FnOnce(&mut Register),
    ) -> Self {
        let mut register = Arc::unwrap_or_clone(sample_register());
        change(&mut register);
        Self::launch(Launch {
            register: Arc::new(register),
            time,
            people,
            ..Launch::default()
        })
    }
}
