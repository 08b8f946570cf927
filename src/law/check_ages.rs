//! What somebody should look at in the ages from which on people consent by themselves.

use chrono::NaiveDate;

use super::ages::AgeRow;
use super::check::{add, check_review};
use super::laws::Laws;
use crate::register::{Finding, Place};

/// Whether each row was looked at, and each place has one that is in force, and no more.
pub(super) fn ages(laws: &Laws, today: NaiveDate, found: &mut Vec<Finding>) {
    for (at, row) in laws.ages.iter().enumerate() {
        check_row(row, today, found);
        if let Some(twin) = laws.ages[..at].iter().find(|it| it.overlaps(row)) {
            let wrong = format!(
                "ages of consent: two rows for {} are in force on the same days; the other is at line {}",
                places(row, twin),
                twin.place.line
            );
            add(found, &row.place, wrong, "dates that do not overlap");
        }
    }
    let told = laws.residences().iter().filter(|it| !it.code.is_empty());
    for residence in told {
        let of_place = |row: &&AgeRow| row.residences.contains(&residence.code);
        let mut rows = laws.ages.iter().filter(of_place);
        let Some(first) = rows.clone().next() else {
            let wrong = format!("ages of consent: no row for {}", residence.name);
            add(
                found,
                &Place::default(),
                wrong,
                "an [[age]] with this residence",
            );
            continue;
        };
        if !rows.any(|row| row.is_in_force(today)) {
            let wrong = format!("ages of consent: no row for {} is in force", residence.name);
            add(found, &first.place, wrong, "one that holds today");
        }
    }
}

fn places(row: &AgeRow, twin: &AgeRow) -> String {
    let both = row
        .residences
        .iter()
        .filter(|it| twin.residences.contains(it));
    both.cloned().collect::<Vec<_>>().join(", ")
}

fn check_row(row: &AgeRow, today: NaiveDate, found: &mut Vec<Finding>) {
    let whose = format!("ages of consent, {}", row.residences.join(", "));
    let dates = (row.reviewed_on, row.effective_to);
    check_review((&whose, &row.place), dates, today, found);
    if row.effective_to.is_some_and(|to| to < row.effective_from) {
        let wrong = format!("{whose}: it ends before it begins");
        add(
            found,
            &row.place,
            wrong,
            "`effective_to` after `effective_from`",
        );
    }
}
