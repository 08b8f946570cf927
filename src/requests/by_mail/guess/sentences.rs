//! A mail in sentences, without what somebody else said in it.

use super::words::{QUOTE_BEGINS, QUOTE_ENDS};
use super::{machines, sale};

/// A sentence of the sender's own.
#[derive(Debug)]
pub(super) struct Sentence {
    /// Its clauses, each in whole words with a space around each, in lower case.
    pub clauses: Vec<String>,
    /// Whether it ends with a question mark, or begins with one.
    pub is_question: bool,
}

impl Sentence {
    /// All of it, in whole words.
    pub fn said(&self) -> String {
        let all: Vec<_> = self.clauses.iter().map(|it| it.trim()).collect();
        machines::in_one_word(sale::in_short(&all.join(" ")))
    }
}

/// The line above a signature, without the space at its end.
const SIGNATURE: &str = "--";

/// The sentences of the subject and the text. What is quoted, from an earlier mail or by marks, is left out.
pub(super) fn of(subject: &str, text: &str) -> Vec<Sentence> {
    let mut sentences = split(&without_quotes(&plain(subject)));
    let own = own_lines(&plain(text));
    for paragraph in own.split("\n\n") {
        sentences.extend(split(&without_quotes(paragraph)));
    }
    sentences
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'")
}

/// Without the lines of an earlier mail, and without the signature.
fn own_lines(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let is_before = |line: &&str| {
        *line != SIGNATURE
            && !QUOTE_ENDS.iter().any(|it| line.ends_with(it))
            && !QUOTE_BEGINS.iter().any(|it| line.starts_with(it))
    };
    let own = lines.take_while(is_before);
    let own: Vec<_> = own.filter(|line| !line.starts_with('>')).collect();
    own.join("\n")
}

/// Without what stands between quotation marks; where one is not closed, without the rest.
fn without_quotes(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (mut own, mut is_quoted) = (String::new(), false);
    for (at, letter) in letters.iter().enumerate() {
        let is_word = |at: Option<usize>| {
            at.and_then(|at| letters.get(at))
                .is_some_and(|it| it.is_alphanumeric())
        };
        let (before, after) = (is_word(at.checked_sub(1)), is_word(Some(at + 1)));
        match letter {
            '"' => is_quoted = !is_quoted,
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => {
                is_quoted = !is_quoted;
            }
            // An apostrophe stands within a word, or behind one.
            '\'' if is_quoted && before && !after => is_quoted = false,
            '\'' if !is_quoted && !before && after => is_quoted = true,
            _ if is_quoted => {}
            _ => own.push(*letter),
        }
    }
    own
}

fn split(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut begun = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends = matches!(letter, '.' | '!' | '?')
            && letters.peek().is_none_or(|it| !it.is_alphanumeric());
        if !ends {
            begun.push(letter);
            continue;
        }
        sentences.extend(sentence(&begun, letter == '?'));
        begun.clear();
    }
    sentences.extend(sentence(&begun, false));
    sentences
}

fn sentence(text: &str, is_question: bool) -> Option<Sentence> {
    let is_question = is_question || text.contains('\u{bf}');
    let clauses = text.split([',', ';', ':', '(', ')', '\u{2013}', '\u{2014}']);
    let clauses = clauses.map(|clause| {
        let words = clause.split(|it: char| !it.is_alphanumeric() && it != '\'');
        let words: Vec<_> = words.filter(|it| !it.is_empty()).collect();
        words.join(" ")
    });
    let clauses = clauses.filter(|it| !it.is_empty());
    let clauses: Vec<_> = clauses.map(|it| format!(" {it} ")).collect();
    (!clauses.is_empty()).then_some(Sentence {
        clauses,
        is_question,
    })
}
