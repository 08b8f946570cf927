//! Which other records of the person hold the value that a correction replaced.

use std::ops::ControlFlow;

use super::{
    Budgets, Correction, Dates, Identities, SourceError, Sources, Value, layout::Layout,
    reader::Reader,
};
use crate::register::CollectionKey;

/// A record that holds in the same field what a corrected one held before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Sealed id of the record.
    pub record: String,
    /// Keyed hash of what else it holds.
    pub rest: String,
}

/// What is found beside a corrected record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    /// Keyed hash of what else the corrected record holds, if it is there.
    pub rest: Option<String>,
    /// The others, at most as many as were asked for.
    pub others: Vec<Holder>,
    /// There are more.
    pub has_more: bool,
}

impl Sources {
    /// The person's own records in the collection of a correction that hold what it replaced, but for its own.
    ///
    /// # Errors
    /// When a source does not answer, so that it is not known which there are.
    pub fn holders(
        &self,
        person: &Identities,
        correction: &Correction,
        limit: usize,
    ) -> Result<Holders, SourceError> {
        let inner = &*self.0;
        let key = CollectionKey::new(&correction.dataset, &correction.collection);
        let mut found = Holders::default();
        let Some(at) = inner.graph.position(&key) else {
            return Ok(found);
        };
        let reader = Reader::new(inner, person, [at], Budgets::for_step(inner));
        if let Some(error) = reader.walk.errors_before(inner, at) {
            return Err(error.clone());
        }
        let wait = inner.limits(&inner.graph.nodes[at].source).step;
        let shelf = reader.shelf(at, wait)?;
        let layout = shelf.layout()?;
        let mut fields = layout.fields.iter();
        let field = fields.find(|(it, _)| it.path == correction.field);
        let Some(place) = field.map(|(_, at)| *at).filter(|_| layout.has_key()) else {
            return Ok(found);
        };
        let corrected = inner.secrets.row_key(&key, &correction.record);
        let rest = |row: &[Value]| inner.secrets.fingerprint(rest(&layout, row, place));
        let mut each = |row: Vec<Value>| {
            if corrected.as_deref() == Some(layout.key(&row)) {
                found.rest = Some(rest(&row));
            } else if inner.secrets.fingerprint([&row[place]]) != correction.before {
                return ControlFlow::Continue(());
            } else if found.others.len() == limit {
                found.has_more = true;
            } else {
                found.others.push(Holder {
                    record: inner.secrets.record_id(&key, layout.key(&row)),
                    rest: rest(&row),
                });
            }
            ControlFlow::Continue(())
        };
        shelf.stream(&layout, Dates::default(), wait, &mut each)?;
        Ok(found)
    }
}

/// What a row holds in its declared fields, but for its key and the corrected one.
fn rest<'r>(
    layout: &'r Layout<'_>,
    row: &'r [Value],
    place: usize,
) -> impl Iterator<Item = &'r Value> {
    let key = layout.key(row).len();
    let fields = layout.fields.iter().map(|(_, at)| *at);
    let fields = fields.filter(move |at| *at != place && *at >= key);
    fields.map(|at| &row[at])
}
