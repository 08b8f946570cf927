//! What is offered for data takes a yes, and what a machine decides can be refused or says why not.

use crate::register::{Activity, LawfulBasis, Register, finding::Report};

pub(super) fn check(register: &Register, report: &Report) {
    for activity in &register.activities {
        check_incentive(activity, report);
        check_machine(activity, report);
    }
}

fn check_incentive(activity: &Activity, report: &Report) {
    if activity.incentive.is_none() {
        return;
    }
    let fault = |wrong: &str, expected: &str| report.fault(&activity.place, wrong, expected);
    if !activity.refusable || activity.lawful_basis != Some(LawfulBasis::Consent) {
        fault(
            "who is offered something for it has to agree first, and can leave at any time",
            "`refusable: true` and `lawful_basis: consent`",
        );
    }
    if activity.sale_or_sharing || activity.uses_sensitive || activity.machine.is_some() {
        fault(
            "an offer has a switch of its own, apart from sale, sensitive data and machines",
            "a declaration of its own for the offer",
        );
    }
}

fn check_machine(activity: &Activity, report: &Report) {
    if activity.machine.is_none() {
        return;
    }
    let fault = |wrong: &str, expected: &str| report.fault(&activity.place, wrong, expected);
    if activity.decides_by_machine() && !activity.refusable {
        fault(
            "a machine takes part in decisions of weight, and nobody can opt out of it",
            "`refusable: true`, or `exception` under `machine`",
        );
    }
    if activity.purpose.is_empty() {
        fault(
            "people are not told what the machine is used for",
            "`purpose` under `candor:`, in a sentence that fits nothing else",
        );
    }
    if activity.categories.is_empty() {
        fault(
            "people are not told which data the machine uses",
            "`data_categories`",
        );
    }
    if activity.sale_or_sharing || activity.uses_sensitive {
        fault(
            "a machine has a switch of its own, apart from sale and sensitive data",
            "a declaration of its own for the machine",
        );
    }
}
