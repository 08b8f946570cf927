//! The mails about accounts. A code stands in the body alone: a subject is read on locked screens.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::codes::CODE_LASTS;
use super::model::Role;
use crate::config::Site;
use crate::mail::messages::message;
use crate::web::words;

/// How to sign in: whoever gets this has shown that the address is theirs.
#[derive(Debug)]
pub struct SignInCode {
    /// Six digits.
    pub code: String,
    /// The end of the link.
    pub token: String,
}

impl SignInCode {
    fn link(&self, site: &Site) -> String {
        site.url(&format!("/sign-in/link/{}", self.token))
    }
}

message!(
    SignInCode,
    "sign_in_code",
    "mail/sign_in_code/subject.txt",
    "mail/sign_in_code/body.txt",
    "mail/sign_in_code/body.html",
    expires_after = CODE_LASTS
);

/// How to confirm that it is still them.
#[derive(Debug)]
pub struct StepUpCode {
    /// Six digits.
    pub code: String,
    /// The end of the link.
    pub token: String,
}

impl StepUpCode {
    fn link(&self, site: &Site) -> String {
        site.url(&format!("/step-up/link/{}", self.token))
    }
}

message!(
    StepUpCode,
    "step_up_code",
    "mail/step_up_code/subject.txt",
    "mail/step_up_code/body.txt",
    "mail/step_up_code/body.html",
    expires_after = CODE_LASTS
);

/// Welcomes a new staff member.
#[derive(Debug)]
pub struct StaffAdded {
    /// As people see it on messages.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

message!(
    StaffAdded,
    "staff_added",
    "mail/staff_added/subject.txt",
    "mail/staff_added/body.txt",
    "mail/staff_added/body.html"
);

/// The code that shows that a new address is theirs.
#[derive(Debug)]
pub struct AddressCode {
    /// Six digits.
    pub code: String,
}

message!(
    AddressCode,
    "address_code",
    "mail/address_code/subject.txt",
    "mail/address_code/body.txt",
    "mail/address_code/body.html",
    expires_after = CODE_LASTS
);

/// Tells whoever has an address that somebody wanted to have it in another account.
#[derive(Debug)]
pub struct AddressTaken {
    /// When.
    pub at: NaiveDateTime,
    /// In which they read times.
    pub zone: Tz,
}

impl AddressTaken {
    fn at(&self) -> String {
        words::moment(self.at, self.zone)
    }
}

message!(
    AddressTaken,
    "address_taken",
    "mail/address_taken/subject.txt",
    "mail/address_taken/body.txt",
    "mail/address_taken/body.html"
);

/// Tells the addresses that an account had before of a new one. It does not say which.
#[derive(Debug)]
pub struct AddressAdded {
    /// When.
    pub at: NaiveDateTime,
    /// In which they read times.
    pub zone: Tz,
}

impl AddressAdded {
    fn at(&self) -> String {
        words::moment(self.at, self.zone)
    }
}

message!(
    AddressAdded,
    "address_added",
    "mail/address_added/subject.txt",
    "mail/address_added/body.txt",
    "mail/address_added/body.html"
);

/// Tells the addresses of an account that one of them opens it no more.
#[derive(Debug)]
pub struct AddressClosed {
    /// Which.
    pub address: String,
    /// When.
    pub at: NaiveDateTime,
    /// In which they read times.
    pub zone: Tz,
    /// For whom staff did it, if they did.
    pub told: Option<&'static str>,
}

impl AddressClosed {
    fn at(&self) -> String {
        words::moment(self.at, self.zone)
    }
}

message!(
    AddressClosed,
    "address_closed",
    "mail/address_closed/subject.txt",
    "mail/address_closed/body.txt",
    "mail/address_closed/body.html"
);

/// Tells an address that was never its person's that it has left the account, and those that stay.
#[derive(Debug)]
pub struct AddressReleased {
    /// Which.
    pub address: String,
    /// When.
    pub at: NaiveDateTime,
    /// In which they read times.
    pub zone: Tz,
    /// For whom staff did it.
    pub told: &'static str,
}

impl AddressReleased {
    fn at(&self) -> String {
        words::moment(self.at, self.zone)
    }
}

message!(
    AddressReleased,
    "address_released",
    "mail/address_released/subject.txt",
    "mail/address_released/body.txt",
    "mail/address_released/body.html"
);

/// Tells the addresses of an account that one of them will open it no more, and how it is kept.
#[derive(Debug)]
pub struct AddressCloses {
    /// Which.
    pub address: String,
    /// From when on.
    pub on: NaiveDateTime,
    /// In which they read times.
    pub zone: Tz,
}

impl AddressCloses {
    fn on(&self) -> String {
        words::moment(self.on, self.zone)
    }
}

message!(
    AddressCloses,
    "address_closes",
    "mail/address_closes/subject.txt",
    "mail/address_closes/body.txt",
    "mail/address_closes/body.html"
);

/// Tells the addresses of an account that one of them is kept after all.
#[derive(Debug)]
pub struct AddressKept {
    /// Which.
    pub address: String,
}

message!(
    AddressKept,
    "address_kept",
    "mail/address_kept/subject.txt",
    "mail/address_kept/body.txt",
    "mail/address_kept/body.html"
);

/// Offers an account whose own mailbox is lost another address: the one that this goes to.
#[derive(Debug)]
pub struct AddressOffered {
    /// The end of the link.
    pub token: String,
    /// While it works.
    pub until: NaiveDateTime,
    /// In which they read times.
    pub zone: Tz,
}

impl AddressOffered {
    fn link(&self, site: &Site) -> String {
        site.url(&format!("/account/address/offered/{}", self.token))
    }

    fn until(&self) -> String {
        words::moment(self.until, self.zone)
    }
}

message!(
    AddressOffered,
    "address_offered",
    "mail/address_offered/subject.txt",
    "mail/address_offered/body.txt",
    "mail/address_offered/body.html"
);
