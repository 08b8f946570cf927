//! Figures for Prometheus. Labels are route patterns and states, never anything of a person.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::backlog::Queue;

const DURATION: &str = "candor_http_request_duration_seconds";
const WAITING: &str = "candor_queue_waiting";
const FAILED: &str = "candor_queue_failed";
const AGE: &str = "candor_queue_oldest_due_seconds";
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// One recorder for the process, since the `metrics` macros have one.
static RECORDER: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let name = Matcher::Full(DURATION.to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(name, &BUCKETS);
    let recorder = builder.expect("there are buckets").build_recorder();
    let handle = recorder.handle();
    metrics::describe_histogram!(DURATION, "Time to answer, by route and status");
    metrics::describe_gauge!(
        WAITING,
        "Mails or jobs that have yet to be done, counted up to 1000"
    );
    metrics::describe_gauge!(
        FAILED,
        "Mails or jobs that were given up, counted up to 1000"
    );
    metrics::describe_gauge!(AGE, "Seconds since the oldest due mail or job became due");
    // Only this place sets it; in a process that has another recorder, that one keeps its figures.
    let _ = metrics::set_global_recorder(recorder);
    keep_up(handle.clone());
    handle
});

/// Whether or not anybody asks for the figures: each request adds to a heap that only this clears.
fn keep_up(handle: PrometheusHandle) {
    let started = thread::Builder::new()
        .name("metrics".to_owned())
        .spawn(move || {
            loop {
                thread::sleep(UPKEEP_EVERY);
                handle.run_upkeep();
            }
        });
    if let Err(error) = started {
        tracing::error!(%error, "metrics are not kept up; they grow until they are asked for");
    }
}

/// All figures, in Prometheus' text format, with what waits in those queues.
pub fn render(queues: &[(&'static str, Queue)]) -> String {
    // The gauges are the process': a second portal in it, as in tests, would put its own between setting and reading.
    static READING: Mutex<()> = Mutex::new(());
    let _reading = READING.lock().unwrap_or_else(PoisonError::into_inner);
    LazyLock::force(&RECORDER);
    for (name, queue) in queues {
        set_queue(name, queue);
    }
    RECORDER.run_upkeep();
    RECORDER.render()
}

fn set_queue(name: &'static str, queue: &Queue) {
    let gauges = [
        (WAITING, queue.waiting.0),
        (FAILED, queue.failed.0),
        (AGE, queue.age()),
    ];
    for (gauge, value) in gauges {
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        metrics::gauge!(gauge, "queue" => name).set(value);
    }
}

/// Middleware: counts and times every request by the pattern of its route.
pub async fn count_requests(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    LazyLock::force(&RECORDER);
    let start = Instant::now();
    let method = label(request.method());
    let response = next.call(request).await?;
    // After routing, which knows it; before, all routes would be tried in turn.
    let route = response.request().match_pattern();
    let route = route.unwrap_or_else(|| "none".to_owned());
    let status = response.status().as_u16().to_string();
    metrics::histogram!(DURATION, "method" => method, "route" => route, "status" => status)
        .record(start.elapsed().as_secs_f64());
    Ok(response)
}

/// A client may make up methods, and each label is kept for ever.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
