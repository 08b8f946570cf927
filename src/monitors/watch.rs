//! The job: all checks, what they found, and the mail when that has changed.

use chrono::NaiveDateTime;
use url::Url;

use super::messages::MonitorChanged;
use super::model::{Check, NewFound};
use super::visit::Browser;
use super::{queries, walk};
use crate::accounts::queries::list_admin_addresses;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;

/// Looks at the public pages, if the settings name their address.
pub fn watch(app: &App) -> AppResult<()> {
    let Some(base) = app.site.monitor.clone() else {
        return Ok(());
    };
    let own = app.clone();
    let found =
        tokio::runtime::Handle::current().block_on(async move { look(&own, &base).await })?;
    let own = app.clone();
    app.db.write_now(move |conn| record(conn, &own, &found))?;
    app.wake.notify_one();
    Ok(())
}

async fn look(app: &App, base: &Url) -> anyhow::Result<Vec<NewFound>> {
    let browser = || Browser::new(app, base);
    let now = app.clock.now();
    let opt_out = walk::opt_out(app, &mut browser()?).await;
    let steps = opt_out.as_ref().ok().map(|it| (it.out, it.back));
    let opt_out = opt_out.and_then(|it| it.in_words());
    let signal = walk::signal(&mut browser()?, &mut browser()?).await;
    let signal = signal.map(|()| "It is honoured, and the statement says so.".to_owned());
    let links = walk::links(&mut browser()?).await;
    let links = links.map(|count| format!("{count} links answer."));
    Ok(vec![
        NewFound {
            steps_out: steps.map(|it| it.0),
            steps_in: steps.map(|it| it.1),
            ..found(Check::OptOut, opt_out, now)
        },
        found(Check::Signal, signal, now),
        found(Check::Links, links, now),
    ])
}

fn found(check: Check, outcome: Result<String, String>, at: NaiveDateTime) -> NewFound {
    NewFound {
        name: check.as_str(),
        at,
        is_well: outcome.is_ok(),
        words: outcome.unwrap_or_else(|fault| fault),
        steps_out: None,
        steps_in: None,
    }
}

fn record(conn: &mut AnyConnection, app: &App, all: &[NewFound]) -> AppResult<()> {
    let mut changed = MonitorChanged {
        failing: Vec::new(),
        well_again: Vec::new(),
    };
    for found in all {
        let check: Check = found.name.parse().map_err(anyhow::Error::msg)?;
        let was_well = queries::last(conn, check)?.is_none_or(|it| it.is_well);
        match (was_well, found.is_well) {
            (true, false) => changed.failing.push((check.title(), found.words.clone())),
            (false, true) => changed.well_again.push(check.title()),
            _ => {}
        }
        queries::insert(conn, found)?;
    }
    if changed.failing.is_empty() && changed.well_again.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    for email in list_admin_addresses(conn)? {
        app.mailer.enqueue(conn, &email, &changed, now)?;
    }
    Ok(())
}
