//! `candor sources plan`.

use std::{collections::BTreeSet, process::ExitCode};

use serde_json::{Map, Value as Json, json};

use super::{Faults, Format, Look, format::Table};
use crate::{
    clock::Clock,
    law::Laws,
    register::{Collection, Register, covers},
    say::{self, say},
    sources::{Action, FOLLOWS, Item, Plan, Scope},
};

pub(super) fn run(look: &Look, categories: Vec<String>, law: &str) -> Result<ExitCode, Faults> {
    let laws = Laws::built_in();
    if laws.find(law).is_none() {
        let known: Vec<_> = laws.all().iter().map(|it| it.key.as_str()).collect();
        let known = known.join(", ");
        return Err(Faults(vec![format!(
            "there is no law {law:?}: give one of {known}"
        )]));
    }
    let (sources, person) = look.open()?;
    let mut faults = Vec::new();
    for (category, wrong) in unknown(sources.register(), &categories) {
        // A source that is not given may have data of it.
        if sources.register().knows_category(category) {
            eprintln!("warning: {wrong}");
        } else {
            faults.push(wrong);
        }
    }
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let scope = if categories.is_empty() {
        Scope::All
    } else {
        Scope::Categories(with_beneath(sources.register(), categories))
    };
    let today = Clock::system().today();
    let plan = match sources.plan_erasure(&person, (&scope, law), &[], today) {
        Ok(plan) => plan,
        Err(error) => {
            eprintln!("candor: {error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    match look.format {
        Format::Json => say!("{:#}", json_of(&plan)),
        Format::Table => say::print(format_args!("{}", table_of(&plan))),
    }
    Ok(ExitCode::SUCCESS)
}

/// These, and those beneath them that the register tells apart from them.
fn with_beneath(register: &Register, categories: Vec<String>) -> BTreeSet<String> {
    let declared = register.categories.iter().map(|it| &it.key);
    let beneath = declared.filter(|key| categories.iter().any(|it| covers(it, key)));
    let beneath: Vec<_> = beneath.cloned().collect();
    categories.into_iter().chain(beneath).collect()
}

/// Categories that no field about people has, each with a sentence: an erasure of them alone does nothing.
fn unknown<'c>(register: &Register, categories: &'c [String]) -> Vec<(&'c str, String)> {
    let collections = register.datasets.iter().flat_map(|it| &it.collections);
    let fields = collections.flat_map(Collection::all_fields);
    let known: BTreeSet<&str> = fields
        .flat_map(|it| &it.categories)
        .map(String::as_str)
        .filter(|it| covers("user", it))
        .collect();
    let is_unknown = |category: &&String| !known.iter().any(|it| covers(category, it));
    let expected = known.iter().copied().collect::<Vec<_>>().join(", ");
    let told = |category: &'c String| {
        let wrong = format!(
            "no field about people is of the category `{category}`; expected one of {expected}, or one above"
        );
        (category.as_str(), wrong)
    };
    categories.iter().filter(is_unknown).map(told).collect()
}

fn json_of(plan: &Plan) -> Json {
    let mut collections = Map::new();
    for item in &plan.items {
        let told = Told::of(item);
        let entry = collections.entry(named(item)).or_insert_with(|| json!([]));
        if let Json::Array(items) = entry {
            items.push(json!({
                "action": told.action,
                "records": item.records,
                "fields": item.fields,
                "reason": told.reason,
                "basis": told.basis,
                "until": told.until,
            }));
        }
    }
    Json::Object(collections)
}

fn table_of(plan: &Plan) -> Table {
    let headings = ["collection", "records", "action", "fields", "reason"];
    let mut table = Table::new(headings);
    for item in &plan.items {
        let told = Told::of(item);
        let parts = [
            told.reason,
            told.basis,
            told.until.map(|day| format!("until {day}")),
        ];
        let reason: Vec<_> = parts.into_iter().flatten().collect();
        table.row([
            named(item),
            item.records.to_string(),
            told.action.to_owned(),
            item.fields.join(", "),
            reason.join(" "),
        ]);
    }
    table
}

fn named(item: &Item) -> String {
    format!("{}:{}", item.dataset, item.collection)
}

/// What is said of an item.
#[derive(Default)]
struct Told {
    action: &'static str,
    reason: Option<String>,
    basis: Option<String>,
    until: Option<String>,
}

impl Told {
    fn of(item: &Item) -> Self {
        let (action, reason) = match &item.action {
            Action::Delete => ("delete", None),
            Action::Mask { why } => ("mask", why.clone()),
            Action::Cut => ("cut", None),
            Action::Follow => ("follow", Some(FOLLOWS.to_owned())),
            Action::Leave { reason } => ("leave", Some(reason.clone())),
            Action::Keep {
                reason,
                basis,
                until,
                ..
            } => {
                return Self {
                    action: "keep",
                    reason: Some(reason.clone()),
                    basis: Some(basis.clone()),
                    until: until.map(|day| day.to_string()),
                };
            }
        };
        Self {
            action,
            reason,
            ..Self::default()
        }
    }
}
