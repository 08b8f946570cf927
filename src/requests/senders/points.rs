//! Data points: values that we hold, and that only the person is likely to know. Never one that the source masks,
//! never the one in dispute, and never one that is not held.

use std::collections::BTreeMap;

use super::alike::{is_same, normal};
use crate::app::App;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::{CollectionKey, FieldView, covers};
use crate::sources::{Dates, Held, Identities};
use crate::web::Form;

/// What is asked for, in this order: the category of the data, and the type of its input.
const ASKED: &[(&str, &str)] = &[
    ("user.contact.phone_number", "tel"),
    ("user.demographic.date_of_birth", "date"),
    ("user.contact.address.postal_code", "text"),
    ("user.contact.address.street", "text"),
    ("user.name", "text"),
];

/// So many are asked for at most.
const MOST: usize = 4;

/// So many records of a collection are compared.
const RECORDS: usize = 10;

/// One value to name.
pub struct Point {
    /// The name of its field in the form.
    pub name: String,
    /// As the register calls it.
    pub title: String,
    /// Type of the input.
    pub input: &'static str,
    values: Vec<String>,
}

/// What there is to be recognised by.
#[derive(Default)]
pub struct Points {
    /// Whether anything is held under the address, which makes it the first point.
    pub knows_address: bool,
    /// What else can be named.
    pub asked: Vec<Point>,
}

impl Points {
    /// Reads what is held. A value in dispute leaves out its whole category.
    pub fn read(app: &App, person: &Identities, disputed: Option<[&str; 3]>) -> AppResult<Self> {
        let register = &app.register;
        let disputed = disputed
            .and_then(|[dataset, collection, field]| register.describe(dataset, collection, field));
        let mut points = Points::default();
        let mut found = BTreeMap::<&str, Point>::new();
        for dataset in &register.datasets {
            for collection in &dataset.collections {
                let views = register.describe_all(dataset, collection);
                let askable: Vec<_> = views
                    .iter()
                    .filter_map(|view| Some((view, asked(view, disputed.as_ref())?)))
                    .collect();
                if askable.is_empty() {
                    continue;
                }
                let key = CollectionKey::new(&dataset.key, &collection.name);
                let page = app
                    .sources
                    .page(person, &key, None, RECORDS, Dates::default())?;
                points.knows_address |= !page.records.is_empty();
                let data: Vec<_> = page.records.into_iter().flat_map(|it| it.fields).collect();
                for (view, (category, input)) in askable {
                    let held = data.iter().filter(|datum| datum.path == view.field.path);
                    let values: Vec<_> = held.filter_map(|datum| plain(&datum.value)).collect();
                    if values.is_empty() {
                        continue;
                    }
                    let point = found.entry(category).or_insert_with(|| Point {
                        name: format!("point-{}", category.replace('.', "-")),
                        title: view.field.title.clone(),
                        input,
                        values: Vec::new(),
                    });
                    point.values.extend(values);
                }
            }
        }
        let in_order = ASKED
            .iter()
            .filter_map(|(category, _)| found.remove(category));
        points.asked = in_order.take(MOST).collect();
        Ok(points)
    }

    /// How many there are at best.
    pub fn most(&self) -> usize {
        self.asked.len() + usize::from(self.knows_address)
    }

    /// What is wrong with what was typed before it is compared, so that a slip costs no try: nothing at all, or what
    /// cannot be such a value.
    pub fn slips(&self, form: Form<BTreeMap<String, String>>) -> Form<BTreeMap<String, String>> {
        let typed = |point: &Point| form.values.get(&point.name).map_or("", |it| it.trim());
        let is_nothing = |point: &Point| normal(typed(point)).is_empty();
        let mut impossible = self.asked.iter().filter(|it| !it.can_be(typed(it)));
        let fault = match impossible.next() {
            Some(point) => Some((point, point.hint())),
            None if self.asked.iter().all(is_nothing) => {
                let first = self.asked.first();
                first.map(|point| {
                    (
                        point,
                        "Enter at least one value. This was not counted as a try.",
                    )
                })
            }
            None => None,
        };
        fault.into_iter().fold(form, |form, (point, sentence)| {
            form.refuse(point.name.clone(), sentence)
        })
    }

    /// How many match. Every value is compared to its end, whatever the others came to.
    pub fn count(&self, keys: &Keys, typed: &BTreeMap<String, String>) -> usize {
        let matched = self.asked.iter().map(|point| {
            let typed = typed.get(&point.name).map_or("", String::as_str);
            point.matches(keys, typed)
        });
        matched.map(usize::from).sum::<usize>() + usize::from(self.knows_address)
    }
}

impl Point {
    /// Whether a value of its kind can be so. Nothing may stand for what somebody does not know.
    fn can_be(&self, typed: &str) -> bool {
        typed.is_empty()
            || match self.input {
                "date" => typed.parse::<chrono::NaiveDate>().is_ok(),
                "tel" => typed.chars().any(|it| it.is_ascii_digit()),
                _ => true,
            }
    }

    fn hint(&self) -> &'static str {
        match self.input {
            "date" => "Enter a date such as 1990-03-31, or leave it out.",
            _ => "Enter a number with digits, or leave it out.",
        }
    }

    fn matches(&self, keys: &Keys, typed: &str) -> bool {
        let is_it = |held: &String| is_same(keys, self.input, held, typed);
        self.values
            .iter()
            .fold(false, |same, held| is_it(held) | same)
    }
}

/// The category and input under which a field can be asked for.
fn asked(
    view: &FieldView<'_>,
    disputed: Option<&FieldView<'_>>,
) -> Option<(&'static str, &'static str)> {
    let of = |view: &FieldView<'_>| {
        let mut all = ASKED.iter().copied();
        all.find(|(category, _)| view.field.categories.iter().any(|it| covers(category, it)))
    };
    let field = view.field;
    let is_hidden = field.never_disclose.is_some() || field.primary_key || field.identity.is_some();
    let is_disputed = disputed.is_some_and(|it| of(it) == of(view));
    of(view).filter(|_| !is_hidden && !is_disputed && field.references.is_empty())
}

fn plain(held: &Held) -> Option<String> {
    match held {
        Held::Plain(value) => Some(value.to_string()).filter(|it| !normal(it).is_empty()),
        Held::Empty | Held::Masked(_) => None,
    }
}
