//! Uses of which people have to be told more than of others before they begin: what is offered for data, and decisions of
//! weight in which a machine takes part.

use chrono::NaiveDate;

use crate::db::text_enum;

/// What people get for agreeing to a use of their data: the notice of a financial incentive (11 CCR 7016).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incentive {
    /// What they get, in a sentence.
    pub offer: String,
    /// On which terms.
    pub terms: String,
    /// What their data are worth to the organisation, in good faith.
    pub value: String,
    /// How that was estimated, and how the offer relates to it.
    pub method: String,
    /// What happens when they leave.
    pub leaving: String,
}

/// A machine that takes part in decisions of weight about people: the notice before its use (11 CCR 7220).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Which decisions, in a sentence.
    pub decides: String,
    /// How it works on the data, and which of them count.
    pub works: String,
    /// What comes out, and how that is used for the decision.
    pub output: String,
    /// What part people have.
    pub people: String,
    /// How it is decided about whoever opts out; none where nobody can.
    pub otherwise: Option<String>,
    /// Since when it is used, or will be.
    pub since: NaiveDate,
    /// Why nobody can opt out, if that is so.
    pub exception: Option<Exception>,
    /// What the exception rests on: how to have a person look, or how the machine was tested.
    pub grounds: Option<String>,
}

impl Machine {
    /// Whether people can opt out of it.
    pub fn may_be_refused(&self) -> bool {
        self.exception.is_none()
    }
}

text_enum! {
    /// Where the law lets there be no opt-out: 11 CCR 7221(b).
    pub enum Exception {
        /// A person looks at it again who can change the decision.
        HumanAppeal = "human-appeal",
        /// It tells for hiring alone how well somebody can do the work, does that well, and discriminates against nobody.
        Hiring = "hiring",
        /// The same for who gets which work and what pay.
        WorkAllocation = "work-allocation",
    }
}

impl Exception {
    /// What people read.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::HumanAppeal => "You can have a person look at the decision who can change it.",
            Self::Hiring => {
                "It is used for nothing but to tell how well somebody can do the work that they would be hired for."
            }
            Self::WorkAllocation => {
                "It is used for nothing but to share out work, or to set pay for it."
            }
        }
    }

    /// Where it stands.
    pub const fn cite(self) -> &'static str {
        match self {
            Self::HumanAppeal => "11 CCR 7221(b)(1)",
            Self::Hiring => "11 CCR 7221(b)(2)",
            Self::WorkAllocation => "11 CCR 7221(b)(3)",
        }
    }

    /// What stands before what it rests on.
    pub const fn rests_on(self) -> &'static str {
        match self {
            Self::HumanAppeal => "How to have a person look",
            Self::Hiring | Self::WorkAllocation => "How it was tested",
        }
    }
}
