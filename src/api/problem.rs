//! Failures as programs read them: `{"code": …, "message": …}`.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::AppError;

/// Why there is no other answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Stable, for programs: `unauthorized`, `forbidden`, `not_found`, `bad_request`, `too_many`, `unavailable` …
    code: &'static str,
    /// For people.
    message: String,
}

/// Middleware: every failure is JSON, and nothing is kept by caches unless a handler says so.
pub async fn answer_in_json(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    let mut response = if status.is_client_error() || status.is_server_error() {
        let mut answer = answer(status, response.response().error());
        if let Some(methods) = response.headers().get(header::ALLOW) {
            answer.headers_mut().insert(header::ALLOW, methods.clone());
        }
        response.into_response(answer)
    } else {
        response
    };
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

fn answer(status: StatusCode, error: Option<&actix_web::Error>) -> HttpResponse {
    if let Some(error) = error.filter(|_| status.is_server_error()) {
        // The one place where a failure is logged.
        tracing::error!(error = format!("{error:#}"), "request failed");
    }
    let mut builder = HttpResponseBuilder::new(status);
    let error = error.and_then(|it| it.as_error::<AppError>());
    if let Some(seconds) = error.and_then(AppError::wait) {
        builder.insert_header((header::RETRY_AFTER, seconds));
    }
    let explained = match error {
        Some(
            AppError::BadRequest(sentence)
            | AppError::Conflict(sentence)
            | AppError::Full(sentence),
        ) => Some(sentence.clone()),
        Some(AppError::TooMany(seconds)) => Some(format!("Try again in {seconds} seconds.")),
        _ => None,
    };
    if status == StatusCode::UNAUTHORIZED {
        builder.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    let (code, words) = words(status);
    builder.json(Problem {
        code,
        message: explained.unwrap_or_else(|| words.to_owned()),
    })
}

fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => ("unauthorized", "A token that is good is needed."),
        StatusCode::FORBIDDEN => ("forbidden", "This token is not good for that."),
        StatusCode::NOT_FOUND => ("not_found", "Nothing is known by that."),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "Ask with another method."),
        StatusCode::CONFLICT => ("conflict", "It has changed in the meantime."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "Send less at a time."),
        StatusCode::TOO_MANY_REQUESTS => ("too_many", "Try again later."),
        StatusCode::SERVICE_UNAVAILABLE => ("unavailable", "Try again in a few minutes."),
        status if status.is_client_error() => {
            ("bad_request", "The request is not as it should be.")
        }
        _ => ("failed", "Something went wrong on our side."),
    }
}
