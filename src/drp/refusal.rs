//! Failures as the protocol words them: `{"code": "400", "message": …, "fatal": …}`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::error::AppError;

/// Why an agent's message is not taken.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Refusal {
    status: StatusCode,
    message: String,
    /// Whether sending it again can never help.
    fatal: bool,
    wait: Option<u64>,
}

/// The answer to an agent, or why there is none.
pub type DrpResult<T> = Result<T, Refusal>;

impl Refusal {
    /// It can be sent again, put right.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Refusal {
            status,
            message: message.into(),
            fatal: false,
            wait: None,
        }
    }

    /// It never helps to send it again.
    pub fn fatal(message: impl Into<String>) -> Self {
        Refusal {
            fatal: true,
            ..Refusal::new(StatusCode::BAD_REQUEST, message)
        }
    }

    /// Missing and somebody else's look the same.
    pub fn not_yours() -> Self {
        Refusal::new(StatusCode::FORBIDDEN, "This token is not good for that.")
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        let status = error.status_code();
        if status.is_server_error() {
            // The one place where a failure is logged.
            tracing::error!(%error, "request failed");
        }
        let message = match &error {
            AppError::Conflict(sentence)
            | AppError::Full(sentence)
            | AppError::BadRequest(sentence) => sentence.clone(),
            AppError::Unauthorized => "A token that is good is needed.".to_owned(),
            AppError::NotFound => "Nothing is here.".to_owned(),
            AppError::TooMany(seconds) => format!("Try again in {seconds} seconds."),
            AppError::TooLarge => "The body is too large.".to_owned(),
            _ => "Try again in a few minutes.".to_owned(),
        };
        Refusal {
            wait: error.wait(),
            fatal: matches!(error, AppError::TooLarge),
            ..Refusal::new(status, message)
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(seconds) = self.wait {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        answer.json(json!({
            "code": self.status.as_str(),
            "message": self.message,
            "fatal": self.fatal,
        }))
    }
}

/// For every other address under the protocol's own.
pub async fn not_found() -> DrpResult<HttpResponse> {
    Err(AppError::NotFound.into())
}
