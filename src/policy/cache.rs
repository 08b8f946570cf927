//! What is worked out of texts, kept in memory: texts never change, so no two processes can differ.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use anyhow::anyhow;
use askama::Template;

use super::comparison::{Change, Comparison};
use super::model::PolicyVersion;
use super::queries;
use super::text::{BlockKind, Text};
use crate::db::AnyConnection;
use crate::error::AppResult;

/// Two versions, compared.
#[derive(Debug)]
pub struct Compared {
    /// What differs.
    pub comparison: Comparison,
    /// All of it, for the page.
    pub html: String,
}

#[derive(Template)]
#[template(path = "policy/changes.html")]
struct Changes<'a> {
    comparison: &'a Comparison,
}

impl Compared {
    /// Compares an older text with a newer one.
    pub fn of(older: &Text, newer: &Text) -> AppResult<Self> {
        let comparison = Comparison::of(older, newer);
        let html = Changes {
            comparison: &comparison,
        }
        .render()?;
        Ok(Compared { comparison, html })
    }
}

/// The text of a version. It is read from the database once; one that was changed behind our back is not shown.
pub fn text(conn: &mut AnyConnection, version: &PolicyVersion) -> AppResult<Arc<Text>> {
    static TEXTS: LazyLock<Shelf<String, Text>> = LazyLock::new(|| Shelf::new(64));
    TEXTS.get(version.body_hash.clone(), || {
        let body = queries::body(conn, version.id)?;
        if queries::body_hash(&body) != version.body_hash {
            let name = &version.version;
            Err(anyhow!(
                "the text of version {name} is not what was published"
            ))?;
        }
        Ok(Text::read(&body))
    })
}

/// What differs between two versions.
pub fn compared(
    conn: &mut AnyConnection,
    older: &PolicyVersion,
    newer: &PolicyVersion,
) -> AppResult<Arc<Compared>> {
    static PAIRS: LazyLock<Shelf<[String; 2], Compared>> = LazyLock::new(|| Shelf::new(64));
    let hashes = [older, newer].map(|version| version.body_hash.clone());
    PAIRS.get(hashes, || {
        let (older, newer) = (text(conn, older)?, text(conn, newer)?);
        Compared::of(&older, &newer)
    })
}

/// Values by the hash of what they were made of. It is emptied when it is full.
struct Shelf<K, V> {
    values: RwLock<HashMap<K, Arc<V>>>,
    holds: usize,
}

impl<K: Eq + Hash, V> Shelf<K, V> {
    fn new(holds: usize) -> Self {
        Shelf {
            values: RwLock::default(),
            holds,
        }
    }

    fn get(&self, key: K, make: impl FnOnce() -> AppResult<V>) -> AppResult<Arc<V>> {
        let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = values.get(&key) {
            return Ok(value.clone());
        }
        drop(values);
        let made = Arc::new(make()?);
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        if values.len() >= self.holds {
            values.clear();
        }
        values.insert(key, made.clone());
        Ok(made)
    }
}
