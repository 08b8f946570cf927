//! Every night each corrected value is compared with its source, also where nobody looks at it.

use chrono::TimeDelta;

use super::model::CorrectedValue;
use super::queries;
use crate::app::App;
use crate::error::AppResult;
use crate::jobs::Lease;
use crate::my_data::identities_of;
use crate::requests::details;
use crate::requests::life::By;
use crate::requests::model::Item;
use crate::sources::{Identities, Standing};

/// So many are compared between two writes.
const BATCH: i64 = 100;

/// Whoever was compared less long ago is left for the next night.
const AGAIN_AFTER: TimeDelta = TimeDelta::hours(20);

/// The job. A worker that is killed leaves the rest with an older time, and the next goes on with it. What a source
/// that does not answer holds is compared the next night.
pub fn sweep(app: &App, lease: &Lease) -> AppResult<()> {
    let before = app.clock.now() - AGAIN_AFTER;
    loop {
        lease.check()?;
        let (values, mut items) = app.db.read_now(|conn| {
            let values = queries::list_to_look_at(conn, before, BATCH)?;
            let items = queries::list_items(conn, &values)?;
            Ok((values, items))
        })?;
        if values.is_empty() {
            return Ok(());
        }
        let (mut undone, mut mended) = (Vec::new(), Vec::new());
        let mut person = None;
        for value in &values {
            if person.as_ref().is_none_or(|(id, _)| *id != value.person_id) {
                let known = app
                    .db
                    .read_now(|conn| Ok(identities_of(conn, value.person_id)?))?;
                person = Some((value.person_id, known));
            }
            let (Some((_, known)), Some(item)) = (&person, items.remove(&value.item_id)) else {
                continue;
            };
            match standing(app, known, item)? {
                Some(Standing::Undone) => undone.push(value.id),
                Some(Standing::Corrected) if value.returned_at.is_some() => mended.push(value.id),
                _ => {}
            }
        }
        settle(app, &values, (undone, mended))?;
    }
}

/// How a datum stands; `None` where that is not known now.
fn standing(
    app: &App,
    person: &Identities,
    (item, reference): (Item, String),
) -> AppResult<Option<Standing>> {
    let open = details::open_item(&app.keys, &reference, item)?;
    let Some(change) = open.change else {
        return Ok(None);
    };
    let standing = app.sources.standing(person, &change);
    Ok(standing
        .map_err(|error| tracing::warn!(%error, "a corrected value could not be compared"))
        .ok())
}

fn settle(
    app: &App,
    values: &[CorrectedValue],
    (undone, mended): (Vec<i64>, Vec<i64>),
) -> AppResult<()> {
    let ids: Vec<_> = values.iter().map(|it| it.id).collect();
    let own = app.clone();
    app.db.write_now(move |conn| {
        let by = By::system(&own);
        queries::mark_looked_at(conn, &ids, by.now)?;
        queries::mark_returned(conn, &undone, &by)?;
        Ok(queries::mark_mended(conn, &mended, &by)?)
    })
}
