//! Foreign keys as references, in the direction in which a search goes on.

use super::{Draft, Schema, target};

/// A foreign key.
struct Link {
    from: usize,
    to: usize,
    /// Its columns, each with the one that it refers to.
    columns: Vec<(String, String)>,
}

/// Goes from tables with identities to those that point at them first, since their rows are about the person; then to
/// those that they point at. What is among tables to which nothing leads is written down for whoever makes one lead there.
pub(super) fn follow(drafts: &mut [Draft<'_>], schema: &Schema) {
    let mut open = links(drafts, schema);
    for draft in drafts.iter_mut() {
        draft.reached = draft
            .columns
            .iter()
            .any(|it| it.guess.as_ref().is_some_and(|it| it.identity.is_some()));
    }
    loop {
        let leads_down = |it: &Link| drafts[it.to].reached;
        let leads = |it: &Link| leads_down(it) || drafts[it.from].reached;
        let next = open.iter().position(leads_down);
        let Some(at) = next.or_else(|| open.iter().position(leads)) else {
            break;
        };
        let link = open.remove(at);
        let is_from = drafts[link.to].reached;
        link.write(drafts, if is_from { "from" } else { "to" });
        drafts[link.from].reached = true;
        drafts[link.to].reached = true;
    }
    for link in open {
        link.write(drafts, "from");
    }
}

impl Link {
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
}

fn links(drafts: &[Draft<'_>], schema: &Schema) -> Vec<Link> {
    let mut links = Vec::new();
    for (from, draft) in drafts.iter().enumerate() {
        for key in &draft.table.foreign_keys {
            let names = draft.names();
            let are_there = key.columns.iter().all(|it| names.contains(it.as_str()));
            if let (true, Some(to)) = (are_there, target(drafts, schema, &key.table)) {
                let columns = key.columns.iter().cloned();
                let columns = columns.zip(key.referenced.iter().cloned());
                links.push(Link {
                    from,
                    to,
                    columns: columns.collect(),
                });
            }
        }
    }
    links
}
