//! Random references over random rows: the same result as a slow reading of the definitions, and not a cell more
//! is touched.

use std::collections::{BTreeMap, BTreeSet};

use candor::sources::{Identities, Outcome, Scope};

use super::{
    database::{Dump, Kind},
    world::{NULLABLE, Position, SHORT, World, worlds},
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

            for (table, summary) in overview.iter().enumerate() {
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
    let (mut masked, mut cut) = (0, 0);
    let kinds = Kind::all().into_iter();
    for (seed, world, company) in kinds.flat_map(|kind| worlds(kind).take(some(kind, 80))) {
        let before = company.dump("shop");
        let plan = company.plan(&person, &Scope::All);

        let outcome = company.sources.execute(&person, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "seed {seed}");
        let mut after = company.dump("shop");
        let expected = Expected::of(&world, before, &mut after);
        assert_eq!(after, expected.dump, "seed {seed}");
        assert_eq!(plan.records(), expected.changed, "seed {seed}");
        assert!(company.plan(&person, &Scope::All).is_empty(), "seed {seed}");
        masked += expected.masked;
        cut += expected.cut;
    }
    assert!(masked > 50 && cut > 5, "{masked} masked, {cut} cut");
}

/// What a slow reading of the definitions leaves.
struct Expected {
    dump: Dump,
    changed: usize,
    masked: usize,
    cut: usize,
}

impl Expected {
    fn of(world: &World, before: Dump, after: &mut Dump) -> Self {
        let own = world.own(1);
        let mut expected = Self {
            dump: before,
            changed: 0,
            masked: 0,
            cut: 0,
        };
        for (at, table) in world.tables.iter().enumerate() {
            let name = format!("t{at}");
            let mut rows = expected.dump.remove(&name).unwrap();
            let is_own = |row: &BTreeMap<String, String>| {
                let ids = own.iter().filter(|it| it.0 == at);
                ids.copied()
                    .find(|it| world.row(*it).id.to_string() == row["id"])
            };
            if table.is_masked {
                for row in &mut rows {
                    let Some(place) = is_own(row) else { continue };
                    let now = after.get_mut(&name).unwrap();
                    let now = now.iter_mut().find(|it| it["id"] == row["id"]).unwrap();
                    expected.changed += 1;
                    expected.masked += 1;
                    expected.cut += mask(row, now, table.note, &world.cut(place, 1));
                }
            } else {
                expected.changed += own.iter().filter(|it| it.0 == at).count();
                rows.retain(|row| is_own(row).is_none());
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
