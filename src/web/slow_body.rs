//! Cuts off whoever sends a body and does not come to its end: each of them holds a connection.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep};

use crate::error::AppError;

/// However slowly the bytes of a file come, it is there after so many times the patience.
const FOR_FILES: u32 = 20;

/// How long a form may take to arrive, and how long nothing may come of a file.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

/// Middleware: 408 for a body that does not come to its end in time.
pub async fn cut_off(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_late = Rc::new(Cell::new(false));
    if !request.method().is_safe() {
        let patience = request.app_data::<web::Data<Patience>>();
        let patience = patience.expect("the server registers Patience").0;
        let body = Timed {
            payload: request.take_payload(),
            alarm: Box::pin(sleep(patience)),
            patience,
            last: is_upload(&request).then(|| Instant::now() + patience * FOR_FILES),
            is_late: is_late.clone(),
        };
        let body: Pin<Box<dyn Stream<Item = _>>> = Box::pin(body);
        request.set_payload(Payload::from(body));
    }
    let answer = next.call(request).await;
    if !is_late.get() {
        return Ok(answer?.map_into_left_body());
    }
    let mut late = answer?.error_response(AppError::TooSlow);
    let close = header::HeaderValue::from_static("close");
    late.headers_mut().insert(header::CONNECTION, close);
    Ok(late.map_into_right_body())
}

fn is_upload(request: &ServiceRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|it| it.as_bytes().starts_with(b"multipart/"))
}

/// A body with an end in time.
struct Timed {
    payload: Payload,
    alarm: Pin<Box<Sleep>>,
    patience: Duration,
    /// Of a file, until when its bytes may go on coming.
    last: Option<Instant>,
    is_late: Rc<Cell<bool>>,
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Poll::Ready(chunk) = Pin::new(&mut this.payload).poll_next(context) {
            if let Some(last) = this.last {
                let next = (Instant::now() + this.patience).min(last);
                this.alarm.as_mut().reset(next);
            }
            return Poll::Ready(chunk);
        }
        if this.alarm.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        this.is_late.set(true);
        let error = std::io::Error::from(std::io::ErrorKind::TimedOut);
        Poll::Ready(Some(Err(PayloadError::Io(error))))
    }
}
