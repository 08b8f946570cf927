//! Mails that opt out, and mails that only speak of it.

use candor::choices::refusable::{AUTOMATED_DECISIONS, LIMIT_SENSITIVE, SALE_OR_SHARING};
use candor::requests::by_mail::guess::Guess::{self, Nothing, OptOut};
use candor::requests::by_mail::guess::{OptsOut, guess};
use candor::requests::senders::model::Wants::{Deletion, Pieces};

use super::guess::check;

fn opts_out(rights: &[&'static str]) -> Guess {
    Guess::OptsOut(OptsOut::Of(rights.to_vec()))
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
    ]);
}

#[test]
fn who_wants_nothing_sold_or_shared_opts_out_in_whatever_words() {
    let said = [
        "I wish to exercise my right to opt-out of the sale of personal information under CCPA 1798.120.",
        "I want to exercise my right to opt out of the sale or sharing of my personal information.",
        "Pursuant to Cal. Civ. Code 1798.120, I direct you not to sell my personal information.",
        "I do not consent to the sale of my personal information.",
        "I don't agree to the sharing of my data.",
        "Hi, please stop sharing my information with third parties. Thanks, Jo",
        "I am writing to opt out. Kind regards",
        "As a California resident I opt out of the sale of my data.",
        "Hi team, I'd like to opt out of the sale of my data.",
        "I do not want you to sell my data.",
        "I don’t want my data to be sold.",
        "I never want my personal information sold or shared.",
        "Do not sell or share.",
        "Do not sell my info please",
        "Stop the sale of my data!",
        "Please cease selling my personal data.",
        "I object to the sale of my data.",
        "You may not share my details with anybody.",
        "No quiero que vendan mis datos.",
        "Me opongo a la venta de mis datos personales.",
        "Quiero oponerme a la venta de mi información.",
        "Dejen de vender mis datos.",
        "Quiero que dejen de vender mis datos, por favor.",
        "Solicito la exclusión de la venta de mis datos.",
        "Deseo optar por no participar en la venta de mi información.",
        "Buenos días, no vendan mis datos.",
    ];
    check(&said.map(|it| (it, opts_out(&[SALE_OR_SHARING]))));
}

#[test]
fn who_speaks_of_something_else_to_sell_or_to_share_opts_out_of_nothing() {
    let said = [
        "Please do not sell my house",
        "Do you sell my data? Do not share this mail with anyone.",
        "Do not share this mail with anyone.",
        "Do not share my phone number with the employer I applied to last week, please.",
        "Please do not share my profile with my boss.",
        "I never share my data with anybody.",
        "I do not share my resume.",
        "I do not object to the sale of my data.",
        "You never sell my data, do you?",
        "To opt out of the sale of your personal information, click here.",
        "You may opt out of the sharing of your data at any time.",
    ];
    check(&said.map(|it| (it, OptOut)));
    let signed = "I have lost my password.\n\n-- \nJo\nDo not sell my data!";
    check(&[
        (signed, Nothing),
        (
            "I do not have time, share my profile with employers.",
            Nothing,
        ),
    ]);
}

#[test]
fn an_opt_out_holds_whatever_else_is_wished_besides() {
    let sale = |wants| Guess::OptsOutAnd(OptsOut::Of(vec![SALE_OR_SHARING]), wants);
    check(&[
        (
            "Do not sell my personal information. Also delete my account.",
            sale(Some(Deletion)),
        ),
        (
            "Do not sell my data. Please send me a copy of all my data, too.",
            sale(Some(Pieces)),
        ),
        ("Delete my account and do not sell my data.", sale(None)),
        ("Do not sell my data, and delete my data", sale(None)),
        ("Do not sell my data. Will you delete my data?", sale(None)),
        ("Either delete my data or do not sell my data.", OptOut),
        // The child's are not known by this address.
        (
            "Do not sell or share my child's personal information. She is 9.",
            sale(None),
        ),
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
        "Stop automated decisions about me!",
        "No automated processing of my applications, please.",
        "I do not want AI to profile me.",
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
        "Please no automated replies, I want a person to answer.",
        "I do not want automated e-mails.",
        "Stop your automated calls!",
        "Do not use automated replies.",
        "I object to automated calls.",
        "I do not want AI to write on my profile.",
        "¿Por qué no usen decisiones automatizadas?",
    ];
    let opts_out = |it: &&&str| matches!(guess("", it), Guess::OptsOut(_) | Guess::OptsOutAnd(..));
    let wrong: Vec<_> = said.iter().filter(opts_out).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
