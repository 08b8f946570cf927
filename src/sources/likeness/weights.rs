//! What the texts of whole keys weigh: two that the database takes for the same weigh the same. A collation may make no
//! difference of letter case, accents and more, so that only the database can tell.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
    sync::Arc,
};

use super::Likeness;
use crate::sources::{
    Budget, Budgets, Column, Connected, Fault, Inner, Query, SourceError, Value, Weighing,
    composite::Composite, graph::Edge, walk::Walk,
};

/// So many texts are weighed by one statement.
const BATCH: usize = 5_000;

/// What each text weighs.
pub(in crate::sources) type Weighed = Arc<HashMap<Value, Value>>;

/// By source, and the type of the column with its collation.
pub(in crate::sources) type Weights = HashMap<(String, String), Weighed>;

/// How the values of one part of a key are to be compared.
#[derive(Debug, Clone)]
pub(in crate::sources) enum Comparison {
    /// As they are written.
    Exact,
    /// By what they weigh; `None` as long as nobody has asked.
    Weighed(Option<Weighed>),
    /// Nobody can tell.
    Unknown,
}

impl Comparison {
    /// How the two ends of a way to the rows that hold a part are compared.
    pub fn of(inner: &Inner, walk: &Walk, (at, edge): (usize, &Edge)) -> Self {
        match walk.likeness(inner, at, edge) {
            Likeness::Exact => Self::Exact,
            Likeness::Collated => match (&walk.weights, place(inner, walk, (at, &edge.column))) {
                (None, _) => Self::Weighed(None),
                (Some(weights), Some(place)) => {
                    let weighed = weights.get(&place).cloned();
                    weighed.map_or(Self::Unknown, |it| Self::Weighed(Some(it)))
                }
                (Some(_), None) => Self::Unknown,
            },
            Likeness::AnyCase | Likeness::Unknown => Self::Unknown,
        }
    }

    /// Of a part that several columns hold: what is certain of one of them only, or otherwise, is not certain.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exact, Self::Exact) => Self::Exact,
            (Self::Weighed(one), Self::Weighed(_)) => Self::Weighed(one),
            _ => Self::Unknown,
        }
    }

    /// Whether it is known in which form a value is compared.
    pub fn knows(&self, value: &Value) -> bool {
        match self {
            Self::Exact => true,
            Self::Weighed(weighed) => weighed.as_ref().is_some_and(|it| it.contains_key(value)),
            Self::Unknown => false,
        }
    }

    /// A value in the form in which it is compared.
    pub fn form(&self, value: &Value) -> Value {
        let weighed = match self {
            Self::Weighed(Some(weighed)) => weighed.get(value),
            _ => None,
        };
        weighed.unwrap_or(value).clone()
    }
}

/// Where a column's weights are kept.
fn place(inner: &Inner, walk: &Walk, (at, column): (usize, &str)) -> Option<(String, String)> {
    let (table, _) = walk.table(inner, at)?;
    let source = inner.graph.nodes[at].source.clone();
    Some((source, table.column(column)?.collation()?.to_owned()))
}

impl Walk {
    /// Asks the sources what the texts weigh that were read of whole keys. What is not answered is not known.
    pub fn weigh(&mut self, inner: &Inner, budgets: &Budgets<'_>) {
        let mut asked: BTreeMap<String, BTreeMap<String, (Column, BTreeSet<String>)>> =
            BTreeMap::new();
        let nodes = &inner.graph.nodes;
        let composites = (0..nodes.len()).flat_map(|at| Composite::all(inner, self, at));
        for (at, link) in composites.flat_map(|it| it.collated()) {
            let column = &nodes[at].links[link];
            let found = place(inner, self, (at, column)).zip(self.table(inner, at));
            let Some(((source, collation), (table, _))) = found else {
                continue;
            };
            let Some(column) = table.column(column) else {
                continue;
            };
            let of_source = asked.entry(source).or_default();
            let texts = of_source.entry(collation);
            let texts = texts.or_insert_with(|| (column.clone(), BTreeSet::new()));
            let held = self.nodes[at].combinations.keys();
            let held = held.flat_map(|values| values[link].keys());
            texts
                .1
                .extend(held.filter_map(Value::as_text).map(str::to_owned));
        }
        let answers = budgets.side_by_side(asked, |connected, asked, budget| {
            let weighed = asked
                .into_iter()
                .filter_map(|(collation, (column, texts))| {
                    let texts: Vec<_> = texts.into_iter().collect();
                    Some((collation, connected.weigh(&column, &texts, budget).ok()?))
                });
            Ok(weighed.collect::<Vec<_>>())
        });
        let mut weights = Weights::new();
        for (source, weighed) in answers {
            for (collation, weighed) in weighed.unwrap_or_default() {
                weights.insert((source.clone(), collation), Arc::new(weighed));
            }
        }
        self.weights = Some(weights);
    }
}

impl Connected {
    fn weigh(
        &self,
        column: &Column,
        texts: &[String],
        budget: Budget,
    ) -> Result<HashMap<Value, Value>, SourceError> {
        let mut weighed = HashMap::with_capacity(texts.len());
        for texts in texts.chunks(BATCH) {
            let query = Query::Weighing(Weighing { column, texts });
            self.source.query(&query, budget.left(), &mut |mut row| {
                // What is too long to be weighed has no weight.
                if let (Some(weight @ Value::Text(_)), Some(text)) = (row.pop(), row.pop()) {
                    weighed.insert(text, weight);
                }
                ControlFlow::Continue(())
            })?;
        }
        let is_weighed = |text: &String| weighed.contains_key(&Value::Text(text.clone()));
        if !texts.iter().all(is_weighed) {
            let fault = Fault::Failed("collation".to_owned());
            return Err(SourceError::new(self.source.key(), fault));
        }
        Ok(weighed)
    }
}

impl Column {
    /// The name of its collation.
    pub(in crate::sources) fn collation(&self) -> Option<&str> {
        let (_, collation) = self.sql_type.rsplit_once(" collate ")?;
        let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
        Some(collation).filter(|it| it.chars().all(is_plain))
    }
}
