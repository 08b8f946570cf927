//! Which numbers a column takes, by the type as its server writes it. SQLite's take any.

use super::{Column, Value};

/// So many digits a binary number of four bytes gives back as they were, on any server.
const DIGITS_OF_FLOAT: usize = 6;

/// A decimal number as it is written, without what changes nothing.
struct Decimal<'a> {
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let mut digits = whole.bytes().chain(fraction.bytes());
        digits.all(|it| it.is_ascii_digit()).then(|| Self {
            whole: whole.trim_start_matches('0'),
            fraction: fraction.trim_end_matches('0'),
        })
    }

    /// Whether so many digits hold it, some of them behind the point.
    fn fits(&self, digits: usize, behind: usize) -> bool {
        let before = digits.saturating_sub(behind);
        let leading = self.fraction.len() - self.fraction.trim_start_matches('0').len();
        // Of a scale above the precision, the first digits behind the point are zeros.
        let is_low = self.fraction.is_empty() || leading >= behind.saturating_sub(digits);
        self.whole.len() <= before && self.fraction.len() <= behind && is_low
    }
}

impl Column {
    /// Whether a number is one that it holds, and gives back as it is.
    pub fn has_range_for(&self, value: &Value) -> bool {
        let text = match value {
            Value::Integer(_) | Value::Real(_) => value.to_string(),
            _ => return true,
        };
        let (name, rest) = self.sql_type.split_at(self.name_ends());
        let is_unsigned = rest.contains("unsigned");
        if let Some(bits) = bits_of(name.trim_end()) {
            let (least, most) = if is_unsigned || name == "oid" {
                (0, (1_i128 << bits) - 1)
            } else {
                (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
            };
            return text
                .parse()
                .is_ok_and(|it: i128| (least..=most).contains(&it));
        }
        let number = Decimal::of(&text);
        match name {
            _ if is_unsigned && text.starts_with('-') => false,
            "numeric" | "decimal" => match precision(rest) {
                Some((digits, behind)) => number.is_some_and(|it| it.fits(digits, behind)),
                None => true,
            },
            "real" | "float" => {
                number.is_some_and(|it| it.whole.len() + it.fraction.len() <= DIGITS_OF_FLOAT)
            }
            "year" => matches!(value, Value::Integer(0 | 1901..=2155)),
            _ => true,
        }
    }

    fn name_ends(&self) -> usize {
        self.sql_type
            .find(['(', ' '])
            .unwrap_or(self.sql_type.len())
    }
}

/// How many bits a whole number has.
fn bits_of(name: &str) -> Option<u32> {
    Some(match name {
        "tinyint" => 8,
        "smallint" => 16,
        "mediumint" => 24,
        "int" | "integer" | "oid" => 32,
        "bigint" => 64,
        _ => return None,
    })
}

/// The numbers of `(5,2)`.
fn precision(text: &str) -> Option<(usize, usize)> {
    let inside = text.strip_prefix('(')?.split(')').next()?;
    let (digits, behind) = inside.split_once(',').unwrap_or((inside, "0"));
    let behind: i32 = behind.trim().parse().ok()?;
    // Below zero, the last digits before the point are zeros: those of no number that anybody writes for a mask.
    let behind = usize::try_from(behind).unwrap_or(0);
    Some((digits.trim().parse().ok()?, behind))
}
