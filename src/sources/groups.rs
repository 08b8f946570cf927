//! Reads which combinations of links a collection holds, and to what each of them leads on.

use std::{
    collections::{HashMap, HashSet},
    ops::ControlFlow,
};

use super::{
    Budget, Connected, Filter, Form, Inner, Inside, Select, SourceError, Table, Value, Way,
    connector::Wanted,
    graph::Node,
    inside::{self, Entrance},
    table,
    walk::{Conditions, number},
};

/// By the values of the link columns, in their comparable form.
pub(super) type Groups = HashMap<Vec<Value>, Group>;

/// Rows that are alike in their link columns.
pub(super) struct Group {
    pub rows: u64,
    /// By link what leads on, where rows were reached only by some elements of their lists; else all does.
    led_by: Option<Vec<HashSet<Value>>>,
}

/// A place inside of a column by which rows are reached.
struct Door<'a> {
    /// Where its link stands among the link columns.
    at: usize,
    inside: &'a Inside,
    wanted: Wanted,
    takes_all: bool,
}

impl Group {
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

    fn add(&mut self, led_by: Option<Vec<HashSet<Value>>>) {
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

/// The groups of rows that meet a condition. `entered` are all conditions on what is inside of columns that were put to
/// the collection so far, these too.
pub(super) fn read(
    inner: &Inner,
    connected: &Connected,
    (node, conditions, entered): (&Node, Conditions, &[Way]),
    budget: Budget,
) -> Result<Groups, SourceError> {
    let schema = connected.schema(budget.left())?;
    let table = table(&schema, node)?;
    let (inside, plain): (Conditions, Conditions) =
        conditions.into_iter().partition(|way| node.is_inside(way));
    let columns = node.link_columns();
    let door = |way: &Way| {
        Some(Door {
            at: columns.iter().position(|it| *it == way.column)?,
            inside: node.inside.get(&way.column)?,
            wanted: Wanted::by(way),
            takes_all: node.takes_all(&inner.register, &way.column),
        })
    };
    let doors: Vec<_> = inside.iter().filter_map(door).collect();
    let known: Vec<_> = entered.iter().filter_map(door).collect();
    let mut groups = Groups::new();
    let mut search = Search {
        connected,
        node,
        table,
        doors: &[],
        known: &known,
        budget,
    };
    if !plain.is_empty() {
        search.read(plain, &mut groups)?;
    }
    if !inside.is_empty() {
        search.doors = &doors;
        search.read(inside, &mut groups)?;
    }
    Ok(groups)
}

struct Search<'a> {
    connected: &'a Connected,
    node: &'a Node,
    table: &'a Table,
    /// Those by which rows are to be reached now; none where they are reached as a whole.
    doors: &'a [Door<'a>],
    /// These, and those by which rows were reached before.
    known: &'a [Door<'a>],
    budget: Budget,
}

impl Search<'_> {
    fn read(&self, conditions: Conditions, groups: &mut Groups) -> Result<(), SourceError> {
        let filter = Filter {
            any: Some(conditions),
            ..Filter::default()
        };
        let columns = self.node.link_columns();
        let select = Select {
            table: self.table,
            columns: &columns,
            filter: &filter,
            form: Form::Groups,
        };
        let mut found = Groups::new();
        let source = &self.connected.source;
        source.select(&select, self.budget.left(), &mut |mut row| {
            let rows = row.pop().map_or(0, |count| number(&count));
            let links = columns.iter().zip(&row);
            let links = links.map(|(link, cell)| {
                let column = self.table.column(link);
                column.map_or(Value::Null, |column| column.link(cell))
            });
            let links: Vec<_> = links.collect();
            // Sources look inside of columns only roughly.
            if self.doors.is_empty() || self.doors.iter().any(|door| door.lets_in(&links)) {
                let led_by = self.led_by(&row, &links);
                match found.get_mut(&links) {
                    Some(known) => {
                        known.rows += rows;
                        known.add(led_by);
                    }
                    None => drop(found.insert(links, Group { rows, led_by })),
                }
            }
            ControlFlow::Continue(())
        })?;
        for (links, group) in found {
            match groups.get_mut(&links) {
                Some(known) => {
                    known.rows = known.rows.max(group.rows);
                    known.add(group.led_by);
                }
                None => drop(groups.insert(links, group)),
            }
        }
        Ok(())
    }

    /// What leads on from a row by each link; `None` when everything does, as it was reached as a whole.
    fn led_by(&self, row: &[Value], links: &[Value]) -> Option<Vec<HashSet<Value>>> {
        let is_whole = |door: &Door<'_>| {
            let plain = door.inside.plain_key(&row[door.at]);
            plain.is_some_and(|key| door.wanted.has(&key))
                || (door.takes_all && door.lets_in(links))
        };
        if self.doors.is_empty() || self.doors.iter().any(is_whole) {
            return None;
        }
        let link_columns = self.node.link_columns();
        let of = |(at, link): (usize, &String)| {
            let keys = match self.node.inside.get(link) {
                Some(inside) => inside.keys(&self.cut(&inside.column, &row[at])),
                None => links[at].keys().to_vec(),
            };
            keys.into_iter().collect()
        };
        Some(link_columns.iter().enumerate().map(of).collect())
    }

    /// A cell with only those elements of its lists by which its row was reached.
    fn cut(&self, column: &str, cell: &Value) -> Value {
        let doors = self.known.iter();
        let entrances = doors
            .filter(|door| door.inside.column == column && !door.takes_all)
            .map(|door| Entrance {
                keys: &door.inside.keys,
                wanted: &door.wanted,
            });
        let entrances: Vec<_> = entrances.collect();
        inside::only(cell, &entrances)
    }
}

impl Door<'_> {
    fn lets_in(&self, links: &[Value]) -> bool {
        links[self.at].keys().iter().any(|key| self.wanted.has(key))
    }
}
