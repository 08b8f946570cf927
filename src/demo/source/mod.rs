//! ProJobSector's own database, filled with people who do not exist.
//!
//! Everything is made from a seed and a day: the same two give the same database, row for row. Each
//! person has a stream of chance of their own, so people do not change when others are added.

mod account;
mod applying;
mod career;
mod chance;
mod elsewhere;
mod employers;
mod insert;
mod names;
mod paying;
mod person;
mod places;
mod samples;
mod trades;
mod usage;

use std::path::Path;

use anyhow::Context;
use chrono::NaiveDate;
use rusqlite::Connection;

pub use self::chance::Chance;
use self::employers::Market;
use self::person::{Addresses, Person};
pub use self::samples::{SAMPLES, SamplePerson};

const SCHEMA: &str = include_str!("../../../demo/schema.sql");

/// Makes the database at `path`, where no file may be yet, with `people` people and the listed ones first.
///
/// `today` is the day after the last thing that happened in it. `progress` is told how many people are
/// done and how many there will be. About 170 rows are written for each person.
pub fn create(
    path: &Path,
    seed: u64,
    people: usize,
    today: NaiveDate,
    mut progress: impl FnMut(usize, usize),
) -> anyhow::Result<&'static [SamplePerson]> {
    anyhow::ensure!(!path.exists(), "{} is there already", path.display());
    let people = people.max(SAMPLES.len());
    let mut db =
        Connection::open(path).with_context(|| format!("cannot create {}", path.display()))?;
    // A half-made file is thrown away, so nothing needs to be safe before the end.
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;",
    )?;
    db.set_prepared_statement_cache_capacity(64);
    let work = db.transaction()?;
    work.execute_batch(SCHEMA)?;
    let market = Market::open(&work, seed, today)?;
    let mut addresses = Addresses::default();
    for done in 0..people {
        add_person(&work, seed, done, today, &market, &mut addresses)?;
        progress(done + 1, people);
    }
    work.commit()?;
    db.execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL; ANALYZE;")?;
    db.close().map_err(|(_, error)| error)?;
    Ok(SAMPLES)
}

fn add_person(
    db: &Connection,
    seed: u64,
    place: usize,
    today: NaiveDate,
    market: &Market,
    addresses: &mut Addresses,
) -> anyhow::Result<()> {
    let mut chance = Chance::new(seed, place as u64);
    let chance = &mut chance;
    let mut person = Person::someone(i64::try_from(place)? + 1, today, chance);
    samples::cast(&mut person, today);
    person.email = addresses.give(&person.name);

    account::add(db, &person, chance)?;
    let resumes = career::add(db, &person, market, chance)?;
    applying::add(db, &person, &resumes, market, chance)?;
    usage::add(db, &person, market, chance)?;
    add_some(db, &person, chance)?;
    samples::finish(db, &person, market, chance)?;
    Ok(())
}

/// What is held about some people only; about the listed ones, all of it.
fn add_some(db: &Connection, person: &Person, chance: &mut Chance) -> rusqlite::Result<()> {
    let listed = samples::is_well_known(person);
    let is_known = person.place.is_known();
    if !person.place.is_german() && (chance.is(person.by_use(5, 45, 70)) || listed) {
        elsewhere::answer_equal_opportunity(db, person, chance)?;
    }
    if is_known && (chance.is(person.by_use(0, 20, 40)) || listed) {
        elsewhere::show_identity(db, person, chance)?;
    }
    if is_known && (chance.is(person.by_use(0, 15, 40)) || listed) {
        paying::add(db, person, chance)?;
    }
    if chance.is(person.by_use(20, 75, 90)) || listed {
        elsewhere::buy_partner_data(db, person, chance)?;
    }
    if chance.is(person.by_use(40, 60, 70)) || listed {
        elsewhere::subscribe(db, person, chance)?;
    }
    if chance.is(person.by_use(10, 80, 100)) || listed {
        elsewhere::cache_profile(db, person, chance)?;
    }
    if chance.is(person.by_use(5, 12, 15)) || listed {
        elsewhere::archive_earlier_account(db, person, chance)?;
    }
    Ok(())
}
