//! `candor sources replay`.

use std::{collections::BTreeSet, process::ExitCode};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::Faults;
use crate::{
    app::App,
    config::Settings,
    error::AppError,
    requests::corrected::restored,
    retention::replay::{Run, replay},
    say::say,
};

pub(super) fn run(
    settings: &Settings,
    since: NaiveDateTime,
    is_dry: bool,
) -> Result<ExitCode, Faults> {
    let open = || App::open(settings.check()?);
    let app = open().map_err(|error| Faults(vec![format!("{error:#}")]))?;
    let run = if is_dry { Run::Dry } else { Run::Real };
    if since > app.clock.now() {
        let fault = format!("{since} is still to come: --since is when the backup was taken");
        return Err(Faults(vec![fault]));
    }
    say!("Looking at {}.", keys(&app));
    let fault = |error: AppError| Faults(vec![error.to_string()]);
    let replayed = replay(&app, since, run).map_err(fault)?;
    let corrected = restored::look(&app, since, is_dry).map_err(fault)?;
    let mut errors = replayed.errors;
    for error in corrected.errors {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    for error in &errors {
        eprintln!("candor: {error}");
    }
    let done = match run {
        Run::Dry => "would be erased",
        Run::Real => "were erased",
    };
    say!(
        "{} erasures since {since}; the data of {} had come back: {} records {done}.",
        replayed.known,
        replayed.returned,
        replayed.records
    );
    if replayed.left > 0 {
        say!(
            "{} of them were not looked for: these people came back on purpose, as staff noted under Returned on the desk.",
            replayed.left
        );
    }
    let mended = match run {
        Run::Dry => "would be written again",
        Run::Real => "are written again by the worker",
    };
    say!(
        "{} corrected values; {} that were corrected since had come undone and {mended}.",
        corrected.known,
        corrected.undone
    );
    if corrected.undone_before > 0 {
        say!(
            "{} had come undone before: see Corrections on the desk.",
            corrected.undone_before
        );
    }
    Ok(if errors.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The sources that are searched.
fn keys(app: &App) -> String {
    let datasets = app.register.datasets.iter();
    let keys: BTreeSet<_> = datasets.map(|it| &*it.source).collect();
    keys.into_iter().collect::<Vec<_>>().join(", ")
}

/// A day, or a day and a time, in UTC.
pub(super) fn time(text: &str) -> Result<NaiveDateTime, String> {
    let day = text
        .parse::<NaiveDate>()
        .map(|day| day.and_time(NaiveTime::MIN));
    let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let mut times = formats
        .iter()
        .filter_map(|it| NaiveDateTime::parse_from_str(text, it).ok());
    day.ok().or_else(|| times.next()).ok_or_else(|| {
        "expected a day or a time in UTC, such as 2026-11-23 or 2026-11-23T04:30".to_owned()
    })
}
