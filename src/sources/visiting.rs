//! Everything that is reached from a person's identities, collection by collection: for those who look after the
//! sources, not for the person.

use std::ops::ControlFlow;

use super::{
    Budgets, Dates, Identities, Inner, Shown, SourceError, Sources, Value,
    connector::Wanted,
    inside::{self, Entrance},
    layout::Layout,
    reader::{Reader, Shelf},
};
use crate::register::CollectionKey;

/// One row that was reached.
#[derive(Debug)]
pub struct Visited<'a> {
    /// Another person's records lead to it as well: it is never changed, and shown to staff only.
    pub shared: bool,
    /// In the order of the register; keys of nested objects on their own.
    pub fields: Vec<Shown<'a>>,
}

/// Takes what is found.
pub trait Visitor {
    /// One record. A break ends the visit.
    fn record(&mut self, collection: &CollectionKey, record: Visited<'_>) -> ControlFlow<()>;

    /// No more is in this collection; an error when it could not be read to the end. A break ends the visit.
    fn end(&mut self, collection: &CollectionKey, error: Option<SourceError>) -> ControlFlow<()>;
}

impl Sources {
    /// Hands over every record that references lead to, in the order of the register and of row keys (few are sorted
    /// here, many by their source), in memory that does not grow with their number.
    pub fn visit(&self, person: &Identities, visitor: &mut dyn Visitor) {
        let inner = &*self.0;
        let reader = Reader::of_all(inner, person, Budgets::for_step(inner));
        for (at, node) in inner.graph.nodes.iter().enumerate() {
            let mut flow = ControlFlow::Continue(());
            let error = reader.visit(at, &mut |record| {
                flow = visitor.record(&node.key, record);
                flow
            });
            let error = error.err();
            let error = error.or_else(|| reader.walk.errors_before(inner, at).cloned());
            if flow.is_break() || visitor.end(&node.key, error).is_break() {
                return;
            }
        }
    }
}

impl Reader<'_> {
    fn visit(
        &self,
        at: usize,
        each: &mut dyn FnMut(Visited<'_>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let wait = self.inner.limits(&self.inner.graph.nodes[at].source).step;
        let shelf = self.full_shelf(at, wait)?;
        let layout = shelf.layout()?;
        let lists = Lists::new(self.inner, &shelf, &layout);
        shelf.stream_all(&layout, Dates::default(), wait, &mut |mut row, shared| {
            lists.cut(&mut row);
            let fields = layout.shown(row);
            each(Visited { shared, fields })
        })
    }
}

/// The lists by which records are reached: of these, only the elements that led here are shown, unless the manifest
/// asks for all.
struct Lists<'a>(Vec<(usize, Vec<Door<'a>>)>);

/// The keys that lead to a place, and what is wanted there.
type Door<'a> = (&'a [String], Wanted);

impl<'a> Lists<'a> {
    fn new(inner: &Inner, shelf: &Shelf<'a>, layout: &Layout<'_>) -> Self {
        let node = shelf.node;
        let mut lists: Vec<(usize, Vec<_>)> = Vec::new();
        if node.inside.is_empty() {
            return Self(lists);
        }
        let ways = shelf.ways().into_iter();
        for way in ways.filter(|way| !way.values.is_empty()) {
            let inside = node.inside.get(&way.column);
            let place = inside.and_then(|it| Some((it, layout.find(&it.column)?)));
            let Some((inside, at)) = place else { continue };
            if node.takes_all(&inner.register, &way.column) {
                continue;
            }
            let entrance = (&*inside.keys, Wanted::by(&way));
            match lists.iter_mut().find(|(other, _)| *other == at) {
                Some((_, entrances)) => entrances.push(entrance),
                None => lists.push((at, vec![entrance])),
            }
        }
        Self(lists)
    }

    fn cut(&self, row: &mut [Value]) {
        for (at, entrances) in &self.0 {
            let entrances = entrances.iter();
            let entrances: Vec<_> = entrances
                .map(|(keys, wanted)| Entrance { keys, wanted })
                .collect();
            row[*at] = inside::only(&row[*at], &entrances);
        }
    }
}
