//! What somebody should look at in the rows: what was not reviewed for long, and what contradicts itself.

use chrono::{Months, NaiveDate};

use super::laws::{Laws, STRICTEST};
use super::load::NEEDED;
use super::model::{Law, Row, Verification};
use super::rights::Right;
use super::term::Unit;
use crate::register::{Finding, Place};

/// A row is compared with its source so often.
const REVIEW_EVERY: Months = Months::new(12);

/// All that was found, in the order of files and lines.
pub fn check(laws: &Laws, today: NaiveDate) -> Vec<Finding> {
    let mut found = Vec::new();
    for law in laws.all().iter().filter(|law| law.key != STRICTEST) {
        check_law(law, &mut found);
        for row in &law.rows {
            check_review(law, row, today, &mut found);
            check_row(law, row, &mut found);
            check_calendar(laws, row, today, &mut found);
        }
    }
    check_denials(laws, today, &mut found);
    check_residences(laws, today, &mut found);
    found.sort();
    found.dedup();
    found
}

fn add(
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

fn check_review(law: &Law, row: &Row, today: NaiveDate, found: &mut Vec<Finding>) {
    let is_over = row.effective_to.is_some_and(|to| to < today);
    if row.reviewed_on > today {
        let wrong = format!("{}: the review of {} is to come", law.key, row.reviewed_on);
        add(found, &row.place, wrong, "a day that has passed");
    } else if !is_over && row.reviewed_on + REVIEW_EVERY < today {
        let wrong = format!("{}: last reviewed on {}", law.key, row.reviewed_on);
        let expected = format!("a review since {}", today - REVIEW_EVERY);
        add(found, &row.place, wrong, expected);
    }
}

/// Whether each law that gives a right can say on what ground it is denied, and somebody has looked at the grounds.
fn check_denials(laws: &Laws, today: NaiveDate, found: &mut Vec<Finding>) {
    for set in &laws.denials {
        let is_over = set.effective_to.is_some_and(|to| to < today);
        if !is_over && set.reviewed_on + REVIEW_EVERY < today {
            let wrong = format!("grounds for denials: last reviewed on {}", set.reviewed_on);
            let expected = format!("a review since {}", today - REVIEW_EVERY);
            add(found, &set.place, wrong, expected);
        }
    }
    for law in laws.all() {
        let asked = NEEDED
            .iter()
            .filter(|right| law.row(**right, today).is_some());
        for right in asked.filter(|right| laws.grounds(&law.key, **right, today).is_empty()) {
            let wrong = format!(
                "{}: a request for {right} could be denied on no ground",
                law.key
            );
            add(found, &law.place, wrong, "a [[denials.ground]] for it");
        }
    }
}

fn check_law(law: &Law, found: &mut Vec<Finding>) {
    if law.rows.is_empty() {
        let wrong = format!("{} gives no right", law.key);
        add(found, &law.place, wrong, "a [[law.row]]");
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

/// Terms in business days need holidays, for the requests of the coming year too.
fn check_calendar(laws: &Laws, row: &Row, today: NaiveDate, found: &mut Vec<Finding>) {
    let terms = [row.acknowledge, row.effect, row.answer];
    let counts = |unit| terms.iter().flatten().any(|term| term.unit == unit);
    let (_, to) = laws.calendar().range();
    if counts(Unit::BusinessDay) && today + REVIEW_EVERY > to {
        let wrong = format!("business days are counted, but no holidays are known after {to}");
        add(
            found,
            &row.place,
            wrong,
            "a [calendar] that reaches further",
        );
    }
}

/// Everybody has a law, and who does not say where they live has one too.
fn check_residences(laws: &Laws, today: NaiveDate, found: &mut Vec<Finding>) {
    for residence in laws.residences() {
        let of_them = |law: &&Law| law.residences.contains(&residence.code);
        let here: Vec<_> = laws.all().iter().filter(of_them).collect();
        let is_in_force = |law: &&&Law| {
            let ends = law.effective_to.unwrap_or(NaiveDate::MAX);
            law.effective_from <= today && today <= ends && !law.excluded
        };
        if !here.iter().any(|law| is_in_force(&law)) {
            let place = here.first().map(|law| law.place.clone());
            let wrong = format!("no law is in force for people in {}", residence.name);
            let expected = "a law with this residence";
            add(found, &place.unwrap_or_default(), wrong, expected);
        }
    }
}
