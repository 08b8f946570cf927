//! What in a field is about a person.

use crate::register::{Field, covers};

/// Whether a field says something about a person: fideslang's categories under `user`.
pub(super) fn is_personal(field: &Field) -> bool {
    all_categories(field)
        .iter()
        .any(|category| covers("user", category))
}

pub(super) fn all_categories(field: &Field) -> Vec<&String> {
    let nested = field.fields.iter().flat_map(all_categories);
    field.categories.iter().chain(nested).collect()
}

pub(super) fn personal_leaves(field: &Field) -> impl Iterator<Item = &Field> {
    leaves(field).into_iter().filter(|leaf| is_personal(leaf))
}

pub(super) fn leaves(field: &Field) -> Vec<&Field> {
    if field.fields.is_empty() {
        return vec![field];
    }
    field.fields.iter().flat_map(leaves).collect()
}
