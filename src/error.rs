//! Every way a request can fail. `web::error_pages` turns each into a page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use diesel::result::{DatabaseErrorKind, Error};

/// The result of everything that serves a request.
pub type AppResult<T> = Result<T, AppError>;

/// So many seconds a program should wait that could not be answered because something is away.
pub const WHILE_AWAY: u64 = 30;

/// Why a request cannot be served. Mistakes in a form are not among them: they are part of the form.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in: 303 to the sign-in page, with a way back.
    #[error("sign in first")]
    SignInRequired,
    /// The last confirmation by code is too old: 303 to the step-up page, with a way back.
    #[error("confirm that it is you first")]
    StepUpRequired,
    /// A program without a token that is good: 401.
    #[error("no good token")]
    Unauthorized,
    /// Signed in, but in another role: 403.
    #[error("not allowed in this role")]
    Forbidden,
    /// Missing or somebody else's, which must look the same: 404.
    #[error("no such page")]
    NotFound,
    /// The thing has changed in between: 409, with a sentence that says what happened.
    #[error("conflict: {0}")]
    Conflict(String),
    /// As much as may be open at once is open: 409, with a sentence that says what can be done.
    #[error("full: {0}")]
    Full(String),
    /// The person has asked for this already, and it is open: 409, with a link to that request. It has its reference.
    #[error("asked for already")]
    AskedAlready(String),
    /// Not a request that our pages can send: 400, with a sentence that says what was expected.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// More than is read: 413.
    #[error("the request is too large")]
    TooLarge,
    /// Its body did not arrive in time: 408.
    #[error("the request came too slowly")]
    TooSlow,
    /// Over a rate limit: 429, with the seconds to wait.
    #[error("too many requests; try again in {0} seconds")]
    TooMany(u64),
    /// The database or a source cannot be reached: 503. The text is for the log alone.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours: 500. The cause is for the log alone.
    #[error(transparent)]
    Database(Error),
    /// A template that could not be rendered: 500.
    #[error(transparent)]
    Template(#[from] askama::Error),
    /// Any other fault of ours: 500.
    #[error("{0:#}")]
    Internal(#[from] anyhow::Error),
}

impl AppError {
    /// A conflict that is explained by one sentence.
    pub fn conflict(sentence: &str) -> Self {
        AppError::Conflict(sentence.to_owned())
    }

    /// So many seconds later it is worth another try; none where waiting does not help.
    pub fn wait(&self) -> Option<u64> {
        match self {
            AppError::TooMany(seconds) => Some(*seconds),
            AppError::Unavailable(_) => Some(WHILE_AWAY),
            _ => None,
        }
    }
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => AppError::NotFound,
            other if is_about_a_zero(&other) => AppError::BadRequest(
                "There is a character in it that no text has. Type it anew.".to_owned(),
            ),
            other if is_about_the_connection(&other) => AppError::Unavailable(other.to_string()),
            other => AppError::Database(other),
        }
    }
}

/// The server went away, or ended the connection, while it was asked. Of a connection that it ends it says so first, and
/// diesel has no kind for what it says.
fn is_about_the_connection(error: &Error) -> bool {
    match error {
        Error::DatabaseError(kind, info) => match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => true,
            DatabaseErrorKind::Unknown => info.message().contains("terminating connection"),
            _ => false,
        },
        Error::BrokenTransactionManager => true,
        Error::RollbackErrorOnCommit { commit_error, .. } => is_about_the_connection(commit_error),
        _ => false,
    }
}

/// PostgreSQL keeps no text with a zero byte, which no keyboard types. SQLite does, and finds nothing by it.
fn is_about_a_zero(error: &Error) -> bool {
    match error {
        Error::DatabaseError(_, info) => {
            info.message().contains("UTF8") && info.message().contains("0x00")
        }
        _ => false,
    }
}

impl From<diesel::r2d2::PoolError> for AppError {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        AppError::Unavailable(error.to_string())
    }
}

impl From<tokio::task::JoinError> for AppError {
    fn from(error: tokio::task::JoinError) -> Self {
        AppError::Internal(error.into())
    }
}

impl From<actix_session::SessionGetError> for AppError {
    fn from(error: actix_session::SessionGetError) -> Self {
        AppError::Internal(anyhow::anyhow!("{error}"))
    }
}

impl From<actix_session::SessionInsertError> for AppError {
    fn from(error: actix_session::SessionInsertError) -> Self {
        AppError::Internal(anyhow::anyhow!("{error}"))
    }
}

impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> Self {
        AppError::Internal(error.into())
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            AppError::SignInRequired | AppError::StepUpRequired => StatusCode::SEE_OTHER,
            AppError::Unauthorized => StatusCode::UNAUTHORIZED,
            AppError::Forbidden => StatusCode::FORBIDDEN,
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::Conflict(_) | AppError::Full(_) | AppError::AskedAlready(_) => {
                StatusCode::CONFLICT
            }
            AppError::BadRequest(_) => StatusCode::BAD_REQUEST,
            AppError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            AppError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            AppError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            AppError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            AppError::Database(_) | AppError::Template(_) | AppError::Internal(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
