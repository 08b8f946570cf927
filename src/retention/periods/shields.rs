//! People whose data may not go now, although their time is up: who has a hold of their own, or an open request.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::app::App;
use crate::error::AppResult;
use crate::my_data::identities_of;
use crate::register::CollectionKey;
use crate::requests::senders;
use crate::sources::{Identities, Shield};

use super::queries;

/// So many requests are read at a time.
const BATCH: i64 = 500;

/// By what somebody is known, and the collections that stay; all of them where none is named.
struct Shielded {
    person: Identities,
    what: Vec<(Option<String>, Option<String>)>,
}

/// Everybody who is shielded now.
pub struct Shields(Vec<Shielded>);

impl Shields {
    /// Reads who has a hold or an open request.
    pub fn now(app: &App) -> AppResult<Self> {
        let today = app.clock.today();
        let mut all = BTreeMap::<i64, Shielded>::new();
        app.db.read_now(|conn| {
            for (id, dataset, collection) in queries::list_holds_on_people(conn, today)? {
                let known = match all.entry(id) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(Shielded {
                        person: identities_of(conn, id)?,
                        what: Vec::new(),
                    }),
                };
                known.what.push((dataset, collection));
            }
            let mut after = 0;
            loop {
                let open = queries::list_open_requests(conn, after, BATCH)?;
                let Some(last) = open.last() else {
                    return Ok(());
                };
                after = last.id;
                for request in &open {
                    let mut person = identities_of(conn, request.person_id)?;
                    // Who has no account is known by the address that the request came from.
                    if let Some(address) = senders::address(conn, &app.keys, request)? {
                        person = person.with("email", &address);
                    }
                    let what = vec![(None, None)];
                    all.insert(request.person_id, Shielded { person, what });
                }
            }
        })?;
        Ok(Shields(all.into_values().collect()))
    }

    /// Their records in one collection.
    ///
    /// # Errors
    /// When a source does not answer that may lead to one.
    pub fn of(&self, app: &App, key: &CollectionKey) -> AppResult<Shield> {
        let is = |part: &Option<String>, name: &str| part.as_ref().is_none_or(|it| it == name);
        let concerned = self.0.iter().filter(|it| {
            let mut what = it.what.iter();
            what.any(|(dataset, collection)| {
                is(dataset, &key.dataset) && is(collection, &key.collection)
            })
        });
        Ok(app.sources.shield(key, concerned.map(|it| &it.person))?)
    }
}
