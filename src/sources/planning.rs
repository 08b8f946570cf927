//! Makes the plan of an erasure: reads the person's own rows, decides about each, and writes down what would be done.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    Back, Budgets, Erased, Hold, Identities, Inner, Known, Plan, Scope, SourceError, Sources,
    Target, Value,
    back::{Judge, Traces},
    fate::{Fate, Rules, Wish},
    fitting::{Fitting, Masked},
    layout::Layout,
    links, one_record, order,
    reader::{Reader, Shelf},
    staying, summing,
};

const UNFIT: &str = "It is not written as the register says, or leaves no room, so that nothing in it can be changed on its own.";

/// Everything known about the erasure while it is planned.
pub(super) struct Draft<'a> {
    pub reader: &'a Reader<'a>,
    /// What was asked for; of one record, the wish speaks of all collections from which rows may go with it.
    pub scope: &'a Scope,
    pub wish: Wish<'a>,
    pub sheets: Vec<Sheet<'a>>,
    /// Records that were looked for by their ids, and are as they were left.
    pub known: Vec<Known>,
    /// What of it may have come back, where it is an erasure of that.
    pub again: Option<&'a Erased>,
    pub judge: Option<Judge<'a>>,
    /// What came back, by collection.
    pub back: Vec<Back>,
}

/// The rows of one collection.
pub(super) struct Sheet<'a> {
    pub shelf: &'a Shelf<'a>,
    pub layout: &'a Layout<'a>,
    /// What was asked for.
    pub scope: &'a Scope,
    pub rules: Rules<'a>,
    /// Columns in which references begin or end.
    pub linked: Vec<String>,
    pub doomed: Vec<Doomed>,
    pub staying: Vec<Staying>,
}

/// A row that goes.
pub(super) struct Doomed {
    pub id: String,
    pub key: Vec<Value>,
    pub fingerprint: String,
    /// Its values in the linked columns, in their comparable form.
    pub links: Vec<Value>,
    /// Columns that are emptied before any row goes, as rows point at each other.
    pub cut: Vec<String>,
    pub traces: Traces,
}

/// A row that stays, whatever becomes of its fields.
pub(super) struct Staying {
    pub row: Vec<Value>,
    pub fate: Fate,
    /// Columns that are emptied so that it leads elsewhere no longer.
    pub cut: BTreeSet<String>,
    /// It would go, but others point at it.
    pub is_emptied: bool,
    /// Its key does not find it, so that nothing can be done to it.
    pub is_fixed: bool,
    /// What is carried out; `None` as long as it is not settled, or when nothing changes.
    pub target: Option<Target>,
}

impl Sources {
    /// Plans an erasure without doing anything. `today` judges exceptions and holds, `law` is the key of the person's
    /// law. The same data give the same plan.
    ///
    /// # Errors
    /// When any source does not answer, or lacks a collection: half a plan would be a false promise.
    pub fn plan_erasure(
        &self,
        person: &Identities,
        (scope, law): (&Scope, &str),
        holds: &[Hold],
        today: NaiveDate,
    ) -> Result<Plan, SourceError> {
        self.plan_erasure_of(person, (scope, law), (holds, &[]), today)
    }

    /// Plans to erase again what came back after an erasure. What came about since stays: nobody brought it back but the
    /// person.
    ///
    /// # Errors
    /// As those of [`Sources::plan_erasure`].
    pub fn plan_erasure_again(
        &self,
        person: &Identities,
        what: (&Scope, &str),
        (holds, known): (&[Hold], &[Known]),
        (today, erased): (NaiveDate, &Erased),
    ) -> Result<Plan, SourceError> {
        self.plan_around(person, what, (holds, known, Some(erased)), today)
    }

    /// The same with records that are known by their ids, whether anything leads to them still or not.
    ///
    /// # Errors
    /// As those of [`Sources::plan_erasure`].
    pub fn plan_erasure_of(
        &self,
        person: &Identities,
        what: (&Scope, &str),
        (holds, known): (&[Hold], &[Known]),
        today: NaiveDate,
    ) -> Result<Plan, SourceError> {
        self.plan_around(person, what, (holds, known, None), today)
    }

    /// The same where rows stay that came about since an erasure.
    pub(super) fn plan_around(
        &self,
        person: &Identities,
        (scope, law): (&Scope, &str),
        (holds, known, again): (&[Hold], &[Known], Option<&Erased>),
        today: NaiveDate,
    ) -> Result<Plan, SourceError> {
        let inner = &*self.0;
        let budgets = Budgets::for_step(inner);
        inner.look_anew(&budgets)?;
        let reader = Reader::of_all(inner, person, budgets);
        let mut shelves = Vec::with_capacity(inner.graph.nodes.len());
        for at in 0..inner.graph.nodes.len() {
            shelves.push(reader.shelf(at, inner.limits(&inner.graph.nodes[at].source).step)?);
        }
        let layouts = shelves
            .iter()
            .map(Shelf::layout)
            .collect::<Result<Vec<_>, _>>()?;
        let reach = one_record::reach(scope, &shelves, &layouts);
        let wish = Wish {
            register: &inner.register,
            scope: &reach,
            law,
            holds,
            today,
        };
        let mut draft = Draft {
            reader: &reader,
            scope,
            wish,
            sheets: Vec::with_capacity(shelves.len()),
            known: Vec::new(),
            again,
            judge: again
                .map(|it| Judge::of(inner, (&shelves, &layouts), wish, it))
                .transpose()?,
            back: Vec::new(),
        };
        for (shelf, layout) in shelves.iter().zip(&layouts) {
            draft.sheets.push(Sheet {
                shelf,
                layout,
                scope,
                rules: Rules::new(inner, layout, wish),
                linked: links::linked_columns(shelf, layout),
                doomed: Vec::new(),
                staying: Vec::new(),
            });
        }
        draft.read()?;
        draft.read_known(known)?;
        one_record::choose(&mut draft);
        links::settle(&mut draft)?;
        for sheet in &mut draft.sheets {
            sheet.fit(inner)?;
            sheet.aim(inner);
            order::leaves_first(sheet);
        }
        staying::settle_views(&mut draft.sheets);
        let order = order::children_first(&draft.sheets);
        order::cut_circles(&mut draft.sheets, &order);
        summing::plan(&draft, &order)
    }
}

impl Inner {
    /// Reads the structure of every source again, so that a plan is made for what is there now.
    fn look_anew(&self, budgets: &Budgets<'_>) -> Result<(), SourceError> {
        let nodes = self.graph.nodes.iter();
        let sources: BTreeSet<_> = nodes.map(|node| node.source.clone()).collect();
        let sources = sources.into_iter().map(|source| (source, ()));
        let looked = budgets.side_by_side(sources, |connected, (), budget| {
            connected.fresh_schema(budget.left()).map(|_| ())
        });
        looked.into_iter().try_for_each(|(_, looked)| looked)
    }
}

impl Doomed {
    pub fn of(inner: &Inner, sheet: &Sheet<'_>, row: &[Value]) -> Self {
        let layout = sheet.layout;
        let columns = sheet.linked.iter();
        Self {
            id: layout.id(inner, row),
            key: layout.key(row).to_vec(),
            fingerprint: layout.fingerprint(inner, row),
            links: columns.map(|it| layout.link(row, it)).collect(),
            cut: Vec::new(),
            traces: layout.traces(inner, row),
        }
    }
}

impl Staying {
    pub fn new(row: Vec<Value>, fate: Fate) -> Self {
        Self {
            row,
            fate,
            cut: BTreeSet::new(),
            is_emptied: false,
            is_fixed: false,
            target: None,
        }
    }

    fn masked(&mut self) -> Masked<'_> {
        Masked::new(&self.row, &mut self.fate.set, &self.cut)
    }
}

impl Sheet<'_> {
    /// What becomes of a row.
    pub fn fate(&self, row: &[Value]) -> Fate {
        match self.shelf.part(self.layout, row) {
            Some(part) => self.rules.fate_in_part(row, part),
            None => self.rules.fate(row),
        }
    }

    /// What becomes of a row that was found to be the person's: nothing yet, where single records are meant.
    pub(super) fn fate_at_first(&self, row: &[Value]) -> Fate {
        if self.scope.names_records() {
            return Fate::default();
        }
        self.fate(row)
    }

    /// What becomes of a row that is known by its id: nothing yet, where one other record is meant.
    pub(super) fn fate_of_known(&self, row: &[Value]) -> Fate {
        if self.scope.is_of_one() {
            return Fate::default();
        }
        self.fate(row)
    }

    /// Takes a row in, under what becomes of it.
    pub fn add(&mut self, inner: &Inner, row: Vec<Value>, fate: Fate) {
        if fate.deleted {
            self.doomed.push(Doomed::of(inner, self, &row));
        } else {
            self.staying.push(Staying::new(row, fate));
        }
    }

    /// Takes rows in of which it is not certain that their key finds them, and leaves those that it does not find.
    pub(super) fn leave_unfindable(
        &mut self,
        inner: &Inner,
        rows: Vec<Vec<Value>>,
    ) -> Result<(), SourceError> {
        let (found, lost) = inner.part_by_key(self.shelf.connected, self.layout, rows)?;
        for row in found {
            let fate = self.fate_at_first(&row);
            self.add(inner, row, fate);
        }
        for (row, why) in lost {
            let fate = self.fate_at_first(&row).without_changes(why);
            self.staying.push(Staying {
                is_fixed: true,
                ..Staying::new(row, fate)
            });
        }
        Ok(())
    }

    /// Takes from the masks what the source would not take.
    fn fit(&mut self, inner: &Inner) -> Result<(), SourceError> {
        let fitting = Fitting {
            inner,
            connected: self.shelf.connected,
            schema: &self.shelf.schema,
            layout: self.layout,
        };
        let mut masked: Vec<_> = self.staying.iter_mut().map(Staying::masked).collect();
        fitting.fit(&mut masked)?;
        let left: Vec<_> = masked.into_iter().map(|it| it.left).collect();
        for (stays, left) in self.staying.iter_mut().zip(left) {
            stays.fate.left.extend(left);
        }
        Ok(())
    }

    /// Settles what becomes of each row that stays.
    fn aim(&mut self, inner: &Inner) {
        let layout = self.layout;
        for stays in &mut self.staying {
            if stays.fate.set.is_empty() && stays.cut.is_empty() {
                continue;
            }
            let left = layout.leave_unfit(inner, &stays.row, &mut stays.fate.set);
            let left = left.into_iter().map(|field| (field, UNFIT));
            stays.fate.left.extend(left);
            let cut = stays.cut.iter().cloned().collect();
            stays.target = layout.target(inner, &stays.row, &stays.fate.set, cut);
            if stays.target.is_none() {
                stays.fate.set.clear();
                stays.cut.clear();
            }
        }
    }

    /// Keeps some doomed rows after all, and empties them: something that stays points at them.
    pub fn empty(&mut self, which: &BTreeSet<usize>) -> Result<(), SourceError> {
        let keys: Vec<_> = which
            .iter()
            .map(|at| self.doomed[*at].key.clone())
            .collect();
        for row in self
            .shelf
            .rows_of_keys(self.layout, &keys, self.shelf.connected.limits.step)?
        {
            let fate = self.rules.emptied(&row);
            let staying = Staying {
                is_emptied: true,
                ..Staying::new(row, fate)
            };
            self.staying.push(staying);
        }
        let mut at = 0;
        self.doomed.retain(|_| {
            at += 1;
            !which.contains(&(at - 1))
        });
        Ok(())
    }
}
