//! What may not go now although its time is up: the data of people who have a hold of their own, an open request, or the
//! right that they are kept and not used (GDPR Art. 18).

use std::collections::{BTreeMap, HashSet};

use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::my_data::identities_of_crowd;
use crate::register::CollectionKey;
use crate::requests::model::Request;
use crate::requests::senders;
use crate::retention::remainders;
use crate::sources::{Identities, Shield, SourceError, Stayed, StaysBy, Why};

use super::queries::{self, Newest};

/// So many people are looked for at a time: nobody's identities are in memory for longer than that takes.
const CROWD: u16 = 500;

/// What stays in each collection; an error where a source did not answer that may lead to it.
pub struct Shields {
    each: BTreeMap<CollectionKey, Result<Shield, SourceError>>,
    /// What the portal knew of when it was looked.
    as_of: Newest,
}

impl Shields {
    /// Looks what stays in these collections now.
    pub fn now(app: &App, keys: &[CollectionKey]) -> AppResult<Self> {
        let none = |key: &CollectionKey| (key.clone(), Ok(Shield::default()));
        let mut shields = Shields {
            each: keys.iter().map(none).collect(),
            as_of: app.db.read_now(|conn| Ok(queries::newest(conn)?))?,
        };
        let mut people = HashSet::new();
        shields.keep_what_is_held(app, &mut people)?;
        shields.keep_what_is_asked_about(app, &mut people)?;
        shields.keep_what_is_restricted(app, &mut people)?;
        shields.keep_what_was_left(app, &people)?;
        Ok(shields)
    }

    /// Whether no hold, no request and no restriction has come since.
    pub fn are_current(&self, app: &App) -> AppResult<bool> {
        let newest = app.db.read_now(|conn| Ok(queries::newest(conn)?))?;
        Ok(newest == self.as_of)
    }

    /// What stays in one of them.
    ///
    /// # Errors
    /// When a source does not answer that may lead to it.
    pub fn of(&self, key: &CollectionKey) -> Result<&Shield, SourceError> {
        let shield = self.each.get(key).expect("whoever asks has named it");
        shield.as_ref().map_err(Clone::clone)
    }

    fn keep_what_is_held(&mut self, app: &App, all: &mut HashSet<i64>) -> AppResult<()> {
        let today = app.clock.today();
        let held = app
            .db
            .read_now(|conn| Ok(queries::list_holds_on_people(conn, today)?))?;
        let mut by_part = BTreeMap::<_, Vec<i64>>::new();
        for (person, dataset, collection) in held {
            all.insert(person);
            by_part
                .entry((dataset, collection))
                .or_default()
                .push(person);
        }
        let is = |part: &Option<String>, name: &str| part.as_ref().is_none_or(|it| it == name);
        for ((dataset, collection), people) in by_part {
            for ids in people.chunks(usize::from(CROWD)) {
                let known = |conn: &mut _| Ok(identities_of_crowd(conn, ids.to_vec())?);
                let crowd = app.db.read_now(known)?;
                self.keep(app, &crowd, |key| {
                    is(&dataset, &key.dataset) && is(&collection, &key.collection)
                });
            }
        }
        Ok(())
    }

    fn keep_what_is_asked_about(&mut self, app: &App, all: &mut HashSet<i64>) -> AppResult<()> {
        let mut after = 0;
        while let Some((last, people, crowd)) =
            app.db.read_now(|conn| next_crowd(conn, app, after))?
        {
            after = last;
            all.extend(people);
            self.keep(app, &crowd, |_| true);
        }
        Ok(())
    }

    fn keep_what_is_restricted(&mut self, app: &App, all: &mut HashSet<i64>) -> AppResult<()> {
        let mut after = 0;
        let next = |conn: &mut AnyConnection, after| {
            let found = queries::list_restrictions(conn, after, i64::from(CROWD))?;
            let crowd = found.map(|(granted, last)| {
                let people: Vec<_> = granted.iter().map(|it| it.person_id).collect();
                Ok((last, people, crowd_of(conn, app, &granted)?))
            });
            crowd.transpose()
        };
        while let Some((last, people, crowd)) = app.db.read_now(|conn| next(conn, after))? {
            after = last;
            all.extend(people);
            self.keep(app, &crowd, |_| true);
        }
        Ok(())
    }

    /// What a deletion had to leave may be found by its ids alone: what a hold or a refusal keeps stays, and all that is left
    /// of the people whose data stay.
    fn keep_what_was_left(&mut self, app: &App, people: &HashSet<i64>) -> AppResult<()> {
        let mut after = 0;
        loop {
            let next = app.db.read_now(|conn| {
                remainders::queries::list_unsettled(conn, app, after, i64::from(CROWD))
            })?;
            let Some((last, _, _)) = next.last() else {
                return Ok(());
            };
            after = *last;
            let is_kept = |person: i64, it: &Stayed| {
                let by = |why: &Why| matches!(why.by, StaysBy::Hold | StaysBy::Refusal);
                people.contains(&person) || it.whys.iter().any(by)
            };
            let stays = next.into_iter().flat_map(|(_, person, left)| {
                let records = left.records.into_iter();
                records.filter(move |it| is_kept(person, it))
            });
            let known: Vec<_> = stays.map(|it| it.record).collect();
            for (key, found) in app.sources.shields_of(&known) {
                if let Some(Ok(shield)) = self.each.get_mut(&key) {
                    shield.extend(found);
                }
            }
        }
    }

    /// Adds what a crowd of people has in the collections concerned, where every source has answered so far.
    fn keep(&mut self, app: &App, crowd: &Identities, concerns: impl Fn(&CollectionKey) -> bool) {
        let answered = self.each.iter_mut();
        let answered = answered.filter(|(key, shield)| shield.is_ok() && concerns(key));
        let (keys, shields): (Vec<_>, Vec<_>) = answered.unzip();
        let found = app.sources.shields(&keys, crowd, app.clock.today());
        for (shield, found) in shields.into_iter().zip(found) {
            match (shield, found) {
                (Ok(shield), Ok(found)) => shield.extend(found),
                (shield, found) => *shield = found,
            }
        }
    }
}

/// The people of the next open requests, and the id of the last of these.
fn next_crowd(
    conn: &mut AnyConnection,
    app: &App,
    after: i64,
) -> AppResult<Option<(i64, Vec<i64>, Identities)>> {
    let open = queries::list_open_requests(conn, after, i64::from(CROWD))?;
    let Some(last) = open.last() else {
        return Ok(None);
    };
    let people = open.iter().map(|it| it.person_id).collect();
    Ok(Some((last.id, people, crowd_of(conn, app, &open)?)))
}

/// Whoever some requests are from.
fn crowd_of(conn: &mut AnyConnection, app: &App, all: &[Request]) -> AppResult<Identities> {
    let people = all.iter().map(|it| it.person_id).collect();
    let known = identities_of_crowd(conn, people)?;
    // Who has no account is known by the address that the request came from.
    let sent = senders::addresses(conn, &app.keys, all)?.into_iter();
    Ok(sent.fold(known, |crowd, address| crowd.with("email", &address)))
}
