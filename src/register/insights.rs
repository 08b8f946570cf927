//! Which figures about everybody are counted, as declared.

use super::{CollectionKey, Place};

/// What is counted of all people, and how small a group may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Insights {
    /// Where it is declared.
    pub place: Place,
    /// Groups of fewer people are not shown, and no figure changes by fewer.
    pub threshold: u32,
    /// The collection with one record for each person.
    pub people: CollectionKey,
    /// Its column by which other collections know the person.
    pub id: String,
    /// Its column with the e-mail address, by which the portal knows the person.
    pub email: String,
    /// In the order of the page.
    pub figures: Vec<Figure>,
}

/// One figure: all people, divided into groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Where it is declared.
    pub place: Place,
    /// Releases are compared under it.
    pub key: String,
    /// What people read.
    pub title: String,
    /// The activity of which counting is a part; who has refused it is left out.
    pub activity: String,
    /// What is read.
    pub collection: CollectionKey,
    /// Its column with the person.
    pub person: String,
    /// How people are divided.
    pub division: Division,
}

/// How people are divided.
#[derive(Debug, Clone, PartialEq)]
pub enum Division {
    /// Into those who have a record with a date in the last days, and the others.
    Use {
        /// The column with the date.
        date: String,
        /// How many days.
        days: u32,
    },
    /// By age.
    Ages {
        /// The column with the date of birth.
        field: String,
        /// The first age of each group but the youngest, ascending.
        bounds: Vec<u32>,
    },
    /// By the values of a column, several of which may make one group.
    Values {
        /// The column.
        field: String,
        /// Title and values of each group.
        groups: Vec<(String, Vec<String>)>,
        /// The title of the group of all other values.
        rest: String,
    },
}

impl Figure {
    /// The columns that are read beside the person.
    pub fn columns(&self) -> Vec<&str> {
        match &self.division {
            Division::Use { date, .. } => vec![date],
            Division::Ages { field, .. } | Division::Values { field, .. } => vec![field],
        }
    }
}
