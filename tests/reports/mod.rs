//! What the organisation has to account for: figures, the register, the end of requests.

mod figures;
mod keeping;

use std::sync::atomic::{AtomicUsize, Ordering};

use candor::demo::source::SAMPLES;
use candor::jobs::{self, Job};

use crate::support::{Actor, TestApp};

/// Somebody of whom the sample database holds some of everything.
async fn sample(app: &TestApp) -> Actor {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    app.person(name).await
}

/// Files an access request and gives its reference.
async fn file(person: &Actor) -> String {
    // Each asks something else: the same again at once would be the same request.
    static ASKED: AtomicUsize = AtomicUsize::new(1);
    let number = ASKED.fetch_add(1, Ordering::Relaxed);
    let question = format!("What else? It is question {number}.");
    let path = "/requests/new/access";
    let page = person.get(path).await.page();
    let filed = person.submit(&page, path, &[("question", &question)]).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    path.strip_suffix("/filed").unwrap().to_owned()
}

/// Runs a job of the night.
async fn run(app: &TestApp, job: Job) {
    let now = app.app.clock.now();
    let written = app.app.db.write(move |conn| jobs::enqueue(conn, &job, now));
    written.await.unwrap();
    app.run_jobs().await;
}
