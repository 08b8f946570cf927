//! Whether what was found is about the person: nobody is shown somebody else's records by a slip of the pen.

use std::collections::{HashMap, HashSet};

use crate::app::App;
use crate::error::AppResult;
use crate::register::{Collection, CollectionKey, Register};
use crate::sources::{Drawers, Found, Identities, Value, Way};

/// The ways by which records of each collection are the person's.
pub(super) type Ways = HashMap<CollectionKey, Vec<Way>>;

/// The collections of a system that people look up, in the order of the register.
pub(super) fn collections<'a>(
    register: &'a Register,
    source: &'a str,
) -> Vec<(CollectionKey, &'a Collection)> {
    let datasets = register.datasets_of(source);
    let all = datasets.flat_map(|dataset| {
        let collections = dataset.collections.iter();
        let looked_up = collections.filter(|it| !it.skip_processing);
        looked_up.map(|it| (CollectionKey::new(&dataset.key, &it.name), it))
    });
    all.collect()
}

/// The ways of each collection; reads the sources that lead there.
pub(super) fn ways(app: &App, person: &Identities, source: &str) -> AppResult<Ways> {
    let collections = collections(&app.register, source);
    let each = collections.into_iter().map(|(key, _)| {
        let ways = app.sources.ways_to(person, &key)?;
        Ok((key, ways))
    });
    each.collect()
}

/// A value by which a record is the person's, where there is one for that column: what to look by, and what the record
/// must hold.
pub(super) fn known<'a>(ways: &'a [Way], column: &str) -> Option<&'a [Value]> {
    let way = ways.iter().find(|way| way.column == column);
    way.map(|way| way.values.as_slice())
        .filter(|it| !it.is_empty())
}

/// Writes into a record by whom it was found, where it says nothing of that itself.
pub(super) fn fill(collection: &Collection, ways: &[Way], found: &mut Found) {
    let says = |way: &Way| found.cells.contains_key(&way.column);
    if ways.iter().any(says) {
        return;
    }
    let named = ways.iter().find_map(|way| {
        let field = collection.fields.iter().find(|it| it.name == way.column)?;
        let value = super::values::typed(field, &plain(way.values.first()?)).ok()?;
        Some((field.name.clone(), value))
    });
    found.cells.extend(named);
}

fn plain(value: &Value) -> Value {
    Value::Text(value.to_string())
}

/// Positions of records with what is wrong with each: it is not known to be the person's, or its key occurs twice.
pub(super) fn faults(
    register: &Register,
    source: &str,
    found: &[Found],
    ways: &Ways,
) -> Vec<(usize, String)> {
    let drawers = Drawers::of(register, source);
    let mut faults = Vec::new();
    for at in drawers.strangers(register, found, ways) {
        faults.push((at, stranger(register, &found[at].key, ways)));
    }
    let mut seen = HashSet::new();
    for (at, record) in found.iter().enumerate() {
        let (place, _, key) = drawers.file(register, record);
        if key.is_some_and(|key| !seen.insert((place, key))) {
            let wrong = "Another record here has the same key. Each key names one record.";
            faults.push((at, wrong.to_owned()));
        }
    }
    faults
}

fn stranger(register: &Register, key: &CollectionKey, ways: &Ways) -> String {
    let ways = ways.get(key).into_iter().flatten();
    let collection = register.collection(key);
    let named = ways.filter(|way| !way.values.is_empty()).map(|way| {
        let field = collection.and_then(|it| it.fields.iter().find(|it| it.name == way.column));
        let title = field.map_or(way.column.as_str(), |it| it.title.as_str());
        let values: Vec<_> = way.values.iter().take(5).map(ToString::to_string).collect();
        format!("“{title}” is {}", values.join(" or "))
    });
    let named: Vec<_> = named.collect();
    if named.is_empty() {
        return "Nothing here says that this record is about the person: no record above leads to it.".to_owned();
    }
    format!(
        "Nothing here says that this record is about the person. It is theirs where {}.",
        named.join(", or ")
    )
}
