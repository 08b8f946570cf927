//! A package's bytes in the database: sealed chunks, each tied to its package and its place.

use std::io::{self, Write};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::queries::{self, Chunk};
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
    /// None before the first chunk: most packages have one, which is stored when everything else of them is.
    build: Option<i64>,
    position: i64,
    waiting: Vec<u8>,
    digest: Sha256,
    bytes: i64,
}

/// What has been written, with the last chunk, which is yet to be stored.
pub(super) struct Written {
    /// The last chunk.
    pub last: Chunk,
    /// All bytes.
    pub bytes: i64,
    /// Of all bytes, in hex.
    pub sha256: String,
}

impl ChunkWriter {
    pub(super) fn new(app: &App, package_id: i64) -> Self {
        ChunkWriter {
            app: app.clone(),
            package_id,
            build: None,
            position: 0,
            waiting: Vec::new(),
            digest: Sha256::new(),
            bytes: 0,
        }
    }

    /// Seals the rest.
    pub(super) fn end(mut self) -> Written {
        Written {
            last: self.seal(),
            bytes: self.bytes,
            sha256: HEXLOWER.encode(&self.digest.finalize()),
        }
    }

    fn seal(&mut self) -> Chunk {
        let context = context(self.package_id, self.position);
        Chunk {
            build: self.build,
            position: self.position,
            sealed: self.app.keys.seal(&context, &self.waiting),
        }
    }

    fn store(&mut self) -> AppResult<()> {
        let (package_id, chunk) = (self.package_id, self.seal());
        let add = move |conn: &mut _| Ok(queries::add_chunk(conn, package_id, &chunk)?);
        let build = self.app.db.write_now(add)?.ok_or_else(not_ours)?;
        self.build = Some(build);
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

/// The answer with which a package is handed out under a name, chunk by chunk.
pub fn hand_out(app: App, package_id: i64, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(stream(app, package_id))
}

/// The opened chunks one after the other; a chunk that cannot be opened breaks the download off.
pub fn stream(
    app: App,
    package_id: i64,
) -> impl futures_util::Stream<Item = AppResult<web::Bytes>> {
    futures_util::stream::try_unfold(0, move |position| {
        let app = app.clone();
        async move {
            let reading = move || read_chunk(&app, package_id, position);
            let chunk = tokio::task::spawn_blocking(reading).await??;
            Ok(chunk.map(|bytes| (web::Bytes::from(bytes), position + 1)))
        }
    })
}
