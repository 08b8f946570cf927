//! What the register, holds and the wish of the person mean for one row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::{
    Hold, Inner, Keeper, Scope, Value,
    graph::Node,
    layout::Layout,
    masking::Strategy,
    overwriting::{IN_PART, NO_KEY},
    personal::{all_categories, is_personal, leaves, personal_leaves},
    record,
};
use crate::register::{Collection, Erase, Field, Register, Retention, covers};

/// What happens to one row.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fate {
    /// It goes.
    pub deleted: bool,
    /// New values by column.
    pub set: BTreeMap<String, Strategy>,
    /// Fields that stay for a reason, and until when.
    pub kept: Vec<Kept>,
    /// Fields that cannot be changed, and why; an empty name stands for the whole row.
    pub left: BTreeMap<String, &'static str>,
    /// It only shows other rows, and goes with them.
    pub follows: bool,
}

/// Fields that stay for one reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    pub reason: String,
    pub basis: String,
    pub fields: Vec<String>,
    pub until: Option<NaiveDate>,
    pub by: Keeper,
}

/// The rules of one collection for one wish.
pub(super) struct Rules<'a> {
    pub collection: &'a Collection,
    fields: Vec<FieldRule<'a>>,
    row: Option<Exception<'a>>,
    /// The row goes when nothing in it has to stay.
    may_delete: bool,
    /// It would, if it could be named; where fields are personal, they say so.
    is_nameless: bool,
    today: NaiveDate,
    /// The source is only read.
    is_read_only: bool,
    /// Nothing in a row is changed by itself, so that one reason is enough; and whether it goes with what it shows.
    computed: Option<bool>,
}

struct FieldRule<'a> {
    field: &'a Field,
    exception: Option<Exception<'a>>,
    /// How it is overwritten when the row stays; or why it cannot be.
    write: Result<Strategy, &'static str>,
    /// What inside of it stays all the same, and why.
    left: Vec<(&'a str, &'static str)>,
}

pub(super) const ONLY_READ: &str =
    "The system that holds it may only be read from here, so nothing in it is changed.";

/// Why something stays.
struct Exception<'a> {
    reason: &'a str,
    basis: &'a str,
    until: Until,
    by: Keeper,
}

enum Until {
    Day(Option<NaiveDate>),
    DaysAfter(u32, Option<usize>),
}

/// What is wished, and what stands against it.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub register: &'a Register,
    pub scope: &'a Scope,
    pub law: &'a str,
    pub holds: &'a [Hold],
    pub today: NaiveDate,
}

impl<'a> Rules<'a> {
    pub fn new(inner: &'a Inner, layout: &'a Layout<'a>, wish: Wish<'a>) -> Self {
        let collection = layout.node.collection(&inner.register);
        let fields = layout.fields.iter().map(|(field, _)| *field);
        let personal: Vec<_> = fields.filter(|field| is_personal(field)).collect();
        let all = wish.covers_all(layout.node, &personal);
        let rule = |field: &'a Field| FieldRule {
            field,
            exception: wish.exception(layout, collection, field),
            write: wish.write(layout, field),
            left: wish.left(layout.node, field),
        };
        let asked = personal
            .into_iter()
            .filter(|it| wish.covers_any(layout.node, it));
        let fields: Vec<_> = asked.map(rule).collect();
        let row = || wish.row_exception(layout, collection);
        let goes = all && collection.erase != Erase::Mask && !layout.table.is_computed();
        Self {
            collection,
            // What nobody asked about needs no reason to stay.
            row: (fields.is_empty() && all).then(row).flatten(),
            is_nameless: goes && fields.is_empty() && layout.table.row_key.is_empty(),
            fields,
            may_delete: goes && !layout.table.row_key.is_empty(),
            today: wish.today,
            is_read_only: inner.is_read_only(&layout.node.source),
            computed: (layout.table.is_computed() || layout.follows()).then(|| layout.follows()),
        }
    }

    /// Whether no row is touched.
    pub fn is_idle(&self) -> bool {
        self.fields.is_empty() && !self.may_delete && !self.is_nameless
    }

    /// Decides about one row.
    pub fn fate(&self, cells: &[Value]) -> Fate {
        self.fate_of(cells, &|_| true)
    }

    /// The same where some fields are not meant: they stay, and the row with them.
    pub fn fate_of(&self, cells: &[Value], is_meant: &dyn Fn(&Field) -> bool) -> Fate {
        self.if_written(self.decide(cells, is_meant, self.may_delete))
    }

    /// The same for a row of which the lists in some columns need not be the person's alone: they stay, and the row.
    pub fn fate_in_part(&self, cells: &[Value], part: &BTreeSet<String>) -> Fate {
        let mut fate = self.decide(cells, &|field| !part.contains(&field.name), false);
        let fields = self.fields.iter().map(|rule| rule.field);
        let asked: Vec<_> = fields.filter(|it| part.contains(&it.name)).collect();
        let is_kept = |path: &String| fate.kept.iter().any(|it| it.fields.contains(path));
        let paths = asked.iter().map(|field| field.path.clone());
        let mut left: Vec<_> = paths.filter(|path| !is_kept(path)).collect();
        if self.may_delete && asked.is_empty() && fate.kept.is_empty() {
            left.extend(part.iter().cloned());
        }
        fate.left
            .extend(left.into_iter().map(|path| (path, IN_PART)));
        self.if_written(fate)
    }

    fn if_written(&self, fate: Fate) -> Fate {
        if self.is_read_only {
            fate.without_changes(ONLY_READ)
        } else {
            fate
        }
    }

    fn decide(&self, cells: &[Value], is_meant: &dyn Fn(&Field) -> bool, may_delete: bool) -> Fate {
        let mut fate = Fate::default();
        let exceptions = self.fields.iter().filter_map(|rule| {
            let exception = rule.exception.as_ref()?;
            Some((exception, rule.field.path.as_str()))
        });
        // Where no field is personal, the exception is about the row as such.
        for (exception, path) in exceptions.chain(self.row.iter().map(|it| (it, ""))) {
            let until = exception.until(cells);
            if until.is_none_or(|until| until >= self.today) {
                fate.keep(exception, path, until);
            }
        }
        let are_all = || self.fields.iter().all(|it| is_meant(it.field));
        fate.deleted = may_delete && fate.kept.is_empty() && are_all();
        if fate.deleted {
            return fate;
        }
        if self.is_nameless && fate.kept.is_empty() {
            fate.left.insert(String::new(), NO_KEY);
        }
        let kept = fate.kept.clone();
        let is_kept = |path: &String| kept.iter().any(|it| it.fields.contains(path));
        let goes = |it: &&FieldRule<'_>| is_meant(it.field) && !is_kept(&it.field.path);
        for rule in self.fields.iter().filter(goes) {
            match &rule.write {
                Ok(strategy) => {
                    fate.set.insert(rule.field.name.clone(), strategy.clone());
                    let left = rule.left.iter();
                    fate.left
                        .extend(left.map(|(path, why)| ((*path).to_owned(), *why)));
                }
                Err("") => fate.follows |= self.computed == Some(true),
                Err(why) => {
                    let place = self.computed.is_none().then(|| rule.field.path.clone());
                    fate.left.insert(place.unwrap_or_default(), why);
                }
            }
        }
        fate
    }

    /// What is done to a row that would go, but must stay because others point at it: it is emptied, as far as it can be.
    pub fn emptied(&self, cells: &[Value]) -> Fate {
        self.if_written(self.decide(cells, &|_| true, false))
    }
}

impl Fate {
    /// The same of a row that cannot be changed.
    pub fn without_changes(self, why: &'static str) -> Self {
        let nothing = !self.deleted && self.set.is_empty() && !self.follows;
        let whole_row = (String::new(), why);
        Self {
            kept: self.kept,
            left: if nothing {
                self.left
            } else {
                [whole_row].into()
            },
            ..Self::default()
        }
    }

    fn keep(&mut self, exception: &Exception<'_>, field: &str, until: Option<NaiveDate>) {
        let (reason, basis) = (exception.reason, exception.basis);
        let same = |it: &Kept| {
            (it.reason.as_str(), it.basis.as_str(), it.until, it.by)
                == (reason, basis, until, exception.by)
        };
        let known = self.kept.iter().position(same);
        let at = known.unwrap_or_else(|| {
            self.kept.push(Kept {
                reason: reason.to_owned(),
                basis: basis.to_owned(),
                fields: Vec::new(),
                until,
                by: exception.by,
            });
            self.kept.len() - 1
        });
        let field = (!field.is_empty()).then(|| field.to_owned());
        self.kept[at].fields.extend(field);
    }
}

impl<'a> Exception<'a> {
    /// The first reason of the register that concerns people of that law.
    fn of(
        layout: &Layout<'_>,
        collection: &Collection,
        (erase, law): (&'a Erase, &str),
    ) -> Option<Self> {
        let keep = erase.reason_under(law)?;
        let until = match &keep.until {
            Retention::Period { days, from } => {
                let from = from.as_deref();
                let date = from.or_else(|| Some(collection.date_field()?.path.as_str()));
                Until::DaysAfter(*days, date.and_then(|it| layout.find(it)))
            }
            Retention::Criterion(_) => Until::Day(None),
        };
        Some(Self {
            reason: &keep.reason,
            basis: &keep.basis,
            until,
            by: Keeper::Rule,
        })
    }

    /// The last day, where it is known.
    fn until(&self, row: &[Value]) -> Option<NaiveDate> {
        match self.until {
            Until::Day(day) => day,
            Until::DaysAfter(days, at) => {
                let day = record::day(&row[at?])?;
                day.checked_add_days(Days::new(u64::from(days)))
            }
        }
    }
}

impl<'a> Wish<'a> {
    fn exception(
        self,
        layout: &Layout<'_>,
        collection: &'a Collection,
        field: &'a Field,
    ) -> Option<Exception<'a>> {
        let held = self.held(layout.node, |hold| hold.names(field));
        held.or_else(|| {
            let kept = leaves(field)
                .into_iter()
                .filter_map(|leaf| leaf.erase.as_ref());
            let mut kept = kept.filter(|erase| erase.reason_under(self.law).is_some());
            let own = field.erase.as_ref().or_else(|| kept.next());
            let erase = own.unwrap_or(&collection.erase);
            Exception::of(layout, collection, (erase, self.law))
        })
    }

    /// Why the rows of a collection stay in which no field is personal.
    fn row_exception(
        self,
        layout: &Layout<'_>,
        collection: &'a Collection,
    ) -> Option<Exception<'a>> {
        let names_it = |hold: &Hold| {
            let mut fields = layout.fields.iter();
            hold.category.is_none() || fields.any(|(field, _)| hold.names(field))
        };
        self.held(layout.node, names_it)
            .or_else(|| Exception::of(layout, collection, (&collection.erase, self.law)))
    }

    /// The first hold in force on a collection that names what is asked about.
    fn held(self, node: &Node, names_it: impl Fn(&Hold) -> bool) -> Option<Exception<'a>> {
        let hold = self
            .holds
            .iter()
            .find(|hold| hold.is_on(node, self.today) && names_it(hold))?;
        Some(Exception {
            reason: &hold.reason,
            basis: &hold.basis,
            until: Until::Day(hold.until),
            by: hold.by,
        })
    }
}

impl Hold {
    fn is_on(&self, node: &Node, today: NaiveDate) -> bool {
        let is = |part: &Option<String>, name: &str| part.as_ref().is_none_or(|it| it == name);
        is(&self.dataset, &node.key.dataset)
            && is(&self.collection, &node.key.collection)
            && self.until.is_none_or(|until| until >= today)
    }

    fn names(&self, field: &Field) -> bool {
        let categories = all_categories(field);
        let in_category = |target: &String| categories.iter().any(|it| covers(target, it));
        self.category.as_ref().is_none_or(in_category)
    }
}

impl Wish<'_> {
    /// Whether a field is meant.
    pub fn covers(self, node: &Node, field: &Field) -> bool {
        match self.scope {
            Scope::Left(of) => Self { scope: of, ..self }.covers(node, field),
            Scope::All => true,
            Scope::Collections(keys) => keys.contains(&node.key.to_string()),
            Scope::Record {
                dataset,
                collection,
                ..
            } => (dataset, collection) == (&node.key.dataset, &node.key.collection),
            // An object goes as a whole, so everything personal in it must be meant.
            Scope::Categories(targets) => personal_leaves(field)
                .all(|leaf| targets.iter().any(|target| self.is_in(target, leaf))),
        }
    }

    /// Whether a field, or something inside of it, is meant.
    fn covers_any(self, node: &Node, field: &Field) -> bool {
        personal_leaves(field).any(|leaf| self.covers(node, leaf))
    }

    /// Whether a field is in a category: where a longer one is declared for it too, it is in that one only.
    fn is_in(self, target: &str, field: &Field) -> bool {
        let is_declared = self.register.category(target).is_some();
        field.categories.iter().any(|key| {
            let shown_in = self.register.category_of(key);
            covers(target, key) && (!is_declared || shown_in.is_none_or(|it| it.key == target))
        })
    }

    /// Whether every personal field of a collection is meant, and its rows are about the person at all.
    fn covers_all(self, node: &Node, personal: &[&Field]) -> bool {
        // What only serves as a look-up, such as products, belongs to nobody.
        let by_reference = || node.incoming.iter().any(|edge| !edge.upward);
        let belongs = !personal.is_empty() || !node.identities.is_empty() || by_reference();
        let is_meant = match self.scope {
            Scope::Left(of) => return Self { scope: of, ..self }.covers_all(node, personal),
            Scope::All => true,
            Scope::Collections(keys) => keys.contains(&node.key.to_string()),
            Scope::Record {
                dataset,
                collection,
                ..
            } => (dataset, collection) == (&node.key.dataset, &node.key.collection),
            Scope::Categories(_) => !personal.is_empty(),
        };
        belongs && is_meant && personal.iter().all(|field| self.covers(node, field))
    }
}
