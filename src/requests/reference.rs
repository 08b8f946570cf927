//! References: short enough to read over the telephone, too many to guess.

use crate::keys::random_bytes;

/// Crockford's base 32: no I, L, O or U, which are misread or make words.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new reference such as `PR-7K4M-22QX`: 40 random bits. Filing tries again should it be taken.
pub fn random() -> String {
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let letters: String = random_bytes::<8>().iter().map(letter).collect();
    format!("PR-{}-{}", &letters[..4], &letters[4..])
}

/// The form in which a typed reference is looked up: capitals, hyphens where they belong, and letters that are mistaken
/// for digits put right.
pub fn normal(typed: &str) -> String {
    let typed = typed.trim().to_uppercase();
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_whole = letters.len() == 10 && letters.starts_with("PR");
    let typed = if is_whole {
        format!("PR-{}-{}", &letters[2..6], &letters[6..])
    } else {
        typed
    };
    let (start, rest) = typed.split_at_checked(3).unwrap_or(("", &typed));
    let right = |letter| match letter {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    start.chars().chain(rest.chars().map(right)).collect()
}
