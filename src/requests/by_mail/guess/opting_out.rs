//! Whether a mail opts out of something, and of what, or only speaks of it.

use super::OptsOut;
use super::machines::{self, NAMED, NO_MACHINES};
use super::sale::{self, NOT_SELL, NOT_SHARE};
use super::sentences::Sentence;
use super::wishes::{CATEGORIES, CORRECTION, DELETION, PIECES};
use super::words::UNSURE;
use super::{before, is_doubtful, names_relative, says};
use crate::choices::refusable::{AUTOMATED_DECISIONS, LIMIT_SENSITIVE, SALE_OR_SHARING};

/// What speaks of it, beside [`NO_MACHINES`].
const OPT_OUT: &[&str] = &[
    NOT_SELL,
    NOT_SHARE,
    "opt out",
    "opt me out",
    "opting out",
    "object to the sale",
    "object to the sharing",
    "unsubscribe",
    "limit the use",
    "limit your use",
    "limit use",
    "not profile",
    "don't profile",
    "stop profiling",
    "limitar el uso",
    "limiten el uso",
    "opongo a la venta",
    "oponerme a la venta",
    "excluirme de la venta",
    "exclúyanme de la venta",
    "exclusión de la venta",
];

/// Whatever speaks of it.
pub(super) fn phrases() -> Vec<&'static str> {
    [OPT_OUT, NO_MACHINES].concat()
}

/// The bare words: an opt-out that names nothing is the one from sale and sharing.
const BARE: &[&str] = &["opt out", "opt me out", "opting out"];

/// What says of itself that it is one, whatever it is out of.
const IN_SO_MANY_WORDS: &[&str] = &[
    "opt out",
    "opt me out",
    "opting out",
    "object to the sale",
    "object to the sharing",
    "opongo a la venta",
    "oponerme a la venta",
    "excluirme de la venta",
    "exclúyanme de la venta",
    "exclusión de la venta",
];

/// Whose data somebody speaks of who writes to many.
const OF_THE_READER: &[&str] = &[
    "your personal",
    "your data",
    "your information",
    "your info",
    "sus datos",
    "tus datos",
    "su información",
    "tu información",
];

/// Who speaks of themselves.
const ONESELF: &[&str] = &["i", "i'm", "i'd", "me", "my", "mine", "mi", "mis"];

/// What it can be out of by a mail, beside sale and sharing, and how that is said.
const RIGHTS: &[(&str, &[&str])] = &[
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
    "i",
    "i'm",
    "i'd",
    "am",
    "we",
    "you",
    "hereby",
    "please",
    "kindly",
    "just",
    "do",
    "must",
    "may",
    "should",
    "want",
    "wish",
    "would",
    "like",
    "to",
    "request",
    "demand",
    "ask",
    "that",
    "hello",
    "hi",
    "hey",
    "dear",
    "sir",
    "sirs",
    "madam",
    "team",
    "all",
    "now",
    "me",
    "my",
    "re",
    "por",
    "favor",
    "quiero",
    "que",
    "deseo",
    "the",
    "and",
    "also",
    "hola",
    "good",
    "morning",
    "afternoon",
    "evening",
    "day",
    "to",
    "whom",
    "it",
    "concern",
    "exercise",
    "exercising",
    "right",
    "rights",
    "of",
    "under",
    "pursuant",
    "in",
    "accordance",
    "with",
    "by",
    "this",
    "email",
    "letter",
    "message",
    "writing",
    "direct",
    "directing",
    "instruct",
    "require",
    "insist",
    "as",
    "a",
    "resident",
    "consumer",
    "california",
    "californian",
    "cal",
    "civ",
    "civil",
    "code",
    "section",
    "sec",
    "ccpa",
    "cpra",
    "privacy",
    "act",
    "law",
    "for",
    "from",
    "on",
    "today",
    "immediately",
    "formally",
    "take",
    "notice",
    "your",
    "decide",
    "have",
    "decided",
    "solicito",
    "pido",
    "exijo",
    "ejerzo",
    "ejercer",
    "optar",
    "mi",
    "derecho",
    "de",
    "la",
    "les",
    "como",
    "residente",
    "buenos",
    "días",
    "buenas",
    "tardes",
    "estimados",
];

/// What sets one wish against another.
const EITHER: &[&str] = &["or", "either", "instead", "o"];

/// What a mail opts out of, and whether it asks for something besides; `None` where it is not clear that it does. It only makes
/// less be done with data, and the person is told and can turn it back: so it need not say whose data it is about.
pub(super) fn opted_out_of(sentences: &[Sentence], said: &str) -> Option<(OptsOut, bool)> {
    // "Stop selling" is no stop of the wish.
    let phrases = phrases();
    let besides = phrases.iter();
    let besides = besides.fold(said.to_owned(), |said, words| said.replace(words, ""));
    if is_doubtful(&besides) {
        return None;
    }
    let speaking = sentences.iter();
    let speaking: Vec<_> = speaking.filter(|it| says(&it.said(), &phrases)).collect();
    // A phrase that reaches from one sentence into the next is none.
    if speaking.is_empty() || !speaking.iter().all(|it| is_meant(it)) {
        return None;
    }
    let naming: Vec<_> = speaking.iter().map(|it| it.said()).collect();
    let is_either = |it: &String| wants_more(it) && says(it, EITHER);
    if naming.iter().any(is_either) {
        return None;
    }
    let is_more = wants_more(said) || names_relative(said);
    Some((named(&naming)?, is_more))
}

fn wants_more(said: &str) -> bool {
    let others = [DELETION, PIECES, CATEGORIES, CORRECTION];
    others.iter().any(|it| says(said, it))
}

/// Whether a sentence speaks of the data of whoever reads it.
fn is_of_the_reader(said: &str) -> bool {
    says(said, OF_THE_READER) && !says(said, ONESELF)
}

/// Whether a sentence that speaks of an opt-out is one.
fn is_meant(sentence: &Sentence) -> bool {
    let said = sentence.said();
    let before = before(&said, &phrases());
    // Another wish may stand before it.
    let own = match before.rsplit_once(" and ") {
        Some((first, own)) if wants_more(&format!("{first} ")) => own,
        _ => before,
    };
    let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let mut words = own.split(' ').filter(|it| !it.is_empty());
    let is_said = words.all(|it| BEFORE_OPT_OUTS.contains(&it) || is_number(it));
    let is_about_us = before.trim_start().starts_with("you ") && !says(&format!("{before} "), MUST)
        || before.trim_start().starts_with("we ");
    let is_statement = is_about_us
        || is_of_the_reader(&said)
        || machines::is_of_oneself(&said, before)
        || says(&said, &[NOT_SELL, NOT_SHARE]) && sale::is_of_oneself(&said, before);
    is_said && !is_statement && !says(&said, UNSURE) && !sentence.is_question
}

/// What the sentences that opt out are out of; `None` where they name something else.
fn named(naming: &[String]) -> Option<OptsOut> {
    let say = |any: &[&str]| naming.iter().any(|it| says(it, any));
    if say(EVERYTHING) {
        return Some(OptsOut::OfEverything);
    }
    let is_of_sale = naming.iter().any(|it| sale::is_named(it, IN_SO_MANY_WORDS));
    let others = RIGHTS.iter().filter(|(_, words)| say(words));
    let sale = is_of_sale.then_some(SALE_OR_SHARING);
    let mut rights: Vec<_> = sale
        .into_iter()
        .chain(others.map(|(key, _)| *key))
        .collect();
    rights.dedup();
    if !rights.is_empty() {
        return Some(OptsOut::Of(rights));
    }
    let goes_on = |said: &String| {
        let mut bare = BARE.iter();
        bare.any(|it| {
            said.contains(&format!(" {it} of ")) || said.contains(&format!(" {it} from "))
        })
    };
    let is_bare = say(BARE) && !naming.iter().any(goes_on);
    is_bare.then(|| OptsOut::Of(vec![SALE_OR_SHARING]))
}
