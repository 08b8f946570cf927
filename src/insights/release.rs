//! From counts to what is shown, beside what was shown before. This is all that keeps people from being read out of
//! figures, so it knows nothing of databases.
//!
//! With the threshold k:
//! 1. What a group shows is set anew only if its count has moved by k or more since it was set, and by k or more since
//!    the last release. So one person more or less never makes two consecutive releases differ.
//! 2. A group whose count was below k when it was set is hidden. If one group alone is hidden, or all hidden ones
//!    together are below k, the smallest of the others is hidden too, so that subtracting leads to no small group.
//! 3. What is shown is the count when it was set, rounded to a multiple of k.

/// One group of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What people read.
    pub group: String,
    /// The people at this release; never shown.
    pub counted: u64,
    /// The people when what is shown was set; never shown.
    pub basis: u64,
    /// The number of the release that set it.
    pub set_in: i64,
    /// Whether nothing is shown.
    pub hidden: bool,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Of the figure, as declared.
    pub key: String,
    /// Every person is in one of them.
    pub cells: Vec<Cell>,
}

/// A figure as it was counted: its key, and each group with its people.
pub type Counted = (String, Vec<(String, u64)>);

impl Cell {
    /// What is shown of it, if anything.
    pub fn shown(&self, threshold: u64) -> Option<u64> {
        let rounded = (self.basis + threshold / 2) / threshold * threshold;
        (!self.hidden).then_some(rounded)
    }
}

/// The release of that number after the one before, or `None` if it would show nothing else.
pub fn next(
    before: &[Table],
    counted: &[Counted],
    number: i64,
    threshold: u64,
) -> Option<Vec<Table>> {
    let mut is_new = before.len() != counted.len();
    let tables = counted.iter().map(|(key, groups)| {
        let old = before.iter().find(|it| it.key == *key);
        let old = old.filter(|it| has_groups(it, groups));
        let cells = groups.iter().enumerate().map(|(at, (group, count))| {
            let old = old.map(|it| &it.cells[at]);
            let cell = set(old, group, *count, number, threshold);
            is_new |= cell.set_in == number;
            cell
        });
        let mut cells: Vec<_> = cells.collect();
        hide(&mut cells, threshold);
        Table {
            key: key.clone(),
            cells,
        }
    });
    let tables = tables.collect();
    is_new.then_some(tables)
}

fn has_groups(table: &Table, groups: &[(String, u64)]) -> bool {
    let own = table.cells.iter().map(|it| &it.group);
    own.eq(groups.iter().map(|(group, _)| group))
}

fn set(old: Option<&Cell>, group: &str, counted: u64, number: i64, threshold: u64) -> Cell {
    let has_moved = |since: u64| counted.abs_diff(since) >= threshold;
    let kept = old.filter(|it| !(has_moved(it.basis) && has_moved(it.counted)));
    Cell {
        group: group.to_owned(),
        counted,
        basis: kept.map_or(counted, |it| it.basis),
        set_in: kept.map_or(number, |it| it.set_in),
        hidden: false,
    }
}

/// Hides what is small, and what would let it be worked out. It looks at nothing but what was set, so that it moves
/// only when something is set anew.
fn hide(cells: &mut [Cell], threshold: u64) {
    for cell in &mut *cells {
        cell.hidden = cell.basis < threshold;
    }
    loop {
        let hidden: Vec<_> = cells.iter().filter(|it| it.hidden).collect();
        let together: u64 = hidden.iter().map(|it| it.basis).sum();
        if hidden.is_empty() || hidden.len() > 1 && together >= threshold {
            return;
        }
        let shown = cells.iter_mut().filter(|it| !it.hidden);
        match shown.min_by_key(|it| it.basis) {
            Some(smallest) => smallest.hidden = true,
            None => return,
        }
    }
}
