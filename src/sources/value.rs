//! One value of one cell, whatever the source calls its type.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use serde::{Deserialize, Serialize};

/// What a cell holds. Days, times, decimals and ids of kinds that are not listed are text, as the source writes them.
#[derive(Clone, Serialize, Deserialize)]
pub enum Value {
    /// Nothing.
    #[serde(rename = "n")]
    Null,
    /// A whole number.
    #[serde(rename = "i")]
    Integer(i64),
    /// A number with decimals.
    #[serde(rename = "r")]
    Real(f64),
    /// Text of any kind.
    #[serde(rename = "t")]
    Text(String),
    /// Bytes that are not text.
    #[serde(rename = "b")]
    Bytes(Vec<u8>),
    /// Yes or no.
    #[serde(rename = "y")]
    Bool(bool),
    /// What a list leads to, as keys; only links between records hold such.
    #[serde(rename = "m")]
    Many(Vec<Value>),
}

impl Value {
    /// Whether the cell is empty.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, when it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The form in which two columns of different types are compared: the number 7 and the text "7" are one key.
    /// `None` for an empty cell, which leads nowhere.
    pub fn as_key(&self) -> Option<Self> {
        match self {
            Self::Null => None,
            Self::Bool(flag) => Some(Self::Integer(i64::from(*flag))),
            Self::Text(text) => {
                Some(whole_number(text).map_or_else(|| self.clone(), Self::Integer))
            }
            Self::Real(real) => Some(whole(*real).map_or_else(|| self.clone(), Self::Integer)),
            Self::Integer(_) | Self::Bytes(_) | Self::Many(_) => Some(self.clone()),
        }
    }

    /// Several keys as one link; an empty cell when there is none.
    pub(super) fn many(keys: Vec<Self>) -> Self {
        if keys.is_empty() {
            Self::Null
        } else {
            Self::Many(keys)
        }
    }

    /// The keys of a link: none, one, or several.
    pub(super) fn keys(&self) -> &[Self] {
        match self {
            Self::Null => &[],
            Self::Many(keys) => keys,
            key => std::slice::from_ref(key),
        }
    }
}

/// The number that a text writes in the only way: no plus, no leading zero, no space, so that nothing is lost.
pub(super) fn whole_number(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A number; text where a binary number would not be exact.
pub fn number(text: String) -> Value {
    const EXACT_DIGITS: usize = 15;
    let text = without_zeros(text);
    if let Some(whole) = whole_number(&text) {
        return Value::Integer(whole);
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    match text.parse() {
        Ok(real) if digits <= EXACT_DIGITS && f64::is_finite(real) => Value::Real(real),
        _ => Value::Text(text),
    }
}

/// The same number or time without the zeros that end its decimals.
pub(super) fn without_zeros(mut text: String) -> String {
    if text.contains('.') && !text.contains(['e', 'E']) {
        let kept = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(kept);
    }
    text
}

/// The whole number that a real is, within the range where reals are exact.
pub(super) fn whole(real: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and in range"
    )]
    (real.fract() == 0.0 && real.abs() <= EXACT).then_some(real as i64)
}

/// Equal in kind and in content; reals by their bits, so that a value is always equal to itself.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Real(a), Self::Real(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Many(a), Self::Many(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Integer(number) => number.hash(state),
            Self::Real(real) => real.to_bits().hash(state),
            Self::Text(text) => text.hash(state),
            Self::Bytes(bytes) => bytes.hash(state),
            Self::Bool(flag) => flag.hash(state),
            Self::Many(keys) => keys.hash(state),
        }
    }
}

/// What people read; nothing for an empty cell.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Integer(number) => number.fmt(f),
            Self::Real(real) => real.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Bool(true) => f.write_str("yes"),
            Self::Bool(false) => f.write_str("no"),
            Self::Many(keys) => write!(f, "{} values", keys.len()),
        }
    }
}

/// The kind alone, so that no log can carry personal data.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Integer(_) => "Integer(…)",
            Self::Real(_) => "Real(…)",
            Self::Text(_) => "Text(…)",
            Self::Bytes(_) => "Bytes(…)",
            Self::Bool(_) => "Bool(…)",
            Self::Many(_) => "Many(…)",
        })
    }
}
