//! On what grounds laws let a request be denied, and what the person must be told with it.

use chrono::NaiveDate;

use super::laws::Laws;
use super::rights::Right;
use crate::db::text_enum;
use crate::register::Place;

text_enum! {
    /// What a ground backs without anybody choosing it.
    pub enum Cause {
        /// The register keeps data for a legal reason.
        Rule = "rule",
        /// The organisation holds data.
        Hold = "hold",
        /// A law-enforcement agency wants data held.
        Agency = "agency",
        /// Data cannot be changed where they are.
        Unchangeable = "unchangeable",
        /// Data belong to other people as well.
        Shared = "shared",
        /// It is not known who asks.
        Unverified = "unverified",
        /// Records that are kept for the law alone, and in which nobody can look.
        SetAside = "set-aside",
    }
}

text_enum! {
    /// With which answers a notice goes.
    pub enum When {
        /// None of it is granted.
        Denied = "denied",
        /// Some of it is.
        Partly = "partly",
        /// Either.
        Less = "less",
    }
}

/// A ground for a denial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// As the register of requests has it: `EXC_105D8`.
    pub code: String,
    /// In denials of which rights.
    pub rights: Vec<Right>,
    /// For staff.
    pub title: String,
    /// A plain sentence for the person.
    pub says: String,
    /// What it backs by itself.
    pub stands_for: Vec<Cause>,
    /// Where it stands; of the law, where the ground has none of its own.
    pub cite: String,
}

/// Something that the person must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// With which answers.
    pub when: When,
    /// To requests for which rights.
    pub rights: Vec<Right>,
    /// Whether it goes to those alone whose data may be sold or shared.
    pub while_sold: bool,
    /// It goes to those alone whose health data are not put right: they may say something of it, in at most so many
    /// words.
    pub statement_words: Option<u32>,
    /// It goes to those alone of whom it is known who they are: it speaks of what is done with their data.
    pub while_known: bool,
    /// A few words.
    pub title: String,
    /// One or two plain sentences.
    pub says: String,
    /// Words and path of a page of the portal.
    pub link: Option<(String, String)>,
    /// Whether we do it without any law that asks for it.
    pub is_promise: bool,
    /// Where it stands; of the law, where the notice has none of its own. Empty for a promise.
    pub cite: String,
}

/// Grounds and notices of some laws.
#[derive(Debug, Clone)]
pub(super) struct Denials {
    /// Keys of laws; empty for all that no other set names.
    pub laws: Vec<String>,
    pub grounds: Vec<Ground>,
    pub notices: Vec<Notice>,
    pub effective_from: NaiveDate,
    pub effective_to: Option<NaiveDate>,
    pub reviewed_on: NaiveDate,
    pub place: Place,
}

impl Denials {
    /// Whether both are in force on some day.
    pub(super) fn overlaps(&self, other: &Denials) -> bool {
        let ends = |set: &Denials| set.effective_to.unwrap_or(NaiveDate::MAX);
        self.effective_from <= ends(other) && other.effective_from <= ends(self)
    }
}

impl Laws {
    /// The grounds on which a request for a right may be denied on a day under the law of that key; where several laws
    /// are joined in it, those of the first.
    pub fn grounds(&self, key: &str, right: Right, on: NaiveDate) -> Vec<Ground> {
        let Some(set) = self.denials_of(key, on) else {
            return Vec::new();
        };
        let grounds = set.grounds.iter().filter(|it| it.rights.contains(&right));
        let cited = |it: &Ground| Ground {
            cite: self.cite_or(key, &it.cite),
            ..it.clone()
        };
        grounds.map(cited).collect()
    }

    /// The ground of that code.
    pub fn ground(&self, key: &str, right: Right, on: NaiveDate, code: &str) -> Option<Ground> {
        let mut grounds = self.grounds(key, right, on).into_iter();
        grounds.find(|it| it.code == code)
    }

    /// The ground that backs something by itself, if the law knows one.
    pub fn ground_for(
        &self,
        key: &str,
        right: Right,
        on: NaiveDate,
        cause: Cause,
    ) -> Option<Ground> {
        let mut grounds = self.grounds(key, right, on).into_iter();
        grounds.find(|it| it.stands_for.contains(&cause))
    }

    /// What a person must be told with such an answer.
    pub fn notices(&self, key: &str, right: Right, on: NaiveDate, when: When) -> Vec<Notice> {
        let Some(set) = self.denials_of(key, on) else {
            return Vec::new();
        };
        let is_due =
            |it: &&Notice| it.rights.contains(&right) && (it.when == when || it.when == When::Less);
        let cited = |it: &Notice| Notice {
            cite: if it.is_promise {
                String::new()
            } else {
                self.cite_or(key, &it.cite)
            },
            ..it.clone()
        };
        set.notices.iter().filter(is_due).map(cited).collect()
    }

    pub(super) fn denials_of(&self, key: &str, on: NaiveDate) -> Option<&Denials> {
        let first = key.split('+').next().unwrap_or(key);
        let is_in_force =
            |it: &&Denials| it.effective_from <= on && it.effective_to.is_none_or(|to| on <= to);
        let sets = || self.denials.iter().filter(is_in_force);
        let named = sets().find(|it| it.laws.iter().any(|law| law == first));
        named.or_else(|| sets().find(|it| it.laws.is_empty()))
    }

    fn cite_or(&self, key: &str, cite: &str) -> String {
        let first = key.split('+').next().unwrap_or(key);
        match (cite.is_empty(), self.find(first)) {
            (true, Some(law)) => law.cite.clone(),
            // The articles of the United Kingdom's have the numbers of the European ones.
            (false, _) if first == "uk-gdpr" => cite.replace("GDPR", "UK GDPR"),
            _ => cite.to_owned(),
        }
    }
}
