//! The rights that laws give.

use crate::db::text_enum;

text_enum! {
    /// A right that some law gives.
    pub enum Right {
        /// To know what is held.
        Access = "access",
        /// To get it in a form that another service can read.
        Portability = "portability",
        /// To have it put right.
        Correction = "correction",
        /// To have it erased.
        Deletion = "deletion",
        /// To have its use stopped while something is in dispute.
        Restriction = "restriction",
        /// To object to a use.
        Objection = "objection",
        /// To stop sale and sharing; in Europe, direct marketing.
        OptOut = "opt-out",
        /// To stop targeted advertising.
        Targeting = "targeting",
        /// To stop profiling for decisions of weight.
        Profiling = "profiling",
        /// To have sensitive data used for no more than the service needs.
        Limit = "limit",
        /// To take no part in decisions by machines.
        AutomatedDecisions = "automated-decisions",
        /// To question the result of profiling.
        QuestionProfiling = "question-profiling",
        /// To get the list of the third parties that got the data.
        ThirdParties = "third-parties",
        /// To get the list of the categories of such third parties.
        ThirdPartyCategories = "third-party-categories",
        /// To know who got data for their own direct marketing.
        MarketingList = "marketing-list",
        /// To know how a decision was made in which a machine took part.
        DecisionAccess = "decision-access",
        /// To complain to the organisation itself.
        Complaint = "complaint",
    }
}

impl Right {
    /// Whether it is exercised without proof of who asks (11 CCR 7060(b)).
    pub fn is_opt_out(self) -> bool {
        matches!(
            self,
            Right::OptOut
                | Right::Targeting
                | Right::Profiling
                | Right::Limit
                | Right::AutomatedDecisions
        )
    }
}
