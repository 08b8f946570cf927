//! What may be read from releases, with any counts, any history and any threshold.

use candor::insights::release::{Counted, Table, next};
use proptest::prelude::*;

/// A population: the group of each person in each of two figures, such as an age and a use.
type People = Vec<(usize, usize)>;

const GROUPS: usize = 4;

fn count(people: &People) -> Vec<Counted> {
    let table = |key: &str, of: fn(&(usize, usize)) -> usize| {
        let in_group = |group| people.iter().filter(|it| of(it) == group).count() as u64;
        let groups = (0..GROUPS).map(|it| (format!("g{it}"), in_group(it)));
        (key.to_owned(), groups.collect())
    };
    vec![table("age", |it| it.0), table("use", |it| it.1)]
}

fn people() -> impl Strategy<Value = People> {
    // Few and many in a group, so that all kinds of hiding occur.
    let group = prop_oneof![8 => Just(0usize), 4 => Just(1), 1 => Just(2), 1 => Just(3)];
    prop::collection::vec((group.clone(), group), 0..120)
}

/// What somebody sees of a release.
fn seen(tables: &[Table], threshold: u64) -> Vec<Option<u64>> {
    let cells = tables.iter().flat_map(|it| &it.cells);
    cells.map(|it| it.shown(threshold)).collect()
}

/// Releases one after the other, as long as there is something new to show.
fn releases(history: &[People], threshold: u64) -> Vec<Vec<Table>> {
    let mut made: Vec<Vec<Table>> = Vec::new();
    for people in history {
        let before = made.last().map_or(&[][..], Vec::as_slice);
        let number = i64::try_from(made.len()).unwrap() + 1;
        made.extend(next(before, &count(people), number, threshold));
    }
    made
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever went before: when one person came, went or changed groups since the last release, nothing new is shown.
    #[test]
    fn one_person_more_or_less_since_the_last_release_changes_nothing_that_is_shown(
        history in prop::collection::vec(people(), 1..5),
        who in any::<prop::sample::Index>(),
        as_now in (0..GROUPS, 0..GROUPS),
        threshold in 5u64..15,
    ) {
        // The last population is the one that the last release counted.
        let mut made: Vec<Vec<Table>> = Vec::new();
        let mut counted = People::new();
        for people in history {
            let before = made.last().map_or(&[][..], Vec::as_slice);
            let number = i64::try_from(made.len()).unwrap() + 1;
            if let Some(release) = next(before, &count(&people), number, threshold) {
                made.push(release);
                counted = people;
            }
        }
        let last = made.last().unwrap();
        let number = i64::try_from(made.len()).unwrap() + 1;
        let mut worlds = vec![[counted.clone(), vec![as_now]].concat()];
        if !counted.is_empty() {
            let at = who.index(counted.len());
            let mut without = counted.clone();
            without.remove(at);
            let mut moved = counted.clone();
            moved[at] = as_now;
            worlds.extend([without, moved]);
        }
        for world in worlds {
            prop_assert_eq!(next(last, &count(&world), number, threshold), None);
        }
    }

    /// Between two consecutive releases a group that shows another number has moved by the threshold.
    #[test]
    fn a_number_that_changes_stands_for_as_many_people_as_the_threshold(
        history in prop::collection::vec(people(), 2..6),
        threshold in 5u64..15,
    ) {
        let made = releases(&history, threshold);
        for pair in made.windows(2) {
            for (old, new) in pair[0].iter().zip(&pair[1]) {
                for (old, new) in old.cells.iter().zip(&new.cells) {
                    let numbers = (old.shown(threshold), new.shown(threshold));
                    if let (Some(before), Some(after)) = numbers && before != after {
                        prop_assert!(old.counted.abs_diff(new.counted) >= threshold);
                        prop_assert!(old.basis.abs_diff(new.basis) >= threshold);
                    }
                }
            }
        }
    }

    /// No small group is shown, none can be had by subtracting, and what is shown is rounded.
    #[test]
    fn small_groups_are_hidden_and_never_one_alone(
        history in prop::collection::vec(people(), 1..5),
        threshold in 5u64..15,
    ) {
        for release in releases(&history, threshold) {
            for table in &release {
                let hidden: Vec<_> = table.cells.iter().filter(|it| it.hidden).collect();
                let is_any_shown = hidden.len() < table.cells.len();
                let together: u64 = hidden.iter().map(|it| it.basis).sum();
                if is_any_shown && !hidden.is_empty() {
                    prop_assert!(hidden.len() > 1 && together >= threshold);
                }
                let shown = table.cells.iter().filter(|it| !it.hidden);
                prop_assert!(shown.clone().all(|it| it.basis >= threshold));
            }
            for number in seen(&release, threshold).into_iter().flatten() {
                prop_assert!(number >= threshold && number % threshold == 0);
            }
        }
    }
}

fn shown_of(groups: &[u64]) -> Vec<Option<u64>> {
    let groups = groups.iter().enumerate();
    let groups = groups.map(|(at, count)| (at.to_string(), *count)).collect();
    let release = next(&[], &[("age".to_owned(), groups)], 1, 10).unwrap();
    seen(&release, 10)
}

#[test]
fn the_smallest_of_the_others_is_hidden_with_one_that_is_small() {
    assert_eq!(shown_of(&[104, 57, 31]), [Some(100), Some(60), Some(30)]);
    assert_eq!(shown_of(&[104, 57, 3]), [Some(100), None, None]);
    assert_eq!(shown_of(&[104, 3, 57, 2]), [Some(100), None, None, None]);
    assert_eq!(
        shown_of(&[104, 6, 57, 5]),
        [Some(100), None, Some(60), None]
    );
    assert_eq!(shown_of(&[104, 0]), [None, None]);
    assert_eq!(shown_of(&[3, 2]), [None, None]);
}

#[test]
fn a_slow_group_keeps_its_number_and_says_from_when_it_is() {
    let counted = |a, b| {
        vec![(
            "age".to_owned(),
            vec![("a".to_owned(), a), ("b".to_owned(), b)],
        )]
    };
    let first = next(&[], &counted(100, 50), 1, 10).unwrap();
    assert_eq!(next(&first, &counted(109, 41), 2, 10), None);
    let second = next(&first, &counted(120, 59), 2, 10).unwrap();
    assert_eq!(seen(&second, 10), [Some(120), Some(50)]);
    assert_eq!(second[0].cells[1].set_in, 1);
    // Twelve more than when it was set, but only three since the last release.
    assert_eq!(next(&second, &counted(120, 62), 3, 10), None);
    let third = next(&second, &counted(120, 69), 3, 10).unwrap();
    assert_eq!(seen(&third, 10), [Some(120), Some(70)]);
}
