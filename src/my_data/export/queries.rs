//! Packages: asked for, completed, downloaded, expired.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::LASTS;
use super::model::{Download, Package, State};
use crate::db::AnyConnection;
use crate::db::schema::{downloads, package_chunks, packages};
use crate::keys::random_token;
use crate::sources::Dates;

/// The newest packages that a page shows; older ones have expired.
const SHOWN: i64 = 20;

/// Writes a package that is yet to be built.
pub fn ask(
    conn: &mut AnyConnection,
    person_id: i64,
    (dates, request_id): (Dates, Option<i64>),
    now: NaiveDateTime,
) -> QueryResult<Package> {
    diesel::insert_into(packages::table)
        .values((
            packages::reference.eq(random_token()),
            packages::person_id.eq(person_id),
            packages::state.eq(State::Building.as_str()),
            packages::from_on.eq(dates.from),
            packages::to_on.eq(dates.to),
            packages::requested_at.eq(now),
            packages::records.eq(0),
            packages::bytes.eq(0),
            packages::sha256.eq(""),
            packages::unread.eq(""),
            packages::request_id.eq(request_id),
        ))
        .returning(packages::all_columns)
        .get_result(conn)
}

/// How many of the person's packages are being built.
pub fn count_building(conn: &mut AnyConnection, person_id: i64) -> QueryResult<i64> {
    let building = packages::table
        .filter(packages::person_id.eq(person_id))
        .filter(packages::state.eq(State::Building.as_str()));
    building.count().get_result(conn)
}

/// The person's newest packages, newest first.
pub fn list_for_person(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Vec<Package>> {
    Package::query()
        .filter(packages::person_id.eq(person_id))
        .order(packages::id.desc())
        .limit(SHOWN)
        .load(conn)
}

/// The newest package that was made to answer a request.
pub fn find_for_request(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<Package>> {
    Package::query()
        .filter(packages::request_id.eq(request_id))
        .order(packages::id.desc())
        .first(conn)
        .optional()
}

/// The person's own package, so that nobody can have another's.
pub fn find_for_person(
    conn: &mut AnyConnection,
    person_id: i64,
    reference: &str,
) -> QueryResult<Package> {
    Package::query()
        .filter(packages::reference.eq(reference))
        .filter(packages::person_id.eq(person_id))
        .first(conn)
}

/// A package for its job.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<Package>> {
    Package::query()
        .filter(packages::id.eq(id))
        .first(conn)
        .optional()
}

/// Whether a package is still to be built.
pub fn is_building(conn: &mut AnyConnection, id: i64) -> QueryResult<bool> {
    let found = find(conn, id)?;
    Ok(found.is_some_and(|package| package.state == State::Building))
}

/// A sealed chunk and where it belongs.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The build that has begun; none when this is its first chunk.
    pub build: Option<i64>,
    /// Its place in the package.
    pub position: i64,
    /// Its bytes.
    pub sealed: Vec<u8>,
}

/// Begins to build a package anew: whatever another build has left is erased, and it may add nothing more. Gives the
/// number of the build; none when the package is not to be built any more.
fn begin_build(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<i64>> {
    let building = packages::table
        .filter(packages::id.eq(id))
        .filter(packages::state.eq(State::Building.as_str()));
    let build = diesel::update(building)
        .set(packages::build.eq(packages::build + 1))
        .returning(packages::build)
        .get_result(conn)
        .optional()?;
    if build.is_some() {
        erase_content(conn, &[id])?;
    }
    Ok(build)
}

/// Whether a build goes on: none other has begun since, and the package has not ended.
fn goes_on(conn: &mut AnyConnection, id: i64, build: i64) -> QueryResult<bool> {
    let ours = packages::table
        .filter(packages::id.eq(id))
        .filter(packages::state.eq(State::Building.as_str()))
        .filter(packages::build.eq(build));
    // Written rather than read, so that nobody ends the package before the chunk is there.
    let is_ours = diesel::update(ours)
        .set(packages::build.eq(build))
        .execute(conn)?;
    Ok(is_ours == 1)
}

/// Adds a sealed chunk; the first begins a build. Gives the number of the build; none when another one has begun since,
/// or the package has ended.
pub fn add_chunk(conn: &mut AnyConnection, id: i64, chunk: &Chunk) -> QueryResult<Option<i64>> {
    let build = match chunk.build {
        None => begin_build(conn, id)?,
        Some(build) => goes_on(conn, id, build)?.then_some(build),
    };
    if build.is_some() {
        diesel::insert_into(package_chunks::table)
            .values((
                package_chunks::package_id.eq(id),
                package_chunks::position.eq(chunk.position),
                package_chunks::sealed.eq(&chunk.sealed),
            ))
            .execute(conn)?;
    }
    Ok(build)
}

fn erase_content(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<()> {
    let content = package_chunks::table.filter(package_chunks::package_id.eq_any(ids.to_vec()));
    diesel::delete(content).execute(conn)?;
    Ok(())
}

/// What a completed package is like.
#[derive(Debug, Clone)]
pub struct Completed {
    /// How many records it holds.
    pub records: i64,
    /// Size of the ZIP.
    pub bytes: i64,
    /// Of the ZIP, in hex.
    pub sha256: String,
    /// Collections that could not be read.
    pub unread: String,
}

/// Stores the last chunk of a package and makes it downloadable; `false` when another worker was faster, or the package
/// has ended.
pub fn complete(
    conn: &mut AnyConnection,
    id: i64,
    (last, what): (&Chunk, &Completed),
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let Some(build) = add_chunk(conn, id, last)? else {
        return Ok(false);
    };
    let building = packages::table
        .filter(packages::id.eq(id))
        .filter(packages::state.eq(State::Building.as_str()))
        .filter(packages::build.eq(build));
    let completed = diesel::update(building)
        .set((
            packages::state.eq(State::Ready.as_str()),
            packages::ready_at.eq(now),
            packages::expires_at.eq(now + LASTS),
            packages::records.eq(what.records),
            packages::bytes.eq(what.bytes),
            packages::sha256.eq(&what.sha256),
            packages::unread.eq(&what.unread),
        ))
        .execute(conn)?;
    Ok(completed == 1)
}

/// Keeps on record that a package was downloaded.
pub fn record_download(
    conn: &mut AnyConnection,
    package_id: i64,
    device: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::insert_into(downloads::table)
        .values((
            downloads::package_id.eq(package_id),
            downloads::device.eq(device),
            downloads::at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The downloads of these packages, oldest first.
pub fn list_downloads(
    conn: &mut AnyConnection,
    packages: &[Package],
) -> QueryResult<Vec<Download>> {
    let ids: Vec<i64> = packages.iter().map(|package| package.id).collect();
    Download::query()
        .filter(downloads::package_id.eq_any(ids))
        .order(downloads::id)
        .load(conn)
}

/// Ends all packages of a person at once; what is being built is checked before it is handed out.
pub fn expire_all(conn: &mut AnyConnection, person_id: i64, now: NaiveDateTime) -> QueryResult<()> {
    let ready = packages::table
        .filter(packages::person_id.eq(person_id))
        .filter(packages::state.eq(State::Ready.as_str()));
    diesel::update(ready)
        .set(packages::expires_at.eq(now))
        .execute(conn)?;
    while expire(conn, now)? > 0 {}
    Ok(())
}

/// Ends all packages of a person for good, also those that are being built: their data are gone.
pub fn end_all(conn: &mut AnyConnection, person_id: i64, now: NaiveDateTime) -> QueryResult<()> {
    let building = packages::table
        .filter(packages::person_id.eq(person_id))
        .filter(packages::state.eq(State::Building.as_str()));
    let ended: Vec<i64> = diesel::update(building)
        .set(packages::state.eq(State::Expired.as_str()))
        .returning(packages::id)
        .get_results(conn)?;
    erase_content(conn, &ended)?;
    expire_all(conn, person_id, now)
}

/// Erases the content of packages whose end has come; the record that they existed stays.
pub fn expire(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let due: Vec<i64> = packages::table
        .filter(packages::state.eq(State::Ready.as_str()))
        .filter(packages::expires_at.le(now))
        .select(packages::id)
        .limit(100)
        .load(conn)?;
    erase_content(conn, &due)?;
    diesel::update(packages::table.filter(packages::id.eq_any(&due)))
        .set(packages::state.eq(State::Expired.as_str()))
        .execute(conn)
}
