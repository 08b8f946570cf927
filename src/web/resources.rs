//! A path with its methods.

use std::future::ready;

use actix_web::guard::{Any, Get, Head};
use actix_web::http::header::ALLOW;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Route};

/// Whoever may read a page may also ask for its head alone.
pub fn get() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// The methods of one path are one resource, whose pattern is compiled once and tried once. Whoever asks in another way is
/// told which ways there are.
pub fn serve(config: &mut ServiceConfig, routes: Vec<(&'static str, &str, Route)>) {
    let mut routes = routes.into_iter().peekable();
    while let Some((path, method, route)) = routes.next() {
        let mut resource = web::resource(path).route(route);
        let mut methods = in_capitals(method);
        while let Some((_, method, route)) = routes.next_if(|(next, ..)| *next == path) {
            resource = resource.route(route);
            methods = format!("{methods}, {}", in_capitals(method));
        }
        config.service(resource.default_service(web::to(move || {
            let mut answer = HttpResponse::MethodNotAllowed();
            ready(answer.insert_header((ALLOW, methods.clone())).finish())
        })));
    }
}

fn in_capitals(method: &str) -> String {
    match method {
        "get" => "GET, HEAD".to_owned(),
        other => other.to_uppercase(),
    }
}
