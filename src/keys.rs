//! One master secret, and every key that is derived from it.

use std::fmt;

use anyhow::{Context, bail};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chrono::NaiveDateTime;
use data_encoding::{BASE32HEX_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;

const NONCE_BYTES: usize = 24;

/// The length of a [`random_token`].
const RANDOM_TOKEN: usize = 22;

/// The keys of this portal. All instances of one portal share the master secret.
pub struct Keys {
    master: [u8; 32],
    hash: [u8; 32],
    seal: XChaCha20Poly1305,
    sign: SigningKey,
}

impl Keys {
    /// Derives all keys from the 32 bytes of the master secret.
    pub fn new(master: [u8; 32]) -> Self {
        let hash = derive(&master, "keyed hashes");
        let seal = XChaCha20Poly1305::new(&derive(&master, "sealing").into());
        let sign = SigningKey::from_bytes(&derive(&master, "receipts"));
        Keys {
            master,
            hash,
            seal,
            sign,
        }
    }

    /// Reads the master secret as `candor` writes it: 32 bytes in base64.
    pub fn from_text(text: &str) -> anyhow::Result<Self> {
        let bytes = BASE64
            .decode(text.trim().as_bytes())
            .context("the secret key is not base64")?;
        let Ok(master) = <[u8; 32]>::try_from(bytes.as_slice()) else {
            bail!(
                "the secret key has {} bytes, but 32 are needed",
                bytes.len()
            );
        };
        Ok(Keys::new(master))
    }

    /// Tells this master secret from others, and tells nothing else of it.
    pub fn fingerprint(&self) -> String {
        self.hash("fingerprint of the master secret", b"")
    }

    /// A new master secret, as text for a file.
    pub fn generate_text() -> String {
        BASE64.encode(&random_bytes::<32>())
    }

    /// A keyed hash of a value, in hex. Equal values under different purposes have unrelated hashes.
    pub fn hash(&self, purpose: &str, value: &[u8]) -> String {
        let mut mac = self.mac(purpose);
        mac.update(value);
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    /// Compares a value with its keyed hash in constant time.
    pub fn hash_matches(&self, purpose: &str, value: &[u8], hash: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.hash(purpose, value)
            .as_bytes()
            .ct_eq(hash.as_bytes())
            .into()
    }

    fn mac(&self, purpose: &str) -> Hmac<Sha256> {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(&self.hash).expect("any length is a key");
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac
    }

    /// Encrypts for storage. The context (what it is and whose) must be given again to open it.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = random_bytes::<NONCE_BYTES>();
        let payload = Payload {
            msg: plain,
            aad: context.as_bytes(),
        };
        let sealed = self
            .seal
            .encrypt(XNonce::from_slice(&nonce), payload)
            .expect("memory is the only limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Decrypts what `seal` made; an error if it was altered or belongs to another context.
    pub fn open(&self, context: &str, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        if sealed.len() < NONCE_BYTES {
            bail!("sealed data is too short");
        }
        let (nonce, msg) = sealed.split_at(NONCE_BYTES);
        let payload = Payload {
            msg,
            aad: context.as_bytes(),
        };
        let opened = self.seal.decrypt(XNonce::from_slice(nonce), payload);
        opened.map_err(|_| anyhow::anyhow!("sealed data was altered, or sealed with another key"))
    }

    /// An Ed25519 signature in base64.
    pub fn sign(&self, message: &[u8]) -> String {
        BASE64.encode(&self.sign.sign(message).to_bytes())
    }

    /// The public half of the signing key, in base64.
    pub fn public_key(&self) -> String {
        BASE64.encode(self.sign.verifying_key().as_bytes())
    }

    /// A key of its own for one purpose.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        derive(&self.master, purpose)
    }

    /// The key that signs and encrypts session cookies.
    pub fn cookie_key(&self) -> actix_web::cookie::Key {
        let mut bytes = [0; 64];
        Hkdf::<Sha256>::new(None, &self.master)
            .expand(b"session cookies", &mut bytes)
            .expect("64 bytes can be expanded");
        actix_web::cookie::Key::from(&bytes)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(***)")
    }
}

fn derive(master: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, master)
        .expand(purpose.as_bytes(), &mut key)
        .expect("32 bytes can be expanded");
    key
}

/// HMAC-SHA256 under a key that others may know too, in hex.
pub fn hmac_hex(key: &[u8], value: &[u8]) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).expect("any length is a key");
    mac.update(value);
    HEXLOWER.encode(&mac.finalize().into_bytes())
}

/// Whether that is a public key, in base64.
pub fn is_public_key(text: &str) -> bool {
    read_public_key(text).is_some()
}

fn read_public_key(text: &str) -> Option<VerifyingKey> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()
}

/// Whether the signature (base64) over the message was made with the private half of the public key (base64).
pub fn signature_holds(public_key: &str, message: &[u8], signature: &str) -> bool {
    let check = || {
        let key = read_public_key(public_key)?;
        let signature = BASE64.decode(signature.as_bytes()).ok()?;
        let signature = Signature::from_slice(&signature).ok()?;
        key.verify_strict(message, &signature).ok()
    };
    check().is_some()
}

/// Bytes that nobody can guess.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A text of 30 URL-safe characters that nobody can guess, for the key of a table that grows. It begins with the time:
/// rows that are written together then stand together in the key's index, where each would otherwise change a page of
/// its own. Only for what tells its time anyway.
pub fn token_in_order(now: NaiveDateTime) -> String {
    format!("{}{}", in_order(now), random_token())
}

/// What a token begins with if it was made by [`token_in_order`]; a [`random_token`] begins with nothing.
pub fn time_of_token(token: &str) -> &str {
    token
        .len()
        .checked_sub(RANDOM_TOKEN)
        .and_then(|time| token.get(..time))
        .unwrap_or_default()
}

/// Four milliseconds after four milliseconds, for 140 years, in letters that sort as the time does.
pub fn in_order(now: NaiveDateTime) -> String {
    let steps = now.and_utc().timestamp_micros() >> 12;
    BASE32HEX_NOPAD.encode(&steps.to_be_bytes()[3..])
}

/// A text of 22 URL-safe characters that nobody can guess.
pub fn random_token() -> String {
    BASE64URL_NOPAD.encode(&random_bytes::<16>())
}
