//! Whether a mail opts out of sale and sharing, or only speaks of it.

use super::sentences::Sentence;
use super::words::{CATEGORIES, CORRECTION, DELETION, PIECES, UNSURE};
use super::{are_all, before, is_doubtful, says};

/// What speaks of it.
pub(super) const OPT_OUT: &[&str] = &[
    "not sell",
    "don't sell",
    "stop selling",
    "not share",
    "don't share",
    "opt out",
    "opt me out",
    "unsubscribe",
    "no vender",
    "no vendan",
];

/// What an opt-out is about; one that names nothing is about all of it.
const SALE: &[&str] = &[
    "sell",
    "selling",
    "sale",
    "sold",
    "share",
    "sharing",
    "opt out",
    "opt me out",
    "vender",
    "vendan",
];

/// "You do not sell": a statement, unless one of these makes it a demand.
const MUST: &[&str] = &["must", "should", "may", "please"];

/// What stands before an opt-out that is meant, and not reported.
const BEFORE_OPT_OUTS: &[&str] = &[
    "i", "we", "you", "hereby", "please", "kindly", "just", "do", "must", "may", "should", "want",
    "wish", "would", "like", "to", "request", "demand", "ask", "that", "hello", "hi", "dear",
    "sir", "madam", "team", "all", "now", "me", "my", "re", "por", "favor", "quiero", "que",
    "deseo", "the", "ccpa", "request:", "and", "also", "hola",
];

/// Whether a sentence says so, and none wants anything besides. It only makes less be done with data, and the person is told
/// and can turn it back: so it need not say whose data it is about.
pub(super) fn opts_out(sentences: &[Sentence], said: &str) -> bool {
    let others = [DELETION, PIECES, CATEGORIES, CORRECTION];
    if others.iter().any(|it| says(said, it)) || !says(said, SALE) {
        return false;
    }
    // "Stop selling" is no stop of the wish.
    let besides = OPT_OUT.iter();
    let besides = besides.fold(said.to_owned(), |said, words| said.replace(words, ""));
    if is_doubtful(&besides) {
        return false;
    }
    let naming = sentences.iter().filter(|it| says(&it.said(), OPT_OUT));
    let naming: Vec<_> = naming.collect();
    // A phrase that reaches from one sentence into the next is none.
    !naming.is_empty()
        && naming.iter().all(|sentence| {
            let said = sentence.said();
            let before = before(&said, OPT_OUT);
            let is_said = are_all(before, BEFORE_OPT_OUTS);
            let is_about_us = before.trim_start().starts_with("you ")
                && !says(&format!("{before} "), MUST)
                || before.trim_start().starts_with("we ");
            is_said && !is_about_us && !says(&said, UNSURE) && !sentence.is_question
        })
}
