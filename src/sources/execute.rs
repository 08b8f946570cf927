//! Carries a plan out: exactly the plan, or nothing.
//!
//! Every record is looked at before anything is written. It is as planned (then it is changed), already as it will be
//! (then it is left), or something else (then the plan is refused). When nothing has been done yet, the plan is also
//! made anew, and refused unless it is the same: new records are not silently added, vanished ones not ignored.
//! A source in which everything is done already was finished by an earlier run that broke off after it; then only
//! the rest is carried out. Each source is one transaction: guarded by the old values, read back, then committed.

use std::{
    collections::{BTreeMap, HashMap},
    ops::ControlFlow,
};

use super::{
    Act, Change, Effect, Fault, Filter, Form, Identities, Inner, Plan, Select, SourceError,
    Sources, Target, Transaction, Value, Work, connector::EachRow, layout::Layout, table,
};
use crate::register::CollectionKey;

pub(super) type RowsByKey = HashMap<Vec<Value>, Vec<Value>>;

/// Records that are read or changed at a time.
pub(super) const BATCH: usize = 500;

/// What became of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is carried out, now or by an earlier run; the same in both cases.
    Done(Vec<Effect>),
    /// The data are no longer those of the plan. Sources that were changed before that was seen stay so:
    /// [`Sources::so_far`] tells what is done. Plan anew, and ask again.
    Stale,
}

/// How a record stands to the plan.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Planned,
    Done,
    Changed,
    /// It was to stay, and is not there.
    Gone,
}

/// What is done in a transaction: links among rows that go are cut before the first of them goes, as they may point at
/// each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Cut,
    Change,
}

/// How far a source is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Untouched,
    Finished,
    Mixed,
}

impl Sources {
    /// Carries a plan out. Safe to repeat: after a crash it completes what is left and gives the same result.
    ///
    /// # Errors
    /// When a source does not answer or refuses a change. That source is as before; others may be done already.
    pub fn execute(&self, person: &Identities, plan: &Plan) -> Result<Outcome, SourceError> {
        self.execute_noting(person, plan, &|_| true, &mut |_| Ok::<_, SourceError>(()))
    }

    /// The same where it matters who did what is done already: only in a source in which `is_begun` says that this plan
    /// was begun, it is taken for done by this plan. Elsewhere somebody else did it, and the plan is stale. `begins` is
    /// called before a source is changed.
    ///
    /// # Errors
    /// As those of [`Sources::execute`], and those of `begins`.
    pub fn execute_noting<E: From<SourceError>>(
        &self,
        person: &Identities,
        plan: &Plan,
        is_begun: &dyn Fn(&str) -> bool,
        begins: &mut dyn FnMut(&str) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        let inner = &*self.0;
        if !plan.is_intact() {
            return Ok(Outcome::Stale);
        }
        let mut by_source: BTreeMap<&str, Vec<&Work>> = BTreeMap::new();
        for work in &plan.work {
            by_source.entry(&work.source).or_default().push(work);
        }
        let mut progress = BTreeMap::new();
        for (source, works) in &by_source {
            match inner.progress(source, works)? {
                Some(far) if far == Progress::Untouched || is_begun(source) => {
                    progress.insert(*source, far)
                }
                _ => return Ok(Outcome::Stale),
            };
        }
        let is_resumed = progress.values().any(|it| *it == Progress::Finished);
        if !is_resumed && !plan.is_empty() {
            let what = (&plan.scope, &*plan.law);
            let around = (&*plan.holds, &*plan.known, plan.again.as_ref());
            let now = self.plan_around(person, what, around, plan.made_on)?;
            if now.hash != plan.hash {
                return Ok(Outcome::Stale);
            }
        }
        // The plan was compared with what is there now, unless a part of it was done already.
        let mut is_compared = !is_resumed;
        for source in inner.sources_in_order(&by_source) {
            if progress.get(source) == Some(&Progress::Finished) {
                continue;
            }
            let works = &by_source[source];
            if !is_compared && inner.takes_more_along(source, works)? {
                return Ok(Outcome::Stale);
            }
            begins(source)?;
            if !inner.carry_out(source, works)? {
                return Ok(Outcome::Stale);
            }
            is_compared = false;
        }
        Ok(Outcome::Done(plan.work.iter().map(Effect::of).collect()))
    }
}

impl Target {
    fn is_cut_first(&self, work: &Work) -> bool {
        work.set.is_none() && !self.cut.is_empty()
    }
}

impl Inner {
    /// How far a source is; `None` when a record is neither as planned nor as it will be.
    fn progress(&self, source: &str, works: &[&Work]) -> Result<Option<Progress>, SourceError> {
        let (mut planned, mut done) = (0, 0);
        let looked = self.each_state(source, works, &mut |_, _, state| {
            match state {
                State::Planned => planned += 1,
                State::Done => done += 1,
                State::Changed | State::Gone => return ControlFlow::Break(()),
            }
            ControlFlow::Continue(())
        })?;
        Ok(looked.is_continue().then_some(match (planned, done) {
            (0, _) => Progress::Finished,
            (_, 0) => Progress::Untouched,
            _ => Progress::Mixed,
        }))
    }

    /// Tells how each record of a source stands to the plan, until `each` breaks off or a record cannot be named.
    pub(super) fn each_state(
        &self,
        source: &str,
        works: &[&Work],
        each: &mut dyn FnMut(&Work, &Target, State) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SourceError> {
        let connected = self.connected(source)?;
        let wait = connected.limits.step;
        let schema = connected.fresh_schema(wait)?;
        for work in works {
            let layout = self.layout(work, &schema)?;
            for batch in work.targets.chunks(BATCH) {
                let Some(keys) = self.keys(&work.key(), batch) else {
                    return Ok(ControlFlow::Break(()));
                };
                let rows = rows(&layout, &keys, |select, each| {
                    connected.source.select(select, wait, each)
                })?;
                for (key, target) in keys.iter().zip(batch) {
                    let state = self.state(&layout, (work, target), rows.get(key));
                    if each(work, target, state).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Whether everything is done already; `None` when a record is neither as planned nor as it will be.
    pub(super) fn is_finished(
        &self,
        source: &str,
        works: &[&Work],
    ) -> Result<Option<bool>, SourceError> {
        let far = self.progress(source, works)?;
        Ok(far.map(|it| it == Progress::Finished))
    }

    /// One transaction; `false`, and nothing changed, when a record is no longer as planned.
    pub(super) fn carry_out(&self, source: &str, works: &[&Work]) -> Result<bool, SourceError> {
        let connected = self.connected(source)?;
        let schema = connected.schema(connected.limits.step)?;
        let mut transaction = connected.source.begin(connected.limits.step)?;
        for step in [Step::Cut, Step::Change] {
            for work in works {
                let layout = self.layout(work, &schema)?;
                for batch in work.targets.chunks(BATCH) {
                    if !self.change(&mut *transaction, (&layout, step), work, batch)? {
                        return Ok(false);
                    }
                }
            }
        }
        for work in works {
            let layout = self.layout(work, &schema)?;
            for batch in work.targets.chunks(BATCH) {
                self.read_back(&mut *transaction, &layout, work, batch)?;
            }
        }
        transaction.commit()?;
        Ok(true)
    }

    /// Takes one of the steps with some records; `false` when one is no longer as planned.
    fn change(
        &self,
        transaction: &mut dyn Transaction,
        (layout, step): (&Layout<'_>, Step),
        work: &Work,
        batch: &[Target],
    ) -> Result<bool, SourceError> {
        let is_meant = |it: &Target| step == Step::Change || it.is_cut_first(work);
        let batch: Vec<_> = batch.iter().filter(|it| is_meant(it)).cloned().collect();
        let Some(keys) = self.keys(&work.key(), &batch) else {
            return Ok(false);
        };
        if batch.is_empty() {
            return Ok(true);
        }
        let wait = self.limits(&work.source).step;
        let rows = rows(layout, &keys, |select, each| {
            transaction.select(select, wait, each)
        })?;
        for (key, target) in keys.iter().zip(&batch) {
            let row = rows.get(key);
            let state = match row {
                // It was as planned before its links were cut.
                Some(_) if step == Step::Change && target.is_cut_first(work) => State::Planned,
                _ => self.state(layout, (work, target), row),
            };
            match (state, row) {
                (State::Done, _) => {}
                (State::Planned, Some(row)) => {
                    let names = layout.columns.iter().cloned();
                    let expect: Vec<_> = names.zip(row.iter().cloned()).collect();
                    let nothing = BTreeMap::new();
                    let set = match step {
                        Step::Cut => Some(&nothing),
                        Step::Change => work.set.as_ref(),
                    };
                    let values = set.map(|set| layout.new_values(self, row, (set, &target.cut)));
                    let change = Change {
                        table: layout.table,
                        key,
                        expect: &expect,
                        act: values
                            .as_ref()
                            .map_or(Act::Delete, |values| Act::Set(values)),
                    };
                    if transaction.change(&change)? != 1 {
                        return Ok(false);
                    }
                }
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn read_back(
        &self,
        transaction: &mut dyn Transaction,
        layout: &Layout<'_>,
        work: &Work,
        batch: &[Target],
    ) -> Result<(), SourceError> {
        let not_read = || SourceError::new(&work.source, Fault::NotReadBack);
        let keys = self.keys(&work.key(), batch).ok_or_else(not_read)?;
        let wait = self.limits(&work.source).step;
        let rows = rows(layout, &keys, |select, each| {
            transaction.select(select, wait, each)
        })?;
        let mut both = keys.iter().zip(batch);
        if both.all(|(key, target)| self.is_done(layout, (work, target), rows.get(key))) {
            Ok(())
        } else {
            Err(not_read())
        }
    }

    fn state(
        &self,
        layout: &Layout<'_>,
        (work, target): (&Work, &Target),
        row: Option<&Vec<Value>>,
    ) -> State {
        if self.is_done(layout, (work, target), row) {
            return State::Done;
        }
        match row {
            None => State::Gone,
            Some(row) if layout.fingerprint(self, row) == target.before => State::Planned,
            Some(_) => State::Changed,
        }
    }

    fn is_done(
        &self,
        layout: &Layout<'_>,
        (work, target): (&Work, &Target),
        row: Option<&Vec<Value>>,
    ) -> bool {
        let (Some(row), Some(set)) = (row, &work.set) else {
            return row.is_none() && target.after.is_none();
        };
        match &target.written {
            Some(written) => layout.written(self, row, (set, &target.cut)) == *written,
            None => Some(layout.fingerprint(self, row)) == target.after,
        }
    }

    pub(super) fn keys(
        &self,
        collection: &CollectionKey,
        targets: &[Target],
    ) -> Option<Vec<Vec<Value>>> {
        targets
            .iter()
            .map(|target| self.secrets.row_key(collection, &target.id))
            .collect()
    }

    pub(super) fn layout<'a>(
        &'a self,
        work: &Work,
        schema: &'a super::Schema,
    ) -> Result<Layout<'a>, SourceError> {
        let missing = || Fault::Missing(format!("collection `{}`", work.key()));
        let at = self.graph.position(&work.key());
        let at = at.ok_or_else(|| SourceError::new(&work.source, missing()))?;
        let node = &self.graph.nodes[at];
        Layout::new(self, node, table(schema, node)?)
    }
}

/// Rows by their keys, whosever they are.
pub(super) fn rows(
    layout: &Layout<'_>,
    keys: &[Vec<Value>],
    mut read: impl FnMut(&Select<'_>, EachRow<'_>) -> Result<(), SourceError>,
) -> Result<RowsByKey, SourceError> {
    let filter = Filter::keys(keys.to_vec());
    let select = Select {
        table: layout.table,
        columns: &layout.columns,
        filter: &filter,
        form: Form::Rows,
    };
    let mut rows = RowsByKey::new();
    read(&select, &mut |row| {
        rows.insert(layout.key(&row).to_vec(), row);
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}
