//! Refuses writes that another site made the browser send. One check for all routes, no tokens in forms.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;

use crate::app::App;
use crate::error::AppError;

/// Middleware: an unsafe method needs `Sec-Fetch-Site: same-origin` or `none`; from a browser that does not
/// send it, an `Origin` that is ours; with neither, it is refused.
pub async fn refuse_cross_site(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if request.method().is_safe() || is_from_here(&request) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let sentence = "This form was sent from another site. Open the page here and send it again.";
    Ok(request
        .error_response(AppError::BadRequest(sentence.to_owned()))
        .map_into_right_body())
}

fn is_from_here(request: &ServiceRequest) -> bool {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    if let Some(site) = header("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let app = request
        .app_data::<actix_web::web::Data<App>>()
        .expect("the server registers App");
    header(header::ORIGIN.as_str()).is_some_and(|origin| app.site.is_own_origin(origin))
}
