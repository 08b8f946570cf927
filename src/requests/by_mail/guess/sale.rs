//! How people say that their data are not to be sold or shared, whose ways are many: in short it is always "not sell" or
//! "not share". And whether it is their data that they speak of, or a house.

use super::{are_all, says};

/// What turns it into an opt-out.
const AGAINST: &[&str] = &[
    "not", "don't", "dont", "never", "stop", "cease", "no", "dejen", "deje", "dejar", "cesen",
];

/// What is a wish, whoever says it of themselves.
const WISHED: &[&str] = &[
    "want",
    "wish",
    "like",
    "consent",
    "agree",
    "allow",
    "authorize",
    "authorise",
    "permit",
];

/// What may stand between that and what is not to be done, beside [`WISHED`].
const BETWEEN: &[&str] = &[
    "let",
    "have",
    "you",
    "your",
    "company",
    "anyone",
    "anybody",
    "to",
    "be",
    "being",
    "a",
    "the",
    "any",
    "of",
    "for",
    "my",
    "personal",
    "data",
    "information",
    "info",
    "quiero",
    "deseo",
    "autorizo",
    "consiento",
    "que",
    "se",
    "mis",
    "datos",
    "la",
    "el",
    "de",
    "en",
    "participar",
];

/// What may stand there at most.
const FAR: usize = 8;

const SELLING: &[&str] = &[
    "sell", "selling", "sold", "sale", "resell", "vender", "vendan", "vendidos", "venta",
];
const SHARING: &[&str] = &["share", "sharing", "shared", "compartir", "compartan"];

/// What each of the ways comes to.
pub(super) const NOT_SELL: &str = "not sell";
pub(super) const NOT_SHARE: &str = "not share";

/// What is said of it where somebody opts out in so many words.
const OPTED_OUT_OF: &[&str] = &[
    "sell",
    "sale",
    "sales",
    "selling",
    "sold",
    "share",
    "sharing",
    "shared",
    "targeted advertising",
    "vender",
    "vendan",
    "venta",
];

/// What data are called.
const DATA: &[&str] = &[
    "data",
    "information",
    "info",
    "details",
    "profile",
    "resume",
    "résumé",
    "cv",
    "record",
    "records",
    "about me",
    "datos",
    "información",
    "informacion",
    "perfil",
];

/// What may follow where it is not said what is not to be sold.
const NOTHING_MORE: &[&str] = &[
    "or", "and", "share", "sell", "selling", "sharing", "please", "any", "more", "anymore", "ever",
    "thanks", "thank", "you",
];

/// Who is no buyer: data go to them because the person asked for that, and they mean something else.
const NO_BUYERS: &[&str] = &[
    "employer",
    "employers",
    "recruiter",
    "recruiters",
    "boss",
    "colleague",
    "colleagues",
    "friends",
    "family",
    "mail",
    "email",
];

/// A sentence with the short words for whatever is against selling and sharing.
pub(super) fn in_short(said: &str) -> String {
    let words: Vec<_> = said.split(' ').filter(|it| !it.is_empty()).collect();
    let (mut short, mut at) = (Vec::new(), 0);
    while let Some(word) = words.get(at) {
        let rest = &words[at + 1..];
        let is_between = |it: &&&str| WISHED.contains(*it) || BETWEEN.contains(*it);
        let between = rest.iter().take_while(is_between).count();
        let named = rest.get(between).filter(|_| between <= FAR);
        let named = named.and_then(|it| short_word(it));
        if let Some(named) = named.filter(|_| AGAINST.contains(word)) {
            short.extend(["not", named]);
            short.extend(&rest[..between]);
            at += between + 2;
        } else {
            short.push(word);
            at += 1;
        }
    }
    format!(" {} ", short.join(" "))
}

fn short_word(word: &str) -> Option<&'static str> {
    if SELLING.contains(&word) {
        Some("sell")
    } else {
        SHARING.contains(&word).then_some("share")
    }
}

/// Whether a sentence that opts out does so of the sale or sharing of data.
pub(super) fn is_named(said: &str, opts_out: &[&str]) -> bool {
    if says(said, opts_out) && says(said, OPTED_OUT_OF) {
        return true;
    }
    let is_shared_alone = says(said, &[NOT_SHARE]) && !says(said, &["sell"]);
    if is_shared_alone && says(said, NO_BUYERS) {
        return false;
    }
    let phrases = [NOT_SELL, NOT_SHARE];
    let mut after = phrases
        .iter()
        .filter_map(|it| said.split_once(&format!(" {it} ")));
    says(said, &phrases) && (says(said, DATA) || after.any(|(_, it)| are_all(it, NOTHING_MORE)))
}

/// Whether it only says what somebody does not do themselves, given what stands before it: "I never share my data".
pub(super) fn is_of_oneself(said: &str, before: &str) -> bool {
    let before = before.trim();
    let is_mine =
        before == "i" || before == "i do" || before.ends_with(" i") || before.ends_with(" i do");
    is_mine && !says(said, WISHED)
}
