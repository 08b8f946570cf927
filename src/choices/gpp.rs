//! Choices as an IAB GPP string with the one section `usca`, version 1 (California).
//!
//! The string is the header, `~`, the core in base64url without padding, `.`, and the sub-section with the browser's
//! signal. Sale and sharing are one choice here, and so are all kinds of sensitive data.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::model::{MadeBy, State};
use super::refusable::{LIMIT_SENSITIVE, SALE_OR_SHARING};
use super::settings::Stand;

/// The id of the section.
pub const SECTION: u8 = 8;

/// Type 3, version 1, and the list of sections with 8 alone.
const HEADER: &str = "DBABBg";

/// What the section says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field of the section"
)]
pub struct Usca {
    /// Out of sale and sharing.
    pub opted_out: bool,
    /// Use of sensitive data is limited.
    pub limited: bool,
    /// The browser's signal has brought the opt-out about.
    pub signal: bool,
    /// The person is known to be under 16: then sale and sharing take a consent, and it says whether there is one.
    pub minor: bool,
}

/// Notices of all three rights are given: they stand on every page.
const GIVEN: u8 = 1;
const OPTED_OUT: u8 = 1;
const DID_NOT_OPT_OUT: u8 = 2;
const NO_CONSENT: u8 = 1;
const CONSENT: u8 = 2;
/// No covered transaction of the MSPA.
const NOT_COVERED: u8 = 2;

impl Usca {
    /// What it says of how choices stand, of somebody who is known to be under 16 or of anybody else.
    pub fn of(stands: &[Stand<'_>], minor: bool) -> Self {
        let find = |key| stands.iter().find(|it| it.key == key);
        let is_off = |key| find(key).is_some_and(|it| it.state == State::OptedOut);
        let sale = find(SALE_OR_SHARING).and_then(|it| it.choice);
        Usca {
            opted_out: is_off(SALE_OR_SHARING),
            limited: is_off(LIMIT_SENSITIVE),
            signal: sale.is_some_and(|it| it.made_by == MadeBy::Signal),
            minor,
        }
    }

    /// Name, width in bits and values of each field of the core, in order.
    fn core(self) -> [(&'static str, u8, Vec<u8>); 12] {
        let state = |is_out| if is_out { OPTED_OUT } else { DID_NOT_OPT_OUT };
        let sale = state(self.opted_out);
        let consent = match (self.minor, self.opted_out) {
            (false, _) => 0,
            (true, true) => NO_CONSENT,
            (true, false) => CONSENT,
        };
        [
            ("Version", 6, vec![1]),
            ("SaleOptOutNotice", 2, vec![GIVEN]),
            ("SharingOptOutNotice", 2, vec![GIVEN]),
            ("SensitiveDataLimitUseNotice", 2, vec![GIVEN]),
            ("SaleOptOut", 2, vec![sale]),
            ("SharingOptOut", 2, vec![sale]),
            ("SensitiveDataProcessing", 2, vec![state(self.limited); 9]),
            // To the sale and to the sharing of data of who is under 16.
            ("KnownChildSensitiveDataConsents", 2, vec![consent; 2]),
            ("PersonalDataConsents", 2, vec![0]),
            ("MspaCoveredTransaction", 2, vec![NOT_COVERED]),
            ("MspaOptOutOptionMode", 2, vec![0]),
            ("MspaServiceProviderMode", 2, vec![0]),
        ]
    }

    /// The section as scripts read it: the core, and the sub-section with the signal.
    pub fn parsed(self) -> Value {
        let fields = self.core().into_iter().map(|(name, _, values)| {
            let value = match &values[..] {
                [one] => json!(one),
                many => json!(many),
            };
            (name.to_owned(), value)
        });
        let core: serde_json::Map<_, _> = fields.collect();
        json!([core, { "SubsectionType": 1, "Gpc": self.signal }])
    }
}

impl fmt::Display for Usca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut core = Bits::default();
        for (_, width, values) in self.core() {
            for value in values {
                core.push(value, width);
            }
        }
        let mut signal = Bits::default();
        signal.push(1, 2);
        signal.push(u8::from(self.signal), 1);
        write!(f, "{HEADER}~{}.{}", core.encode(), signal.encode())
    }
}

/// Bits from the highest down, filled up with zeros to whole bytes.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn push(&mut self, value: u8, width: u8) {
        for bit in (0..width).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let is_set = (value >> bit) & 1 == 1;
            if let Some(last) = self.bytes.last_mut().filter(|_| is_set) {
                *last |= 0x80 >> (self.used % 8);
            }
            self.used += 1;
        }
    }

    fn encode(&self) -> String {
        BASE64URL_NOPAD.encode(&self.bytes)
    }
}
