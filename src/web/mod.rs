//! What every page shares.

pub mod assets;
pub mod client_address;
pub mod csv;
pub mod error_pages;
pub mod form;
pub mod headers;
pub mod home;
pub mod navigation;
pub mod page;
pub mod paging;
pub mod resources;
pub mod same_origin;
pub mod signal;
pub mod slow_body;
pub mod way_back;
pub mod words;

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use crate::error::AppResult;
use page::FlashKind;

pub use client_address::client_address;
pub use form::{Form, is_control, is_unseen, unseen_fault};
pub use page::{Flash, Page};
pub use way_back::{came_from, local_path, way_back};

/// Goes on to another page after a form was accepted (303).
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .finish()
}

/// Goes on to another page, which says once what was done.
pub fn see_other_saying(
    session: &Session,
    text: impl Into<String>,
    to: &str,
) -> AppResult<HttpResponse> {
    Flash::leave(session, FlashKind::Success, text)?;
    Ok(see_other(to))
}

/// A page.
pub fn html(status: StatusCode, page: &impl Template) -> AppResult<HttpResponse> {
    Ok(HttpResponse::build(status)
        .content_type(header::ContentType::html())
        .body(page.render()?))
}

/// A file to save rather than to show.
pub fn download(name: &str, media_type: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .body(body)
}
