//! What programs send in one go.

use serde::de::DeserializeOwned;

use crate::error::{AppError, AppResult};

/// Reads a body. What serde says of a fault may repeat what stands there, so only its place is told.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> AppResult<T> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        AppError::BadRequest(format!("The body is not as described, at {place}."))
    })
}

/// Refuses more than so many at once; `asks` says what to do, as "Send at most {MOST} answers".
pub(super) fn at_most<T>(lines: &[T], most: usize, asks: &str) -> AppResult<()> {
    if lines.len() > most {
        return Err(AppError::BadRequest(format!("{asks} at once.")));
    }
    Ok(())
}
