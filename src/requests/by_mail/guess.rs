//! What a mail asks for, where its own words leave no doubt. A wrong guess would cost the person time, so that in doubt
//! they choose themselves.

use crate::requests::senders::model::Wants;

/// What a mail seems to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// One request that is clear.
    Wants(Wants),
    /// Not to have data sold, shared or used: the way for that needs no request.
    OptOut,
    /// Anything else.
    Nothing,
}

const DELETION: &[&str] = &[
    "delete",
    "deletion",
    "erase",
    "erasure",
    "be forgotten",
    "borrar",
    "borren",
    "eliminar",
    "eliminen",
    "suprimir",
];

const PIECES: &[&str] = &[
    "copy of my data",
    "copy of my personal",
    "copy of my information",
    "copy of my profile",
    "copy of all",
    "copy of everything",
    "copy of the data",
    "copy of the information",
    "copy of what",
    "access to my",
    "access request",
    "subject access",
    "a list of all",
    "send me my data",
    "send me my personal",
    "send me my information",
    "send me all",
    "copia de mis datos",
    "copia de mi información",
    "copia de todo",
    "copia de todos",
    "acceso a mis",
];

const CATEGORIES: &[&str] = &[
    "which categories",
    "what categories",
    "categories of",
    "which kinds",
    "what kinds",
    "kinds of data",
    "qué categorías",
    "categorías de",
];

const CORRECTION: &[&str] = &[
    "correct my",
    "correction",
    "rectify",
    "rectification",
    "is wrong",
    "is incorrect",
    "inaccurate",
    "corregir",
    "rectificar",
];

const OPT_OUT: &[&str] = &[
    "not sell",
    "don't sell",
    "stop selling",
    "not share",
    "don't share",
    "opt out",
    "unsubscribe",
    "no vender",
    "no vendan",
];

/// What it must be about.
const ABOUT: &[&str] = &[
    "my data",
    "my personal",
    "my information",
    "my account",
    "my profile",
    "my record",
    "about me",
    "on me",
    "my resume",
    "my cv",
    "mis datos",
    "mi cuenta",
    "mi perfil",
    "mi información",
    "sobre mí",
];

/// What turns a wish into its opposite, right before it or before words that say nothing by themselves.
const NOT: &[&str] = &[
    "not", "don't", "never", "cannot", "can't", "won't", "didn't", "no", "nunca", "sin",
];
const FILLERS: &[&str] = &[
    "want", "wish", "like", "you", "to", "please", "ever", "should", "have", "be", "get", "a",
    "asked", "quiero", "que",
];

/// What takes a wish back, comes from somebody else, or is about something else; wherever it is said.
const DOUBTS: &[&str] = &[
    "cancel",
    "cancelled",
    "canceled",
    "cancelling",
    "cancellation",
    "withdraw",
    "withdrawn",
    "withdrawing",
    "stop",
    "stopped",
    "undo",
    "revoke",
    "reverse",
    "restore",
    "keep",
    "instead",
    "mistake",
    "invoice",
    "invoices",
    "bill",
    "contract",
    "behalf",
    "represent",
    "representing",
    "client",
    "client's",
    "agent",
    "agents",
    "attorney",
    "lawyer",
    "cancelar",
    "cancelen",
    "anular",
    "retirar",
    "retiro",
    "detener",
    "detengan",
    "factura",
    "facturas",
    "nombre",
    "abogado",
];
const DOUBTS_IN_WORDS: &[&str] = &["act for", "acting for", "on hold"];

/// What somebody says who means it all the same.
const NO_DOUBTS: &[&str] = &[
    "withdraw my consent",
    "withdraw all consent",
    "revoke my consent",
    "cancel my account",
    "cancel my membership",
    "cancel my subscription",
    "stop using",
    "stop processing",
    "retiro mi consentimiento",
];

/// Who asks about a change need not ask for it.
const QUESTIONS: &[&str] = &[
    "why", "when", "how", "did", "does", "has", "took", "was", "were", "cuándo", "cómo",
];

/// Looks at the subject and the text. What is quoted from an earlier mail was written by somebody else.
pub(super) fn guess(subject: &str, text: &str) -> Guess {
    let own = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('>'));
    let own: Vec<_> = std::iter::once(subject).chain(own).collect();
    let said = own.join(" ").to_lowercase().replace('’', "'");
    let words = said.split(|it: char| !it.is_alphanumeric() && it != '\'');
    let words: Vec<_> = words.filter(|it| !it.is_empty()).collect();
    // Whole words: "on me" is not in "on media".
    let said = format!(" {} ", words.join(" "));
    let says = |any: &[&str]| any.iter().any(|it| said.contains(&format!(" {it} ")));
    if says(OPT_OUT) {
        return Guess::OptOut;
    }
    let asked: Vec<_> = [
        (Wants::Deletion, DELETION),
        (Wants::Pieces, PIECES),
        (Wants::Categories, CATEGORIES),
        (Wants::Correction, CORRECTION),
    ]
    .into_iter()
    .filter(|(_, any)| says(any))
    .collect();
    let is_refused = asked.iter().any(|(_, any)| is_refused(&said, any));
    let is_asked_about = says(QUESTIONS);
    match asked.as_slice() {
        _ if is_refused || is_doubtful(&said) => Guess::Nothing,
        [(Wants::Deletion | Wants::Correction, _)] if is_asked_about => Guess::Nothing,
        [(wants, _)] if says(ABOUT) => Guess::Wants(*wants),
        _ => Guess::Nothing,
    }
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

#[cfg(test)]
mod tests {
    use super::{Guess, Wants, guess};

    #[test]
    fn what_is_clear_is_told() {
        let told = |text| guess("", text);
        assert_eq!(
            told("Please DELETE\nmy  data."),
            Guess::Wants(Wants::Deletion)
        );
        assert_eq!(
            told("I want a copy of my data"),
            Guess::Wants(Wants::Pieces)
        );
        assert_eq!(
            told("Which categories do you hold about me?"),
            Guess::Wants(Wants::Categories)
        );
        assert_eq!(
            told("My address is wrong in my profile."),
            Guess::Wants(Wants::Correction)
        );
        assert_eq!(
            told("Quiero borrar mis datos"),
            Guess::Wants(Wants::Deletion)
        );
        assert_eq!(told("Don’t sell my data, or delete my data"), Guess::OptOut);
        assert_eq!(guess("Erase my account", ""), Guess::Wants(Wants::Deletion));
    }

    #[test]
    fn in_doubt_nothing_is_told() {
        let told = |text| guess("", text);
        assert_eq!(
            told("Delete my data and send me a copy of my data first"),
            Guess::Nothing
        );
        assert_eq!(told("Our tool helps you erase graffiti"), Guess::Nothing);
        assert_eq!(told("Delete junk on media servers"), Guess::Nothing);
        assert_eq!(told("> please delete my data\nThank you."), Guess::Nothing);
        assert_eq!(told(""), Guess::Nothing);
        for refused in [
            "Please do not delete my account!",
            "I don't want you to erase my data, I only want to sign in.",
            "No quiero que borren mis datos",
            "I can't get a copy of my data",
            "Please cancel the deletion of my account",
            "I withdraw my request to delete my data.",
            "Stop the erasure of my data!",
            "Why did the deletion of my account take so long?",
            "Has the erasure of my data been done?",
            "Send me a copy of the invoice for my account",
            "Send me my contract, it is not on my profile",
            "I act for Jane Doe. Please delete her data, and correct my record of it.",
            "I act for Jane Doe. Please delete my record.",
            "On behalf of my client: erase my data",
            "Cancelen la petición de borrar mis datos",
        ] {
            assert_eq!(told(refused), Guess::Nothing, "{refused}");
        }
        assert_eq!(
            told("I do not use it any more. Delete my data."),
            Guess::Wants(Wants::Deletion)
        );
        assert_eq!(
            told("I withdraw my consent. Cancel my account and erase my data."),
            Guess::Wants(Wants::Deletion)
        );
    }
}
