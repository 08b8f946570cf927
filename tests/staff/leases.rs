use candor::accounts::model::Role;
use candor::db::schema::requests;
use candor::jobs::Lease;
use candor::requests::carry_out::carry_out;
use diesel::prelude::*;

use super::{ROWS, accept_all, act, file_deletion, held, sample};
use crate::support::TestApp;

#[actix_web::test]
async fn a_worker_that_lost_its_lease_erases_nothing() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_deletion(&person).await;
    accept_all(&agent, &reference).await.location();
    act(&supervisor, &reference, "approve", &[])
        .await
        .location();
    let before = held(&app, ROWS);
    let id: i64 = app
        .app
        .db
        .read_now(|conn| Ok(requests::table.select(requests::id).first(conn)?))
        .unwrap();
    let (own, lease) = (app.app.clone(), Lease::default());
    lease.lose();

    let tried = tokio::task::spawn_blocking(move || carry_out(&own, id, &lease));

    assert!(tried.await.unwrap().is_err());
    assert_eq!(held(&app, ROWS), before);
    app.run_jobs().await;
    assert_ne!(held(&app, ROWS), before, "who has the job now does it");
}
