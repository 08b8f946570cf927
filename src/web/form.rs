//! A form as it was typed, with what is wrong with it.

use validator::Validate;

/// What a template needs to show a form again: the values as typed, and the first fault of each field.
#[derive(Debug)]
pub struct Form<T> {
    /// As typed.
    pub values: T,
    errors: Vec<(String, String)>,
}

impl<T: Default> Default for Form<T> {
    fn default() -> Self {
        Form::new(T::default())
    }
}

impl<T> Form<T> {
    /// A form without faults.
    pub fn new(values: T) -> Self {
        let errors = Vec::new();
        Form { values, errors }
    }

    /// Adds a fault that only the database or the clock could tell. The sentence stands beside the field.
    #[must_use]
    pub fn refuse(mut self, field: impl Into<String>, sentence: impl Into<String>) -> Self {
        let field = field.into();
        if self.error(&field).is_none() {
            self.errors.push((field, sentence.into()));
        }
        self
    }

    /// The same faults with the values in another form, for a page that has several.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Form<U> {
        Form {
            values: change(self.values),
            errors: self.errors,
        }
    }

    /// Adds each of these faults that is one: whether it is, the field, and the sentence beside it.
    #[must_use]
    pub fn refuse_where<const N: usize>(self, faults: [(bool, &str, &str); N]) -> Self {
        let wrong = faults.into_iter().filter(|(is_wrong, ..)| *is_wrong);
        wrong.fold(self, |form, (_, field, sentence)| {
            form.refuse(field, sentence)
        })
    }

    /// The fault of a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        let mut faults = self.errors.iter();
        faults.find_map(|(name, sentence)| (name == field).then_some(sentence.as_str()))
    }

    /// Whether anything is wrong.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Each field with its fault, for the summary.
    pub fn errors(&self) -> &[(String, String)] {
        &self.errors
    }
}

impl<T: Validate> Form<T> {
    /// The values if they hold, else the form to show again with status 422.
    pub fn check(values: T) -> Result<T, Form<T>> {
        let Err(found) = values.validate() else {
            return Ok(values);
        };
        let mut faults: Vec<(String, String)> = found
            .field_errors()
            .iter()
            .filter_map(|(field, faults)| {
                let sentence = faults.first()?.message.as_deref()?;
                Some((field.to_string(), sentence.to_owned()))
            })
            .collect();
        // The validator gives them in no order.
        faults.sort();
        let form = Form::new(values);
        Err(faults
            .into_iter()
            .fold(form, |form, (field, sentence)| form.refuse(field, sentence)))
    }
}
