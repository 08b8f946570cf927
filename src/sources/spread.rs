//! What is not the person's own, and what is not because of that: each is looked at again once, however long the chain.

use std::collections::{HashMap, HashSet};

use super::{Value, shared::Led, walk::Walk};

type Links = Vec<Value>;
/// A collection, and the place of a way among those that lead to it.
type Place = (usize, usize);

/// The search for it.
pub(super) struct Spread<'a> {
    walk: &'a Walk,
    /// The ways to each collection.
    ways: Vec<Vec<Led<'a>>>,
    /// The ways from each.
    from: Vec<Vec<Place>>,
    /// What holds a value by which a way leads; gathered when it is first asked for.
    holding: HashMap<Place, HashMap<Value, Vec<&'a Links>>>,
    lost: HashSet<(usize, &'a Links)>,
}

impl<'a> Spread<'a> {
    /// With the ways to each collection.
    pub fn new(walk: &'a Walk, ways: Vec<Vec<Led<'a>>>) -> Self {
        let mut from = vec![Vec::new(); ways.len()];
        for (at, ways) in ways.iter().enumerate() {
            for (place, way) in ways.iter().enumerate() {
                from[way.from].push((at, place));
            }
        }
        Self {
            walk,
            ways,
            from,
            holding: HashMap::new(),
            lost: HashSet::new(),
        }
    }

    /// The combinations that others lead to, and those that only they lead to.
    pub fn lost(mut self) -> Vec<(usize, Links)> {
        let nodes = self.walk.nodes.iter().enumerate();
        let all = nodes.flat_map(|(at, node)| node.combinations.keys().map(move |it| (at, it)));
        let mut open: Vec<_> = all.filter(|(at, it)| self.is_lost(*at, it)).collect();
        let mut told = HashSet::new();
        while let Some((at, values)) = open.pop() {
            if !self.lost.insert((at, values)) {
                continue;
            }
            let rows = self.walk.nodes[at].combinations[values].rows;
            for place @ (to, way) in self.from[at].clone() {
                for key in self.ways[to][way].forget(values, rows) {
                    // What holds it was looked at when the first row that leads there was lost.
                    if told.insert((place, key.clone())) {
                        let held = self.holding(place).get(&key).cloned().unwrap_or_default();
                        open.extend(
                            held.into_iter()
                                .map(|it| (to, it))
                                .filter(|(to, it)| self.is_lost(*to, it)),
                        );
                    }
                }
            }
        }
        let lost = self.lost.into_iter();
        lost.map(|(at, values)| (at, values.clone())).collect()
    }

    fn holding(&mut self, (to, way): Place) -> &HashMap<Value, Vec<&'a Links>> {
        let (walk, led) = (self.walk, &self.ways[to][way]);
        self.holding.entry((to, way)).or_insert_with(|| {
            let mut holding: HashMap<_, Vec<_>> = HashMap::new();
            for values in walk.nodes[to].combinations.keys() {
                for key in led.keys_of(values) {
                    holding.entry(key).or_default().push(values);
                }
            }
            holding
        })
    }

    fn is_lost(&self, at: usize, values: &'a Links) -> bool {
        let combination = &self.walk.nodes[at].combinations[values];
        let ways = &self.ways[at];
        // What nothing of the person's leads to as it is written here was reached in another form.
        let is_reached = || combination.is_listed || ways.iter().any(|way| way.reaches(values));
        let is_ours = || is_reached() && ways.iter().all(|way| way.is_ours(values));
        combination.is_own
            && !combination.is_named
            && !self.lost.contains(&(at, values))
            && !is_ours()
    }
}
