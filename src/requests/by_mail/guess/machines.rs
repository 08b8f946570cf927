//! How people say that no machine is to decide about them, whose words for it are many.

use super::says;

/// Stands for all of these where a sentence is about deciding. It is no word, so that nobody writes it.
const MACHINES: &str = "deciding-machines";

/// What people call a machine that decides.
const CALLED: &[&str] = &[
    "a computer",
    "computers",
    "your computer",
    "your computers",
    "a machine",
    "machines",
    "your machines",
    "an algorithm",
    "algorithms",
    "your algorithm",
    "your algorithms",
    "a program",
    "programs",
    "software",
    "ai",
    "an ai",
    "artificial intelligence",
    "a robot",
    "robots",
    "a bot",
    "bots",
    "una máquina",
    "un ordenador",
    "una computadora",
    "un algoritmo",
    "una inteligencia artificial",
];

/// Without one of these it is about something else that a machine does.
const DECIDING: &[&str] = &[
    "decide",
    "decides",
    "deciding",
    "decided",
    "decision",
    "decisions",
    "judge",
    "judges",
    "judging",
    "judged",
    "rate",
    "rates",
    "rating",
    "rank",
    "ranks",
    "ranking",
    "assess",
    "assesses",
    "evaluate",
    "evaluates",
    "profile",
    "profiles",
    "decida",
    "decidan",
    "decisiones",
    "juzgue",
    "evalúe",
];

/// What speaks against it, with [one word](in_one_word) for all machines.
pub(super) const NO_MACHINES: &[&str] = &[
    "not use automated",
    "don't use automated",
    "not use profiling",
    "don't use profiling",
    "not use deciding-machines",
    "don't use deciding-machines",
    "not use my data for automated",
    "don't use my data for automated",
    "not use my data for profiling",
    "don't use my data for profiling",
    "not make automated",
    "don't make automated",
    "not let deciding-machines",
    "don't let deciding-machines",
    "not have deciding-machines",
    "don't have deciding-machines",
    "not allow deciding-machines",
    "don't allow deciding-machines",
    "not subject me to automated",
    "don't subject me to automated",
    "not subject me to profiling",
    "don't subject me to profiling",
    "not be subject to automated",
    "not be subject to profiling",
    "not be subjected to automated",
    "not be subjected to profiling",
    "not want automated",
    "don't want automated",
    "not want any automated",
    "don't want any automated",
    "not want profiling",
    "don't want profiling",
    "not want deciding-machines",
    "don't want deciding-machines",
    "not want to be profiled",
    "don't want to be profiled",
    "not want you to profile",
    "don't want you to profile",
    "not want you to use automated",
    "don't want you to use automated",
    "not want you to make automated",
    "don't want you to make automated",
    "not consent to automated",
    "don't consent to automated",
    "not consent to profiling",
    "don't consent to profiling",
    "not agree to automated",
    "don't agree to automated",
    "not agree to profiling",
    "don't agree to profiling",
    "object to automated",
    "object to profiling",
    "no automated",
    "no profiling",
    "no deciding-machines",
    "stop using automated",
    "stop using deciding-machines",
    "stop making automated",
    "stop letting deciding-machines",
    "stop your automated",
    "stop your profiling",
    "turn off automated",
    "turn off profiling",
    "switch off automated",
    "switch off profiling",
    "no quiero decisiones automatizadas",
    "no quiero que deciding-machines",
    "no quiero que me perfilen",
    "no me perfilen",
    "dejen de perfilarme",
    "no tomen decisiones automatizadas",
    "no usen decisiones automatizadas",
    "me opongo a las decisiones automatizadas",
];

/// What names it, beside the words of the law.
pub(super) const NAMED: &[&str] = &[
    MACHINES,
    "not profile",
    "don't profile",
    "profiling",
    "to be profiled",
    "you to profile",
    "perfilen",
    "perfilarme",
];

/// What somebody says of themselves or of their own company: "I do not use automated decisions".
const OF_ONESELF: &[&str] = &["i", "i do", "we", "we do"];

/// What is a wish, whoever says it of themselves.
const WISHED: &[&str] = &[
    "want",
    "consent",
    "agree",
    "object",
    "subject",
    "subjected",
    "quiero",
    "opongo",
];

/// A sentence with one word for whatever decides by itself, where it is about deciding.
pub(super) fn in_one_word(said: String) -> String {
    if !says(&said, DECIDING) {
        return said;
    }
    CALLED.iter().fold(said, |said, called| {
        said.replace(&format!(" {called} "), &format!(" {MACHINES} "))
    })
}

/// Whether it only says what somebody does not do themselves, given what stands before it.
pub(super) fn is_of_oneself(said: &str, before: &str) -> bool {
    let before = format!(" {}", before.trim());
    let is_wish = |phrase: &str| phrase.split(' ').any(|it| WISHED.contains(&it));
    let mut phrases = NO_MACHINES.iter().filter(|it| says(said, &[it]));
    let mut oneself = OF_ONESELF.iter();
    oneself.any(|it| before.ends_with(&format!(" {it}"))) && phrases.any(|it| !is_wish(it))
}
