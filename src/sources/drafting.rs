//! Reading the rows of a plan: those that are found to be the person's, and those that are known by their ids.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use chrono::NaiveDate;

use super::{
    Back, Dates, Known, Scope, SourceError,
    back::Verdict,
    fate::Fate,
    graph::Node,
    links,
    planning::{Draft, Sheet, Staying},
};

impl Draft<'_> {
    /// Reads the rows of every collection that is touched, or that points at one from which rows may go.
    pub(super) fn read(&mut self) -> Result<(), SourceError> {
        let inner = self.reader.inner;
        let involved = links::involved(&self.sheets);
        let (judge, back) = (&self.judge, &mut self.back);
        for (sheet, is_involved) in self.sheets.iter_mut().zip(involved) {
            if sheet.rules.is_idle() && !is_involved {
                continue;
            }
            let Sheet { shelf, layout, .. } = *sheet;
            let dates = Dates::default();
            let mut doubtful = Vec::new();
            let mut again = Again::of(shelf.node);
            shelf.stream(layout, dates, shelf.connected.limits.step, &mut |row| {
                let judge = judge.as_ref();
                let verdict = judge.map(|it| it.verdict(inner, (shelf.node, layout), &row));
                if verdict == Some(Verdict::Spared) {
                    sheet.staying.push(Staying::new(row, Fate::default()));
                    return ControlFlow::Continue(());
                }
                if !layout.certainly_finds(&row) {
                    doubtful.push(row);
                    return ControlFlow::Continue(());
                }
                let fate = sheet.fate_at_first(&row);
                if verdict.is_some() && (fate.deleted || !fate.set.is_empty()) {
                    again.count(verdict == Some(Verdict::InDoubt), layout.date(&row));
                }
                sheet.add(inner, row, fate);
                ControlFlow::Continue(())
            })?;
            back.extend(Some(again.0).filter(|it| it.records > 0));
            sheet.leave_unfindable(inner, doubtful)?;
        }
        Ok(())
    }

    /// Reads what is known by its id; what is gone or has changed is left alone. What an earlier erasure left may have
    /// changed since where it is still found to be the person's.
    pub(super) fn read_known(&mut self, known: &[Known]) -> Result<(), SourceError> {
        let inner = self.reader.inner;
        let is_of_left = matches!(self.scope, Scope::Left(_));
        let mut by_collection: HashMap<_, HashMap<_, _>> = HashMap::new();
        for record in known {
            let here = by_collection.entry(record.key()).or_default();
            here.insert(&record.id, record);
        }
        for sheet in &mut self.sheets {
            let key = &sheet.shelf.node.key;
            let layout = sheet.layout;
            let Some(here) = by_collection.remove(key) else {
                continue;
            };
            let keys = here.keys();
            let keys: Vec<_> = keys
                .filter_map(|id| inner.secrets.row_key(key, id))
                .collect();
            if sheet.rules.is_idle() || keys.is_empty() {
                continue;
            }
            let mut read: HashSet<_> = sheet.doomed.iter().map(|it| it.key.clone()).collect();
            read.extend(sheet.staying.iter().map(|it| layout.key(&it.row).to_vec()));
            let mut chosen = Vec::new();
            let wait = sheet.shelf.connected.limits.step;
            for row in sheet.shelf.rows_of_keys(layout, &keys, wait)? {
                let Some(found) = here.get(&layout.id(inner, &row)) else {
                    continue;
                };
                let is_read = read.contains(layout.key(&row));
                let is_as_left = found.fingerprint == layout.fingerprint(inner, &row);
                if !(is_as_left || is_of_left && is_read) {
                    continue;
                }
                self.known.push((*found).clone());
                if is_of_left || !is_read {
                    chosen.push(row);
                }
            }
            let again: HashSet<_> = chosen.iter().map(|row| layout.key(row)).collect();
            sheet
                .staying
                .retain(|it| it.is_fixed || !again.contains(layout.key(&it.row)));
            for row in chosen {
                let fate = sheet.fate_of_known(&row);
                sheet.add(inner, row, fate);
            }
        }
        self.known
            .sort_by(|a, b| (a.key(), &a.id).cmp(&(b.key(), &b.id)));
        Ok(())
    }
}

/// What came back of one collection.
struct Again(Back);

impl Again {
    fn of(node: &Node) -> Self {
        Self(Back {
            dataset: node.key.dataset.clone(),
            collection: node.key.collection.clone(),
            records: 0,
            in_doubt: 0,
            days: None,
        })
    }

    fn count(&mut self, is_in_doubt: bool, day: Option<NaiveDate>) {
        self.0.records += 1;
        self.0.in_doubt += u64::from(is_in_doubt);
        if let Some(day) = day {
            let (first, last) = self.0.days.unwrap_or((day, day));
            self.0.days = Some((first.min(day), last.max(day)));
        }
    }
}
