//! How a field is overwritten when its row stays, or why it is not.

use super::{
    Shows,
    fate::Wish,
    graph::{self, Node},
    layout::Layout,
    masking::Strategy,
    personal::{is_personal, leaves, personal_leaves},
};
use crate::register::{Field, Masking};

impl Wish<'_> {
    /// How a field is overwritten: an object in part when only some of it is meant, or is masked in a way of its own.
    pub fn write(self, layout: &Layout<'_>, field: &Field) -> Result<Strategy, &'static str> {
        let whole = write_of(layout, field, self.register.masking_of(field));
        let in_part = !field.fields.is_empty()
            && (!self.covers(layout.node, field)
                || leaves(field).iter().any(|leaf| {
                    leaf.masking.is_some()
                        || !is_personal(leaf)
                        || self.why_it_stays(leaf).is_some()
                }));
        if !in_part {
            return whole;
        }
        let meant = personal_leaves(field)
            .filter(|leaf| self.why_it_stays(leaf).is_none() && self.covers(layout.node, leaf));
        let places = meant.filter_map(|leaf| {
            let keys = graph::keys_to(std::slice::from_ref(field), &leaf.path)?;
            Some((keys[1..].to_vec(), self.register.masking_of(leaf)))
        });
        let strategy = Strategy::within(places.collect());
        whole.map(|_| strategy)
    }

    /// What is meant inside of a field and stays all the same.
    pub fn left<'f>(self, node: &Node, field: &'f Field) -> Vec<(&'f str, &'static str)> {
        if field.fields.is_empty() {
            return Vec::new();
        }
        let meant = personal_leaves(field).filter(|leaf| self.covers(node, leaf));
        meant
            .filter_map(|leaf| Some((&*leaf.path, self.why_it_stays(leaf)?)))
            .collect()
    }

    /// Why a field is not overwritten, by its declaration.
    fn why_it_stays(self, field: &Field) -> Option<&'static str> {
        let masking = self.register.masking_of(field);
        match () {
            () if masking.is_some_and(Masking::preserves) => Some(PRESERVED),
            () if field.read_only => Some(READ_ONLY),
            () => None,
        }
    }
}

pub(super) const IN_PART: &str = "It is a list in which not everything is certainly the person's.";

pub(super) const NO_KEY: &str =
    "The system that holds it gives its records no key, so that none can be changed on its own.";

const PRESERVED: &str = "The organisation has set that it stays as it is.";
const COPY: &str = "It is a copy of what other records hold, which the system that holds it makes anew in its turn.";
const UNNAMED: &str = "It only shows what other records hold, and has no key by which we could look whether it does so still.";
const LASTING: &str = "The system that holds it keeps it in such a way that a change which goes wrong could not be taken back.";
const READ_ONLY: &str = "The system that holds it does not let it be changed.";

/// How a field is overwritten; an empty reason when it is left without a word, as keys are.
fn write_of(
    layout: &Layout<'_>,
    field: &Field,
    said: Option<&Masking>,
) -> Result<Strategy, &'static str> {
    let is_explicit = field.erase.is_some() || field.masking.is_some();
    let links = layout
        .node
        .incoming
        .iter()
        .map(|edge| &edge.column)
        .chain(&layout.node.outgoing);
    let is_link = field.identity.is_none() && links.into_iter().any(|it| *it == field.name);
    let is_key = layout.table.row_key.contains(&field.name);
    let Some(column) = layout.table.column(&field.name) else {
        return Err("");
    };
    if layout.follows() {
        return Err("");
    }
    if layout.table.is_computed() {
        return Err(match layout.table.rules.shows {
            Some(Shows::Now) => UNNAMED,
            Some(Shows::Then) => COPY,
            None => LASTING,
        });
    }
    if is_key || (is_link && !is_explicit) {
        return Err(if field.identity.is_some() {
            "It is part of the key of the record."
        } else {
            ""
        });
    }
    if layout.table.row_key.is_empty() {
        return Err(NO_KEY);
    }
    if said.is_some_and(Masking::preserves) {
        return Err(PRESERVED);
    }
    if field.read_only || column.generated {
        return Err(READ_ONLY);
    }
    Strategy::choose(field, said, layout.table, column)
        .ok_or("The system that holds it takes no other value.")
}
