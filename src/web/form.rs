//! A form as it was typed, with what is wrong with it.

use std::borrow::Cow;

use validator::{Validate, ValidationError, ValidationErrors};

/// What a template needs to show a form again: the values as typed, and the faults by field.
#[derive(Debug)]
pub struct Form<T> {
    /// As typed.
    pub values: T,
    errors: ValidationErrors,
}

impl<T: Default> Default for Form<T> {
    fn default() -> Self {
        Form::new(T::default())
    }
}

impl<T> Form<T> {
    /// A form without faults.
    pub fn new(values: T) -> Self {
        Form {
            values,
            errors: ValidationErrors::new(),
        }
    }

    /// Adds a fault that only the database or the clock could tell. The sentence stands beside the field.
    #[must_use]
    pub fn refuse(mut self, field: &'static str, sentence: impl Into<Cow<'static, str>>) -> Self {
        self.errors.add(
            field,
            ValidationError::new("refused").with_message(sentence.into()),
        );
        self
    }

    /// The first fault of a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        let errors = self.errors.field_errors();
        errors.get(field)?.first()?.message.as_deref()
    }

    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Each field with its first fault, for the summary; in the order of the fields' names.
    pub fn errors(&self) -> Vec<(String, String)> {
        let errors = self.errors.field_errors();
        let mut list: Vec<_> = errors
            .iter()
            .filter_map(|(field, faults)| {
                Some((
                    field.to_string(),
                    faults.first()?.message.as_deref()?.to_owned(),
                ))
            })
            .collect();
        list.sort();
        list
    }
}

impl<T: Validate> Form<T> {
    /// The values if they hold, else the form to show again with status 422.
    pub fn check(values: T) -> Result<T, Form<T>> {
        match values.validate() {
            Ok(()) => Ok(values),
            Err(errors) => Err(Form { values, errors }),
        }
    }
}
