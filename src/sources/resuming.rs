//! A plan of which a part is done: what that was, what is left, and what would go along that no plan names.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
};

use super::{
    Effect, Fault, ForeignKey, Inner, Known, Plan, SourceError, Sources, Table, Value, Work,
    execute::{BATCH, State, rows},
};

/// How far a plan was carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoFar {
    /// What was done, by this plan and by earlier ones of the same erasure.
    pub done: Vec<Effect>,
    /// The records to which nothing was done yet, as the plan found them; those that are gone are not among them. Empty
    /// where nothing was done at all: what was to be erased is found as before.
    pub left: Vec<Known>,
    /// By these the rest is to be planned, as nothing may lead there any more: what is left, and what stays.
    pub known: Vec<Known>,
}

impl Sources {
    /// How far a plan was carried out, in the sources of which `is_begun` says that it was begun there.
    ///
    /// # Errors
    /// When a source does not answer.
    pub fn so_far(
        &self,
        plan: &Plan,
        is_begun: &dyn Fn(&str) -> bool,
    ) -> Result<SoFar, SourceError> {
        let inner = &*self.0;
        let mut by_source: BTreeMap<&str, Vec<&Work>> = BTreeMap::new();
        for work in &plan.work {
            by_source.entry(&work.source).or_default().push(work);
        }
        let mut so_far = SoFar {
            done: plan.done.clone(),
            left: Vec::new(),
            known: plan.known.clone(),
        };
        if so_far.done.is_empty() && !by_source.keys().any(|source| is_begun(source)) {
            return Ok(so_far);
        }
        for (source, works) in by_source {
            let (done, left) = inner.parts(source, &works)?;
            so_far.left.extend(left);
            for work in done.iter().filter(|_| is_begun(source)) {
                Effect::of(work).add_to(&mut so_far.done);
            }
        }
        if so_far.done.is_empty() {
            so_far.left.clear();
            return Ok(so_far);
        }
        let targets = plan.work.iter().flat_map(|work| &work.targets);
        let targets: HashSet<_> = targets.map(|target| &target.id).collect();
        let stayed = plan.stayed.iter().map(|it| it.record.clone());
        so_far.known.extend(stayed);
        so_far.known.retain(|it| !targets.contains(&it.id));
        so_far.known.extend(so_far.left.clone());
        Ok(so_far)
    }
}

impl Inner {
    /// What of the work in a source is done, and the records to which nothing is.
    fn parts(&self, source: &str, works: &[&Work]) -> Result<(Vec<Work>, Vec<Known>), SourceError> {
        let (mut done, mut left) = (Vec::<Work>::new(), Vec::new());
        let mut last = None;
        let looked = self.each_state(source, works, &mut |work, target, state| {
            match state {
                State::Done => {
                    if last.replace(std::ptr::from_ref(work)) != Some(std::ptr::from_ref(work)) {
                        let targets = Vec::new();
                        done.push(Work {
                            targets,
                            ..work.clone()
                        });
                    }
                    let same = done.last_mut().expect("one was begun at the latest");
                    same.targets.push(target.clone());
                }
                State::Gone => {}
                State::Planned | State::Changed => left.push(Known {
                    dataset: work.dataset.clone(),
                    collection: work.collection.clone(),
                    id: target.id.clone(),
                    fingerprint: target.before.clone(),
                }),
            }
            ControlFlow::Continue(())
        })?;
        if looked.is_break() {
            return Err(SourceError::new(source, Fault::Changed));
        }
        Ok((done, left))
    }

    /// Whether rows point at those that go of which the plan does not know: they would be deleted or emptied along with
    /// them. What is made anew with a plan need not be asked for again.
    pub(super) fn takes_more_along(
        &self,
        source: &str,
        works: &[&Work],
    ) -> Result<bool, SourceError> {
        let connected = self.connected(source)?;
        let wait = connected.limits.step;
        let schema = connected.schema(wait)?;
        for work in works.iter().filter(|work| work.set.is_none()) {
            let layout = self.layout(work, &schema)?;
            let keys = self.keys(&work.key(), &work.targets);
            let keys = keys.ok_or_else(|| SourceError::new(source, Fault::Changed))?;
            for (from, by) in schema.pointing_at(layout.table) {
                let mut holding: HashMap<_, u64> = HashMap::new();
                connected.each_pointer(
                    (layout.table, &keys),
                    (from, by),
                    wait,
                    &mut |_, held, rows| {
                        // Two rows may be pointed at by the same value, where a source compares them alike.
                        let known = holding.entry(held).or_default();
                        *known = rows.max(*known);
                    },
                )?;
                if holding.is_empty() {
                    continue;
                }
                let planned = self.planned_holding(works, (from, by))?;
                let is_planned = |(held, rows): (&Vec<Value>, &u64)| {
                    planned.get(held).is_some_and(|planned| planned >= rows)
                };
                if !holding.iter().all(is_planned) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// How many records of a plan hold which values in the columns of a reference.
    fn planned_holding(
        &self,
        works: &[&Work],
        (from, by): (&Table, &ForeignKey),
    ) -> Result<HashMap<Vec<Value>, u64>, SourceError> {
        let mut held_by_key = HashMap::new();
        for work in works {
            let connected = self.connected(&work.source)?;
            let schema = connected.schema(connected.limits.step)?;
            let layout = self.layout(work, &schema)?;
            if layout.table.name != from.name {
                continue;
            }
            for batch in work.targets.chunks(BATCH) {
                let keys = self.keys(&work.key(), batch).unwrap_or_default();
                let rows = rows(&layout, &keys, |select, each| {
                    connected.source.select(select, connected.limits.step, each)
                })?;
                for (key, row) in rows {
                    let columns = by.columns.iter();
                    let held: Vec<_> = columns.map(|it| layout.link(&row, it)).collect();
                    held_by_key.insert(key, held);
                }
            }
        }
        let mut holding = HashMap::new();
        for held in held_by_key.into_values() {
            *holding.entry(held).or_default() += 1;
        }
        Ok(holding)
    }
}
