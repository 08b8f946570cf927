//! What is no route of the API: another method than the address has, or an address that is not there.

use actix_web::dev::ResourceDef;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::error::{AppError, AppResult};
use crate::routes;

/// Where the routes stand in addresses.
pub const BASE: &str = "/api/v1";

/// Says which methods the address has (405), or that there is none (404).
pub async fn answer(request: HttpRequest) -> AppResult<HttpResponse> {
    let path = request.path().strip_prefix(BASE).unwrap_or_default();
    let known = routes::API
        .iter()
        .filter(|(_, _, pattern)| ResourceDef::new(*pattern).is_match(path))
        .map(|(_, method, _)| match *method {
            "get" => "GET, HEAD".to_owned(),
            other => other.to_uppercase(),
        });
    let methods = known.collect::<Vec<_>>().join(", ");
    if methods.is_empty() {
        return Err(AppError::NotFound);
    }
    let answer = HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, methods))
        .finish();
    Ok(answer)
}
