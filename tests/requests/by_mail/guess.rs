//! Mails, and what they are taken for.

use candor::requests::by_mail::guess::Guess::{self, Nothing, OptOut, Wants as W};
use candor::requests::by_mail::guess::guess;
use candor::requests::senders::model::Wants::{Categories, Correction, Deletion, Pieces};

pub fn check(cases: &[(&str, Guess)]) {
    let told = cases.iter().map(|(text, _)| guess("", text));
    let wrong: Vec<_> = cases
        .iter()
        .zip(told)
        .filter(|((_, expected), told)| expected != told)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_clear_is_told() {
    check(&[
        ("Please DELETE\nmy  data.", W(Deletion)),
        ("Delete my account", W(Deletion)),
        ("Hello, delete my data now!", W(Deletion)),
        ("I want you to erase my data.", W(Deletion)),
        ("I would like you to delete my profile.", W(Deletion)),
        (
            "I hereby request the erasure of my personal data.",
            W(Deletion),
        ),
        ("Could you please delete my data?", W(Deletion)),
        ("Can you delete my account, please?", W(Deletion)),
        ("I do not use it any more. Delete my data.", W(Deletion)),
        (
            "I do not need it any more, so delete my account.",
            W(Deletion),
        ),
        (
            "I withdraw my consent. Cancel my account and erase my data.",
            W(Deletion),
        ),
        (
            "I saw the button \"Opt in\" yesterday. Please erase my data.",
            W(Deletion),
        ),
        (
            "Please erase my data.\n\nOn Monday, ProJobSector wrote:\nWhat if you delete my data?",
            W(Deletion),
        ),
        ("Right to erasure: please erase my data", W(Deletion)),
        ("Please remove all of my data.", W(Deletion)),
        (
            "I request deletion of all personal data concerning me under Article 17 GDPR.",
            W(Deletion),
        ),
        ("Solicito la supresión de mis datos.", W(Deletion)),
        ("Quiero borrar mis datos", W(Deletion)),
        ("Solicito que eliminen mis datos.", W(Deletion)),
        ("¿Podrían borrar mis datos, por favor?", W(Deletion)),
        ("I want a copy of my data", W(Pieces)),
        ("Send me my data!", W(Pieces)),
        (
            "Please send me a copy of all that you hold about me.",
            W(Pieces),
        ),
        ("May I have a copy of my data?", W(Pieces)),
        ("Can you please send me my personal data?", W(Pieces)),
        ("Subject access request for my data", W(Pieces)),
        (
            "This is a request to know the specific pieces of information that you have about me.",
            W(Pieces),
        ),
        (
            "Under Article 15 GDPR I request all personal data concerning me.",
            W(Pieces),
        ),
        ("Quiero una copia de mis datos", W(Pieces)),
        (
            "What data do you have about me? Please send it to me.",
            W(Pieces),
        ),
        (
            "¿Qué información tienen sobre mí? Quiero recibir todos los datos que guardan sobre mí.",
            W(Pieces),
        ),
        ("Which categories do you hold about me?", W(Categories)),
        ("What kinds of data do you have about me?", W(Categories)),
        ("¿Qué categorías tienen sobre mí?", W(Categories)),
        ("My address is wrong in my profile.", W(Correction)),
        ("Please correct my name on my account.", W(Correction)),
        ("Don’t sell my data, or delete my data", OptOut),
    ]);
    assert_eq!(guess("Erase my account", ""), W(Deletion));
    assert_eq!(guess("Deletion of my account", "Thank you."), W(Deletion));
}

#[test]
fn a_question_asks_and_does_not_wish() {
    check(&[
        ("If I delete my account, will my data be erased?", Nothing),
        ("Will you delete my data after a year?", Nothing),
        ("Do you erase my data by yourselves?", Nothing),
        ("Can you delete my data?", Nothing),
        ("Is it possible to delete my account", Nothing),
        ("What happens to my data on deletion?", Nothing),
        ("Please tell me whether you delete my data.", Nothing),
        ("I wonder how to erase my data", Nothing),
        ("Delete my data? No, thanks.", Nothing),
        (
            "I have a question about the deletion of my account.",
            Nothing,
        ),
        ("How do I get a copy of my data?", Nothing),
        ("Do I have to pay for a copy of my data?", Nothing),
        ("Is my address in my profile inaccurate?", Nothing),
        ("¿Van a borrar mis datos?", Nothing),
        ("¿Cómo puedo eliminar mi cuenta?", Nothing),
        ("¿Puedo borrar mis datos?", Nothing),
    ]);
    assert_eq!(guess("Delete my data?", ""), Nothing);
}

#[test]
fn what_depends_on_something_is_not_wished_yet() {
    check(&[
        ("Delete my data if I am not hired.", Nothing),
        ("Unless you answer by Friday, erase my data.", Nothing),
        ("I may ask you to delete my data one day, perhaps.", Nothing),
        ("I am thinking of asking you to erase my data.", Nothing),
        ("Before you delete my data, call me.", Nothing),
        ("I want a copy of my data in case I leave.", Nothing),
        ("Si no me contratan, borren mis datos.", Nothing),
        ("Quizás quiero eliminar mi cuenta.", Nothing),
    ]);
}

#[test]
fn what_somebody_else_said_is_not_their_wish() {
    check(&[
        ("My boss said: \"erase my data\", funny, no?", Nothing),
        ("My boss said: “erase my data”. Funny.", Nothing),
        ("My boss said 'erase my data' and laughed.", Nothing),
        ("My boss said erase my data.", Nothing),
        ("Mi jefe dijo: «borrar mis datos».", Nothing),
        ("My friend told me to ask you to delete my data.", Nothing),
        ("Your site has a button \"Please delete my data", Nothing),
        ("> please delete my data\nThank you.", Nothing),
        (
            "Thanks!\n\nOn Monday, Ada wrote:\nPlease delete my data.",
            Nothing,
        ),
        ("Your app lets me delete my data, which is good.", Nothing),
    ]);
}

#[test]
fn what_is_refused_taken_back_or_about_something_else_is_not_told() {
    check(&[
        ("", Nothing),
        (
            "Delete my data and send me a copy of my data first",
            Nothing,
        ),
        ("Our tool helps you erase graffiti", Nothing),
        ("Delete junk on media servers", Nothing),
        ("Please do not delete my account!", Nothing),
        (
            "I don't want you to erase my data, I only want to sign in.",
            Nothing,
        ),
        ("No quiero que borren mis datos", Nothing),
        ("I can't get a copy of my data", Nothing),
        ("I lost access to my account.", Nothing),
        ("I need access to my account", Nothing),
        ("Please cancel the deletion of my account", Nothing),
        ("I withdraw my request to delete my data.", Nothing),
        ("Stop the erasure of my data!", Nothing),
        ("Why did the deletion of my account take so long?", Nothing),
        ("Has the erasure of my data been done?", Nothing),
        ("Send me a copy of the invoice for my account", Nothing),
        ("Send me my contract, it is not on my profile", Nothing),
        (
            "I act for Jane Doe. Please delete her data, and correct my record of it.",
            Nothing,
        ),
        ("I act for Jane Doe. Please delete my record.", Nothing),
        ("On behalf of my client: erase my data", Nothing),
        ("Cancelen la petición de borrar mis datos", Nothing),
    ]);
}
