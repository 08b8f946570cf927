//! Who sent a request without an account.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::app::App;
use crate::choices::open_to_objection;
use crate::db::schema::request_senders;
use crate::db::{OptionalText, text_enum};
use crate::law::{Laws, Verification};
use crate::register::Register;
use crate::requests::dates::{right, stands_apart};
use crate::requests::model::{Kind, Request};

text_enum! {
    /// What is asked for without an account.
    pub enum Wants {
        /// To know which categories of data are held.
        Categories = "categories",
        /// To know the data themselves.
        Pieces = "pieces",
        /// To have everything erased.
        Deletion = "deletion",
        /// To have one value put right.
        Correction = "correction",
        /// To have data kept and not used, in their own words.
        Restriction = "restriction",
        /// To have a use stopped, for reasons in their own words.
        Objection = "objection",
        /// To complain, in their own words.
        Complaint = "complaint",
        /// To know how a decision was made in which a machine took part.
        Decision = "decision",
        /// To know who got data for their own direct marketing.
        MarketingList = "marketing_list",
        /// To have a person look again at what a machine decided, in their own words.
        Contest = "contest",
    }
}

text_enum! {
    /// How certain it is who asks, in the words of 11 CCR 7062.
    pub enum Degree {
        /// Two data points match.
        Reasonable = "reasonable",
        /// Three data points match, and the person has declared who they are.
        High = "high",
    }
}

impl Degree {
    /// In a sentence: "to a …".
    pub fn in_words(self) -> &'static str {
        match self {
            Degree::Reasonable => "reasonable degree",
            Degree::High => "reasonably high degree",
        }
    }

    /// So many data points must match.
    pub fn points(self) -> usize {
        match self {
            Degree::Reasonable => 2,
            Degree::High => 3,
        }
    }
}

impl Wants {
    /// The right that it exercises.
    pub fn kind(self) -> Kind {
        match self {
            Wants::Categories | Wants::Pieces => Kind::Access,
            Wants::Deletion => Kind::Deletion,
            Wants::Correction => Kind::Correction,
            Wants::Restriction => Kind::Restriction,
            Wants::Objection => Kind::Objection,
            Wants::Complaint => Kind::Complaint,
            Wants::Decision => Kind::Decision,
            Wants::MarketingList => Kind::MarketingList,
            Wants::Contest => Kind::Contest,
        }
    }

    /// Whether it says nothing without the words of who asks.
    pub fn is_in_own_words(self) -> bool {
        matches!(
            self,
            Wants::Restriction
                | Wants::Objection
                | Wants::Complaint
                | Wants::Decision
                | Wants::Contest
        )
    }

    /// Whether it must be known who asks before it is looked at. A complaint is received and answered without that: its
    /// answer goes where it asks for it, and tells nothing of anybody's data (Data Protection Act 2018, s. 164A).
    pub fn needs_proof(self) -> bool {
        self != Wants::Complaint
    }

    /// Whether it can be asked for another with a form (11 CCR 7063).
    pub fn is_for_agents(self) -> bool {
        matches!(
            self,
            Wants::Categories | Wants::Pieces | Wants::Deletion | Wants::Correction
        )
    }

    /// Whether the law of some places alone gives it, so that who fills in the form themselves must live in one of them.
    pub fn is_given_where(self, laws: &Laws, residence: &str, now: NaiveDateTime) -> bool {
        let right = right(self.kind());
        !stands_apart(self.kind()) || laws.gives(residence, right, laws.day_in(residence, now))
    }

    /// Whether a reasonable degree is enough anywhere: the answer tells nothing of the data themselves.
    fn takes_little(self) -> bool {
        matches!(
            self,
            Wants::Categories | Wants::Restriction | Wants::Objection | Wants::Complaint
        )
    }

    /// In a sentence about somebody else: "they ask us …".
    pub fn in_words_of_person(self) -> &'static str {
        match self {
            Wants::Categories => "which kinds of data we hold about that person",
            Wants::Pieces => "for a copy of that person's data",
            Wants::Deletion => "to erase that person's data",
            Wants::Correction => "to correct that person's data",
            Wants::Restriction => "to keep that person's data and not use them",
            Wants::Objection => "to stop a use of that person's data",
            Wants::Complaint => "to look into a complaint of that person's",
            Wants::Decision => "how a decision about that person was made",
            Wants::MarketingList => "who got that person's data for marketing",
            Wants::Contest => "to look again at what a machine decided about that person",
        }
    }

    /// In a sentence: "you asked us …".
    pub fn in_words(self) -> &'static str {
        match self {
            Wants::Categories => "which kinds of data we hold about you",
            Wants::Pieces => "for a copy of your data",
            Wants::Deletion => "to erase your data",
            Wants::Correction => "to correct your data",
            Wants::Restriction => "to keep your data and not use them",
            Wants::Objection => "to stop a use of your data",
            Wants::Complaint => "to look into your complaint",
            Wants::Decision => "how a decision about you was made",
            Wants::MarketingList => "who got your data for marketing",
            Wants::Contest => "to look again at what a machine decided about you",
        }
    }
}

/// The sender of a request.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_senders)]
pub struct Sender {
    /// Internal.
    pub id: i64,
    /// Of which request.
    pub request_id: i64,
    /// What is asked for; a failed proof may make pieces into categories.
    #[diesel(deserialize_as = String)]
    pub wants: Wants,
    /// Of a correction: `dataset/collection/field` of the value in dispute. Of an objection: the key of the use.
    pub field: Option<String>,
    /// Sealed: the address that was typed. Erased when the request is closed.
    pub email: Option<Vec<u8>>,
    /// When they followed the link that went there.
    pub mailbox_at: Option<NaiveDateTime>,
    /// So often they tried to be recognised.
    pub attempts: i32,
    /// The most data points that matched in one try.
    pub points: i32,
    /// How certain it is who asks; none yet.
    #[diesel(deserialize_as = OptionalText<Degree>)]
    pub degree: Option<Degree>,
    /// Sealed: the name under the declaration. Kept with the request, as the law asks.
    pub declaration: Option<Vec<u8>>,
    /// When it was declared.
    pub declared_at: Option<NaiveDateTime>,
    /// Sealed: how they can be reached without e-mail. Erased when they have been told how it ended, or 30 days after.
    pub contact: Option<Vec<u8>>,
    /// When they confirmed it by their account.
    pub account_at: Option<NaiveDateTime>,
}

/// The uses to which somebody may object: key, and what people call it.
pub fn uses(register: &Register) -> Vec<(String, String)> {
    let uses = open_to_objection(register);
    uses.map(|it| (it.key.clone(), it.title.clone())).collect()
}

/// Whether somebody may object to the use of that key.
pub fn is_use(register: &Register, key: &str) -> bool {
    open_to_objection(register).any(|it| it.key == key)
}

/// Whether that names a field that can be put right.
pub fn is_correctable(register: &Register, value: &str) -> bool {
    correctable(register).iter().any(|(it, _)| it == value)
}

/// Every field that can be put right, held or not: `dataset/collection/field`, and what people call it.
pub fn correctable(register: &Register) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for dataset in &register.datasets {
        for collection in &dataset.collections {
            for view in register.describe_all(dataset, collection) {
                if view.input().is_some() {
                    let value = format!("{}/{}/{}", dataset.key, collection.name, view.field.path);
                    fields.push((value, format!("{}: {}", collection.title, view.field.title)));
                }
            }
        }
    }
    fields
}

impl Sender {
    /// The three parts of the field in dispute.
    pub fn disputed(&self) -> Option<[&str; 3]> {
        let parts: Vec<_> = self.field.as_deref()?.splitn(3, '/').collect();
        parts.try_into().ok()
    }

    /// How certain it must be who asks: as the law of the request says, and where that leaves it open by how sensitive
    /// the data are. To learn categories takes no more than a reasonable degree anywhere.
    pub fn needs(&self, app: &App, request: &Request) -> Degree {
        let right = right(self.wants.kind());
        let row = app.laws.row(&request.law, right, request.received_on);
        let verification = row.map_or(Verification::High, |row| row.verification);
        match verification {
            _ if self.wants.takes_little() => Degree::Reasonable,
            Verification::None | Verification::Reasonable => Degree::Reasonable,
            Verification::BySensitivity => self.needs_by_sensitivity(&app.register),
            Verification::High => Degree::High,
        }
    }

    fn needs_by_sensitivity(&self, register: &Register) -> Degree {
        let is_sensitive = match self.wants {
            Wants::Categories
            | Wants::Restriction
            | Wants::Objection
            | Wants::Complaint
            | Wants::MarketingList => false,
            Wants::Pieces | Wants::Decision | Wants::Contest => true,
            Wants::Deletion => register.categories.iter().any(|it| it.sensitive),
            Wants::Correction => self.disputed().is_some_and(|[dataset, collection, field]| {
                let view = register.describe(dataset, collection, field);
                view.is_some_and(|view| view.is_sensitive())
            }),
        };
        if is_sensitive {
            Degree::High
        } else {
            Degree::Reasonable
        }
    }
}
