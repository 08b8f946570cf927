//! The handles of all people that the sources hold.

use std::ops::ControlFlow;

use super::{Connected, Filter, Form, Select, SourceError, Sources, graph::Node, table};

impl Sources {
    /// Hands over every handle that an identity's field holds, with its kind, whosever it is; the same one may come
    /// several times. Gives the errors of sources that could not be read to the end.
    pub fn each_handle(&self, each: &mut dyn FnMut(&str, &str)) -> Vec<SourceError> {
        let inner = &*self.0;
        let mut errors = Vec::new();
        for node in &inner.graph.nodes {
            for (link, kind) in &node.identities {
                let found = inner.connected(&node.source).and_then(|connected| {
                    read(connected, node, link, &mut |value| each(kind, value))
                });
                errors.extend(found.err());
            }
        }
        errors
    }
}

fn read(
    connected: &Connected,
    node: &Node,
    link: &String,
    each: &mut dyn FnMut(&str),
) -> Result<(), SourceError> {
    let wait = connected.limits.step;
    let schema = connected.schema(wait)?;
    let table = table(&schema, node)?;
    let filter = Filter::default();
    let select = Select {
        table,
        columns: std::slice::from_ref(link),
        filter: &filter,
        form: Form::Groups,
    };
    let column = table.column(link);
    let read = connected.source.select(&select, wait, &mut |row| {
        let linked = column
            .zip(row.first())
            .map(|(column, cell)| column.link(cell));
        for key in linked.iter().flat_map(super::Value::keys) {
            each(&key.to_string());
        }
        ControlFlow::Continue(())
    });
    connected.notice(read)
}
