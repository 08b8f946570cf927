//! Record ids and fingerprints: what may leave the connector layer in place of keys and values.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::Value;
use crate::register::CollectionKey;

const NONCE: usize = 24;

/// The six bits that are written as a minus.
const MINUS: u8 = 62;

/// The keys of the layer, all made from one secret.
#[derive(Clone)]
pub struct Secrets {
    cipher: XChaCha20Poly1305,
    nonce: Hmac<Sha256>,
    fingerprint: Hmac<Sha256>,
    mask: Hmac<Sha256>,
}

impl Secrets {
    /// Makes all of them.
    pub fn new(secret: &[u8; 32]) -> Self {
        let secret = keyed(secret);
        let derive = |purpose: &[u8]| mac(&secret, &[b"candor sources ", purpose]);
        Self {
            cipher: XChaCha20Poly1305::new(&derive(b"record id").into()),
            nonce: keyed(&derive(b"record id nonce")),
            fingerprint: keyed(&derive(b"fingerprint")),
            mask: keyed(&derive(b"mask")),
        }
    }

    /// Seals a row key. The same key gives the same id, in its own collection only; keys may be personal data, such
    /// as e-mail addresses, and must not be readable in a URL. No id begins with a minus, which a spreadsheet would take for
    /// a formula, so that it is the same wherever it is written.
    pub fn record_id(&self, collection: &CollectionKey, key: &[Value]) -> String {
        let plain = serde_json::to_vec(key).expect("values are always JSON");
        let place = collection.to_string();
        let mut nonce = mac(&self.nonce, &[place.as_bytes(), &[0], &plain]);
        for again in 1.. {
            if nonce[0] >> 2 != MINUS {
                break;
            }
            nonce = mac(&self.nonce, &[place.as_bytes(), &[0], &plain, &[again]]);
        }
        let nonce = XNonce::from_slice(&nonce[..NONCE]);
        let payload = Payload {
            msg: &plain,
            aad: place.as_bytes(),
        };
        let sealed = self.cipher.encrypt(nonce, payload);
        let sealed = sealed.expect("a row key is far shorter than the cipher's limit");
        BASE64URL_NOPAD.encode(&[nonce.as_slice(), &sealed].concat())
    }

    /// Opens an id; `None` when it is not one of this collection.
    pub fn row_key(&self, collection: &CollectionKey, id: &str) -> Option<Vec<Value>> {
        let bytes = BASE64URL_NOPAD.decode(id.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let place = collection.to_string();
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        let plain = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), payload)
            .ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// Tells whether values have changed, and nothing about what they are. The number 7 and the text "7" are the
    /// same, as a column may hold what is written to it in a form of its own.
    pub fn fingerprint<'a>(&self, values: impl IntoIterator<Item = &'a Value>) -> String {
        let keys = values
            .into_iter()
            .map(|it| it.as_key().unwrap_or(Value::Null));
        let values: Vec<_> = keys.collect();
        let plain = serde_json::to_vec(&values).expect("values are always JSON");
        HEXLOWER.encode(&mac(&self.fingerprint, &[&plain])[..16])
    }

    /// By what a row is known again when it is gone: eight bytes are enough, as nobody meets billions of rows of one person.
    pub fn trace(&self, what: &str, collection: &CollectionKey, values: &[Value]) -> u64 {
        let plain = serde_json::to_vec(values).expect("values are always JSON");
        let place = format!("trace of {what} in {collection}");
        let mac = mac(&self.fingerprint, &[place.as_bytes(), &[0], &plain]);
        let (first, _) = mac.split_first_chunk().expect("a digest has 32 bytes");
        u64::from_be_bytes(*first)
    }

    /// What stands in for the value of a field in a record, 24 hexadecimal digits: always the same, never undone.
    pub fn stand_in(&self, record: &str, field: &str) -> String {
        HEXLOWER.encode(&mac(&self.mask, &[record.as_bytes(), &[0], field.as_bytes()])[..12])
    }
}

/// Half of the work of a short text is done here, once for each key.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as Mac>::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn mac(key: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = key.clone();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
