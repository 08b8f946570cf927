//! The answer to somebody who contests what a machine decided: all that the laws want said, each in a field of its own, so
//! that nothing of it is forgotten (Minn. Stat. 325M.14; Conn. Gen. Stat. 42-518; GDPR Art. 22(3)).

use super::act::Decisions;

/// The ground of a result that stays: a no, with all that goes with one, and the whole answer nevertheless.
pub(super) const STAYS: &str = "RESULT_STAYS";

/// A part of the answer.
#[derive(Debug)]
pub struct Part {
    /// The name of its field.
    pub field: &'static str,
    /// What staff are asked.
    pub label: &'static str,
    /// What stands over it in the answer.
    heading: &'static str,
}

/// All of them, in the order of the answer.
pub const PARTS: [Part; 4] = [
    Part {
        field: "contest-why",
        label: "Why the result was as it was",
        heading: "Why the result was as it was",
    },
    Part {
        field: "contest-otherwise",
        label: "What they could have done for another result, and can do",
        heading: "What could have made it another",
    },
    Part {
        field: "contest-data",
        label: "Which of their data counted, and where they see and correct them",
        heading: "Which of your data counted",
    },
    Part {
        field: "contest-result",
        label: "What somebody found who looked at it again with what they say, and whether the result stays",
        heading: "What a person found on looking at it again",
    },
];

/// The answer as the person reads it, with whatever else was typed; or what is missing.
pub(super) fn answer(fields: &Decisions) -> Result<String, Vec<(String, String)>> {
    let mut faults = Vec::new();
    let mut said = Vec::new();
    for part in &PARTS {
        match fields.field(part.field).trim() {
            "" => faults.push((
                part.field.to_owned(),
                "Write this for the person.".to_owned(),
            )),
            text => said.push(format!("{}\n{text}", part.heading)),
        }
    }
    let more = fields.field("reason").trim();
    if !more.is_empty() {
        said.push(more.to_owned());
    }
    if faults.is_empty() {
        Ok(said.join("\n\n"))
    } else {
        Err(faults)
    }
}
