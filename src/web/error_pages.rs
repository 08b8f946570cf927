//! Turns whatever failed into a page that helps.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use tracing_actix_web::RequestId;

use super::{Page, html, see_other, way_back};
use crate::app::App;
use crate::error::{AppError, WHILE_AWAY};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    title: &'static str,
    sentences: Vec<String>,
    reference: Option<String>,
    /// The request of the person's that asks for the same.
    asked: Option<String>,
}

/// Middleware inside of the session: every error answer becomes a page, or the redirect that gets the visitor further.
pub async fn show_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // The request must not be cloned here: routing needs it alone.
    let response = next.call(request).await?;
    let status = response.status();
    let is_plain = !response.headers().contains_key(header::CONTENT_TYPE);
    let failed = status.is_client_error() || status.is_server_error();
    let error = response.response().error();
    let failure = error.map(|error| describe(error, response.request().match_pattern().as_deref()));
    if failure.is_none() && !(failed && is_plain) {
        return Ok(response.map_into_boxed_body());
    }
    let (request, failed) = response.into_parts();
    let mut answer = page_for(&request, status, failure.unwrap_or(Failure::Other));
    if let Some(methods) = failed.headers().get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, methods.clone());
    }
    // What was set on the way holds all the same, such as the pseudonym of a browser that sends the signal.
    for cookie in failed.cookies() {
        answer.add_cookie(&cookie)?;
    }
    Ok(ServiceResponse::new(request, answer))
}

/// Middleware outside of the session: when that cannot be loaded or stored, because the database is down, there is a
/// page all the same.
pub async fn survive_without_session(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let app = App::of(request.request()).clone();
    let path = request.path().to_owned();
    next.call(request).await.map_err(|error| {
        let answer = bare_answer(Page::bare(&app, &path), &error);
        InternalError::from_response(error.to_string(), answer).into()
    })
}

/// For failures before there was a session, or while it was stored.
fn bare_answer(page: Page, error: &actix_web::Error) -> HttpResponse {
    describe(error, None);
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let (title, sentences) = words(status);
    let answer = html(
        status,
        &ErrorPage {
            page,
            title,
            sentences,
            reference: None,
            asked: None,
        },
    );
    after(
        WHILE_AWAY,
        answer.unwrap_or_else(|_| HttpResponse::new(status)),
    )
}

/// The answer, with how many seconds later it is worth another try.
fn after(seconds: u64, mut answer: HttpResponse) -> HttpResponse {
    answer
        .headers_mut()
        .insert(header::RETRY_AFTER, seconds.into());
    answer
}

/// What is kept of an error: where it leads, or what may be said of it.
enum Failure {
    SignIn,
    StepUp,
    Explained(String),
    Asked(String),
    Wait(u64),
    Other,
}

fn describe(error: &actix_web::Error, route: Option<&str>) -> Failure {
    if error.as_response_error().status_code().is_server_error() {
        // The one place where a failure is logged.
        tracing::error!(error = format!("{error:#}"), route, "request failed");
    }
    match error.as_error::<AppError>() {
        Some(AppError::SignInRequired) => Failure::SignIn,
        Some(AppError::StepUpRequired) => Failure::StepUp,
        Some(
            AppError::Conflict(sentence)
            | AppError::Full(sentence)
            | AppError::BadRequest(sentence),
        ) => Failure::Explained(sentence.clone()),
        Some(AppError::AskedAlready(reference)) => Failure::Asked(reference.clone()),
        Some(AppError::TooMany(seconds)) => Failure::Wait(*seconds),
        _ => Failure::Other,
    }
}

fn page_for(request: &HttpRequest, status: StatusCode, failure: Failure) -> HttpResponse {
    match failure {
        Failure::SignIn => return see_other(&sign_in(request)),
        Failure::StepUp => return see_other(&with_way_back("/step-up", request)),
        _ => {}
    }
    let Ok(page) = Page::without_flash(request) else {
        return HttpResponse::new(status);
    };
    let (mut title, mut sentences) = words(status);
    let mut wait = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(WHILE_AWAY);
    let mut asked = None;
    match failure {
        Failure::Explained(sentence) => sentences = vec![sentence],
        Failure::Asked(reference) => {
            title = "You have already asked for this";
            sentences = vec![
                "We have that request, so we did not file another. Its page says how it stands."
                    .to_owned(),
            ];
            asked = Some(reference);
        }
        Failure::Wait(seconds) => {
            sentences.push(format!("Please wait {} and try again.", minutes(seconds)));
            wait = Some(seconds);
        }
        _ => {}
    }
    let reference = status
        .is_server_error()
        .then(|| reference_of(request))
        .flatten();
    let answer = html(
        status,
        &ErrorPage {
            page,
            title,
            sentences,
            reference,
            asked,
        },
    );
    let answer = answer.unwrap_or_else(|_| HttpResponse::new(status));
    match wait {
        Some(seconds) => after(seconds, answer),
        None => answer,
    }
}

fn minutes(seconds: u64) -> String {
    match seconds.div_ceil(60) {
        1 => "a minute".to_owned(),
        more => format!("{more} minutes"),
    }
}

/// The number by which staff find the failure in the log.
fn reference_of(request: &HttpRequest) -> Option<String> {
    let id = request.extensions().get::<RequestId>().copied()?;
    Some(id.to_string())
}

/// Where to sign in. A form whose session has ended is not kept: whoever signs in next may be somebody else.
fn sign_in(request: &HttpRequest) -> String {
    let page = with_way_back("/sign-in", request);
    if request.method() == Method::POST {
        format!("{page}&unsent=yes")
    } else {
        page
    }
}

fn with_way_back(to: &str, request: &HttpRequest) -> String {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &way_back(request))
        .finish();
    format!("{to}?{query}")
}

fn words(status: StatusCode) -> (&'static str, Vec<String>) {
    let (title, sentences): (_, &[&str]) = match status {
        StatusCode::FORBIDDEN => (
            "You cannot open this page",
            &["Your role does not include it. If you need it, ask an administrator."],
        ),
        StatusCode::NOT_FOUND => (
            "This page is not here",
            &[
                "The address may be mistyped, or the page may be gone.",
                "Start again from the first page.",
            ],
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("This page is not here", &["The address may be mistyped."])
        }
        StatusCode::CONFLICT => (
            "This cannot be done as things stand now",
            &["It may have changed meanwhile. Load the page again to see how it stands."],
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("That is too large", &["Send less text, or a smaller file."])
        }
        StatusCode::REQUEST_TIMEOUT => (
            "That took too long to reach us",
            &["Nothing was changed. Please send it again."],
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "Too many tries",
            &["To protect accounts, we limit how often this can be done."],
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "We cannot answer right now",
            &["Nothing was changed. Please try again in a few minutes."],
        ),
        status if status.is_client_error() => (
            "We could not read that",
            &[
                "Something in the request was not as expected.",
                "Open the page again and retry.",
            ],
        ),
        _ => (
            "Something went wrong on our side",
            &[
                "It has been recorded, and nothing was changed by half.",
                "Please try again in a few minutes.",
            ],
        ),
    };
    (title, sentences.iter().map(ToString::to_string).collect())
}
