//! Foreign keys as references, in the direction in which a search goes on.

use super::{Draft, Schema, Standing, guess, target};

/// A foreign key.
struct Link {
    from: usize,
    to: usize,
    /// Its columns, each with the one that it refers to.
    columns: Vec<(String, String)>,
    /// A row always points at another.
    is_full: bool,
    /// No two rows point at the same.
    is_unique: bool,
}

/// What a foreign key says. Those that say more surely whose a row is come first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// The row belongs to the one that it points at.
    Down,
    /// Both have owners of their own: a delivery to an address of somebody else is not theirs.
    Beside,
    /// The row makes use of the one that it points at.
    Up,
    /// It belongs to what others make use of.
    DownToUsed,
}

/// Goes from tables with identities to those that point at them first, since their rows are about the person; then to
/// those that they point at. What is among tables to which nothing leads is written down for whoever makes one lead there.
pub(super) fn follow(drafts: &mut [Draft<'_>], schema: &Schema) {
    let mut open = links(drafts, schema);
    for draft in drafts.iter_mut() {
        let mut guesses = draft.columns.iter().filter_map(|it| it.guess.as_ref());
        if guesses.any(|it| it.identity.is_some()) {
            // The number of a telephone beside an address is that of whoever gets something there.
            draft.standing = if guess::is_used(draft.table) {
                Standing::Shared
            } else {
                Standing::People
            };
        }
    }
    loop {
        let steps = open.iter().enumerate();
        let steps = steps.filter_map(|(at, link)| Some((link.step(drafts)?, at)));
        let Some((step, at)) = steps.min() else {
            break;
        };
        open.remove(at).take(step, drafts);
    }
    for link in open {
        link.write(drafts, "from");
    }
}

impl Link {
    fn step(&self, drafts: &[Draft<'_>]) -> Option<Step> {
        use Standing::{Apart, Own, People, Perhaps, Shared};
        if self.from == self.to {
            return Some(Step::Beside);
        }
        let (from, to) = (&drafts[self.from], &drafts[self.to]);
        match (from.standing, to.standing) {
            (People, Own | Perhaps) => Some(Step::Beside),
            (Apart, Own | Perhaps) if guess::is_used(to.table) => Some(Step::DownToUsed),
            (_, Own | Perhaps) if guess::is_used(to.table) => Some(Step::Beside),
            (_, People | Own | Perhaps) => Some(Step::Down),
            (Apart, Apart | Shared) => None,
            (_, Apart | Shared) => Some(Step::Up),
        }
    }

    fn take(&self, step: Step, drafts: &mut [Draft<'_>]) {
        let (from, to) = (drafts[self.from].standing, drafts[self.to].standing);
        match step {
            Step::Down | Step::DownToUsed => {
                self.write(drafts, "from");
                let is_sure = self.is_full && to != Standing::Perhaps;
                let is = if is_sure {
                    Standing::Own
                } else {
                    Standing::Perhaps
                };
                drafts[self.from].standing = from.max(is);
            }
            Step::Up => {
                self.write(drafts, "to");
                let is = if self.is_unique && from != Standing::Shared {
                    Standing::Own
                } else {
                    Standing::Shared
                };
                drafts[self.to].standing = to.max(is);
            }
            // What may be nobody's is found by who makes use of it only.
            Step::Beside if to == Standing::Perhaps && self.from != self.to => {
                self.write(drafts, "to");
            }
            Step::Beside => self.note(drafts),
        }
    }

    fn write(&self, drafts: &mut [Draft<'_>], direction: &'static str) {
        let name = drafts[self.to].table.name.name.clone();
        for (column, referenced) in &self.columns {
            let mut columns = drafts[self.from].columns.iter_mut();
            let reference = (name.clone(), referenced.clone(), direction);
            let column = columns.find(|it| it.column.name == *column);
            if let Some(column) = column.filter(|it| !it.references.contains(&reference)) {
                column.references.push(reference);
            }
        }
    }

    fn note(&self, drafts: &mut [Draft<'_>]) {
        let name = drafts[self.to].table.name.name.clone();
        for (column, referenced) in &self.columns {
            let mut columns = drafts[self.from].columns.iter_mut();
            if let Some(column) = columns.find(|it| it.column.name == *column) {
                column.beside.push((name.clone(), referenced.clone()));
            }
        }
    }
}

fn links(drafts: &[Draft<'_>], schema: &Schema) -> Vec<Link> {
    let mut links = Vec::new();
    for (from, draft) in drafts.iter().enumerate() {
        for key in &draft.table.foreign_keys {
            let mut own = key.columns.iter().map(|name| draft.table.column(name));
            let names = draft.names();
            let are_there = key.columns.iter().all(|it| names.contains(it.as_str()));
            if let (true, Some(to)) = (are_there, target(drafts, schema, &key.table)) {
                let columns = key.columns.iter().cloned();
                let columns = columns.zip(key.referenced.iter().cloned());
                let keys = draft.table.unique.iter().chain([&draft.table.row_key]);
                let mut keys = keys.filter(|it| !it.is_empty());
                links.push(Link {
                    from,
                    to,
                    columns: columns.collect(),
                    is_full: own.all(|it| it.is_some_and(|it| !it.nullable)),
                    is_unique: keys.any(|it| it.iter().all(|name| key.columns.contains(name))),
                });
            }
        }
    }
    links
}
