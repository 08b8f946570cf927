//! Records whose time is up, whosever they are: found in batches by their date, and erased as an erasure would.
//!
//! A field is due when its period has passed since the record's date. A record goes when everything personal in it is
//! due, and loses the fields that are due otherwise. What the register or a hold keeps stays, and so does what belongs to
//! people who are shielded. A record that others still point at is emptied instead.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{
    Budgets, Connected, Dates, Filter, Form, Hold, Identities, Inner, Known, Scope, Select,
    SourceError, Sources, Strategy, Target, Value, Work,
    fate::{Rules, Wish},
    fitting::{Fitting, Masked},
    graph::Node,
    layout::Layout,
    periods::{fewest_days, period_of},
    reader::Reader,
    table,
};
use crate::law::STRICTEST;
use crate::register::{CollectionKey, Field};

/// Keys of records that stay, because they belong to somebody whose data may not go now.
#[derive(Debug, Default)]
pub struct Shield(HashSet<Vec<Value>>);

impl Shield {
    /// Keeps what another does as well.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// What is asked of a collection.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The day on which periods are judged.
    pub today: NaiveDate,
    /// Holds on everybody's data.
    pub holds: &'a [Hold],
    /// Whose data stay.
    pub shield: &'a Shield,
    /// Whether records that others point at are told apart, which asks the source about each. An estimate need not.
    pub minds_references: bool,
}

/// Some records of a collection, in the order of its key, and what is to become of those that are due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueBatch {
    /// What is carried out in one transaction. It holds no personal data: records are named by sealed ids.
    pub works: Vec<Work>,
    /// How many are due, and stay for somebody who is shielded.
    pub shielded: u64,
    /// How many are due, and stay for a reason of the register or a hold.
    pub kept: u64,
    /// Go on after the record of this id; `None` at the end.
    pub next: Option<String>,
}

impl DueBatch {
    /// How many records go, and how many lose fields.
    pub fn counts(&self) -> (u64, u64) {
        let of = |goes: bool| {
            let works = self.works.iter().filter(|it| it.set.is_none() == goes);
            works.map(|work| work.targets.len() as u64).sum()
        };
        (of(true), of(false))
    }
}

impl Sources {
    /// What is due of a crowd of people in each of these collections, what they share with others too. One walk looks for
    /// all of them, so they are better handed over together than one by one.
    ///
    /// # Errors
    /// For a collection when a source does not answer that may lead to it: nobody may lose data because it was down.
    pub fn shields(
        &self,
        keys: &[&CollectionKey],
        crowd: &Identities,
        today: NaiveDate,
    ) -> Vec<Result<Shield, SourceError>> {
        let inner = &*self.0;
        let places: Vec<_> = keys.iter().map(|key| inner.graph.position(key)).collect();
        let to = places.iter().copied().flatten();
        let reader = Reader::new(inner, crowd, to, Budgets::for_step(inner));
        let shield = |place: Option<usize>| {
            place.map_or_else(|| Ok(Shield::default()), |at| reader.shield(at, today))
        };
        places.into_iter().map(shield).collect()
    }

    /// The same of records that are known by their ids, as nothing may lead to them any more.
    pub fn shields_of(&self, known: &[Known]) -> BTreeMap<CollectionKey, Shield> {
        let mut shields = BTreeMap::<_, Shield>::new();
        for record in known {
            let key = record.key();
            if let Some(row) = self.0.secrets.row_key(&key, &record.id) {
                shields.entry(key).or_default().0.insert(row);
            }
        }
        shields
    }

    /// What is due among at most so many records after the one of that id.
    ///
    /// # Errors
    /// When the source does not answer, or is no longer as the register says.
    pub fn due(
        &self,
        key: &CollectionKey,
        ask: &Ask<'_>,
        (after, limit): (Option<&str>, usize),
    ) -> Result<DueBatch, SourceError> {
        let inner = &*self.0;
        let place = inner.graph.position(key);
        let Some(node) = place.map(|at| &inner.graph.nodes[at]) else {
            return Ok(DueBatch::default());
        };
        let connected = inner.connected(&node.source)?;
        if connected.source.is_by_hand() {
            // Of what is kept too long there, nothing is known here.
            return Ok(DueBatch::default());
        }
        let schema = connected.schema(connected.limits.step)?;
        let layout = Layout::new(inner, node, table(&schema, node)?)?;
        let search = Search {
            inner,
            connected,
            schema: &schema,
            layout: &layout,
            ask,
        };
        let start = after.map(|id| inner.secrets.row_key(key, id));
        if start == Some(None) {
            // After a record that nothing names, there is none: from the beginning, it would never end.
            return Ok(DueBatch::default());
        }
        connected.notice(search.batch(start.flatten().as_deref(), limit))
    }

    /// Carries a batch out in one transaction; `false`, and nothing done, when a record has changed since. Safe to
    /// repeat: a batch that was carried out by a worker that was killed is found done.
    ///
    /// # Errors
    /// When the source does not answer or refuses a change; then it is as before.
    pub fn carry_out_due(&self, works: &[Work]) -> Result<bool, SourceError> {
        let inner = &*self.0;
        let Some(first) = works.first() else {
            return Ok(true);
        };
        let all: Vec<_> = works.iter().collect();
        match inner.is_finished(&first.source, &all)? {
            None => Ok(false),
            Some(true) => Ok(true),
            Some(false) => inner.carry_out(&first.source, &all),
        }
    }

    /// Whether a batch that was begun was carried out.
    ///
    /// # Errors
    /// When the source does not answer.
    pub fn is_carried_out(&self, works: &[Work]) -> Result<bool, SourceError> {
        let all: Vec<_> = works.iter().collect();
        match works.first() {
            Some(first) => Ok(self.0.is_finished(&first.source, &all)? == Some(true)),
            None => Ok(false),
        }
    }
}

impl Reader<'_> {
    fn shield(&self, at: usize, today: NaiveDate) -> Result<Shield, SourceError> {
        let inner = self.inner;
        let wait = inner.limits(&inner.graph.nodes[at].source).step;
        if let Some(error) = self.walk.errors_before(inner, at) {
            return Err(error.clone());
        }
        let mut shield = Shield::default();
        let Some(dates) = due_dates(inner, &inner.graph.nodes[at], today) else {
            return Ok(shield);
        };
        let shelf = self.full_shelf(at, wait)?;
        let layout = shelf.layout()?;
        shelf.stream_all(&layout, dates, wait, &mut |row, _| {
            shield.0.insert(layout.key(&row).to_vec());
            ControlFlow::Continue(())
        })?;
        Ok(shield)
    }
}

/// The dates of records in which something may be due; `None` where nothing ever is.
fn due_dates(inner: &Inner, node: &Node, today: NaiveDate) -> Option<Dates> {
    let fewest = fewest_days(inner, node)?;
    // A record may be kept on its last day.
    let last = today.checked_sub_days(Days::new(u64::from(fewest) + 1))?;
    Some(Dates {
        from: None,
        to: Some(last),
    })
}

struct Search<'a> {
    inner: &'a Inner,
    connected: &'a Connected,
    schema: &'a super::Schema,
    layout: &'a Layout<'a>,
    ask: &'a Ask<'a>,
}

impl Search<'_> {
    fn batch(&self, after: Option<&[Value]>, limit: usize) -> Result<DueBatch, SourceError> {
        let (inner, layout) = (self.inner, self.layout);
        let dates = due_dates(inner, layout.node, self.ask.today);
        let (Some(dates), Some(date)) = (dates, layout.date_column()) else {
            return Ok(DueBatch::default());
        };
        let filter = Filter {
            period: Some((date.to_owned(), dates)),
            ..Filter::default()
        };
        let select = Select {
            table: layout.table,
            columns: &layout.columns,
            filter: &filter,
            form: Form::Page { after, limit },
        };
        let rows = select.rows(&*self.connected.source, self.connected.limits.step)?;
        let mut batch = self.judge(&rows)?;
        if rows.len() == limit {
            batch.next = rows.last().map(|row| layout.id(inner, row));
        }
        Ok(batch)
    }

    fn judge(&self, rows: &[Vec<Value>]) -> Result<DueBatch, SourceError> {
        let (inner, layout, today) = (self.inner, self.layout, self.ask.today);
        let scope = Scope::All;
        // Whose a record is, and so under which law, is not known here: every reason to keep it counts.
        let wish = Wish {
            register: &inner.register,
            scope: &scope,
            law: STRICTEST,
            holds: self.ask.holds,
            today,
        };
        let rules = Rules::new(inner, layout, wish);
        let fields = layout.fields.iter();
        let periods: HashMap<_, _> = fields
            .map(|(field, _)| (field.path.as_str(), period_of(inner, layout.node, field)))
            .collect();
        let fewest = fewest_days(inner, layout.node);
        let mut batch = DueBatch::default();
        let (mut doomed, mut masked) = (Vec::new(), Vec::new());
        let unfindable = self.unfindable(rows)?;
        for row in rows {
            let Some(date) = layout.date(row) else {
                continue;
            };
            let is_over = |days: u32| {
                let end = date.checked_add_days(Days::new(u64::from(days)));
                end.is_some_and(|end| end < today)
            };
            if !fewest.is_some_and(is_over) {
                continue;
            }
            let period = |field: &Field| periods.get(field.path.as_str()).copied().flatten();
            let is_due = |field: &Field| period(field).is_some_and(is_over);
            let fate = rules.fate_of(row, &is_due);
            let stays = !fate.deleted && fate.set.is_empty();
            match () {
                () if stays => batch.kept += u64::from(!fate.kept.is_empty()),
                () if self.ask.shield.0.contains(layout.key(row)) => batch.shielded += 1,
                () if unfindable.contains(row) => batch.kept += 1,
                () if fate.deleted => doomed.push(row),
                () => masked.push((row, fate.set)),
            }
        }
        let pointed_at = if self.ask.minds_references {
            self.pointed_at(&doomed)?
        } else {
            HashSet::new()
        };
        let (emptied, doomed): (Vec<_>, Vec<_>) = doomed
            .into_iter()
            .partition(|row| pointed_at.contains(layout.key(row)));
        masked.extend(emptied.into_iter().map(|row| (row, rules.emptied(row).set)));
        self.fit(&mut masked)?;
        batch.works = self.works(&doomed, masked);
        Ok(batch)
    }

    /// Takes from the masks what the source would not take.
    fn fit(
        &self,
        masked: &mut [(&Vec<Value>, BTreeMap<String, Strategy>)],
    ) -> Result<(), SourceError> {
        let fitting = Fitting {
            inner: self.inner,
            connected: self.connected,
            schema: self.schema,
            layout: self.layout,
        };
        let cut = BTreeSet::new();
        let rows = masked
            .iter_mut()
            .map(|(row, set)| Masked::new(row, set, &cut));
        fitting.fit(&mut rows.collect::<Vec<_>>())
    }

    /// Rows that their key does not find again: nothing can be done to them.
    fn unfindable(&self, rows: &[Vec<Value>]) -> Result<HashSet<Vec<Value>>, SourceError> {
        let layout = self.layout;
        let is_doubtful = |row: &&Vec<Value>| !layout.table.certainly_finds(layout.key(row));
        let doubtful = rows.iter().filter(is_doubtful).cloned().collect();
        let (_, lost) = self.inner.part_by_key(self.connected, layout, doubtful)?;
        Ok(lost.into_iter().map(|(row, _)| row).collect())
    }

    /// Keys of rows at which others point.
    fn pointed_at(&self, rows: &[&Vec<Value>]) -> Result<HashSet<Vec<Value>>, SourceError> {
        let keys: Vec<_> = rows
            .iter()
            .map(|row| self.layout.key(row).to_vec())
            .collect();
        let rows = (self.layout.table, &*keys);
        let by = self.schema.pointing_at(rows.0);
        self.connected
            .pointed_at(rows, by, self.connected.limits.step)
    }

    fn works(
        &self,
        doomed: &[&Vec<Value>],
        masked: Vec<(&Vec<Value>, BTreeMap<String, Strategy>)>,
    ) -> Vec<Work> {
        let (inner, layout) = (self.inner, self.layout);
        let gone = doomed
            .iter()
            .map(|row| Target::gone(layout.id(inner, row), layout.fingerprint(inner, row)));
        let gone: Vec<_> = gone.collect();
        let mut by_set: BTreeMap<BTreeMap<String, Strategy>, Vec<Target>> = BTreeMap::new();
        for (row, set) in masked {
            let set = set.into_iter();
            let mut set: BTreeMap<_, _> = set
                .map(|(column, strategy)| (column, strategy.settled()))
                .collect();
            layout.leave_unfit(inner, row, &mut set);
            // What was emptied before has nothing left to lose.
            if let Some(target) = layout.target(inner, row, &set, Vec::new()) {
                by_set.entry(set).or_default().push(target);
            }
        }
        let gone = (!gone.is_empty()).then(|| Work::on(layout.node, None, gone));
        let masked = by_set.into_iter();
        let masked = masked.map(|(set, targets)| Work::on(layout.node, Some(set), targets));
        gone.into_iter().chain(masked).collect()
    }
}
