//! What is read for figures about everybody: bare combinations of values. They go into totals and nowhere else.

use super::{Dates, EachRow, Fault, Filter, Form, Select, SourceError, Sources, connector, table};
use crate::register::CollectionKey;

impl Sources {
    /// Hands over each combination of the values of some columns once, with the number of its records behind; with a
    /// period, of records whose date lies in it.
    pub fn combinations(
        &self,
        collection: &CollectionKey,
        columns: &[String],
        period: Option<(String, Dates)>,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let inner = &*self.0;
        let missing = || {
            let words = format!("collection `{collection}`");
            SourceError::new(&collection.dataset, Fault::Missing(words))
        };
        let at = inner.graph.position(collection).ok_or_else(missing)?;
        let node = &inner.graph.nodes[at];
        let connected = inner.connected(&node.source)?;
        let schema = connected.schema(connected.limits.read)?;
        let table = table(&schema, node)?;
        let dated = period.iter().map(|(column, _)| column);
        if let Some(column) = columns
            .iter()
            .chain(dated)
            .find(|it| table.column(it).is_none())
        {
            return Err(connector::missing(&node.source, table, column));
        }
        let filter = Filter {
            period,
            ..Filter::default()
        };
        let select = Select {
            table,
            columns,
            filter: &filter,
            form: Form::Groups,
        };
        connected.notice(
            connected
                .source
                .select(&select, connected.limits.step, each),
        )
    }
}
