//! The browser's signal: Global Privacy Control (W3C), sent as `Sec-GPC: 1`.

use actix_web::http::header::HeaderMap;

/// Whether the request carries the signal. Several headers count as one; any value but `1` is ignored.
pub fn is_on(headers: &HeaderMap) -> bool {
    headers
        .get_all("sec-gpc")
        .any(|value| value.as_bytes() == b"1")
}

/// What the signal has brought about, in one sentence; left in the request's extensions for its page.
#[derive(Debug, Clone, Copy)]
pub struct SignalLine(pub &'static str);
