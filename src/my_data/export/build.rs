//! Building a package: one pass over the sources, written as it is read.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;

use chrono::{NaiveDate, TimeDelta};

use super::beside::Beside;
use super::files::Files;
use super::model::{Package, State};
use super::queries;
use super::ready;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::choices::Stopped;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::jobs::Lease;
use crate::manual::standing::{self, Standing};
use crate::my_data::identities_of;
use crate::my_data::kept::{self, AllKept};
use crate::my_data::ledger::{RecordCard, record_card};
use crate::my_data::redactions::Redactions;
use crate::my_data::set_aside::SetAside;
use crate::my_data::statements::Statements;
use crate::register::CollectionKey;
use crate::register::NeverDisclose;
use crate::requests::corrected::watch::Watch;
use crate::sources::{Identities, Record};

/// So long the job tries again when a source does not answer. After that the person gets what could be read.
const WAIT_FOR_SOURCES: TimeDelta = TimeDelta::minutes(15);

/// Builds the package and makes it downloadable, with the event and the mail. Safe to repeat.
pub fn build(app: &App, package_id: i64, lease: &Lease) -> AppResult<()> {
    let built = build_all(app, package_id, lease);
    let is_wanted = |conn: &mut _| Ok(queries::is_building(conn, package_id)?);
    // A package that has ended meanwhile is no failure.
    if built.is_err() && !app.db.read_now(is_wanted)? {
        return Ok(());
    }
    built
}

fn build_all(app: &App, package_id: i64, lease: &Lease) -> AppResult<()> {
    let asked = app.db.read_now(|conn| Asked::load(conn, app, package_id))?;
    let Some(asked) = asked else {
        return Ok(());
    };
    let (told, mut kept) = (asked.told(), asked.kept()?);
    let mut files = Files::begin(app, &asked.package, (&asked.residence, !told.is_empty()))?;
    let unread = asked.read_into(&mut files, (&told, &mut kept), lease)?;
    asked.may_lack(&unread)?;
    files.add_kept(&kept, |it| {
        let mut card = asked.card(&it.key, &it.record);
        card.keep(&it.why);
        card
    })?;
    let standings = standing::of_person(app, asked.package.person_id)?;
    let by_hand: Vec<_> = standings.0.iter().map(Standing::in_words).collect();
    let set_aside = SetAside::where_one_lives(app, &asked.residence);
    let (last, completed) = files.end(
        (&unread, &by_hand, &kept.lines),
        (&asked.stopped, &set_aside, &asked.beside),
    )?;
    ready::announce(app, &asked.package, (last, completed), asked.redactions)
}

/// What is asked for, with what the portal's own database has to say of it.
struct Asked<'a> {
    app: &'a App,
    package: Package,
    identities: Identities,
    residence: String,
    redactions: Redactions,
    said: Statements,
    stopped: Stopped,
    beside: Beside<'a>,
    today: NaiveDate,
}

impl<'a> Asked<'a> {
    /// None when the package is not wanted any more, or built.
    fn load(conn: &mut AnyConnection, app: &'a App, package_id: i64) -> AppResult<Option<Self>> {
        let package = queries::find(conn, package_id)?;
        let Some(package) = package.filter(|it| it.state == State::Building) else {
            return Ok(None);
        };
        let person_id = package.person_id;
        let residence = find_residence(conn, person_id)?;
        Ok(Some(Asked {
            identities: identities_of(conn, person_id)?,
            redactions: Redactions::load(conn, &app.keys, person_id)?,
            said: Statements::load(conn, &app.keys, person_id)?,
            stopped: Stopped::load(conn, app, person_id)?,
            beside: Beside::load(conn, app, (person_id, &residence))?,
            today: app.clock.today(),
            app,
            package,
            residence,
        }))
    }

    /// What is told in full although pages mask it. What staff can save, to print and send, never has what must not fall
    /// into wrong hands.
    fn told(&self) -> Vec<NeverDisclose> {
        if self.package.request_id.is_some() {
            return Vec::new();
        }
        let laws = &self.app.laws;
        let there = laws.day_in(&self.residence, self.app.clock.now());
        laws.told_in_a_copy(&self.residence, there)
    }

    /// What deletions had to leave, of the time that is asked for.
    fn kept(&self) -> AppResult<AllKept> {
        let mut kept = kept::list(self.app, (self.package.person_id, &self.identities))?;
        let dates = self.package.dates();
        kept.records.retain(|it| dates.has(it.record.date));
        Ok(kept)
    }

    /// Writes all that the sources hold, and takes it out of what is kept; gives the collections that could not be read.
    fn read_into(
        &self,
        files: &mut Files<'_>,
        (told, kept): (&[NeverDisclose], &mut AllKept),
        lease: &Lease,
    ) -> AppResult<Vec<String>> {
        let mut watch = Watch::of(self.app, self.package.person_id)?;
        let of_kept: HashSet<_> = kept.records.iter().map(|it| it.record.id.clone()).collect();
        let (mut seen, mut failed) = (HashSet::new(), Ok(()));
        let what = (self.package.dates(), told);
        let mut each = |key: &CollectionKey, record: Record| {
            watch.look(self.app, key, &record);
            if of_kept.contains(&record.id) {
                seen.insert((key.clone(), record.id.clone()));
            }
            files.undated += i64::from(record.date.is_none() && !what.0.is_all());
            let card = self.card(key, &record);
            failed = lease.check().and_then(|()| files.add(key, &card));
            if failed.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let sources = &self.app.sources;
        let unread = sources.for_each_telling(&self.identities, what, &mut each);
        failed?;
        watch.end(self.app)?;
        let is_seen = |key: &CollectionKey, id: &str| seen.contains(&(key.clone(), id.to_owned()));
        kept.records.retain(|it| !is_seen(&it.key, &it.record.id));
        let unread = unread.into_iter().map(|(key, _)| key);
        let unread: BTreeSet<_> = unread.chain(kept.unread.iter().cloned()).collect();
        Ok(unread.iter().map(ToString::to_string).collect())
    }

    /// Whether the package is complete, or has waited long enough for what it lacks.
    fn may_lack(&self, unread: &[String]) -> AppResult<()> {
        let waited = self.app.clock.now() - self.package.requested_at;
        if unread.is_empty() || waited >= WAIT_FOR_SOURCES {
            return Ok(());
        }
        let count = unread.len();
        Err(AppError::Unavailable(format!(
            "{count} collections could not be read"
        )))
    }

    /// A record as the person reads it.
    fn card(&self, key: &CollectionKey, record: &Record) -> RecordCard {
        let mut card = record_card(&self.app.register, key, record, self.today);
        self.redactions.apply(key, &mut card);
        self.said.apply(key, &mut card);
        card.mark(&self.stopped);
        card
    }
}
