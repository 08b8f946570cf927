//! A package's bytes in the database: sealed chunks, each tied to its package and its place.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::queries;
use crate::app::App;
use crate::db::schema::package_chunks;
use crate::error::{AppError, AppResult};

const CHUNK: usize = 256 * 1024;

fn not_ours() -> AppError {
    AppError::conflict("This package has ended, or another worker builds it.")
}

fn context(package_id: i64, position: i64) -> String {
    format!("package {package_id} chunk {position}")
}

/// Seals what is written to it into the database, chunk by chunk.
pub(super) struct ChunkWriter {
    app: App,
    package_id: i64,
    build: i64,
    position: i64,
    waiting: Vec<u8>,
    digest: Sha256,
    bytes: i64,
}

impl ChunkWriter {
    /// Begins anew: whatever an interrupted job has left is erased.
    pub(super) fn begin(app: &App, package_id: i64) -> AppResult<Self> {
        let begin = move |conn: &mut _| Ok(queries::begin_build(conn, package_id)?);
        let build = app.db.write_now(begin)?.ok_or_else(not_ours)?;
        Ok(ChunkWriter {
            app: app.clone(),
            package_id,
            build,
            position: 0,
            waiting: Vec::with_capacity(CHUNK),
            digest: Sha256::new(),
            bytes: 0,
        })
    }

    /// Stores the rest; gives the number of the build, that of bytes and their SHA-256 in hex.
    pub(super) fn end(mut self) -> AppResult<(i64, i64, String)> {
        self.store()?;
        let sum = HEXLOWER.encode(&self.digest.finalize());
        Ok((self.build, self.bytes, sum))
    }

    fn store(&mut self) -> AppResult<()> {
        let (package_id, build, position) = (self.package_id, self.build, self.position);
        let sealed = self
            .app
            .keys
            .seal(&context(package_id, position), &self.waiting);
        let add = move |conn: &mut _| {
            let of = (package_id, build);
            Ok(queries::add_chunk(conn, of, position, &sealed)?)
        };
        if !self.app.db.write_now(add)? {
            return Err(not_ours());
        }
        self.position += 1;
        self.waiting.clear();
        Ok(())
    }
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK - self.waiting.len());
        let taken_bytes = &bytes[..taken];
        self.waiting.extend_from_slice(taken_bytes);
        self.digest.update(taken_bytes);
        self.bytes += i64::try_from(taken).expect("a chunk is small");
        if self.waiting.len() == CHUNK {
            self.store().map_err(io::Error::other)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One opened chunk; none after the last.
pub(super) fn read_chunk(app: &App, package_id: i64, position: i64) -> AppResult<Option<Vec<u8>>> {
    let sealed: Option<Vec<u8>> = app.db.read_now(|conn| {
        let found = package_chunks::table
            .filter(package_chunks::package_id.eq(package_id))
            .filter(package_chunks::position.eq(position))
            .select(package_chunks::sealed)
            .first(conn);
        Ok(found.optional()?)
    })?;
    let opened = sealed.map(|sealed| app.keys.open(&context(package_id, position), &sealed));
    Ok(opened.transpose()?)
}
