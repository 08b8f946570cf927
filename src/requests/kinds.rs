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
        /// To have a use stopped for reasons of the person's own situation.
        Objection = "objection",
        /// To have a denial looked at again.
        Appeal = "appeal",
        /// To know how a decision was made in which a machine took part.
        Decision = "decision",
        /// To know who got data for their own direct marketing.
        MarketingList = "marketing_list",
        /// To have a person look again at what a machine decided, and to contest it.
        Contest = "contest",
        /// To complain to the organisation.
        Complaint = "complaint",
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

impl Kind {
    /// Whether it is done once staff have answered it in words.
    pub fn is_answered_in_words(self) -> bool {
        matches!(
            self,
            Kind::Access | Kind::Decision | Kind::MarketingList | Kind::Contest | Kind::Complaint
        )
    }

    /// What staff see to before they decide; empty where nothing is to be said.
    pub fn to_see_to(self) -> &'static str {
        match self {
            Kind::Restriction => {
                "See to it in the systems concerned before you approve it: the person is told then that their data are kept and not used. Whoever got the data from us is told by itself (GDPR Art. 19), in the words below."
            }
            Kind::Objection => {
                "Until it is decided, the person's data may not be used for it: see to that at once in the systems concerned (GDPR Art. 18(1)(d)). Whoever gets them from us for it is told by itself. Approve it, and keep the use stopped, unless there are compelling legitimate grounds that override the person's interests, or a legal claim needs it: name these in the answer (Art. 21(1)). If you grant a part, say in the answer what stops and what goes on; whoever gets the data for it is told of the part that stops, in the words below."
            }
            Kind::Decision => {
                "Say in the answer: what the machine is for; its logic and the parameters that counted, and what it found about this person; what came of it, and whether anything else counted; what part people had; whether what it found will be used again; that nobody is worse off for asking; and where the person finds their other rights (11 CCR 7222)."
            }
            Kind::MarketingList => {
                "Name in the answer who got which kinds of data for their own direct marketing (Cal. Civ. Code 1798.83)."
            }
            Kind::Contest => {
                "Somebody must look at it again who can change the result, had no part in it, and weighs what the person says (Minn. Stat. 325M.14; Conn. Gen. Stat. 42-518; GDPR Art. 22(3)). If the person says that data are wrong, have these put right first, and judge anew on what is right. Where the result stays, it is a denial on that ground, with the whole answer: the person learns how to have it looked at once more."
            }
            Kind::Complaint => {
                "Look into it, and say in the answer what you found and what you did about it (Data Protection Act 2018, s. 164A). Somebody should do it who had no part in what it is about."
            }
            Kind::Access | Kind::Correction | Kind::Deletion | Kind::Appeal => "",
        }
    }
}
