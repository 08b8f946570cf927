//! Which of two collections a reference between them names rows of. A manifest may declare it on either side, and says only
//! by which values the others are found.

use std::collections::BTreeSet;

use crate::register::{Collection, CollectionKey, Field};

/// Whether a field that refers to another collection is the key by which rows there name the rows here, or a part of it.
pub(super) fn names_here(
    here: &Collection,
    field: &Field,
    (there, declared): (&CollectionKey, &Collection),
) -> bool {
    let key = here.primary_key();
    let holding = |part: &Field| -> BTreeSet<String> {
        let references = part.references.iter();
        let there = references
            .filter(|it| it.dataset == there.dataset && it.collection == there.collection);
        there.map(|it| it.field.clone()).collect()
    };
    let holding: Vec<_> = key.iter().map(|part| holding(part)).collect();
    let is_whole = field.primary_key && holding.iter().all(|it| !it.is_empty());
    let held: BTreeSet<_> = holding.into_iter().flatten().collect();
    let other = declared.primary_key();
    // Where each is the key of its rows, it stands where it is declared.
    let is_key_there = !other.is_empty() && other.iter().all(|it| held.contains(&it.path));
    is_whole && !is_key_there
}
