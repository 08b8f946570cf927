//! What somebody should look at in the rows: what was not reviewed for long, and what contradicts itself.

use chrono::{Months, NaiveDate};

use super::laws::{Laws, STRICTEST};
use super::model::{Law, Row, Verification};
use super::rights::Right;
use super::term::Term;
use super::{check_ages, check_own, check_sets};
use crate::register::{Finding, Place};

/// A row is compared with its source so often.
pub(super) const REVIEW_EVERY: Months = Months::new(12);

/// All that was found, in the order of files and lines.
pub fn check(laws: &Laws, today: NaiveDate) -> Vec<Finding> {
    let mut found = Vec::new();
    for law in laws.all().iter().filter(|law| law.key != STRICTEST) {
        check_law(law, &mut found);
        for row in &law.rows {
            let dates = (row.reviewed_on, row.effective_to);
            check_review((&law.key, &row.place), dates, today, &mut found);
            check_row(law, row, &mut found);
            check_terms(laws, law, row, &mut found);
        }
    }
    check_sets::denials(laws, today, &mut found);
    check_own::own_rows(laws, today, &mut found);
    check_ages::ages(laws, today, &mut found);
    check_sets::calendar(laws, today, &mut found);
    check_sets::residences(laws, today, &mut found);
    found.sort();
    found.dedup();
    found
}

pub(super) fn add(
    found: &mut Vec<Finding>,
    place: &Place,
    wrong: impl Into<String>,
    expected: impl Into<String>,
) {
    found.push(Finding {
        place: place.clone(),
        wrong: wrong.into(),
        expected: expected.into(),
    });
}

/// What was reviewed on a day and is in force until another, if that one is known.
pub(super) fn check_review(
    (whose, place): (&str, &Place),
    (reviewed_on, effective_to): (NaiveDate, Option<NaiveDate>),
    today: NaiveDate,
    found: &mut Vec<Finding>,
) {
    let is_over = effective_to.is_some_and(|to| to < today);
    if reviewed_on > today {
        let wrong = format!("{whose}: the review of {reviewed_on} is to come");
        add(found, place, wrong, "a day that has passed");
    } else if !is_over && reviewed_on + REVIEW_EVERY < today {
        let wrong = format!("{whose}: last reviewed on {reviewed_on}");
        let expected = format!("a review since {}", today - REVIEW_EVERY);
        add(found, place, wrong, expected);
    }
}

fn check_law(law: &Law, found: &mut Vec<Finding>) {
    if law.rows.is_empty() {
        let wrong = format!("{} gives no right", law.key);
        add(found, &law.place, wrong, "a [[law.row]]");
    }
    if law.residences.is_empty() {
        let wrong = format!("{} applies to nobody", law.key);
        add(found, &law.place, wrong, "a place in `residences`");
    }
    for right in law.rights() {
        check_gaps(law, right, found);
    }
    for (at, row) in law.rows.iter().enumerate() {
        let earlier = law.rows[..at].iter();
        let mut twins = earlier.filter(|it| it.right == row.right && overlap(it, row));
        if let Some(twin) = twins.next() {
            let wrong = format!(
                "{}: two rows for {} are in force on the same days; the other is at line {}",
                law.key, row.right, twin.place.line
            );
            add(found, &row.place, wrong, "dates that do not overlap");
        }
    }
}

/// Where one row for a right ends and the next begins later, nobody has the right in between.
fn check_gaps(law: &Law, right: Right, found: &mut Vec<Finding>) {
    let mut rows: Vec<_> = law.rows.iter().filter(|it| it.right == right).collect();
    rows.sort_by_key(|it| it.effective_from);
    let mut held_until: Option<NaiveDate> = None;
    for row in rows {
        let first_day = held_until.and_then(|it| it.succ_opt());
        if let Some(first_day) = first_day.filter(|it| *it < row.effective_from) {
            let wrong = format!(
                "{}: no row for {right} is in force from {first_day} until this one",
                law.key
            );
            add(found, &row.place, wrong, "dates that leave no gap");
        }
        let ends = row.effective_to.unwrap_or(NaiveDate::MAX);
        held_until = held_until.max(Some(ends));
    }
}

fn overlap(one: &Row, other: &Row) -> bool {
    let ends = |row: &Row| row.effective_to.unwrap_or(NaiveDate::MAX);
    one.effective_from <= ends(other) && other.effective_from <= ends(one)
}

fn check_row(law: &Law, row: &Row, found: &mut Vec<Finding>) {
    let mut contradiction = |is: bool, wrong: &str, expected: &str| {
        if is {
            let wrong = format!("{}, {}: {wrong}", law.key, row.right);
            add(found, &row.place, wrong, expected);
        }
    };
    contradiction(
        row.effective_to.is_some_and(|to| to < row.effective_from),
        "it ends before it begins",
        "`effective_to` after `effective_from`",
    );
    contradiction(
        row.effective_from < law.effective_from,
        "it begins before its law",
        "the date of the law, or a later one",
    );
    contradiction(
        law.effective_to
            .is_some_and(|to| row.effective_to.is_none_or(|it| it > to)),
        "it outlives its law",
        "`effective_to` not after that of the law",
    );
    contradiction(
        row.extension.is_some() && row.answer.is_none(),
        "there is an extension of nothing",
        "`answer` too",
    );
    contradiction(
        row.appeal_extension.is_some() && row.appeal.is_none(),
        "there is an extension of no appeal",
        "`appeal` too",
    );
    contradiction(
        row.right.is_opt_out() && row.verification != Verification::None,
        "who opts out would be asked who they are",
        "`verification = \"none\"`",
    );
    contradiction(
        row.signal && !matches!(row.right, Right::OptOut | Right::Targeting),
        "the browser's signal speaks of sale, sharing and advertising alone",
        "`signal = true` for opt-out and targeting",
    );
    contradiction(
        matches!(
            row.right,
            Right::Access | Right::Portability | Right::Correction | Right::Deletion
        ) && row.verification == Verification::None,
        "data would be handed out, changed or erased for anybody",
        "`verification` that is not none",
    );
    contradiction(
        law.key == "us-ca" && row.may_pause,
        "California's clock never pauses (11 CCR 7021(b))",
        "`may_pause = false`",
    );
    contradiction(
        row.free == Some(0),
        "no request would be free",
        "a number from 1, or none where all are free",
    );
}

/// Whether the terms of a row can all be kept to.
fn check_terms(laws: &Laws, law: &Law, row: &Row, found: &mut Vec<Finding>) {
    let after = |term: Term| term.after_or_sooner(row.effective_from, laws.calendar());
    let is_later = |one: Option<Term>, other: Option<Term>| {
        one.zip(other)
            .is_some_and(|(one, other)| after(one) > after(other))
    };
    if is_later(row.acknowledge, row.answer) {
        let wrong = format!(
            "{}, {}: the receipt would be confirmed after the answer is due",
            law.key, row.right
        );
        add(
            found,
            &row.place,
            wrong,
            "an `acknowledge` that is no longer than `answer`",
        );
    }
}
