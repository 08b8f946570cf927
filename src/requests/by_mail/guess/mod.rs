//! What a mail asks for, where its own words leave no doubt. A wrong guess would cost the person time, so that in doubt
//! they choose themselves.

mod machines;
mod opting_out;
mod sale;
mod sentences;
mod wishes;
mod words;

use opting_out::{opted_out_of, phrases};
use sentences::Sentence;
use wishes::{ABOUT, CATEGORIES, CORRECTION, DELETION, PIECES};
use words::{
    ASKING, BEFORE_COMMANDS, COURTEOUS, DOUBTS, DOUBTS_IN_WORDS, FILLERS, JOINTS, NO_DOUBTS, NOT,
    PLEASE, QUESTIONS, RELATIVES, UNSURE, WISHES,
};

use crate::requests::senders::model::Wants;

/// What a mail opts out of. That needs no request, and no proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptsOut {
    /// The choices of these keys, each of which is a right.
    Of(Vec<&'static str>),
    /// Whatever can be refused.
    OfEverything,
}

/// What a mail seems to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// One request that is clear.
    Wants(Wants),
    /// To have less done with data, and nothing else.
    OptsOut(OptsOut),
    /// The same, and something besides: the request that is clear, if one is.
    OptsOutAnd(OptsOut, Option<Wants>),
    /// Something about that: they choose themselves.
    OptOut,
    /// Anything else.
    Nothing,
}

/// Looks at the subject and the text, sentence by sentence. A question, a condition, a quotation and a report are doubt.
pub fn guess(subject: &str, text: &str) -> Guess {
    let sentences = sentences::of(subject, text);
    let said = whole(&sentences);
    let phrases = phrases();
    if !says(&said, &phrases) {
        return wish(&sentences, &said).map_or(Guess::Nothing, Guess::Wants);
    }
    let Some((of, wants_more)) = opted_out_of(&sentences, &said) else {
        return Guess::OptOut;
    };
    if !wants_more {
        return Guess::OptsOut(of);
    }
    let is_other = |it: &Sentence| !says(&it.said(), &phrases);
    let others: Vec<_> = sentences.into_iter().filter(is_other).collect();
    Guess::OptsOutAnd(of, wish(&others, &whole(&others)))
}

/// All of it in whole words: "on me" is not in "on media".
fn whole(sentences: &[Sentence]) -> String {
    let said: String = sentences.iter().map(Sentence::said).collect();
    said.replace("  ", " ")
}

/// The one request that is clear.
fn wish(sentences: &[Sentence], said: &str) -> Option<Wants> {
    let asked: Vec<_> = [
        (Wants::Deletion, DELETION),
        (Wants::Pieces, PIECES),
        (Wants::Categories, CATEGORIES),
        (Wants::Correction, CORRECTION),
    ]
    .into_iter()
    .filter(|(_, any)| says(said, any))
    .collect();
    let [(wants, any)] = asked.as_slice() else {
        return None;
    };
    let in_doubt = is_refused(said, any) || is_doubtful(said) || names_relative(said);
    let is_change = matches!(wants, Wants::Deletion | Wants::Correction);
    let is_asked_about = is_change && says(said, QUESTIONS);
    let mut naming = sentences.iter().filter(|it| says(&it.said(), any));
    if in_doubt || is_asked_about || !says(said, ABOUT) {
        return None;
    }
    let are_clear = naming.all(|it| is_clear(it, (*wants, any)));
    are_clear.then_some(*wants)
}

fn says(said: &str, any: &[&str]) -> bool {
    any.iter().any(|it| said.contains(&format!(" {it} ")))
}

/// Whether the data of somebody's family may be meant.
fn names_relative(said: &str) -> bool {
    let mut words = said.split(' ');
    words.any(|it| RELATIVES.contains(&it.trim_end_matches("'s").trim_end_matches('\'')))
}

/// What stands before the first of these.
fn before<'a>(said: &'a str, any: &[&str]) -> &'a str {
    let places = any.iter().filter_map(|it| said.find(&format!(" {it} ")));
    places.min().map_or("", |at| &said[..at])
}

fn are_all(said: &str, known: &[&str]) -> bool {
    let mut words = said.split(' ').filter(|it| !it.is_empty());
    words.all(|it| known.contains(&it))
}

/// Whether a sentence that names a wish expresses it.
fn is_clear(sentence: &Sentence, (wants, any): (Wants, &[&str])) -> bool {
    let said = sentence.said();
    if says(&said, UNSURE) && !is_kind_of_data(&said, wants) {
        return false;
    }
    match wants {
        // To ask which they are is to ask for them.
        Wants::Categories => true,
        // That something is wrong need not be said as a wish.
        Wants::Correction => !is_question(sentence, &said),
        _ if is_question(sentence, &said) => is_courteous(&said, wants),
        _ => is_wished(sentence, any),
    }
}

/// Which kinds of data are held "when" something was done is no condition.
fn is_kind_of_data(said: &str, wants: Wants) -> bool {
    wants == Wants::Categories && !says(said, &["if", "whether", "si", "said", "told"])
}

fn is_question(sentence: &Sentence, said: &str) -> bool {
    let first = said.trim_start().split(' ').next().unwrap_or_default();
    sentence.is_question || ASKING.contains(&first)
}

/// "Could you please …": a wish in the form of a question. Who asks whether they can have their data wants them.
fn is_courteous(said: &str, wants: Wants) -> bool {
    let begins = |it: &&&str| said.trim_start().starts_with(**it);
    let is_of_me = |it: &str| it.contains(" i ");
    let Some(begin) = COURTEOUS.iter().find(begins) else {
        return false;
    };
    says(said, PLEASE) || wants == Wants::Pieces && is_of_me(begin)
}

/// Whether somebody says that they want it, or commands it.
fn is_wished(sentence: &Sentence, any: &[&str]) -> bool {
    let joints = |clause: &str| {
        let mut clause = clause.to_owned();
        for joint in JOINTS {
            clause = clause.replace(&format!(" {joint} "), " | ");
        }
        clause.split('|').map(str::to_owned).collect::<Vec<_>>()
    };
    if says(&sentence.said(), WISHES) {
        return true;
    }
    let parts = sentence.clauses.iter().flat_map(|it| joints(it));
    let mut naming = parts.filter(|it| says(&format!(" {} ", it.trim()), any));
    naming.any(|part| {
        let part = format!(" {} ", part.trim());
        are_all(before(&part, any), BEFORE_COMMANDS)
    })
}

/// Whether it may be the opposite of what it seems, or somebody else's wish.
fn is_doubtful(said: &str) -> bool {
    let said = NO_DOUBTS
        .iter()
        .fold(said.to_owned(), |said, words| said.replace(words, ""));
    let mut doubts = DOUBTS.iter().chain(DOUBTS_IN_WORDS);
    doubts.any(|it| said.contains(&format!(" {it} ")))
}

/// Whether one of these is said not to be wanted: "do not delete", "I never asked you to delete".
fn is_refused(said: &str, any: &[&str]) -> bool {
    let places = any.iter().flat_map(|it| {
        let found = said.match_indices(it);
        found.map(|(at, _)| &said[..at])
    });
    places.into_iter().any(|before| {
        let mut words = before.split(' ').rev().filter(|it| !it.is_empty());
        let word = words.find(|it| !FILLERS.contains(it));
        word.is_some_and(|it| NOT.contains(&it))
    })
}
