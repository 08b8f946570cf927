//! The least that could be done: a static route, a rendered page, and a page with two indexed queries.

use std::net::TcpListener;
use std::path::Path;

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};
use askama::Template;
use candor::accounts::queries::{find_person, list_identities};
use candor::db::Db;
use candor::server::Size;

#[derive(Template)]
#[template(
    source = "<!DOCTYPE html><html lang=\"en\"><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1><ul>\
              {% for line in lines %}<li>{{ line }}</li>{% endfor %}</ul></body></html>",
    ext = "html"
)]
struct Page<'a> {
    title: &'a str,
    lines: &'a [String],
}

fn page(title: &str, lines: &[String]) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(Page { title, lines }.render().unwrap())
}

/// Serves until it is killed; prints its address.
pub fn serve(folder: &str) {
    let url = format!("sqlite://{}", Path::new(folder).join("portal.db").display());
    let size = Size::of_this_machine();
    let connections = u32::try_from(size.workers + 1).unwrap();
    let db = Db::open(&url, connections).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    let lines: Vec<String> = (0..11)
        .map(|number| format!("Line {number} of a page"))
        .collect();
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(move || {
            let lines = lines.clone();
            App::new()
                .app_data(web::Data::new(db.clone()))
                .route("/", web::get().to(|| async { "ready" }))
                .route("/static", web::get().to(|| async { "static" }))
                .route(
                    "/page",
                    web::get().to(move || std::future::ready(page("A page", &lines))),
                )
                .route("/two-queries", web::get().to(two_queries))
        });
        let server = server
            .workers(size.workers)
            .worker_max_blocking_threads(size.blocking_threads);
        server
            .tcp_nodelay(true)
            .listen(listener)
            .unwrap()
            .run()
            .await
            .unwrap();
    });
}

async fn two_queries(db: web::Data<Db>) -> HttpResponse {
    let found = db.read(|conn| Ok((find_person(conn, 1)?, list_identities(conn, 1)?)));
    let (person, identities) = found.await.unwrap();
    let lines: Vec<_> = identities
        .into_iter()
        .map(|identity| identity.value)
        .collect();
    page(&person.residence, &lines)
}
