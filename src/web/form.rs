//! A form as it was typed, with what is wrong with it.

use serde::Serialize;
use serde_json::Value;
use validator::Validate;

/// Stands beside a field with a character that nobody sees.
const UNSEEN: &str = "Leave out characters that cannot be seen.";

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

impl<T: Serialize> Form<T> {
    /// The faults in the order of the fields, where some were added after the others.
    #[must_use]
    pub fn in_order(self) -> Self {
        let order = Order::of(&self.values);
        self.sorted(&order)
    }

    /// Refuses each text with a character that is not seen, or that turns around how others are read: what people are
    /// shown and decide on must be what was typed.
    #[must_use]
    pub fn refuse_unseen(self) -> Self {
        let Ok(Value::Object(fields)) = serde_json::to_value(&self.values) else {
            return self;
        };
        let texts = fields
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?)));
        let unseen = texts.filter(|(_, text)| text.contains(is_unseen));
        unseen.fold(self, |form, (name, _)| form.refuse(name, UNSEEN))
    }
}

/// What is wrong with a text that is no field of a [`Form`] of its own: it has what nobody sees.
pub fn unseen_fault(text: &str) -> Option<&'static str> {
    text.contains(is_unseen).then_some(UNSEEN)
}

/// Whether people do not see a character: control characters but for ends of lines and tabs, and those that change the
/// direction of what follows. The marks of
/// languages that are written from the right stay, as do joiners of letters.
pub fn is_unseen(letter: char) -> bool {
    is_control(letter) || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether it is a control character that has no place in a text: the ends of lines and tabs have.
pub fn is_control(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
}

/// The order of a form's fields, which is that of its type: the summary names faults as the page shows the fields.
struct Order(String);

impl Order {
    fn of(values: &impl Serialize) -> Order {
        Order(serde_json::to_string(values).unwrap_or_default())
    }

    /// Where a field stands. A quotation mark in a value has a backslash before it, so no value is taken for a name.
    fn place(&self, field: &str) -> usize {
        let name = format!("\"{field}\":");
        self.0.find(&name).unwrap_or(usize::MAX)
    }
}

impl<T> Form<T> {
    fn sorted(mut self, order: &Order) -> Self {
        self.errors.sort_by_key(|(field, _)| order.place(field));
        self
    }
}

impl<T: Validate + Serialize> Form<T> {
    /// The values if they hold, else the form to show again with status 422.
    pub fn check(values: T) -> Result<T, Form<T>> {
        let found = values.validate().err();
        let mut faults: Vec<(String, String)> = found
            .iter()
            .flat_map(|found| found.field_errors())
            .filter_map(|(field, faults)| {
                let sentence = faults.first()?.message.as_deref()?;
                Some((field.to_string(), sentence.to_owned()))
            })
            .collect();
        // The validator gives them in no order.
        faults.sort();
        let order = Order::of(&values);
        let form = faults
            .into_iter()
            .fold(Form::new(values), |form, (field, sentence)| {
                form.refuse(field, sentence)
            })
            .refuse_unseen()
            .sorted(&order);
        // A fault without a sentence is one all the same.
        if found.is_some() || form.has_errors() {
            return Err(form);
        }
        Ok(form.values)
    }
}
