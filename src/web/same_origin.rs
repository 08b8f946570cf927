//! Refuses writes that another site made the browser send. One check for all routes, no tokens in forms.

use actix_session::SessionExt;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;

use crate::accounts::guard::Account;
use crate::app::App;
use crate::error::AppError;

/// Middleware: an unsafe method needs `Sec-Fetch-Site: same-origin` or `none`; from a browser that does not
/// send it, an `Origin` that is ours; with neither, it is refused. But an opt-out without an account is never kept out for
/// what a browser leaves unsaid: nobody can do harm with it, and browsers of people who guard their privacy say least.
pub async fn refuse_cross_site(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if request.method().is_safe() || is_from_here(&request) || is_plain_opt_out(&request) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let sentence = "This form was sent from another site. Open the page here and send it again.";
    Ok(request
        .error_response(AppError::BadRequest(sentence.to_owned()))
        .map_into_right_body())
}

fn header<'a>(request: &'a ServiceRequest, name: &str) -> Option<&'a str> {
    let value = request.headers().get(name);
    value.and_then(|value| value.to_str().ok())
}

/// The opt-out of somebody who is not signed in, whose browser does not say where the form came from.
fn is_plain_opt_out(request: &ServiceRequest) -> bool {
    let is_unsaid = !request.headers().contains_key("sec-fetch-site")
        && request
            .headers()
            .get_all(header::ORIGIN)
            .all(|it| it.as_bytes() == b"null");
    is_unsaid
        && request.path() == "/do-not-sell"
        && matches!(Account::of(&request.get_session()), Ok(None))
}

fn is_from_here(request: &ServiceRequest) -> bool {
    if let Some(site) = header(request, "sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let site = &App::of(request.request()).site;
    header(request, header::ORIGIN.as_str()).is_some_and(|origin| site.is_own_origin(origin))
}
