//! What programs send in one go.

use serde::de::DeserializeOwned;

use crate::error::{AppError, AppResult};

/// Reads a body. What serde says of a fault may repeat what stands there, so only its place is told, and what is missing.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> AppResult<T> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let what = missing(&error.to_string()).map_or_else(
            || "not as described".to_owned(),
            |it| format!("without `{it}`"),
        );
        AppError::BadRequest(format!("The body is {what}, at {place}."))
    })
}

/// The name of ours that serde says is missing.
fn missing(said: &str) -> Option<&str> {
    said.strip_prefix("missing field `")?.split('`').next()
}

/// Refuses more than so many at once; `asks` says what to do, as "Send at most {MOST} answers".
pub(super) fn at_most<T>(lines: &[T], most: usize, asks: &str) -> AppResult<()> {
    if lines.len() > most {
        return Err(AppError::BadRequest(format!("{asks} at once.")));
    }
    Ok(())
}
