//! Rows that are read whole while it is found out whose they are, so that they need not be read again: those of
//! collections in which few are reached. All others are read when they are wanted, so that memory does not grow.

use super::{
    Budget, Connected, Filter, Form, Inner, Schema, Select, Value,
    groups::{Answer, Answers, Groups, Question},
    layout::Layout,
    table,
};

/// Most rows of one collection.
const FEW: usize = 64;

/// Most bytes of one collection, and of all together.
const LITTLE: usize = 64 * 1024;
pub(super) const LITTLE_IN_ALL: usize = 1024 * 1024;

/// A row in the order of the layout.
pub(super) struct KeptRow {
    /// The values of its link columns, in their comparable form.
    pub links: Vec<Value>,
    pub row: Vec<Value>,
}

/// Answers the questions about collections in which few rows are reached, and gives those that are still open.
pub(super) fn read<'a>(
    inner: &Inner,
    (connected, schema): (&Connected, &Schema),
    questions: Vec<Question<'a>>,
    budget: Budget,
) -> (Answers, Vec<Question<'a>>) {
    let (mut answers, mut open) = (Answers::new(), Vec::new());
    let mut searches = Vec::with_capacity(questions.len());
    for question in questions {
        match Search::new(inner, schema, question) {
            Ok(search) => searches.push(search),
            Err(question) => open.push(question),
        }
    }
    let selects: Vec<_> = searches.iter().map(Search::select).collect();
    let mut found: Vec<_> = searches.iter().map(|_| Few::default()).collect();
    let mut note = |at: usize, row| found[at].note(&searches[at].layout, row);
    let source = &connected.source;
    let read = source.select_all(&selects, budget.left(), &mut note);
    for ((search, few), read) in searches.into_iter().zip(found).zip(read) {
        let at = search.question.at;
        match read {
            Ok(()) if few.count <= FEW => answers.push((at, Ok(few.answer()))),
            Err(error) if error.is_temporary() => answers.push((at, Err(error))),
            // Who asks for less may not meet the fault.
            _ => open.push(search.question_again()),
        }
    }
    (answers, open)
}

struct Search<'a, 'q> {
    question: Question<'q>,
    layout: Layout<'a>,
    filter: Filter,
}

impl<'a, 'q> Search<'a, 'q> {
    /// The question again where it cannot be put in this way.
    fn new(
        inner: &'a Inner,
        schema: &'a Schema,
        mut question: Question<'q>,
    ) -> Result<Self, Question<'q>> {
        let node = &inner.graph.nodes[question.at];
        let layout = table(schema, node).and_then(|table| Layout::new(inner, node, table));
        let Ok(layout) = layout else {
            return Err(question);
        };
        let filter = Filter::any(std::mem::take(&mut question.conditions));
        Ok(Self {
            question,
            layout,
            filter,
        })
    }

    fn select(&self) -> Select<'_> {
        Select {
            table: self.layout.table,
            columns: &self.layout.columns,
            filter: &self.filter,
            form: Form::First(FEW + 1),
        }
    }

    fn question_again(self) -> Question<'q> {
        Question {
            conditions: self.filter.any.unwrap_or_default(),
            ..self.question
        }
    }
}

#[derive(Default)]
struct Few {
    groups: Groups,
    rows: Vec<KeptRow>,
    count: usize,
    bytes: usize,
}

impl Few {
    fn note(&mut self, layout: &Layout<'_>, row: Vec<Value>) {
        self.count += 1;
        self.bytes += size(&row);
        let links = layout.links(&row);
        self.groups.entry(links.clone()).or_default().rows += 1;
        if self.bytes <= LITTLE {
            self.rows.push(KeptRow { links, row });
        } else {
            self.rows.clear();
        }
    }

    fn answer(self) -> Answer {
        Answer {
            groups: self.groups,
            rows: (self.bytes <= LITTLE).then_some(self.rows),
        }
    }
}

impl KeptRow {
    pub fn size(&self) -> usize {
        size(&self.row)
    }
}

/// About so many bytes a row takes.
fn size(row: &[Value]) -> usize {
    let sizes = row.iter().map(|value| match value {
        Value::Text(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    });
    std::mem::size_of_val(row) + sizes.sum::<usize>()
}
