//! Reading the decision form.

use super::act::Decisions;
use super::contest;
use crate::law::Ground;
use crate::requests::decisions::is_reason;
use crate::requests::model::{Decision, Item, Kind, Outcome};
use crate::requests::review::{Judged, Judgement};

/// So many characters are enough for what a person is to read.
const LONGEST: usize = 10_000;

/// A field, and the sentence about what is wrong with it.
type Fault = (String, String);

/// Reads the decision form: every item needs a decision, and every denial a ground and a reason.
pub(super) fn judge(
    fields: &Decisions,
    (kind, items): (Kind, &[Item]),
    grounds: &[Ground],
) -> Result<Judgement, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut judged = Vec::new();
    for item in items.iter().filter(|item| item.is_open_to_staff()) {
        let id = item.id;
        let Ok(decision) = fields.decision_or_rest(id).parse() else {
            fault(
                &mut faults,
                format!("decision-{id}"),
                "Choose accept or refuse.",
            );
            continue;
        };
        let judgement = Judged {
            id,
            decision,
            ground: fields.ground(id).to_owned(),
            reason: fields.reason(id).trim().to_owned(),
        };
        if decision == Decision::Refused {
            if !is_known(grounds, &judgement.ground) {
                let sentence = "Choose on what ground of the law you refuse it.";
                fault(&mut faults, format!("ground-{id}"), sentence);
            }
            if !is_reason(&judgement.reason) {
                let sentence = "Write why in a sentence, for the person to read.";
                fault(&mut faults, format!("reason-{id}"), sentence);
            }
        }
        check_length(&judgement.reason, &format!("reason-{id}"), &mut faults);
        judged.push(judgement);
    }
    let mut whole = Judgement {
        items: judged,
        outcome: fields.field("outcome").parse().ok(),
        ground: fields.field("ground").to_owned(),
        reason: fields.field("reason").trim().to_owned(),
        restricts: fields.field("restricts").trim().to_owned(),
    };
    let is_looked_at = whole.outcome == Some(Outcome::Approved) || whole.ground == contest::STAYS;
    if kind == Kind::Contest && whole.outcome.is_some() && is_looked_at {
        match contest::answer(fields) {
            Ok(answer) => whole.reason = answer,
            Err(missing) => faults.extend(missing),
        }
    }
    if items.is_empty() {
        check_whole(&whole, (kind, grounds), &mut faults);
    }
    check_length(&whole.reason, "reason", &mut faults);
    let is_granted = whole.outcome.is_some_and(|it| it != Outcome::Denied);
    let length = whole.restricts.chars().count();
    let is_part = whole.outcome == Some(Outcome::PartlyApproved);
    if kind == Kind::Objection && is_part && !(1..=2000).contains(&length) {
        let sentence =
            "Write for the recipients, in at most 2,000 characters, which part of the use stops.";
        fault(&mut faults, "restricts".to_owned(), sentence);
    }
    if kind == Kind::Restriction && is_granted && !(1..=2000).contains(&length) {
        let sentence = "Write for the recipients, in at most 2,000 characters, which data they keep and do not use.";
        fault(&mut faults, "restricts".to_owned(), sentence);
    }
    if faults.is_empty() {
        Ok(whole)
    } else {
        Err(faults)
    }
}

/// Of a request without items.
fn check_whole(whole: &Judgement, (kind, grounds): (Kind, &[Ground]), faults: &mut Vec<Fault>) {
    // All that was denied is decided anew when an appeal succeeds, and a result is changed or stays: there is no part of it.
    let has_no_part = matches!(kind, Kind::Appeal | Kind::Contest);
    let is_part = whole.outcome == Some(Outcome::PartlyApproved) && has_no_part;
    if whole.outcome.is_none() || is_part {
        fault(faults, "outcome".to_owned(), "Choose approve or deny.");
    }
    let is_denied = whole.outcome.is_some_and(|it| it != Outcome::Approved);
    if is_denied && !is_known(grounds, &whole.ground) {
        let sentence = "Choose on what ground of the law you deny it.";
        fault(faults, "ground".to_owned(), sentence);
    }
    if is_denied && !is_reason(&whole.reason) {
        let sentence = "Write why in a sentence, for the person to read.";
        fault(faults, "reason".to_owned(), sentence);
    } else if whole.reason.is_empty() {
        let sentence = "Write the answer, for the person to read.";
        fault(faults, "reason".to_owned(), sentence);
    }
}

fn check_length(text: &str, field: &str, faults: &mut Vec<Fault>) {
    if text.chars().count() > LONGEST {
        let sentence = "Write at most 10,000 characters.";
        fault(faults, field.to_owned(), sentence);
    }
}

fn is_known(grounds: &[Ground], code: &str) -> bool {
    grounds.iter().any(|it| it.code == code)
}

fn fault(faults: &mut Vec<Fault>, field: String, sentence: &str) {
    faults.push((field, sentence.to_owned()));
}
