//! Signing mails, so that a recipient's server can tell them from forged ones (DKIM, RFC 6376).

use data_encoding::BASE64;
use lettre::message::DkimConfig;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;

use crate::config::Faults;

/// What a reader sees or a program acts on. `Content-Type` cannot be among it: in a mail of several parts
/// lettre names it as signed without signing it, and then no server accepts the signature.
const SIGNED: [&str; 8] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
];

/// What an Ed25519 key in PKCS#8 begins with (RFC 8410); the 32 bytes of the key follow.
const ED25519_PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A key and the name under which the DNS has its other half.
pub(super) struct Dkim {
    pub key: DkimSigningKey,
    pub selector: String,
    /// The sender's when none is given.
    pub domain: Option<String>,
}

impl Dkim {
    /// The signature for mails from that domain.
    pub fn config(self, senders_domain: String) -> DkimConfig {
        DkimConfig::new(
            self.selector,
            self.domain.unwrap_or(senders_domain),
            self.key,
            SIGNED.map(HeaderName::new_from_ascii_str).to_vec(),
            // Servers on the way may fold lines anew.
            DkimCanonicalization {
                header: DkimCanonicalizationType::Relaxed,
                body: DkimCanonicalizationType::Relaxed,
            },
        )
    }
}

/// Reads a key in PEM, or adds a fault that says what to do.
pub(super) fn read_key(pem: &str, name: &str, faults: &mut Faults) -> Option<DkimSigningKey> {
    let key = if pem.contains("BEGIN RSA PRIVATE KEY") {
        DkimSigningKey::new(pem, DkimSigningAlgorithm::Rsa).ok()
    } else {
        ed25519_seed(pem).and_then(|seed| {
            DkimSigningKey::new(&BASE64.encode(&seed), DkimSigningAlgorithm::Ed25519).ok()
        })
    };
    if key.is_none() {
        let way_out = "make one with `openssl genrsa -traditional 2048`, or bring an RSA key into that form \
            with `openssl rsa -traditional`";
        faults.add(name, "this is no private key that can be used", way_out);
    }
    key
}

fn ed25519_seed(pem: &str) -> Option<Vec<u8>> {
    let base64: String = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .map(str::trim)
        .collect();
    let bytes = BASE64.decode(base64.as_bytes()).ok()?;
    let seed = bytes.strip_prefix(&ED25519_PKCS8)?;
    (seed.len() == 32).then(|| seed.to_vec())
}
