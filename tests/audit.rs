mod chain;
mod command;
mod staff;

use candor::audit::verify::{Mark, Verdict, verify};
use candor::audit::{Actor, Event, record};
use candor::jobs::worker;
use diesel::connection::SimpleConnection;
use serde_json::json;

use crate::support::TestApp;
use crate::support::database::postgres_server;

impl TestApp {
    /// Records so many events, one transaction each, and links them.
    async fn record_events(&self, count: usize) {
        for number in 1..=count {
            let now = self.app.clock.now();
            let recorded = self.app.db.write(move |conn| {
                let event = Event {
                    actor: Actor::Person("pseudonym-of-ada"),
                    action: "choice.made",
                    person: Some("pseudonym-of-ada"),
                    object: &format!("activity-{number}"),
                    detail: json!({ "number": number }),
                };
                Ok(record(conn, &event, now)?)
            });
            recorded.await.unwrap();
        }
        worker::link_events(&self.app).await.unwrap();
    }

    fn look(&self) -> Verdict {
        self.look_with(None)
    }

    fn look_with(&self, noted: Option<Mark>) -> Verdict {
        let look = |conn: &mut _| Ok(verify(conn, &self.app.keys, noted)?);
        self.app.db.read_now(look).unwrap()
    }

    /// Runs SQL as somebody would who has the database and not the portal.
    async fn try_sql(&self, sql: &str) -> Result<(), String> {
        let sql = sql.to_owned();
        let run = self.app.db.write(move |conn| Ok(conn.batch_execute(&sql)?));
        run.await.map_err(|error| error.to_string())
    }

    /// As [`Self::try_sql`], with the triggers out of the way.
    async fn tamper(&self, sql: &str) {
        let (off, on) = if postgres_server().is_some() {
            (
                "SET LOCAL session_replication_role = replica;",
                "SET LOCAL session_replication_role = origin;",
            )
        } else {
            (
                "DROP TRIGGER events_never_change; DROP TRIGGER events_never_go;
                 DROP TRIGGER checkpoints_never_change; DROP TRIGGER checkpoints_never_go;
                 DROP TRIGGER chain_head_never_goes;",
                "",
            )
        };
        self.try_sql(&format!("{off} {sql}; {on}")).await.unwrap();
    }
}
