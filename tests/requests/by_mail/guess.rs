//! Mails, and what they are taken for.

use candor::choices::refusable::{AUTOMATED_DECISIONS, LIMIT_SENSITIVE, SALE_OR_SHARING};
use candor::requests::by_mail::guess::Guess::{self, Nothing, OptOut, Wants as W};
use candor::requests::by_mail::guess::{OptsOut, guess};
use candor::requests::senders::model::Wants::{Categories, Correction, Deletion, Pieces};

fn opts_out(rights: &[&'static str]) -> Guess {
    Guess::OptsOut(OptsOut::Of(rights.to_vec()))
}

fn check(cases: &[(&str, Guess)]) {
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
        ("Quiero una copia de mis datos", W(Pieces)),
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

#[test]
fn an_opt_out_that_is_said_is_told_from_one_that_is_asked_about() {
    check(&[
        (
            "Do not sell or share my personal information.",
            opts_out(&[SALE_OR_SHARING]),
        ),
        (
            "I opt out of the sale of my personal information.",
            opts_out(&[SALE_OR_SHARING]),
        ),
        ("Please opt me out", opts_out(&[SALE_OR_SHARING])),
        ("I want to opt out.", opts_out(&[SALE_OR_SHARING])),
        (
            "Please do not share my data with anybody!",
            opts_out(&[SALE_OR_SHARING]),
        ),
        (
            "Hello,\nplease stop selling my data.\nThanks, Ada",
            opts_out(&[SALE_OR_SHARING]),
        ),
        ("You must not sell my data.", opts_out(&[SALE_OR_SHARING])),
        (
            "Quiero que no vendan mis datos.",
            opts_out(&[SALE_OR_SHARING]),
        ),
        ("Do you not sell my data?", OptOut),
        ("How do I opt out?", OptOut),
        ("Can I opt out of the sale of my data?", OptOut),
        ("I read that you do not sell my data.", OptOut),
        ("If I opt out, will you still write to me?", OptOut),
        ("I do not want to opt out.", OptOut),
        ("Unsubscribe", OptOut),
        (
            "Is my profile hidden? I hope not. Share it with employers.",
            OptOut,
        ),
        ("You do not share my CV with enough employers.", OptOut),
        ("We do not share a flat.", OptOut),
        ("Do not sell my data, and delete my data", OptOut),
    ]);
}

#[test]
fn an_opt_out_is_of_what_it_names() {
    let machines = || opts_out(&[AUTOMATED_DECISIONS]);
    let sensitive = || opts_out(&[LIMIT_SENSITIVE]);
    check(&[
        ("I opt out of automated decisions.", machines()),
        ("Please opt me out of decisions by machines.", machines()),
        (
            "I hereby opt out of the use of automated decisionmaking technology (ADMT).",
            machines(),
        ),
        ("Please opt me out of profiling.", machines()),
        ("Do not profile me!", machines()),
        ("Please stop profiling me.", machines()),
        ("Quiero opt out de decisiones automatizadas.", machines()),
        (
            "Limit the use of my sensitive personal information.",
            sensitive(),
        ),
        (
            "I want to limit the use and disclosure of my sensitive data.",
            sensitive(),
        ),
        (
            "I opt out of the sale of my data and of automated decisions.",
            opts_out(&[SALE_OR_SHARING, AUTOMATED_DECISIONS]),
        ),
        (
            "Do not sell my data. Limit the use of my sensitive data.",
            opts_out(&[SALE_OR_SHARING, LIMIT_SENSITIVE]),
        ),
        (
            "Please opt me out of everything.",
            Guess::OptsOut(OptsOut::OfEverything),
        ),
        ("I opt out of your newsletter.", OptOut),
        ("Please opt me out from calls.", OptOut),
        (
            "Please do not share my profile!",
            opts_out(&[SALE_OR_SHARING]),
        ),
        ("I opt out of all the rest.", OptOut),
        ("I limit the use of my phone.", OptOut),
        ("Do you limit the use of sensitive data?", OptOut),
        ("Can I opt out of automated decisions?", OptOut),
        ("Your profile page says that you do not profile me.", OptOut),
    ]);
}

#[test]
fn who_wants_no_machine_to_decide_about_them_opts_out_of_that_in_whatever_words() {
    let machines = || opts_out(&[AUTOMATED_DECISIONS]);
    let said = [
        "Do not use automated decisions about me.",
        "Please don’t use automated decision-making on my applications.",
        "Stop profiling me.",
        "Please stop profiling me!",
        "Stop using automated decisions about me.",
        "Please stop making automated decisions about me.",
        "I do not want a computer to decide about me.",
        "I don't want a computer deciding about my application.",
        "I do not want an algorithm to judge me.",
        "I don’t want AI to make decisions about me.",
        "I do not want machines to rank me.",
        "I don't want any automated decisions about me.",
        "I do not want to be profiled.",
        "I don't want you to profile me.",
        "Do not let a computer decide about me!",
        "Please do not let an algorithm decide about my application.",
        "Do not use my data for automated decisions.",
        "Do not use my data for profiling.",
        "No automated decisions about me, please.",
        "No profiling, please.",
        "I want no automated decisions about me.",
        "I do not consent to automated decisions.",
        "I object to profiling.",
        "I object to automated decisions about me.",
        "Please turn off automated decisions.",
        "I ask you to not subject me to automated decisions.",
        "No quiero decisiones automatizadas.",
        "No quiero que una máquina decida sobre mí.",
        "Por favor no me perfilen.",
        "Dejen de perfilarme.",
    ];
    check(&said.map(|it| (it, machines())));
    check(&[(
        "Do not sell my data. I do not want a computer to decide about me.",
        opts_out(&[SALE_OR_SHARING, AUTOMATED_DECISIONS]),
    )]);
}

#[test]
fn who_asks_about_machines_or_speaks_of_others_opts_out_of_nothing() {
    let said = [
        "How does your automated decision work?",
        "Do you use automated decisions about me?",
        "Do you not use automated decisions?",
        "Why do you not use automated decisions?",
        "I do not opt out of automated decisions.",
        "I do not want to opt out of automated decisions.",
        "I don't want to opt out of profiling.",
        "I do not use automated decisions in my company.",
        "Hello, we do not use automated decisions.",
        "I do not use a computer to decide, as I want people to.",
        "We do not use profiling, do you?",
        "You do not use automated decisions, I read.",
        "You do not let a computer decide, which is good.",
        "My bank does not use automated decisions about me.",
        "If you do not use automated decisions, tell me.",
        "I do not object to profiling.",
        "I don't object to automated decisions about me.",
        "Do not stop profiling me.",
        "Please do not turn off automated decisions.",
        "I never said that I object to profiling.",
        "I do not want a computer.",
        "I don't want a computer in my room.",
        "Do not let machines make my coffee.",
        "A computer decided about me, and I do not want to wait.",
        "My friend said: I do not want a computer to decide about me.",
        "I wonder whether no automated decisions are made.",
        "¿Por qué no usen decisiones automatizadas?",
    ];
    let opts_out = |it: &&&str| matches!(guess("", it), Guess::OptsOut(_));
    let wrong: Vec<_> = said.iter().filter(opts_out).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
