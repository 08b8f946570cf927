//! How people say that no machine is to decide about them, whose words for it are many.

use super::says;

/// Stands for all that decides by itself. It is no word, so that nobody writes it.
const MACHINES: &str = "deciding-machines";

/// What decides by itself, in the words of the law.
const AUTOMATED: &[&str] = &[
    "automated decision making technology",
    "automated decisionmaking technology",
    "automated decision making",
    "automated decisionmaking",
    "automated decisions",
    "automated decision",
    "automated profiling",
    "automated processing",
    "decisiones automatizadas",
];

/// What people call it, where they speak of deciding.
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
    "rank",
    "ranks",
    "ranking",
    "rate me",
    "rates me",
    "rating me",
    "assess",
    "assesses",
    "assessing",
    "evaluate",
    "evaluates",
    "evaluating",
    "profile me",
    "profiles me",
    "profiling me",
    "decida",
    "decidan",
    "decisiones",
    "juzgue",
    "evalúe",
];

/// What speaks against it, [in one word](in_one_word).
pub(super) const NO_MACHINES: &[&str] = &[
    "not use deciding-machines",
    "not let deciding-machines",
    "not have deciding-machines",
    "not allow deciding-machines",
    "not make deciding-machines",
    "not want deciding-machines",
    "not want any deciding-machines",
    "not want you to use deciding-machines",
    "not want you to make deciding-machines",
    "not consent to deciding-machines",
    "not agree to deciding-machines",
    "not subject me to deciding-machines",
    "not be subject to deciding-machines",
    "not be subjected to deciding-machines",
    "not use my data for deciding-machines",
    "not use profiling",
    "not want profiling",
    "not consent to profiling",
    "not agree to profiling",
    "not subject me to profiling",
    "not be subject to profiling",
    "not use my data for profiling",
    "not want to be profiled",
    "not want you to profile",
    "object to deciding-machines",
    "object to profiling",
    "no deciding-machines",
    "no profiling",
    "stop deciding-machines",
    "stop your deciding-machines",
    "stop your profiling",
    "stop using deciding-machines",
    "stop making deciding-machines",
    "stop letting deciding-machines",
    "turn off deciding-machines",
    "turn off profiling",
    "switch off deciding-machines",
    "switch off profiling",
    "no quiero deciding-machines",
    "no quiero que deciding-machines",
    "no quiero que me perfilen",
    "no me perfilen",
    "dejen de perfilarme",
    "no tomen deciding-machines",
    "no usen deciding-machines",
    "me opongo a las deciding-machines",
];

/// What a refusal is said of.
const PROFILED: &[&str] = &[MACHINES, "profiling", "profiled", "profile me"];

/// What names it, beside the words of the law.
pub(super) const NAMED: &[&str] = &[
    MACHINES,
    "not profile",
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

/// A sentence with one word for whatever decides by itself, and one for a refusal of it.
pub(super) fn in_one_word(said: String) -> String {
    let one_word = |said: String, called: &&str| {
        said.replace(&format!(" {called} "), &format!(" {MACHINES} "))
    };
    let is_of_deciding = says(&said, DECIDING);
    let mut said = AUTOMATED.iter().fold(said, one_word);
    if is_of_deciding {
        said = CALLED.iter().fold(said, one_word);
    }
    if says(&said, PROFILED) {
        said = said.replace(" don't ", " do not ");
    }
    said
}

/// Whether it only says what somebody does not do themselves, given what stands before it.
pub(super) fn is_of_oneself(said: &str, before: &str) -> bool {
    let before = format!(" {}", before.trim());
    let is_wish = |phrase: &str| phrase.split(' ').any(|it| WISHED.contains(&it));
    let mut phrases = NO_MACHINES.iter().filter(|it| says(said, &[it]));
    let mut oneself = OF_ONESELF.iter();
    oneself.any(|it| before.ends_with(&format!(" {it}"))) && phrases.any(|it| !is_wish(it))
}
