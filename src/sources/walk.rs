//! Follows references from a person's identities until nothing new is reached.
//!
//! Read are the distinct combinations of the columns that link collections, with the number of rows of each; the rows
//! themselves only where somebody wants them all and they are few. Collections take turns, so that one is read once,
//! when all is known that leads to it; those of a circle are read until nothing new is reached. Values lead on once, so
//! that circles end, and the order of steps makes no difference.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use super::{
    Budget, Budgets, Connected, Counts, Identities, Inner, Schema, SourceError, Table, Value,
    graph::{Edge, Node, place},
    groups::{self, Answer, Answers, Combination, Groups, Question},
    kept::{self, KeptRow, LITTLE_IN_ALL},
    likeness::{Likeness, Weights},
    strangers::{self, Stranger},
    ways::{Conditions, seeds},
};

/// What was reached, for each node of the graph.
pub(super) struct Walk {
    pub nodes: Vec<Reached>,
    /// How the sources were built when it began, by key.
    schemas: HashMap<String, Arc<Schema>>,
    /// Where the table of each collection stands in the schema of its source.
    places: Vec<Option<usize>>,
    /// What leads to each collection and is read about nobody.
    pub strangers: Vec<Vec<Stranger>>,
    /// What texts of whole keys weigh, once that was asked.
    pub weights: Option<Weights>,
    /// So many bytes are kept of rows.
    kept: usize,
}

/// What was reached of one collection.
#[derive(Default)]
pub(super) struct Reached {
    /// Whether it belongs to the walk at all.
    pub wanted: bool,
    /// Its rows need not be read: whose they are follows from the one collection that leads here.
    pub simple: bool,
    /// Why it could not be read.
    pub error: Option<SourceError>,
    /// By the values of its link columns, in their comparable form.
    pub combinations: Groups,
    /// All rows that were reached, as long as they are kept.
    pub rows: Option<Vec<KeptRow>>,
    /// What was looked for inside of columns.
    entered: Conditions,
    /// The values that lead on, by column.
    pub leads: BTreeMap<String, HashSet<Value>>,
    /// Those of them to which rows lead that nobody else reaches.
    own_leads: BTreeMap<String, HashSet<Value>>,
    /// These are all of them, and not kept twice.
    are_all_own: bool,
}

impl Reached {
    /// Notes what a combination leads to, and tells what of it is new.
    fn lead<'g>(
        &mut self,
        node: &'g Node,
        (values, combination): (&[Value], &Combination),
        tell: &mut dyn FnMut(&'g str, Value),
    ) {
        let links = node.links.iter().enumerate();
        for (place, column) in links.filter(|(_, column)| node.outgoing.contains(*column)) {
            let leads = self.leads.entry(column.clone()).or_default();
            for key in combination.leads(place, &values[place]) {
                if leads.insert(key.clone()) {
                    tell(column, key.clone());
                }
            }
        }
    }

    /// Forgets all but some combinations, and what the others lead to.
    pub fn keep(&mut self, node: &Node, kept: &HashSet<Vec<Value>>) {
        if self.combinations.keys().all(|it| kept.contains(it)) {
            return;
        }
        let mut combinations = std::mem::take(&mut self.combinations);
        combinations.retain(|values, _| kept.contains(values));
        self.leads.clear();
        for (values, combination) in &combinations {
            self.lead(node, (values, combination), &mut |_, _| {});
        }
        self.combinations = combinations;
    }

    /// The values of a column that the person's own rows lead to; known after `shared::settle_owners`.
    pub fn own_leads(&self, column: &str) -> Option<&HashSet<Value>> {
        if self.are_all_own {
            return self.leads.get(column);
        }
        self.own_leads.get(column)
    }

    /// Says of which values these are; all of them where there are none.
    pub fn set_own_leads(&mut self, own: Option<BTreeMap<String, HashSet<Value>>>) {
        self.are_all_own = own.is_none();
        self.own_leads = own.unwrap_or_default();
    }
}

impl Walk {
    /// Walks through these collections and all through which they are reached; keeps their rows where they are few, if
    /// somebody wants them all.
    pub fn new(
        inner: &Inner,
        person: &Identities,
        (wanted, keeps_rows): (&BTreeSet<usize>, bool),
        budgets: &Budgets<'_>,
    ) -> Self {
        let nodes = &inner.graph.nodes;
        let mut walk = Self {
            nodes: nodes.iter().map(|_| Reached::default()).collect(),
            schemas: HashMap::new(),
            places: vec![None; nodes.len()],
            strangers: vec![Vec::new(); nodes.len()],
            weights: None,
            kept: 0,
        };
        for &at in wanted {
            walk.nodes[at].wanted = true;
            // Of lists, not all that a row holds may be meant.
            let keeps = keeps_rows && nodes[at].inside.is_empty();
            walk.nodes[at].rows = keeps.then(Vec::new);
        }
        walk.look(inner, budgets);
        let mut pending: BTreeMap<usize, Conditions> = BTreeMap::new();
        for &at in wanted {
            let seeds = seeds(&nodes[at], person);
            if !seeds.is_empty() {
                pending.insert(at, seeds);
            }
        }
        while let Some(turn) = pending.keys().map(|at| nodes[*at].turn).min() {
            let (now, later) = pending
                .into_iter()
                .partition(|(at, _)| nodes[*at].turn == turn);
            pending = later;
            walk.step(inner, person, now, &mut pending, budgets);
        }
        walk
    }

    /// How a source was built when the walk began.
    pub fn schema(&self, source: &str) -> Option<&Arc<Schema>> {
        self.schemas.get(source)
    }

    /// The table of a collection, in the schema of its source; `None` where it did not answer or has none.
    pub fn table(&self, inner: &Inner, at: usize) -> Option<(&Table, &Schema)> {
        let schema = self.schema(&inner.graph.nodes[at].source)?;
        Some((&schema.tables[self.places[at]?], schema))
    }

    /// The numbers of a collection whose combinations were read.
    pub fn counts(&self, at: usize) -> Counts {
        let mut counts = Counts::default();
        for combination in self.nodes[at].combinations.values() {
            if combination.is_own {
                counts.own += combination.rows;
            } else {
                counts.shared += combination.rows;
            }
        }
        counts
    }

    /// Why a collection through which this one is reached could not be read.
    pub fn errors_before(&self, inner: &Inner, at: usize) -> Option<&SourceError> {
        let before = inner.graph.ancestors([at]);
        before
            .into_iter()
            .filter(|it| *it != at)
            .find_map(|it| self.nodes[it].error.as_ref())
    }

    /// Looks how the sources are built.
    fn look(&mut self, inner: &Inner, budgets: &Budgets<'_>) {
        let nodes = &inner.graph.nodes;
        let wanted = (0..nodes.len()).filter(|at| self.nodes[*at].wanted);
        let wanted: Vec<_> = wanted.collect();
        let sources: BTreeSet<_> = wanted.iter().map(|at| nodes[*at].source.clone()).collect();
        let sources = sources.into_iter().map(|source| (source, ()));
        let looked = budgets.side_by_side(sources, |connected, (), budget| {
            connected.schema(budget.left())
        });
        let mut errors = HashMap::new();
        for (source, schema) in looked {
            match schema {
                Ok(schema) => drop(self.schemas.insert(source, schema)),
                Err(error) => drop(errors.insert(source, error)),
            }
        }
        let mut faults = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            let schema = self.schemas.get(&node.source);
            let fault = || errors.get(&node.source).cloned();
            match schema.map(|schema| place(schema, node)) {
                Some(Ok(place)) => self.places[at] = Some(place),
                Some(Err(error)) => drop(faults.insert(at, error)),
                None => faults.extend(fault().map(|error| (at, error))),
            }
        }
        for &at in &wanted {
            if let Some(schema) = self.schemas.get(&nodes[at].source) {
                self.strangers[at] = strangers::of(inner, schema, &nodes[at]);
            }
        }
        let is_unique = |edge: &Edge| {
            let from = self.table(inner, edge.from);
            from.is_some_and(|(table, _)| table.is_unique(&edge.from_column))
        };
        // Two values that differ may be one to the database, so that others lead to the same row.
        let is_alike = |at: usize, edge: &Edge| self.likeness(inner, at, edge) == Likeness::Exact;
        let looked = wanted.into_iter().map(|at| {
            let found = faults.get(&at).cloned().map_or(Ok(()), Err);
            let noticed = inner.connected(&nodes[at].source);
            let error = noticed.and_then(|it| it.notice(found)).err();
            let is_plain = |edge: &Edge| is_unique(edge) && is_alike(at, edge);
            let is_alone = self.strangers[at].is_empty();
            let simple =
                is_alone && nodes[at].is_simple() && nodes[at].incoming.iter().all(is_plain);
            (at, error, simple)
        });
        for (at, error, simple) in looked.collect::<Vec<_>>() {
            self.nodes[at].error = error;
            self.nodes[at].simple = simple;
        }
    }

    /// Reads what has its turn now, and adds what follows from it to what is pending.
    fn step(
        &mut self,
        inner: &Inner,
        person: &Identities,
        now: BTreeMap<usize, Conditions>,
        pending: &mut BTreeMap<usize, Conditions>,
        budgets: &Budgets<'_>,
    ) {
        let nodes = &inner.graph.nodes;
        let mut work: BTreeMap<String, Vec<(usize, Conditions)>> = BTreeMap::new();
        for (at, conditions) in now {
            let reached = &mut self.nodes[at];
            let is_read = !reached.simple || reached.rows.is_some();
            if reached.wanted && is_read && reached.error.is_none() {
                let inside = conditions.iter().filter(|way| nodes[at].is_inside(way));
                reached.entered.extend(inside.cloned());
                let work = work.entry(nodes[at].source.clone()).or_default();
                work.push((at, conditions));
            }
        }
        let walk = &*self;
        let read = budgets.side_by_side(work, |connected, asked, budget| {
            Ok(walk.read(inner, connected, asked, budget))
        });
        let mut fresh: HashMap<(usize, &str), Vec<Value>> = HashMap::new();
        for (source, read) in read {
            if let Err(error) = &read {
                self.lose(inner, &source, error);
            }
            for (at, answer) in read.unwrap_or_default() {
                match answer {
                    Ok(answer) => self.note(&nodes[at], person, (at, answer), &mut fresh),
                    Err(error) => self.give_up(inner, at, &error),
                }
            }
        }
        self.follow(inner, &fresh, pending);
    }

    /// Asks one source.
    fn read(
        &self,
        inner: &Inner,
        connected: &Connected,
        asked: Vec<(usize, Conditions)>,
        budget: Budget,
    ) -> Answers {
        let Some(schema) = self.schema(connected.source.key()) else {
            return Answers::new();
        };
        let questions = asked.into_iter().map(|(at, conditions)| Question {
            at,
            conditions,
            entered: &self.nodes[at].entered,
        });
        let (whole, mut open): (Vec<_>, Vec<_>) =
            questions.partition(|it| self.nodes[it.at].rows.is_some());
        let (mut answers, many) = kept::read(inner, (connected, schema), whole, budget);
        for question in many {
            if self.nodes[question.at].simple {
                answers.push((question.at, Ok(Answer::default())));
            } else {
                open.push(question);
            }
        }
        answers.extend(groups::read(inner, (connected, schema), open, budget));
        let noticed = answers.into_iter();
        noticed
            .map(|(at, answer)| (at, connected.notice(answer)))
            .collect()
    }

    /// Takes in the combinations that were not known before, with their rows.
    fn note<'g>(
        &mut self,
        node: &'g Node,
        person: &Identities,
        (at, answer): (usize, Answer),
        fresh: &mut HashMap<(usize, &'g str), Vec<Value>>,
    ) {
        self.keep(at, answer.rows);
        let reached = &mut self.nodes[at];
        if reached.simple {
            return;
        }
        let (mut known, mut groups) = (std::mem::take(&mut reached.combinations), answer.groups);
        // Another element of a list may lead to what is known.
        let is_new = |values: &Vec<Value>| !known.contains_key(values) || !node.inside.is_empty();
        for (values, combination) in groups.iter_mut().filter(|(values, _)| is_new(values)) {
            reached.lead(node, (values, combination), &mut |column, new| {
                fresh.entry((at, column)).or_default().push(new);
            });
            combination.judge(node, person, values);
        }
        if known.is_empty() {
            // They may be many, so that they are not copied.
            known = groups;
        } else {
            for (values, combination) in groups {
                match known.get_mut(&values) {
                    Some(known) => known.part.retain(|it| combination.part.contains(it)),
                    None => drop(known.insert(values, combination)),
                }
            }
        }
        reached.combinations = known;
    }

    /// Keeps the rows of new combinations, unless there are too many.
    fn keep(&mut self, at: usize, rows: Option<Vec<KeptRow>>) {
        let reached = &mut self.nodes[at];
        let Some((kept, rows)) = reached.rows.as_mut().zip(rows) else {
            reached.rows = None;
            return;
        };
        let is_new = |it: &KeptRow| !reached.combinations.contains_key(&it.links);
        let new: Vec<_> = rows.into_iter().filter(is_new).collect();
        let size: usize = new.iter().map(KeptRow::size).sum();
        if self.kept + size > LITTLE_IN_ALL {
            reached.rows = None;
            return;
        }
        self.kept += size;
        kept.extend(new);
    }

    /// Notes an error; a source that does not answer is not asked again for the other collections.
    fn give_up(&mut self, inner: &Inner, at: usize, error: &SourceError) {
        self.nodes[at].error.get_or_insert_with(|| error.clone());
        if error.is_temporary() {
            self.lose(inner, &inner.graph.nodes[at].source, error);
        }
    }

    /// Notes an error of a whole source.
    fn lose(&mut self, inner: &Inner, source: &str, error: &SourceError) {
        for (at, node) in inner.graph.nodes.iter().enumerate() {
            if node.source == source {
                self.nodes[at].error.get_or_insert_with(|| error.clone());
            }
        }
    }
}

/// A count as the source gives it.
pub(super) fn number(count: &Value) -> u64 {
    match count {
        Value::Integer(number) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}
