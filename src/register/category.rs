//! Categories of data: fideslang's dotted keys, and what the organisation declares about them.

use super::{Masking, Place, Retention};
use crate::db::text_enum;

/// One category that the organisation declares. It speaks for its key and every key beneath it, unless a
/// longer key is declared too.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Where it is declared.
    pub place: Place,
    /// A dotted key such as `user.contact`.
    pub key: String,
    /// What people call it: "How to reach you".
    pub title: String,
    /// One or two plain sentences; may be empty.
    pub description: String,
    /// The statutory letter.
    pub letter: Letter,
    /// Sensitive personal information, Cal. Civ. Code 1798.140(ae) or GDPR Art. 9.
    pub sensitive: bool,
    /// Where its data come from, unless a collection or field says otherwise.
    pub source_kind: SourceKind,
    /// How long, unless a collection says otherwise.
    pub retention: Retention,
    /// How its values are masked on erasure, unless a field says otherwise.
    pub masking: Option<Masking>,
    /// Keys of the activities that use any of it; follows from the activities.
    pub activities: Vec<String>,
    /// Keys of the recipients that get any of it; follows from the recipients.
    pub recipients: Vec<String>,
}

impl Category {
    /// What the statute calls it, with its letter: "Identifiers (A)".
    pub fn statutory(&self) -> String {
        format!("{} ({})", self.letter.title(), self.letter)
    }
}

text_enum! {
    /// The paragraphs of Cal. Civ. Code 1798.140(v)(1).
    pub enum Letter {
        /// Identifiers.
        A = "A",
        /// Customer records.
        B = "B",
        /// Protected characteristics.
        C = "C",
        /// Commercial information.
        D = "D",
        /// Biometric information.
        E = "E",
        /// Internet activity.
        F = "F",
        /// Geolocation.
        G = "G",
        /// Sensory data.
        H = "H",
        /// Professional information.
        I = "I",
        /// Education information.
        J = "J",
        /// Inferences.
        K = "K",
        /// Sensitive personal information; manifests may also write `sensitive`.
        L = "L",
    }
}

impl Letter {
    /// The statute's name of the category, in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::A => "Identifiers",
            Self::B => "Customer records",
            Self::C => "Protected characteristics",
            Self::D => "Commercial information",
            Self::E => "Biometric information",
            Self::F => "Internet or other network activity",
            Self::G => "Geolocation data",
            Self::H => "Audio, electronic, visual or similar information",
            Self::I => "Professional or employment-related information",
            Self::J => "Education information",
            Self::K => "Inferences",
            Self::L => "Sensitive personal information",
        }
    }
}

text_enum! {
    /// Where data come from.
    pub enum SourceKind {
        /// The person gave it.
        You = "you",
        /// It came about while the person used the service.
        Service = "service",
        /// Another company gave or sold it.
        Partner = "partner",
        /// The organisation worked it out from other data.
        Derived = "derived",
    }
}

impl SourceKind {
    /// What people read beside a datum.
    pub const fn title(self) -> &'static str {
        match self {
            Self::You => "You gave it to us",
            Self::Service => "It came from your use of the service",
            Self::Partner => "We got it from a partner",
            Self::Derived => "We worked it out from other data",
        }
    }
}

/// Whether a target such as `user.contact` speaks for `key`: itself or beneath it, by whole segments, so that
/// `user.contact` covers `user.contact.email` and not `user.contacts`.
pub fn covers(target: &str, key: &str) -> bool {
    key.strip_prefix(target)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
