//! What an organisation's own rows give people less of than those of the program. Where the law has not changed, that is a
//! slip, by which answers come late or numbers are handed out.

use chrono::NaiveDate;

use super::check::add;
use super::laws::{Laws, STRICTEST};
use super::model::{Law, Row};
use super::term::Term;
use crate::register::Finding;

pub(super) fn own_rows(laws: &Laws, today: NaiveDate, found: &mut Vec<Finding>) {
    let built_in = Laws::built_in();
    for law in laws.all().iter().filter(|law| law.key != STRICTEST) {
        for row in &law.rows {
            // As it begins, and as it is now: the program's may have changed in between.
            let is_over = row.effective_to.is_some_and(|it| it < today);
            let now = Some(today).filter(|it| *it >= row.effective_from && !is_over);
            for on in now.into_iter().chain([row.effective_from]) {
                if let Some(known) = built_in.row(&law.key, row.right, on) {
                    compare(laws, (law, row), &known, found);
                }
            }
        }
    }
}

fn compare(laws: &Laws, (law, row): (&Law, &Row), known: &Row, found: &mut Vec<Finding>) {
    let after = |term: Term| term.after_or_sooner(row.effective_from, laws.calendar());
    let whose = format!("{}, {}", law.key, row.right);
    for (name, own, known) in [
        ("answer", row.answer, known.answer),
        ("extension", row.extension, known.extension),
        ("acknowledge", row.acknowledge, known.acknowledge),
        ("effect", row.effect, known.effect),
        ("appeal", row.appeal, known.appeal),
        (
            "appeal_extension",
            row.appeal_extension,
            known.appeal_extension,
        ),
    ] {
        let Some((own, known)) = own
            .zip(known)
            .filter(|(own, known)| after(*own) > after(*known))
        else {
            continue;
        };
        let wrong =
            format!("{whose}: `{name} = \"{own}\"` is longer than the program's row has it");
        let expected = format!("\"{known}\" at most, unless the law has changed");
        add(found, &row.place, wrong, expected);
    }
    let held_back = known.never_disclosed.iter();
    let given: Vec<_> = held_back
        .filter(|it| !row.never_disclosed.contains(it))
        .collect();
    if !given.is_empty() {
        let names: Vec<_> = given.iter().map(|it| it.as_str()).collect();
        let wrong = format!("{whose}: what the program's row never discloses would be handed out");
        add(
            found,
            &row.place,
            wrong,
            format!("`never_disclosed` with {}", names.join(", ")),
        );
    }
}
