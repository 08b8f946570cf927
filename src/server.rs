//! Builds and runs the server: the same call for the command and for tests.

use std::net::TcpListener;
use std::time::Duration;

use actix_multipart::MultipartError;
use actix_multipart::form::MultipartFormConfig;
use actix_session::SessionMiddleware;
use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_web::cookie::SameSite;
use actix_web::dev::Server;
use actix_web::error::PayloadError;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpServer, web};
use tracing_actix_web::TracingLogger;

use crate::accounts::session_store::DbSessions;
use crate::api;
use crate::api::gate::Gate;
use crate::api::problem::answer_in_json;
use crate::app::App;
use crate::choices;
use crate::drp;
use crate::error::AppError;
use crate::operations;
use crate::requests::evidence;
use crate::routes;
use crate::web::error_pages::{show_errors, survive_without_session};
use crate::web::headers::set_headers;
use crate::web::same_origin::refuse_cross_site;
use crate::web::slow_body::{Patience, cut_off};
use request_log::Numbered;

mod request_log;

/// A form larger than this is refused (413). Uploads have a limit of their own.
const LARGEST_FORM: usize = 256 * 1024;

/// So much a program may send at once: a thousand lines of the ledger.
const LARGEST_BATCH: usize = 1024 * 1024;

/// A message of an agent that is larger is refused.
const LARGEST_MESSAGE: usize = 64 * 1024;

/// How long a session lasts.
const SESSION_LASTS: actix_web::cookie::time::Duration =
    actix_web::cookie::time::Duration::hours(12);

/// So long a form may take to arrive. On the slowest line it takes a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of the machine the server takes, and how long it waits for what is sent.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Threads that serve requests.
    pub workers: usize,
    /// Threads for the database, in each worker.
    pub blocking_threads: usize,
    /// For the body of a form.
    pub patience: Duration,
}

impl Size {
    /// All of the machine: a worker per core.
    pub fn of_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Size {
            workers: cores,
            blocking_threads: cores.max(4),
            patience: PATIENCE,
        }
    }
}

/// A server on that socket. It stops gracefully on SIGTERM and Ctrl-C.
pub fn run(app: App, listener: TcpListener, size: Size) -> std::io::Result<Server> {
    let is_demo = app.site.demo;
    let data = web::Data::new(app);
    let gate = web::Data::new(Gate::default());
    let patience = web::Data::new(Patience(size.patience));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(data.clone())
            .app_data(gate.clone())
            .app_data(patience.clone())
            .app_data(web::FormConfig::default().limit(LARGEST_FORM))
            .app_data(uploads())
            .service(
                web::scope(api::BASE)
                    .app_data(web::PayloadConfig::new(LARGEST_BATCH))
                    .configure(routes::register_api)
                    .default_service(web::to(not_found))
                    .wrap(from_fn(cut_off))
                    .wrap(from_fn(answer_in_json)),
            )
            .service(
                web::scope("/drp/v1")
                    .app_data(web::PayloadConfig::new(LARGEST_MESSAGE))
                    .configure(routes::register_drp)
                    .default_service(web::to(drp::not_found))
                    .wrap(from_fn(cut_off))
                    .wrap(from_fn(set_headers)),
            )
            .service(
                web::scope("")
                    .app_data(addresses())
                    .configure(routes::register)
                    .configure(|config| {
                        if is_demo {
                            routes::register_demo(config);
                        }
                    })
                    .default_service(web::to(not_found))
                    .wrap(from_fn(cut_off))
                    .wrap(from_fn(choices::signal::honour))
                    .wrap(from_fn(refuse_cross_site))
                    .wrap(from_fn(show_errors))
                    .wrap(sessions(data.get_ref()))
                    .wrap(from_fn(survive_without_session))
                    .wrap(from_fn(set_headers)),
            )
            .wrap(Compress::default())
            .wrap(from_fn(operations::metrics::count_requests))
            .wrap(TracingLogger::<Numbered>::new())
    })
    .workers(size.workers)
    .worker_max_blocking_threads(size.blocking_threads)
    .tcp_nodelay(true)
    .shutdown_timeout(10)
    .listen(listener)?;
    Ok(server.run())
}

/// No page of ours leads to an address that cannot be read; somebody has mistyped it.
fn addresses() -> web::QueryConfig {
    web::QueryConfig::default().error_handler(|_, _| AppError::NotFound.into())
}

async fn not_found() -> Result<String, AppError> {
    Err(AppError::NotFound)
}

/// A server with the metrics alone, for an address that only operators reach.
pub fn run_metrics(app: App, listener: TcpListener) -> std::io::Result<Server> {
    let data = web::Data::new(app);
    let server = HttpServer::new(move || {
        let metrics = web::get().to(operations::pages::metrics_without_token);
        ActixApp::new()
            .app_data(data.clone())
            .route("/metrics", metrics)
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

/// Serves both until the portal has stopped. Its figures can be read while it ends; a process whose portal is gone
/// must end too, or whoever looks after it takes it for one that serves.
pub async fn with_metrics(portal: Server, metrics: Server) -> std::io::Result<()> {
    let of_metrics = metrics.handle();
    let portal = async {
        let ended = portal.await;
        of_metrics.stop(false).await;
        ended
    };
    tokio::try_join!(portal, metrics).map(drop)
}

/// Somewhat more than the largest file, so that a handler can say beside the field that it is too large.
fn uploads() -> MultipartFormConfig {
    let limit = evidence::LARGEST + evidence::LARGEST / 4;
    MultipartFormConfig::default()
        .total_limit(limit)
        .memory_limit(limit)
        .error_handler(|error, _| match error {
            MultipartError::Payload(PayloadError::Overflow) => AppError::TooLarge.into(),
            other => AppError::BadRequest(format!("This form could not be read: {other}.")).into(),
        })
}

fn sessions(app: &App) -> SessionMiddleware<DbSessions> {
    let is_https = app.site.base_url.scheme() == "https";
    // The prefix keeps another host of the same domain from setting the cookie.
    let name = if is_https { "__Host-candor" } else { "candor" };
    SessionMiddleware::builder(DbSessions(app.clone()), app.keys.cookie_key())
        .cookie_name(name.to_owned())
        .cookie_secure(is_https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(PersistentSession::default().session_ttl(SESSION_LASTS))
        .build()
}
