//! Whether somebody names the value that is held, however either is written. Values are compared by keyed hashes, each to
//! its end, so that the time it takes tells nothing of them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::keys::Keys;

/// Whether both are the same text or, where the input is of that type, the same telephone number.
pub(super) fn is_same(keys: &Keys, input: &str, held: &str, typed: &str) -> bool {
    match input {
        "tel" => Number::read(held).is(keys, &Number::read(typed)),
        _ => is_equal(keys, &normal(held), &normal(typed)),
    }
}

/// Capitals, accents, spaces and signs do not matter.
pub(super) fn normal(value: &str) -> String {
    let letters = value.nfkd().filter(|it| !is_combining_mark(*it));
    let letters = letters.filter(|it| it.is_alphanumeric());
    // By way of capitals, of which a letter may have two: ß is SS.
    let capitals = letters.flat_map(char::to_uppercase);
    capitals.flat_map(char::to_lowercase).collect()
}

fn is_equal(keys: &Keys, held: &str, typed: &str) -> bool {
    let held_hash = keys.hash("data point", held.as_bytes());
    keys.hash_matches("data point", typed.as_bytes(), &held_hash) && !typed.is_empty()
}

/// A telephone number as it is dialled at home or from abroad.
struct Number {
    /// Without zeros before them.
    digits: String,
    /// Without the code of the country and what is dialled before the number inside of it.
    at_home: String,
    names_country: bool,
}

impl Number {
    fn read(value: &str) -> Self {
        let value = value.trim_start();
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let names_country = value.starts_with('+') || digits.starts_with("00");
        let digits = digits.trim_start_matches('0').to_owned();
        let code = if names_country {
            country_code(&digits)
        } else {
            0
        };
        let at_home = digits.get(code..).unwrap_or("").trim_start_matches('0');
        // Inside of North America 1 is dialled first.
        let at_home = match at_home.strip_prefix('1') {
            Some(rest) if rest.len() == 10 => rest,
            _ => at_home,
        };
        Number {
            at_home: at_home.to_owned(),
            digits,
            names_country,
        }
    }

    /// Where both name the country, it must be the same.
    fn is(&self, keys: &Keys, typed: &Number) -> bool {
        let is_whole = is_equal(keys, &self.digits, &typed.digits);
        let is_at_home = is_equal(keys, &self.at_home, &typed.at_home);
        is_whole || is_at_home && !(self.names_country && typed.names_country)
    }
}

/// How many digits the code of the country has with which a number begins (ITU-T E.164, its list of country codes).
fn country_code(digits: &str) -> usize {
    let two = digits.get(..2).unwrap_or("");
    match two.as_bytes() {
        [b'1' | b'7', _] => 1,
        [b'2', b'0' | b'7']
        | [b'3', b'0'..=b'4' | b'6' | b'9']
        | [b'4', b'0' | b'1' | b'3'..=b'9']
        | [b'5', b'1'..=b'8']
        | [b'6', b'0'..=b'6']
        | [b'8', b'1' | b'2' | b'4' | b'6']
        | [b'9', b'0'..=b'5' | b'8'] => 2,
        _ => 3,
    }
}
