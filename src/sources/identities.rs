//! By what a person is known.

use std::collections::BTreeMap;

use super::{Value, Way};

/// The kind of which sources keep the same handle in whatever case it was typed.
const EMAIL: &str = "email";

/// The verified handles of one person, by kind: `email`, `phone_number`, or an external id.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identities(BTreeMap<String, Vec<String>>);

impl Identities {
    /// One e-mail address.
    pub fn email(address: &str) -> Self {
        Self::default().with(EMAIL, address)
    }

    /// One more handle.
    #[must_use]
    pub fn with(mut self, kind: &str, value: &str) -> Self {
        let values = self.0.entry(kind.to_owned()).or_default();
        if !value.is_empty() && !values.iter().any(|it| it == value) {
            values.push(value.to_owned());
        }
        self
    }

    /// The handles of somebody else as well.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        other
            .handles()
            .fold(self, |all, (kind, value)| all.with(kind, value))
    }

    /// Every handle with its kind.
    pub fn handles(&self) -> impl Iterator<Item = (&str, &str)> {
        let kinds = self.0.iter();
        kinds.flat_map(|(kind, values)| values.iter().map(move |it| (kind.as_str(), it.as_str())))
    }

    /// What a column of this kind may hold: the handles, and e-mail addresses in small letters too.
    pub(super) fn values(&self, kind: &str) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        for handle in self.0.get(kind).into_iter().flatten() {
            let small = (kind == EMAIL).then(|| handle.to_lowercase());
            for text in [Some(handle.clone()), small].into_iter().flatten() {
                let key = Value::Text(text)
                    .as_key()
                    .expect("a text is never empty of kind");
                if !values.contains(&key) {
                    values.push(key);
                }
            }
        }
        values
    }

    /// How a column of this kind leads to the person's rows.
    pub(super) fn way(&self, column: &str, kind: &str) -> Way {
        Way {
            any_case: kind == EMAIL,
            ..Way::exactly(column, self.values(kind))
        }
    }

    /// Whether a cell holds one of the handles of this kind.
    pub(super) fn holds(&self, kind: &str, cell: &Value) -> bool {
        let Some(Value::Text(text)) = cell.as_key() else {
            return cell
                .as_key()
                .is_some_and(|key| self.values(kind).contains(&key));
        };
        let handles = self.0.get(kind).into_iter().flatten();
        let mut same = handles
            .map(|it| *it == text || (kind == EMAIL && it.to_lowercase() == text.to_lowercase()));
        same.any(|is_same| is_same)
    }
}

/// The kinds alone, so that no log can carry personal data.
impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
