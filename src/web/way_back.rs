//! Coming back after a detour: signing in, confirming, leaving a form.

use actix_web::HttpRequest;
use actix_web::http::{Method, header};
use url::{Position, Url};

use crate::config::Site;
use crate::routes;

/// Where to go on after signing in or confirming: the page that was asked for, or the page of the form that
/// was sent. A path with its query.
pub fn way_back(request: &HttpRequest) -> String {
    if request.method() == Method::GET {
        return request.uri().to_string();
    }
    let referer = request.headers().get(header::REFERER);
    let page = referer.and_then(|url| Url::parse(url.to_str().ok()?).ok());
    if let Some(page) = page {
        return page[Position::BeforePath..Position::AfterQuery].to_owned();
    }
    let pattern = request.match_pattern().unwrap_or_default();
    let uri = request.uri();
    if is_page(&pattern) {
        return uri.to_string();
    }
    // What is done to a thing mostly stands below its page.
    match (pattern.rsplit_once('/'), uri.path().rsplit_once('/')) {
        (Some((above, _)), Some((path, _))) if is_page(above) => path.to_owned(),
        _ => "/".to_owned(),
    }
}

fn is_page(pattern: &str) -> bool {
    let mut all = routes::ALL.iter();
    all.any(|(_, method, path)| *method == "get" && *path == pattern)
}

/// The page of this portal on which a link was followed, if the browser says so: a path with its query.
pub fn came_from(request: &HttpRequest, site: &Site) -> Option<String> {
    let referer = request.headers().get(header::REFERER)?;
    let page = Url::parse(referer.to_str().ok()?).ok()?;
    let is_own = site.is_own_origin(&page.origin().ascii_serialization());
    let path = &page[Position::BeforePath..Position::AfterQuery];
    local_path(path).filter(|_| is_own).map(str::to_owned)
}

/// The target of a redirect that a visitor may choose: a path on this site, and nothing that a browser could
/// read as another site.
pub fn local_path(next: &str) -> Option<&str> {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_plain = |c: char| c.is_ascii_graphic() && c != '\\';
    (is_path && next.len() <= 2000 && next.chars().all(is_plain)).then_some(next)
}
