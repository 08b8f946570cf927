//! One description per field, which page, export, correction and erasure share, so that none of the four can
//! forget a mask, a reason or an end date.

use chrono::NaiveDate;

use super::{
    Activity, Category, Collection, Correctable, Dataset, Erase, Field, Input, Kind, NeverDisclose,
    Recipient, Register, Required, Retention, SourceKind, covers,
};

/// Of data that are dates of birth.
const BIRTH_DATE: &str = "user.demographic.date_of_birth";

/// What follows from a field's categories, as positions in the register; found once, when it is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Links {
    category: Option<usize>,
    activities: Vec<usize>,
    recipients: Vec<usize>,
}

/// A field with all that the register says about it.
#[derive(Debug, Clone, Copy)]
pub struct FieldView<'a> {
    register: &'a Register,
    /// The dataset that holds it.
    pub dataset: &'a Dataset,
    /// The collection that holds it.
    pub collection: &'a Collection,
    /// The field as declared.
    pub field: &'a Field,
}

impl Register {
    /// The description of one field; `None` when the register does not know it.
    pub fn describe(&self, dataset: &str, collection: &str, field: &str) -> Option<FieldView<'_>> {
        let dataset = self.dataset(dataset)?;
        let collection = dataset.collection(collection)?;
        let field = collection.field(field)?;
        Some(FieldView {
            register: self,
            dataset,
            collection,
            field,
        })
    }

    /// The descriptions of a collection's fields, nested ones after their parent.
    pub fn describe_all<'a>(
        &'a self,
        dataset: &'a Dataset,
        collection: &'a Collection,
    ) -> Vec<FieldView<'a>> {
        let view = |field| FieldView {
            register: self,
            dataset,
            collection,
            field,
        };
        collection.all_fields().into_iter().map(view).collect()
    }

    /// The declared category of a collection as a whole: by its own data categories, else the most frequent
    /// among its fields.
    pub fn category_of_collection(&self, collection: &Collection) -> Option<&Category> {
        let own = self.category_position(&collection.categories);
        let most_frequent = || {
            let fields = collection.all_fields();
            let positions: Vec<usize> = fields
                .iter()
                .filter_map(|field| field.links.category)
                .collect();
            let count = |position: &usize| positions.iter().filter(|it| *it == position).count();
            positions.iter().copied().rev().max_by_key(count)
        };
        own.or_else(most_frequent)
            .map(|position| &self.categories[position])
    }

    /// Finds what each field's categories lead to, and who uses each category. The loader's last step.
    pub(super) fn link(&mut self) {
        let mut datasets = std::mem::take(&mut self.datasets);
        for collection in datasets
            .iter_mut()
            .flat_map(|dataset| &mut dataset.collections)
        {
            self.link_fields(&mut collection.fields);
        }
        self.datasets = datasets;
        for category in &mut self.categories {
            let touches = |targets: &[String]| {
                targets
                    .iter()
                    .any(|target| covers(target, &category.key) || covers(&category.key, target))
            };
            let activities = self.activities.iter().filter(|it| touches(&it.categories));
            category.activities = activities.map(|it| it.key.clone()).collect();
            let recipients = self.recipients.iter().filter(|it| touches(&it.categories));
            category.recipients = recipients.map(|it| it.key.clone()).collect();
        }
        self.link_activities();
    }

    fn link_activities(&mut self) {
        let mut activities = std::mem::take(&mut self.activities);
        for activity in &mut activities {
            let used = activity.categories.iter();
            let declared = used.filter_map(|it| self.category_of(it));
            activity.data = declared.map(|it| it.title.clone()).collect();
            activity.data.sort_unstable();
            activity.data.dedup();
            let all = self.recipients.iter();
            let served = all.filter(|it| it.activities.contains(&activity.key));
            activity.recipients = served.map(|it| it.name.clone()).collect();
        }
        self.activities = activities;
    }

    fn link_fields(&self, fields: &mut [Field]) {
        for field in fields {
            let uses = |targets: &[String]| {
                targets
                    .iter()
                    .any(|target| field.categories.iter().any(|key| covers(target, key)))
            };
            field.links = Links {
                category: self.category_position(&field.categories),
                activities: positions(&self.activities, |it| uses(&it.categories)),
                recipients: positions(&self.recipients, |it| uses(&it.categories)),
            };
            self.link_fields(&mut field.fields);
        }
    }

    /// Of several, a sensitive category speaks first: the strictest treatment wins.
    fn category_position(&self, data_categories: &[String]) -> Option<usize> {
        let found = || {
            data_categories
                .iter()
                .filter_map(|key| self.category_of(key))
        };
        let category = found().find(|it| it.sensitive).or_else(|| found().next())?;
        self.categories.iter().position(|it| it.key == category.key)
    }
}

fn positions<T>(items: &[T], wanted: impl Fn(&T) -> bool) -> Vec<usize> {
    items
        .iter()
        .enumerate()
        .filter(|(_, item)| wanted(item))
        .map(|(position, _)| position)
        .collect()
}

impl<'a> FieldView<'a> {
    /// The declared category that it is shown under; `None` for data that are not about people, such as keys.
    pub fn category(&self) -> Option<&'a Category> {
        self.field
            .links
            .category
            .map(|position| &self.register.categories[position])
    }

    /// The activities that use it.
    pub fn activities(&self) -> impl Iterator<Item = &'a Activity> + use<'a> {
        let register = self.register;
        self.field
            .links
            .activities
            .iter()
            .map(move |&position| &register.activities[position])
    }

    /// Who gets it.
    pub fn recipients(&self) -> impl Iterator<Item = &'a Recipient> + use<'a> {
        let register = self.register;
        self.field
            .links
            .recipients
            .iter()
            .map(move |&position| &register.recipients[position])
    }

    /// Whether its category is sensitive.
    pub fn is_sensitive(&self) -> bool {
        self.category().is_some_and(|category| category.sensitive)
    }

    /// Whether it is a date of birth.
    pub fn is_birth_date(&self) -> bool {
        let mut categories = self.field.categories.iter();
        categories.any(|it| covers(BIRTH_DATE, it))
    }

    /// Whether it is about the person's health.
    pub fn is_health(&self) -> bool {
        self.field.is_health
    }

    /// Where it comes from: as its own manifest says, else its collection's, else its category's.
    pub fn source_kind(&self) -> Option<SourceKind> {
        let said = self.field.source_kind.or(self.collection.source_kind);
        said.or_else(|| self.category().map(|category| category.source_kind))
    }

    /// How long it is kept: as its collection says, else its category.
    pub fn retention(&self) -> Option<&'a Retention> {
        self.collection
            .retention
            .as_ref()
            .or_else(|| self.category().map(|category| &category.retention))
    }

    /// The last day on which a record of this date may be kept.
    pub fn ends_on(&self, date: NaiveDate) -> Option<NaiveDate> {
        self.retention()
            .and_then(|retention| retention.ends_on(date))
    }

    /// What a deletion does to it.
    pub fn erase(&self) -> &'a Erase {
        self.field.erase.as_ref().unwrap_or(&self.collection.erase)
    }

    /// Why it must be given, and what stops without it.
    pub fn required(&self) -> Option<&'a Required> {
        self.field.required.as_ref()
    }

    /// Why its value is masked where it is read; `None` for data that may be shown.
    pub fn never_disclose(&self) -> Option<NeverDisclose> {
        self.field.never_disclose
    }

    /// What a corrected value is typed into; `None` when it cannot be corrected row by row.
    pub fn input(&self) -> Option<Input> {
        let field = self.field;
        // A source changes whole columns, and no value inside of one.
        let fixed = field.path != field.name
            || field.read_only
            || field.primary_key
            || field.never_disclose.is_some()
            || !field.fields.is_empty();
        match &field.correctable {
            _ if fixed => None,
            Correctable::No => None,
            Correctable::By(input) => Some(input.clone()),
            Correctable::Yes => input_of_type(field),
            // Keys, and handles that a person signs in with, change by other ways than a correction.
            Correctable::Unsaid if field.identity.is_some() || !field.references.is_empty() => None,
            Correctable::Unsaid => self.category().and_then(|_| input_of_type(field)),
        }
    }

    /// The same where this is held now: what has several lines is typed in several, unless the register says otherwise.
    pub fn input_over(&self, held: Option<&str>) -> Option<Input> {
        let is_said = matches!(self.field.correctable, Correctable::By(_));
        let has_lines = held.is_some_and(|it| it.contains(['\n', '\r']));
        match self.input()? {
            Input::Text(length) if has_lines && !is_said => Some(Input::LongText(length)),
            input => Some(input),
        }
    }
}

fn input_of_type(field: &Field) -> Option<Input> {
    let Some(data_type) = field.data_type else {
        return Some(Input::Text(field.length));
    };
    match data_type.kind {
        _ if data_type.array => None,
        Kind::String => Some(Input::Text(field.length)),
        Kind::Integer => Some(Input::Integer),
        Kind::Float => Some(Input::Decimal),
        Kind::Boolean => Some(Input::YesNo),
        Kind::Date => Some(Input::Date),
        Kind::DateTime => Some(Input::DateTime),
        Kind::Object | Kind::ObjectId => None,
    }
}
