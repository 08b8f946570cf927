//! What the log says of a request: its method and its number, and where it failed its route; never its address line, its
//! sender or its headers.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use tracing::{Span, field};
use tracing_actix_web::{RequestId, RootSpanBuilder};

/// A span with the method and the request's id, for what is logged while it is answered. Which route it takes is not known
/// yet: to find out, all of them would be tried.
pub(super) struct Numbered;

impl RootSpanBuilder for Numbered {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let extensions = request.extensions();
        let id = extensions.get::<RequestId>().map(field::display);
        tracing::info_span!(
            "request",
            method = %request.method(),
            request_id = id,
        )
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {
        // Nothing is logged of an answer; how many there are of each status is among the metrics.
    }
}
