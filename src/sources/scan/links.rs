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
/// those that they point at.
pub(super) fn follow(drafts: &mut [Draft<'_>], schema: &Schema) {
    let links = links(drafts, schema);
    for draft in drafts.iter_mut() {
        draft.reached = draft
            .columns
            .iter()
            .any(|it| it.guess.as_ref().is_some_and(|it| it.identity.is_some()));
    }
    let mut used = vec![false; links.len()];
    loop {
        let is_open = |at: &usize| {
            !used[*at] && (drafts[links[*at].from].reached || drafts[links[*at].to].reached)
        };
        let leads_down = |at: &usize| drafts[links[*at].to].reached;
        let open: Vec<_> = (0..links.len()).filter(is_open).collect();
        let Some(at) = open
            .iter()
            .copied()
            .find(leads_down)
            .or_else(|| open.first().copied())
        else {
            return;
        };
        used[at] = true;
        let link = &links[at];
        let direction = if drafts[link.to].reached {
            "from"
        } else {
            "to"
        };
        let name = drafts[link.to].table.name.name.clone();
        for (column, referenced) in &link.columns {
            let mut columns = drafts[link.from].columns.iter_mut();
            if let Some(column) = columns.find(|it| it.column.name == *column) {
                column.reference = Some((name.clone(), referenced.clone(), direction));
            }
        }
        drafts[link.from].reached = true;
        drafts[link.to].reached = true;
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
