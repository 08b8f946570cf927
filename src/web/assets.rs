//! Static files: embedded in the binary, named by their content, cached for ever.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpResponse, web};
use data_encoding::HEXLOWER;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::error::{AppError, AppResult};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Files;

/// `candor.css` → `candor.1a2b3c4d5e6f7a8b.css`
static HASHED: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let hashed = |name: &str| Some((name.to_owned(), hashed_name(name, &Files::get(name)?)));
    Files::iter().filter_map(|name| hashed(&name)).collect()
});

/// The other way round.
static NAMES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    HASHED
        .iter()
        .map(|(name, hashed)| (hashed.as_str(), name.as_str()))
        .collect()
});

fn hashed_name(name: &str, file: &EmbeddedFile) -> String {
    let hash = HEXLOWER.encode(&file.metadata.sha256_hash()[..8]);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("{stem}.{hash}.{extension}")
}

/// The address of a static file. A name that does not exist gives an address that answers 404.
pub fn url(name: &str) -> String {
    format!("/static/{}", HASHED.get(name).map_or(name, String::as_str))
}

/// Serves a file under its hashed name, and under its plain name without caching it.
pub async fn serve(path: web::Path<String>) -> AppResult<HttpResponse> {
    let (name, cache) = match NAMES.get(path.as_str()) {
        Some(name) => (*name, "public, max-age=31536000, immutable"),
        None => (path.as_str(), "no-cache"),
    };
    let file = Files::get(name).ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(media_type(name).unwrap_or_else(|| ContentType::octet_stream().to_string()))
        .insert_header((CACHE_CONTROL, cache))
        .body(file.data))
}

fn media_type(name: &str) -> Option<String> {
    let (_, extension) = name.rsplit_once('.')?;
    let known = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    };
    Some(known.to_owned())
}
