//! Whether a mail opts out of something, and of what, or only speaks of it.

use super::OptsOut;
use super::machines::{NAMED, NO_MACHINES, is_of_oneself};
use super::sentences::Sentence;
use super::words::{CATEGORIES, CORRECTION, DELETION, PIECES, UNSURE};
use super::{are_all, before, is_doubtful, says};
use crate::choices::refusable::{AUTOMATED_DECISIONS, LIMIT_SENSITIVE, SALE_OR_SHARING};

/// What speaks of it, beside [`NO_MACHINES`].
const OPT_OUT: &[&str] = &[
    "not sell",
    "don't sell",
    "stop selling",
    "not share",
    "don't share",
    "opt out",
    "opt me out",
    "unsubscribe",
    "limit the use",
    "limit your use",
    "limit use",
    "not profile",
    "don't profile",
    "stop profiling",
    "stop automated",
    "no vender",
    "no vendan",
    "limitar el uso",
    "limiten el uso",
];

/// Whatever speaks of it.
pub(super) fn phrases() -> Vec<&'static str> {
    [OPT_OUT, NO_MACHINES].concat()
}

/// The bare words: an opt-out that names nothing is the one from sale and sharing.
const BARE: &[&str] = &["opt out", "opt me out"];

/// What it can be out of by a mail, and how that is said.
const RIGHTS: &[(&str, &[&str])] = &[
    (
        SALE_OR_SHARING,
        &[
            "sell",
            "selling",
            "sale",
            "sales",
            "sold",
            "share",
            "sharing",
            "targeted advertising",
            "vender",
            "vendan",
            "venta",
        ],
    ),
    (LIMIT_SENSITIVE, &["sensitive", "sensibles", "sensible"]),
    (
        AUTOMATED_DECISIONS,
        &[
            "automated",
            "automation",
            "admt",
            "machine",
            "machines",
            "algorithm",
            "algorithms",
            "automatizadas",
            "máquinas",
        ],
    ),
    (AUTOMATED_DECISIONS, NAMED),
];

/// What leaves none of them out.
const EVERYTHING: &[&str] = &["everything", "all of it", "all of them", "all uses", "todo"];

/// "You do not sell": a statement, unless one of these makes it a demand.
const MUST: &[&str] = &["must", "should", "may", "please"];

/// What stands before an opt-out that is meant, and not reported.
const BEFORE_OPT_OUTS: &[&str] = &[
    "i", "we", "you", "hereby", "please", "kindly", "just", "do", "must", "may", "should", "want",
    "wish", "would", "like", "to", "request", "demand", "ask", "that", "hello", "hi", "dear",
    "sir", "madam", "team", "all", "now", "me", "my", "re", "por", "favor", "quiero", "que",
    "deseo", "the", "ccpa", "request:", "and", "also", "hola",
];

/// The rights that are used, where a sentence says so and none wants anything besides; `None` where that is not clear. It
/// only makes less be done with data, and the person is told and can turn it back: so it need not say whose data it is
/// about.
pub(super) fn opted_out_of(sentences: &[Sentence], said: &str) -> Option<OptsOut> {
    let others = [DELETION, PIECES, CATEGORIES, CORRECTION];
    if others.iter().any(|it| says(said, it)) {
        return None;
    }
    // "Stop selling" is no stop of the wish.
    let phrases = phrases();
    let besides = phrases.iter();
    let besides = besides.fold(said.to_owned(), |said, words| said.replace(words, ""));
    if is_doubtful(&besides) {
        return None;
    }
    let naming = sentences.iter();
    let naming: Vec<_> = naming.filter(|it| says(&it.said(), &phrases)).collect();
    // A phrase that reaches from one sentence into the next is none.
    let is_said = !naming.is_empty() && naming.iter().all(|it| is_meant(it));
    is_said.then(|| named(said)).flatten()
}

/// Whether a sentence that speaks of an opt-out is one.
fn is_meant(sentence: &Sentence) -> bool {
    let said = sentence.said();
    let before = before(&said, &phrases());
    let is_said = are_all(before, BEFORE_OPT_OUTS);
    let is_about_us = before.trim_start().starts_with("you ") && !says(&format!("{before} "), MUST)
        || before.trim_start().starts_with("we ");
    let is_statement = is_about_us || is_of_oneself(&said, before);
    is_said && !is_statement && !says(&said, UNSURE) && !sentence.is_question
}

/// What an opt-out is out of; `None` where it names something else.
fn named(said: &str) -> Option<OptsOut> {
    if says(said, EVERYTHING) {
        return Some(OptsOut::OfEverything);
    }
    let rights = RIGHTS.iter().filter(|(_, words)| says(said, words));
    let mut rights: Vec<_> = rights.map(|(key, _)| *key).collect();
    rights.dedup();
    if !rights.is_empty() {
        return Some(OptsOut::Of(rights));
    }
    let goes_on =
        |it: &&str| said.contains(&format!(" {it} of ")) || said.contains(&format!(" {it} from "));
    let is_bare = says(said, BARE) && !BARE.iter().any(goes_on);
    is_bare.then(|| OptsOut::Of(vec![SALE_OR_SHARING]))
}
