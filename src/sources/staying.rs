//! Which rows of the person's stay when a plan is carried out, and why. What led to them may go with the rest, so they are
//! remembered by their ids.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    Inner, Keeper, Known, Stayed, StaysBy, Value, Why,
    fate::Fate,
    layout::Layout,
    personal::is_personal,
    planning::{Draft, Sheet, Staying},
};

const NOT_ASKED: &str =
    "You did not ask us to erase this. What led to it was erased, so it stands here by itself.";

/// Why what a view shows does not go.
const NOTHING_GOES: &str =
    "It only shows what other records hold, and nothing of that system goes now.";

/// By collection and link, the values by which rows lead on that go, or to which nothing leads any more.
type Lost = HashMap<(usize, String), HashSet<Value>>;

/// All that stays, as the plan leaves it.
pub(super) fn list(draft: &Draft<'_>) -> Vec<Stayed> {
    let inner = draft.reader.inner;
    let nodes = &inner.graph.nodes;
    let mut order: Vec<_> = (0..nodes.len()).collect();
    order.sort_by_key(|at| nodes[*at].turn);
    let (mut lost, mut stayed) = (Lost::new(), vec![Vec::new(); nodes.len()]);
    for at in order {
        let sheet = &draft.sheets[at];
        for row in &sheet.doomed {
            sheet.note_lost(
                at,
                &|link| sheet.link_of_doomed(&row.links, link),
                &mut lost,
            );
        }
        for stays in sheet.staying.iter().filter(|it| !it.is_fixed) {
            let is_lost = sheet.is_lost(&stays.row, &lost) || sheet.loses_its_name(stays);
            let leads_no_more = |link: &str| is_lost || sheet.overwrites(stays, link);
            let link = |link: &str| Some(sheet.layout.link(&stays.row, link));
            let lost_link = |it: &str| leads_no_more(it).then(|| link(it)).flatten();
            sheet.note_lost(at, &lost_link, &mut lost);
            let mut whys = whys(&stays.fate);
            let is_cut = is_lost || !stays.cut.is_empty();
            let is_asked = stays.fate.follows;
            if whys.is_empty() && !is_asked && is_cut && sheet.says_something_still(stays) {
                whys.push(because(StaysBy::NotAsked, NOT_ASKED));
            }
            if !whys.is_empty() {
                stayed[at].push(sheet.stayed(inner, stays, whys));
            }
        }
    }
    stayed.into_iter().flatten().collect()
}

/// Leaves the rows of views where nothing goes that they could show.
pub(super) fn settle_views(sheets: &mut [Sheet<'_>]) {
    let changing = sheets.iter().filter(|it| it.changes_something());
    let changed: BTreeSet<_> = changing.map(|it| it.shelf.node.source.clone()).collect();
    let idle = sheets.iter_mut();
    for sheet in idle.filter(|it| !changed.contains(&it.shelf.node.source)) {
        for stays in sheet.staying.iter_mut().filter(|it| it.fate.follows) {
            stays.fate.follows = false;
            stays.fate.left.insert(String::new(), NOTHING_GOES);
        }
    }
}

/// The rows of views that are to go with what they show, where they can be found again.
pub(super) fn shows(draft: &Draft<'_>) -> Vec<Known> {
    let of = |sheet: &Sheet<'_>| -> Vec<Known> {
        let rows = sheet.staying.iter();
        let rows = rows.filter(|it| it.fate.follows && !it.is_fixed);
        rows.map(|it| sheet.known(draft.reader.inner, it)).collect()
    };
    draft.sheets.iter().flat_map(of).collect()
}

/// By what the rows are known again of which something goes.
pub(super) fn traces(draft: &Draft<'_>) -> BTreeSet<u64> {
    let inner = draft.reader.inner;
    let of = |sheet: &Sheet<'_>| -> Vec<u64> {
        let changed = sheet.staying.iter();
        let changed = changed.filter(|it| it.target.is_some() && !it.fate.set.is_empty());
        let changed = changed.map(|it| sheet.layout.traces(inner, &it.row));
        // Their keys are there still.
        let changed = changed.flat_map(|it| [Some(it.row), it.says]).flatten();
        let gone = sheet.doomed.iter().flat_map(|it| it.traces.all());
        gone.chain(changed).collect()
    };
    draft.sheets.iter().flat_map(of).collect()
}

fn whys(fate: &Fate) -> Vec<Why> {
    let kept = fate.kept.iter().map(|it| Why {
        by: match it.by {
            Keeper::Rule => StaysBy::Rule,
            Keeper::Hold | Keeper::Agency => StaysBy::Hold,
            Keeper::Staff => StaysBy::Refusal,
        },
        reason: it.reason.clone(),
        basis: it.basis.clone(),
        until: it.until,
    });
    let left = fate.left.values().map(|why| because(StaysBy::System, why));
    let all: BTreeSet<_> = kept.chain(left).collect();
    all.into_iter().collect()
}

fn because(by: StaysBy, reason: &str) -> Why {
    Why {
        by,
        reason: reason.to_owned(),
        basis: String::new(),
        until: None,
    }
}

impl Sheet<'_> {
    fn stayed(&self, inner: &Inner, stays: &Staying, whys: Vec<Why>) -> Stayed {
        let ruled = whys.iter().filter(|it| it.by == StaysBy::Rule);
        Stayed {
            until: ruled.filter_map(|it| it.until).min(),
            is_held: whys.iter().any(|it| it.by == StaysBy::Hold),
            record: self.known(inner, stays),
            whys,
        }
    }

    /// A row by its id, as the plan leaves it.
    fn known(&self, inner: &Inner, stays: &Staying) -> Known {
        let target = stays.target.as_ref();
        let left = target.and_then(|it| it.after.clone());
        let key = &self.shelf.node.key;
        Known {
            dataset: key.dataset.clone(),
            collection: key.collection.clone(),
            id: self.layout.id(inner, &stays.row),
            fingerprint: left.unwrap_or_else(|| self.layout.fingerprint(inner, &stays.row)),
        }
    }

    fn changes_something(&self) -> bool {
        !self.doomed.is_empty() || self.staying.iter().any(|it| it.target.is_some())
    }

    /// Whether a row says something about the person when the plan is carried out.
    fn says_something_still(&self, stays: &Staying) -> bool {
        let fields = self.layout.fields.iter().map(|(field, _)| *field);
        let mut personal = fields.filter(|it| is_personal(it)).peekable();
        if personal.peek().is_none() {
            let mut edges = self.shelf.node.incoming.iter();
            return stays.fate.set.is_empty() && edges.any(|edge| !edge.upward);
        }
        personal.any(|it| !stays.fate.set.contains_key(&it.name))
    }

    /// Notes by which values a row leads on.
    fn note_lost(&self, at: usize, link: &dyn Fn(&str) -> Option<Value>, lost: &mut Lost) {
        for column in &self.shelf.node.outgoing {
            let Some(value) = link(column) else {
                continue;
            };
            let known = lost.entry((at, column.clone())).or_default();
            known.extend(value.keys().iter().cloned());
        }
    }

    fn link_of_doomed(&self, links: &[Value], column: &str) -> Option<Value> {
        let place = self.linked.iter().position(|it| it == column)?;
        links.get(place).cloned()
    }

    /// Whether a handle of the person's goes by which a row is found.
    fn loses_its_name(&self, stays: &Staying) -> bool {
        let mut handles = self.shelf.node.identities.iter();
        handles.any(|(link, _)| self.overwrites(stays, link))
    }

    /// Whether what is written into a row takes one of its links away.
    fn overwrites(&self, stays: &Staying, link: &str) -> bool {
        let inside = self
            .layout
            .table
            .column(link)
            .and_then(|it| it.inside.as_ref());
        let column = inside.map_or(link, |it| it.column.as_str());
        stays.target.is_some()
            && (stays.fate.set.contains_key(column) || stays.cut.contains(column))
    }

    /// Whether a row is led to by one of these; not where it says itself whose it is.
    fn is_lost(&self, row: &[Value], lost: &Lost) -> bool {
        let (node, layout): (_, &Layout<'_>) = (self.shelf.node, self.layout);
        node.identities.is_empty()
            && node.incoming.iter().any(|edge| {
                let values = lost.get(&(edge.from, edge.from_column.clone()));
                let link = layout.link(row, &edge.column);
                let mut keys = link.keys().iter();
                values.is_some_and(|values| keys.any(|key| values.contains(key)))
            })
    }
}
