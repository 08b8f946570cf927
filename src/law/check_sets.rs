//! What somebody should look at beside the rows of law: grounds for denials, holidays, and places.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::check::{self, REVIEW_EVERY, add};
use super::denials::{Cause, Denials};
use super::laws::Laws;
use super::load::NEEDED;
use super::model::Law;
use super::rights::Right;
use super::term::Unit;
use crate::register::Finding;

/// Whether each law that gives a right can say on what ground it is denied, and somebody has looked at the grounds.
pub(super) fn denials(laws: &Laws, today: NaiveDate, found: &mut Vec<Finding>) {
    for (at, set) in laws.denials.iter().enumerate() {
        check_review(set, today, found);
        check_codes(set, found);
        check_laws(laws, set, &laws.denials[..at], found);
    }
    for law in laws.all() {
        let asked = NEEDED.iter().copied();
        for right in asked.filter(|right| law.row(*right, today).is_some()) {
            check_grounds(laws, law, (right, today), found);
        }
    }
}

/// What staff and the register deny for has a ground in the law, or they could not deny it.
fn check_grounds(
    laws: &Laws,
    law: &Law,
    (right, today): (Right, NaiveDate),
    found: &mut Vec<Finding>,
) {
    let (key, known) = (&law.key, laws.grounds(&law.key, right, today));
    let Some(set) = laws.denials_of(key, today).filter(|_| !known.is_empty()) else {
        let wrong = format!("{key}: a request for {right} could be denied on no ground");
        add(found, &law.place, wrong, "a [[denials.ground]] for it");
        return;
    };
    let causes: &[Cause] = match right {
        Right::Deletion => &[Cause::Unverified, Cause::Rule, Cause::Hold, Cause::Agency],
        _ => &[Cause::Unverified],
    };
    let is_missing = |cause: &&Cause| !known.iter().any(|it| it.stands_for.contains(cause));
    for cause in causes.iter().filter(is_missing) {
        let wrong = format!("{key}: no ground for {right} stands for \"{cause}\"");
        let expected = format!("`stands_for = [\"{cause}\"]` with one of its grounds");
        add(found, &set.place, wrong, expected);
    }
}

fn check_review(set: &Denials, today: NaiveDate, found: &mut Vec<Finding>) {
    let dates = (set.reviewed_on, set.effective_to);
    check::check_review(("grounds for denials", &set.place), dates, today, found);
    if set.effective_to.is_some_and(|to| to < set.effective_from) {
        let wrong = "grounds for denials: they end before they begin";
        let expected = "`effective_to` after `effective_from`";
        add(found, &set.place, wrong, expected);
    }
}

/// A code stands for one ground: requests are kept with it.
fn check_codes(set: &Denials, found: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for ground in set.grounds.iter().filter(|it| !seen.insert(&*it.code)) {
        let wrong = format!("grounds for denials: {} stands there twice", ground.code);
        add(
            found,
            &set.place,
            wrong,
            "a code of its own for each ground",
        );
    }
}

/// A set is for laws that there are, and a law finds one set.
fn check_laws(laws: &Laws, set: &Denials, earlier: &[Denials], found: &mut Vec<Finding>) {
    for law in set.laws.iter().filter(|law| laws.find(law).is_none()) {
        let wrong = format!("grounds for denials: there is no law {law:?}");
        let known: Vec<_> = laws.all().iter().map(|law| &*law.key).collect();
        add(
            found,
            &set.place,
            wrong,
            format!("one of {}", known.join(", ")),
        );
    }
    let twins = |it: &&Denials| it.place.file == set.place.file && it.overlaps(set);
    for twin in earlier.iter().filter(twins) {
        let both = set.laws.iter().find(|law| twin.laws.contains(law));
        let whose = match both {
            Some(law) => law.as_str(),
            None if set.laws.is_empty() && twin.laws.is_empty() => "all other laws",
            None => continue,
        };
        let wrong = format!(
            "grounds for denials: two sets for {whose} are in force on the same days; the other is at line {}",
            twin.place.line
        );
        add(found, &set.place, wrong, "dates that do not overlap");
    }
}

/// Terms in business days need holidays, for the requests of the coming year too.
pub(super) fn calendar(laws: &Laws, today: NaiveDate, found: &mut Vec<Finding>) {
    let (_, to) = laws.calendar().range();
    for row in laws.all().iter().flat_map(|law| &law.rows) {
        let terms = [row.acknowledge, row.effect, row.answer];
        let counts = |unit| terms.iter().flatten().any(|term| term.unit == unit);
        if counts(Unit::BusinessDay) && today + REVIEW_EVERY > to {
            let wrong = format!("business days are counted, but no holidays are known after {to}");
            let expected = "a [calendar] that reaches further";
            add(found, &row.place, wrong, expected);
        }
    }
}

/// Everybody has a law, and who does not say where they live has one too.
pub(super) fn residences(laws: &Laws, today: NaiveDate, found: &mut Vec<Finding>) {
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
