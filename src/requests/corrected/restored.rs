//! Comparing all corrected values after a source was restored from a backup. What was corrected since the backup, and holds
//! the old value again, has it from the backup, as whoever runs the portal says: it is written again as when staff ask for
//! it. What had come undone before waits for staff, who may know why.

use chrono::NaiveDateTime;

use super::model::CorrectedValue;
use super::queries;
use super::repair::ask;
use super::sweep::{Found, compare, note};
use crate::app::App;
use crate::error::AppResult;
use crate::requests::life::By;
use crate::sources::SourceError;

/// So many are compared between two writes.
const BATCH: i64 = 100;

/// What came of it.
#[derive(Debug, Default)]
pub struct Compared {
    /// How many corrected values there are.
    pub known: usize,
    /// Those corrected since the backup of which the old value is held again.
    pub undone: usize,
    /// Those corrected before, which staff are told of.
    pub undone_before: usize,
    /// What could not be read.
    pub errors: Vec<SourceError>,
}

/// Compares all. Unless it is dry, those that came undone by the backup are written again by the worker. Safe to repeat:
/// what is being written again already is not asked for once more.
pub fn look(app: &App, since: NaiveDateTime, is_dry: bool) -> AppResult<Compared> {
    let mut compared = Compared::default();
    let mut last = 0;
    loop {
        let values = app
            .db
            .read_now(|conn| Ok(queries::list_after(conn, last, BATCH)?))?;
        let Some(end) = values.last() else {
            break;
        };
        last = end.id;
        let found = compare(app, &values, &mut |error| {
            if !compared.errors.contains(&error) {
                compared.errors.push(error);
            }
        })?;
        let undone = values.iter().filter(|it| found.undone.contains(&it.seen()));
        let (by_backup, before): (Vec<_>, Vec<_>) =
            undone.partition(|it| it.written_at >= since && !waits_for_staff(it));
        compared.known += values.len();
        compared.undone += by_backup.len();
        compared.undone_before += before.len() + found.moved.len() + found.lost.len();
        if !is_dry {
            let by_backup: Vec<_> = by_backup.iter().map(|it| it.id).collect();
            settle(app, (&values, found), by_backup)?;
        }
    }
    app.wake.notify_one();
    Ok(compared)
}

/// Whether it had come undone before, and nobody has asked for it to be written again.
fn waits_for_staff(value: &CorrectedValue) -> bool {
    value.returned_at.is_some() && value.repair_asked_at.is_none()
}

fn settle(
    app: &App,
    (values, found): (&[CorrectedValue], Found),
    by_backup: Vec<i64>,
) -> AppResult<()> {
    let ids: Vec<_> = values.iter().map(|it| it.id).collect();
    let own = app.clone();
    app.db.write_now(move |conn| {
        let by = By::system(&own);
        note(conn, &ids, &found, &by)?;
        for id in by_backup {
            ask(conn, id, &by)?;
        }
        Ok(())
    })
}
