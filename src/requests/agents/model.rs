//! Who asks for somebody else.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::request_agents;
use crate::db::text_enum;

text_enum! {
    /// On what ground somebody asks for another.
    pub enum Basis {
        /// The person has signed a permission.
        Permission = "permission",
        /// A power of attorney, as in Cal. Probate Code 4121 to 4130.
        PowerOfAttorney = "power-of-attorney",
        /// They are the parent or guardian of a child who is too young to decide.
        Parent = "parent",
    }
}

impl Basis {
    /// Whether the person is asked to confirm it, and to show who they are.
    pub fn is_confirmed(self) -> bool {
        self == Basis::Permission
    }

    /// In a sentence to the person: "they say that …".
    pub fn claim(self) -> &'static str {
        match self {
            Basis::Permission => "you have signed a permission for it",
            Basis::PowerOfAttorney => "they hold a power of attorney for you",
            Basis::Parent => "they are the parent or guardian of the child whose data it is about",
        }
    }

    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Basis::Permission => "Signed permission",
            Basis::PowerOfAttorney => "Power of attorney",
            Basis::Parent => "Parent or guardian of a child",
        }
    }

    /// What staff look at before they go on.
    pub fn to_check(self) -> &'static str {
        match self {
            Basis::Permission => {
                "Look whether the permission is signed by the person and covers this request. The person is asked to confirm it and to show who they are."
            }
            Basis::PowerOfAttorney => {
                "Look whether the document is a power of attorney for this person. Do not ask the person to confirm it or to show who they are."
            }
            Basis::Parent => {
                "Look whether the form is signed and fits what we hold of the child. Where the address is the parent's own, look whether what is found under it is the child's: the parent's data are not asked for. Do not ask the child for anything."
            }
        }
    }
}

/// Somebody who asks for somebody else.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_agents)]
pub struct Agent {
    /// Internal.
    pub id: i64,
    /// With which request.
    pub request_id: i64,
    /// On what ground.
    #[diesel(deserialize_as = String)]
    pub basis: Basis,
    /// Sealed: their name, and of whom they are sent. Erased when the request is closed.
    pub name: Option<Vec<u8>>,
    /// Sealed: their address. Erased when the request is closed.
    pub email: Option<Vec<u8>>,
    /// When the person confirmed that they act for them.
    pub confirmed_at: Option<NaiveDateTime>,
    /// When the person said that they do not.
    pub objected_at: Option<NaiveDateTime>,
}
