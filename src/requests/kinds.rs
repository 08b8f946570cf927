//! Which right a request exercises, and how it came in.

use crate::db::text_enum;

text_enum! {
    /// Which right is exercised.
    pub enum Kind {
        /// To know what is held.
        Access = "access",
        /// To have it put right.
        Correction = "correction",
        /// To have it erased.
        Deletion = "deletion",
        /// To have its use stopped while something is in dispute.
        Restriction = "restriction",
        /// To have a denial looked at again.
        Appeal = "appeal",
    }
}

text_enum! {
    /// How a request came in.
    pub enum Channel {
        /// Filed by somebody who was signed in.
        Portal = "portal",
        /// The public form.
        Form = "form",
        /// A mail to the contact address.
        Mail = "mail",
        /// A call, entered by staff.
        Phone = "phone",
        /// A letter, entered by staff.
        Letter = "letter",
        /// An authorised agent, program to program.
        Agent = "agent",
    }
}
