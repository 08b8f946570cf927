//! Records that are kept for the law alone and in which nobody can look: they are left out of a search, and named instead.

use super::{Category, CollectionKey, Place, Register, Retention, covers};

/// One lot of such records. 11 CCR 7024(c) lets them be left out where all of it is so: they cannot be searched, they are
/// kept for the law alone, nobody sells or uses them, and people are told what they may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Where it is declared.
    pub place: Place,
    /// Stable key.
    pub key: String,
    /// What people call them.
    pub title: String,
    /// What may stand in them about a person, in a plain sentence.
    pub holds: String,
    /// Data categories that may be in them; each speaks for all beneath it.
    pub categories: Vec<String>,
    /// Why nobody can look in them for a person, in a plain sentence.
    pub not_searchable: String,
    /// The only reason for which they are kept: a law, a court, an audit.
    pub solely_for: String,
    /// How long.
    pub retention: Retention,
    /// Collections that are declared and skipped because they are these records.
    pub collections: Vec<CollectionKey>,
    /// The lines of these.
    pub(super) collection_lines: Vec<u32>,
}

impl SetAside {
    /// The declared categories of which something may be in it, in the order of the register.
    pub fn kinds<'a>(&self, register: &'a Register) -> Vec<&'a Category> {
        let touches = |category: &&Category| {
            let mut targets = self.categories.iter();
            targets.any(|it| covers(it, &category.key) || covers(&category.key, it))
        };
        register.categories.iter().filter(touches).collect()
    }
}
