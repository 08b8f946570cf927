//! What is to be changed by hand, in words: the records, as they were found, and what becomes of them.

use std::collections::HashSet;

use super::model::Subject;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::register::CollectionKey;
use crate::requests::details;
use crate::requests::model::Request;
use crate::requests::{queries as requests, review};
use crate::retention;
use crate::sources::{Dates, Effect, Identities, Record, Work};

/// So many records of a collection are shown.
const SHOWN: usize = 200;

/// So many are read at a time.
const BATCH: usize = 200;

/// What becomes of some records of one collection.
pub struct Change {
    /// What people call the collection.
    pub collection: String,
    /// What to do, in a sentence.
    pub what: String,
    /// What a value becomes: the field, what is held, what it is to be.
    pub value: Option<(String, String, String)>,
    /// The records, each as titles and values.
    pub records: Vec<Vec<(String, String)>>,
    /// How many more there are.
    pub more: usize,
}

/// All that a task asks for.
pub(super) fn changes(
    app: &App,
    person: &Identities,
    request: &Request,
    subject: &Subject,
) -> AppResult<Vec<Change>> {
    match subject {
        Subject::Correct(items) => corrections(app, person, request, items),
        Subject::Erase(works) => works
            .iter()
            .map(|work| erasure(app, person, work))
            .collect(),
    }
}

fn corrections(
    app: &App,
    person: &Identities,
    request: &Request,
    ids: &[i64],
) -> AppResult<Vec<Change>> {
    let items = app
        .db
        .read_now(|conn| Ok(requests::list_items(conn, request.id)?))?;
    let named = items.into_iter().filter(|item| ids.contains(&item.id));
    let mut changes = Vec::new();
    for item in named {
        let open = details::open_item(&app.keys, &request.reference, item)?;
        let Some(change) = &open.change else { continue };
        let key = CollectionKey::new(&change.dataset, &change.collection);
        let record = app.sources.record(person, &key, &change.record)?;
        changes.push(Change {
            collection: app.register.collection_title(&key),
            what: "Put this value right.".to_owned(),
            value: Some((
                field_title(app, &key, &change.field),
                open.old_value.clone(),
                open.new_value.clone(),
            )),
            records: record
                .iter()
                .map(|record| lines(app, &key, record))
                .collect(),
            more: 0,
        });
    }
    Ok(changes)
}

fn erasure(app: &App, person: &Identities, work: &Work) -> AppResult<Change> {
    let key = work.key();
    let wanted: HashSet<&str> = work.targets.iter().map(|it| it.id.as_str()).collect();
    let (mut records, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = app
            .sources
            .page(person, &key, after.as_deref(), BATCH, Dates::default())?;
        let named = page
            .records
            .iter()
            .filter(|it| wanted.contains(it.id.as_str()));
        records.extend(named.map(|record| lines(app, &key, record)));
        after = page.next;
        if after.is_none() || records.len() >= SHOWN {
            break;
        }
    }
    records.truncate(SHOWN);
    Ok(Change {
        collection: app.register.collection_title(&key),
        what: what(app, work),
        value: None,
        more: work.targets.len().saturating_sub(records.len()),
        records,
    })
}

fn what(app: &App, work: &Work) -> String {
    if work.set.is_none() {
        return "Erase these records, with every copy of them.".to_owned();
    }
    let key = work.key();
    let fields = Effect::of(work).fields.into_iter();
    let fields = fields.map(|field| field_title(app, &key, &field));
    let fields: Vec<_> = fields.collect();
    format!(
        "Keep these records, and black out or empty in them: {}.",
        fields.join(", ")
    )
}

fn field_title(app: &App, key: &CollectionKey, field: &str) -> String {
    let view = app.register.describe(&key.dataset, &key.collection, field);
    view.map_or_else(|| field.to_owned(), |it| it.field.title.clone())
}

fn lines(app: &App, key: &CollectionKey, record: &Record) -> Vec<(String, String)> {
    let held = record.fields.iter().filter(|datum| !datum.value.is_empty());
    let line = held.map(|datum| {
        let title = field_title(app, key, &datum.path);
        (title, datum.value.to_string())
    });
    line.collect()
}

/// Whether a hold was placed since an erasure was agreed.
pub(super) fn is_held(conn: &mut AnyConnection, app: &App, request: &Request) -> AppResult<bool> {
    let plan = review::plan_of(app, request)?;
    let holds = retention::queries::for_plans(conn, request.person_id, app.clock.today())?;
    Ok(holds.iter().any(|hold| !plan.holds.contains(hold)))
}

/// What is held since is not erased by hand either.
pub(super) fn refuse_held(conn: &mut AnyConnection, app: &App, request: &Request) -> AppResult<()> {
    if is_held(conn, app, request)? {
        return Err(AppError::conflict(
            "A hold was placed since this was agreed. If nothing was erased yet, answer that it could not be done: then it is planned again.",
        ));
    }
    Ok(())
}
