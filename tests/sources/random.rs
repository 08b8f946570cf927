//! Random references over random rows: the same result as a slow reading of the definitions, and not a cell more
//! is touched.

use std::collections::{BTreeMap, BTreeSet};

use candor::sources::{Identities, Outcome, Scope};

use super::{
    database::{Dump, Kind},
    world::{COLUMNS, Foreign, NULLABLE, Position, SHORT, World, tuple},
    world_written::worlds,
};

/// How many worlds are looked at on each kind of database.
fn some(kind: Kind, on_sqlite: usize) -> usize {
    if kind == Kind::Sqlite {
        on_sqlite
    } else {
        on_sqlite / 4
    }
}

fn count(places: &BTreeSet<Position>, table: usize) -> u64 {
    places.iter().filter(|it| it.0 == table).count() as u64
}

#[test]
fn the_rows_found_are_those_of_a_slow_reading_of_the_definitions() {
    let (mut all_own, mut all_shared) = (0, 0);
    let kinds = Kind::all().into_iter();
    for (seed, world, company) in kinds.flat_map(|kind| worlds(kind).take(some(kind, 120))) {
        for person in 0..3 {
            let (reached, own) = (world.reached(person), world.own(person));
            let handle = Identities::email(&format!("p{person}@example.org"));

            let overview = company.sources.overview(&handle);

            for (table, summary) in world.order().into_iter().zip(&overview) {
                let counts = summary.counts.as_ref().unwrap();
                all_own += counts.own;
                all_shared += counts.shared;
                let expected = (
                    count(&own, table),
                    count(&reached, table) - count(&own, table),
                );
                assert_eq!(
                    (counts.own, counts.shared),
                    expected,
                    "seed {seed}, person {person}, table {table}"
                );
                let records = company.records(&handle, &format!("t{table}"));
                assert_eq!(
                    records.len() as u64,
                    counts.own,
                    "seed {seed}, person {person}, table {table}"
                );
            }
        }
    }
    assert!(
        all_own > 300 && all_shared > 300,
        "{all_own} own, {all_shared} shared"
    );
}

#[test]
fn an_erasure_takes_or_masks_the_own_rows_and_leaves_every_other_cell() {
    let person = Identities::email("p1@example.org");
    let (mut masked, mut cut, mut emptied) = (0, 0, 0);
    let kinds = Kind::all().into_iter();
    for (seed, world, company) in kinds.flat_map(|kind| worlds(kind).take(some(kind, 80))) {
        let before = world.dump(&company);
        let plan = company.plan(&person, &Scope::All);

        let outcome = company.sources.execute(&person, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "seed {seed}");
        let mut after = world.dump(&company);
        let expected = Expected::of(&world, before, &mut after);
        assert_eq!(after, expected.dump, "seed {seed}");
        assert_eq!(plan.records(), expected.changed, "seed {seed}");
        assert!(company.plan(&person, &Scope::All).is_empty(), "seed {seed}");
        masked += expected.masked;
        cut += expected.cut;
        emptied += expected.emptied;
    }
    assert!(
        masked > 50 && cut > 5 && emptied > 0,
        "{masked} masked, {cut} cut, {emptied} emptied"
    );
}

/// What a slow reading of the definitions leaves.
struct Expected {
    dump: Dump,
    changed: usize,
    masked: usize,
    cut: usize,
    emptied: usize,
}

/// Which rows go, and which columns of those that stay are emptied so that no row points at one that went.
struct Settled<'a> {
    world: &'a World,
    own: BTreeSet<Position>,
    doomed: BTreeSet<Position>,
    cut: BTreeMap<Position, BTreeSet<usize>>,
}

impl<'a> Settled<'a> {
    fn of(world: &'a World, person: usize) -> Self {
        let own = world.own(person);
        let is_masked = |it: &Position| world.tables[it.0].is_masked;
        let (masked, doomed) = own.iter().copied().partition::<BTreeSet<_>, _>(is_masked);
        let mut settled = Self {
            world,
            own,
            doomed,
            cut: masked
                .into_iter()
                .map(|it| (it, world.cut(it, person)))
                .collect(),
        };
        while settled.goes_on() {}
        settled
    }

    /// Keeps rows at which others point that do not let go; whether there was any.
    fn goes_on(&mut self) -> bool {
        let mut is_settled = true;
        for at in self.world.order() {
            let mut held = BTreeSet::new();
            let goes: Vec<_> = self
                .doomed
                .iter()
                .copied()
                .filter(|it| it.0 == at)
                .collect();
            for (table, foreign) in self.foreign_to(at) {
                for place in &goes {
                    if !self.let_go(*place, (table, &foreign)) {
                        held.insert(*place);
                    }
                }
            }
            for place in held {
                is_settled = false;
                self.doomed.remove(&place);
                self.cut.insert(place, BTreeSet::new());
            }
        }
        !is_settled
    }

    fn foreign_to(&self, to: usize) -> Vec<(usize, Foreign)> {
        let tables = self.world.tables.iter().enumerate();
        let all = tables.flat_map(|(at, it)| it.foreign.iter().map(move |key| (at, key.clone())));
        all.filter(|(_, key)| key.to == to).collect()
    }

    /// Whether all that point at a row by one key are the person's; the links of those that stay are cut then.
    fn let_go(&mut self, place: Position, (table, foreign): (usize, &Foreign)) -> bool {
        let key = tuple(self.world.row(place), foreign.referenced.iter().copied());
        let points = |it: &Position| {
            let held = tuple(self.world.row(*it), foreign.columns.iter().copied());
            it.0 == table && held.is_some() && held == key
        };
        let pointing: Vec<_> = self.world.places().filter(points).collect();
        if !pointing.iter().all(|it| self.own.contains(it)) {
            return false;
        }
        for it in pointing {
            if let Some(cut) = self.cut.get_mut(&it)
                && !foreign.columns.iter().any(|column| cut.contains(column))
            {
                cut.extend(&foreign.columns);
            }
        }
        true
    }
}

impl Expected {
    fn of(world: &World, before: Dump, after: &mut Dump) -> Self {
        let settled = Settled::of(world, 1);
        let mut expected = Self {
            dump: before,
            changed: settled.own.len(),
            masked: 0,
            cut: 0,
            emptied: 0,
        };
        for (at, table) in world.tables.iter().enumerate() {
            let name = format!("t{at}");
            let mut rows = expected.dump.remove(&name).unwrap();
            let is_it = |row: &BTreeMap<String, String>, it: &Position| {
                let held = world.row(*it);
                let key = [held.tenant.to_string(), held.id.to_string()];
                it.0 == at && key == ["tenant", "id"].map(|name| row[name].clone())
            };
            rows.retain(|row| !settled.doomed.iter().any(|it| is_it(row, it)));
            for row in &mut rows {
                let Some((_, cut)) = settled.cut.iter().find(|(it, _)| is_it(row, it)) else {
                    continue;
                };
                let now = after.get_mut(&name).unwrap().iter_mut();
                let same = |it: &&mut BTreeMap<String, String>| {
                    (&it["tenant"], &it["id"]) == (&row["tenant"], &row["id"])
                };
                let now = now.into_iter().find(same).unwrap();
                expected.masked += 1;
                expected.emptied += usize::from(!table.is_masked);
                let cut = cut.iter().map(|column| COLUMNS[*column]).collect();
                expected.cut += mask(row, now, table.note, &cut);
            }
            expected.dump.insert(name, rows);
        }
        for rows in expected.dump.values_mut().chain(after.values_mut()) {
            rows.sort();
        }
        expected
    }
}

/// Masks a row as it should be, and gives the number of links that were cut.
fn mask(
    row: &mut BTreeMap<String, String>,
    now: &mut BTreeMap<String, String>,
    note: &str,
    cut: &BTreeSet<&'static str>,
) -> usize {
    let old = row["note"].clone();
    row.insert("email".to_owned(), "NULL".to_owned());
    let new = match note {
        NULLABLE => "NULL".to_owned(),
        SHORT => "'eras'".to_owned(),
        _ => {
            // Another for each row: all that is known is its form.
            let is_hash = now["note"].trim_matches('\'').len() == 24;
            assert!(is_hash && now["note"] != old, "{}", now["note"]);
            now["note"].clone()
        }
    };
    row.insert("note".to_owned(), new);
    let linked = cut.iter().filter(|column| row[**column] != "NULL").count();
    for column in cut {
        row.insert((*column).to_owned(), "NULL".to_owned());
    }
    linked
}
