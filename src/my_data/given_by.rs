//! Who gave us a datum, by name.

use crate::register::{FieldView, SourceKind};
use crate::sources::{Datum, Record};

impl FieldView<'_> {
    /// Who gave us the datum, where that is a partner who is known by name: by a field of the record, else by its
    /// collection.
    pub fn source_name(&self, record: &Record) -> Option<String> {
        if self.source_kind() != Some(SourceKind::Partner) {
            return None;
        }
        let fields = self.collection.all_fields();
        let names = |datum: &&Datum| {
            let mut named = fields.iter().filter(|it| it.names_source);
            named.any(|it| it.path == datum.path)
        };
        let said = record.fields.iter().find(names);
        let said = said.map(|datum| datum.value.to_string());
        said.filter(|it| !it.trim().is_empty())
            .or_else(|| self.collection.source_name.clone())
    }
}
