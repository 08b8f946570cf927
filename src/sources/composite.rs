//! Keys of several columns. A manifest refers to each of them by a field of its own, and every one of these leads on;
//! but a row is about those whose whole key it holds, not about all who share a part of it.

mod unreached;

pub(super) use unreached::look as look_who_holds;

use std::collections::{BTreeSet, HashSet};

use super::{
    Inner, Value,
    connector::Beside,
    graph::Edge,
    likeness::{Comparison, Likeness},
    walk::Walk,
};

/// A key of one collection that rows of another one hold, each part of it in one column or in one of several.
pub(super) struct Composite {
    /// The collection whose key it is.
    of: usize,
    held_by: usize,
    parts: Vec<Part>,
    /// It leads to the rows that hold it as well, so that all of these are reached.
    leads_back: bool,
    /// Where it does not: the keys that rows hold which were not reached; every one of them, as long as nobody has
    /// answered.
    unreached: Option<HashSet<Tuple>>,
}

/// Where it stands among the links of both collections.
struct Part {
    of: usize,
    held: Vec<usize>,
    comparison: Comparison,
}

pub(super) type Tuple = Vec<Value>;

/// The whole keys by which the rows of one collection lead to another, in either direction.
pub(super) struct Tuples<'a> {
    composite: &'a Composite,
    /// Those of rows that are the person's own, and of rows that are not.
    own: HashSet<Tuple>,
    others: HashSet<Tuple>,
    /// They hold the key of the rows to which they lead.
    upward: bool,
}

impl Composite {
    /// The keys by which rows of others lead to those of a collection.
    pub fn all(inner: &Inner, walk: &Walk, at: usize) -> Vec<Self> {
        let nodes = &inner.graph.nodes;
        if nodes[at].incoming.len() < 2 {
            return Vec::new();
        }
        let from: BTreeSet<_> = nodes[at].incoming.iter().map(|edge| edge.from).collect();
        // Where one could not be read, another's row has to be feared.
        let from = from
            .into_iter()
            .filter(|it| walk.nodes[*it].error.is_none());
        let of = |from: usize| {
            let downward = Self::of(inner, walk, (from, at));
            let upward = || Self::of(inner, walk, (at, from)).filter(|_| from != at);
            downward.into_iter().chain(upward())
        };
        from.flat_map(of).collect()
    }

    /// A key of one collection to which all its parts lead from there.
    fn of(inner: &Inner, walk: &Walk, (of, held_by): (usize, usize)) -> Option<Self> {
        let nodes = &inner.graph.nodes;
        let (table, _) = walk.table(inner, of)?;
        let down = nodes[held_by].incoming.iter();
        let down = down.filter(|it| it.from == of && !it.upward);
        let down = down.map(|it| (&it.from_column, &it.column, (held_by, it)));
        let up = nodes[of].incoming.iter();
        let up = up.filter(|it| it.from == held_by && it.upward);
        let up = up.map(|it| (&it.column, &it.from_column, (of, it)));
        let mut ways: Vec<(&String, &String, (usize, &Edge))> = Vec::new();
        for way in down.chain(up) {
            // What leads both ways is one.
            if !ways.iter().any(|it| (it.0, it.1) == (way.0, way.1)) {
                ways.push(way);
            }
        }
        let keys = std::iter::once(&table.row_key).chain(&table.unique);
        let whole = |key: &&Vec<String>| key.len() > 1 && !key.iter().any(|it| table.is_unique(it));
        let leading = |column: &String| {
            let is_it = |it: &&(&String, _, _)| it.0.eq_ignore_ascii_case(column);
            ways.iter().filter(is_it).collect::<Vec<_>>()
        };
        let part = |column: &String| {
            let ways = leading(column);
            let held = ways.iter();
            Some(Part {
                of: nodes[of].place_of(ways.first()?.0),
                held: held.map(|it| nodes[held_by].place_of(it.1)).collect(),
                comparison: ways
                    .iter()
                    .map(|it| Comparison::of(inner, walk, it.2))
                    .reduce(Comparison::and)?,
            })
        };
        let leads_back = |column: &String| leading(column).iter().all(|it| !it.2.1.upward);
        keys.filter(whole).find_map(|key| {
            Some(Self {
                of,
                held_by,
                parts: key.iter().map(part).collect::<Option<_>>()?,
                leads_back: key.iter().all(leads_back),
                unreached: None,
            })
        })
    }

    /// Whether a way to a collection is by a part of this key.
    pub fn has(&self, inner: &Inner, walk: &Walk, (at, edge): (usize, &Edge)) -> bool {
        let nodes = &inner.graph.nodes;
        let there = nodes[edge.from].place_of(&edge.from_column);
        if !edge.upward {
            return (self.of, self.held_by) == (edge.from, at)
                && self.parts.iter().any(|it| it.of == there);
        }
        let here = nodes[at].place_of(&edge.column);
        // What the database alone takes for the same would be missed.
        (self.of, self.held_by) == (at, edge.from)
            && self.compares(inner, walk, (at, edge))
            && self
                .parts
                .iter()
                .any(|it| it.of == here && it.held.contains(&there))
    }

    /// Whether it is certain which values are the same by which a way by a part leads to a collection.
    pub fn compares(&self, inner: &Inner, walk: &Walk, (at, edge): (usize, &Edge)) -> bool {
        let nodes = &inner.graph.nodes;
        let of = if edge.upward {
            nodes[at].place_of(&edge.column)
        } else {
            nodes[edge.from].place_of(&edge.from_column)
        };
        let mut parts = self.parts.iter().filter(|it| it.of == of);
        match walk.likeness(inner, at, edge) {
            Likeness::Exact => true,
            Likeness::Collated => parts.all(|it| matches!(it.comparison, Comparison::Weighed(_))),
            Likeness::AnyCase | Likeness::Unknown => false,
        }
    }

    /// Where the texts stand that only the database can compare: each a collection and the place of its link there.
    pub fn collated(&self) -> Vec<(usize, usize)> {
        let is_collated = |part: &&Part| matches!(part.comparison, Comparison::Weighed(_));
        let parts = self.parts.iter().filter(is_collated);
        let places = parts.flat_map(|part| {
            let held = part.held.iter().map(|it| (self.held_by, *it));
            held.chain([(self.of, part.of)])
        });
        places.collect()
    }

    /// What rows hold of the other parts to which a way leads by one; `None` where only the database can tell whether
    /// they do. `leads` are the values of a column there that lead on.
    pub fn beside<'w>(
        &self,
        inner: &Inner,
        walk: &Walk,
        (at, edge): (usize, &Edge),
        leads: &dyn Fn(&str) -> Option<&'w HashSet<Value>>,
    ) -> Option<Vec<Beside>> {
        if !self.is_exact(inner, walk, (at, edge)) {
            return None;
        }
        let (here, there) = (&inner.graph.nodes[at], &inner.graph.nodes[edge.from]);
        let mut all = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (held, of) = (&part.held[..], std::slice::from_ref(&part.of));
            let (columns, from) = if edge.upward { (of, held) } else { (held, of) };
            if columns.contains(&here.place_of(&edge.column)) {
                continue;
            }
            let mut values = HashSet::new();
            for place in from {
                values.extend(leads(&there.links[*place])?.iter().cloned());
            }
            all.push(Beside {
                columns: columns.iter().map(|it| here.links[*it].clone()).collect(),
                values: values.into_iter().collect(),
                as_source: matches!(part.comparison, Comparison::Weighed(_)),
            });
        }
        Some(all)
    }

    /// Whether all parts lead there in this direction, and it is certain what is the same.
    pub fn is_exact(&self, inner: &Inner, walk: &Walk, (at, edge): (usize, &Edge)) -> bool {
        let node = &inner.graph.nodes[at];
        let ways = node.incoming.iter().filter(|way| {
            (way.from, way.upward) == (edge.from, edge.upward) && self.has(inner, walk, (at, way))
        });
        let ways: Vec<_> = ways.collect();
        let is_exact = |way: &&Edge| {
            self.compares(inner, walk, (at, way)) && !node.inside.contains_key(&way.column)
        };
        let held: usize = self.parts.iter().map(|part| part.held.len()).sum();
        ways.len() == held && ways.iter().all(is_exact)
    }

    /// Whether a way leads to all rows to which the others do: its column is never empty, and no other one holds that part.
    pub fn is_full(&self, inner: &Inner, walk: &Walk, (at, edge): (usize, &Edge)) -> bool {
        let here = inner.graph.nodes[at].place_of(&edge.column);
        let mut parts = self.parts.iter();
        let is_only = edge.upward || parts.any(|part| part.held[..] == [here]);
        let column = walk.table(inner, at);
        let column = column.and_then(|(table, _)| table.column(&edge.column));
        is_only && column.is_some_and(|it| !it.nullable)
    }

    /// Whether the whole keys that a row holds tell whose it is.
    pub fn tells(&self, upward: bool, values: &[Value]) -> bool {
        upward || !self.held(values).is_empty()
    }

    /// The whole keys by which rows of the one collection lead to the other.
    pub fn leading(&self, walk: &Walk, upward: bool) -> Tuples<'_> {
        let from = if upward { self.held_by } else { self.of };
        let (mut own, mut others) = (HashSet::new(), HashSet::new());
        for (values, combination) in &walk.nodes[from].combinations {
            let tuples = self.tuples(upward, values);
            if combination.is_own {
                own.extend(tuples);
            } else {
                others.extend(tuples);
            }
        }
        Tuples {
            composite: self,
            own,
            others,
            upward,
        }
    }

    /// Whether rows hold a key that were not reached.
    fn is_held_elsewhere(&self, key: &Tuple) -> bool {
        let held = self.unreached.as_ref();
        !self.leads_back && held.is_none_or(|it| it.contains(key))
    }

    /// The whole keys of a row: those that it holds, or its own.
    pub fn tuples(&self, held: bool, values: &[Value]) -> Vec<Tuple> {
        if held {
            self.held(values)
        } else {
            vec![self.key(values)]
        }
    }

    /// The key of a row.
    fn key(&self, values: &[Value]) -> Tuple {
        let parts = self.parts.iter();
        parts.map(|it| it.comparison.form(&values[it.of])).collect()
    }

    /// All whole keys that a row holds.
    fn held(&self, values: &[Value]) -> Vec<Tuple> {
        let mut tuples: Vec<Tuple> = vec![Vec::new()];
        for part in &self.parts {
            let held = part.held.iter().flat_map(|place| values[*place].keys());
            let held: Vec<_> = held.map(|it| part.comparison.form(it)).collect();
            let longer = tuples.iter().flat_map(|tuple| {
                let with = |value: &Value| [&tuple[..], std::slice::from_ref(value)].concat();
                held.iter().map(with)
            });
            tuples = longer.collect();
        }
        tuples
    }
}

impl Tuples<'_> {
    /// Whether nobody else's rows lead to one by a whole key; `None` when no whole key does.
    pub fn are_ours(&self, values: &[Value]) -> Option<bool> {
        if self.upward {
            let key = self.composite.key(values);
            return Some(!self.others.contains(&key) && !self.composite.is_held_elsewhere(&key));
        }
        let held = self.composite.held(values);
        (!held.is_empty()).then(|| held.iter().all(|tuple| self.own.contains(tuple)))
    }

    /// Whether own rows lead to one by a whole key; `None` where the parts tell it.
    pub fn reach(&self, values: &[Value]) -> Option<bool> {
        self.upward
            .then(|| self.own.contains(&self.composite.key(values)))
    }
}
