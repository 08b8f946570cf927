//! The plan of an erasure as the person reads it.

use crate::register::{CollectionKey, Register};
use crate::requests::words;
use crate::sources::{Action, FOLLOWS, Item, Plan, Stop};

/// The plan in words.
pub(super) struct PlanView {
    /// What goes or is changed, by category.
    pub erased: Vec<Group>,
    /// What stays, and why.
    pub kept: Vec<Kept>,
    /// Services that end.
    pub stops: Vec<ShownStop>,
    /// How many records are erased or changed.
    pub records: u64,
}

/// The collections of one category.
pub(super) struct Group {
    pub title: String,
    pub lines: Vec<Line>,
}

/// What happens to some records of a collection.
pub(super) struct Line {
    pub title: String,
    pub records: u64,
    pub what: String,
}

/// Records that stay.
pub(super) struct Kept {
    pub title: String,
    pub records: u64,
    pub reason: String,
    pub basis: String,
    pub until: String,
}

/// A service that ends, and the data that it needs.
pub(super) struct ShownStop {
    pub consequence: String,
    pub basis: String,
    pub fields: String,
}

impl PlanView {
    pub fn of(register: &Register, plan: &Plan) -> Self {
        let mut view = PlanView {
            erased: Vec::new(),
            kept: Vec::new(),
            stops: plan.stops.iter().map(|it| stop(register, it)).collect(),
            records: 0,
        };
        for item in &plan.items {
            view.add(register, item);
        }
        view
    }

    fn add(&mut self, register: &Register, item: &Item) {
        let collection = register.collection(&item.key());
        let title = collection.map_or_else(|| item.collection.clone(), |it| it.title.clone());
        let what = match &item.action {
            Action::Keep {
                reason,
                basis,
                until,
                ..
            } => {
                let until = until.map(words::day).unwrap_or_default();
                return self.keep(title, item.records, reason, basis, until);
            }
            Action::Leave { reason } => {
                return self.keep(title, item.records, reason, "", String::new());
            }
            Action::Delete => "Erased".to_owned(),
            Action::Mask { why: None } => "Your details in them are overwritten".to_owned(),
            Action::Mask { why: Some(why) } => {
                format!("Your details in them are overwritten. {why}")
            }
            Action::Cut => "They stay; their link to erased data is cut".to_owned(),
            Action::Follow => FOLLOWS.to_owned(),
        };
        let category = collection.and_then(|it| register.category_of_collection(it));
        let group = category.map_or("Other records", |it| &it.title);
        if !matches!(item.action, Action::Cut | Action::Follow) {
            self.records += item.records;
        }
        let line = Line {
            title,
            records: item.records,
            what,
        };
        match self.erased.iter_mut().find(|it| it.title == group) {
            Some(group) => group.lines.push(line),
            None => self.erased.push(Group {
                title: group.to_owned(),
                lines: vec![line],
            }),
        }
    }

    fn keep(&mut self, title: String, records: u64, reason: &str, basis: &str, until: String) {
        self.kept.push(Kept {
            title,
            records,
            reason: reason.to_owned(),
            basis: basis.to_owned(),
            until,
        });
    }
}

fn stop(register: &Register, stop: &Stop) -> ShownStop {
    let titles: Vec<_> = stop
        .fields
        .iter()
        .map(|path| field_title(register, path))
        .collect();
    ShownStop {
        consequence: stop.consequence.clone(),
        basis: stop.basis.clone(),
        fields: titles.join(", "),
    }
}

/// `dataset.collection.field`, where only the field's path may hold more dots.
fn field_title(register: &Register, path: &str) -> String {
    let mut parts = path.splitn(3, '.');
    let mut next = || parts.next().unwrap_or_default();
    let (dataset, collection, field) = (next(), next(), next());
    let view = register.describe(dataset, collection, field);
    view.map_or_else(
        || CollectionKey::new(dataset, collection).to_string(),
        |view| view.field.title.clone(),
    )
}
