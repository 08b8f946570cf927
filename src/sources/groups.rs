//! Reads which combinations of links collections hold, and to what each of them leads on.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    Budget, Connected, Filter, Form, Identities, Inner, Inside, Schema, Select, SourceError, Table,
    Value, Way,
    connector::Wanted,
    graph::Node,
    inside::{self, Entrance},
    kept::KeptRow,
    table,
    walk::number,
    ways::Conditions,
};

/// By the values of the link columns, in their comparable form.
pub(super) type Groups = HashMap<Vec<Value>, Combination>;

/// By link what leads on.
type Leads = Box<[HashSet<Value>]>;

/// What is asked of one collection.
pub(super) struct Question<'a> {
    /// Which.
    pub at: usize,
    pub conditions: Conditions,
    /// All conditions on what is inside of columns that were put to it so far, these too.
    pub entered: &'a [Way],
}

/// What was read of one collection.
#[derive(Default)]
pub(super) struct Answer {
    pub groups: Groups,
    /// The rows themselves, where they are few.
    pub rows: Option<Vec<KeptRow>>,
}

/// What was read of which collections.
pub(super) type Answers = Vec<(usize, Result<Answer, SourceError>)>;

/// Rows that are alike in their link columns.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is told by another part of the search"
)]
pub(super) struct Combination {
    pub rows: u64,
    /// One of the identities is in the row itself.
    pub is_named: bool,
    /// One of them is in a list of it, in which each element may be about another person.
    pub is_listed: bool,
    /// Somebody else's is: another one of a kind by which the person is known, or one among others in a list.
    pub names_another: bool,
    /// Nobody else reaches it; known after `shared::settle_owners`.
    pub is_own: bool,
    /// Columns with lists of which only some elements led here: the others need not be the person's.
    pub part: BTreeSet<String>,
    /// What leads on, where rows were reached only by some elements of their lists; else all does.
    led_by: Option<Leads>,
}

/// A place inside of a column by which rows are reached.
struct Door<'a> {
    /// Where its link stands among the link columns.
    at: usize,
    inside: &'a Inside,
    wanted: Wanted,
    takes_all: bool,
}

impl Combination {
    /// The keys by which a link, which holds this, leads on.
    pub fn leads<'a>(
        &'a self,
        at: usize,
        link: &'a Value,
    ) -> Box<dyn Iterator<Item = &'a Value> + 'a> {
        match &self.led_by {
            Some(led_by) => Box::new(led_by[at].iter()),
            None => Box::new(link.keys().iter()),
        }
    }

    /// Whom it names, by its values.
    pub fn judge(&mut self, node: &Node, person: &Identities, values: &[Value]) {
        for (name, kind) in &node.identities {
            let here = node.links.iter().zip(values).filter(|(it, _)| *it == name);
            let keys: Vec<_> = here.flat_map(|(_, value)| value.keys()).collect();
            let is_held = keys.iter().any(|key| person.holds(kind, key));
            // Who is one of several in a list leads to the row, which others may be in as well.
            if node.crowds.contains(name) {
                self.is_listed |= is_held;
                self.names_another |= !keys.iter().all(|key| person.holds(kind, key));
            } else {
                self.is_named |= is_held;
                // Of a kind by which the person is not known, it does not tell whose the row is.
                self.names_another |= !keys.is_empty() && person.is_known_by(kind);
            }
        }
        if self.is_named {
            // Its lists are as much the person's as it is.
            self.part.clear();
        }
    }

    fn add(&mut self, led_by: Option<Leads>) {
        match (&mut self.led_by, led_by) {
            (Some(known), Some(more)) => {
                for (known, more) in known.iter_mut().zip(more) {
                    known.extend(more);
                }
            }
            (known, _) => *known = None,
        }
    }
}

/// The groups of rows that meet the conditions of each question.
pub(super) fn read(
    inner: &Inner,
    (connected, schema): (&Connected, &Schema),
    questions: Vec<Question<'_>>,
    budget: Budget,
) -> Answers {
    let mut answers = Answers::with_capacity(questions.len());
    let mut searches = Vec::with_capacity(questions.len());
    for (of, question) in questions.into_iter().enumerate() {
        let node = &inner.graph.nodes[question.at];
        let table = table(schema, node);
        answers.push((question.at, table.clone().map(|_| Answer::default())));
        if let Ok(table) = table {
            searches.extend(Search::all(inner, (node, table), question, of));
        }
    }
    let selects: Vec<_> = searches.iter().map(Search::select).collect();
    let mut found: Vec<_> = searches.iter().map(|_| Groups::new()).collect();
    let mut note = |at: usize, row| searches[at].note(row, &mut found[at]);
    let source = &connected.source;
    let read = source.select_all(&selects, budget.left(), &mut note);
    for ((search, found), read) in searches.iter().zip(found).zip(read) {
        let answer = &mut answers[search.of].1;
        match (answer.as_mut(), read) {
            (Ok(answer), Ok(())) => merge(&mut answer.groups, found),
            (Ok(_), Err(error)) => *answer = Err(error),
            (Err(_), _) => {}
        }
    }
    answers
}

/// Adds what another search of the same collection has found.
fn merge(groups: &mut Groups, found: Groups) {
    if groups.is_empty() {
        // They may be many, so that they are not copied.
        *groups = found;
        return;
    }
    for (links, group) in found {
        match groups.get_mut(&links) {
            Some(known) => {
                known.rows = known.rows.max(group.rows);
                known.part.retain(|column| group.part.contains(column));
                known.add(group.led_by);
            }
            None => drop(groups.insert(links, group)),
        }
    }
}

struct Search<'a> {
    /// Which answer it is for.
    of: usize,
    node: &'a Node,
    table: &'a Table,
    filter: Filter,
    /// Those by which rows are to be reached now; none where they are reached as a whole.
    doors: Vec<Door<'a>>,
    /// These, and those by which rows were reached before.
    known: Vec<Door<'a>>,
}

impl<'a> Search<'a> {
    /// One for what columns hold, and one for what is inside of them.
    fn all(
        inner: &Inner,
        (node, table): (&'a Node, &'a Table),
        question: Question<'_>,
        of: usize,
    ) -> Vec<Self> {
        let door = |way: &Way| {
            Some(Door {
                at: node.place_of(&way.column),
                inside: node.inside.get(&way.column)?,
                wanted: Wanted::by(way),
                takes_all: node.takes_all(&inner.register, &way.column),
            })
        };
        let doors = |ways: &[Way]| ways.iter().filter_map(door).collect();
        let search = |conditions: Conditions, doors, known| Self {
            of,
            node,
            table,
            filter: Filter::any(conditions),
            doors,
            known,
        };
        let conditions = question.conditions.into_iter();
        let (inside, plain): (Conditions, _) = conditions.partition(|way| node.is_inside(way));
        let mut searches = Vec::with_capacity(2);
        if !plain.is_empty() {
            searches.push(search(plain, Vec::new(), Vec::new()));
        }
        if !inside.is_empty() {
            let (opened, known) = (doors(&inside), doors(question.entered));
            searches.push(search(inside, opened, known));
        }
        searches
    }

    fn select(&self) -> Select<'_> {
        Select {
            table: self.table,
            columns: &self.node.links,
            filter: &self.filter,
            form: Form::Groups,
        }
    }

    fn note(&self, mut row: Vec<Value>, groups: &mut Groups) {
        let rows = row.pop().map_or(0, |count| number(&count));
        let links = self.node.links.iter().zip(&row);
        let links = links.map(|(link, cell)| {
            let column = self.table.column(link);
            column.map_or(Value::Null, |column| column.link(cell))
        });
        let links: Vec<_> = links.collect();
        // Sources look inside of columns only roughly.
        if self.doors.is_empty() || self.doors.iter().any(|door| door.lets_in(&links)) {
            let led_by = self.led_by(&row, &links);
            let part = led_by.as_ref().map(|_| self.part(&row)).unwrap_or_default();
            if let Some(known) = groups.get_mut(&links) {
                known.rows += rows;
                known.part.extend(part);
                known.add(led_by);
            } else {
                let combination = Combination {
                    rows,
                    part,
                    led_by,
                    ..Combination::default()
                };
                groups.insert(links, combination);
            }
        }
    }

    /// What leads on from a row by each link; `None` when everything does, as it was reached as a whole.
    fn led_by(&self, row: &[Value], links: &[Value]) -> Option<Leads> {
        let is_whole = |door: &Door<'_>| {
            let plain = door.inside.plain_key(&row[door.at]);
            plain.is_some_and(|key| door.wanted.has(&key))
                || (door.takes_all && door.lets_in(links))
        };
        if self.doors.is_empty() || self.doors.iter().any(is_whole) {
            return None;
        }
        let of = |(at, link): (usize, &String)| {
            let keys = match self.node.inside.get(link) {
                Some(inside) => inside.keys(&self.cut(&inside.column, &row[at])),
                None => links[at].keys().to_vec(),
            };
            keys.into_iter().collect()
        };
        Some(self.node.links.iter().enumerate().map(of).collect())
    }

    /// The columns of which some elements did not lead to a row.
    fn part(&self, row: &[Value]) -> BTreeSet<String> {
        let inside = self.node.links.iter().zip(row);
        let inside = inside.filter_map(|(link, cell)| Some((self.node.inside.get(link)?, cell)));
        let cut = inside.filter(|(inside, cell)| {
            let entrances = self.entrances(&inside.column);
            inside::loses_object(cell, &entrances)
        });
        cut.map(|(inside, _)| inside.column.clone()).collect()
    }

    /// A cell with only those elements of its lists by which its row was reached.
    fn cut(&self, column: &str, cell: &Value) -> Value {
        inside::only(cell, &self.entrances(column))
    }

    fn entrances(&self, column: &str) -> Vec<Entrance<'_>> {
        let doors = self.known.iter();
        let entrances = doors
            .filter(|door| door.inside.column == column && !door.takes_all)
            .map(|door| Entrance {
                keys: &door.inside.keys,
                wanted: &door.wanted,
            });
        entrances.collect()
    }
}

impl Door<'_> {
    fn lets_in(&self, links: &[Value]) -> bool {
        links[self.at].keys().iter().any(|key| self.wanted.has(key))
    }
}
