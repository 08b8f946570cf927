//! Writes the plan down: what people read, and what is carried out.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Action, Budgets, Item, Plan, Scope, SourceError, Stop, Target, Work,
    fate::Fate,
    masking::Strategy,
    planning::{Draft, Sheet},
    staying,
};

const EMPTIED: &str = "Other records have to stay that point at it, so it stays as an empty shell.";
const POINTED_AT: &str = "Other records have to stay that point at it.";
/// Why rows stay that others lead to as well.
pub(super) const SHARED: &str = "They belong to other people as well, so they stay as they are.";

/// The plan of a draft, with collections carried out in this order.
pub(super) fn plan(draft: &Draft<'_>, order: &[usize]) -> Result<Plan, SourceError> {
    // Of one record, it is known that it is the person's alone.
    let shared = match draft.scope {
        Scope::Record { .. } | Scope::Left(_) => vec![0; draft.sheets.len()],
        _ => shared_rows(draft)?,
    };
    let (mut items, mut stops) = (Vec::new(), Vec::new());
    for (at, sheet) in draft.sheets.iter().enumerate() {
        let mut tally = Tally::default();
        sheet.tally(&mut tally);
        if shared[at] > 0 && !sheet.rules.is_idle() {
            let reason = SHARED.to_owned();
            tally.add(Action::Leave { reason }, Vec::new(), shared[at]);
        }
        items.extend(tally.items(sheet));
        sheet.stops(&mut stops);
    }
    let masked = order.iter().flat_map(|at| draft.sheets[*at].sets());
    let deleted = order.iter().filter_map(|at| draft.sheets[*at].deletions());
    let mut plan = Plan {
        made_on: draft.wish.today,
        scope: draft.scope.clone(),
        law: draft.wish.law.to_owned(),
        holds: draft.wish.holds.to_vec(),
        items,
        stops,
        work: masked
            .collect::<Vec<_>>()
            .into_iter()
            .chain(deleted)
            .collect(),
        known: draft.known.clone(),
        again: draft.again.cloned(),
        hash: String::new(),
        spared: Vec::new(),
        stayed: Vec::new(),
        shows: staying::shows(draft),
        traces: staying::traces(draft),
        back: draft.back.clone(),
        is_customer: draft.judge.as_ref().is_some_and(|it| it.is_customer),
        begun: BTreeSet::new(),
        done: Vec::new(),
    };
    plan.stayed = staying::list(draft);
    plan.hash = plan.digest();
    Ok(plan)
}

/// How many rows of each collection others reach as well.
fn shared_rows(draft: &Draft<'_>) -> Result<Vec<u64>, SourceError> {
    let (inner, walk) = (draft.reader.inner, &draft.reader.walk);
    let budgets = Budgets::for_step(inner);
    let mut counted = inner.count(draft.reader.person, walk, &budgets);
    let counts = (0..draft.sheets.len()).map(|at| {
        let counts = counted.remove(&at).unwrap_or_else(|| Ok(walk.counts(at)))?;
        Ok(counts.shared)
    });
    counts.collect()
}

/// Items of one collection, those that are alike added up.
#[derive(Default)]
struct Tally(Vec<(Action, Vec<String>, u64)>);

impl Tally {
    fn add(&mut self, action: Action, fields: Vec<String>, records: u64) {
        let known = self
            .0
            .iter_mut()
            .find(|(known, of, _)| *of == fields && is_alike(known, &action));
        match known {
            Some((known, _, sum)) => {
                *sum += records;
                prolong(known, &action);
            }
            None => self.0.push((action, fields, records)),
        }
    }

    fn items(self, sheet: &Sheet<'_>) -> impl Iterator<Item = Item> {
        let key = sheet.shelf.node.key.clone();
        self.0
            .into_iter()
            .map(move |(action, fields, records)| Item {
                dataset: key.dataset.clone(),
                collection: key.collection.clone(),
                action,
                records,
                fields,
            })
    }
}

fn is_alike(one: &Action, other: &Action) -> bool {
    match (one, other) {
        (
            Action::Keep {
                reason,
                basis,
                until,
                by,
            },
            Action::Keep {
                reason: other_reason,
                basis: other_basis,
                until: other_until,
                by: other_by,
            },
        ) => {
            (reason, basis, by) == (other_reason, other_basis, other_by)
                && until.is_some() == other_until.is_some()
        }
        _ => one == other,
    }
}

/// The last of several end dates is the one that is told.
fn prolong(known: &mut Action, other: &Action) {
    if let (
        Action::Keep {
            until: Some(known), ..
        },
        Action::Keep {
            until: Some(other), ..
        },
    ) = (known, other)
    {
        *known = (*known).max(*other);
    }
}

impl Sheet<'_> {
    fn tally(&self, tally: &mut Tally) {
        if !self.doomed.is_empty() {
            let all = self
                .layout
                .fields
                .iter()
                .map(|(field, _)| field.path.clone())
                .collect();
            tally.add(Action::Delete, all, self.doomed.len() as u64);
        }
        let mut fates: BTreeMap<(&Fate, &BTreeSet<String>, bool), u64> = BTreeMap::new();
        for stays in &self.staying {
            let kind = (&stays.fate, &stays.cut, stays.is_emptied);
            *fates.entry(kind).or_default() += 1;
        }
        for ((fate, cut, is_emptied), rows) in fates {
            let masked = fate.set.iter().filter(|(it, _)| !cut.contains(*it));
            let masked: Vec<_> = masked.flat_map(|(name, it)| it.fields(name)).collect();
            if !masked.is_empty() {
                let why = is_emptied.then(|| EMPTIED.to_owned());
                tally.add(Action::Mask { why }, masked, rows);
            }
            if is_emptied && fate.set.is_empty() {
                let reason = POINTED_AT.to_owned();
                tally.add(Action::Leave { reason }, Vec::new(), rows);
            }
            if !cut.is_empty() {
                tally.add(Action::Cut, cut.iter().cloned().collect(), rows);
            }
            if fate.follows {
                tally.add(Action::Follow, Vec::new(), rows);
            }
            for kept in fate.kept.clone() {
                let (reason, basis, until) = (kept.reason, kept.basis, kept.until);
                let action = Action::Keep {
                    reason,
                    basis,
                    until,
                    by: kept.by,
                };
                tally.add(action, kept.fields, rows);
            }
            for (field, reason) in &fate.left {
                let reason = (*reason).to_owned();
                let fields = Some(field.clone()).filter(|it| !it.is_empty());
                tally.add(Action::Leave { reason }, fields.into_iter().collect(), rows);
            }
        }
    }

    /// Services that need a field which goes.
    fn stops(&self, stops: &mut Vec<Stop>) {
        let masked = |column: &String| {
            self.staying
                .iter()
                .any(|it| it.fate.set.contains_key(column))
        };
        for (field, _) in &self.layout.fields {
            let Some(required) = &field.required else {
                continue;
            };
            if self.doomed.is_empty() && !masked(&field.name) {
                continue;
            }
            let name = format!("{}.{}", self.shelf.node.key, field.path);
            let known = stops
                .iter_mut()
                .find(|it| it.consequence == required.consequence && it.basis == required.basis);
            match known {
                Some(stop) => stop.fields.push(name),
                None => stops.push(Stop {
                    consequence: required.consequence.clone(),
                    basis: required.basis.clone(),
                    fields: vec![name],
                }),
            }
        }
    }

    fn deletions(&self) -> Option<Work> {
        let targets = self.doomed.iter().map(|row| Target {
            cut: row.cut.clone(),
            ..Target::gone(row.id.clone(), row.fingerprint.clone())
        });
        let targets: Vec<_> = targets.collect();
        (!targets.is_empty()).then(|| Work::on(self.shelf.node, None, targets))
    }

    fn sets(&self) -> Vec<Work> {
        let mut works: BTreeMap<&BTreeMap<String, Strategy>, Vec<Target>> = BTreeMap::new();
        for stays in &self.staying {
            if let Some(target) = &stays.target {
                let targets = works.entry(&stays.fate.set).or_default();
                targets.push(target.clone());
            }
        }
        let work = |(set, mut targets): (&BTreeMap<_, _>, Vec<Target>)| {
            targets.sort_by(|a, b| a.id.cmp(&b.id));
            Work::on(self.shelf.node, Some(set.clone()), targets)
        };
        works.into_iter().map(work).collect()
    }
}
