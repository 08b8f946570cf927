//! `incentive:` and `machine:` of a privacy declaration: what people are told before such a use begins.

use super::reader::Map;
use crate::register::{Exception, Incentive, Machine};

/// `None`, with faults, when anything is missing that has to be told.
pub(super) fn incentive(map: Map) -> Option<Incentive> {
    let offer = map.sentence("offer", "what people get");
    let terms = map.sentence("terms", "the terms of the offer");
    let value = map.sentence("value", "an estimate of what a person's data are worth");
    let method = map.sentence(
        "method",
        "how the value was estimated, and how the offer relates to it",
    );
    let leaving = map.sentence("leaving", "how to leave, and what happens then");
    if let Some(value) = &value
        && !value.contains(|it: char| it.is_ascii_digit())
    {
        map.fault(
            "value",
            "it has no number",
            "an amount, such as “about 6 US dollars a year”",
        );
    }
    map.finish(&[]);
    Some(Incentive {
        offer: offer?,
        terms: terms?,
        value: value?,
        method: method?,
        leaving: leaving?,
    })
}

/// `None`, with faults, when anything is missing that has to be told.
pub(super) fn machine(map: Map) -> Option<Machine> {
    let decides = map.sentence("decides", "which decisions about people it takes part in");
    let works = map.sentence("works", "how it works on the data, and which of them count");
    let output = map.sentence(
        "output",
        "what comes out, and how that is used for the decision",
    );
    let people = map.sentence("people", "what part people have in the decision");
    if !map.has("since") {
        map.fault("since", "it is missing", "the day from which it is used");
    }
    let since = map.date("since");
    let exception = map.word("exception", Exception::ALL);
    let (otherwise, grounds) = match exception {
        None if map.has("exception") => (None, None),
        None => {
            let expected = "how it is decided about whoever opts out";
            (Some(map.sentence("otherwise", expected)?), None)
        }
        Some(Exception::HumanAppeal) => (
            None,
            Some(map.sentence(
                "appeal",
                "how to have a person look at a decision who can change it",
            )?),
        ),
        Some(Exception::Hiring | Exception::WorkAllocation) => (
            None,
            Some(map.sentence(
                "tested",
                "how it was tested that it works and discriminates against nobody",
            )?),
        ),
    };
    map.finish(&[]);
    Some(Machine {
        decides: decides?,
        works: works?,
        output: output?,
        people: people?,
        otherwise,
        since: since?,
        exception,
        grounds,
    })
}
