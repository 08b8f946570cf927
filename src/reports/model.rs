//! Figures of one year.

use diesel::prelude::*;

use crate::db::schema::request_figures;
use crate::db::text_enum;

text_enum! {
    /// What the yearly figures tell apart, in the order of the report.
    pub enum Nature {
        /// To know.
        Access = "access",
        /// To correct.
        Correction = "correction",
        /// To delete.
        Deletion = "deletion",
        /// To restrict a use.
        Restriction = "restriction",
        /// To have a use stopped for reasons of one's own.
        Objection = "objection",
        /// To look again at a denial.
        Appeal = "appeal",
        /// To know how a decision was made.
        Decision = "decision",
        /// To know who got data for their own direct marketing.
        MarketingList = "marketing_list",
        /// To have a machine's decision looked at again.
        Contest = "contest",
        /// To complain.
        Complaint = "complaint",
        /// To opt out of sale and sharing.
        SaleOrSharing = "sale-or-sharing",
        /// To limit the use of sensitive data.
        LimitSensitive = "limit-sensitive",
        /// To opt out of decisions by machines.
        AutomatedDecisions = "automated-decisions",
        /// To opt out of another use.
        OtherOptOut = "other-opt-out",
    }
}

text_enum! {
    /// What became of a request.
    pub enum Answer {
        /// All of it was done.
        Approved = "approved",
        /// Some of it was done.
        PartlyApproved = "partly_approved",
        /// Nothing was done.
        Denied = "denied",
        /// Taken back before it was carried out.
        Withdrawn = "withdrawn",
        /// Not decided yet, or not carried out.
        Open = "open",
    }
}

impl Nature {
    /// As a title.
    pub fn title(self) -> &'static str {
        match self {
            Nature::Access => "Know what is held",
            Nature::Correction => "Correct",
            Nature::Deletion => "Delete",
            Nature::Restriction => "Restrict a use",
            Nature::Objection => "Object to a use",
            Nature::Appeal => "Appeal a denial",
            Nature::Decision => "Know how a decision was made",
            Nature::MarketingList => "Know who got data for marketing",
            Nature::Contest => "Contest a machine's decision",
            Nature::Complaint => "Complain",
            Nature::SaleOrSharing => "Opt out of sale and sharing",
            Nature::LimitSensitive => "Limit the use of sensitive data",
            Nature::AutomatedDecisions => "Opt out of decisions by machines",
            Nature::OtherOptOut => "Opt out of another use",
        }
    }
}

/// So many requests of one nature, answer and number of days.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_figures)]
pub struct Figure {
    /// A [`Nature`].
    #[diesel(deserialize_as = String)]
    pub nature: Nature,
    /// An [`Answer`].
    #[diesel(deserialize_as = String)]
    pub answer: Answer,
    /// From the receipt to the answer; 0 while there is none.
    pub days: i32,
    /// How many.
    pub requests: i64,
}

/// What the report says of one nature.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// All that were received in the year.
    pub received: i64,
    /// Done in whole.
    pub complied: i64,
    /// Done in part.
    pub partly: i64,
    /// Denied in whole.
    pub denied: i64,
    /// Taken back.
    pub withdrawn: i64,
    /// Not answered yet.
    pub open: i64,
    /// Half of the answers took so many days or fewer.
    pub median_days: Option<i32>,
    /// On average.
    pub mean_days: Option<f64>,
}

impl Line {
    /// Sums the figures of one nature.
    pub fn of<'a>(figures: impl Iterator<Item = &'a Figure>) -> Self {
        let mut line = Line::default();
        let mut answered: Vec<(i32, i64)> = Vec::new();
        for figure in figures {
            line.received += figure.requests;
            let sum = match figure.answer {
                Answer::Approved => &mut line.complied,
                Answer::PartlyApproved => &mut line.partly,
                Answer::Denied => &mut line.denied,
                Answer::Withdrawn => &mut line.withdrawn,
                Answer::Open => &mut line.open,
            };
            *sum += figure.requests;
            if !matches!(figure.answer, Answer::Withdrawn | Answer::Open) {
                answered.push((figure.days, figure.requests));
            }
        }
        line.median_days = median(&mut answered);
        line.mean_days = mean(&answered);
        line
    }

    /// The mean with one digit, or a dash.
    pub fn mean_in_words(&self) -> String {
        self.mean_days
            .map_or("–".to_owned(), |days| format!("{days:.1}"))
    }

    /// The median, or a dash.
    pub fn median_in_words(&self) -> String {
        self.median_days
            .map_or("–".to_owned(), |days| days.to_string())
    }
}

/// The lower median, so that it is a number of days that occurred.
fn median(answered: &mut [(i32, i64)]) -> Option<i32> {
    answered.sort_unstable();
    let total: i64 = answered.iter().map(|(_, count)| count).sum();
    let mut seen = 0;
    let at_half = answered.iter().find(|(_, count)| {
        seen += count;
        seen * 2 >= total
    });
    at_half.map(|(days, _)| *days)
}

#[expect(clippy::cast_precision_loss, reason = "a mean is shown with one digit")]
fn mean(answered: &[(i32, i64)]) -> Option<f64> {
    let total: i64 = answered.iter().map(|(_, count)| count).sum();
    let days: i64 = answered
        .iter()
        .map(|(days, count)| i64::from(*days) * count)
        .sum();
    (total > 0).then(|| days as f64 / total as f64)
}
